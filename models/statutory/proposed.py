"""What can be proposed at steps vi and vii."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import ClassVar, Literal

from models.law.powers import Section
from models.proposed import Action, LetterAlone, Proposed
from models.statutory.tables import ReviewOutcome


class GiveWarningNotice(Proposed):
    """A warning notice is to be given (section 60)."""

    action: ClassVar[Action] = Action.ADVANCE
    takes_step: ClassVar[bool] = True

    what: Literal["warning_notice"] = "warning_notice"
    compliance_ends_on: date

    @property
    def days(self) -> Mapping[str, date]:
        return {"Compliance period ends": self.compliance_ends_on}

    @classmethod
    def called(cls, number: str | None, title: str | None) -> str:
        return f"Move to step {number}: {title}"

    def in_short(self, step: str | None, letters: Sequence[str]) -> str:
        return step or super().in_short(step, letters)


class NoticeOfPowers(LetterAlone):
    """Written notice that powers are proposed (section 60(1)(d)), after a warning notice."""

    what: Literal["notice_of_powers"] = "notice_of_powers"
    powers_after: int


class PreparingLetters(LetterAlone):
    """The letters that prepare a power: of consultation, and to the Secretary of State."""

    what: Literal["preparing_letters"] = "preparing_letters"
    prepares: int


class UsePower(Proposed):
    """A prepared power is to be used."""

    action: ClassVar[Action] = Action.POWER

    what: Literal["power"] = "power"
    power: int
    section: Section

    def title(self, number: str | None, title: str | None, letters: Sequence[str]) -> str:  # noqa: ARG002
        return f"Use section {self.section.value}: {self.section.title}"

    def in_short(self, step: str | None, letters: Sequence[str]) -> str:  # noqa: ARG002
        return f"{self.section.title} (section {self.section.value})"


class ReviewBudget(LetterAlone):
    """The decision on a suspended budget (section 66)."""

    what: Literal["budget_review"] = "budget_review"
    review_of: int
    outcome: ReviewOutcome
    reasons: str


class EndBoard(LetterAlone):
    """An Interim Executive Board is to end on a day (section 65)."""

    what: Literal["end_of_board"] = "end_of_board"
    end_of: int
    ended_on: date
    reason: str

    @property
    def days(self) -> Mapping[str, date]:
        return {"It ends on": self.ended_on}
