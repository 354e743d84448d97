"""What a basis opens, and what a consent must say. No database."""

from dataclasses import dataclass
from datetime import date, timedelta

IDENTITY, LIVELIHOOD, HEALTH, WORK_EDUCATION, PLAN, MEETINGS = (
    "identity",
    "livelihood",
    "health",
    "work_education",
    "plan",
    "meetings",
)
GROUPS = (IDENTITY, LIVELIHOOD, HEALTH, WORK_EDUCATION, PLAN, MEETINGS)
"""Groups of information that a basis opens one by one."""

MANNERS = WRITTEN, ELECTRONIC, ORAL = ("written", "electronic", "oral")
SIGNATURE = "signature"
"""What was seen of a consent: the person's own signature, given with e-ID."""
WARN_DAYS = 30
"""A consent that runs out is caught this many days before."""
LONGEST = timedelta(days=2 * 366)
"""A consent is asked for anew after two years at the latest."""

OWN, CONSENT, STATUTE = "own", "consent", "statute"


@dataclass(frozen=True)
class Basis:
    """On what ground a fact is seen: the own party's record, a consent, or a statute; and until when."""

    kind: str
    code: str = ""
    until: date | None = None

    @property
    def name(self) -> str:
        """How the journal names it."""
        return f"{self.kind}:{self.code}" if self.code else self.kind


OWN_RECORD = Basis(OWN)


def basis_of(consent_id: int | None, statute: str, until: date) -> Basis:
    """The ground on which a disclosure stands: its consent, or its statute."""
    return Basis(CONSENT, str(consent_id), until) if consent_id else Basis(STATUTE, statute, until)


@dataclass(frozen=True)
class Flow:
    """That one party tells a unit of another one group of information."""

    from_party_id: int
    to_unit_id: int
    group: str


def problem_of_dates(given_on: date, until: date, today: date) -> tuple[str, str] | None:
    """(field, what is wrong) with a consent's dates: 'future', 'past' or 'long'; None where they are right."""
    if given_on > today:
        return "given_on", "future"
    if until < today:
        return "until", "past"
    if until > given_on + LONGEST:
        return "until", "long"
    return None
