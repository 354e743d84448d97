"""The consent form in plain language, in the person's own words."""

from collections.abc import Iterable
from pathlib import Path

from django.utils.translation import gettext as _

from handslag.cases.pages.rows import person_name
from handslag.cases.visibility import CaseVisibility
from handslag.disclosure.actions import Agreed
from handslag.disclosure.rules import GROUPS
from handslag.parties.models import Unit
from handslag.reference import codes
from handslag.ui.documents import pdf


def _told(agreed: Agreed, from_party_id: int, to_unit_id: int) -> list[str]:
    found = {f.group for f in agreed.flows if f.from_party_id == from_party_id and f.to_unit_id == to_unit_id}
    return [codes.label("information_group", group) for group in GROUPS if group in found]


def _flows(visible: CaseVisibility, units: Iterable[Unit], agreed: Agreed) -> list[dict]:
    own, may_tell = visible.case.holder, _("{party} may tell {unit} about my:")
    found = []
    for unit in units:
        out, back = _told(agreed, own.party.pk, unit.pk), _told(agreed, unit.party_id, own.unit.pk)
        found.append({"heading": may_tell.format(party=own.party.name, unit=unit.name), "groups": out})
        found.append({"heading": may_tell.format(party=unit.party.name, unit=own.unit.name), "groups": back})
    return [flow for flow in found if flow["groups"]]


def consent_form(visible: CaseVisibility, units: Iterable[Unit], agreed: Agreed) -> bytes:
    """The form to sign, as an accessible PDF."""
    identity = visible.identity
    return pdf(
        Path(__file__).with_suffix(".typ"),
        {
            "title": _("I agree that these authorities may talk about me"),
            "intro": _("My name is {name}. I want those who help me to be able to work together.").format(
                name=f"{identity.name}, {identity.number}" if identity else person_name(visible)
            ),
            "why_heading": _("Why"),
            "purpose": agreed.purpose,
            "flows": _flows(visible, units, agreed),
            "until_heading": _("Until when"),
            "until": _("My consent holds until {day}.").format(day=agreed.until),
            "rights_heading": _("What I know"),
            "rights": [
                _("It is voluntary. I get the help that I have a right to even if I say no."),
                _("I can take back all of it or a part of it at any time. Then they stop telling each other at once."),
                _("What was told before I take it back stays noted as told."),
                _("I can ask who has looked at what is noted about me."),
            ],
            "sign_heading": _("Signature"),
            "sign": _("I have read this, or had it read to me, and I agree."),
            "lines": [_("Place and day"), _("My signature"), _("Name in capital letters")],
        },
    )
