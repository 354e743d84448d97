"""The house is as its plan says: nobody writes but actions, dependencies run down also in strings, rules are asked."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client

from handslag.foundation.acting import action
from handslag.foundation.errors import NotAllowed
from handslag.foundation.rooms import rooms
from tests.plan import ROOT, floors
from tests.strictness import writes_outside_actions

HOUSE = ROOT / "src" / "handslag"
BESIDE = {"statistics", "check"}
"""Rooms that read the bare tables on purpose, or know no table at all."""


def height(room: str) -> int:
    """How far above the ground a room lies."""
    return next(index for index, floor in enumerate(reversed(floors())) if room in floor)


def names_of(app) -> set[str]:
    """What a string could call a room's things: its tables, and the relations that lead to them from below."""
    tables = {model._meta.db_table for model in app.get_models(include_auto_created=True)}
    relations = set()
    for model in app.get_models():
        for field in model._meta.get_fields():
            if field.is_relation and not field.auto_created and field.related_model:
                below = field.related_model._meta.app_label
                name = field.remote_field.get_accessor_name() if field.remote_field else None
                if name and below != app.label:
                    relations |= {f"{name}__"}
    return tables | relations


def strings(path: Path):
    """Every string of a source file that is no docstring, with its line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            yield node.lineno, node.value


def test_dependencies_run_down_in_strings_too():
    ours = [app for app in apps.get_app_configs() if app.name.startswith("handslag.")]
    above = {app.label: names_of(app) for app in ours}
    found = []
    for app in ours:
        if app.label in BESIDE:
            continue
        higher = {name for label, names in above.items() if height(label) > height(app.label) for name in names}
        pattern = re.compile("|".join(rf"\b{re.escape(name)}" for name in sorted(higher))) if higher else None
        for path in Path(app.path).rglob("*.py"):
            if pattern and "migrations" not in path.parts:
                found += [
                    f"{path.relative_to(HOUSE)}:{line} {text}" for line, text in strings(path) if pattern.search(text)
                ]
    assert not found


def test_the_search_for_upward_names_finds_them(tmp_path):
    cases = next(app for app in apps.get_app_configs() if app.name == "handslag.cases")
    assert "cases_case" in names_of(cases) and "held_cases__" in names_of(cases)
    (tmp_path / "x.py").write_text('"""cases_case"""\nQ = "SELECT 1 FROM cases_case"\n')
    assert [text for _line, text in strings(tmp_path / "x.py")] == ["SELECT 1 FROM cases_case"]


def test_a_rule_is_asked_before_anything_is_done(world):
    done = []

    def only_the_first(number):
        if number > 1:
            raise NotAllowed("no")

    @action(only_the_first)
    def do(actor, number=1, *, text=""):
        done.append(number)

    do("somebody")
    with pytest.raises(NotAllowed):
        do("somebody", 2, text="x")
    assert done == [1]
    with pytest.raises(TypeError, match="number"):
        action(only_the_first)(lambda actor: None)


def test_a_page_that_writes_beside_an_action_is_caught(world):
    with writes_outside_actions() as caught:
        world.posts["fk_a"].save()
        Client().get("/sign-in/")
    assert caught == ["parties_post"]


def test_every_room_is_on_the_plan():
    assert set().union(*floors()) >= set(rooms()) | {"check", "simulation", "cli", "api"}
