"""Promise 7: every change and every look is written down, and whoever changes what is written is found."""

import json
import threading

import pytest
import time_machine
from click.testing import CliRunner
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from handslag.check.written import written
from handslag.cli.main import main
from handslag.foundation import clock, guards
from handslag.foundation.keys import WrongKey
from handslag.journal import anchors as anchoring
from handslag.journal import chain, seals
from handslag.journal.actions import entry, record, record_all
from handslag.journal.models import Batch, Entry, Head, Unsealed
from handslag.journal.queries import looks_at
from handslag.journal.verification import verify
from tests.strictness import StrictClient

POSTGRESQL = connection.vendor == "postgresql"


@pytest.fixture
def told(world, browse):
    """A world in which something was done and looked at, all of it sealed, in two batches."""
    case = world.case()
    browse("fk_a").get(reverse("case", args=[case.public_id]))
    chain.seal()
    world.case()
    browse("fk_a").get(reverse("my-work"))
    record("Åsa", "noted", "case", case.pk, acting_for="Örjan", day="2026-01-01", words=["å", "\n"])
    chain.seal()
    return world, case


@pytest.fixture
def lasting(transactional_db):
    """What is written is really committed, for tests of races. The guards fall only to clean up."""
    yield
    guards.drop(connection)


@pytest.fixture
def travel():
    """Time stands, and goes forward by so many seconds when asked."""
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller.shift


@pytest.fixture
def anchors(tmp_path):
    before, settings.HANDSLAG_HOME = settings.HANDSLAG_HOME, tmp_path
    yield tmp_path / anchoring.ANCHORS
    settings.HANDSLAG_HOME = before


def run(sql: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def without_guards(act) -> None:
    """As somebody with the powers of an owner, who takes the guards down first."""
    guards.drop(connection)
    act()
    guards.install(connection)


def note(*numbers: int) -> list[int]:
    """Writes an entry for each number; their places."""
    lines = [entry(f"actor{n}", "noted", "case", n, "b", "own", "::1", party=n, group="plan", n=n) for n in numbers]
    record_all(lines)
    return [line.pk for line in lines]


def sealed(*numbers: int) -> list[int]:
    """Writes an entry for each number, and seals them as one batch."""
    places = note(*numbers)
    assert chain.seal() == len(places)
    return places


def place_next(place: int) -> None:
    """Makes this the place of the next entry."""
    if POSTGRESQL:
        run(f"ALTER SEQUENCE journal_entry_id_seq RESTART WITH {place}")
    else:
        run("DELETE FROM sqlite_sequence WHERE name = 'journal_entry'")
        run("INSERT INTO sqlite_sequence (name, seq) VALUES ('journal_entry', %s)", place - 1)


def found() -> list[str]:
    """Where the journal is broken. Verification and the independent proof must find breaks alike."""
    breaks = verify().breaks
    assert bool(breaks) == bool(written(5)[1]), (breaks, written(5))
    return [one.where for one in breaks]


def remove(*places: int) -> None:
    for place in places:
        run("DELETE FROM journal_shown WHERE entry_id = %s", place)
        run("DELETE FROM journal_entry WHERE id = %s", place)


def test_the_chain_holds_over_all_that_is_written(told):
    verdict = verify()
    assert verdict.entries == written(5)[0] == Entry.objects.count() > 3 and not found()
    assert (verdict.batches, verdict.unsealed, verdict.unsealed_since) == (2, 0, "")


TAMPERINGS = [
    "UPDATE journal_entry SET actor = 'x'",
    "DELETE FROM journal_entry",
    "UPDATE journal_shown SET case_id = 99",
    "DELETE FROM journal_shown",
    "UPDATE journal_unsealed SET seal = 'x'",
    "UPDATE journal_batch SET places = '1'",
    "DELETE FROM journal_batch",
    "UPDATE journal_head SET number = 0",
    "UPDATE journal_head SET seal = 'x'",
    "DELETE FROM journal_head",
]


def test_no_sql_changes_or_removes_what_is_written_while_the_guards_stand(told):
    record("somebody", "noted", "case", 1)
    for sql in TAMPERINGS:
        with pytest.raises(Exception, match="journal_"), transaction.atomic():
            run(sql)


@pytest.mark.skipif(POSTGRESQL, reason="only SQLite knows INSERT OR REPLACE")
def test_replacing_is_changing(told):
    record("somebody", "noted", "case", 1)
    for table in ("entry", "shown", "unsealed", "batch"):
        with pytest.raises(Exception, match="row exists"), transaction.atomic():
            run(f"INSERT OR REPLACE INTO journal_{table} SELECT * FROM journal_{table}")


def changed(data, row, taken: set) -> tuple[str, object]:
    """A column of a row, with another value in it."""
    field = data.draw(st.sampled_from(row._meta.concrete_fields))  # the table's own, not what the seals say they cover
    value = getattr(row, field.attname)
    if value is None or isinstance(value, int):
        return field.column, data.draw(st.integers(-5, 10**12).filter(lambda n: n != value and n not in taken))
    at = data.draw(st.integers(0, max(len(value) - 1, 0)))
    sign = data.draw(st.characters(blacklist_categories=["Cs", "Cc"]).filter(lambda c: c != value[at : at + 1]))
    return field.column, (value[:at] + sign + value[at + 1 :])[: field.max_length]


@pytest.mark.django_db
@examples(max_examples=60)
@given(st.data())
def test_any_byte_of_any_row_that_is_changed_is_found(data):
    """Also of rows that are not sealed yet, and of batches and the head."""
    with transaction.atomic():
        places = sealed(1, 2) + sealed(3, 4) + note(5, 6)
        model = data.draw(st.sampled_from([Entry, Entry, Entry, Batch, Head]))
        row = data.draw(st.sampled_from(list(model.objects.order_by("pk"))))
        column, value = changed(data, row, {*places, 1, 2} if model is not Head else {row.pk})
        key = row._meta.pk.column
        before = getattr(row, column)
        without_guards(lambda: run(f'UPDATE {row._meta.db_table} SET "{column}" = %s WHERE {key} = %s', value, row.pk))
        where = found()
        assert where, (model, column, before, value)
        if model is Entry and column != "id":
            assert where[0] == f"entry {row.pk}"
        transaction.set_rollback(True)


@pytest.mark.parametrize("which", ["first", "middle", "last", "last two", "all"])
def test_what_is_removed_is_missed(told, which):
    places = list(Entry.objects.order_by("id").values_list("id", flat=True))
    gone = {"first": places[:1], "middle": places[1:2], "last": places[-1:], "last two": places[-2:]}.get(which, places)
    without_guards(lambda: remove(*gone))
    breaks = verify().breaks
    assert breaks[0].where == f"entry {gone[0]}" and "missing" in breaks[0].why and found()


def test_two_entries_that_change_places_are_found(db):
    first, second = sealed(1, 2)

    def swap():
        run("UPDATE journal_entry SET id = -1 WHERE id = %s", first)
        run("UPDATE journal_entry SET id = %s WHERE id = %s", first, second)
        run("UPDATE journal_entry SET id = %s WHERE id = -1", second)

    without_guards(swap)
    assert {f"entry {first}", f"entry {second}"} <= set(found()) and Entry.objects.count() == 2


def test_what_failed_leaves_a_gap_that_is_no_break(db):
    def fail():
        with pytest.raises(RuntimeError), transaction.atomic():
            note(2)
            raise RuntimeError

    (first,) = sealed(1)
    fail()
    (last,) = sealed(3)
    fail()
    assert not found() and verify().entries == 2
    assert last == first + (2 if POSTGRESQL else 1), "a sequence leaves gaps"
    without_guards(lambda: remove(first))
    assert found() == [f"entry {first}"], "a removed entry is no gap"


def test_what_waits_for_its_batch_is_told_and_not_for_long(db, travel):
    sealed(1)
    now = clock.now()
    note(2, 3)
    verdict = verify()
    assert (verdict.unsealed, verdict.unsealed_since) == (2, seals.instant(now)) and not found()
    travel(chain.OVERDUE)
    assert not found()
    travel(1)
    assert found() and "2 entries" in verify().breaks[0].why
    assert chain.seal() == 2 and not found()
    assert (verify().unsealed, verify().late) == (0, 2), "that nobody sealed for so long stays told"


def test_an_entry_that_is_kept_from_the_sealer_is_told(db, travel):
    (kept,) = note(1)
    run("DELETE FROM journal_unsealed")
    sealed(2)
    travel(chain.OVERDUE + 1)
    assert found() == [f"entry {kept}"]


def test_an_entry_that_goes_while_it_waits_is_named_by_its_batch(db):
    gone, _other = note(1, 2)
    without_guards(lambda: remove(gone))
    assert chain.seal() == 2 and found() == [f"entry {gone}"]


def test_an_entry_that_goes_with_its_place_in_the_queue_before_it_is_sealed_is_the_one_thing_unseen(db):
    gone, _other = note(1, 2)
    without_guards(lambda: remove(gone))
    run("DELETE FROM journal_unsealed WHERE entry_id = %s", gone)
    assert chain.seal() == 1 and not found(), "docs/threat-model.md says so"


@pytest.mark.skipif(not POSTGRESQL, reason="SQLite has one writer at a time")
def test_a_late_commit_does_not_slip_into_a_sealed_stretch(lasting):
    """A place that was taken early and comes late is named by a later batch: the earlier one is as it was."""
    wrote, go_on = threading.Event(), threading.Event()

    def late():
        with transaction.atomic():
            note(1)
            wrote.set()
            go_on.wait(10)
        connection.close()

    writer = threading.Thread(target=late)
    writer.start()
    wrote.wait(10)
    first, last = sealed(2, 3)
    assert Batch.objects.get().places == f"{first}-{last}" and not found() and verify().unsealed == 0
    go_on.set()
    writer.join()
    assert verify().unsealed == 1 and not found(), "it stands before what is sealed, and waits for its own batch"
    assert chain.seal() == 1 and Batch.objects.get(number=2).places == str(first - 1) and not found()


def test_two_sealers_at_once_seal_all_and_nothing_twice(lasting):
    for number in range(40):
        note(number)

    def work():
        while Unsealed.objects.exists():
            chain.seal()
        connection.close()

    sealers = [threading.Thread(target=work) for _ in range(4)]
    for one in sealers:
        one.start()
    note(*range(40, 60))
    for one in sealers:
        one.join()
    chain.seal()
    named = [place for batch in Batch.objects.order_by("number") for place in seals.places_of(batch.places)]
    assert sorted(named) == sorted(Entry.objects.values_list("pk", flat=True)) and len(named) == 60
    assert not found()


def test_what_is_written_during_verification_is_no_break(lasting, monkeypatch):
    monkeypatch.setattr("handslag.journal.verification.CHUNK", 3)
    monkeypatch.setattr("handslag.check.written.GROUP", 3)
    stop = threading.Event()

    def write():
        while not stop.is_set():
            note(1)
            chain.seal()
        connection.close()

    sealed(*range(30))
    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert [found() for _ in range(10)] == [[]] * 10
    finally:
        stop.set()
        writer.join()


@pytest.mark.skipif(not POSTGRESQL, reason="SQLite has one writer at a time")
def test_a_sealer_that_is_held_up_holds_up_nobody(lasting):
    held, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Head.objects.select_for_update().get()
            held.set()
            done.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    note(1)
    assert chain.seal() == 0 and verify().unsealed == 1 and not found()
    done.set()
    holder.join()
    assert chain.seal() == 1


def test_many_entries_are_sealed_in_several_batches(db, monkeypatch):
    monkeypatch.setattr(chain, "MOST", 3)
    monkeypatch.setattr("handslag.journal.verification.CHUNK", 2)
    monkeypatch.setattr("handslag.check.written.GROUP", 2)
    note(*range(8))
    assert chain.seal() == 8 and Batch.objects.count() == 3 and not found()
    record("x", "noted", "case", 1)
    without_guards(lambda: remove(Entry.objects.order_by("pk")[4].pk))
    assert found()


def forget(batches: int, head: tuple) -> None:
    """Takes the last batches away, sets the head back to what it was, and lets their entries wait anew."""
    for batch in Batch.objects.order_by("-number")[:batches]:
        for line in Entry.objects.filter(pk__in=seals.places_of(batch.places)):
            run("INSERT INTO journal_unsealed (entry_id, seal) VALUES (%s, %s)", line.pk, line.seal)
        run("DELETE FROM journal_batch WHERE number = %s", batch.number)
    run("UPDATE journal_head SET number = %s, seal = %s, tag = %s", *head)


def test_a_cut_end_is_found_even_when_the_head_is_set_back(told, anchors):
    anchoring.anchor(clock.now())
    assert not found()
    head = Head.objects.values_list("number", "seal", "tag").get()
    sealed(1)
    anchoring.anchor(clock.now())
    last = Entry.objects.order_by("id").last()

    def cut():
        remove(last.pk)
        forget(1, head)

    without_guards(cut)  # with an earlier head that was kept: the anchor outside the database still tells
    run("DELETE FROM journal_unsealed")
    assert any("cut off" in one.why for one in verify().breaks) and found()
    anchors.unlink()
    assert not found(), "without an anchor nobody could tell"


def test_batches_that_are_gone_are_missed(db):
    sealed(1), sealed(2), sealed(3)
    for number, told_at in ((3, ["batch 3"]), (2, ["batch 2"])):
        with transaction.atomic():
            without_guards(lambda number=number: run("DELETE FROM journal_batch WHERE number = %s", number))
            assert set(told_at) <= set(found())
            note(4)
            chain.seal()
            assert found(), "and what is sealed afterwards does not cover it"
            transaction.set_rollback(True)
    without_guards(lambda: run("DELETE FROM journal_batch"))
    assert {"batch 1"} <= set(found())


@pytest.mark.skipif(not POSTGRESQL, reason="only PostgreSQL knows TRUNCATE")
def test_what_an_owner_empties_past_the_guards_is_found(told):
    for table in ("journal_batch", "journal_entry", "journal_shown", "journal_head"):
        with pytest.raises(IntegrityError), transaction.atomic():
            run(f"TRUNCATE {table}")
        with transaction.atomic():
            without_guards(lambda table=table: run(f"TRUNCATE {table}"))
            assert found()
            transaction.set_rollback(True)


def test_a_chain_that_is_begun_anew_is_found(db, anchors):
    (first,), (second,) = sealed(1), sealed(2)
    anchoring.anchor(clock.now())
    without_guards(lambda: forget(2, (0, "", seals.of_head(0, ""))))
    assert chain.seal() == 2
    assert found() == [f"entry {second}", "batch 2"], "by what follows the lost batches, and by the anchor"
    without_guards(lambda: remove(second))
    without_guards(lambda: forget(1, (0, "", seals.of_head(0, ""))))
    run("DELETE FROM journal_unsealed WHERE entry_id <> %s", first)
    assert chain.seal() == 1 and found() == ["batch 2"]
    anchors.unlink()
    assert not found(), "without an anchor nobody could tell"


def test_entries_hold_the_batches_before_them(db):
    """Whoever seals anew what has been sealed, without an entry, is told by every entry that was written after it."""
    sealed(1)
    head = Head.objects.values_list("number", "seal", "tag").get()
    gone, _other = sealed(2, 3)
    (after,) = note(4)

    def again():
        remove(gone)
        forget(1, head)
        run("DELETE FROM journal_unsealed WHERE entry_id = %s", gone)

    without_guards(again)
    assert chain.seal() == 2
    assert found() == [f"entry {after}"]


def test_nothing_is_sealed_after_a_false_head(db):
    sealed(1)
    first = Batch.objects.get()
    sealed(2)
    false = (1, first.seal, "0" * 64)
    without_guards(lambda: forget(1, false))
    with pytest.raises(WrongKey):
        chain.seal()
    assert "head" in found()


def test_a_forged_batch_is_found(db):
    sealed(1)
    (place,) = note(2)
    forged = Batch(number=2, at=seals.instant(clock.now()), places=str(place), root=seals.root_of(["x"]), seal="0" * 64)
    forged.save(force_insert=True)
    assert "batch 2" in found()


def test_a_batch_of_other_entries_is_found(db):
    """An entry that was once written, in the place of the one that was sealed."""
    (place,) = note(1)
    other = Entry.objects.values().get()
    without_guards(lambda: remove(place))
    run("DELETE FROM journal_unsealed")
    place_next(place)
    assert sealed(2) == [place]
    without_guards(lambda: Entry.objects.update(**{k: v for k, v in other.items() if k != "id"}))
    assert found() == ["batch 1"]


def test_an_entry_of_another_past_does_not_fit_in(db):
    def rewind():
        run("DELETE FROM journal_entry")
        run("DELETE FROM journal_batch")
        run("UPDATE journal_head SET number = 0, seal = '', tag = %s", seals.of_head(0, ""))
        place_next(1)

    place_next(1)
    sealed(1), sealed(2)
    other = Entry.objects.values().get(pk=2)
    without_guards(rewind)
    for actor in ("another first", "another second", "a third"):
        record(actor, "noted", "case", 1)
        chain.seal()
    assert not found()
    without_guards(lambda: Entry.objects.filter(pk=2).update(**{k: v for k, v in other.items() if k != "id"}))
    assert found()[0] == "entry 2"


def test_a_head_written_by_hand_is_found(told):
    without_guards(lambda: Head.objects.update(tag="0" * 64))
    assert "head" in found()


def test_links_of_lists_are_part_of_what_is_verified(told):
    shown = Entry.objects.filter(verb="listed").get().pk
    for sql in ("UPDATE journal_shown SET case_id = case_id + 100", "DELETE FROM journal_shown",
                "INSERT INTO journal_shown (entry_id, case_id) SELECT max(id), 7 FROM journal_entry",
                "INSERT INTO journal_shown (entry_id, case_id) SELECT max(id) + 9, 7 FROM journal_entry"):  # fmt: skip
        with transaction.atomic():
            without_guards(lambda sql=sql: run(sql))
            assert len(found()) == 1 and ("links" in verify().breaks[0].why or "link" in verify().breaks[0].why)
            assert "INSERT" in sql or found() == [f"entry {shown}"]
            transaction.set_rollback(True)


def test_the_commands_seal_verify_and_anchor(world, anchors):
    def command(*words: str):
        return CliRunner().invoke(main, words)

    places = note(1, 2)
    told = json.loads(command("journal", "verify", "--format", "json").output)
    assert told["unsealed"] == 2 and told["breaks"] == [] and told["batches"] == 0, "it only reads"
    assert "2 entries are not sealed yet" in command("journal", "verify").output
    assert command("journal", "seal").output == "2 entries are sealed.\n"
    assert anchors.exists() is False and command("journal", "anchor").output.split()[0] == "1" and anchors.exists()
    note(3)
    assert command("retain").exit_code == 0 and verify().unsealed == 0, "a command seals what it leaves behind"
    without_guards(lambda: remove(places[0]))
    told = command("journal", "verify")
    assert told.exit_code == 1 and f"entry {places[0]}: missing" in told.output and "broken" in told.output
    assert (
        json.loads(command("journal", "verify", "--format", "json").output)["breaks"][0]["where"]
        == f"entry {places[0]}"
    )


def test_the_server_seals_by_itself_and_goes_on_after_an_error(db, monkeypatch, caplog):
    stop, went = threading.Event(), []

    def seal():
        went.append(1)
        if len(went) == 1:
            raise RuntimeError("the database went away")
        stop.set()
        return 0

    monkeypatch.setattr(chain, "seal", seal)
    monkeypatch.setattr(chain, "close_old_connections", lambda: None)
    monkeypatch.setattr(connection, "close", lambda: None)
    chain.keep_sealing(0, stop)
    assert len(went) == 2 and "could not be sealed" in caplog.text


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
