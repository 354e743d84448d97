"""The records behind one figure, for those who hold the microdata."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from handslag.statistics.counting.cubes import codes_of
from handslag.statistics.counting.engines import Embedded
from handslag.statistics.counting.units import collect
from handslag.statistics.definitions.catalogue import files_behind
from handslag.statistics.errors import BadInput
from handslag.statistics.reports.figures import definitions_of
from handslag.statistics.reports.specification import report


def trace(
    name: str, units: str, data: Path, year: int, where: Mapping[str, str], versions: Mapping[str, int]
) -> list[tuple[str, date]]:
    """The records behind one figure, as (id, day): of the report's units those with the codes in `where`.

    `place` may be a municipality or a county. Raises BadInput for a dimension that the units do not have, or a
    code that it does not.
    """
    cube = next((c for c in report(name).cubes if c.units == units), None)
    if cube is None:
        raise BadInput(f"{name} does not count {units}. It counts {', '.join(c.units for c in report(name).cubes)}.")
    definition, outcomes = definitions_of(cube, versions)
    session = Embedded(data, files_behind(definition, *outcomes))
    dimensions = collect(session, definition, outcomes, year)
    if unknown := where.keys() - set(dimensions):
        raise BadInput(f"{units} has no {min(unknown)}. It has {', '.join(dimensions)}.")
    for dimension, code in where.items():
        if (listed := codes_of(dimension)) and code not in listed:
            raise BadInput(f"{dimension} has no {code}. It has {', '.join(listed)}.")
    tests = [_test(dimension) for dimension in where]
    sql = f"SELECT record, day FROM counted WHERE {' AND '.join(tests) or 'true'} ORDER BY 1"
    return session.rows(sql, definition.label, *where.values())


def _test(dimension: str) -> str:
    return "starts_with(place, ?)" if dimension == "place" else f"{dimension} = ?"
