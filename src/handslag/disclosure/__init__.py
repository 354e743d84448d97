"""Bases: consents and statutes, and which groups of information they open to which unit until when."""
