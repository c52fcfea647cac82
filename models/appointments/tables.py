"""Appointments, and who comes to them."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Column, Index, text
from sqlmodel import Field

from models.database import UtcDateTime
from models.of_matter import OfMatter
from models.schools.tables import ContactRole
from models.words import word


class AppointmentKind(StrEnum):
    """What an appointment is for."""

    DISCUSSION = "discussion"
    MEETING = "meeting"
    VISIT = "visit"

    @property
    def label(self) -> str:
        """The word at the beginning of a line."""
        return self.value.capitalize()


class AppointmentState(StrEnum):
    """What became of an appointment; one whose time has passed unrecorded stays planned."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class Asked(StrEnum):
    """What an invitation does in the calendar of whoever gets it (RFC 5546)."""

    REQUEST = "request"
    CANCEL = "cancel"


class Appointment(OfMatter, table=True):
    """A discussion, meeting or visit that was planned, at a step of an escalation or of a school.

    `uid` and `sequence` are its name and its version in the calendars of those invited: the first
    never changes, the second rises with every invitation that is sent.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        Index(
            "appointment_planned",
            "starts_at",
            sqlite_where=text("state = 'planned'"),
            postgresql_where=text("state = 'planned'"),
        ),
    )

    missing: ClassVar[str] = "There is no appointment {}."

    id: int = Field(default=None, primary_key=True)
    matter_id: int = Field(foreign_key="matter.id", index=True)
    step_key: str | None = None  # of an escalation
    kind: AppointmentKind = word(AppointmentKind)
    state: AppointmentState = word(AppointmentState)
    uid: str = Field(unique=True)
    sequence: int = 0
    starts_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ends_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    place: str
    subject: str
    words: str
    planned_by_id: int = Field(foreign_key="officer.id")
    planned_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    reason: str = ""  # why it was cancelled


class Attendee(OfMatter, table=True):
    """Somebody who is to come, in their role at the school or as an officer, or was to.

    `asked` is what was last put on its way to them, `sequence` the version that it had; both are
    None while they have not been invited.
    """

    __tablename__ = "attendee"
    __table_args__ = (Index("attendee_once", "appointment_id", "email", unique=True),)

    hangs_on: ClassVar[type[OfMatter] | None] = Appointment

    id: int = Field(default=None, primary_key=True)
    appointment_id: int = Field(foreign_key="appointment.id")
    name: str
    email: str
    role: ContactRole | None = word(ContactRole, nullable=True, default=None)
    officer_id: int | None = Field(default=None, foreign_key="officer.id", index=True)
    comes: bool = True
    asked: Asked | None = word(Asked, nullable=True, default=None)
    sequence: int | None = None
