"""The handshake between two units: a handover from offer to first contact, each step with whose turn it is."""
