"""A protected person is not named in running text, when the protection begins and ever after."""

from dataclasses import asdict

import pytest
from click.testing import CliRunner
from django.db import transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from handslag.cases import actions as cases
from handslag.cases.models import Case, PastStep
from handslag.check.proof import prove
from handslag.cli.main import main
from handslag.disclosure.models import Disclosure
from handslag.foundation import clock, keys
from handslag.handovers.actions import accept_handover
from handslag.intake.actions import import_cases
from handslag.journal.chain import seal
from handslag.journal.models import Entry
from handslag.persons.concealing import HIDDEN, conceal, fingerprints
from handslag.persons.models import Identity, Person
from handslag.persons.rules import sex
from handslag.rights.protection import protect
from handslag.sharing.actions import withdraw
from handslag.watch.actions import go_round
from tests.test_intake import good_row, write_csv
from tests.worlds import contact_in, numbers

NUMBER, SECOND = numbers()[860], numbers()[862]
WRITTEN = [
    NUMBER, NUMBER[2:], f"{NUMBER[:8]}-{NUMBER[8:]}", f"{NUMBER[2:8]} {NUMBER[8:]}", f"{NUMBER[2:8]} - {NUMBER[8:]}",
    f"{NUMBER[:4]}-{NUMBER[4:6]}-{NUMBER[6:8]}", NUMBER[2:8], "Anna", "Lena", "Anna Lena", "anna-lena", "AnnaLena", "ANNALENAS",
    "Bo", "Bos", "Öberg-Ek", "Öbergs", "ek",
]  # fmt: skip


def _hidden() -> str:
    return fingerprints(NUMBER, "Anna-Lena Bo", "Öberg Ek")


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


def _taken(world, browse, folder, *, is_protected: bool) -> list:
    """All that is told of a file with a number that no party knows, checked, taken, and taken again; all undone."""
    with transaction.atomic():
        for number in (NUMBER, SECOND) if is_protected else numbers()[870:872]:
            protect(world.viewer("fk_a"), world.case(identity_number=number).pk)
        path = write_csv(folder / "f.csv", [good_row(world, 1, identity_number=NUMBER), good_row(world, 2)])
        told: list = [
            asdict(import_cases(world.viewer("fk_lead"), path, dry_run=is_dry)) for is_dry in (True, False, False)
        ]
        path = write_csv(folder / "g.csv", [good_row(world, 3, identity_number=numbers()[861], party="AF", unit="E-af", caseworker="af_a@test.example"),
                                            good_row(world, 4, identity_number=NUMBER, party="AF", unit="E-af", caseworker="af_a@test.example")])  # fmt: skip
        for command in ([str(path), "--dry-run"], [str(path)], [str(path), "--format", "json"]):
            done = CliRunner().invoke(main, ["import", "cases", *command])
            told.append((done.exit_code, done.output))
        lead, url = browse("af_lead"), reverse("import")
        with write_csv(folder / "h.csv", [good_row(world, 5, identity_number=SECOND, party="AF", unit="E-af", caseworker="af_a@test.example")]).open("rb") as file:  # fmt: skip
            told.append(lead.post(url, {"file": file}).status_code)
        told.append(
            list(Entry.objects.filter(verb__in=("opened", "file_checked")).order_by("id").values_list("verb", "actor"))
        )
        transaction.set_rollback(True)
    return told


def test_taking_a_file_tells_nothing_of_the_protected(world, tmp_path, browse):
    protected, unknown = (_taken(world, browse, tmp_path, is_protected=one) for one in (True, False))
    assert protected == unknown
    assert [one["imported"] for one in protected[:3]] == [0, 2, 0] and protected[2]["known"] == 2


def test_who_is_protected_comes_in_unnamed(world, tmp_path):
    protect(world.viewer("fk_a"), world.case(identity_number=NUMBER).pk)
    names = {"given_name": "Anna Lena", "family_name": "Öberg"}
    row = good_row(world, 1, identity_number=NUMBER, next_step=f"Ring Anna ({NUMBER[2:]})", **names)
    assert import_cases(world.viewer("fk_lead"), write_csv(tmp_path / "f.csv", [row])).imported == 1
    case = Case.objects.get(reference=row["case_ref"])
    assert case.person.is_protected and case.person.subject != keys.blind(NUMBER) and not Identity.objects.exists()
    assert case.person.sex == sex(NUMBER) and case.person.start_year == clock.day_of(case.opened_at).year
    assert (case.municipality_code, case.next_step) == ("", f"Ring {HIDDEN} ({HIDDEN})")
    cases.take_next_step(world.viewer("fk_a"), case.pk, "Möt annalena", clock.today())
    case.refresh_from_db()
    assert case.next_step == f"Möt {HIDDEN}"
    assert Person.objects.filter(subject=keys.blind(NUMBER)).count() == 0
    go_round()
    seal()
    assert not [finding for finding in prove(clock.today()).values() if finding.broken]


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
