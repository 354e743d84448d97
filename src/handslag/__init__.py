"""Handslag: nobody falls between the chairs."""

__version__ = "0.1.0"
