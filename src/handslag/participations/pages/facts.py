"""What is told of a participation, line by line, as far as its viewer may see it."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from handslag.cases.visibility import CaseVisibility
from handslag.participations import rules
from handslag.participations.models import FollowUp, Interruption, Participation
from handslag.participations.wording import regained_told, steps_told
from handslag.reference import codes


def _coded(case: CaseVisibility, about: Participation, *columns: tuple[str, str, str]) -> Iterator[tuple[str, str]]:
    for label, column, code_list in columns:
        if code := case.value(column, about):
            yield label, codes.label(code_list, code)


def facts(participation: Participation, case: CaseVisibility) -> list[tuple[str, str]]:
    """What was noted at the start and at the end, and what is worked out from it."""
    return [*_before(participation, case), *(_after(participation, case) if participation.ended_on else ())]


def _before(participation: Participation, case: CaseVisibility) -> Iterator[tuple[str, str]]:
    yield from _coded(
        case,
        participation,
        (_("Need group"), "target_group", "target_group"),
        (_("Livelihood before"), "livelihood_before", "livelihood"),
        (_("Occupation before"), "occupation_before", "occupation"),
        (_("Education"), "education", "education"),
    )
    months = case.value("support_months", participation)
    if months is not None:
        yield _("Months in public support before"), str(months)


def _after(participation: Participation, case: CaseVisibility) -> Iterator[tuple[str, str]]:
    yield from _coded(
        case,
        participation,
        (_("Why it ended"), "end_reason", "end_reason"),
        (_("Outcome"), "outcome", "outcome"),
        (_("Livelihood after"), "livelihood_after", "livelihood"),
        (_("Occupation after"), "occupation_after", "occupation"),
    )
    worked_before = case.value("occupation_before", participation) or ""
    worked_after = case.value("occupation_after", participation) or ""
    if told := steps_told(rules.steps_forward(worked_before, worked_after)):
        yield _("Steps forward"), told
    lived_before = case.value("livelihood_before", participation) or ""
    lived_after = case.value("livelihood_after", participation) or ""
    if told := regained_told(rules.regained(lived_before, lived_after, worked_after)):
        yield _("Regained work capacity and left sickness insurance"), told
    if words := case.value("next_step", participation):
        yield _("What comes next"), words


def away_told(case: CaseVisibility, away: Interruption) -> str:
    """From when somebody was away, until when, and why where a basis shows that."""
    until = _("back {day}").format(day=away.until_on) if away.until_on else _("goes on")
    reason = case.value("reason", away)
    told = [
        _("from {day}").format(day=away.from_on),
        until,
        codes.label("interruption_reason", reason) if reason else "",
    ]
    return ", ".join(filter(None, told))


def followed(case: CaseVisibility, made: Iterable[FollowUp]) -> list[tuple[str, str]]:
    """What came of the follow-ups."""
    return [
        (_("{months} months after").format(months=one.months), _told(case, one))
        for one in made
        if case.sees("is_reached", one)
    ]


def _told(case: CaseVisibility, one: FollowUp) -> str:
    if not one.is_reached:
        return _("was not reached")
    given = (("livelihood", "livelihood"), ("occupation", "occupation"))
    return ", ".join(codes.label(name, code) for column, name in given if (code := case.value(column, one)))
