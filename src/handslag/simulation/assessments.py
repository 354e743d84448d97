"""The demo world's joint assessments, where its sign-ins work: one at each stage, by the actions that users take."""

from datetime import timedelta

from handslag.assessments.actions import Ending, Request, ask_assessment, end_assessment, sign_part
from handslag.assessments.models import Assessment
from handslag.assessments.rules import Spell
from handslag.assessments.signing import Content
from handslag.cases.models import Case
from handslag.disclosure.actions import Agreed
from handslag.disclosure.models import Consent
from handslag.disclosure.queries import unconfirmed
from handslag.disclosure.rules import GROUPS, Flow
from handslag.foundation import clock
from handslag.parties.models import Post, Unit
from handslag.parties.queries import viewer_of
from handslag.plans.actions import Planned, add_step
from handslag.sharing.actions import confirm_telling, give_consent
from handslag.simulation.places import Places

STAGES = ("asked", "agreed", "begun", "dissent", "ended", "measure")
PURPOSE = "Se tillsammans vad som krävs för att komma tillbaka till arbete."
AGREED = "Så att Försäkringskassan och Arbetsförmedlingen kan planera tillsammans med mig."
WORDS = "Jag vill arbeta igen men orkar inte hela dagar än. Det går bäst på förmiddagen."
GOAL = "Arbeta halvtid inom ett halvår"


def write(places: Places) -> None:
    """An assessment at each stage, of people whom FK holds where the sign-ins work, with AF there."""
    fk, af = places.focus[:2]
    found = Case.objects.filter(
        holder=places.holders[fk.pk][0],
        closed_at__isnull=True,
        joined_to__isnull=True,
        suspended_until__isnull=True,
        person__is_protected=False,
        handovers__isnull=True,
    ).exclude(person__subject__in=Case.objects.filter(party=af.party).order_by().values("person__subject"))
    for stage, case in zip(STAGES, found.select_related("holder").order_by("id"), strict=False):
        _assess(stage, case, af, places.holders[af.pk][0])


def _assess(stage: str, case: Case, af: Unit, colleague: Post) -> None:
    today, reached = clock.today(), STAGES.index(stage)
    holder, there = viewer_of(case.holder.user), viewer_of(colleague.user)
    request = Request(PURPOSE, today + timedelta(days=20 + 5 * reached), (af,), ("Läkarintyg FK 7804", "CV"))
    assessment = ask_assessment(holder, case.pk, request)
    if reached >= STAGES.index("agreed"):
        consent = _consent(case, af)
        waiting = unconfirmed().filter(consent=consent, from_party=af.party)
        confirm_telling(there, list(waiting.values_list("pk", flat=True)), "document", is_tested=True)
    if reached >= STAGES.index("begun"):
        sign_part(holder, assessment.pk, _seen_by_fk(), 0)
    if reached >= STAGES.index("dissent"):
        sign_part(there, assessment.pk, _seen_by_af(dissents=stage == "dissent"), 0)
    if reached >= STAGES.index("ended"):
        _end(assessment, case, colleague, has_measure=stage == "measure")


def _consent(case: Case, af: Unit) -> Consent:
    today, own = clock.today(), case.holder
    flows = {Flow(own.party_id or 0, af.pk, group) for group in GROUPS}
    flows |= {Flow(af.party_id, own.unit_id or 0, group) for group in GROUPS}
    until = today + timedelta(days=300)
    agreed = Agreed(AGREED, "written", None, today, until, "public_task", frozenset(flows))
    return give_consent(viewer_of(own.user), case.pk, agreed)


def _seen_by_fk() -> Content:
    sick = Spell(100, clock.today() - timedelta(days=160), clock.today() - timedelta(days=41))
    return Content(
        standpoint="Arbetsträning kan börja om den trappas upp i lugn takt.",
        own_words=WORDS,
        goal=GOAL,
        livelihood="sickness_benefit",
        diagnosis_chapter="F",
        spells=(sick, Spell(50, clock.today() - timedelta(days=40), None)),
        prognosis="within_days",
        prognosis_days="90",
        obstacles="Svårt med buller och många intryck.",
        work="Har arbetat åtta år i storkök.",
        resources="Van att planera, har körkort, stöd av sin syster.",
    )


def _seen_by_af(*, dissents: bool) -> Content:
    content = Content(
        standpoint="Arbetsträning i ett mindre kök, fyra timmar om dagen.",
        own_words="Jag vill helst tillbaka till köket.",
        goal=GOAL,
        occupation="other",
        education="upper_secondary",
        work="Kockutbildning. Har inte sökt arbete under sjukskrivningen.",
    )
    if not dissents:
        return content
    settle_by, reason = clock.today() + timedelta(days=14), "Vi vill se ett nytt intyg innan något börjar."
    return Content(**{**vars(content), "dissents": True, "dissent_reason": reason, "settle_by": settle_by})


def _end(assessment: Assessment, case: Case, colleague: Post, *, has_measure: bool) -> None:
    today, holder = clock.today(), viewer_of(case.holder.user)
    together, alone = ("joint_measure", "Träffas tre om arbetsträningen"), ("employer_support", "Ring chefen")
    outcome, text = together if has_measure else alone
    ending = Ending(GOAL, text, today + timedelta(days=6), case.holder, outcome)
    end_assessment(holder, assessment.pk, ending)
    if has_measure:
        begins, ends = today + timedelta(days=10), today + timedelta(days=100)
        does = "Går dit fyra dagar i veckan"
        planned = Planned("Arbetsträning i storkök", colleague, ends, does, "work_preparatory", begins)
        add_step(holder, case.pk, planned)
