"""The documents are true: drawings are as the tables, links lead somewhere, translations compiled, one version."""

import re
import tomllib
from pathlib import Path

import polib
import pytest
from django.test import Client

from handslag import __released__, __version__
from tests.diagrams import PAGE, drawing

ROOT = Path(__file__).parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
LOCALE = ROOT / "src/handslag/locale/sv/LC_MESSAGES"


def test_the_transition_tables_are_drawn_as_they_are():
    assert PAGE.read_text(encoding="utf-8") == drawing()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.name)
def test_links_in_the_documents_lead_somewhere(document):
    for link in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
        assert link.startswith("http") or (document.parent / link).exists(), link


def test_every_text_is_in_swedish_and_compiled():
    catalogue = polib.pofile(LOCALE / "django.po")
    assert not catalogue.untranslated_entries() and not catalogue.fuzzy_entries()
    compiled = {e.msgid: e.msgstr or e.msgstr_plural for e in polib.mofile(LOCALE / "django.mo")}
    assert compiled == {e.msgid: e.msgstr or e.msgstr_plural for e in catalogue}


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
