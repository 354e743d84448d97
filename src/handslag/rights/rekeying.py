"""Writing every encrypted column anew with the present first key."""

from django.apps import apps

from handslag.foundation import keys
from handslag.foundation.acting import action
from handslag.foundation.rooms import records
from handslag.parties.may import operate
from handslag.parties.second_factor import rotate_secrets
from handslag.parties.viewer import Viewer

CHUNK = 2000


@action(operate)
def rotate(actor: Viewer) -> int:
    """Encrypts all that is encrypted with the first of the installation's keys; after it the others may go.

    All or nothing. Returns how many values were written. Raises WrongKey where a key is lacking. For the operator.
    """
    sealed = [(label, name) for label, r in records().items() for name, column in r.columns.items() if column.is_sealed]
    return sum(_rotate_column(label, column) for label, column in sealed) + rotate_secrets()


def _rotate_column(label: str, column: str) -> int:
    model = apps.get_model(label)
    written, last = 0, 0
    while True:
        found = model.objects.filter(pk__gt=last).exclude(**{column: ""}).order_by("pk")
        rows = list(found[:CHUNK])
        for row in rows:
            setattr(row, column, keys.rotated(getattr(row, column)))
        model.objects.bulk_update(rows, [column])
        written += len(rows)
        if len(rows) < CHUNK:
            return written
        last = rows[-1].pk
