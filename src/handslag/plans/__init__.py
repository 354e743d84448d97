"""The plan: one for all parties of a case, with its steps, its reviews, and what is missing in it."""
