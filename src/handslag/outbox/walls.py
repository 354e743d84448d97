"""Whoever sees that a letter was queued sees whether it went out."""

from handslag.foundation.wall import EVERYBODY, Wall

WALLS = [Wall("outbox_letter", EVERYBODY, why="random ids, and how mail fares: no words, addresses or names")]
