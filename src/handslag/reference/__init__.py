"""Code lists with their sources, and the authorities that take part."""
