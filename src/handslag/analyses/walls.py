"""Analysts of both authorities make the same reports, and see each other's."""

from handslag.foundation.wall import EVERYBODY, Wall

WALLS = [Wall("analyses_release", EVERYBODY, why="which reports were made, when and by whom: no person, no count")]
