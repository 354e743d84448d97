"""Safe publication: what is hidden in linked tables of counts, and the attacker that tries it."""
