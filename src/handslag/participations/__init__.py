"""Participation (deltagande) in measures: from the first day to the end, what came of it, and the follow-up after."""
