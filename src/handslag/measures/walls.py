"""The catalogue is for everyone at work, and part of it for everyone."""

from handslag.foundation.wall import EVERYBODY, Wall

WALLS = [
    Wall(f"measures_{name}", EVERYBODY, why="what associations offer: no person is in it")
    for name in ("measure", "carrier", "forgroup", "activity")
]
