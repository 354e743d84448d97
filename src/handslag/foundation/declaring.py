"""What no room has declared: it stops the start, naming what is missing and where to declare it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error
from django.db.models import Model
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from handslag.foundation.rooms import Record, Room, records, rooms, verbs

JOURNALLING = {"journal": 1, "journal_line": 1, "record": 1, "entry": 1}
"""The functions that write the journal's lines, and which of their arguments is the verb."""


def _own_apps() -> list[AppConfig]:
    return [app for app in apps.get_app_configs() if app.name.startswith("handslag.")]


def _column_problems(model: type[Model], record: Record) -> Iterator[str]:
    stored = {field.name for field in model._meta.concrete_fields}
    for name in sorted(stored - record.columns.keys()):
        yield f"The column {record.model}.{name} is declared in no room.py."
    for name in sorted(record.columns.keys() - stored):
        yield f"{record.model} has no column {name}, though its room.py declares one."
    for name in sorted(stored & record.columns.keys()):
        if record.group_of(name) and not record.noted_by_of(name):
            yield f"{record.model}.{name} is information about the person; its room.py does not say who noted it."


def undeclared_columns() -> Iterator[str]:
    """Models and columns that no room declares, declared ones that do not exist, and facts that are nobody's."""
    declared = dict(records())
    for app in _own_apps():
        for model in app.get_models():
            record = declared.pop(model._meta.label, None)
            if record is None:
                yield f"The model {model._meta.label} is declared in no room.py."
            else:
                yield from _column_problems(model, record)
    for name in sorted(declared):
        yield f"There is no model {name}, though a room.py declares it."


def _journalled(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if not any(f"{name}(" in text for name in JOURNALLING):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            verb = node.args[JOURNALLING[name]] if name in JOURNALLING and len(node.args) > 1 else None
            if isinstance(verb, ast.Constant) and isinstance(verb.value, str):
                yield verb.value


def undeclared_verbs() -> Iterator[str]:
    """Verbs that a room journals and none declares."""
    for app in _own_apps():
        for path in sorted(Path(app.path).rglob("*.py")):
            for verb in _journalled(path):
                if verb not in verbs():
                    yield f"The verb “{verb}”, journalled in {app.label}/{path.name}, is declared in no room.py."


def unmet_doors() -> Iterator[str]:
    """Doors of a room that its room.py does not name, and templates that it names and that do not exist."""
    for app in _own_apps():
        room = rooms().get(app.label, Room())
        if (Path(app.path) / "pages" / "urls.py").exists() and not room.urls:
            yield f"The room {app.label} has pages/urls.py; its room.py names no urls."
        if (path := Path(app.path) / "api.py").exists() and not room.api and "\nrouter = " in path.read_text("utf-8"):
            yield f"The room {app.label} has a router in api.py; its room.py names no api."
        for part in (*room.case_page, *room.person_page):
            try:
                get_template(part.template)
            except TemplateDoesNotExist:
                yield f"The room {app.label} names the template {part.template}, which does not exist."


def check_declarations(**_: object) -> list[CheckMessage]:
    """Django's system check over all of it."""
    told = [*undeclared_columns(), *undeclared_verbs(), *unmet_doors()]
    return [Error(text, hint="Add it to the room's room.py.", id="handslag.E101") for text in told]
