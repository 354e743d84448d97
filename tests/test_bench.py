"""The bench says aloud what is not within its limits, and where a page's time goes."""

import json

import pytest

from tests.bench_limits import Limit, finish
from tests.bench_parts import Parts


@pytest.mark.parametrize(("limit", "is_kept"), [
    (Limit("a page", 2.4, 2.5), True),
    (Limit("a page", 2.5, 2.5), False),
    (Limit("views a second", 1000, least=1000), True),
    (Limit("views a second", 999, least=1000), False),
])  # fmt: skip
def test_a_limit_that_is_not_kept_fails_by_name(tmp_path, limit, is_kept):
    out = tmp_path / "bench.json"
    with pytest.raises(SystemExit) as ended:
        finish(out, {"sqlite": 1}, [Limit("another", 1, 2), limit])
    assert json.loads(out.read_text())["limits"][limit.what] == {
        "value": limit.value, "limit": limit.words, "is_kept": is_kept}  # fmt: skip
    if is_kept:
        assert ended.value.code == 0
    else:
        assert ended.value.code == f"Limits that were not kept:\n  {limit.what}: {limit.value:.2f} is not {limit.words}"


def test_each_part_is_timed_less_what_others_took_within_it(monkeypatch):
    now = iter([0, 1, 3, 5, 6, 10])  # templates from 0 to 10; within them SQL from 1 to 3 and from 5 to 6
    monkeypatch.setattr("tests.bench_parts.perf_counter", lambda: next(now))
    parts = Parts()
    ask = parts.timed("SQL", parts.counted(lambda: None))
    parts.timed("templates", lambda: (ask(), ask()))()
    told = parts.told()
    assert (told["SQL"], told["templates"], told["statements"]) == (3000, 7000, 2)
    assert not any(parts.told().values())
