import os

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from hypothesis import HealthCheck, Phase, settings

from handslag.foundation import guards, wall
from handslag.journal import anchors
from tests import browsing, scanning, strictness, worlds

strictness.shuffle_unordered_querysets()
strictness.note_missing_translations()
PHASES = [Phase.explicit, Phase.generate] if os.environ.get("HANDSLAG_MUTANTS") else list(Phase)
settings.register_profile(
    "handslag",
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
    database=None,
    phases=PHASES,  # a mutant need not be shrunk
)
settings.load_profile("handslag")


@pytest.fixture(autouse=True)
def fresh_cache():
    """No test sees what another one cached, or anchored of a journal that was undone."""
    cache.clear()
    (django_settings.HANDSLAG_HOME / anchors.ANCHORS).unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def all_texts_are_translated():
    """A text that a Swedish reader meets in English fails the test that met it."""
    strictness.MISSED_TRANSLATIONS.clear()
    yield
    assert not strictness.MISSED_TRANSLATIONS, f"not in Swedish: {strictness.MISSED_TRANSLATIONS}"


@pytest.fixture(autouse=True)
def no_identity_number_gets_out():
    """An identity number outside the places meant for it fails the test that let it out."""
    scanning.watch_logs()
    scanning.found()
    yield
    assert not (told := scanning.found()), told


@pytest.fixture
def world(db) -> worlds.World:
    """A small world, undone after the test."""
    return worlds.build()


@pytest.fixture
def lasting_world(transactional_db) -> worlds.World:
    """A small world whose changes are really committed, for tests of races. Its guards fall only to clean up."""
    yield worlds.build()
    guards.drop(connection)  # the cleaning deletes rows; it ends with post_migrate, which sets them up again


@pytest.fixture
def browse(world):
    """Signs a person of the world in: browse("fk_a") gives a client that examines every page."""

    def sign_in(name: str) -> strictness.StrictClient:
        client = strictness.StrictClient()
        client.force_login(world.posts[name].user)
        return client

    return sign_in


@pytest.fixture(scope="module")
def browser():
    """A real browser."""
    with browsing.chromium() as found:
        yield found


@pytest.fixture
def visit(browser, live_server, lasting_world):
    """visit("fk_a") signs a person in and gives the page; no page may complain on the console."""
    pages = []

    def sign_in(name: str, size: dict = browsing.DESKTOP, **options):
        user = lasting_world.posts[name].user
        if not user.is_demo:  # a password that is set anew would end what is signed in
            user.set_password(browsing.PASSWORD)
            user.is_demo = True  # whose password needs no code beside it
            user.save()
        page = browsing.open_page(browser, live_server.url, size, **options)
        page.email = user.email
        browsing.enter(page, page.email)
        pages.append(page)
        return page

    yield sign_in
    for page in pages:
        assert not page.complaints, page.complaints
        page.context.close()


@pytest.fixture
def role(lasting_world):
    """A login role as an operator makes it: a member of the viewers' role that owns nothing."""
    name = f"{connection.settings_dict['NAME']}_web"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP ROLE IF EXISTS {name}")
        cursor.execute(f"CREATE ROLE {name} LOGIN IN ROLE {wall.ROLE}")
    yield name
    with connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {name}")
        cursor.execute(f"DROP ROLE {name}")
