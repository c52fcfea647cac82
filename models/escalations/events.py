"""What happens to escalations: how they go up, what is said and answered, who looks after them."""

from dataclasses import dataclass
from datetime import date

from models.clocks import long_date
from models.escalations.tables import Judgement
from models.happened import Happened, Names, Topic, listed
from models.policy.wording import the_role


@dataclass(frozen=True, kw_only=True)
class EscalationStarted(Happened):
    """An escalation was put on record."""

    reference: str
    urn: int
    ladder: str
    triggers: tuple[str, ...]
    case_officer: str
    policy: str

    def sentence(self, _: Names) -> str:
        return f"Escalation {self.reference} was started."


@dataclass(frozen=True, kw_only=True)
class EscalationOpened(Happened):
    """An escalation's first step may be taken."""

    step: str

    def sentence(self, names: Names) -> str:
        return f"The escalation was opened at {names.step(self.step)}."


@dataclass(frozen=True, kw_only=True)
class StepPassedOver(Happened):
    """A step was left out."""

    step: str
    reason: str

    def sentence(self, names: Names) -> str:
        step = names.step(self.step)
        return f"{step[:1].upper()}{step[1:]} was passed over."


@dataclass(frozen=True, kw_only=True)
class MovedToPowers(Happened):
    """An escalation went straight to the step of the powers (sections 61 and 62)."""

    step: str
    passed_over: tuple[str, ...]  # the steps that were still ahead
    reason: str

    def sentence(self, names: Names) -> str:
        moved = f"The escalation moved straight to {names.step(self.step)} (sections 61 and 62)"
        if not self.passed_over:
            return f"{moved}."
        return f"{moved}. Left out: {listed([names.step(key) for key in self.passed_over])}."


@dataclass(frozen=True, kw_only=True)
class DiscussionRecorded(Happened):
    """A discussion was held with these at a step."""

    discussion: int
    step: str
    held_on: date
    with_: tuple[str, ...]
    held_by: str | None = None  # by name
    why_one_meeting: str | None = None

    def sentence(self, names: Names) -> str:
        people = listed([the_role(name) for name in self.with_])
        where, day = names.step(self.step), long_date(self.held_on)
        by = f", held by {self.held_by}," if self.held_by else ""
        return f"A discussion with {people} on {day}{by} was recorded at {where}."


@dataclass(frozen=True, kw_only=True)
class ResponseRecorded(Happened):
    """The school or a national body answered."""

    response: int
    step: str
    received_on: date
    from_: str | None = None

    def sentence(self, names: Names) -> str:
        where, day = names.step(self.step), long_date(self.received_on)
        whose = f" of {the_role(self.from_)}" if self.from_ else ""
        return f"A response{whose} received on {day} was recorded at {where}."


@dataclass(frozen=True, kw_only=True)
class ResponseJudged(Happened):
    """An answer was judged."""

    response: int
    step: str
    judgement: Judgement
    reason: str

    def sentence(self, names: Names) -> str:
        return f"The response at {names.step(self.step)} was judged {self.judgement.value}."


@dataclass(frozen=True, kw_only=True)
class EscalationPaused(Happened):
    """Nothing is asked of anybody for the time being."""

    reason: str

    def sentence(self, _: Names) -> str:
        return "The escalation was paused, and its deadline with it."


@dataclass(frozen=True, kw_only=True)
class EscalationResumed(Happened):
    """A pause ended; `due_on` is the new day of its deadline, if it has one."""

    reason: str
    due_on: date | None = None

    def sentence(self, _: Names) -> str:
        if self.due_on is not None:
            day = long_date(self.due_on)
            return f"The escalation was resumed. Its deadline is now {day}."
        return "The escalation was resumed."


@dataclass(frozen=True, kw_only=True)
class Closed(Happened):
    """An escalation was closed at this step."""

    step: str | None = None
    reason: str


class EscalationResolved(Closed):
    """The concern is met."""

    def sentence(self, _: Names) -> str:
        return "The concern was resolved and the escalation closed."


class EscalationWithdrawn(Closed):
    """An escalation was given up; it has no step if it was never opened."""

    def sentence(self, _: Names) -> str:
        return "The escalation was withdrawn."


class EscalationEnded(Closed):
    """The school closes."""

    def sentence(self, _: Names) -> str:
        return "The escalation ended because the school closes."


@dataclass(frozen=True, kw_only=True)
class EscalationConverted(Happened):
    """The school became an academy: its escalation goes on at this step."""

    step: str
    reason: str

    def sentence(self, names: Names) -> str:
        where = names.step(self.step)
        return (
            f"The school became an academy: the escalation continues at {where} of the academy "
            "ladder."
        )


@dataclass(frozen=True, kw_only=True)
class CaseOfficerChanged(Happened):
    """Another officer looks after a case."""

    from_: str
    to: str
    reason: str
    of_school: bool | None = None  # whether it is a school's own record

    def sentence(self, _: Names) -> str:
        who = "officer who looks after the record" if self.of_school else "case officer"
        return f"The {who} was changed from {self.from_} to {self.to}."


@dataclass(frozen=True, kw_only=True)
class CaseRestricted(Happened):
    """Only these officers, and those above them, see a case."""

    topic = Topic.RESTRICTED
    hidden = "A case was restricted to named officers."
    officers: tuple[str, ...]
    reason: str
    of_school: bool | None = None  # whether it is a school's own record

    def sentence(self, _: Names) -> str:
        what = "record" if self.of_school else "case"
        return f"The {what} was restricted to {listed(self.officers)}."


@dataclass(frozen=True, kw_only=True)
class CaseOpenedToAll(Happened):
    """A case is restricted no more."""

    topic = Topic.RESTRICTED
    hidden = "The restriction on a case was lifted."
    reason: str
    of_school: bool | None = None  # whether it is a school's own record

    def sentence(self, _: Names) -> str:
        return f"The restriction on the {'record' if self.of_school else 'case'} was lifted."


@dataclass(frozen=True, kw_only=True)
class GuidanceChosen(Happened):
    """A case goes by this guidance: its own, or that which the policy came to name."""

    guidance: str
    adopted: bool
    reason: str

    def sentence(self, _: Names) -> str:
        goes = "goes by" if self.adopted else "keeps"
        return f"The case {goes} the guidance {self.guidance}."


@dataclass(frozen=True, kw_only=True)
class EditionAdopted(Happened):
    """Cases of before editions were kept go on under the policy in force at the update."""

    edition: str
    policy: str
    cases: int

    def sentence(self, _: Names) -> str:
        cases = "1 case continues" if self.cases == 1 else f"{self.cases} cases continue"
        return f"{cases} under {self.policy}, as it stood at the update."
