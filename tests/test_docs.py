"""The documents are true: drawings are as the tables, links lead somewhere, translations compiled, one version."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import polib
import pytest
from django.test import Client

from handslag import __released__, __version__
from handslag.foundation.rooms import Room
from tests import diagrams, plan

ROOT = Path(__file__).parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
HOUSE = ROOT / "src/handslag"
FOLDERS = (ROOT, ROOT / "src", ROOT / "tests", HOUSE, HOUSE / "statistics")
"""Where a document may name a source file from."""
LOCALE = HOUSE / "locale/sv/LC_MESSAGES"


@pytest.mark.parametrize("name", diagrams.PAGES)
def test_what_is_drawn_from_the_code_is_as_the_code(name):
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == diagrams.PAGES[name](), "run “make diagrams”"


@pytest.mark.parametrize("container", ["handslag", "handslag.statistics"])
def test_every_room_says_what_it_holds(container):
    assert not [room for floor in plan.floors(container) for room in floor if not plan.holds(room, container)]


def test_adding_a_room_shows_the_whole_example_and_every_field_of_a_room():
    page = (ROOT / "docs/adding-a-room.md").read_text(encoding="utf-8")
    example = [path for path in (ROOT / "tests/notes").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert not [
        path for path in example if path.stat().st_size and f"**`{path.relative_to(ROOT / 'tests')}`**" not in page
    ]
    assert not [field.name for field in fields(Room) if f"`{field.name}`" not in page]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.name)
def test_links_in_the_documents_lead_somewhere(document):
    for link in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
        assert link.startswith("http") or (document.parent / link).exists(), link


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.name)
def test_source_files_that_the_documents_name_exist(document):
    for name in re.findall(r"`([\w*]+(?:/[\w*]+)+\.(?:py|typ))`", document.read_text(encoding="utf-8")):
        assert any(list(folder.glob(name)) for folder in FOLDERS), name


def test_every_text_is_in_swedish_and_compiled():
    catalogue = polib.pofile(LOCALE / "django.po")
    assert not catalogue.untranslated_entries() and not catalogue.fuzzy_entries()
    compiled = {(e.msgctxt, e.msgid): e.msgstr or e.msgstr_plural for e in polib.mofile(LOCALE / "django.mo")}
    assert compiled == {(e.msgctxt, e.msgid): e.msgstr or e.msgstr_plural for e in catalogue}


def test_placeholders_survive_translation():
    for entry in polib.pofile(LOCALE / "django.po"):
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            if text:
                assert set(re.findall(r"\{\w*\}|%\(\w+\)s", text)) == set(re.findall(r"\{\w*\}|%\(\w+\)s", entry.msgid))


def test_no_lock_file_names_a_registry():
    for path in [*(ROOT / "requirements").glob("*.txt"), ROOT / "assets/package-lock.json"]:
        assert not re.search(r'--(extra-)?index-url|"resolved"', path.read_text()), path


def test_there_is_one_version_and_one_day_of_it(db):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" in project["project"]["dynamic"] and "version" not in project["project"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "handslag.__version__"}
    info, described = (Client().get(f"/api/v1/{path}").json() for path in ("api-info", "openapi.json"))
    told = dict(re.findall(r'^(softwareVersion|releaseDate): "(.*)"$', (ROOT / "publiccode.yml").read_text(), re.M))
    assert {__version__} == {info["apiVersion"], described["info"]["version"], told["softwareVersion"]}
    assert {__released__} == {info["apiReleased"], told["releaseDate"]}


def test_each_test_that_the_asvs_table_names_is_there():
    told = (ROOT / "docs/asvs.md").read_text(encoding="utf-8")
    named = re.findall(r"`(test_\w+\.py)(?: -k (\w+))?`", told)
    assert len(named) > 40
    for file, word in named:
        assert re.search(rf"def test_\w*{word}", (ROOT / "tests" / file).read_text(encoding="utf-8")), (file, word)
