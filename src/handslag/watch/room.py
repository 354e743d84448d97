"""What the house must know of the watch."""

from django.utils.translation import gettext_lazy as _

from handslag.cases.pages.rows import case_table
from handslag.foundation.rooms import APART, Column, Record, Room, Section, each, kept
from handslag.watch import queries
from handslag.watch.pages.rows import escalation_table

CLIMBED = Section("climbed", _("Climbed to me"), 10, queries.climbed_to, escalation_table)

ROOM = Room(
    api=("/watch", "handslag.watch.api.router"),
    records=(
        Record(
            "watch.Escalation",
            about="case.person",
            columns=each(kept(), "id case about to_unit kind waiting_since rung is_gap raised_on cleared_on"),
        ),
        Record("watch.Called", about="escalation.case.person", columns=each(kept(), "id escalation post")),
        Record("watch.Round", columns=each(Column(APART), "id on at figures")),
    ),
    work=(CLIMBED,),
    board=(
        CLIMBED,
        Section(
            "unprepared",
            _("Livelihood ends within 90 days, no handover accepted"),
            20,
            queries.board_unprepared,
            case_table,
            tone="soon",
        ),
        Section("overdue", _("Overdue next steps"), 30, queries.board_overdue, case_table),
        Section("consents", _("Consents that run out within 30 days"), 40, queries.board_consents_ending, case_table),
        Section("climbing", _("Climbing"), 50, queries.climbing, escalation_table),
        Section("empty-rungs", _("Empty rungs"), 60, queries.empty_rungs, escalation_table),
    ),
)
