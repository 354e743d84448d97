"""The append-only, sealed log of every change and every look, and its verification."""
