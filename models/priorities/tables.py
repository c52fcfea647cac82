"""Priorities of a school's improvement plan, every wording they had, and their months.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 3 and Table 1.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Column, Index
from sqlmodel import Field

from models.database import UtcDateTime
from models.of_matter import OfMatter
from models.words import word


class PriorityState(StrEnum):
    """Where a priority stands; one that is met or given up is not opened again."""

    OPEN = "open"
    MET = "met"
    DROPPED = "dropped"


class ImprovementPriority(OfMatter, table=True):
    """One priority of a school's improvement plan; `version` is that of its present wording."""

    __tablename__ = "improvement_priority"

    missing: ClassVar[str] = "There is no priority {}."

    id: int = Field(default=None, primary_key=True)
    matter_id: int = Field(foreign_key="matter.id", index=True)
    state: PriorityState = word(PriorityState)
    version: int = 1
    ended_on: date | None = None
    outcome: str = ""  # what was achieved, or why it was given up
    ended_by_id: int | None = Field(default=None, foreign_key="officer.id")


class PriorityVersion(OfMatter, table=True):
    """What a priority said from some moment on, and why it was changed."""

    __tablename__ = "priority_version"
    __table_args__ = (Index("priority_version_once", "priority_id", "version", unique=True),)

    hangs_on: ClassVar[type[OfMatter] | None] = ImprovementPriority

    id: int = Field(default=None, primary_key=True)
    priority_id: int = Field(foreign_key="improvement_priority.id")
    version: int
    priority: str
    success_criteria: str
    owner: str  # at the school
    first_day: date
    last_day: date
    reason: str = ""  # none of the first
    written_by_id: int = Field(foreign_key="officer.id")
    written_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class PriorityMonth(OfMatter, table=True):
    """How far a priority was in one month, in a word of the policy and a text."""

    __tablename__ = "priority_month"
    __table_args__ = (Index("priority_month_once", "priority_id", "month", unique=True),)

    hangs_on: ClassVar[type[OfMatter] | None] = ImprovementPriority

    id: int = Field(default=None, primary_key=True)
    priority_id: int = Field(foreign_key="improvement_priority.id")
    month: date  # its first day
    rating: str  # as the policy words it
    said: str
    review_id: int | None = Field(default=None, foreign_key="review.id", index=True)
    said_by_id: int = Field(foreign_key="officer.id")
    said_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
