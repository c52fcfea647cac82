"""When a school belongs to a level: the policy's text, and the facts on record that suggest it.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 2; The SIP's Brief, part 4
(“criteria for levels of intervention”).
"""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Fact(StrEnum):
    """What is on record of a school and may suggest a level: see `models.risk.suggesting`."""

    SPECIAL_MEASURES = "special_measures"
    SIGNIFICANT_IMPROVEMENT = "significant_improvement"
    LIVE_ESCALATION = "live_escalation"
    FORMAL_ESCALATION = "formal_escalation"
    NEW_HEADTEACHER = "new_headteacher"
    ACTIONS_OVERDUE = "actions_overdue"
    SUPPORT_BEHIND = "support_behind"

    @property
    def label(self) -> str:
        """The fact in words, as it stands on a page."""
        return _LABELS[self]


_LABELS = {
    Fact.SPECIAL_MEASURES: "the last inspection report says that it requires special measures",
    Fact.SIGNIFICANT_IMPROVEMENT: (
        "the last inspection report says that it requires significant improvement"
    ),
    Fact.LIVE_ESCALATION: "there is an escalation that is not closed",
    Fact.FORMAL_ESCALATION: "an escalation that is not closed has reached a formal step",
    Fact.NEW_HEADTEACHER: "a new headteacher brought it into support in the last 12 months",
    Fact.ACTIONS_OVERDUE: "actions that were agreed are overdue",
    Fact.SUPPORT_BEHIND: "a visit or report of this school year is late",
}


class Criterion(BaseModel):
    """One criterion of a level: its text, and the facts that meet it when all of them hold.

    One that names no fact is for judgement alone and suggests nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Annotated[str, Field(min_length=1, max_length=300)]
    facts: tuple[Fact, ...] = ()

    @field_validator("facts")
    @classmethod
    def _each_once(cls, value: tuple[Fact, ...]) -> tuple[Fact, ...]:
        if len(set(value)) != len(value):
            raise ValueError("name each fact once")
        return value
