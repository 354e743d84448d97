"""The interactive cube's noise: the same for the same people, unbiased, within bounds, and never what a report holds."""

import csv
import io
import statistics

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from handslag.cli.main import main
from handslag.statistics.safety.cell_keys import Noise, chances, noisy, record_key, variances
from tests.microdata import measure, participation, write

SECRET = b"x" * 32
NOISE = Noise()


@given(st.integers(0, 300), st.floats(0, 1, exclude_max=True))
def test_noise_keeps_within_its_bounds(count, key):
    shown = noisy(count, key, NOISE)
    assert shown >= 0 and abs(shown - count) <= NOISE.most
    assert shown == 0 or shown > NOISE.small
    assert count or shown == 0
    assert shown == noisy(count, key, NOISE)


@pytest.mark.parametrize("count", [1, 2, 4, 5, 8, 20, 1000])
def test_noise_is_unbiased_and_real(count):
    shown = [noisy(count, (n + 0.5) / 20000, NOISE) for n in range(20000)]
    assert statistics.mean(shown) == pytest.approx(count, abs=0.01)
    assert statistics.pvariance(shown) >= 2.9
    assert max(shown.count(one) for one in set(shown)) < 20000


@pytest.mark.parametrize("count", [6, 8, 20])
def test_noise_is_spread_as_far_as_its_variance_lets_it(count):
    changes, found = chances(min(count, 11), NOISE)
    bell = np.polyfit(
        changes, np.log(found), 2
    )  # of most entropy: the logarithm is a parabola, and every change occurs
    assert np.allclose(np.polyval(bell, changes), np.log(found), atol=1e-3) and len(changes) > 4 and found.min() > 0
    assert variances(NOISE)[count if count < 11 else 11] == pytest.approx(3, abs=1e-3)


def test_keys_are_even_and_follow_the_secret():
    keys = [record_key(f"p{n}", SECRET) for n in range(20000)]
    assert statistics.mean(keys) == pytest.approx(0.5, abs=0.01) and 0 <= min(keys) < max(keys) < 1
    assert record_key("p1", SECRET) == keys[1] != record_key("p1", b"y" * 32)


def test_the_command_answers_the_same_and_leaves_to_the_report_what_is_the_reports(tmp_path):
    data = write(tmp_path / "data", measures=[measure("m")],
                 participations=[participation(f"q{n}", "", "2020-03-01", target_group="newly_arrived" if n % 3 else "long_term_sick")
                                 for n in range(60)])  # fmt: skip
    (tmp_path / "key").write_bytes(SECRET)
    base = ["statistics", "ask", "associations", "participants", "--data", str(data), "--year", "2020", "--secret",
            str(tmp_path / "key"), "--ledger", str(tmp_path / "ledger")]  # fmt: skip

    def asked(*by: str) -> dict[tuple, tuple[str, str]]:
        done = CliRunner().invoke(main, [*base, *(part for one in by for part in ("--by", one))])
        assert done.exit_code == 0, done.output
        rows = list(csv.reader(io.StringIO(done.stdout)))
        return {tuple(sorted(c for c in row[:-2] if c != "total")): tuple(row[-2:]) for row in rows[1:]}

    one, other = asked("target_group", "identified"), asked("identified", "place:county")
    assert one == asked("target_group", "identified")
    assert one["no",] == other["no",] and one[()] == other[()]  # the same people, the same noise
    made = ["statistics", "report", "associations", "--data", str(data), "--year", "2020", "--out", str(tmp_path / "out"),
            "--ledger", str(tmp_path / "ledger")]  # fmt: skip
    assert CliRunner().invoke(main, made).exit_code == 0
    after = asked("target_group", "identified")
    assert after["newly_arrived",] == ("", "in_report") and after["newly_arrived", "no"] == one["newly_arrived", "no"]
    for by, said in (
        ("place:xyz", "no such level. There are place:county"),
        ("colour", "has no colour"),
        ("sex:x", "no such level"),
    ):
        refused = CliRunner().invoke(main, [*base, "--by", by])
        assert refused.exit_code == 1 and said in refused.output
    lacking = CliRunner().invoke(main, [*base[: base.index("--ledger")], "--by", "sex"])
    assert lacking.exit_code == 2 and "--ledger" in lacking.output
    (tmp_path / "key").write_bytes(b"short")
    refused = CliRunner().invoke(main, [*base, "--by", "sex"])
    assert refused.exit_code == 1 and "at least 32" in refused.output
