"""Person-level files after a published schema: describing, checking and opening them."""
