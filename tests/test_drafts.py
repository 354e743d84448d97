"""Drafts: what is typed is kept as it is typed, by author, seen by the own party alone, and removed in time."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from handslag.drafts import actions, queries, rules
from handslag.drafts.models import Draft
from handslag.foundation import clock
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.persons.models import Person
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
