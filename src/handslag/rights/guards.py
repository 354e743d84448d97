"""Both versions of what was rectified stay as they were written, until retention removes their content."""

from handslag.foundation.guards import frozen, undeletable, unreplaceable

TABLE = "rights_rectification"

GUARDS = [
    unreplaceable(TABLE, "o.id = NEW.id"),
    undeletable(TABLE),
    frozen(TABLE, "id", "case_id", "field", "by_id", "at"),
    frozen(
        TABLE,
        *("sealed_before", "sealed_after", "reason"),
        when="NEW.sealed_before <> '' OR NEW.sealed_after <> '' OR NEW.reason <> ''",
        name="content_only_removed",
    ),
]
