"""When the watch went its round stands on its board; who was called for which case follows the case."""

from handslag.foundation.wall import EVERYBODY, Wall

WALLS = [Wall("watch_round", EVERYBODY, why="when a round was gone, and figures of the whole installation")]
