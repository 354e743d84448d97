"""What is done with joint assessments. The only code that writes them; each action is one journalled transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from handslag.assessments import rules
from handslag.assessments.models import Assessment, Call, Document, Part
from handslag.assessments.queries import open_of
from handslag.assessments.signing import Content, require_content
from handslag.cases import actions as cases
from handslag.cases import may
from handslag.cases.locking import locked
from handslag.cases.models import Case
from handslag.drafts.actions import drop
from handslag.foundation import clock
from handslag.foundation.acting import action
from handslag.foundation.dating import require_day
from handslag.foundation.errors import NotAllowed, Overtaken, Refused
from handslag.parties.models import Post, Unit
from handslag.parties.viewer import Viewer
from handslag.plans import actions as plans
from handslag.reference import codes


@dataclass(frozen=True)
class Request:
    """What a joint assessment is for, by when it is wanted, who is asked, and what is gathered before."""

    purpose: str
    wanted_by: date
    units: tuple[Unit, ...]
    documents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ending:
    """What an assessment ends in: its outcome, or why it is broken off; the goal of the plan; and the next step."""

    goal: str
    text: str
    due_on: date
    to: Post
    outcome: str = ""
    reason: str = ""


def form_of(assessment: Assessment) -> str:
    """The name of the form in which a part of an assessment is drafted."""
    return f"assessment-{assessment.public_id}"


def _locked(assessment_id: int) -> tuple[Assessment, Case]:
    """The assessment and its case, the case locked first. Raises Refused where there is none."""
    case_id = Assessment.objects.filter(pk=assessment_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise Refused(_("There is no such joint assessment."))
    case = locked(case_id)
    return Assessment.objects.select_for_update(of=("self",)).get(pk=assessment_id), case


def _may_lead(actor: Viewer, assessment_id: int) -> None:
    """Who answers for the person, of an assessment that goes on."""
    assessment, case = _locked(assessment_id)
    may.answer_for(actor, case.pk)
    if assessment.ended_at:
        raise Overtaken(_("The joint assessment has ended. Ask for a new one."))


def units_of(assessment: Assessment) -> list[Unit]:
    """The units that are called."""
    called = Call.objects.filter(assessment=assessment, taken_back_at__isnull=True).order_by("id")
    return [call.unit for call in called.select_related("unit__party")]


def post_taking_part(actor: Viewer, assessment: Assessment, case: Case) -> Post | None:
    """The post from which the actor takes part: at the unit that is responsible, or at one that is called."""
    if actor.is_system:
        return case.holder
    units = [case.holder.unit_id, *(unit.pk for unit in units_of(assessment))]
    return next(filter(None, (actor.post_in(unit) for unit in units)), None)


def _may_take_part(actor: Viewer, assessment_id: int) -> None:
    """A caseworker of the unit that is responsible, or of one that is called, while the case is open."""
    assessment, case = _locked(assessment_id)
    if post_taking_part(actor, assessment, case) is None:
        raise NotAllowed(_("Only the units that take part in the joint assessment can do this."))
    if not case.is_open:
        raise Overtaken(_("The case is closed and can no longer be changed."))


@action(may.change)
def ask_assessment(actor: Viewer, case_id: int, request: Request) -> Assessment:
    """Asks units of other parties for a joint assessment of the person.

    Raises Refused without a purpose or a unit of another party, Overtaken while another assessment goes on.
    """
    case = locked(case_id)
    if Assessment.objects.filter(case=case, ended_at__isnull=True).exists():
        raise Overtaken(_("A joint assessment goes on already. End it first, or call more units to it."))
    if not request.purpose.strip():
        raise Refused(_("Write what the joint assessment is for."), "purpose")
    require_day(request.wanted_by, rules.WANTED, "wanted_by", leads=actor.leads(case.holder.unit_id))
    if not request.units:
        raise Refused(_("Choose at least one unit of another party."), "unit")
    post = plans.acting_post(actor, case)
    assessment = Assessment.objects.create(
        case=case, purpose=request.purpose.strip(), wanted_by=request.wanted_by, by=post, asked_at=clock.now()
    )
    for text in request.documents:
        Document.objects.create(assessment=assessment, text=text.strip()[:200], by=post)
    cases.journal(actor, "assessment_asked", case, assessment=assessment.pk)
    for unit in request.units:
        _call(actor, assessment, case, unit)
    return assessment


def _call(actor: Viewer, assessment: Assessment, case: Case, unit: Unit) -> Call:
    if not unit.is_active or unit.party_id == case.holder.party_id:
        raise Refused(_("Choose at least one unit of another party."), "unit")
    if unit in units_of(assessment):
        raise Refused(_("They are called already."), "unit")
    post = plans.acting_post(actor, case)
    call = Call.objects.create(assessment=assessment, unit=unit, by=post, at=clock.now())
    cases.journal(actor, "assessment_called", case, assessment=assessment.pk, to_unit=unit.name)
    return call


@action(_may_lead)
def call_unit(actor: Viewer, assessment_id: int, unit: Unit) -> Call:
    """Asks one more unit of another party to take part."""
    assessment, case = _locked(assessment_id)
    return _call(actor, assessment, case, unit)


def _may_uncall(actor: Viewer, call_id: int) -> None:
    """Who leads the assessment that a unit is called to."""
    found = Call.objects.filter(pk=call_id).values_list("assessment_id", flat=True).first()
    if found is None:
        raise Refused(_("They are no longer called."))
    _may_lead(actor, found)


@action(_may_uncall)
def uncall_unit(actor: Viewer, call_id: int) -> None:
    """Takes the call to a unit back. What it has signed stays."""
    call = Call.objects.select_related("unit").get(pk=call_id)
    _assessment, case = _locked(call.assessment_id)
    if call.taken_back_at:
        raise Overtaken(_("They are no longer called."))
    call.taken_back_at = clock.now()
    call.save(update_fields=["taken_back_at"])
    cases.journal(actor, "assessment_call_taken_back", case, to_unit=call.unit.name)


def _may_gather(actor: Viewer, document_id: int) -> None:
    """Who takes part in the assessment of a document."""
    found = Document.objects.filter(pk=document_id).values_list("assessment_id", flat=True).first()
    if found is None:
        raise Refused(_("There is no such document."))
    _may_take_part(actor, found)


@action(_may_gather)
def gather_document(actor: Viewer, document_id: int) -> Document:
    """Notes that a document has been gathered."""
    document = Document.objects.get(pk=document_id)
    assessment, case = _locked(document.assessment_id)
    if document.gathered_at:
        raise Overtaken(_("It is gathered already."))
    document.gathered_at, document.gathered_by = clock.now(), post_taking_part(actor, assessment, case)
    document.save(update_fields=["gathered_at", "gathered_by"])
    cases.journal(actor, "document_gathered", case, assessment=assessment.pk)
    return document


def latest(assessment: Assessment, party_id: int | None) -> Part | None:
    """The version of a party's part that counts; None where it has signed none."""
    return Part.objects.filter(assessment=assessment, party_id=party_id or 0).order_by("-number").first()


@action(_may_take_part)
def sign_part(actor: Viewer, assessment_id: int, content: Content, upon: int) -> Part:
    """Signs the own party's part, as a further version where it was signed before. `upon` is the number of the version
    that it was written upon, 0 for the first.

    Raises Refused for a part that does not say what it must, Overtaken where a colleague has signed a later version.
    """
    assessment, case = _locked(assessment_id)
    post = post_taking_part(actor, assessment, case) or case.holder
    before = latest(assessment, post.party_id)
    if upon != (before.number if before else 0):
        raise Overtaken(
            _("{name} has signed this part meanwhile. Both texts are shown below. Choose, and sign again.").format(
                name=before.by.user if before else ""
            )
        )
    require_content(content)
    part = Part.objects.create(
        assessment=assessment, party=post.party, number=upon + 1, by=post, at=clock.now(), **content.columns
    )
    drop(actor, case, form_of(assessment))
    cases.journal(actor, "assessment_signed", case, assessment=assessment.pk, version=part.number)
    return part


@action(_may_lead)
def end_assessment(actor: Viewer, assessment_id: int, ending: Ending) -> Assessment:
    """Ends an assessment, or breaks it off: with a plan and a next step, also where no joint measure follows.

    The case's plan is made here where there is none. Raises Overtaken while a party that takes part has not signed,
    Refused for an unknown outcome, no goal, or a next step that will not do.
    """
    assessment, case = _locked(assessment_id)
    if ending.outcome:
        codes.require("assessment_outcome", ending.outcome, "outcome")
        _require_signed(assessment, case)
    elif ending.reason not in rules.BREAKS:
        raise Refused(_("Choose one of the values in the list."), "reason")
    if ending.reason not in rules.UNFINISHED:
        assessment.plan = _planned(actor, case, ending)
    assessment.ended_at, assessment.ended_by = clock.now(), plans.acting_post(actor, case)
    assessment.outcome, assessment.reason = ending.outcome, ending.reason
    assessment.save()
    verb = "assessment_ended" if ending.outcome else "assessment_broken_off"
    cases.journal(actor, verb, case, assessment=assessment.pk, how=ending.outcome or ending.reason)
    return assessment


def silent_parties(assessment: Assessment, case: Case) -> list[str]:
    """The parties that take part and have not signed, by name."""
    parties = {case.holder.party, *(unit.party for unit in units_of(assessment))}
    signed = set(Part.objects.filter(assessment=assessment).order_by().values_list("party_id", flat=True))
    return sorted(party.name for party in parties if party.pk not in signed)


def _require_signed(assessment: Assessment, case: Case) -> None:
    if silent := silent_parties(assessment, case):
        message = _("These have not signed their part: {names}. Remind them, or take their call back.")
        raise Overtaken(message.format(names=", ".join(silent)))


def _planned(actor: Viewer, case: Case, ending: Ending):
    """The plan of the case, with the next step in it, which becomes the case's next step."""
    main = cases.main_of(case)
    plan = plans.of_case(case) or plans.begin(actor, case, plans.Words(ending.goal))
    if main.suspended_until and ending.due_on < main.suspended_until:
        cases.end_pause(main)
    cases.set_next_step(actor, main, ending.text, ending.due_on, ending.to, was_done=True)
    main.save()
    step = plans.Planned(ending.text, ending.to, ending.due_on)
    plans.put_step(actor, case, plan, step, becomes_step=True)
    return plan


def obstacle_to_closing(case: Case) -> str:
    """Why a case cannot be closed while an assessment goes on; empty where none does."""
    if not open_of.rows(None, case.pk):
        return ""
    return _("End the joint assessment first, or break it off.")


def lines(text: str) -> tuple[str, ...]:
    """What stands on each line of a text."""
    return tuple(_filled(text.splitlines()))


def _filled(found: Iterable[str]) -> Iterable[str]:
    return (line.strip() for line in found if line.strip())
