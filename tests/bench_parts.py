"""Where the time of a page goes: each part is timed where it happens, less what other parts took within it."""

import json
from collections import Counter
from collections.abc import Callable
from time import perf_counter

from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet
from django.db.models.query import RawQuerySet
from django.db.models.sql import compiler
from django.template.base import Template

from handslag.foundation.prepared import Prepared

SQL, COMPILING, BUILDING, ROWS, TEMPLATES, REST = PARTS = (
    "SQL",
    "compiling queries",
    "building queries",
    "building rows",
    "templates",
    "the rest",
)
HEADER = "X-Bench-Parts"


class Parts:
    """Seconds spent in each part of one answer at a time, and the number of statements."""

    def __init__(self) -> None:
        self.statements = 0
        self._spent: Counter[str] = Counter()
        self._within = [0.0]

    def timed(self, part: str, act: Callable) -> Callable:
        """`act`, whose time counts for a part; what timed parts take within it is theirs alone."""

        def timing(*args, **kwargs):
            self._within.append(0.0)
            begun = perf_counter()
            try:
                return act(*args, **kwargs)
            finally:
                took = perf_counter() - begun
                self._spent[part] += took - self._within.pop()
                self._within[-1] += took

        return timing

    def counted(self, act: Callable) -> Callable:
        """`act`, each call of which is a statement."""

        def counting(*args, **kwargs):
            self.statements += 1
            return act(*args, **kwargs)

        return counting

    def told(self) -> dict[str, float]:
        """What was spent since the last time, in milliseconds, and the number of statements."""
        found = {part: self._spent[part] * 1000 for part in PARTS} | {"statements": self.statements}
        self.statements, self._within = 0, [0.0]
        self._spent.clear()
        return found


def _fetching(method: str) -> Callable:
    return lambda cursor, *given: getattr(cursor.cursor, method)(*given)


def install(parts: Parts) -> None:
    """Times the doors of Django (cursors, compilers, querysets, templates) and of queries that are compiled once."""
    for name in ("execute", "executemany"):
        setattr(CursorWrapper, name, parts.timed(SQL, parts.counted(getattr(CursorWrapper, name))))
    for name in ("fetchone", "fetchmany", "fetchall"):
        setattr(CursorWrapper, name, parts.timed(SQL, _fetching(name)))
    CursorWrapper.__iter__ = lambda cursor: iter(cursor.fetchall())  # type: ignore[method-assign]
    for kind in (compiler.SQLCompiler, compiler.SQLInsertCompiler, compiler.SQLUpdateCompiler):
        kind.execute_sql = parts.timed(COMPILING, kind.execute_sql)  # type: ignore[method-assign]
    for name in (
        "_chain",
        "_filter_or_exclude",
        "_annotate",
        "_values",
        "_combinator_query",
        "order_by",
        "select_related",
    ):
        setattr(QuerySet, name, parts.timed(BUILDING, getattr(QuerySet, name)))
    for kind in (QuerySet, RawQuerySet):
        kind._fetch_all = parts.timed(ROWS, kind._fetch_all)
    Prepared._compiled = parts.timed(COMPILING, Prepared._compiled)  # type: ignore[method-assign]
    Prepared.rows = parts.timed(ROWS, Prepared.rows)  # type: ignore[method-assign]
    Template.render = parts.timed(TEMPLATES, Template.render)  # type: ignore[method-assign]


def telling(application: Callable) -> Callable:
    """The WSGI application, telling in a header of each answer where its time went."""
    parts = Parts()
    install(parts)

    def answer(environ, start_response):
        begun: list = []
        parts.told()
        body = parts.timed(REST, lambda: list(application(environ, lambda *given: begun.extend(given))))()
        status, headers, *rest = begun
        start_response(status, [*headers, (HEADER, json.dumps(parts.told()))], *rest)
        return body

    return answer
