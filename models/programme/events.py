"""What happens in the support programme."""

from dataclasses import dataclass
from datetime import date

from models.clocks import long_date
from models.happened import Happened, Names
from models.policy.wording import inside
from models.programme.tables import AtVisit, DutyKind, SupportRole, required_label


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
    attendees: tuple[AtVisit, ...] | None = None
    about_change: bool | None = None
    led_by: str | None = None

    def sentence(self, _: Names) -> str:
        led = f" by {self.led_by}" if self.led_by else ""
        about = " about its change of level" if self.about_change else ""
        day = long_date(self.visited_on)
        return f"A visit{led} to {self.school}{about} on {day} was recorded."


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
        article = "An" if what[0] in "aeiou" else "A"
        return f"{article} {what} that was due on {long_date(self.due_on)} was cancelled."


@dataclass(frozen=True, kw_only=True)
class OutcomeRecorded(Happened):
    """What came of an audit, a place on a programme or an induction was written down."""

    review: int
    kind_: DutyKind
    done_on: date
    urn: int
    school: str

    def sentence(self, _: Names) -> str:
        what, day = inside(self.kind_.label), long_date(self.done_on)
        return f"The outcome of the {what} on {day} was recorded for {self.school}."


@dataclass(frozen=True, kw_only=True)
class SupportRequired(Happened):
    """A school requires what its level has only if it is required."""

    requirement: int
    what_: DutyKind
    reason: str
    urn: int
    school: str

    def sentence(self, _: Names) -> str:
        return f"{self.school} requires {_required(self.what_)}: {inside(self.reason)}"


@dataclass(frozen=True, kw_only=True)
class SupportNoLongerRequired(Happened):
    """A school does not require it any more."""

    requirement: int
    what_: DutyKind
    reason: str
    urn: int
    school: str

    def sentence(self, _: Names) -> str:
        return f"{self.school} no longer requires {_required(self.what_)}: {inside(self.reason)}"


def _required(what: DutyKind) -> str:
    words = required_label(what)
    if what is not DutyKind.SISG_MEETING:
        words = inside(words)
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"
