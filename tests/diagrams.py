"""`make diagrams`: draws into the docs what the code says: floors, states, decisions, the example of a room."""

import re
from collections.abc import Iterator
from difflib import unified_diff
from itertools import combinations, pairwise

from handslag.assessments import rules as assessment_rules
from handslag.handovers import rules
from handslag.referrals import rules as referral_rules
from tests import plan
from tests.test_room_cost import EDITS

DOCS = plan.ROOT / "docs"
SIDES = {rules.SENDER: "the sender", rules.RECEIVER: "the receiver", rules.PRODUCT: "the product, when a consent ends"}


def transitions() -> str:
    """The page of the handover's states."""
    lines = [
        "# States",
        "",
        "## The handover",
        "",
        "Drawn by `make diagrams` from `handovers/rules.py`; a test fails when the two differ. The database",
        "itself refuses every step that is not drawn here.",
        "",
        "```mermaid",
        "stateDiagram-v2",
    ]
    for t in rules.TRANSITIONS:
        lines += [f"    {source or '[*]'} --> {t.target}: {t.verb} ({t.side})" for source in t.sources]
    lines += [f"    {state} --> [*]" for state in rules.FINAL]
    lines += ["```", "", "| step | from | to | who may take it |", "|---|---|---|---|"]
    for t in rules.TRANSITIONS:
        lines.append(f"| {t.verb} | {', '.join(s or '(nothing)' for s in t.sources)} | {t.target} | {SIDES[t.side]} |")
    lines += ["", "| state | whose turn it is |", "|---|---|"]
    for state in (*rules.PENDING, rules.ACCEPTED, *rules.FINAL):
        lines.append(f"| {state} | {SIDES.get(rules.awaited(state), 'nobody: it is over')} |")
    return "\n".join([*lines, "", *referral_states(), "", *assessment_states()]) + "\n"


def referral_states() -> Iterator[str]:
    """The states of a referral to a measure, and who may take which step."""
    yield from ("## The referral", "", "Drawn from `referrals/rules.py`; the database refuses every other step.", "")
    yield from ("```mermaid", "stateDiagram-v2")
    for t in referral_rules.TRANSITIONS:
        yield from (f"    {source or '[*]'} --> {t.target}: {t.verb} ({t.side})" for source in t.sources)
    yield from (*(f"    {state} --> [*]" for state in referral_rules.FINAL), "```")


def _can_be(facts: set[str]) -> bool:
    """Whether these facts can stand together: an end follows what was signed, measures follow the end."""
    after_end = facts - {assessment_rules.MET, assessment_rules.SIGNED, assessment_rules.ENDED, assessment_rules.BROKEN}
    has_ended, is_signed = assessment_rules.ENDED in facts, assessment_rules.SIGNED in facts
    return (has_ended or not after_end) and (is_signed or not has_ended)


def _moves() -> dict[tuple[str, str], list[str]]:
    """From which state to which one more fact leads, however many there were before."""
    names = list(dict.fromkeys(fact for _state, needed in assessment_rules.STATES for fact in sorted(needed)))
    found: dict[tuple[str, str], list[str]] = {}
    for size in range(len(names)):
        for facts in combinations(sorted(names), size):
            for fact in (fact for fact in names if _can_be(set(facts)) and _can_be({*facts, fact})):
                move = assessment_rules.state(set(facts)), assessment_rules.state({*facts, fact})
                if move[0] != move[1] and fact not in found.setdefault(move, []):
                    found[move].append(fact)
    return found


def assessment_states() -> Iterator[str]:
    """The states of a joint assessment, and the facts that make them."""
    yield from (
        "## The joint assessment",
        "",
        "Derived from facts, never ticked: the first line of the table of which all facts are there is the state. What an arrow",
        "names is the fact that leads there; a measure that is done leads back. Drawn from `assessments/rules.py`.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        f"    [*] --> {assessment_rules.WAITING}: asked for",
    )
    for (before, after), facts in sorted(_moves().items()):
        yield f"    {before} --> {after}: {' or '.join(facts)}"
    yield from ("```", "", "| state | when all of this is there |", "|---|---|")
    for state, needed in assessment_rules.STATES:
        yield f"| {state} | {', '.join(sorted(needed)) or 'nothing more than that it was asked for'} |"


def below(room: str, imports: dict[str, set[str]]) -> set[str]:
    """All that a room stands on, near and far."""
    return imports[room].union(*(below(other, imports) for other in imports[room]))


def arrows(container: str) -> dict[str, list[str]]:
    """What each room imports that no longer way leads to; it draws the picture without what follows from the rest."""
    on_plan = {room for floor in plan.floors(container) for room in floor}
    imports = {room: others & on_plan for room, others in plan.imports(container).items() if room in on_plan}
    far = {room: set().union(*(below(other, imports) for other in imports[room])) for room in imports}
    return {room: sorted(imports[room] - far[room]) for room in imports}


def lines_of(container: str) -> Iterator[str]:
    """The picture's arrows, and unseen lines that keep each room on its floor."""
    near, floors = arrows(container), plan.floors(container)
    for floor in floors:
        yield from (f"    {room} --> {other}" for room in floor for other in near[room])
    for floor, lower in pairwise(floors):
        for room in floor:
            if not set(near[room]) & set(lower):
                yield f"    {room} ~~~ {lower[0]}"
        for other in lower[1:]:
            if not any(other in near[room] for room in floor):
                yield f"    {floor[0]} ~~~ {other}"


def floors(container: str) -> str:
    """The floors of a package: a picture, and a table of what each room holds and imports."""
    lines = [
        "```mermaid",
        "flowchart TD",
        *lines_of(container),
        "```",
        "",
        "| room | holds | imports |",
        "|---|---|---|",
    ]
    for floor in plan.floors(container):
        for room in floor:
            told = ", ".join(sorted(plan.imports(container)[room])) or "–"
            lines.append(f"| `{room}` | {plan.holds(room, container)} | {told} |")
    return "\n".join(lines)


def architecture() -> str:
    """The page of the architecture, with the floors drawn anew between its marks."""
    return re.sub(
        r"(<!-- floors of (\S+) -->\n).*?(\n<!-- end -->)",
        lambda mark: mark[1] + floors(mark[2]) + mark[3],
        (DOCS / "architecture.md").read_text(encoding="utf-8"),
        flags=re.S,
    )


def decisions() -> str:
    """The page that lists the decision records."""
    lines = [
        "# Decisions",
        "",
        "Short records of choices that a successor would question. Listed by `make diagrams`.",
        "",
    ]
    for path in sorted((DOCS / "decisions").glob("[0-9]*.md")):
        heading = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        lines.append(f"- [{heading.replace('. ', ': ', 1)}]({path.name})")
    return "\n".join(lines) + "\n"


def _file(shown: str) -> str:
    folder = plan.ROOT / "tests" if shown.startswith("notes/") else plan.ROOT
    return (folder / shown).read_text(encoding="utf-8")


def edits() -> str:
    """What the example room asks for outside its folder, as changes of files."""
    lines = ["```diff"]
    for file, text, becomes in EDITS:
        changes = unified_diff(text.splitlines(), becomes.splitlines(), file, file, lineterm="")
        lines += [line for line in changes if not line.startswith(("@@", "---"))]
    return "\n".join([*lines, "```"])


def adding_a_room() -> str:
    """The page about adding a room, with the example's files as they are."""
    page = re.sub(
        r"^(\*\*`(\S+)`\*\*\n\n```\w+\n).*?^```$",
        lambda block: f"{block[1]}{_file(block[2])}```",
        (DOCS / "adding-a-room.md").read_text(encoding="utf-8"),
        flags=re.M | re.S,
    )
    return re.sub(
        r"<!-- edits -->\n.*?<!-- end -->", lambda _: f"<!-- edits -->\n{edits()}\n<!-- end -->", page, flags=re.S
    )


PAGES = {
    "transitions.md": transitions,
    "architecture.md": architecture,
    "decisions/README.md": decisions,
    "adding-a-room.md": adding_a_room,
}


if __name__ == "__main__":
    for name, draw in PAGES.items():
        (DOCS / name).write_text(draw(), encoding="utf-8")
