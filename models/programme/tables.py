"""The support programme: what is due for a school in the school year, and what was done.

Source: Barnsley, School Improvement and Quality Assurance Policy, parts 3 and 4 (Table 1).
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Index, and_, or_, text
from sqlmodel import Field, SQLModel

from models.database import UtcDateTime
from models.schools.tables import RiskLevel
from models.words import word


class DutyKind(StrEnum):
    """What the policy says is to be done by a day."""

    VISIT = "visit"
    REPORT = "report"
    SISG_MEETING = "sisg_meeting"  # School Improvement Strategy Group
    EVALUATION = "evaluation"  # monthly, of a school, by its School Evaluation Officer (part 3)
    ACTION_REVIEW = "action_review"  # weekly, of the whole register (part 3)
    BOARD_REPORT = "board_report"  # termly, to the Challenge Board (part 3)

    @property
    def label(self) -> str:
        """The words for people."""
        return _DUTY_LABELS[self]


# A school is behind while one of these is late.
FALLS_BEHIND = (DutyKind.VISIT, DutyKind.REPORT)


_DUTY_LABELS = {
    DutyKind.VISIT: "Visit",
    DutyKind.REPORT: "Written report",
    DutyKind.SISG_MEETING: "Meeting of the School Improvement Strategy Group",
    DutyKind.EVALUATION: "Monthly evaluation",
    DutyKind.ACTION_REVIEW: "Weekly review of actions",
    DutyKind.BOARD_REPORT: "Termly report to the Challenge Board",
}
OF_A_SCHOOL = (DutyKind.VISIT, DutyKind.REPORT, DutyKind.SISG_MEETING, DutyKind.EVALUATION)
OF_THE_COUNCIL = (DutyKind.ACTION_REVIEW, DutyKind.BOARD_REPORT)


class DutyState(StrEnum):
    """Whether it is done. A planned one whose day has passed is late."""

    PLANNED = "planned"
    DONE = "done"
    CANCELLED = "cancelled"


class Duty(SQLModel, table=True):
    """One visit, report, meeting or review that is due by a day, for a school or for all.

    `key` is unique: what was planned once is not planned twice.
    """

    __tablename__ = "duty"
    __table_args__ = (
        Index(
            "duty_planned",
            "due_on",
            sqlite_where=text("state = 'planned'"),
            postgresql_where=text("state = 'planned'"),
        ),
        Index("duty_of_school", "urn", "school_year"),
    )

    id: int = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    urn: int | None = Field(default=None, foreign_key="school.urn")
    kind: DutyKind = word(DutyKind)
    school_year: int
    number: int  # the how-manieth of its kind in the school year
    level: RiskLevel | None = word(RiskLevel, nullable=True, default=None)
    due_on: date
    state: DutyState = word(DutyState)
    done_on: date | None = None
    reason: str = ""  # why it was cancelled
    reminded_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    flagged_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class SchoolVisit(SQLModel, table=True):
    """A visit to a school, as its note has it."""

    __tablename__ = "visit"

    id: int = Field(default=None, primary_key=True)
    urn: int = Field(foreign_key="school.urn", index=True)
    officer_id: int = Field(foreign_key="officer.id")  # who recorded it
    # Who led it, where that is not who recorded it: an officer, or a consultant.
    led_by_officer_id: int | None = Field(default=None, foreign_key="officer.id")
    led_by_consultant_id: int | None = Field(default=None, foreign_key="consultant.id", index=True)
    duty_id: int | None = Field(default=None, foreign_key="duty.id", unique=True)
    visited_on: date
    purpose: str
    notes: str
    agreed_actions: str = ""
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class WrittenReport(SQLModel, table=True):
    """A written report on a school, in the sections that the policy names."""

    __tablename__ = "written_report"

    id: int = Field(default=None, primary_key=True)
    urn: int = Field(foreign_key="school.urn", index=True)
    officer_id: int = Field(foreign_key="officer.id")  # who recorded it
    # Who wrote it, where that is not who recorded it: an officer, or a consultant.
    author_officer_id: int | None = Field(default=None, foreign_key="officer.id")
    author_consultant_id: int | None = Field(default=None, foreign_key="consultant.id", index=True)
    duty_id: int | None = Field(default=None, foreign_key="duty.id", unique=True)
    dated: date
    sections: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Review(SQLModel, table=True):
    """A review that was held: of actions, of a school's progress, or a report to the board."""

    __tablename__ = "review"

    id: int = Field(default=None, primary_key=True)
    kind: DutyKind = word(DutyKind)
    urn: int | None = Field(default=None, foreign_key="school.urn", index=True)
    duty_id: int | None = Field(default=None, foreign_key="duty.id", unique=True)
    officer_id: int = Field(foreign_key="officer.id")
    held_on: date
    summary: str
    impact: str = ""
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class SupportRole(StrEnum):
    """In what capacity somebody supports a school (Table 1)."""

    SCHOOL_EVALUATION_OFFICER = "school_evaluation_officer"
    CONSULTANT_HEADTEACHER = "consultant_headteacher"
    LOCAL_LEADER = "local_leader"
    NATIONAL_LEADER = "national_leader"
    SISG_MEMBER = "sisg_member"

    @property
    def label(self) -> str:
        """The words for people."""
        return _SUPPORT_LABELS[self]


_SUPPORT_LABELS = {
    SupportRole.SCHOOL_EVALUATION_OFFICER: "School Evaluation Officer",
    SupportRole.CONSULTANT_HEADTEACHER: "Consultant headteacher",
    SupportRole.LOCAL_LEADER: "Local Leader of Education (LLE)",
    SupportRole.NATIONAL_LEADER: "National Leader of Education (NLE)",
    SupportRole.SISG_MEMBER: "Member of the School Improvement Strategy Group",
}


class Supporter(SQLModel, table=True):
    """Somebody who supports a school: an officer, or a person outside the council."""

    __tablename__ = "supporter"
    __table_args__ = (Index("supporter_of_school", "urn", "role"),)

    id: int = Field(default=None, primary_key=True)
    urn: int = Field(foreign_key="school.urn")
    role: SupportRole = word(SupportRole)
    officer_id: int | None = Field(default=None, foreign_key="officer.id", index=True)
    consultant_id: int | None = Field(default=None, foreign_key="consultant.id", index=True)
    name: str
    organisation: str = ""
    reason: str = ""  # why a consultant whose own school causes concern can be spared
    first_day: date
    last_day: date | None = None
    assigned_by: str
    assigned_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


def is_evaluating(day: Any, supporter: Any = Supporter) -> ColumnElement[bool]:
    """The condition that a supporter is a School Evaluation Officer on a day (or a parameter).

    `supporter` is the table, or another name for it in the same query.
    """
    return and_(
        supporter.role == SupportRole.SCHOOL_EVALUATION_OFFICER.value,
        supporter.first_day <= day,
        or_(supporter.last_day.is_(None), supporter.last_day >= day),
    )
