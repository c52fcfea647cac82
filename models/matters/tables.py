"""Deadlines and the reminders that lead up to them and follow them."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Column, Index, text
from sqlmodel import Field, SQLModel

from models.database import UtcDateTime
from models.of_matter import OfMatter
from models.words import word


class MatterKind(StrEnum):
    """What a matter is."""

    ESCALATION = "escalation"
    SCHOOL = "school"  # a school's own record: one of each school, made when first needed


OF_SCHOOL = "SCH-"  # with the URN the reference of a school's own record


class Matter(SQLModel, table=True):
    """What a record hangs on: its letters, approvals, deadlines, files and its timeline."""

    __tablename__ = "matter"

    missing: ClassVar[str] = "There is no record with this reference."

    id: int = Field(default=None, primary_key=True)
    kind: MatterKind = word(MatterKind)
    reference: str = Field(unique=True)
    urn: int | None = Field(default=None, foreign_key="school.urn", index=True)
    # Who looks after it: the case officer of an escalation.
    officer_id: int | None = Field(default=None, foreign_key="officer.id", index=True)
    restricted: bool = False  # to its officer, the officers named, and the Director
    opened_on: date | None = None
    closed_on: date | None = None

    @property
    def page(self) -> str:
        """The path of its page."""
        return page_of(self.reference)

    @property
    def of_school(self) -> bool | None:
        """True of a school's own record; None of an escalation, whose events do not say so."""
        return self.kind is MatterKind.SCHOOL or None


def page_of(reference: str, part: str = "") -> str:
    """The path of the page of the matter with this reference, or of a part of it.

    `part` is "letters" or "evidence". A school's record has all on one page.
    """
    if reference.startswith(OF_SCHOOL):
        page = f"/schools/{reference.removeprefix(OF_SCHOOL)}/record"
        return f"{page}#{part}" if part else page
    return f"/escalations/{reference}/{part}".rstrip("/")


class NamedOfficer(OfMatter, table=True):
    """An officer who may see a restricted matter."""

    __tablename__ = "named_officer"
    __table_args__ = (Index("named_once", "matter_id", "officer_id", unique=True),)

    id: int = Field(default=None, primary_key=True)
    matter_id: int = Field(foreign_key="matter.id")
    officer_id: int = Field(foreign_key="officer.id", index=True)


class DeadlineState(StrEnum):
    """Whether the day has come and whether the school met it."""

    OPEN = "open"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"


class DeadlineKind(StrEnum):
    """What is due on the day: a response, or what the Education and Inspections Act 2006 fixes."""

    RESPONSE = "response"
    COMPLIANCE = "compliance"  # the end of a warning notice's compliance period (section 60)
    POWERS = "powers"  # the last day for sections 63, 64 and 66
    AGREED = "agreed"  # what somebody undertook to do by then, on a matter that is on no ladder
    STATEMENT = "statement_of_action"  # after an adverse report (Education Act 2005, section 15)
    COMMENT = "comment"  # on a notice that the Department announced to the council
    BUDGET_REVIEW = "budget_review"  # of a suspended budget, before the financial year (section 66)
    SERVICE = "service"  # of a notice: by when the officer is to prove it
    ACTION = "action"  # that was agreed with the school
    SHARING = "sharing"  # a sharing decision is to be looked at again
    AUTHORISING = "authorising"  # of what was shared first, for imminent harm
    NEED = "need"  # to answer that more, or less, is needed
    ACCURACY = "accuracy"  # of a report's facts: the school's answer, then the final version
    SUPPORT_REQUEST = "support_request"  # of a school: to be answered
    SUPPORT_IMPACT = "support_impact"  # of commissioned support: to be evaluated


# What is due beside the ladder, or on a matter that is on none: open until somebody says what
# became of it.
OFF_LADDER = (
    DeadlineKind.AGREED,
    DeadlineKind.STATEMENT,
    DeadlineKind.COMMENT,
    DeadlineKind.SERVICE,
    DeadlineKind.ACTION,
    DeadlineKind.SHARING,
    DeadlineKind.AUTHORISING,
    DeadlineKind.NEED,
    DeadlineKind.ACCURACY,
    DeadlineKind.SUPPORT_REQUEST,
    DeadlineKind.SUPPORT_IMPACT,
)
# Of these the rule is what officers wrote or think: not for those who see no more than outlines.
WRITTEN = (
    DeadlineKind.AGREED,
    DeadlineKind.ACTION,
    DeadlineKind.SHARING,
    DeadlineKind.AUTHORISING,
    DeadlineKind.NEED,
    DeadlineKind.SUPPORT_IMPACT,
)
# What somebody owes; the others are the authority's own last days.
OWED = (DeadlineKind.RESPONSE, DeadlineKind.COMPLIANCE, *OFF_LADDER)
# The law's own: they run on while an escalation is paused.
STATUTORY = (DeadlineKind.COMPLIANCE, DeadlineKind.POWERS, DeadlineKind.BUDGET_REVIEW)


class ReminderState(StrEnum):
    """Whether a reminder is still to come."""

    OPEN = "open"
    QUEUED = "queued"
    CANCELLED = "cancelled"


class ReminderKind(StrEnum):
    """Where a reminder stands towards its deadline."""

    BEFORE = "before"
    ON_THE_DAY = "on_the_day"
    OVERDUE = "overdue"


class Deadline(OfMatter, table=True):
    """A day by which something is due, and the rule that set it."""

    __tablename__ = "deadline"
    __table_args__ = (
        Index(
            "deadline_open",
            "due_on",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("deadline_of_matter", "matter_id"),
        Index("deadline_in_order", "due_on", "id"),  # as the list of all has them
    )

    missing: ClassVar[str] = "There is no deadline {}."

    id: int = Field(default=None, primary_key=True)
    matter_id: int = Field(foreign_key="matter.id")
    step_key: str | None = None  # of a ladder; none for what is due off it
    kind: DeadlineKind = word(DeadlineKind)
    due_on: date
    rule: str
    state: DeadlineState = word(DeadlineState)
    # While the escalation is paused: the working days that were left on the day it was paused
    # (0 or fewer once the day had come).
    days_left: int | None = None


class Reminder(OfMatter, table=True):
    """One moment at which the case officer hears about a deadline."""

    __tablename__ = "reminder"
    __table_args__ = (
        Index(
            "reminder_open",
            "due_at",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("reminder_of_deadline", "deadline_id"),
    )

    hangs_on: ClassVar[type[OfMatter] | None] = Deadline

    id: int = Field(default=None, primary_key=True)
    deadline_id: int = Field(foreign_key="deadline.id")
    kind: ReminderKind = word(ReminderKind)
    due_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    state: ReminderState = word(ReminderState)
    # The message that told of it: a late reminder shares one with others.
    message_id: int | None = Field(default=None, foreign_key="message.id")
