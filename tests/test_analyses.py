"""The analyst's reports: asked for, made beside requests, attacked before anything leaves, and robust to kills."""

import io
import json
import os
import subprocess
import sys
import threading
import time
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from handslag.analyses import actions, folders, publishing, queries, rules, work
from handslag.analyses.actions import Asked
from handslag.analyses.models import Release
from handslag.cli.main import main
from handslag.foundation import clock
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.journal.models import Entry
from handslag.statistics.errors import BadInput, Unsafe
from handslag.statistics.safety.files import private_beside
from handslag.statistics.safety.ledger import Ledger, held
from handslag.statistics.simulating.sweden import simulate

YEAR = clock.today().year - 1


@pytest.fixture(scope="session")
def synthetic(tmp_path_factory) -> Path:
    """Synthetic microdata of last year."""
    folder = tmp_path_factory.mktemp("analyses") / "data"
    simulate(YEAR, YEAR, 1, 0.005, folder)
    return folder


@pytest.fixture
def settled(settings, synthetic, tmp_path):
    """An installation of its own whose operator has set a folder of microdata, and one to publish in."""
    settings.HANDSLAG_HOME = tmp_path / "home"
    settings.HANDSLAG_MICRODATA = synthetic
    settings.HANDSLAG_PUBLISH_TO = tmp_path / "published"
    settings.HANDSLAG_PUBLISH_AT = "https://statistik.example.se"
    return settings


@pytest.fixture
def desk(settled, lasting_world):
    """The installation with an analyst at FK and one at AF."""
    lasting_world.hire("analyst_af", "analyst", party=lasting_world.parties["af"])
    return lasting_world


def asked(**changes) -> Asked:
    given = {
        "report": "joint_support", "year": YEAR, "source": "folder", "contact": "Statistikenheten",
        "email": "statistik@example.se", "versions": {}, "data_day": clock.today(),
    }  # fmt: skip
    return Asked(**{**given, **changes})


def ask(world, by: str = "analyst", **changes) -> Release:
    return actions.ask_release(world.viewer(by), asked(**changes), clock.now())


def made(world, **changes) -> Release:
    release = ask(world, **changes)
    assert work.make_waiting() == 1
    release.refresh_from_db()
    return release


def test_a_report_is_made_attacked_and_fetched(desk):
    release = made(desk)
    assert (release.state, release.tries) == (rules.RELEASED, 1)
    kept = folders.Kept(release.public_id)
    told = kept.manifest
    assert told and told["edition"] == release.edition in Ledger(folders.ledger()).editions
    assert told["contact"] == "Statistikenheten, statistik@example.se"
    assert told["attacked"] and all(one["falls"] == 0 for one in told["attacked"])
    viewer = desk.viewer("analyst_af")
    for name in kept.files():
        content = actions.fetch_file(viewer, release.pk, name)
        assert content == (kept.folder / name).read_bytes()
    with zipfile.ZipFile(io.BytesIO(actions.fetch_all(viewer, release.pk))) as packed:
        assert sorted(packed.namelist()) == kept.files() and len(kept.files()) > 60
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {"release_asked", "release_ended", "release_fetched"} <= verbs
    assert not list(kept.folder.parent.glob(folders.TRIES)), "nothing of the try is left"


def test_what_is_not_of_the_release_is_never_read(desk):
    release = made(desk)
    kept, viewer = folders.Kept(release.public_id), desk.viewer("analyst")
    private = private_beside(kept.folder)
    secret = next(private.glob("joint_assessments-*.csv"))
    link = kept.folder / "sv" / "link.csv"
    link.symlink_to(secret)
    tricks = [
        f"../{private.name}/{secret.name}", f"sv/../../{private.name}/{secret.name}", str(secret), "manifest.json", "..", "",
        "../../releases.jsonl", "sv", "sv/link.csv", "sv/tables", "./figures.json", "sv//report.html", "figures.json\0",
    ]  # fmt: skip
    for name in tricks:
        assert actions.fetch_file(viewer, release.pk, name) is None, name
    with zipfile.ZipFile(io.BytesIO(actions.fetch_all(viewer, release.pk))) as packed:
        assert "sv/link.csv" not in packed.namelist() and "manifest.json" not in packed.namelist()


@given(
    st.lists(
        st.sampled_from(
            ["..", ".", "sv", "en", "tables", "release", "manifest.json", "figures.json", "/", "report.html"]
        ),
        max_size=5,
    )
)
def test_only_names_of_the_manifest_are_read(parts):
    kept = folders.Kept(Release().public_id)
    assert kept.read("/".join(parts)) is None, "there is none"


def test_a_file_that_was_changed_after_the_attack_is_not_handed_out(desk):
    release = made(desk)
    kept, viewer = folders.Kept(release.public_id), desk.viewer("analyst")
    path = kept.folder / "figures.json"
    path.write_text(path.read_text().replace("null", "1", 1))
    assert actions.fetch_file(viewer, release.pk, "figures.json") is None
    for act in (actions.fetch_all, publishing.publish_release):
        with pytest.raises(Refused, match="som de gjordes"):
            act(viewer, release.pk)


@pytest.mark.parametrize(("kind", "ending"), [(Unsafe, "unsafe"), (BadInput, "failed"), (RuntimeError, "failed")])
def test_what_did_not_pass_gives_nothing(desk, browse, monkeypatch, kind, ending):
    def falls(*_args, **_more):
        raise kind("1380, woman cannot be protected")

    monkeypatch.setattr(work, "publish", falls)
    release, viewer = made(desk), desk.viewer("analyst")
    assert release.state == ending
    for act in (
        lambda: actions.fetch_file(viewer, release.pk, "figures.json"),
        lambda: actions.fetch_all(viewer, release.pk),
        lambda: publishing.publish_release(viewer, release.pk),
    ):
        with pytest.raises(Refused):
            act()
    client = browse("analyst")
    page = client.get(reverse("analysis", args=[release.public_id])).content.decode()
    assert "1380" not in page and reverse("analysis-all", args=[release.public_id]) not in page
    for name, more in (("analysis-all", []), ("analysis-file", ["figures.json"])):
        assert client.get(reverse(name, args=[release.public_id, *more])).status_code == 404


@pytest.fixture
def browse(desk):
    from tests.strictness import StrictClient

    def sign_in(name: str) -> StrictClient:
        client = StrictClient()
        client.force_login(desk.posts[name].user)
        return client

    return sign_in


def test_data_that_are_not_sound_or_have_nothing_are_told_without_a_value(desk, settings, tmp_path, caplog):
    simulate(YEAR - 1, YEAR, 1, 0.001, tmp_path / "bad", "csv")
    path = tmp_path / "bad" / "persons.csv"
    path.write_text(path.read_text() + "p-odd,neither,1980\n")
    settings.HANDSLAG_MICRODATA = tmp_path / "bad"
    assert made(desk).state == rules.UNSOUND
    assert "neither" in caplog.text, "the operator sees it"
    assert made(desk, source="own", data_day=None).state == rules.NOTHING, "the small world has no assessment last year"


def test_two_analysts_who_ask_for_the_same_are_told(desk):
    seen = clock.now()
    first = ask(desk)
    with pytest.raises(Overtaken, match="Analyst Test"):
        actions.ask_release(desk.viewer("analyst_af"), asked(), seen)
    assert ask(desk, "analyst_af", report="associations"), "another report can be asked for meanwhile"
    actions.call_off_release(desk.viewer("analyst_af"), first.pk)
    with pytest.raises(Overtaken):
        actions.ask_release(desk.viewer("analyst_af"), asked(), seen)
    assert actions.ask_release(desk.viewer("analyst_af"), asked(), clock.now()).pk != first.pk, "who has seen it may"


def test_of_many_who_ask_at_once_one_is_heard(desk):
    told: list[object] = []
    viewers, seen = [desk.viewer(name) for name in ("analyst", "analyst_af")] * 3, clock.now()

    def act(viewer):
        try:
            told.append(actions.ask_release(viewer, asked(), seen))
        except Overtaken as overtaken:
            told.append(overtaken)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=[viewer]) for viewer in viewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 6 and sum(isinstance(one, Release) for one in told) == 1 == Release.objects.count()


def test_a_year_that_is_not_over_is_refused_at_its_field(desk):
    today = clock.today()
    for changes, field in (
        ({"year": today.year}, "year"), ({"year": today.year + 1}, "year"), ({"year": 1900}, "year"),
        ({"report": "all"}, "report"), ({"source": "elsewhere"}, "source"), ({"versions": {"participants": 9}}, "participants"),
        ({"data_day": None}, "data_day"), ({"data_day": today + timedelta(days=1)}, "data_day"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            ask(desk, **changes)
        assert refused.value.field == field
    assert not Release.objects.exists()


def test_an_older_version_is_counted_by_and_kept_where_the_report_counts_it(desk):
    release = ask(desk, versions={"ended_rehabilitations": 1})
    assert release.versions == "ended_rehabilitations=1"
    work.make_waiting()
    assert ask(desk, report="associations", versions={"ended_rehabilitations": 1}).versions == ""
    told = folders.Kept(release.public_id).manifest
    assert told and "ended_rehabilitations v1" in told["definitions"]


# -- killed workers


WORKER = """
import sys, time
from pathlib import Path
from handslag.cli.ready import start_django
start_django()
from handslag.analyses import work
from handslag.statistics.safety.ledger import Ledger
moment, edition, mark = sys.argv[1:]
save = Ledger.save

def stop(*args, **more):
    Path(mark).touch()
    time.sleep(600)

def slow_save(self):
    if edition in self.editions:
        if moment == "noted":
            save(self)
        stop()
    save(self)

if moment == "early":
    work.publish = stop
else:
    Ledger.save = slow_save
work.make_waiting()
"""
"""A worker in a process of its own that stands still at a moment of its work."""


def kill_at(moment: str, release: Release, settled, mark: Path) -> None:
    """A worker begins the release, and is killed at that moment."""
    database = connection.settings_dict
    at = f"{database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}"
    url = (
        f"postgres://{database['USER']}@{at}" if connection.vendor == "postgresql" else f"sqlite:///{database['NAME']}"
    )
    env = {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "handslag.settings",
        "HANDSLAG_MODE": "demo",
        "HANDSLAG_HOME": str(settled.HANDSLAG_HOME),
        "HANDSLAG_MICRODATA": str(settled.HANDSLAG_MICRODATA),
        "HANDSLAG_SECRET_KEY": settled.SECRET_KEY,
        "HANDSLAG_ENCRYPTION_KEYS": ",".join(settled.HANDSLAG_ENCRYPTION_KEYS),
        "HANDSLAG_INDEX_KEY": settled.HANDSLAG_INDEX_KEY,
    }
    worker = subprocess.Popen([sys.executable, "-c", WORKER, moment, release.edition, str(mark)], env=env)
    until = time.monotonic() + 120
    while not mark.exists() and worker.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    worker.kill()
    worker.wait()
    assert mark.exists()


def grow_old(release: Release) -> None:
    """As if whoever makes it had not been seen for long."""
    Release.objects.filter(pk=release.pk).update(seen_at=clock.now() - rules.LOST_AFTER - timedelta(seconds=1))
    release.refresh_from_db()


@pytest.mark.parametrize("moment", ["early", "copied", "noted"])
def test_a_killed_worker_is_told_and_the_report_is_made_again_once(desk, settings, tmp_path, moment):
    release, mark = ask(desk), tmp_path / "now"
    kill_at(moment, release, settings, mark)
    release.refresh_from_db()
    assert release.state == rules.RUNNING, "nobody knows yet"
    viewer = desk.viewer("analyst")
    for act in (actions.run_again, actions.call_off_release):
        with pytest.raises(Overtaken):
            act(viewer, release.pk)
    grow_old(release)
    assert release.state == rules.LOST
    kept = folders.Kept(release.public_id)
    with pytest.raises(Refused):
        actions.fetch_file(viewer, release.pk, "figures.json")
    assert list(kept.folder.parent.glob(folders.TRIES)), "the killed try left what it needed"
    work.make_waiting()
    assert not list(kept.folder.parent.glob(folders.TRIES)), "it goes"
    release.refresh_from_db()
    assert release.tries == 1, "nobody makes it again unasked"
    actions.run_again(viewer, release.pk)
    made_before = sorted(kept.folder.rglob("*.csv")) if moment == "noted" else None
    times = [path.stat().st_mtime_ns for path in made_before or ()]
    assert work.make_waiting() == 1
    release.refresh_from_db()
    assert (release.state, release.tries) == (rules.RELEASED, 2)
    if made_before:
        assert [path.stat().st_mtime_ns for path in made_before] == times, "what was released stays as it was told"
    lines = [one for one in Ledger(folders.ledger()).told() if one.edition == release.edition]
    assert len(lines) == len({one.subject for one in lines}), "told once"
    assert actions.fetch_all(viewer, release.pk)


def test_whoever_lost_the_claim_writes_nothing_any_more(desk, monkeypatch):
    release = ask(desk)
    mine = work._claim()
    assert mine and mine.pk == release.pk and work._claim() is None
    grow_old(release)
    actions.run_again(desk.viewer("analyst"), release.pk)
    theirs = work._claim()
    assert theirs and theirs.tries == 2
    assert not work._see(mine, "counting", 1, 2) and work._see(theirs, "counting", 1, 2)
    work._end(mine, rules.FAILED)
    release.refresh_from_db()
    assert release.state == rules.RUNNING
    sight = work._Sight(mine, is_lost=True)
    with pytest.raises(work.LostClaim):
        sight.progress("counting x", 1, 2)


def test_progress_is_told_while_it_is_made(desk, monkeypatch, browse):
    monkeypatch.setattr(work, "SEEN_EVERY", 0.01)
    release, seen = ask(desk), set()
    publish, go_on = work.publish, threading.Event()

    def watched(*args, progress, **more):
        def telling(what, done, steps):
            progress(what, done, steps)
            until = time.monotonic() + 60
            phase = what.split()[0]
            if phase in ("counting", "protecting") and phase not in seen:
                while Release.objects.get(pk=release.pk).phase != phase and time.monotonic() < until:
                    time.sleep(0.01)
                told = browse("analyst").get(reverse("analysis-progress", args=[release.public_id])).content.decode()
                assert {"counting": "Räknar", "protecting": "Skyddar"}[phase] in told
                seen.add(phase)

        return publish(*args, progress=telling, **more)

    monkeypatch.setattr(work, "publish", watched)
    work.make_waiting()
    assert seen == {"counting", "protecting"} and not go_on.is_set()
    told = browse("analyst").get(reverse("analysis-progress", args=[release.public_id]))
    assert told.headers["HX-Refresh"] == "true"


def test_the_second_waits_for_the_ledger_and_knows_the_first(desk):
    first, second = ask(desk), None
    with held(folders.ledger()):
        maker = threading.Thread(target=lambda: (work.make_waiting(), connection.close()))
        maker.start()
        time.sleep(0.2)
        assert Release.objects.get(pk=first.pk).state == rules.RUNNING and not Ledger(folders.ledger()).editions
    maker.join()
    second = made(desk)
    told = folders.Kept(second.public_id).manifest
    assert told and told["known_before"]["tables"] > 0 and second.state == rules.RELEASED
    assert [one.edition for one in queries.told_before()][0] == second.edition


# -- publishing


def test_a_release_is_published_whole_and_a_later_one_takes_its_place(desk, settings):
    first, viewer = made(desk), desk.viewer("analyst_af")
    publishing.publish_release(viewer, first.pk)
    place = settings.HANDSLAG_PUBLISH_TO / f"joint-support-{YEAR}"
    files = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
    assert files == {*folders.Kept(first.public_id).files(), "dcat.jsonld"}
    record = json.loads((place / "dcat.jsonld").read_text())
    catalogue = record["@graph"][0]
    assert catalogue["dct:publisher"]["@id"] == rules.PUBLISHERS["AF"]
    assert catalogue["@id"] == f"https://statistik.example.se/joint-support-{YEAR}/#catalogue"
    second = made(desk)
    publishing.publish_release(viewer, second.pk)
    assert [one.name for one in settings.HANDSLAG_PUBLISH_TO.iterdir()] == [place.name], "nothing is left beside"
    with pytest.raises(Refused, match="senare"):
        publishing.publish_release(viewer, first.pk)
    assert Entry.objects.filter(verb="release_published").count() == 2


def test_where_nothing_can_be_published_a_word_says_so(desk, settings, tmp_path):
    release, viewer = made(desk), desk.viewer("analyst")
    (tmp_path / "file").touch()
    settings.HANDSLAG_PUBLISH_TO = tmp_path / "file"
    with pytest.raises(Refused, match="kan inte skrivas"):
        publishing.publish_release(viewer, release.pk)
    settings.HANDSLAG_PUBLISH_TO = None
    with pytest.raises(Refused, match="har inte sagt"):
        publishing.publish_release(viewer, release.pk)
    release.refresh_from_db()
    assert release.published_at is None


# -- the database


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE analyses_release SET ending = 'released'",
        "UPDATE analyses_release SET ending = 'failed', ended_at = asked_at, published_at = asked_at, published_by_id = by_id",
        "UPDATE analyses_release SET year = 2020",
        "UPDATE analyses_release SET by_id = by_id + 1",
        "DELETE FROM analyses_release",
        "UPDATE analyses_release SET begun_at = asked_at",
    ],
)
def test_the_database_refuses(desk, sql):
    ask(desk)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_what_has_ended_unreleased_is_never_released_by_direct_sql(desk):
    release = ask(desk)
    actions.call_off_release(desk.viewer("analyst"), release.pk)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE analyses_release SET ending = 'released'")


# -- tracing, the operator's


def test_records_are_listed_by_the_operator_alone_and_it_is_journalled(desk):
    from handslag.analyses.tracing import note_tracing

    with pytest.raises(NotAllowed):
        note_tracing(desk.viewer("analyst"), "joint-support", "joint_assessments", YEAR)
    told = CliRunner().invoke(
        main, ["trace", "joint-support", "joint_assessments", "--year", str(YEAR), "--where", "sex=woman"]
    )
    assert told.exit_code == 0 and "0 records." in told.output
    assert Entry.objects.filter(verb="records_traced").count() == 1
    assert not [path for path in folders.home().iterdir() if path.is_dir()], "the microdata are gone"
    told = CliRunner().invoke(
        main, ["trace", "joint-support", "joint_assessments", "--year", str(YEAR), "--where", "height=1"]
    )
    assert told.exit_code == 1 and "has no height" in told.output
