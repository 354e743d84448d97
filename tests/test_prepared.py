"""Queries that are compiled once: they find what their querysets find, for whoever asks, on whatever day."""

from datetime import date, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from handslag.cases.models import Case
from handslag.cases.queries import REACHED_BY, held_by, visible_case, visible_cases, visible_cases_of
from handslag.cases.searching import found
from handslag.foundation import clock
from handslag.foundation.prepared import first, prepared
from handslag.foundation.rooms import placed
from handslag.handovers.queries import handovers_of, visible_handovers
from handslag.parties.models import Party, Post, User
from handslag.persons.models import Identity

SECTIONS = [(page, section) for page in ("work", "board") for section in placed(page)]
MOST = 3


@pytest.fixture
def peopled(world):
    """A world in which most lists of most people hold something, and neighbours' lists something else."""
    today = clock.today()
    for holder in ("fk_a", "fk_a", "fk_b", "af_a", "af_a", "kom_a"):
        world.case(holder, next_step_on=today + timedelta(days=5), livelihood_ends_on=today + timedelta(days=40))
    cases = list(Case.objects.order_by("id"))
    world.offer(cases[0])
    world.offer(cases[3], "fk")
    world.consent(cases[1], until=20)
    for shared in cases[4:]:
        world.case("fk_b", identity_number=Identity.objects.get(person=shared.person_id).number)
    return world


@pytest.mark.parametrize(("page", "section"), SECTIONS, ids=lambda s: s if isinstance(s, str) else s.name)
def test_each_list_is_what_its_queryset_finds_whoever_asks(peopled, page, section):
    for name in [*peopled.posts, *reversed(peopled.posts)]:
        viewer = peopled.viewer(name)
        (found,) = first(viewer, [(section.find, MOST)])
        whole = section.find(viewer)
        assert found.keys == list(whole.values_list("pk", flat=True)[:MOST])
        assert found.total == (whole.order_by().count() if found.keys else 0)
        rows = found.whole.rows(None, frozenset(found.keys)) if found.keys else []
        assert {row.pk: _columns(row) for row in rows} == {
            pk: _columns(row) for pk, row in whole.in_bulk(found.keys).items()
        }


def _columns(row, before=None):
    """All columns of a row, and of the rows that were brought with it."""
    brought = row._state.fields_cache.items()
    own = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return own | {name: other and _columns(other, row) for name, other in brought if other is not before}


def test_what_many_rows_lead_to_is_one_object(peopled):
    cases = held_by.rows(peopled.viewer("fk_a"))
    assert len(cases) == 2 and len({id(case.holder.user) for case in cases}) == 1
    assert len({id(case.person) for case in cases}) == 2


def test_all_lists_of_a_page_at_once_are_the_lists_alone(peopled):
    asked = [(section.find, MOST) for _page, section in SECTIONS]
    for name in peopled.posts:
        viewer = peopled.viewer(name)
        assert first(viewer, asked) == [found for one in asked for found in first(viewer, [one])]
    assert first(peopled.viewer("fk_a"), []) == []


def test_a_case_is_reached_by_whom_the_rule_lets(peopled):
    for name in peopled.posts:
        viewer = peopled.viewer(name)
        for case in Case.objects.select_related("person"):
            reached = visible_cases(viewer).filter(pk=case.pk).first()
            assert visible_case(viewer, case.public_id) == reached
            of_person = visible_cases(viewer).filter(person__subject=case.person.subject).order_by("id")
            assert visible_cases_of(viewer, case.person.subject) == list(of_person)
            assert handovers_of(viewer, case) == list(visible_handovers(viewer).filter(case=case).order_by("-id"))
        assert visible_case(viewer, UUID(int=1)) is None


IDS = st.frozensets(st.integers(1, 6), max_size=6)


@given(st.lists(st.tuples(IDS, IDS, st.integers(1, 6)), min_size=2, max_size=6))
def test_ids_that_are_the_same_stay_the_same(asked):
    @prepared("post_ids", "unit_ids")
    def found(viewer, one):
        both = viewer.post_ids & viewer.unit_ids
        return Post.objects.filter(Q(pk__in=both) | Q(pk=one)).exclude(pk__in=viewer.unit_ids - viewer.post_ids)

    for posts, units, one in asked:
        viewer = SimpleNamespace(post_ids=posts, unit_ids=units)
        statement, ids = found.statement(viewer, one)
        expected, given_ids = found(viewer, one).query.sql_with_params()
        assert sorted(map(str, statement.given(ids))) == sorted(map(str, given_ids))
        assert statement.sql.count("%s") == expected.count("%s")


@pytest.mark.parametrize("family", ["Åström", "100%", "Under_strecket", "Back\\slash", "Ek"])
def test_a_beginning_is_taken_letter_by_letter(world, family):
    case = world.case(family_name=family)
    world.case(family_name="Andersson")
    for typed in (family, family[:3], family[:2]):
        assert found(world.viewer("fk_a"), typed) == {case.pk}
    assert not found(world.viewer("fk_a"), "%")


def test_on_another_day_it_is_asked_anew(world, monkeypatch):
    @prepared()
    def begun(_viewer):
        return Case.objects.filter(next_step_on__lt=clock.today())

    case = world.case()
    assert begun.rows(None) == []
    monkeypatch.setattr(clock, "today", lambda: case.next_step_on + timedelta(days=1))
    assert begun.rows(None) == [case]


def test_nothing_of_the_viewer_but_the_named_ids_gets_into_a_statement(world):
    @prepared("post_ids")
    def by_user(viewer):
        return Case.objects.filter(holder__user=viewer.user)

    @prepared("post_ids")
    def by_reading(viewer):
        return Case.objects.filter(holder_id__in=[p.pk for p in Post.objects.filter(pk__in=viewer.post_ids)])

    with pytest.raises(AttributeError):
        by_user.rows(world.viewer("fk_a"))
    with pytest.raises(TypeError, match="reads the database"):
        by_reading.rows(world.viewer("fk_a"))


@pytest.mark.parametrize(("page", "section"), SECTIONS, ids=lambda s: s if isinstance(s, str) else s.name)
def test_no_instant_stays_in_a_statement(world, monkeypatch, page, section):
    viewer, kept = world.viewer("fk_a"), []
    for minutes in (0, 1):
        at = clock.now() + timedelta(minutes=minutes)
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        section.find.forget()
        statement, ids = section.find.statement(viewer, most=MOST)
        kept.append((statement.sql, statement.given(ids)))
    assert kept[0] == kept[1]


def test_a_row_is_what_django_makes_of_it(world):
    case = world.case()
    for model in (Case, Post, User, Party):
        light = model.objects.first()
        again = model(*(getattr(light, field.attname) for field in model._meta.concrete_fields))
        assert light == again
        assert light.__dict__.keys() == again.__dict__.keys()
        assert not light._state.adding
    part = Case.objects.only("reference").get(pk=case.pk)
    assert part.get_deferred_fields()
    assert part.next_step == case.next_step
    assert isinstance(part.next_step_on, date)
    assert set(REACHED_BY) <= set(dir(world.viewer("fk_a")))
