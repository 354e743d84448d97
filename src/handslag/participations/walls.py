"""A participation comes back with its case; measure staff, who reach no case, read theirs past the wall, by queries of
their own units. Who takes part without a name is read there too."""

from handslag.foundation.wall import NOBODY, Wall

WALLS = [Wall("participations_anonymous", NOBODY)]
