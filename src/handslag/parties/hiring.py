"""Giving people posts, many at once: what is there already stays as it is, and nobody else waits for long."""

from collections.abc import Sequence
from dataclasses import dataclass

from handslag.foundation.acting import action
from handslag.journal.actions import entry, record_all
from handslag.parties import may
from handslag.parties.models import Party, Post, Unit, User
from handslag.parties.viewer import Viewer
from handslag.reference.authorities import Authority


@dataclass(frozen=True)
class Hire:
    """Somebody who shall have a role at a party, or at a unit of it; party, unit and user are made where they lack."""

    authority: Authority
    unit: str
    unit_name: str
    county_code: str
    email: str
    given_name: str
    family_name: str
    role: str
    staff_id: str = ""
    """How the user's identity provider names the user (`orgAffiliation`); stored where it was empty before."""


@action(may.operate)
def hire(actor: Viewer, wanted: Sequence[Hire]) -> int:
    """Gives people posts, all or none; returns how many are new. They can sign in once a password is set.

    For the system alone.
    """
    parties, users = _parties(wanted), _users(wanted)
    units = _units(wanted, parties)
    standing = Post.objects.filter(is_active=True).order_by()
    there = set(standing.values_list("user_id", "role", "party_id", "unit_id"))
    new: dict[tuple, Post] = {}
    for one in wanted:
        party, unit, user = (
            parties[one.authority.code],
            units.get((one.authority.code, one.unit)),
            users[one.email.lower()],
        )
        key = (user.pk, one.role, party.pk, unit and unit.pk)
        if key not in there:
            new[key] = Post(user=user, role=one.role, party=party, unit=unit)
    made = Post.objects.bulk_create(new.values())
    record_all(entry(actor.label, "hired", "post", post.pk, role=post.role) for post in made)
    return len(made)


def _parties(wanted: Sequence[Hire]) -> dict[str, Party]:
    there = Party.objects.in_bulk(field_name="code")
    lacking = {one.authority.code: one.authority for one in wanted if one.authority.code not in there}
    made = Party.objects.bulk_create(
        Party(code=code, kind=a.kind, name=a.name, county_code=a.county_code) for code, a in lacking.items()
    )
    return there | {party.code: party for party in made}


def _units(wanted: Sequence[Hire], parties: dict[str, Party]) -> dict[tuple[str, str], Unit]:
    there = {(unit.party.code, unit.code): unit for unit in Unit.objects.select_related("party").order_by()}
    lacking = {(one.authority.code, one.unit): one for one in wanted if one.unit}
    made = Unit.objects.bulk_create(
        Unit(party=parties[party], code=code, name=one.unit_name, county_code=one.county_code)
        for (party, code), one in lacking.items()
        if (party, code) not in there
    )
    return there | {(unit.party.code, unit.code): unit for unit in made}


def _users(wanted: Sequence[Hire]) -> dict[str, User]:
    """All of them by e-mail, active and with what the file says of how they sign in."""
    named = {one.email.lower(): one for one in wanted}
    known = {one.email.lower(): one.staff_id for one in wanted if one.staff_id}
    there = User.objects.in_bulk(list(named), field_name="email")
    changed = [
        user for user in there.values() if not user.is_active or known.get(user.email, user.staff_id) != user.staff_id
    ]
    for user in changed:
        user.is_active, user.staff_id = True, known.get(user.email, user.staff_id)
    User.objects.bulk_update(changed, ["is_active", "staff_id"], batch_size=500)
    made = User.objects.bulk_create(
        User(
            email=email,
            given_name=one.given_name,
            family_name=one.family_name,
            staff_id=known.get(email, ""),
        )
        for email, one in named.items()
        if email not in there
    )
    return there | {user.email: user for user in made}
