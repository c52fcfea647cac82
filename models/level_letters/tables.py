"""Letters about risk levels, in batches: to the head and the chair of every school concerned.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 3.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from models.database import UtcDateTime
from models.schools.tables import ContactRole, RiskLevel
from models.words import word


class BatchState(StrEnum):
    """How far a batch has come. What is being prepared or issued is bulk work (models.work)."""

    PREPARING = "preparing"
    PREPARED = "prepared"
    APPROVED = "approved"  # and is being issued
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"


class LetterBatch(SQLModel, table=True):
    """One batch. `occasion` is unique: "annual:2026", or "changes:" and its first level change.

    A batch about changes in the year takes those from `first_change` to `last_change` that no
    other batch has. A withdrawn one gives its occasions back: what it was about can be written
    about again.
    """

    __tablename__ = "letter_batch"

    id: int = Field(default=None, primary_key=True)
    occasion: str = Field(unique=True)
    title: str
    school_year: int
    first_change: int | None = None
    last_change: int | None = None
    state: BatchState = word(BatchState, index=True)
    created_by: str
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    prepared_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    approved_by_id: int | None = Field(default=None, foreign_key="officer.id")
    approved_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    reason: str = ""  # why it was withdrawn
    dated: date | None = None
    signed_by: str | None = None
    signed_as: str | None = None
    issued_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    bundle_sha256: str | None = None
    bundle_pages: int | None = None
    # A backup was restored from before it was issued: whether it is sent again, an officer says.
    may_have_left: bool = False

    @property
    def page(self) -> str:
        """Where it is read."""
        return f"/letter-batches/{self.id}"


class LevelLetterState(StrEnum):
    """How far one letter of a batch has come."""

    DRAFTED = "drafted"
    ISSUED = "issued"
    LEFT_OUT = "left_out"
    WITHDRAWN = "withdrawn"


class LevelLetter(SQLModel, table=True):
    """One letter to one person. Of one occasion nobody at a school has two."""

    __tablename__ = "level_letter"
    __table_args__ = (
        Index("level_letter_once", "occasion", "urn", "role", unique=True),
        Index("level_letter_in_batch", "batch_id", "state", "id"),
        Index("level_letter_of_school", "urn", "id"),
    )

    id: int = Field(default=None, primary_key=True)
    batch_id: int = Field(foreign_key="letter_batch.id")
    occasion: str  # "annual:2026", or "change:" and the level change
    urn: int = Field(foreign_key="school.urn")
    role: ContactRole = word(ContactRole)
    level: RiskLevel = word(RiskLevel)
    before: RiskLevel | None = word(RiskLevel, nullable=True, default=None)
    name: str
    email: str | None = None  # without one it goes by post
    address: list[str] = Field(sa_column=Column(JSON, nullable=False))
    posting_order: str  # by postcode, then URN and role
    body: str
    state: LevelLetterState = word(LevelLetterState)
    left_out: str = ""  # why it cannot be sent
    sha256: str | None = None
    pages: int | None = None


class LevelLetterFile(SQLModel, table=True):
    """An issued letter as PDF, byte for byte."""

    __tablename__ = "level_letter_file"

    letter_id: int = Field(
        primary_key=True,
        foreign_key="level_letter.id",
        sa_column_kwargs={"autoincrement": False},
    )
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class BatchSample(SQLModel, table=True):
    """A letter that must be looked at before its batch can be approved."""

    __tablename__ = "batch_sample"
    __table_args__ = (Index("sample_of_batch", "batch_id", "letter_id", unique=True),)

    id: int = Field(default=None, primary_key=True)
    batch_id: int = Field(foreign_key="letter_batch.id")
    letter_id: int = Field(foreign_key="level_letter.id")


class SampleLook(SQLModel, table=True):
    """An officer opened a letter of the sample; who approves must have opened all of them."""

    __tablename__ = "sample_look"
    __table_args__ = (Index("look_at_sample", "sample_id", "officer_id", unique=True),)

    id: int = Field(default=None, primary_key=True)
    sample_id: int = Field(foreign_key="batch_sample.id")
    officer_id: int = Field(foreign_key="officer.id")
    looked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
