"""Extract, rectification, protected identity, retention and the keys."""

import io
import json
import re
from dataclasses import replace

import pypdf
import pytest
import time_machine
from allauth.mfa.models import Authenticator
from click.testing import CliRunner
from cryptography.fernet import Fernet
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from handslag.cases import actions as cases
from handslag.cases.models import Case
from handslag.check.proof import prove
from handslag.cli.main import main
from handslag.disclosure.models import Disclosure
from handslag.foundation import clock, days, declaring, keys
from handslag.foundation.declaring import undeclared_columns, undeclared_verbs
from handslag.foundation.errors import NotAllowed, Refused
from handslag.foundation.rooms import records, verbs
from handslag.handovers import actions as handovers
from handslag.handovers import contact
from handslag.handovers.models import Handover, Message
from handslag.intake.single import open_one
from handslag.journal.models import Entry
from handslag.journal.verification import verify
from handslag.parties.second_factor import set_up_authenticator
from handslag.persons.models import Identity, Person, ProtectedSubject
from handslag.rights.models import Rectification, Remainder
from handslag.rights.protection import protect, unprotect
from handslag.rights.rectification import present, rectify
from handslag.rights.retention import retain
from handslag.sharing import actions as sharing
from tests.worlds import SYSTEM, contact_in, numbers


def whole_database() -> str:
    """Every text of every table of the product, as SQL would give it."""
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += map(repr, cursor.fetchall())
    return "\n".join(found)


def lived(world, number=None) -> tuple[Case, Handover]:
    """A case with words everywhere: steps, notes, a handover with its dialogue, a rectification."""
    case = world.case(family_name="Hemligsson", next_step="Ring Hemligsson", identity_number=number or numbers()[850])
    cases.take_next_step(
        world.viewer("fk_a"), case.pk, "Möt Hemligsson på fredag", clock.today(), note="Hemligsson orolig"
    )
    handover = world.offer(case, brief="Hemligsson vill arbeta", promised="Att Hemligsson blir uppringd")
    handovers.ask_back(world.viewer("af_a"), handover.pk, "När kan Hemligsson börja?")
    rectify(world.viewer("fk_a"), case.pk, {**present(case), "given_name": "Eva"}, "Hemligsson hör av sig")
    case.refresh_from_db()
    return case, handover


def test_no_identity_number_stands_in_the_database_in_the_clear(world):
    case, _handover = lived(world)
    assert case.person.identity.number == numbers()[850]
    assert numbers()[850] not in whole_database() and numbers()[850][2:] not in whole_database()


def test_the_extract_holds_all_in_both_forms_and_is_written_down(world, tmp_path, browse):
    case, _handover = lived(world)
    browse("fk_b").get(reverse("case", args=[case.public_id]))
    told = CliRunner().invoke(main, ["person", "export", str(tmp_path), "--party", "FK"], input=f"{numbers()[850]}\n")
    assert told.exit_code == 0 and numbers()[850] not in told.output, told.output
    extract = json.loads((tmp_path / "extract.json").read_text())
    (held,) = extract["cases"]
    assert extract["identity"][0]["number"] == numbers()[850] and held["reference"] == case.reference
    assert held["rectified"][0]["before"] == "Test" and held["rectified"][0]["after"] == "Eva"
    assert {look["actor"] for look in held["looks"]} == {"fk_b@test.example"} and held["handovers"][0]["said"]
    assert {told["group"] for told in extract["disclosures"]} >= {"identity", "plan"}
    assert (tmp_path / "extract.json").stat().st_mode & 0o077 == 0, "for the owner alone"
    text = "".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "extract.pdf").pages)
    assert "Registerutdrag" in text and "Hemligsson" in text and "fk_b@test.example" in text
    assert Entry.objects.filter(verb="exported", subject_id=case.pk).count() == 1
    for party, number in (("FK", numbers()[851]), ("XX", numbers()[850]), ("AF", numbers()[850])):
        refused = CliRunner().invoke(main, ["person", "export", str(tmp_path), "--party", party], input=f"{number}\n")
        assert refused.exit_code == 1 and "Traceback" not in refused.output


def test_documents_are_tagged_and_carry_their_language(world, browse):
    case, _handover = lived(world)
    printed = browse("fk_a").get(reverse("access-log-printed", args=[case.public_id]))
    reader = pypdf.PdfReader(io.BytesIO(printed.content))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root and root["/Lang"].startswith("sv") and reader.metadata.title
    assert b"pdfuaid" in reader.xmp_metadata.stream.get_data()


@pytest.mark.parametrize("who", ["fk_b", "af_a", "fk_officer", "association", "admin"])
def test_only_who_may_act_rectifies_and_protects(world, who):
    case = world.case()
    values = {**present(case), "given_name": "Ny"}
    for act in (lambda: rectify(world.viewer(who), case.pk, values, "x"), lambda: protect(world.viewer(who), case.pk)):
        with pytest.raises(NotAllowed):
            act()


def test_both_versions_of_what_is_rectified_are_kept(world, browse):
    case = world.case(family_name="Fel")
    world.consent(case, "af")
    client, url = browse("fk_a"), reverse("rectify", args=[case.public_id])
    fields = {**present(case), "target_groups": ["zero_placed"], "family_name": "Rätt", "reason": "Personen visade legitimation",
              "identity_number": numbers()[860]}  # fmt: skip
    assert client.post(url, {**fields, "reason": " "}).status_code == 200 and not Rectification.objects.exists()
    assert "stämmer inte" in client.post(url, {**fields, "identity_number": "199001010000"}).content.decode()
    assert client.post(url, fields).status_code == 302
    changed = {
        r.field: (keys.decrypt(r.sealed_before), keys.decrypt(r.sealed_after)) for r in Rectification.objects.all()
    }
    assert changed["family_name"] == ("Fel", "Rätt") and set(changed) == {
        "family_name",
        "identity_number",
        "target_groups",
    }
    assert f"/cases/{case.public_id}/" in client.post(reverse("search"), {"q": numbers()[860]}).content.decode()
    assert "Rätt" in browse("af_a").get(reverse("case", args=[case.public_id])).content.decode(), (
        "the consent follows the person"
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Rectification.objects.update(reason="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Rectification.objects.all().delete()


def new_number(case, number: str) -> dict[str, str]:
    return {**present(case), "identity_number": number}


@pytest.mark.parametrize("recorded_by_others", [True, False])
def test_a_case_that_was_joined_under_the_wrong_number_is_parted(world, recorded_by_others):
    mine = world.case("fk_a", identity_number=numbers()[861])
    theirs = world.case("af_a", identity_number=numbers()[861])
    world.consent(*((theirs, "fk") if recorded_by_others else (mine, "af")))
    joining = sharing.propose_joining(world.viewer("af_a"), theirs.pk, mine.pk, contact_in(2))
    handovers.accept_handover(world.viewer("fk_a"), joining.pk, contact_in(2))
    world.record_contact("fk_a", joining)
    rectify(world.viewer("fk_a"), mine.pk, new_number(mine, numbers()[862]), "Fel person")
    theirs.refresh_from_db()
    assert theirs.joined_to is None and not any(finding.broken for finding in prove(clock.today()).values())


def test_another_persons_consent_does_not_follow_a_rectified_number(world):
    """FK has a case under a wrong number, and holds AF's case of the person whose number it is: whose are the consents?"""
    mine = world.case("fk_a", identity_number=numbers()[861])
    theirs = world.case("af_a", identity_number=numbers()[861])
    handovers.accept_handover(world.viewer("fk_a"), world.offer(theirs, "fk").pk, contact_in(2))
    consent = world.consent(theirs, "kom", back=())
    assert consent.disclosures.filter(begins_at__isnull=False).exists()
    rectify(world.viewer("fk_a"), mine.pk, new_number(mine, numbers()[862]), "Fel person")
    mine.refresh_from_db(), consent.refresh_from_db()
    assert consent.subject != mine.person.subject
    assert not consent.disclosures.filter(ended_at__isnull=True).exists()


def test_a_number_that_is_anothers_is_not_taken(world):
    case, other = world.case(), world.case()
    values = {**present(case), "identity_number": other.person.identity.number}
    with pytest.raises(Refused) as refused:
        rectify(world.viewer("fk_a"), case.pk, values, "x")
    assert refused.value.field == "identity_number"


def test_flagging_hides_the_person_everywhere_at_once(world, browse, tmp_path):
    case, handover = lived(world)
    other = world.case("kom_a", identity_number=numbers()[850], family_name="Hemligsson")
    world.consent(other, "hylte")
    number, before = numbers()[850], Case.objects.get(pk=case.pk).holder
    reader = browse("af_a")
    assert "Hemligsson" in reader.get(reverse("handover", args=[handover.public_id])).content.decode()
    assert "går inte att ångra" in browse("fk_a").get(reverse("protect", args=[case.public_id])).content.decode()
    assert browse("fk_a").post(reverse("protect", args=[case.public_id]), {"understood": "on"}).status_code == 302
    everything = whole_database()
    assert "Hemligsson" not in everything and number not in everything
    assert keys.blind(number) in everything and everything.count(keys.blind(number)) == 1, "only to bar the number"
    for name, address in (("fk_a", reverse("case", args=[case.public_id])), ("af_a", reverse("handover", args=[handover.public_id])),
                          ("kom_a", reverse("case", args=[other.public_id])), ("fk_a", reverse("my-work"))):  # fmt: skip
        page = browse(name).get(address).content.decode()
        assert "Hemligsson" not in page and "Anonym deltagare" in page, address
    assert browse("hylte_a").get(reverse("case", args=[other.public_id])).status_code == 404, (
        "nothing is shared any more"
    )
    case.refresh_from_db()
    assert case.holder == before and case.next_step == "Möt ▒▒▒ på fredag", "still held, with a next step"
    assert not Disclosure.objects.filter(ended_at__isnull=True).exists()
    assert not Message.objects.exclude(text="").exists() and not Handover.objects.exclude(brief="").exists()
    assert not verify().breaks and not any(f.broken for f in prove(clock.today()).values())
    with pytest.raises(Refused):
        world.consent(case)
    for search in (number, "Hemligsson"):
        assert "/cases/" not in browse("fk_a").post(reverse("search"), {"q": search}).content.decode().split("<main")[1]


def test_a_protected_number_cannot_come_back_by_any_door(world, tmp_path, browse):
    case, _handover = lived(world)
    protect(world.viewer("fk_a"), case.pk)
    draft = world.draft("kom_a", identity_number=numbers()[850])
    form = {"case_ref": "P-1", "identity_number": draft.identity_number, "given_name": "A", "family_name": "B",
            "municipality_code": "1380", "livelihood": "none", "next_step": "Ring", "next_step_on": clock.today().isoformat()}  # fmt: skip
    case_id, problems = open_one(world.viewer("kom_a"), form)
    assert not problems and Case.objects.get(pk=case_id).person.is_protected, "nothing tells, and nobody is named"
    assert not Identity.objects.filter(person__cases=case_id).exists()
    number = numbers()[850]
    stranger = world.case("af_a")
    values = {**present(stranger), "identity_number": number}
    with pytest.raises(Refused):
        rectify(world.viewer("af_a"), stranger.pk, values, "x")
    person = Person.objects.create(party=world.parties["af"], subject=keys.blind(number), sex="man")
    with pytest.raises(IntegrityError), transaction.atomic():
        Identity.objects.create(
            person=person, sealed_number="x", given_name="a", family_name="b", search_name="b a", search_initials="b a"
        )
    person_of_case = Case.objects.get(pk=case.pk).person
    with pytest.raises(IntegrityError), transaction.atomic():
        Identity.objects.create(
            person=person_of_case, sealed_number="x", given_name="a", family_name="b", search_name="b"
        )
    assert CliRunner().invoke(main, ["person", "unprotect"], input=f"{number}\n").exit_code == 0
    assert not ProtectedSubject.objects.exists() and not unprotect(SYSTEM, number)


def test_a_protected_person_comes_in_by_file_as_an_anonymous_participant(world, tmp_path):
    from handslag.intake.actions import import_cases
    from tests.test_intake import good_row, write_csv

    named = good_row(1) | {"protected_identity": "yes", "sex": "woman"}
    outcome = import_cases(SYSTEM, write_csv(tmp_path / "named.csv", [named]))
    wrong = {p.column for p in outcome.problems}
    assert {"identity_number", "given_name", "family_name", "municipality_code"} <= wrong and not Case.objects.exists()
    empty = named | dict.fromkeys(("identity_number", "given_name", "family_name", "municipality_code"), "")
    assert {
        p.column for p in import_cases(SYSTEM, write_csv(tmp_path / "sex.csv", [empty | {"sex": ""}])).problems
    } == {"sex"}
    assert import_cases(SYSTEM, write_csv(tmp_path / "good.csv", [empty])).imported == 1
    person = Case.objects.get().person
    assert (person.sex, person.is_protected, Identity.objects.count()) == ("woman", True, 0) and person.start_year
    again = import_cases(SYSTEM, write_csv(tmp_path / "good.csv", [empty]))
    assert (again.imported, again.known) == (0, 1)


def test_every_column_has_a_retention_rule():
    assert not [*undeclared_columns()]
    sealed = {(label, name) for label, r in records().items() for name, column in r.columns.items() if column.is_sealed}
    written = {(label, name) for label, r in records().items() for name in r.columns if name.startswith("sealed_")}
    assert sealed == written


@pytest.mark.parametrize("label", ["cases.PastStep", "handovers.Message", "persons.Identity"])
def test_a_column_that_nobody_declared_is_missed(label, monkeypatch):
    record = records()[label]
    name = next(iter(record.columns))
    without = replace(record, columns={k: v for k, v in record.columns.items() if k != name})
    monkeypatch.setattr(declaring, "records", lambda: {**records(), label: without})
    assert any(f"{label}.{name}" in told for told in undeclared_columns())
    monkeypatch.setattr(declaring, "records", lambda: {k: v for k, v in records().items() if k != label})
    assert any(label in told for told in undeclared_columns())
    monkeypatch.setattr(declaring, "records", lambda: {**records(), label: replace(record, group="plan", noted_by="")})
    assert any("who noted it" in told for told in undeclared_columns())


def test_a_verb_that_nobody_declared_is_missed(monkeypatch):
    assert not [*undeclared_verbs()]
    monkeypatch.setattr(declaring, "verbs", lambda: {name: verb for name, verb in verbs().items() if name != "closed"})
    (told,) = undeclared_verbs()
    assert "closed" in told and "cases/actions.py" in told


def test_retention_removes_content_by_the_partys_rule_and_keeps_the_skeleton(world):
    case, handover = lived(world)
    handovers.withdraw_handover(world.viewer("fk_a"), handover.pk)
    cases.close(world.viewer("fk_a"), case.pk, "work", "Hemligssons chef")
    young = world.case(family_name="Kvarsson")
    cases.close(world.viewer("fk_a"), young.pk, "studies", "Skolan")
    world.parties["af"].retention_years = 1
    world.parties["af"].save()
    year = clock.today().year
    assert retain(SYSTEM, clock.today().replace(year=year + 5)) == 0, "not a day too early"
    later = days.add_days(clock.today().replace(year=year + 5), 1)
    entries = Entry.objects.count()
    told = CliRunner().invoke(main, ["retain", "--on", later.isoformat()])
    assert told.exit_code == 0 and "2 cases" in told.output
    everything = whole_database()
    for word in ("Hemligs", "Kvarsson", numbers()[850], keys.blind(numbers()[850]), case.reference, "1380"):
        rows = [
            line
            for line in everything.splitlines()
            if word in line and "parties" not in line and "Part KOM" not in line
        ]
        assert not rows or word == "1380", (word, rows)
    case.refresh_from_db()
    assert case.content_removed_on == later and case.holder == world.posts["fk_a"] and case.outcome == "work"
    assert Entry.objects.count() == entries + 2 and not verify().breaks, "the journal's skeleton stays"
    rows = list(Remainder.objects.values())
    assert (
        len(rows) == 2
        and {r["outcome"] for r in rows} == {"work", "studies"}
        and {r["county_code"] for r in rows} == {"13"}
    )
    assert not any(finding.broken for finding in prove(clock.today()).values())
    assert retain(SYSTEM, later) == 0, "twice is once"


def test_an_open_case_is_never_emptied(world):
    lived(world)
    assert retain(SYSTEM, clock.today().replace(year=clock.today().year + 50)) == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.update(content_removed_on=clock.today())


def test_keys_rotate_and_the_old_one_may_go(world, settings):
    lived(world)
    factor = set_up_authenticator(world.posts["fk_a"].user_id, "SECRET", "123456", is_first=True)
    old = settings.HANDSLAG_ENCRYPTION_KEYS
    settings.HANDSLAG_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *old]
    keys._fernet.cache_clear()
    try:
        told = CliRunner().invoke(main, ["keys", "rotate"])
        assert told.exit_code == 0 and re.match(r"\d+ values", told.output)
        settings.HANDSLAG_ENCRYPTION_KEYS = settings.HANDSLAG_ENCRYPTION_KEYS[:1]
        keys._fernet.cache_clear()
        assert Identity.objects.get(family_name="Hemligsson").number == numbers()[850]
        factor.refresh_from_db()
        assert keys.decrypt(factor.data["secret"]) == "SECRET"
        assert len(Authenticator.objects.get(type="recovery_codes").wrap().generate_codes()) == 10
        settings.HANDSLAG_ENCRYPTION_KEYS = old
        keys._fernet.cache_clear()
        with pytest.raises(keys.WrongKey):
            Identity.objects.get(family_name="Hemligsson").number  # noqa: B018
        refused = CliRunner().invoke(main, ["keys", "rotate"])
        assert refused.exit_code == 1 and "keys" in refused.output and "Traceback" not in refused.output
    finally:
        settings.HANDSLAG_ENCRYPTION_KEYS = old
        keys._fernet.cache_clear()


def test_contact_after_protection_goes_on(world):
    case, handover = lived(world)
    protect(world.viewer("fk_a"), case.pk)
    handovers.accept_handover(world.viewer("af_a"), handover.pk, contact_in(2))
    case.refresh_from_db()
    assert case.holder == world.posts["fk_a"], "nobody is told who it is: they meet first"
    with time_machine.travel(contact_in(2)):
        contact.record_joint_contact(world.viewer("fk_a"), handover.pk, person_agrees=True)
    case.refresh_from_db()
    assert case.holder == world.posts["af_a"]
