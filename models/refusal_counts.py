"""How often the same was refused since it was put on record: counted, so that nobody fills it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from models.database import UtcDateTime
from models.events import EventKind
from models.words import word


class RefusalCount(SQLModel, table=True):
    """A refusal that is on record, and how many more of the same there were within the hour."""

    __tablename__ = "refusal_count"
    __table_args__ = (Index("refusals_by_actor", "actor", "kind"),)

    id: int = Field(default=None, primary_key=True)
    same: str = Field(unique=True)  # the SHA-256 of what makes two refusals the same
    event: int  # the place of the first one in the record
    kind: EventKind = word(EventKind)
    actor: str
    escalation_id: int | None = Field(default=None, foreign_key="escalation.id")
    facts: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    first_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    last_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    times: int  # more than the first
