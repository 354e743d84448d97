"""Meetings of a case: who meets when and why, what came of it, and what was decided."""
