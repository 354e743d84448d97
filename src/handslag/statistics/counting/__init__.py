"""Counting microdata by the definitions, in DuckDB: each unit once, then plain counts."""
