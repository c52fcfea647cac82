"""What is due on a school's own record by law, and what became of it."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Column
from sqlmodel import Field

from models.database import UtcDateTime
from models.of_matter import OfMatter
from models.words import word


class DepartmentNoticeKind(StrEnum):
    """What the Department for Education announces to the council before it gives it."""

    ARRANGEMENTS = "notice_to_enter_into_arrangements"  # to a governing body (section 66A)
    TERMINATION_WARNING = "termination_warning_notice"  # to a trust, of its funding agreement

    @property
    def label(self) -> str:
        """The words for people: "termination warning notice"."""
        return self.value.replace("_", " ")


class StatementState(StrEnum):
    """Where a written statement of action stands."""

    OWED = "owed"
    PROPOSED = "proposed"
    GIVEN = "given"
    RELEASED = "released"  # a senior officer said that none is to be made here, and why
    FELL_AWAY = "fell_away"  # the record of the school's inspections changed


class StatementOfAction(OfMatter, table=True):
    """The authority's written statement of action on one adverse report.

    Education Act 2005, section 15(2). Its texts are those of the newest draft. `inspection_id` is
    the outcome as it was first entered; what was corrected since stands in that one's place.
    """

    __tablename__ = "statement_of_action"

    missing: ClassVar[str] = "There is no statement {}."

    id: int = Field(default=None, primary_key=True)
    matter_id: int = Field(foreign_key="matter.id", index=True)
    inspection_id: int = Field(foreign_key="inspection_outcome.id")
    deadline_id: int = Field(foreign_key="deadline.id")
    state: StatementState = word(StatementState)
    action: str = ""  # what the authority proposes to do
    period: str = ""  # and within which period
    no_action: str = ""  # why it proposes to do nothing
    parents: str = ""  # how parents are informed, their views asked and taken into account
    parents_person: str = ""  # who is appointed for that, if anybody is
    proposal_id: int | None = Field(default=None, foreign_key="proposal.id")
    prepared_by_id: int | None = Field(default=None, foreign_key="officer.id")
    prepared_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    given_on: date | None = None
    released_by_id: int | None = Field(default=None, foreign_key="officer.id")
    released_because: str = ""


class DepartmentNotice(OfMatter, table=True):
    """A notice on which the Department asked the council to comment, and what was answered."""

    __tablename__ = "department_notice"

    missing: ClassVar[str] = "There is no notice of the Department {}."

    id: int = Field(default=None, primary_key=True)
    matter_id: int = Field(foreign_key="matter.id", index=True)
    kind: DepartmentNoticeKind = word(DepartmentNoticeKind)
    received_on: date
    summary: str  # what it would require, and of whom
    deadline_id: int = Field(foreign_key="deadline.id")
    answering_id: int = Field(foreign_key="officer.id")  # who is to answer
    recorded_by_id: int = Field(foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    answered_on: date | None = None
    answer: str = ""
    answered_by_id: int | None = Field(default=None, foreign_key="officer.id")


class RiseSupport(OfMatter, table=True):
    """Targeted support of the Department's RISE teams for a school."""

    __tablename__ = "rise_support"

    missing: ClassVar[str] = "There is no support {} of the Department."

    id: int = Field(default=None, primary_key=True)
    matter_id: int = Field(foreign_key="matter.id", index=True)
    adviser: str
    supporting_organisation: str = ""  # empty while none has been matched
    started_on: date
    ended_on: date | None = None
    recorded_by_id: int = Field(foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
