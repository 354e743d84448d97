"""Every page by axe's rules, on a desk and on a phone, and the narrowest screen."""

from datetime import timedelta

import pytest
from django.test import override_settings

from handslag.assessments.models import Assessment
from handslag.cases.models import Case
from handslag.foundation import clock, days
from handslag.handovers import actions
from handslag.handovers.models import Handover
from handslag.meetings.models import Decision, Meeting
from handslag.outbox.actions import send_waiting
from handslag.passages.models import SickLeave
from handslag.plans.models import Plan
from handslag.watch.actions import go_round
from tests import worlds
from tests.browsing import DESKTOP, IN_BROWSER, PHONE, picture, problems_of
from tests.worlds import contact_in

pytestmark = IN_BROWSER
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])


def lively(world) -> tuple[Case, Handover]:
    """Something of everything around FK."""
    case = world.case(
        next_step_on=clock.today() - timedelta(days=30), livelihood_ends_on=days.add_days(clock.today(), 9)
    )
    world.offer(world.case("af_a"), "fk")
    handover = world.offer(world.case())
    actions.accept_handover(world.viewer("fk_a"), world.offer(world.case("kom_a"), "fk").pk, contact_in(1))
    world.posts["fk_lead"].absences.create(from_on=clock.today())
    go_round(days.add_working_days(clock.today(), 16))
    return case, handover


def paths(world, case, handover) -> list[tuple[str, str]]:
    unit = world.units["fk"].public_id
    mine = ("/my-work/", "/my-work/held/", "/cases/new/", f"/cases/{case.public_id}/", f"/cases/{case.public_id}/next-step/",
            f"/cases/{case.public_id}/livelihood/", f"/cases/{case.public_id}/pause/", f"/cases/{case.public_id}/close/",
            f"/cases/{case.public_id}/hand-over/", f"/handovers/{handover.public_id}/", f"/handovers/{handover.public_id}/withdraw/",
            "/watch/", "/watch/overdue/", "/nothing-here/", "/import/")  # fmt: skip
    leads = (f"/units/{unit}/", f"/units/{unit}/cases/", f"/units/{unit}/absences/new/",
             f"/posts/{world.posts['fk_b'].public_id}/leave/", "/import/")  # fmt: skip
    theirs = (f"/handovers/{handover.public_id}/{verb}/" for verb in ("accept", "decline", "ask"))
    return [*(("fk_a", p) for p in mine), *(("fk_lead", p) for p in leads), *(("af_a", p) for p in theirs),
            ("fk_officer", "/watch/"), ("admin", "/"), ("analyst", "/"), ("analyst", "/analyses/new/"), ("analyst", "/analyses/ledger/")]  # fmt: skip


def joint_work() -> list[tuple[str, str]]:
    """Pages of meetings, calendar and outbox, both passages, joint assessments and plans, each with who looks."""
    met, booked = Meeting.objects.get(kind="sip"), Meeting.objects.get(ended_at__isnull=True)
    going, done = Assessment.objects.get(ended_at__isnull=True), Assessment.objects.get(ended_at__isnull=False)
    plan, ill = Plan.objects.get(), SickLeave.objects.get().case.public_id
    case, step = met.case.public_id, plan.steps.filter(became_step=False).get()
    fk = [
        f"/cases/{case}/",
        *(f"/cases/{case}/{verb}/" for verb in ("meeting", "meetings", "journal", "assessment", "consent")),
        *(f"/cases/{case}/passage/{verb}/" for verb in ("ending", "offer", "answer", "job")),
        *(f"/meetings/{booked.public_id}/{verb}" for verb in ("", "invite/", "guest/", "move/", "call-off/", "hold/")),
        f"/meetings/{met.public_id}/",
        f"/decisions/{Decision.objects.get(became_step=False).public_id}/",
        *(f"/assessments/{going.public_id}/{verb}" for verb in ("", "part/", "versions/", "call/", "end/", "break-off/")),
        *(f"/assessments/{done.public_id}/{verb}" for verb in ("", "versions/")),
        *(f"/plans/{plan.public_id}/{verb}" for verb in ("", "step/", "review/", "end/")),
        "/calendar/",
        "/my-work/",
    ]  # fmt: skip
    af = [f"/cases/{ill}/", *(f"/cases/{ill}/programme/{verb}/" for verb in ("sick-leave", "adaptation", "leave", "way-back")),
          f"/plans/steps/{step.public_id}/", f"/assessments/{done.public_id}/", "/my-work/"]  # fmt: skip
    return [*(("fk_a", p) for p in fk), *(("af_a", p) for p in af), ("admin", "/outbox/")]


def problems(visit, size: dict, looked_at: list[tuple[str, str]]) -> list[str]:
    """What is wrong with these pages, each opened by its viewer."""
    opened, told = {}, []
    for name, path in looked_at:
        page = opened[name] = opened.get(name) or visit(name, size)
        page.goto(path)
        page.complaints[:] = [c for c in page.complaints if "404" not in c and "403" not in c]
        told += problems_of(page)
        picture(page, f"{name}{path.replace('/', '_')}{size['width']}")
    return told


@SIZES
def test_every_page_is_accessible_and_fits(visit, lasting_world, size):
    told = problems(visit, size, paths(lasting_world, *lively(lasting_world)))
    assert not told, "\n".join(told)


@SIZES
def test_every_page_of_joint_work_is_accessible_and_fits(visit, lasting_world, size):
    worlds.fill(lasting_world)
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_PORT=1):
        assert send_waiting()["waiting"]  # nobody listens there: the outbox tells of trouble
    told = problems(visit, size, joint_work())
    assert not told, "\n".join(told)


@SIZES
def test_a_made_calendar_address_is_accessible_and_fits(visit, lasting_world, size):
    page = visit("fk_a", size)
    page.goto("/calendar/")
    page.click("main button")
    page.wait_for_selector(".address")
    assert not (told := problems_of(page)), told
    picture(page, f"calendar-made{size['width']}")


def test_the_narrowest_screen_needs_no_sideways_scrolling(visit, lasting_world):
    case, handover = lively(lasting_world)
    page = visit("fk_a", {"width": 320, "height": 640})
    for path in (
        "/my-work/",
        f"/cases/{case.public_id}/",
        f"/handovers/{handover.public_id}/",
        "/watch/",
        f"/cases/{case.public_id}/hand-over/",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        for line in page.eval_on_selector_all(
            ".rows a", "links => links.map(a => getComputedStyle(a).textDecorationLine)"
        ):
            assert line == "underline", f"a link among words on {path} is told from them by its colour alone"
