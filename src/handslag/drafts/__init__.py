"""Drafts: what somebody is writing, saved as it is written, seen by the own party alone."""
