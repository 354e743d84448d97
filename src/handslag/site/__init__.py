"""The shell around every page, the ways in, and the pages that are composed from what the rooms contribute."""
