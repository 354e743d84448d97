"""Who works where is no secret among those who work together: they choose receivers, call each other, read who did
what. How an account is proved, and a party's key to the API, come back for no viewer."""

from handslag.foundation.wall import EVERYBODY, Wall, mine

WALLS = [
    *(
        Wall(f"parties_{name}", EVERYBODY, why="names of authorities and places")
        for name in ("party", "unit", "association", "association_members")
    ),
    Wall("parties_user", EVERYBODY, why="names of public employees at work; their passwords stand apart"),
    Wall("parties_post", EVERYBODY, why="who works where, and as what"),
    Wall("parties_absence", f"post_id = ANY {mine('posts')} OR stand_in_id = ANY {mine('posts')}"),
]
