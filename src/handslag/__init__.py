"""Handslag: nobody falls between the chairs."""

__version__ = "0.1.0"
__released__ = "2026-11-22"
"""The day of this version, as YYYY-MM-DD."""
