"""What a new room costs: a whole one is added in a copy of the project, and the edits outside its folder are counted."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).parent.parent
MOST = 8
RIGHTS = "tests/test_rights.py"

# Each edit outside the room's own folder: file, the text, what it becomes.
EDITS = [
    ("src/handslag/settings.py", '    "handslag.sharing",\n', '    "handslag.sharing",\n    "handslag.notes",\n'),
    ("pyproject.toml", '    "sharing",\n', '    "sharing | notes",\n'),
    (RIGHTS, "from handslag.parties import actions", "from handslag.notes import actions as notes\nfrom handslag.parties import actions"),
    (RIGHTS, "PAGES = {\n", 'PAGES = {\n    "note": FK | AF,\n    "note-shown": NOBODY,\n'),
    (RIGHTS, "    arguments = {\n", '    arguments = {\n        "note": [case.public_id],\n        "note-shown": [uuid7()],\n'),
    (RIGHTS, "CASE_ACTIONS = {\n", 'CASE_ACTIONS = {\n    "write_note": {"fk_a", "fk_lead"},\n'),
    (
        RIGHTS,
        '    acts = {\n        "take_next_step"',
        '    acts = {\n        "write_note": lambda v: notes.write_note(v, case.pk, "Ord"),\n        "take_next_step"',
    ),
    (RIGHTS, "OPERATIONS = {\n", 'OPERATIONS = {\n    ("get", "/api/v1/notes/{case_id}"): {"fk", "af"},\n'),
]  # fmt: skip

# The room's texts that the house does not have yet, as `make messages` gathers them and a person fills them in.
SWEDISH = {
    "Notes": "Anteckningar",
    "Latest notes in my cases": "Senaste anteckningarna i mina ärenden",
    "Write a note": "Skriv en anteckning",
    "Write the note.": "Skriv anteckningen.",
    "Save the note": "Spara anteckningen",
    "The note is written.": "Anteckningen är skriven.",
    "wrote a note": "skrev en anteckning",
}

# Each declaration, what is left when it is taken out, and what the start then says is missing.
DECLARATIONS = {
    "the urls": ('    urls="handslag.notes.pages.urls",\n', "", "names no urls"),
    "the API": ('    api=("/notes", "handslag.notes.api.router"),\n', "", "names no api"),
    "a column": ('                "at": kept(_("When")),\n', "", "notes.Note.at"),
    "a column's words": ('"text": prose(_("Note"))', '"text": prose(_("Note")), "title": kept()', "no column title"),
    "whose it is": ('            noted_by="by.party",\n', "", "who noted it"),
    "the verb": ('    verbs={"note_written": Verb(gettext_noop("wrote a note"), PLAN)},\n', "", "note_written"),
    "the template": ('"notes/_list.html"', '"notes/_lost.html"', "notes/_lost.html"),
    "the record": (re.compile(r"    records=\(.*?\n    \),\n", re.S), "", "notes.Note is declared in no room.py"),
}


def run(copy: Path, *command: str) -> subprocess.CompletedProcess:
    env = {**os.environ, "PYTHONPATH": str(copy / "src"), "HANDSLAG_HOME": str(copy / "var"), "HANDSLAG_MODE": "demo",
           "DJANGO_SETTINGS_MODULE": "handslag.settings", "DATABASE_URL": "", "HANDSLAG_TEST_DATABASE": ""}  # fmt: skip
    env.pop("PYTEST_XDIST_WORKER", None)
    return subprocess.run([sys.executable, *command], cwd=copy, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """A copy of the project with the room in it, and the edits that the room asks for elsewhere."""
    folder = tmp_path_factory.mktemp("house")
    for part in ("src", "tests"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(ROOT / "tests/notes", folder / "src/handslag/notes")
    for file, text, becomes in EDITS:
        whole = (folder / file).read_text(encoding="utf-8")
        assert whole.count(text) == 1, (file, text)
        (folder / file).write_text(whole.replace(text, becomes), encoding="utf-8")
    catalogue = folder / "src/handslag/locale/sv/LC_MESSAGES/django.po"
    texts = polib.pofile(catalogue)
    texts.extend(polib.POEntry(msgid=text, msgstr=swedish) for text, swedish in SWEDISH.items())
    texts.save_as_mofile(catalogue.with_suffix(".mo"))
    made = run(folder, "-m", "django", "makemigrations", "notes")
    assert made.returncode == 0, made.stderr
    return folder


def test_a_room_costs_few_edits_outside_its_folder(copy):
    assert len(EDITS) <= MOST
    done = run(copy, "-m", "django", "check")
    assert done.returncode == 0, done.stderr
    tests = run(copy, "-m", "pytest", "-n", "0", "-q", "tests/notes_in_use.py", "tests/test_house.py")
    assert tests.returncode == 0, tests.stdout
    rights = run(copy, "-m", "pytest", "-n", "0", "-q", RIGHTS, "-k", "note or expectation")
    assert rights.returncode == 0, rights.stdout


@pytest.mark.parametrize("name", DECLARATIONS)
def test_the_start_names_what_a_room_left_out(copy, name):
    declared, without, told = DECLARATIONS[name]
    path = copy / "src/handslag/notes/room.py"
    whole = path.read_text(encoding="utf-8")
    broken = declared.sub(without, whole) if isinstance(declared, re.Pattern) else whole.replace(declared, without)
    assert broken != whole
    path.write_text(broken, encoding="utf-8")
    try:
        done = run(copy, "-m", "django", "check")
    finally:
        path.write_text(whole, encoding="utf-8")
    assert done.returncode == 1 and told in done.stderr, done.stderr
