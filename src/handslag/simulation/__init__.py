"""The demo world: synthetic people and their histories, in every state, at any size."""
