"""The case: who holds it at every instant, its next step, livelihood and pauses; what a viewer sees of it."""
