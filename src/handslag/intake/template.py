"""Files to start from; one of cases with example rows that can be taken in as they are."""

import csv
import itertools
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from xlsxwriter import Workbook

from handslag.cases.models import Case
from handslag.foundation import clock, keys
from handslag.foundation.errors import Refused
from handslag.intake.columns import NAMES
from handslag.parties.models import Post
from handslag.parties.rules import HOLDING_ROLES
from handslag.reference import codes


def _free_numbers(party_id: int, numbers: Sequence[str]) -> Iterator[str]:
    taken = Case.objects.filter(closed_at__isnull=True, party_id=party_id).values_list("person__subject")
    held = Case.objects.filter(closed_at__isnull=True, holder__party_id=party_id).values_list("person__subject")
    busy = {subject for (subject,) in itertools.chain(taken, held)}
    return (number for number in numbers if keys.blind(number) not in busy)


def example_rows(count: int, numbers: Sequence[str]) -> list[list[str]]:
    """`count` rows for people with identity numbers out of `numbers`, at one unit of this installation.

    Raises Refused where the installation has no caseworker, or too few numbers are free.
    """
    if not count:
        return []
    post = Post.objects.filter(is_active=True, role__in=HOLDING_ROLES).select_related("unit", "party", "user").first()
    if not post or not post.unit or not post.party:
        raise Refused(
            "There is nobody here to hold a case. Run “handslag demo” first, or write the file without --examples."
        )
    free = list(itertools.islice(_free_numbers(post.party.pk, numbers), count))
    if len(free) < count:
        raise Refused(f"Only {len(free)} test numbers are free at {post.party.code}. Ask for fewer examples.")
    today = clock.today()
    place = next(c for c in codes.entries("municipality") if c.startswith(post.unit.county_code))
    return [
        [
            f"EX-{today:%Y%m%d}-{index:06d}",
            number,
            "Exempel",
            f"Person {index}",
            place,
            post.party.code,
            post.unit.code,
            post.user.email,
            (today - timedelta(days=30)).isoformat(),
            "long_term_sick",
            "sickness_benefit",
            "100",
            (today + timedelta(days=120)).isoformat(),
            "Boka ett första samtal",
            (today + timedelta(days=7)).isoformat(),
            "",
            "",
        ]
        for index, number in enumerate(free, start=1)
    ]


def write_template(path: Path, examples: list[list[str]], names: tuple[str, ...] = NAMES) -> None:
    """Writes the heading and the examples as .csv or .xlsx, by the path's ending. Raises Refused for another."""
    if path.suffix.lower() == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([names, *examples])
    elif path.suffix.lower() == ".xlsx":
        with Workbook(path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate((names, *examples)):
                sheet.write_row(number, 0, row)
    else:
        raise Refused("Name the file .csv or .xlsx.")
