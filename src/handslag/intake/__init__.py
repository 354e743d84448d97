"""Bringing real cases in from files: all or nothing, with every error told by row and column."""
