"""`make diagrams`: draws the transition tables into docs/transitions.md, from the tables themselves."""

from pathlib import Path

from handslag.handovers import rules

PAGE = Path(__file__).parent.parent / "docs" / "transitions.md"
SIDES = {rules.SENDER: "the sender", rules.RECEIVER: "the receiver"}


def drawing() -> str:
    """The page's text."""
    lines = [
        "# The handover's states",
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
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(drawing(), encoding="utf-8")
