"""A protected person is not named in running text, when the protection begins and ever after."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handslag.cases import actions as cases
from handslag.cases.models import Case, PastStep
from handslag.disclosure.models import Disclosure
from handslag.foundation import clock
from handslag.handovers.actions import accept_handover
from handslag.intake.actions import import_cases
from handslag.journal.models import Entry
from handslag.persons.models import Identity
from handslag.persons.registering import Named, _identity
from handslag.rights.concealing import HIDDEN, conceal, fingerprints
from handslag.rights.protection import protect
from handslag.sharing.actions import withdraw
from tests.test_intake import good_row, write_csv
from tests.worlds import contact_in, numbers

NUMBER = numbers()[860]
WRITTEN = [
    NUMBER, NUMBER[2:], f"{NUMBER[:8]}-{NUMBER[8:]}", f"{NUMBER[2:8]} {NUMBER[8:]}", f"{NUMBER[2:8]} - {NUMBER[8:]}",
    f"{NUMBER[:4]}-{NUMBER[4:6]}-{NUMBER[6:8]}", NUMBER[2:8], "Anna", "Lena", "Anna Lena", "anna-lena", "AnnaLena", "ANNALENAS",
    "Bo", "Bos", "Öberg-Ek", "Öbergs", "ek",
]  # fmt: skip


def _hidden() -> str:
    return fingerprints(_identity(None, Named(1, NUMBER, "Anna-Lena Bo", "Öberg Ek")))


@given(
    st.lists(st.sampled_from(WRITTEN), min_size=1, max_size=4), st.sampled_from([" ", ", ", " – ", "\n", " (", ") 12 "])
)
def test_whatever_way_the_person_is_written_it_is_hidden(parts, between):
    told = conceal(f"Ring {between.join(parts)} i boendet, ekonomi, 25 mars", _hidden())
    assert all(part not in told.split() and NUMBER[-4:] not in told for part in parts)
    assert told.startswith(f"Ring {HIDDEN}") and told.endswith(" i boendet, ekonomi, 25 mars")


def test_text_without_the_person_stays_as_it_is():
    text = "Boka ett möte 2026-03-04 kl. 10 med Annas-kliniken ekonomisk 0701234567"
    assert conceal(text, "") == text
    assert (
        conceal("Boka 2026-03-04 kl. 10.15, tel 070-123 45 67", _hidden())
        == "Boka 2026-03-04 kl. 10.15, tel 070-123 45 67"
    )


def test_the_person_is_hidden_on_protecting_and_after(world):
    who = {"identity_number": NUMBER, "given_name": "Anna Lena", "family_name": "Öberg"}
    number = f"{NUMBER[2:8]} {NUMBER[8:]}"
    closed = world.case(**who)
    cases.close(world.viewer("fk_a"), closed.pk, "work", f"Chefen, se {number}")
    case = world.case(**who, next_step=f"Ring Anna-Lena ({number})")
    protect(world.viewer("fk_a"), case.pk)
    case.refresh_from_db(), closed.refresh_from_db()
    assert case.next_step == f"Ring {HIDDEN}-{HIDDEN} ({HIDDEN})" and closed.next_responsible == f"Chefen, se {HIDDEN}"
    cases.take_next_step(
        world.viewer("fk_a"), case.pk, "Möt annalena", clock.today(), note=f"Öbergs nummer är {number}"
    )
    cases.take_next_step(world.viewer("fk_a"), case.pk, "Avsluta", clock.today())
    assert PastStep.objects.filter(case=case).latest("id").text == f"Möt {HIDDEN}"
    assert f"{HIDDEN} nummer är {HIDDEN}" in PastStep.objects.filter(case=case).values_list("note", flat=True)
    cases.close(world.viewer("fk_a"), case.pk, "work", "Lenas bror")
    case.refresh_from_db()
    assert case.next_responsible == f"{HIDDEN} bror" and not Identity.objects.exists()


def test_checking_a_file_tells_nothing_of_the_protected(world, tmp_path):
    protect(world.viewer("fk_a"), world.case(identity_number=NUMBER).pk)
    path = write_csv(tmp_path / "f.csv", [good_row(world, 1, identity_number=NUMBER), good_row(world, 2)])
    lead = world.viewer("fk_lead")
    assert import_cases(lead, path, dry_run=True).ok
    outcome = import_cases(lead, path)
    assert [(p.row, p.column) for p in outcome.problems] == [(0, "")] and "skyddade" in outcome.problems[0].message
    assert not Identity.objects.exists() and Entry.objects.filter(verb="file_checked").count() == 2


@pytest.mark.parametrize("knows", [True, False])
def test_checking_a_file_tells_nothing_of_whom_another_party_alone_knows(world, tmp_path, knows):
    case = world.case("af_a")
    handover = world.offer(case, "fk")
    accept_handover(world.viewer("fk_a"), handover.pk, contact_in(2))
    if not knows:
        lines = list(Disclosure.objects.filter(ended_at=None).values_list("pk", flat=True))
        withdraw(world.viewer("fk_a"), lines, case.pk)
    path = write_csv(tmp_path / "f.csv", [good_row(world, 1, identity_number=case.person.identity.number)])
    assert Case.objects.get(pk=case.pk).holder == world.posts["fk_a" if knows else "af_a"]
    assert import_cases(world.viewer("fk_lead"), path, dry_run=True).ok is not knows
