"""Django's SQLite backend, with a queue before the one place where SQLite has none: the right to write."""
