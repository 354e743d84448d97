"""The plan of the house, read from the code: import-linter's floors, what each room holds, and what it imports."""

import tomllib
from functools import cache
from importlib import import_module
from pathlib import Path

import grimp

ROOT = Path(__file__).parent.parent


def floors(container: str = "handslag") -> list[list[str]]:
    """The rooms of each floor from the top down, as import-linter holds them in a package."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    (layers,) = (c["layers"] for c in contracts if c["type"] == "layers" and c["containers"] == [container])
    return [layer.split(" | ") for layer in layers]


@cache
def imports(container: str = "handslag") -> dict[str, set[str]]:
    """Which other rooms of a package each of its rooms imports."""
    graph = grimp.build_graph("handslag", cache_dir=None)
    rooms = graph.find_children(container)
    for room in rooms:
        graph.squash_module(room)
    return {
        room.rpartition(".")[2]: {
            other.rpartition(".")[2] for other in graph.find_modules_directly_imported_by(room) & rooms
        }
        for room in rooms
    }


def holds(room: str, container: str = "handslag") -> str:
    """The first line of a room's docstring: what it holds."""
    return (import_module(f"{container}.{room}").__doc__ or "").strip().partition("\n")[0]
