"""Somebody who comes back within 24 months is recognised by who may know of it, and offered to who held last."""

import re
from datetime import date, timedelta

import pytest
import time_machine

from handslag.cases import actions as cases
from handslag.cases.models import Case
from handslag.cases.reopening import reopen
from handslag.cases.visibility import visibility
from handslag.foundation import clock
from handslag.handovers.coming_back import came_back
from handslag.handovers.models import Handover
from handslag.handovers.rules import is_return
from handslag.parties.models import Post
from handslag.rights.protection import protect

BACK, OFFER = "Personen kommer tillbaka", "Erbjud personen till"


@pytest.fixture
def away():
    """away(days) lets days pass."""
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield lambda days: traveller.shift(timedelta(days=days))


def again(world, first: Case, holder: str = "fk_b") -> Case:
    """A new case of the same person, opened today."""
    number = first.person.identity.number
    return world.case(holder, identity_number=number, opened_on=clock.today(), livelihood_ends_on=None)


def left(world, holder: str = "fk_a") -> Case:
    case = world.case(holder, livelihood_ends_on=None)
    cases.close(world.viewer(holder), case.pk, "work", "Chefen")
    return case


def page_of(browse, who: str, case: Case) -> str:
    return browse(who).get(f"/cases/{case.public_id}/").content.decode()


def test_who_comes_back_is_offered_to_who_held_last(world, away, browse):
    first = left(world)
    away(40)
    case = again(world, first)
    fk = browse("fk_b")
    page = fk.get(f"/cases/{case.public_id}/").content.decode()
    assert BACK in page and "Borta i 40 dagar" in page and "Sedan: Arbete" in page
    last = world.posts["fk_a"]
    (url,) = re.findall(rf'href="(/cases/{case.public_id}/[^"]*to=[^"]*)"', page)
    form = fk.get(url.replace("&amp;", "&")).content.decode()
    assert re.search(rf'value="{last.unit.public_id}/{last.public_id}" selected', form)
    given = {"receiver": f"{last.unit.public_id}/{last.public_id}", "reason": "ready_for_work", "brief": "Åter.",
             "needed_by": clock.today() + timedelta(days=9), "county": last.unit.county_code,
             "proposed_contact_at": f"{clock.today() + timedelta(days=3)}T10:00"}  # fmt: skip
    assert fk.post(f"/cases/{case.public_id}/hand-over/", given).status_code == 302
    assert Handover.objects.get(case=case).to_post == last
    assert BACK not in page_of(browse, "fk_b", case), "it is offered"


def test_who_left_the_unit_is_not_offered_anybody_but_the_unit_is(world, away):
    first = left(world)
    away(10)
    Post.objects.filter(pk=world.posts["fk_a"].pk).update(is_active=False)
    case = again(world, first)
    found = came_back(world.viewer("fk_b"), visibility(world.viewer("fk_b"), case))
    assert found and not found.still_works and found.last.unit_id == case.holder.unit_id


def test_another_partys_earlier_case_is_told_by_a_basis_alone_and_silence_tells_nothing(world, away, browse):
    """The same page, to the letter, whether another party has had the person or nobody has."""
    hidden = left(world, "af_a")
    away(30)
    case, stranger = again(world, hidden), world.case("fk_b", opened_on=clock.today(), livelihood_ends_on=None)

    def bare(of: Case) -> str:
        page = page_of(browse, "fk_b", of)
        page = page.replace(str(of.public_id), "").replace(of.reference, "")
        return re.sub(r"csrf[^>]*>|\d{8}-?\d{4}|Person\d+", "", page)

    assert BACK not in bare(case) and bare(case) == bare(stranger)
    world.consent(case, "af")
    world.confirm("af_a")
    page = page_of(browse, "fk_b", case)
    assert BACK in page and "Sedan: Arbete" in page and OFFER in page


def test_after_24_months_or_while_the_earlier_case_goes_on_nobody_is_recognised(world, away, browse):
    first = left(world)
    away(800)
    assert BACK not in page_of(browse, "fk_b", again(world, first))
    assert is_return(date(2024, 2, 29), date(2026, 2, 28)) and not is_return(date(2024, 2, 28), date(2026, 3, 1))
    assert is_return(date(2024, 5, 5), date(2026, 5, 5)) and not is_return(date(2024, 5, 4), date(2026, 5, 5))
    assert not is_return(date(2024, 5, 5), date(2024, 5, 4))


def test_a_case_that_is_opened_again_tells_who_held_it_before(world, away, browse):
    case = left(world)
    away(20)
    reopen(world.viewer("fk_lead"), case.pk, "need_returned", world.posts["fk_b"], "Ring", clock.today())
    page = page_of(browse, "fk_b", case)
    assert BACK in page and "Borta i 20 dagar" in page and OFFER in page
    cases.close(world.viewer("fk_b"), case.pk, "work", "Chefen")
    away(5)
    reopen(world.viewer("fk_lead"), case.pk, "need_returned", world.posts["fk_b"], "Ring", clock.today())
    page = page_of(browse, "fk_b", case)
    assert "Borta i 5 dagar" in page and OFFER not in page, "who held last holds"


def test_nothing_is_told_of_who_is_protected_nor_once_the_case_was_offered(world, away, browse):
    first = left(world)
    away(20)
    case = again(world, first)
    world.offer(case, "af")
    assert Handover.objects.filter(case=case).exists() and BACK not in page_of(browse, "fk_b", case)
    other = left(world)
    second = again(world, other)
    protect(world.viewer("fk_b"), second.pk)
    viewer = world.viewer("fk_b")
    assert came_back(viewer, visibility(viewer, Case.objects.get(pk=second.pk))) is None
