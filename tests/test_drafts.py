"""Drafts: what is typed is kept as it is typed, by author, seen by the own party alone, and removed in time."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from handslag.drafts import actions, queries, rules
from handslag.drafts.models import Draft
from handslag.foundation import clock
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.meetings.models import Decision, Meeting, Participant
from handslag.persons.models import Person
from handslag.plans import actions as plans
from handslag.plans.models import Review, Step
from handslag.rights.extract import DATA
from handslag.rights.protection import protect
from handslag.watch.actions import go_round

FORM = "form"


def save(world, case, who: str = "fk_a", known: int = 0, **content) -> Draft:
    """Somebody saves a draft."""
    return actions.save_draft(world.viewer(who), case.pk, FORM, content or {"text": "Ord"}, known)


def texts(world, case, who: str) -> list[str]:
    return [queries.content_of(d)["text"] for d in queries.also_writing(world.viewer(who), case, FORM)]


def test_what_was_saved_last_stands_and_nothing_older_replaces_it(world):
    case = world.case()
    assert [save(world, case, known=n, text=f"Ord {n}").number for n in range(3)] == [1, 2, 3]
    for known in (0, 2, 4):
        with pytest.raises(Overtaken):
            save(world, case, known=known, text="Från ett annat fönster")
    own = queries.own_draft(world.viewer("fk_a"), case, FORM)
    assert queries.content_of(own) == {"text": "Ord 2"}
    with pytest.raises(Refused):
        save(world, case, known=3, text="x" * rules.LONGEST)


def test_each_author_has_a_draft_of_its_own_seen_by_the_own_party_alone(world):
    case = world.case()
    world.consent(case)  # AF may be told everything that is noted
    save(world, case, text="FK:s ord")
    save(world, case, "fk_lead", text="Chefens ord")
    save(world, case, "af_a", text="AF:s ord")
    assert texts(world, case, "fk_a") == ["Chefens ord"] and texts(world, case, "fk_lead") == ["FK:s ord"]
    assert texts(world, case, "af_b") == ["AF:s ord"] and texts(world, case, "af_a") == []
    with pytest.raises(NotAllowed):
        save(world, case, "kom_a")
    with pytest.raises(NotAllowed):
        save(world, case, "fk_officer")


def test_it_is_saved_over_the_page_and_told(world, browse):
    case, fk = world.case(), browse("fk_a")
    url = reverse("draft", args=[case.public_id, FORM])
    told = fk.post(url, {"text": "Ord", "several": ["a", "b"], "draft_number": "0", "csrfmiddlewaretoken": "x"})
    assert told.json()["number"] == 1 and told.json()["told"].startswith("Sparat")
    assert json.loads(Draft.objects.get().content) == {"text": "Ord", "several": ["a", "b"]}
    stale = fk.post(url, {"text": "Annat", "draft_number": "0"})
    assert stale.status_code == 409 and "annat fönster" in stale.json()["told"]
    assert browse("kom_a").post(url, {"text": "x"}).status_code == 404


def test_drafts_go_when_nobody_touches_them_with_the_case_and_with_the_identity(world):
    case, other = world.case(), world.case()
    save(world, case)
    with time_machine.travel(clock.now() + timedelta(days=100), tick=False):
        save(world, other)
    go_round(clock.today() + rules.KEPT)
    assert Draft.objects.count() == 2
    go_round(clock.today() + rules.KEPT + timedelta(days=1))
    assert Draft.objects.get().case == other
    protect(world.viewer("fk_a"), other.pk)
    assert Draft.objects.get().content == ""


def test_the_extract_leaves_drafts_out(world):
    case = world.case()
    save(world, case, text="Inte färdigt")
    told = json.dumps(DATA.whole(Person.objects.get(pk=case.person_id)), default=str, ensure_ascii=False)
    assert "Inte färdigt" not in told


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE drafts_draft SET content = 'Något annat'",
        "UPDATE drafts_draft SET content = 'Något annat', number = number - 1",
        "UPDATE drafts_draft SET author_id = author_id + 1",
        "UPDATE drafts_draft SET form = 'other'",
    ],
)
def test_direct_sql_puts_nothing_older_over_a_draft(world, sql):
    case = world.case()
    save(world, case)
    save(world, case, known=1)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def _over(world, case):
    """A meeting of the case whose time has come."""
    with time_machine.travel(clock.now() - timedelta(days=9), tick=False):
        return world.meeting(case, days=1)


def _plan(world, case) -> str:
    return str(plans.make_plan(world.viewer("fk_a"), case.pk, plans.Words("Halvtid")).public_id)


def _ahead(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def _made(world) -> dict:
    return {"due_on": _ahead(9), "to": str(world.posts["fk_a"].public_id)}


def _decided(world) -> dict:
    came = [str(guest.public_id) for guest in Participant.objects.all()]
    post = str(world.posts["fk_a"].public_id)
    return {"came": came, "decision_1": "Ring", "due_1": _ahead(9), "to_1": post}


LONG = {
    "booking a meeting": (
        lambda world, case: reverse("book-meeting", args=[case.public_id]), "purpose",
        lambda world: {"kind": "sip", "at": f"{_ahead(5)}T10:00", "minutes": "45", "place": "Rum 3"}, Meeting),
    "noting a meeting": (
        lambda world, case: reverse("meeting-step", args=[_over(world, case).public_id, "hold"]), "notes",
        _decided, Decision),
    "making a plan": (
        lambda world, case: reverse("make-plan", args=[case.public_id]), "goal", lambda world: {}, Review),
    "reviewing a plan": (
        lambda world, case: reverse("plan-change", args=[_plan(world, case), "review"]), "goal",
        lambda world: {}, Review),
    "adding a step": (
        lambda world, case: reverse("plan-change", args=[_plan(world, case), "step"]), "text", _made, Step),
}  # fmt: skip


@pytest.mark.parametrize("form", LONG)
def test_what_is_typed_in_a_long_form_is_there_again_until_it_is_noted(world, browse, form):
    address, field, rest, noted = LONG[form]
    case, fk, lead = world.case(), browse("fk_a"), browse("fk_lead")
    url = address(world, case)
    page, before = fk.get(url).content.decode(), noted.objects.count()
    (saved_at,) = re.findall(r'data-draft="([^"]+)"', page)
    told = fk.post(saved_at, {field: "Skrivet så långt", "version": "1", "once": "x", "draft_number": "0"})
    assert told.json()["number"] == 1 and set(json.loads(Draft.objects.get().content)) == {field}
    assert fk.get(url).context["form"][field].value() == "Skrivet så långt"
    assert "Skriver också här: Fk_A Test" in lead.get(url).content.decode()
    pressed = fk.post(url, {field: "Utan skript", "draft": "1", "draft_number": "1"}).content.decode()
    assert "Utkastet är sparat" in pressed and "Utan skript" in pressed and "behöver rättas" not in pressed
    refused = fk.post(
        url, {field: "Inte helt", "draft_number": "2"} if rest(world) else {field: " ", "draft_number": "2"}
    )
    assert refused.status_code == 200 and noted.objects.count() == before and Draft.objects.get().number == 3
    body = {**rest(world), field: "Färdigt", "draft_number": "3"}
    assert fk.post(url, body).status_code == 302
    assert noted.objects.count() == before + 1 and not Draft.objects.exists()
