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
    consultant: int | None = None
    reason: str | None = None  # why they can be spared, though their own school causes concern

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
    """A school was visited; by `led_by`, where that is not who recorded it."""

    visit: int
    urn: int
    school: str
    visited_on: date
    led_by: str | None = None

    def sentence(self, _: Names) -> str:
        led = f" by {self.led_by}" if self.led_by else ""
        return f"A visit{led} to {self.school} on {long_date(self.visited_on)} was recorded."


@dataclass(frozen=True, kw_only=True)
class ReportRecorded(Happened):
    """A report on a school was written; by `author`, where that is not who recorded it."""

    report: int
    urn: int
    school: str
    dated: date
    author: str | None = None

    def sentence(self, _: Names) -> str:
        written = f" by {self.author}" if self.author else ""
        day = long_date(self.dated)
        return f"A written report{written} on {self.school} of {day} was recorded."


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
