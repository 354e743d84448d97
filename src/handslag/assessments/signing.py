"""What a signed part says, and what it must say."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from handslag.assessments import rules
from handslag.assessments.rules import Spell
from handslag.cases.models import DEGREES
from handslag.foundation.dating import require_day
from handslag.foundation.errors import Refused
from handslag.reference import codes

CODED = {
    "no_words_reason": "no_words_reason",
    "livelihood": "livelihood",
    "diagnosis_chapter": "diagnosis_chapter",
    "prognosis": "prognosis",
    "prognosis_days": "prognosis_days",
    "occupation": "occupation",
    "education": "education",
}
"""Of which code list a column is."""


@dataclass(frozen=True)
class Content:
    """What a party says: the person's own words first, its own standpoint last."""

    standpoint: str
    own_words: str = ""
    goal: str = ""
    no_words_reason: str = ""
    livelihood: str = ""
    livelihood_since: date | None = None
    diagnosis_chapter: str = ""
    spells: tuple[Spell, ...] = ()
    prognosis: str = ""
    prognosis_days: str = ""
    obstacles: str = ""
    occupation: str = ""
    education: str = ""
    work: str = ""
    resources: str = ""
    dissents: bool = False
    dissent_reason: str = ""
    settle_by: date | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """As it is stored."""
        told = {name: value.strip() if isinstance(value, str) else value for name, value in asdict(self).items()}
        return {**told, "spells": rules.written(self.spells)}


def require_content(content: Content) -> None:
    """Raises Refused for a part that does not say what it must, at the field."""
    for name, list_name in CODED.items():
        if code := getattr(content, name):
            codes.require(list_name, code, name)
    _require_words(content)
    _require_dissent(content)
    if content.livelihood_since:
        require_day(content.livelihood_since, rules.SINCE, "livelihood_since", leads=False)
    if content.prognosis == "within_days" and not content.prognosis_days:
        raise Refused(_("Choose how many days."), "prognosis_days")
    for number, spell in enumerate(content.spells, start=1):
        _require_spell(number, spell)


def _require_words(content: Content) -> None:
    if not content.standpoint.strip():
        raise Refused(_("Write your party's standpoint."), "standpoint")
    for name in ("own_words", "goal"):
        if not getattr(content, name).strip() and not content.no_words_reason:
            raise Refused(
                _("Write what the person says, in the person's own words, or choose why that is empty."), name
            )


def _require_dissent(content: Content) -> None:
    if not content.dissents:
        if content.settle_by or content.dissent_reason.strip():
            raise Refused(_("Tick that your party does not agree, or leave the reason and the day empty."), "dissents")
        return
    if not content.dissent_reason.strip():
        raise Refused(_("Write why your party does not agree."), "dissent_reason")
    if content.settle_by is None:
        raise Refused(_("Choose by which day it is to be settled."), "settle_by")
    require_day(content.settle_by, rules.SETTLE, "settle_by", leads=False)


def _require_spell(number: int, spell: Spell) -> None:
    if spell.degree not in DEGREES:
        raise Refused(_("The degree is 25, 50, 75 or 100, or empty."), f"degree_{number}")
    require_day(spell.since, rules.CERTIFIED, f"since_{number}", leads=False)
    if spell.until:
        require_day(spell.until, rules.CERTIFIED, f"until_{number}", leads=False)
        if spell.until < spell.since:
            raise Refused(_("The last day is before the first day. Change one of them."), f"until_{number}")
