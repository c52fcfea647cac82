"""Consultants as rows: people outside the council who support schools, and their accreditation."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from models.database import UtcDateTime
from models.people.tables import Phase
from models.words import word


class AccreditationKind(StrEnum):
    """As what somebody is accredited (Barnsley, part 1; the new relationship with schools)."""

    CONSULTANT_HEADTEACHER = "consultant_headteacher"
    IMPROVEMENT_PARTNER = "improvement_partner"
    LOCAL_LEADER = "local_leader"
    NATIONAL_LEADER = "national_leader"

    @property
    def label(self) -> str:
        """The words for people."""
        return _LABELS[self]


_LABELS = {
    AccreditationKind.CONSULTANT_HEADTEACHER: "Consultant headteacher",
    AccreditationKind.IMPROVEMENT_PARTNER: "School improvement partner",
    AccreditationKind.LOCAL_LEADER: "Local Leader of Education (LLE)",
    AccreditationKind.NATIONAL_LEADER: "National Leader of Education (NLE)",
}


class Consultant(SQLModel, table=True):
    """Somebody outside the council who supports schools, with or without a sign-in here.

    `own_urn` is the school that they lead or work at, `phase` None for one who works with both.
    `days_a_year` are those of a school year that they have to give; None where nobody agreed any.
    Whoever has left is inactive, and stays on record for what they did.
    """

    __tablename__ = "consultant"

    missing: ClassVar[str] = "There is no consultant {}."

    id: int = Field(default=None, primary_key=True)
    name: str
    organisation: str = ""
    email: str | None = None
    own_urn: int | None = Field(default=None, foreign_key="school.urn", index=True)
    phase: Phase | None = word(Phase, nullable=True, default=None)
    days_a_year: float | None = None
    interests: str = ""  # that they declared
    officer_id: int | None = Field(default=None, foreign_key="officer.id", unique=True)
    active: bool = True
    left_on: date | None = None
    added_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Accreditation(SQLModel, table=True):
    """As what a consultant is accredited, from a day on; `until` is the last day, if one is set."""

    __tablename__ = "accreditation"

    id: int = Field(default=None, primary_key=True)
    consultant_id: int = Field(foreign_key="consultant.id", index=True)
    kind: AccreditationKind = word(AccreditationKind)
    since: date
    until: date | None = None
