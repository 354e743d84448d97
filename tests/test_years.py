"""The demo's two years of joint support have the shape of what was published of the last two, as far as whole people
allow: a share of n people is met to within half of one, and one percent more."""

import csv
from datetime import timedelta

import pytest

from handslag.check.proof import prove
from handslag.foundation import clock
from handslag.microdata.writing import write_microdata
from handslag.simulation import world
from handslag.simulation.years import YEAR
from handslag.statistics.reports.published import PUBLISHED
from tests.worlds import SYSTEM

YEARS = ("2018", "2019")


def rows(path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def published(units: str, year: str, of: str = "", outcome: str = "") -> float:
    """What was published last of a year."""
    found = [row for row in rows(PUBLISHED) if (row["units"], row["year"], row["of"], row["outcome"]) == (units, year, of, outcome)]  # fmt: skip
    return float(max(found, key=lambda row: row["published"])["value"])


def near(part: int, whole: int, percent: float) -> None:
    assert whole and abs(100 * part / whole - percent) <= 50 / whole + 1, (part, whole, percent)


@pytest.fixture
def told(db, tmp_path):
    """The microdata of the demo's last two years, by file, the earlier first."""
    today = clock.today()
    world.build_world(2000, 1, today)
    assert not [promise for promise, found in prove(today).items() if found.broken]
    years = []
    for back in (2, 1):
        begin, folder = today - back * YEAR, tmp_path / str(back)
        write_microdata(SYSTEM, folder, begin, begin + YEAR - timedelta(days=1))
        years.append({path.stem: rows(path) for path in folder.glob("*.csv")})
    return years


def test_the_years_have_the_shape_of_the_published_ones(told):
    counts = []
    for year, files in zip(YEARS, told, strict=True):
        sex = {person["person_id"]: person["sex"] for person in files["persons"]}
        assessments, count = files["assessments"], len(files["assessments"])
        women = sum(sex[row["person_id"]] == "woman" for row in assessments)
        near(women, count, published("joint_assessments", year, "sex=woman"))
        for benefit in ("sickness_benefit", "activity_compensation"):
            chapters = [row["diagnosis_chapter"] for row in assessments if row["benefit"] == benefit]
            percent = published("joint_assessments", year, f"benefit={benefit}", "psychiatric_diagnosis")
            near(chapters.count("F"), len(chapters), percent)
        whole = published("joint_assessments", year)
        met = sum(row["kind"] == "transition_meeting" for row in files["meetings"])
        ended = sum(bool(row["ended_on"]) for row in files["rehabilitations"])
        for part, units in ((met, "transition_meetings"), (ended, "ended_rehabilitations")):
            assert abs(part / count - published(units, year) / whole) <= 1 / count + 0.01, (units, part, count)
        counts.append((count, whole))
    (before, all_before), (after, all_after) = counts
    assert before >= 25 and abs(after / before - all_after / all_before) <= 0.01
