"""Keeping an association's books: the only code that writes them. Each action is one transaction and is journalled."""

import json
from uuid import UUID

from django.utils.translation import gettext as _

from handslag.associations import counting, may, rules
from handslag.associations.models import Figures, Noted, Report
from handslag.associations.noting import KINDS, Kind, Values
from handslag.associations.queries import Books
from handslag.associations.reporting import DEFINITIONS, content_of, written
from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.errors import Overtaken, Refused
from handslag.journal.actions import record
from handslag.measures.may import voucher
from handslag.parties.models import Association, Post
from handslag.parties.viewer import Viewer


@action(may.keep)
def note_in_books(
    actor: Viewer, association_id: int, kind: str, values: Values, reason: str = "", by: Post | None = None
) -> Noted:
    """Notes something new in an association's books: `values` by the columns of its kind (KINDS). `by` vouches for it
    where the operator brings it in.

    Raises Refused, with the field, for what does not hold, for what is noted already, and, where the year has been
    reported, without a reason.
    """
    association, found = _locked(association_id), KINDS[kind]
    told = _told(found, values)
    found.require(association, told)
    before = _latest(found, association, told) if found.is_single else None
    if before and not before.is_struck:
        raise Refused(_("This is noted already. Change what is noted instead."), found.key[-1])
    return _write(actor, association, found, told, reason, before, by=by)


@action(may.keep)
def correct_books(actor: Viewer, association_id: int, kind: str, upon: UUID, values: Values, reason: str = "") -> Noted:
    """Notes a new version of what the version `upon` says. What it is of (the key of its kind) stays as it was.

    Raises Overtaken where somebody else has corrected it since, and Refused as `note_in_books`.
    """
    association, found = _locked(association_id), KINDS[kind]
    before = _present(found, association, upon)
    told = _told(found, values) | {name: getattr(before, name) for name in found.key}
    found.require(association, told)
    return _write(actor, association, found, told, reason, before)


@action(may.keep)
def strike_from_books(actor: Viewer, association_id: int, kind: str, upon: UUID, reason: str = "") -> Noted:
    """Takes out what the version `upon` says, as noted by mistake; it stays among the earlier versions.

    Raises Overtaken where somebody else has corrected it since, and Refused where the year has been reported, without
    a reason.
    """
    association, found = _locked(association_id), KINDS[kind]
    before = _present(found, association, upon)
    told = {name: getattr(before, name) for name in found.columns}
    return _write(actor, association, found, told, reason, before, is_struck=True)


def _locked(association_id: int) -> Association:
    """The association, while nobody else writes in its books."""
    return Association.objects.select_for_update().get(pk=association_id)


def _told(kind: Kind, values: Values) -> dict:
    told = {name: values.get(name) for name in kind.columns}
    return {name: value.strip() if isinstance(value, str) else value for name, value in told.items()}


def _latest(kind: Kind, association: Association, told: Values) -> Noted | None:
    key = {name: told[name] for name in kind.key}
    return kind.rows.filter(association=association, replaced_by__isnull=True, **key).first()


def _present(kind: Kind, association: Association, upon: UUID) -> Noted:
    before = kind.rows.filter(association=association, public_id=upon).first()
    if before is None:
        raise Refused(_("There is no such row in the association's books."))
    if before.is_struck or kind.rows.filter(replaces=before).exists():
        raise Overtaken(_("Somebody else has corrected this meanwhile. See what it says now, and correct it again."))
    return before


def _write(
    actor: Viewer,
    association: Association,
    kind: Kind,
    told: Values,
    reason: str,
    before: Noted | None,
    *,
    is_struck: bool = False,
    by: Post | None = None,
) -> Noted:
    year = told.get("year")
    if year and not reason.strip() and Report.objects.filter(association=association, year=year).exists():
        raise Refused(_("The year {year} has been reported. Say why this is changed.").format(year=year), "reason")
    if len(reason.strip()) > 200:
        raise Refused(_("The text is too long: at most {most} characters.").format(most=200), "reason")
    noted = kind.rows.create(
        association=association,
        replaces=before,
        is_struck=is_struck,
        reason=reason.strip(),
        by=voucher(actor, association.pk, by),
        at=clock.now(),
        **told,
    )
    verb = "books_struck" if is_struck else "books_corrected" if before and not before.is_struck else "books_noted"
    record(actor.label, verb, "association", association.pk, kind=kind.name, row=noted.pk, year=year)
    return noted


@action(may.keep)
def make_report(actor: Viewer, association_id: int, year: int) -> Report:
    """Makes the report of a year that is over: its figures are fixed as they stand now, and stay.

    Raises Refused for a year that is not over, or without books, and where nothing has changed since the last report.
    """
    association, today = _locked(association_id), clock.today()
    if not rules.is_year(year, today) or year >= today.year:
        raise Refused(_("The year is not over yet. It is reported from 1 January on."))
    made = Report.objects.filter(association=association, year=year).order_by("-number").first()
    books = Books(association, year)
    _count(actor, books)
    content = written(content_of(books))
    if made and (made.content, made.definitions) == (content, DEFINITIONS):
        raise Refused(_("Nothing has changed since the last report of the year. Use that one."))
    report = Report.objects.create(
        association=association,
        year=year,
        number=made.number + 1 if made else 1,
        definitions=DEFINITIONS,
        content=content,
        by=voucher(actor, association.pk),
        made_at=clock.now(),
    )
    record(actor.label, "report_made", "association", association.pk, year=year, number=report.number)
    return report


def _count(actor: Viewer, books: Books) -> None:
    """Counts the participants of a year, once; what stands then is shown from then on."""
    if counting.source() is None or books.figures:
        return
    ids = [str(of.measure.public_id) for of in books.measures]
    content = json.dumps(counting.counted(books.association, books.year, ids))
    Figures.objects.create(association=books.association, year=books.year, content=content, made_at=clock.now())
    del books.__dict__["figures"]
    record(actor.label, "participants_counted", "association", books.association.pk, year=books.year)
