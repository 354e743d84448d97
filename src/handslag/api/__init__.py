"""The frame of the HTTP API for the parties' own systems: tokens, problems, description. Rooms bring the paths."""
