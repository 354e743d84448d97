"""Promise 6 by the ways of referrals: pages, lists, journal and API tell each side the name and the words that a basis
covers, and nobody else anything; over random consents, confirmations and withdrawals, against a model of a few lines."""

import json

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from handslag.disclosure.rules import GROUPS, IDENTITY, PLAN
from handslag.foundation.errors import Refused
from handslag.referrals import actions
from handslag.sharing.actions import withdraw
from tests import worlds
from tests.strictness import StrictClient

groups = st.frozensets(st.sampled_from(GROUPS))
NAME, ASKED, QUESTION = "Xyzname", "Xyzasked", "Xyzquestion"
VIEWERS = (
    "fk_a",
    "fk_b",
    "fk_officer",
    "measure",
    "stranger",
    "kom_lead",
    "kom_officer",
    "af_a",
    "hylte_lead",
    "fk2_a",
)
SIDE = ("measure", "kom_lead", "kom_officer")
OFFICERS = {"fk": "fk_officer", "kom": "kom_officer", "af": "af_officer"}


def signed_in(world, name):
    client = StrictClient()
    client.force_login(world.posts[name].user)
    return client


def lawful(viewer, holder, out, back, asked, question) -> set[str]:
    """What a viewer may read of a referral from a holder's party to the measure at the municipality."""
    own = holder.split("_")[0]
    if viewer in ("stranger", "af_a", "hylte_lead", "fk2_a"):
        return set()
    is_measures = viewer in ("measure", "kom_lead", "kom_officer")
    told = out if is_measures and own != "kom" else frozenset(GROUPS)
    answered = frozenset(GROUPS) if is_measures or own == "kom" else back
    if own == "kom" and not is_measures:
        return set()
    found = {NAME} if IDENTITY in told else set()
    found |= {ASKED} if asked and PLAN in told else set()
    return found | ({QUESTION} if question and PLAN in answered else set())


def shown(text: str) -> set[str]:
    return {word for word in (NAME, ASKED, QUESTION) if word in text}


@pytest.mark.django_db
@settings(max_examples=15)
@given(st.sampled_from(["fk_a", "kom_b"]), groups, groups, st.booleans(), st.booleans(), st.booleans())
def test_referrals_tell_what_is_lawful(holder, out, back, confirms, asks, withdraws):
    with transaction.atomic():
        world = worlds.build()
        unit = world.units["hylte"]
        world.hire("stranger", "measure_staff", party=unit.party, unit=unit)
        case, measure = world.case(holder, family_name=NAME), world.staffed()
        is_own = holder.startswith("kom")
        consent = None
        if not is_own and out | back:
            consent = world.consent(case, "kom", out=out, back=back, confirms=False)
        if is_own or not consent:
            out = back = frozenset(GROUPS) if is_own else frozenset()
        asked = PLAN in out
        words = actions.Asked(measure, world.units["kom"], ASKED if asked else "")
        referral = actions.refer(world.viewer(holder), case.pk, words)
        back = back if confirms or is_own else frozenset()
        if confirms and consent:
            world.confirm("kom_a")
        question = asks and PLAN in back
        if asks:
            try:
                actions.ask_referrer(world.viewer("measure"), referral.pk, QUESTION)
                assert question
            except Refused:
                assert not question
        if withdraws and consent:
            lines = list(consent.disclosures.filter(ended_at=None).values_list("pk", flat=True))
            withdraw(world.viewer(holder), lines, case.pk)
            out = back = frozenset()
        for viewer in VIEWERS:
            may, client = lawful(viewer, holder, out, back, asked, question), signed_in(world, viewer)
            page = client.get(f"/referrals/{referral.public_id}/")
            near = viewer in SIDE or (holder == "fk_a" and viewer in ("fk_a", "fk_b", "fk_officer"))
            assert (page.status_code == 200) == near, viewer
            assert shown(page.content.decode()) == may, (viewer, out, back)
            listed = client.get("/referrals/" if viewer in ("measure", "stranger") else "/my-work/")
            assert shown(listed.content.decode()) <= may, viewer
            step = client.get(f"/referrals/{referral.public_id}/decline/")
            assert shown(step.content.decode()) <= may, viewer
        for party, officer in OFFICERS.items():
            client = Client(headers={"Authorization": f"Bearer {world.token(party)}"})
            may = lawful(officer, holder, out, back, asked, question) if party != "af" else set()
            told = [client.get(f"/api/v1/referrals{path}").json() for path in ("", f"/{referral.public_id}")]
            assert shown(json.dumps(told)) == may & {ASKED}, party
        transaction.set_rollback(True)
