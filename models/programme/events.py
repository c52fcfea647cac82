"""What happens in the support programme."""

from dataclasses import dataclass
from datetime import date

from models.clocks import long_date
from models.happened import Happened, Names
from models.policy.wording import inside
from models.programme.tables import DutyKind, SupportRole


@dataclass(frozen=True, kw_only=True)
class SupportAssigned(Happened):
    """Somebody supports a school from this day."""

    supporter: int
    role: SupportRole
    name: str
    on: date
    urn: int
    school: str

    def sentence(self, _: Names) -> str:
        return f"{self.name} was assigned to {self.school} ({self.role.label})."


@dataclass(frozen=True, kw_only=True)
class SupportEnded(Happened):
    """Somebody supports a school no longer than to this day."""

    supporter: int
    role: SupportRole
    name: str
    on: date
    urn: int
    school: str

    def sentence(self, _: Names) -> str:
        return f"{self.name} no longer supports {self.school} ({self.role.label})."


@dataclass(frozen=True, kw_only=True)
class VisitRecorded(Happened):
    """An officer visited a school."""

    visit: int
    urn: int
    school: str
    visited_on: date

    def sentence(self, _: Names) -> str:
        return f"A visit to {self.school} on {long_date(self.visited_on)} was recorded."


@dataclass(frozen=True, kw_only=True)
class ReportRecorded(Happened):
    """An officer wrote a report on a school."""

    report: int
    urn: int
    school: str
    dated: date

    def sentence(self, _: Names) -> str:
        return f"A written report on {self.school} of {long_date(self.dated)} was recorded."


@dataclass(frozen=True, kw_only=True)
class ReviewRecorded(Happened):
    """A review was held, of a school or, without one, of the council's own work."""

    review: int
    kind_: DutyKind
    held_on: date
    urn: int | None = None
    school: str | None

    def sentence(self, _: Names) -> str:
        about = f" of {self.school}" if self.school else ""
        what, day = inside(self.kind_.label), long_date(self.held_on)
        return f"A {what}{about} on {day} was recorded."


@dataclass(frozen=True, kw_only=True)
class DutyCancelled(Happened):
    """What was planned is not to be done."""

    duty: int
    kind_: DutyKind
    due_on: date
    reason: str
    urn: int | None = None
    school: str | None = None

    def sentence(self, _: Names) -> str:
        what = inside(self.kind_.label)
        return f"A {what} that was due on {long_date(self.due_on)} was cancelled."
