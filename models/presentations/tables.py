"""Evaluations as they are presented: what was compiled, of each school, and who was given it.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 3. What was compiled stands
as it stood: later evaluations change nothing in it.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.database import UtcDateTime
from models.schools.tables import RiskLevel
from models.words import word


class PresentationKind(StrEnum):
    """To whom evaluations are presented, and how often."""

    MONTHLY = "monthly"
    TERMLY = "termly"

    @property
    def label(self) -> str:
        """The words for people."""
        return _LABELS[self]


_LABELS = {
    PresentationKind.MONTHLY: "Monthly evaluation",
    PresentationKind.TERMLY: "Termly report to the Challenge Board",
}


class PresentationState(StrEnum):
    """Whether it was presented; until then it can be compiled anew."""

    COMPILED = "compiled"
    PRESENTED = "presented"


class Presentation(SQLModel, table=True):
    """The evaluations of a month or a term, compiled: one for each kind and period.

    `present_by` is the day by which it is to be presented. `summary`, `impact` and
    `external_impact` are those of the report to the Challenge Board, of a termly one.
    `lines_sha256` is of all its lines, so that it can be seen that none has changed.
    """

    __tablename__ = "presentation"
    __table_args__ = (Index("presentation_of_period", "kind", "period", unique=True),)

    id: int = Field(default=None, primary_key=True)
    kind: PresentationKind = word(PresentationKind)
    period: str
    title: str
    first_day: date
    last_day: date
    state: PresentationState = word(PresentationState)
    version: int
    present_by: date
    summary: str = ""
    impact: str = ""
    external_impact: str = ""
    lines_sha256: str
    compiled_by: str
    compiled_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    presented_by_id: int | None = Field(default=None, foreign_key="officer.id")
    presented_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    chased_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class PresentedSchool(SQLModel, table=True):
    """One school in it, as it stood: its levels, its last evaluation, and what was done, in counts.

    Actions of restricted matters are not counted.
    """

    __tablename__ = "presented_school"
    __table_args__ = (Index("presented_once", "presentation_id", "urn", unique=True),)

    id: int = Field(default=None, primary_key=True)
    presentation_id: int = Field(foreign_key="presentation.id")
    urn: int = Field(foreign_key="school.urn")
    school: str
    level: RiskLevel | None = word(RiskLevel, nullable=True, default=None)
    level_before: RiskLevel | None = word(RiskLevel, nullable=True, default=None)
    review_id: int | None = Field(default=None, foreign_key="review.id")
    evaluated_on: date | None = None
    evaluated_by: str = ""
    summary: str = ""
    impact: str = ""
    external_impact: str = ""
    school_view: str = ""
    visits: int
    reports: int
    meetings: int
    actions_done: int
    actions_open: int


class PresentationRecipient(SQLModel, table=True):
    """Who was given it, when, and when they opened and acknowledged it."""

    __tablename__ = "presentation_recipient"
    __table_args__ = (Index("presented_to_once", "presentation_id", "officer_id", unique=True),)

    id: int = Field(default=None, primary_key=True)
    presentation_id: int = Field(foreign_key="presentation.id")
    officer_id: int = Field(foreign_key="officer.id", index=True)
    given_by_id: int = Field(foreign_key="officer.id")
    given_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    opened_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    acknowledged_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
