"""A written report on its way to the school, and what the school says of its facts.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 4 (Table 1, “Nature of
feedback to school”).
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, ColumnElement, Index, or_
from sqlmodel import Field, SQLModel, col

from models.database import UtcDateTime
from models.of_matter import OfMatter
from models.words import word


class ReportState(StrEnum):
    """How far a written report has come.

    One whose facts the school checks ends as `final`, any other as `issued`, and so do those of
    before reports were sent from here.
    """

    DRAFT = "draft"
    PROPOSED = "proposed"  # it waits for approval
    APPROVED = "approved"  # and is issued within a minute or two
    ISSUED = "issued"  # the school has it
    FINAL_PROPOSED = "final_proposed"
    FINAL_APPROVED = "final_approved"
    FINAL = "final"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The words for people."""
        return _STATES[self]


_STATES = {
    ReportState.DRAFT: "Draft",
    ReportState.PROPOSED: "Waiting for approval",
    ReportState.APPROVED: "Approved",
    ReportState.ISSUED: "Issued",
    ReportState.FINAL_PROPOSED: "Final version waiting for approval",
    ReportState.FINAL_APPROVED: "Final version approved",
    ReportState.FINAL: "Final",
    ReportState.WITHDRAWN: "Withdrawn",
}


class AccuracyAnswer(StrEnum):
    """What somebody at the school says of the facts in a report."""

    ACCURATE = "accurate"
    INACCURATE = "inaccurate"


class ReportVersion(SQLModel, table=True):
    """The text of a report as somebody left it."""

    __tablename__ = "report_version"
    __table_args__ = (Index("version_of_report", "report_id", "version", unique=True),)

    id: int = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="written_report.id")
    version: int
    dated: date
    sections: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    written_by_id: int = Field(foreign_key="officer.id")
    written_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class ReportIssue(OfMatter, table=True):
    """One version of a report put forward to be sent: the first to the school, or the final one.

    Its letter is that of its proposal. `answer_by` is the last day on which the school can say
    whether the facts are accurate; `deadline_id` is of that day, and `final_deadline_id` of the
    day by which the final version is due.
    """

    __tablename__ = "report_issue"
    __table_args__ = (Index("issue_of_report", "report_id"),)

    missing: ClassVar[str] = "There is no such report."

    id: int = Field(default=None, primary_key=True)
    matter_id: int = Field(foreign_key="matter.id")
    report_id: int = Field(foreign_key="written_report.id")
    version: int
    final: bool
    proposal_id: int = Field(foreign_key="proposal.id", unique=True)
    author_id: int = Field(foreign_key="officer.id")  # who is reminded
    issued_on: date | None = None
    answer_by: date | None = None
    deadline_id: int | None = Field(default=None, foreign_key="deadline.id", index=True)
    final_deadline_id: int | None = Field(default=None, foreign_key="deadline.id", index=True)


def is_of_report(deadline: Any) -> ColumnElement[bool]:
    """The condition that a deadline (its key) is of a report’s answers or its final version."""
    return or_(
        col(ReportIssue.deadline_id) == deadline, col(ReportIssue.final_deadline_id) == deadline
    )


class AccuracyLink(OfMatter, table=True):
    """Somebody at the school who is asked whether the facts are accurate, and what they said.

    `recorded_by_id` is the officer who put an answer on record that came by another way.
    """

    __tablename__ = "accuracy_link"
    __table_args__ = (Index("link_of_issue", "issue_id"),)

    hangs_on: ClassVar[type[OfMatter] | None] = ReportIssue
    missing: ClassVar[str] = "There is no such answer to this report."

    id: int = Field(default=None, primary_key=True)
    issue_id: int = Field(foreign_key="report_issue.id")
    role: str
    name: str
    email: str
    reminded_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    answer: AccuracyAnswer | None = word(AccuracyAnswer, nullable=True, default=None)
    comments: str = ""
    answered_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    recorded_by_id: int | None = Field(default=None, foreign_key="officer.id")
    reply: str = ""
    replied_by_id: int | None = Field(default=None, foreign_key="officer.id")
    replied_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class AccuracyKey(OfMatter, table=True):
    """The secret in a personal link, as its SHA-256: made anew for each mail that carries it."""

    __tablename__ = "accuracy_key"

    hangs_on: ClassVar[type[OfMatter] | None] = AccuracyLink
    missing: ClassVar[str] = "There is no link {}."

    id: int = Field(default=None, primary_key=True)
    link_id: int = Field(foreign_key="accuracy_link.id", index=True)
    digest: str = Field(unique=True)
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
