"""A plan's words and steps stay as they were written; a plan is of an open case, and goes on until it is ended."""

from handslag.foundation.guards import Guard, frozen, undeletable, words_only_removed

PLAN, REVIEW, STEP, CASE = "plans_plan", "plans_review", "plans_step", "cases_case"


def _while_it_goes_on(table: str) -> Guard:
    """A guard that adds to a plan only while it goes on; its row is held meanwhile."""
    return Guard(
        f"{table}_while_it_goes_on",
        table,
        "INSERT",
        f"NOT EXISTS (SELECT 1 FROM {PLAN} p WHERE p.id = NEW.plan_id AND p.ended_at IS NULL)",
        f"{table}: the plan has ended",
        lock=f"1 FROM {PLAN} p WHERE p.id = NEW.plan_id FOR SHARE",
    )


GUARDS = [
    *(undeletable(table) for table in (PLAN, REVIEW, STEP)),
    *(_while_it_goes_on(table) for table in (REVIEW, STEP)),
    Guard(
        "plans_plan_of_an_open_case",
        PLAN,
        "INSERT",
        f"NOT EXISTS (SELECT 1 FROM {CASE} c WHERE c.id = NEW.case_id AND c.closed_at IS NULL)",
        "plans_plan: a plan is made in an open case, which somebody holds",
        lock=f"1 FROM {CASE} c WHERE c.id = NEW.case_id FOR SHARE",
    ),
    frozen(PLAN, "id", "public_id", "case_id", "by_id", "made_at"),
    frozen(PLAN, "ended_at", "ended_by_id", "ending", when="OLD.ended_at IS NOT NULL", name="ending_stands"),
    frozen(REVIEW, "id", "public_id", "plan_id", "reviewed_on", "by_id", "at"),
    words_only_removed(REVIEW, "goal", "support", "duties", "direction", "other", "note"),
    frozen(STEP, *("id", "public_id", "plan_id", "to_id", "measure", "begins_on", "due_on", "by_id", "made_at")),
    frozen(STEP, "ended_at", "ended_by_id", "was_done", when="OLD.ended_at IS NOT NULL", name="ending_stands"),
    frozen(STEP, "became_step", when="OLD.became_step", name="became_step_stands"),
    words_only_removed(STEP, "text", "person_does"),
]
