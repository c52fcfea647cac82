"""What can be proposed on an escalation, the statutory steps apart."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import ClassVar, Literal

from models.proposed import Action, LetterAlone, Proposed, left_out

RESPOND_BY = "Response asked for by"


class Start(Proposed):
    """An escalation is to be started.

    Where an academy does not engage, with the reason for which it starts at a formal step.
    """

    action: ClassVar[Action] = Action.START

    what: Literal["start"] = "start"
    why_not_engaging: str | None = left_out()

    def title(self, number: str | None, title: str | None, letters: Sequence[str]) -> str:
        plain = super().title(number, title, letters)
        return f"{plain} at step {number}: {title}" if self.why_not_engaging else plain

    def in_short(self, step: str | None, letters: Sequence[str]) -> str:
        return step or super().in_short(step, letters)


class Change(Proposed):
    """A change that is proposed by its name; the two flags are recorded when it is approved."""

    head_performance_in_question: bool | None = left_out()
    not_engaging: bool | None = left_out()

    @property
    def flags(self) -> dict[str, bool]:
        """What is to be recorded of the school with it."""
        given = {
            "head_performance_in_question": self.head_performance_in_question,
            "not_engaging": self.not_engaging,
        }
        return {name: flag for name, flag in given.items() if flag is not None}


class NextStep(Change):
    """The step after the one in hand; `respond_by` instead of the policy's period."""

    action: ClassVar[Action] = Action.ADVANCE
    takes_step: ClassVar[bool] = True

    what: Literal["advance"] = "advance"
    respond_by: date | None = left_out()

    @property
    def days(self) -> Mapping[str, date]:
        return {} if self.respond_by is None else {RESPOND_BY: self.respond_by}

    @classmethod
    def called(cls, number: str | None, title: str | None) -> str:
        return f"Move to step {number}: {title}"

    def in_short(self, step: str | None, letters: Sequence[str]) -> str:
        return step or super().in_short(step, letters)


class Intervene(Change):
    """Straight to the step of the powers: a report puts the school into a category (s.61, 62)."""

    action: ClassVar[Action] = Action.INTERVENE
    takes_step: ClassVar[bool] = True

    what: Literal["intervene"] = "intervene"

    @classmethod
    def called(cls, number: str | None, title: str | None) -> str:
        return f"Move straight to step {number}: {title}"

    def in_short(self, step: str | None, letters: Sequence[str]) -> str:
        return step or super().in_short(step, letters)


class PassOver(Change):
    """A step is not taken."""

    action: ClassVar[Action] = Action.PASS_OVER

    what: Literal["pass_over"] = "pass_over"

    @classmethod
    def called(cls, number: str | None, title: str | None) -> str:
        return f"Pass over step {number}: {title}"


class Resolve(Change):
    """The concern is resolved."""

    action: ClassVar[Action] = Action.RESOLVE

    what: Literal["resolve"] = "resolve"


class Withdraw(Change):
    """The escalation is withdrawn."""

    action: ClassVar[Action] = Action.WITHDRAW

    what: Literal["withdraw"] = "withdraw"


class Pause(Change):
    """The escalation rests."""

    action: ClassVar[Action] = Action.PAUSE

    what: Literal["pause"] = "pause"


class Resume(Change):
    """A paused escalation goes on."""

    action: ClassVar[Action] = Action.RESUME

    what: Literal["resume"] = "resume"


class Extend(Change):
    """The deadline in hand is moved to a later day."""

    action: ClassVar[Action] = Action.EXTEND

    what: Literal["extend"] = "extend"
    to: date

    @property
    def days(self) -> Mapping[str, date]:
        return {"New date of the deadline": self.to}


class Convert(Change):
    """The school became an academy: it goes on at this step of the academy ladder."""

    action: ClassVar[Action] = Action.CONVERT

    what: Literal["convert"] = "convert"
    step: str


class End(Change):
    """The school closes."""

    action: ClassVar[Action] = Action.END

    what: Literal["end"] = "end"


# By the word in which a change is proposed.
CHANGES: Mapping[Action, type[Change]] = {each.action: each for each in Change.__subclasses__()}


class Note(LetterAlone):
    """The note of a discussion or meetings.

    Also, of before proposals said what they are, the acknowledgement of a response.
    """

    what: Literal["note"] = "note"


class Acknowledgement(LetterAlone):
    """The school is thanked for its response."""

    what: Literal["acknowledgement"] = "acknowledgement"
