"""Counting microdata by the definitions, in DuckDB or Spark: each unit once, then plain counts."""
