"""Authorities, units, people at work and their posts, absences and sign-in; the viewer: who is asking."""
