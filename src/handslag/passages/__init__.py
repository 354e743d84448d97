"""The passage out of sickness insurance: the clock to a benefit's end, and the transition meeting that is offered."""
