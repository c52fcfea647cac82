"""Actions that were agreed, and what was said of their progress, as rows."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Column
from sqlmodel import Field

from models.database import UtcDateTime
from models.needs.tables import Needed
from models.of_matter import OfMatter
from models.schools.tables import ContactRole
from models.words import word


class ActionState(StrEnum):
    """Where an action stands; one that is done or dropped is not opened again."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class ActionSource(StrEnum):
    """What an action came from."""

    DISCUSSION = "discussion"  # of an escalation, the meetings of its ladder included
    VISIT = "visit"
    MEETING = "meeting"  # of the School Improvement Strategy Group
    REPORT = "report"
    REVIEW = "review"  # of the school, or of the whole register
    RESPONSE = "response"  # of the school to a letter
    INSPECTION = "inspection"  # what its report says of the school

    @property
    def label(self) -> str:
        """The words for people, before "of" and a day."""
        return _SOURCES[self]


_SOURCES = {
    ActionSource.DISCUSSION: "Discussion",
    ActionSource.VISIT: "Visit",
    ActionSource.MEETING: "Meeting of the School Improvement Strategy Group",
    ActionSource.REPORT: "Written report",
    ActionSource.REVIEW: "Review",
    ActionSource.RESPONSE: "Response of the school",
    ActionSource.INSPECTION: "Inspection report",
}


class AgreedAction(OfMatter, table=True):
    """What somebody is to do by a day: an officer of the council, or somebody at the school.

    The day is that of its deadline. Of somebody at the school `contact_role` says as what, `person`
    who; at least one of them where `officer_id` is none.
    """

    __tablename__ = "action"

    missing: ClassVar[str] = "There is no action {}."

    id: int = Field(default=None, primary_key=True)
    matter_id: int = Field(foreign_key="matter.id", index=True)
    what: str
    officer_id: int | None = Field(default=None, foreign_key="officer.id")
    contact_role: ContactRole | None = word(ContactRole, nullable=True, default=None)
    person: str = ""
    why: str = ""
    source: ActionSource | None = word(ActionSource, nullable=True, default=None)
    source_id: int | None = None  # the key of what it came from
    priority_id: int | None = Field(default=None, foreign_key="improvement_priority.id", index=True)
    deadline_id: int = Field(foreign_key="deadline.id", index=True)
    state: ActionState = word(ActionState)
    settled_on: date | None = None  # done, or dropped
    outcome: str = ""  # what was achieved, or why it was dropped
    settled_by_id: int | None = Field(default=None, foreign_key="officer.id")
    # Nobody of ours where an import at the command line set it.
    added_by_id: int | None = Field(default=None, foreign_key="officer.id")
    added_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class ActionLine(OfMatter, table=True):
    """What was said of an action's progress, on its own or at a review of the register."""

    __tablename__ = "action_line"

    hangs_on: ClassVar[type[OfMatter] | None] = AgreedAction

    id: int = Field(default=None, primary_key=True)
    action_id: int = Field(foreign_key="action.id", index=True)
    said: str
    review_id: int | None = Field(default=None, foreign_key="review.id", index=True)
    needed: Needed | None = word(Needed, nullable=True, default=None)
    needed_because: str = ""
    said_by_id: int = Field(foreign_key="officer.id")
    said_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
