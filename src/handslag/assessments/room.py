"""What the house must know of joint assessments."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from handslag.assessments import actions, queries, waits
from handslag.assessments.history import HISTORY
from handslag.assessments.microdata import assessments
from handslag.assessments.pages import parts, rows, timeline
from handslag.assessments.walls import REACHED
from handslag.disclosure.rules import HEALTH, LIVELIHOOD, PLAN, WORK_EDUCATION
from handslag.foundation.rooms import (
    REMOVED,
    Microdata,
    Part,
    Placed,
    Reach,
    Record,
    Room,
    Section,
    TakingPart,
    Verb,
    Waiting,
    each,
    emptied,
    kept,
    prose,
)

_ASKED = {"group": PLAN, "noted_by": "by.party"}
_ENDED = {"group": PLAN, "noted_by": "ended_by.party"}
_GATHERED = {"group": PLAN, "noted_by": "gathered_by.party"}

ASSESSMENT = Record(
    "assessments.Assessment",
    {
        **each(kept(), "id public_id case by ended_by plan"),
        "purpose": prose(_("What it is for"), to=REMOVED, **_ASKED),
        "wanted_by": kept(_("To be done by"), **_ASKED),
        "asked_at": kept(_("Asked for")),
        "ended_at": kept(_("Ended")),
        "outcome": kept(_("Outcome"), **_ENDED),
        "reason": kept(_("Why it was broken off"), **_ENDED),
        "took_part": kept(_("Others who took part"), **_ASKED),
        "imported_digest": emptied(),
    },
    about="case.person",
    key="assessments",
    words=_("Joint assessment"),
)
CALL = Record(
    "assessments.Call",
    {
        **each(kept(), "id public_id assessment by taken_back_at"),
        "unit": kept(_("Called")),
        "at": kept(_("When")),
    },
    about="assessment.case.person",
    key="calls",
    words=_("Called unit"),
)
DOCUMENT = Record(
    "assessments.Document",
    {
        **each(kept(), "id public_id assessment by gathered_by"),
        "text": prose(_("Document"), to=REMOVED),
        "gathered_at": kept(_("Gathered")),
    },
    about="assessment.case.person",
    group=PLAN,
    noted_by="by.party",
    key="documents",
    words=_("Document to gather"),
)
PART = Record(
    "assessments.Part",
    {
        **each(kept(), "id public_id assessment party"),
        "number": kept(_("Version")),
        "by": kept(_("Signed by")),
        "at": kept(_("Signed")),
        "own_words": prose(_("The person's own words"), group=PLAN, to=REMOVED),
        "goal": prose(_("The person's own goal"), group=PLAN, to=REMOVED),
        "no_words_reason": kept(_("Why that is empty"), group=PLAN),
        "livelihood": emptied(_("Livelihood"), group=LIVELIHOOD),
        "livelihood_since": emptied(_("Livelihood since"), group=LIVELIHOOD, to=None),
        "diagnosis_chapter": emptied(_("Diagnosis chapter"), group=HEALTH),
        "spells": emptied(_("Certified spells"), group=HEALTH),
        "prognosis": emptied(_("Prognosis"), group=HEALTH),
        "prognosis_days": emptied(_("Within"), group=HEALTH),
        "obstacles": prose(_("Obstacles"), group=HEALTH),
        "occupation": emptied(_("Occupation"), group=WORK_EDUCATION),
        "education": emptied(_("Education"), group=WORK_EDUCATION),
        "work": prose(_("Work and education"), group=WORK_EDUCATION),
        "resources": prose(_("Resources"), group=WORK_EDUCATION),
        "standpoint": prose(_("Standpoint"), group=PLAN, to=REMOVED),
        "dissents": kept(_("Does not agree"), group=PLAN),
        "dissent_reason": prose(_("Why they do not agree"), group=PLAN, to=REMOVED),
        "settle_by": kept(_("To be settled by"), group=PLAN),
    },
    about="assessment.case.person",
    noted_by="party",
    key="parts",
    words=_("Signed part"),
)

ROOM = Room(
    urls="handslag.assessments.pages.urls",
    api=("/assessments", "handslag.assessments.api.router"),
    records=(ASSESSMENT, CALL, DOCUMENT, PART),
    reaches=(Reach(queries.at_the_viewers_places, REACHED),),
    verbs={
        "assessment_asked": Verb(gettext_noop("asked for a joint assessment"), PLAN),
        "assessment_called": Verb(gettext_noop("called {to_unit} to the joint assessment"), PLAN),
        "assessment_call_taken_back": Verb(
            gettext_noop("took back the call of {to_unit} to the joint assessment"), PLAN
        ),
        "document_gathered": Verb(gettext_noop("noted a document as gathered"), PLAN),
        "assessment_signed": Verb(gettext_noop("signed a part of the joint assessment, version {version}"), PLAN),
        "assessment_ended": Verb(
            gettext_noop("ended the joint assessment: {how}"), PLAN, {"how": "assessment_outcome"}
        ),
        "assessment_broken_off": Verb(
            gettext_noop("broke off the joint assessment: {how}"), PLAN, {"how": "end_reason"}
        ),
        "assessment_brought_in": Verb(
            gettext_noop("brought in a joint assessment that ended {on} from a file"), PLAN
        ),
    },
    waiting=(
        Waiting(waits.LATE, _("Joint assessment that is late"), "assessment"),
        Waiting(waits.DISSENT, _("Dissent that is not settled"), "assessment"),
    ),
    waits=(waits.waits,),
    work=(
        Section("assessments-to-sign", _("Joint assessments: our part to sign"), 37, queries.to_sign,
                rows.assessment_table, tone="soon"),
        Section("assessments", _("Joint assessments that I lead"), 54, queries.led_by, rows.assessment_table),
    ),
    case_page=(Part("assessments/_assessment.html", 56, parts.assessment_part),),
    person_page=(Part("assessments/_own.html", 13, parts.own),),
    case_actions=(Placed(16, parts.ask_button),),
    lanes=(Placed(37, timeline.assessments_lane),),
    taking_part=(TakingPart(queries.taking_part, "assessment__case"),),
    obstacles=(actions.obstacle_to_closing,),
    microdata=(Microdata("assessments", assessments),),
    histories=(HISTORY,),
)  # fmt: skip
