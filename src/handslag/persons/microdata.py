"""Persons as statistics count them."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from operator import itemgetter

from handslag.foundation import keys
from handslag.persons.models import Person
from handslag.persons.rules import birth_year


def persons(_begin: date, _end: date) -> Iterator[tuple[str, str, int]]:
    """Each person whom some party knows by name, once, however many parties do."""
    known = Person.objects.filter(identity__isnull=False).order_by("subject", "id")
    rows = known.values_list("subject", "sex", "identity__sealed_number").iterator(2000)
    for subject, records in groupby(rows, itemgetter(0)):
        _subject, sex, sealed = next(records)
        yield subject, sex, birth_year(keys.decrypt(sealed))
