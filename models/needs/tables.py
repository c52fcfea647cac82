"""What was said of how much a school needs, and what became of that.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 3: a review lets officers
"anticipate where further intervention might be needed or ... support might no longer be needed".
"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Column, Index
from sqlmodel import Field

from models.database import UtcDateTime
from models.of_matter import OfMatter
from models.words import word


class Needed(StrEnum):
    """How much a school needs, compared with what it gets."""

    MORE = "more"
    LESS = "less"
    NO_CHANGE = "no_change"

    @property
    def label(self) -> str:
        """The words for people."""
        return _NEEDED[self]


_NEEDED = {
    Needed.MORE: "More is needed",
    Needed.LESS: "Less is needed",
    Needed.NO_CHANGE: "No change",
}


class NeedSource(StrEnum):
    """At what it was said; of the last nobody said it: the clock found it."""

    VISIT = "visit"
    REPORT = "report"
    REVIEW = "review"  # of the school
    ACTION_LINE = "action_line"  # at the weekly review of actions
    ESCALATION = "escalation"  # which stands higher than the level of its school lets expect

    @property
    def label(self) -> str:
        """The words for people, before "of" and a day."""
        return _SOURCES[self]


_SOURCES = {
    NeedSource.VISIT: "Visit",
    NeedSource.REPORT: "Written report",
    NeedSource.REVIEW: "Review",
    NeedSource.ACTION_LINE: "Weekly review of actions",
    NeedSource.ESCALATION: "Escalation as it stood on the day",
}


class NeedState(StrEnum):
    """What became of it."""

    OPEN = "open"
    ASSESSED = "assessed"
    ESCALATED = "escalated"
    CLOSED = "closed"


class Need(OfMatter, table=True):
    """That a school needs more, or less, and what became of it.

    It hangs on the school's own record, or on the escalation whose action was reviewed. What was
    said that needs no change has no row.
    """

    __tablename__ = "need"
    __table_args__ = (Index("need_from", "source", "source_id"), Index("need_in", "state", "id"))

    missing: ClassVar[str] = "There is no answer {}."

    id: int = Field(default=None, primary_key=True)
    matter_id: int = Field(foreign_key="matter.id", index=True)
    answer: Needed = word(Needed)
    why: str
    source: NeedSource = word(NeedSource)
    source_id: int  # the key of what it was said at
    deadline_id: int = Field(foreign_key="deadline.id", index=True)
    state: NeedState = word(NeedState)
    assessment_id: int | None = Field(default=None, foreign_key="assessment.id", index=True)
    escalation_id: int | None = Field(default=None, foreign_key="escalation.id", index=True)
    closed_because: str = ""
    settled_by_id: int | None = Field(default=None, foreign_key="officer.id")
    settled_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    said_by_id: int | None = Field(default=None, foreign_key="officer.id")  # none: the clock
    said_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
