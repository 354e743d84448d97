"""Reading persons."""

from handslag.foundation.acting import reading
from handslag.persons.models import Person


@reading
def known_as(subject: str) -> int:
    """The number of the first record of the person, by which the journal names who acted; 0 where no party has one."""
    return Person.objects.filter(subject=subject).order_by("id").values_list("pk", flat=True).first() or 0


def count_nameless() -> int:
    """How many records are of people without an identity: anonymous, or protected."""
    return Person.objects.filter(identity__isnull=True).count()
