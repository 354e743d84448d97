"""Pages: thin, no rules. One folder a role."""
