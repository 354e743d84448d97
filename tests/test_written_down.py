"""Who looked at what, on which basis, and who came and went: all of it is written down, and told to whom it is for."""

from datetime import timedelta

import pytest
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from handslag.cases.models import Case
from handslag.foundation import clock
from handslag.intake.actions import import_cases
from handslag.journal.actions import record_looks
from handslag.journal.looks import Look, groups_by_basis, told
from handslag.journal.models import Entry, Shown
from handslag.journal.queries import bases_shown, details, looks_at
from handslag.site.entrance.oidc import Adapter
from handslag.ui.sessions import KEY
from handslag.watch.actions import go_round
from handslag.watch.models import Called
from tests.strictness import StrictClient
from tests.test_intake import good_row, write_csv


def test_the_access_log_names_for_each_fact_its_own_basis_and_no_other_authoritys_address(world, browse):
    case = world.case()
    world.consent(case, "af", out=("identity", "plan"))
    for name, address in (("fk_a", "192.0.2.1"), ("af_a", "198.51.100.7")):
        client = StrictClient(REMOTE_ADDR=address)
        client.force_login(world.posts[name].user)
        client.get(reverse("case", args=[case.public_id]))
    look = looks_at([case.pk]).filter(actor="af_a@test.example").first()
    (basis,) = bases_shown(look, [case.pk])
    assert basis.startswith("consent:") and bases_shown(look, [case.pk])[basis] == ["identity", "plan"]
    assert look.party == world.parties["af"].pk
    log = reverse("access-log", args=[case.public_id])
    own, other = browse("fk_a").get(log).content.decode(), browse("af_a").get(log).content.decode()
    assert "personens samtycke: Identitet" in own and "egen uppgift" in own
    assert "192.0.2.1" in own and "198.51.100.7" not in own
    assert "198.51.100.7" in other and "192.0.2.1" not in other


def test_many_bases_are_all_named(world):
    looks = {n: Look(frozenset({(f"consent:{1000 + n}", 1, "plan"), ("own", 2, "*")})) for n in range(1, 101)}
    record_looks("x", "page", looks, "")
    entry = Entry.objects.latest("id")
    assert len(entry.basis.split()) == 101
    for case_id in looks:
        assert bases_shown(entry, [case_id]) == {f"consent:{1000 + case_id}": ["plan"], "own": ["*"]}


@given(
    st.dictionaries(
        st.integers(1, 40),
        st.frozensets(
            st.tuples(st.sampled_from(["own", "consent:1", "consent:2"]), st.integers(1, 3), st.sampled_from("ab"))
        ),
        min_size=1,
    ),
    st.sets(st.integers(1, 40)),
)
def test_what_looks_showed_is_told_again(shown, asked):
    told_of = told({case: Look(facts) for case, facts in shown.items()})
    expected = {}
    for case in asked & shown.keys():
        for basis, _party, group in shown[case]:
            expected.setdefault(basis, set()).add(group)
    assert {basis: set(groups) for basis, groups in groups_by_basis(told_of, asked).items()} == expected


def test_coming_and_going_are_written_down(world, settings):
    client = StrictClient(REMOTE_ADDR="192.0.2.7")
    client.force_login(world.posts["fk_a"].user)
    client.post(reverse("sign-out"))
    found = list(Entry.objects.filter(subject="user").order_by("id").values_list("verb", "actor", "address", "party"))
    fk = world.parties["fk"].pk
    assert found[-2:] == [
        ("signed_in", "fk_a@test.example", "", fk),
        ("signed_out", "fk_a@test.example", "192.0.2.7", fk),
    ]


def test_a_file_that_was_only_checked_is_written_down(world, tmp_path):
    path = write_csv(tmp_path / "f.csv", [good_row(world, 1), good_row(world, 2, livelihood="x")])
    import_cases(world.viewer("fk_lead"), path, dry_run=True)
    entry = Entry.objects.get(verb="file_checked")
    assert (entry.actor, entry.party) == ("fk_lead@test.example", world.parties["fk"].pk)
    assert details(entry) == {"kind": "cases", "rows": 2, "known": 0, "problems": 1}


def _named_in(answer) -> set[str]:
    text = answer.content.decode()
    return {ref for ref in Case.objects.values_list("reference", flat=True) if f'"{ref}"' in text}


@pytest.mark.parametrize("party", ["fk", "af"])
def test_every_case_that_an_api_answer_names_is_written_down(world, party):
    today = clock.today()
    cases = [
        world.case(next_step_on=today - timedelta(days=20), livelihood_ends_on=today + timedelta(days=9))
        for _ in range(4)
    ]
    handovers = [world.offer(case) for case in cases[:2]]
    Called.objects.all().delete()
    go_round(today + timedelta(days=30))
    client = Client(headers={"Authorization": f"Bearer {world.token(party)}"})
    paths = ["cases", "handovers", "watch", f"cases/{cases[0].public_id}", f"handovers/{handovers[0].public_id}"]
    for path in paths:
        before = Entry.objects.latest("id").pk
        named = _named_in(client.get(f"/api/v1/{path}"))
        written = Case.objects.filter(
            Q(pk__in=Entry.objects.filter(pk__gt=before, verb="looked").values("subject_id"))
            | Q(pk__in=Shown.objects.filter(entry_id__gt=before).values("case_id"))
        )
        assert named == set(written.values_list("reference", flat=True)), path
    assert named


def test_a_person_who_comes_by_e_id_and_goes_is_written_down_without_the_number(world, rf):
    person = world.case().person
    request = rf.get("/", REMOTE_ADDR="192.0.2.1")
    request.session, request.user = SessionStore(), AnonymousUser()
    with pytest.raises(ImmediateHttpResponse):
        Adapter._let_person_in(request, person.identity.number)
    client = StrictClient(REMOTE_ADDR="192.0.2.1")
    session = client.session
    session[KEY] = request.session[KEY]
    session.save()
    client.post(reverse("sign-out"))
    lines = Entry.objects.filter(verb__in=("signed_in", "signed_out")).order_by("id")
    assert [line.verb for line in lines] == ["signed_in", "signed_out"]
    for line in lines:
        assert (line.actor, line.subject, line.subject_id) == ("person", "person", person.pk)
        assert line.address == "192.0.2.1" and person.identity.number not in line.details
