"""An association's books come back for its own officers."""

from handslag.associations.guards import SAME
from handslag.foundation.wall import Wall, mine

WALLS = [
    Wall(f"associations_{name}", f"association_id = ANY {mine('associations')}")
    for name in (*SAME, "report", "figures")
]
