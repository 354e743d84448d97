"""What the throw-away room of tests/test_room_cost.py must do once it is added. Run there, in the copy, not here."""

import pytest
from django.test import Client
from django.urls import reverse

from handslag.disclosure.rules import IDENTITY
from handslag.foundation import clock, walling
from handslag.foundation.errors import NotAllowed
from handslag.journal.models import Entry
from handslag.notes.actions import write_note
from handslag.notes.models import Note
from handslag.persons.models import Person
from handslag.rights.extract import DATA
from handslag.rights.protection import protect


@pytest.fixture
def noted(world):
    case = world.case()
    return case, write_note(world.viewer("fk_a"), case.pk, "Vill jobba halvtid")


def test_it_is_written_and_read_on_pages_and_through_the_api(world, noted, browse):
    case, note = noted
    fk = browse("fk_a")
    assert fk.post(reverse("note", args=[case.public_id]), {"text": "Ringde i dag"}).status_code == 302
    page = fk.get(reverse("case", args=[case.public_id])).content.decode()
    assert "Ringde i dag" in page and "Vill jobba halvtid" in page and "skrev en anteckning" in page
    assert "Vill jobba halvtid" in fk.get(reverse("my-work")).content.decode()
    assert "Vill jobba" in fk.get(reverse("note-shown", args=[note.public_id])).content.decode()
    client = Client(headers={"Authorization": f"Bearer {world.token('fk')}"})
    assert "Vill jobba halvtid" in client.get(f"/api/v1/notes/{case.public_id}").content.decode()


def test_another_party_reads_it_by_basis_alone(world, noted, browse):
    case, note = noted
    af = browse("af_a")
    assert af.get(reverse("note-shown", args=[note.public_id])).status_code == 404
    world.consent(case, "af", out=(IDENTITY,))
    assert "Vill jobba" not in af.get(reverse("case", args=[case.public_id])).content.decode()
    world.consent(case, "af")
    assert "Vill jobba" in af.get(reverse("case", args=[case.public_id])).content.decode()


def test_the_house_knows_it(world, noted):
    case, note = noted
    assert "notes_note" in {found.table for found in walling.walls()}
    assert Entry.objects.filter(verb="note_written", subject_id=case.pk).exists()
    (told,) = DATA.whole(Person.objects.get(pk=case.person_id))["cases"]
    assert told["notes"][0]["text"] == "Vill jobba halvtid"
    with pytest.raises(NotAllowed):
        write_note(world.viewer("fk_b"), case.pk, "x")
    protect(world.viewer("fk_a"), case.pk)
    assert Note.objects.get(pk=note.pk).text == ""
    assert clock.today()
