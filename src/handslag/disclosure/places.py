"""Where a viewer works, as the functions of the database's walls ask it of a row: they are given the `viewer`."""

HOLDING = "('caseworker', 'lead')"


def at_places(post: str) -> str:
    """That a post is one of those at the viewer's places that hold cases."""
    return (
        f"EXISTS (SELECT 1 FROM parties_post s WHERE s.id = {post} AND s.role IN {HOLDING} "
        "AND s.unit_id = ANY (viewer.places))"
    )


def to_places(unit: str) -> str:
    """That a unit is one of the viewer's places."""
    return f"{unit} = ANY (viewer.places)"


ACTIVE = f"d.begins_at IS NOT NULL AND d.ended_at IS NULL AND d.until >= viewer.today AND {to_places('d.to_unit_id')}"
"""That a disclosure `d` tells the viewer something today."""
