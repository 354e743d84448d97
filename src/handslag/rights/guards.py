"""Both versions of what was rectified stay as they were written, until retention removes their content.

The versions themselves are sealed by their encryption: nobody without the key can write another, and the operator can
encrypt them anew with another key.
"""

from handslag.foundation.guards import frozen, undeletable

TABLE = "rights_rectification"

GUARDS = [
    undeletable(TABLE),
    frozen(TABLE, "id", "case_id", "field", "by_id", "at"),
    frozen(TABLE, "reason", when="NEW.reason <> ''", name="reason_only_removed"),
]
