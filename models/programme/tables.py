"""The support programme: what is due for a school in the school year, and what was done.

Source: Barnsley, School Improvement and Quality Assurance Policy, parts 3 and 4 (Table 1).
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Index, and_, false, or_, text
from sqlmodel import Field, SQLModel

from models.database import UtcDateTime
from models.needs.tables import Needed
from models.reports.tables import ReportState
from models.schools.tables import RiskLevel
from models.words import word

WRITTEN_REPORT = "written_report"  # the kind of report that there is in every policy


class DutyKind(StrEnum):
    """What the policy says is to be done by a day."""

    VISIT = "visit"
    REPORT = "report"
    SISG_MEETING = "sisg_meeting"  # School Improvement Strategy Group
    EVALUATION = "evaluation"  # monthly, of a school, by its School Evaluation Officer (part 3)
    ACTION_REVIEW = "action_review"  # weekly, of the whole register (part 3)
    BOARD_REPORT = "board_report"  # termly, to the Challenge Board (part 3)
    QUARTERLY_REVIEW = "quarterly_review"  # of the whole register (part 8)
    LEVEL_CHANGE_VISIT = "level_change_visit"  # to leaders and governors, after a change (part 3)
    NEED_AUDIT = "need_audit"
    GOVERNANCE_AUDIT = "governance_audit"
    LEADERSHIP_PROGRAMME = "leadership_programme"
    INDUCTION = "induction"  # of a new headteacher (part 2)

    @property
    def label(self) -> str:
        """The words for people."""
        return _DUTY_LABELS[self]


# A school is behind while one of these is late, or any other duty that says so itself.
FALLS_BEHIND = (DutyKind.VISIT, DutyKind.REPORT, DutyKind.LEVEL_CHANGE_VISIT)


_DUTY_LABELS = {
    DutyKind.VISIT: "Visit",
    DutyKind.REPORT: "Written report",
    DutyKind.SISG_MEETING: "Meeting of the School Improvement Strategy Group",
    DutyKind.EVALUATION: "Monthly evaluation",
    DutyKind.ACTION_REVIEW: "Weekly review of actions",
    DutyKind.BOARD_REPORT: "Termly report to the Challenge Board",
    DutyKind.QUARTERLY_REVIEW: "Quarterly review of the register",
    DutyKind.LEVEL_CHANGE_VISIT: "Visit about the change of level",
    DutyKind.NEED_AUDIT: "Audit of need",
    DutyKind.GOVERNANCE_AUDIT: "Audit of the effectiveness of governance",
    DutyKind.LEADERSHIP_PROGRAMME: "Place on the Leadership Development Programme",
    DutyKind.INDUCTION: "Induction of the new headteacher",
}


def required_label(kind: DutyKind) -> str:
    """What a school requires, in words: of meetings, the group that meets."""
    group = "School Improvement Strategy Group"
    return group if kind is DutyKind.SISG_MEETING else kind.label


# What a level has once in a school year (Table 1), with an outcome.
ONCE = (DutyKind.NEED_AUDIT, DutyKind.GOVERNANCE_AUDIT, DutyKind.LEADERSHIP_PROGRAMME)
# What follows from the level of a school alone.
OF_A_LEVEL = (
    DutyKind.VISIT,
    DutyKind.REPORT,
    DutyKind.SISG_MEETING,
    DutyKind.EVALUATION,
    *ONCE,
)
# What was promised on an occasion: it does not end with the school year.
PROMISED = (DutyKind.LEVEL_CHANGE_VISIT, DutyKind.INDUCTION)
OF_A_SCHOOL = (*OF_A_LEVEL, *PROMISED)
WITH_OUTCOME = (*ONCE, DutyKind.INDUCTION)
OF_THE_COUNCIL = (DutyKind.ACTION_REVIEW, DutyKind.BOARD_REPORT, DutyKind.QUARTERLY_REVIEW)


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
    falls_behind: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    since: date | None = None  # what was promised is met from this day on
    reminded_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    flagged_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class Requirement(SQLModel, table=True):
    """What the policy has “if required”, and an officer said that this school requires.

    `what` is a `DutyKind`. It holds until it is ended; a school whose level does not have it has
    nothing planned of it meanwhile.
    """

    __tablename__ = "requirement"
    __table_args__ = (Index("requirement_of_school", "urn", "what"),)

    id: int = Field(default=None, primary_key=True)
    urn: int = Field(foreign_key="school.urn")
    what: DutyKind = word(DutyKind)
    since: date
    reason: str
    required_by_id: int = Field(foreign_key="officer.id")
    required_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ended_on: date | None = None
    ended_because: str = ""
    ended_by_id: int | None = Field(default=None, foreign_key="officer.id")


class AtVisit(StrEnum):
    """Who was there when an officer visited, by what they are at the school."""

    HEADTEACHER = "headteacher"
    SENIOR_LEADER = "senior_leader"
    CHAIR_OF_GOVERNORS = "chair_of_governors"
    GOVERNOR = "governor"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The words for people."""
        return _AT_VISIT_LABELS[self]


_AT_VISIT_LABELS = {
    AtVisit.HEADTEACHER: "Headteacher",
    AtVisit.SENIOR_LEADER: "Another senior leader",
    AtVisit.CHAIR_OF_GOVERNORS: "Chair of governors",
    AtVisit.GOVERNOR: "Another governor",
    AtVisit.OTHER: "Somebody else",
}
LEADERS = (AtVisit.HEADTEACHER, AtVisit.SENIOR_LEADER)
GOVERNORS = (AtVisit.CHAIR_OF_GOVERNORS, AtVisit.GOVERNOR)


class SchoolVisit(SQLModel, table=True):
    """A visit to a school, as its note has it.

    `attendees` are each `{"who": AtVisit, "name"}`; None for a visit of which nobody said.
    """

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
    attendees: list[dict[str, str]] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True), nullable=True)
    )
    good_practice: str = ""
    needed: Needed | None = word(Needed, nullable=True, default=None)
    needed_because: str = ""
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class WrittenReport(SQLModel, table=True):
    """A written report on a school, in the sections that the policy names for its kind.

    `sections` are those of its newest version. `wanted_duty_id` is the duty that it is to meet,
    `duty_id` the one that it met when it was issued.
    """

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
    needed: Needed | None = word(Needed, nullable=True, default=None)
    needed_because: str = ""
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    kind: str = WRITTEN_REPORT
    state: ReportState = word(ReportState, index=True)
    version: int = 1
    wanted_duty_id: int | None = Field(default=None, foreign_key="duty.id")
    issued_on: date | None = None
    withdrawn_because: str = ""


class Review(SQLModel, table=True):
    """A review that was held: of actions, of a school's progress, or a report to the board.

    `impact` is that of the council's own support, `external_impact` that of support from others;
    `school_view` is what the school itself says of where it stands.
    """

    __tablename__ = "review"

    id: int = Field(default=None, primary_key=True)
    kind: DutyKind = word(DutyKind)
    urn: int | None = Field(default=None, foreign_key="school.urn", index=True)
    duty_id: int | None = Field(default=None, foreign_key="duty.id", unique=True)
    officer_id: int = Field(foreign_key="officer.id")
    held_on: date
    summary: str
    impact: str = ""
    external_impact: str = Field(default="", sa_column_kwargs={"server_default": ""})
    school_view: str = Field(default="", sa_column_kwargs={"server_default": ""})
    # How well the key priorities of the school's improvement plan were responded to (part 3).
    council_response: str = ""
    leaders_response: str = ""
    needed: Needed | None = word(Needed, nullable=True, default=None)
    needed_because: str = ""
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
