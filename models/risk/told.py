"""What messages tell of the risk register."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator

from models.told import OnAPage


def _in_words(value: object) -> object:
    """A day as older rows have it: "4 September 2026"."""
    if isinstance(value, str) and " " in value:
        return datetime.strptime(value, "%d %B %Y").date()  # noqa: DTZ007 - a day, no moment
    return value


class OfAssessment(OnAPage):
    """What became of an assessment, at the school that it is of."""

    assessment: int
    school: str
    reason: str


class AssessmentWaits(OfAssessment):
    """A level was proposed: somebody must look at it."""

    what: Literal["assessment_waits"] = "assessment_waits"
    level: str
    proposed_by: str


class ProposedLevelReturned(OfAssessment):
    """A proposed level was returned; `returned_by` is empty where nobody did that."""

    what: Literal["assessment_returned"] = "assessment_returned"
    returned_by: str


class LevelChanged(OfAssessment):
    """A school's level was agreed during the year; `before` is empty where it had none."""

    what: Literal["level_changed"] = "level_changed"
    before: str
    level: str


class NewHeadteacher(OnAPage):
    """A school has a new headteacher, so its level has `changed`, or stays.

    `entered_by` is the officer who entered it; empty where the national register names one.
    """

    what: Literal["new_headteacher"] = "new_headteacher"
    school: str
    head: str
    level: str
    changed: bool
    entered_by: str = ""


class RoundWaits(OnAPage):
    """The levels of a year are to be published soon, and so many are `waiting` to be agreed."""

    what: Literal["round_waits"] = "round_waits"
    years: str
    publish_on: Annotated[date, BeforeValidator(_in_words)]
    waiting: int


class RoundOverdue(OnAPage):
    """The levels of a year were to be published by a day that has passed; so many wait."""

    what: Literal["round_overdue"] = "round_overdue"
    school_year: int
    years: str
    publish_on: date
    waiting: int
