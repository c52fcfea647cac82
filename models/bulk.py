"""Work that takes minutes: what is to be done, how far it is, and who is at it.

A job is a row, so that it is there whatever becomes of the process that carries it out; whoever
takes it up again finds for themselves what is left.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.database import UtcDateTime
from models.words import word


class BulkKind(StrEnum):
    """What is to be done; `subject_id` says to which row."""

    READ_REGISTER = "read_register"  # a RegisterImport: read its file and compare
    PREPARE_LETTERS = "prepare_letters"  # a LetterBatch: draft its letters
    ISSUE_LETTERS = "issue_letters"  # a LetterBatch that was approved


class BulkState(StrEnum):
    """Whether there is something left to do."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"


class BulkJob(SQLModel, table=True):
    """One job. `done` of `total` are its own units: rows, or letters; 0 of 0 before it is known."""

    __tablename__ = "bulk_job"
    __table_args__ = (Index("bulk_job_once", "kind", "subject_id", unique=True),)

    id: int = Field(default=None, primary_key=True)
    kind: BulkKind = word(BulkKind)
    subject_id: int
    state: BulkState = word(BulkState, index=True)
    done: int = 0
    total: int = 0
    message: str = ""  # why it failed, for people
    claims: int = 0
    claimed_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    queued_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
