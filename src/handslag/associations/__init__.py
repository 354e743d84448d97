"""An association's books: who pays, what it costs, what the board decided, its goals, and the report of each year."""
