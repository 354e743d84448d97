"""What every room stands on: the clock, refusals, and guards held by the database itself."""
