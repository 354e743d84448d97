"""What is silent or about to break, and the ladder of named people that it climbs."""
