"""Promise 7: every change and every look is written down, and whoever changes what is written is found."""

import json

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from handslag.foundation import clock, guards
from handslag.journal import chain
from handslag.journal.actions import record
from handslag.journal.models import Entry, Head
from handslag.journal.queries import looks_at
from tests.strictness import StrictClient


@pytest.fixture
def told(world, browse):
    """A world in which something was done and looked at."""
    case = world.case()
    browse("fk_a").get(reverse("case", args=[case.public_id]))
    world.case()
    browse("fk_a").get(reverse("my-work"))
    record("Åsa", "noted", "case", case.pk, acting_for="Örjan", day="2026-01-01", words=["å", "\n"])
    return world, case


@pytest.fixture
def anchors(tmp_path):
    before, settings.HANDSLAG_HOME = settings.HANDSLAG_HOME, tmp_path
    yield tmp_path / chain.ANCHORS
    settings.HANDSLAG_HOME = before


def run(sql: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def without_guards(act) -> None:
    """As somebody with the powers of an owner, who takes the guards down first."""
    guards.drop(connection)
    act()
    guards.install(connection)


def test_the_chain_holds_over_all_that_is_written(told):
    entries, breaks = chain.verify()
    assert entries == Entry.objects.count() > 3 and not breaks


def test_no_sql_changes_or_removes_an_entry_while_the_guards_stand(told):
    for sql in ("UPDATE journal_entry SET actor = 'x'", "DELETE FROM journal_entry", "DELETE FROM journal_shown",
                "UPDATE journal_shown SET case_id = 99", "DELETE FROM journal_head", "UPDATE journal_head SET place = 0"):  # fmt: skip
        with pytest.raises(Exception, match="journal_"), transaction.atomic():
            run(sql)


COLUMNS = tuple(
    f.attname for f in Entry._meta.concrete_fields
)  # the table's own, not what the chain says that it covers


@pytest.mark.django_db
@examples(max_examples=60)
@given(st.data())
def test_any_byte_of_any_row_that_is_changed_is_found(data):
    with transaction.atomic():
        for number in range(6):
            record(f"actor{number}", "noted", "case", number + 1, acting_for="b", basis="own", address="::1", n=number)
        rows = list(Entry.objects.order_by("id"))
        row = data.draw(st.sampled_from(rows))
        column = data.draw(st.sampled_from(COLUMNS))
        value = getattr(row, column)
        if isinstance(value, int):
            changed = data.draw(st.integers(-5, 10**12).filter(lambda n: n != value and n not in {r.pk for r in rows}))
        else:
            at = data.draw(st.integers(0, max(len(value) - 1, 0)))
            sign = data.draw(st.characters(blacklist_categories=["Cs", "Cc"]).filter(lambda c: c != value[at : at + 1]))
            changed = value[:at] + sign + value[at + 1 :]
            longest = Entry._meta.get_field(column).max_length
            changed = changed[:longest] if longest else changed
        without_guards(lambda: run(f"UPDATE journal_entry SET {column} = %s WHERE id = %s", changed, row.pk))
        _entries, breaks = chain.verify()
        assert breaks and abs(breaks[0].place - row.pk) <= 1 or column == "id", (column, value, changed, breaks)
        assert breaks
        transaction.set_rollback(True)


@pytest.mark.parametrize("which", ["first", "middle", "last", "last two"])
def test_what_is_removed_is_missed(told, which):
    ids = list(Entry.objects.order_by("id").values_list("id", flat=True))
    gone = {"first": ids[:1], "middle": ids[1:2], "last": ids[-1:], "last two": ids[-2:]}[which]

    def remove():
        run("DELETE FROM journal_shown WHERE entry_id = ANY(%s)" if connection.vendor == "postgresql" else
            f"DELETE FROM journal_shown WHERE entry_id IN ({','.join(map(str, gone))})",
            *([gone] if connection.vendor == "postgresql" else []))  # fmt: skip
        for one in gone:
            run("DELETE FROM journal_entry WHERE id = %s", one)

    without_guards(remove)
    _entries, breaks = chain.verify()
    assert breaks[0].place == gone[0] and "missing" in breaks[0].why


def test_two_entries_that_change_places_are_found(told):
    def swap():
        run("UPDATE journal_entry SET id = -1 WHERE id = 1")
        run("UPDATE journal_entry SET id = 1 WHERE id = 2")
        run("UPDATE journal_entry SET id = 2 WHERE id = -1")

    entries = Entry.objects.count()
    if Entry.objects.filter(shown__isnull=False, id__lte=2).exists():
        pytest.skip("a list stands first")
    without_guards(swap)
    assert chain.verify()[1] and Entry.objects.count() == entries


def test_a_cut_end_is_found_even_when_the_head_is_set_back(told, anchors):
    chain.anchor(clock.now())
    assert not chain.verify()[1]
    last = Entry.objects.order_by("id").last()
    before = Entry.objects.get(pk=last.pk - 1)

    def cut():
        run("DELETE FROM journal_shown WHERE entry_id = %s", last.pk)
        run("DELETE FROM journal_entry WHERE id = %s", last.pk)
        run("UPDATE journal_head SET place = %s, seal = %s, tag = %s", before.pk, before.seal,
            chain.tag_of(before.pk, before.seal))  # fmt: skip

    without_guards(cut)  # with the head's own key stolen: the anchor outside the database still tells
    assert any("cut off" in found.why for found in chain.verify()[1])
    anchors.unlink()
    assert not chain.verify()[1], "without an anchor and with the key nobody could tell"


def test_an_entry_of_another_past_does_not_fit_in(db):
    def rewind():
        run("DELETE FROM journal_entry")
        run("UPDATE journal_head SET place = 0, seal = '', tag = %s", chain.tag_of(0, ""))

    record("first", "noted", "case", 1)
    record("second", "noted", "case", 2)
    other = Entry.objects.values().get(pk=2)
    without_guards(rewind)
    record("another first", "noted", "case", 1)
    record("another second", "noted", "case", 2)
    record("a third", "noted", "case", 3)
    assert not chain.verify()[1]
    without_guards(lambda: Entry.objects.filter(pk=2).update(**{k: v for k, v in other.items() if k != "id"}))
    assert chain.verify()[1][0].place == 2


def test_a_head_written_by_hand_is_found(told):
    without_guards(lambda: Head.objects.update(tag="0" * 64))
    assert "head" in chain.verify()[1][0].why


def test_links_of_lists_are_part_of_what_is_verified(told):
    without_guards(lambda: run("UPDATE journal_shown SET case_id = case_id + 1"))
    assert "links" in chain.verify()[1][0].why


def test_every_page_that_shows_a_person_is_written_down_with_its_basis(world, browse):
    case = world.case()
    handover = world.offer(case)
    asked = {
        "fk_a": [reverse("case", args=[case.public_id]), reverse("my-work"), reverse("sharing", args=[case.public_id]),
                 reverse("handover", args=[handover.public_id]), reverse("next-step", args=[case.public_id])],
        "fk_lead": [reverse("unit-cases", args=[world.units["fk"].public_id])],
        "af_a": [reverse("handover", args=[handover.public_id]), reverse("my-work"), reverse("case", args=[case.public_id])],
        "fk_officer": [reverse("case", args=[case.public_id])],
    }  # fmt: skip
    for name, urls in asked.items():
        for url in urls:
            before = looks_at([case.pk]).count()
            client = StrictClient(REMOTE_ADDR="192.0.2.7")
            client.force_login(world.posts[name].user)
            client.get(url)
            look = looks_at([case.pk]).first()
            assert looks_at([case.pk]).count() == before + 1, url
            assert (look.actor, look.address) == (f"{name}@test.example", "192.0.2.7"), url
            assert look.basis, url
    assert "consent:" in looks_at([case.pk]).filter(actor="af_a@test.example").first().basis
    browse("kom_a").get(reverse("case", args=[case.public_id]))
    assert not looks_at([case.pk]).filter(actor="kom_a@test.example").exists(), "nothing was shown"


def test_a_stand_in_is_written_down_as_such(world, browse):
    from handslag.parties.models import Absence

    case = world.case("fk_b")
    Absence.objects.create(post=world.posts["fk_b"], from_on=clock.today(), stand_in=world.posts["fk_a"])
    browse("fk_a").get(reverse("case", args=[case.public_id]))
    look = looks_at([case.pk]).first()
    assert (look.actor, look.acting_for) == ("fk_a@test.example", "fk_b@test.example")


def test_a_look_that_cannot_be_written_down_is_not_shown(world, browse, monkeypatch):
    case = world.case()

    def broken(*_args, **_more):
        raise RuntimeError("the journal is out of order")

    monkeypatch.setattr("handslag.site.middleware.record_looks", broken)
    client = browse("fk_a")
    client.raise_request_exception = False
    response = client.get(reverse("case", args=[case.public_id]))
    assert response.status_code == 500 and case.person.identity.family_name not in response.content.decode()


def test_the_journal_holds_no_words_about_anybody(world, browse):
    case = world.case(family_name="Hemlig", next_step="Ring Hemlig om diagnosen")
    handover = world.offer(case)
    client = browse("fk_a")
    client.post(reverse("search"), {"q": "Hemlig"})
    client.get(reverse("handover", args=[handover.public_id]))
    whole = json.dumps(list(Entry.objects.values()), ensure_ascii=False)
    assert "Hemlig" not in whole and case.person.identity.number not in whole and handover.brief not in whole


def test_the_address_comes_from_trusted_proxies_alone(world, settings):
    case = world.case()
    client = StrictClient(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.9, 198.51.100.2")
    client.force_login(world.posts["fk_a"].user)
    for proxies, address in ((0, "10.0.0.1"), (1, "198.51.100.2"), (2, "203.0.113.9"), (3, "10.0.0.1")):
        settings.HANDSLAG_PROXIES = proxies
        client.get(reverse("case", args=[case.public_id]))
        assert looks_at([case.pk]).first().address == address
