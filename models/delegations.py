"""Cover for absence: an approver lets a colleague decide for them between two days."""

from datetime import date, datetime

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from models.database import UtcDateTime
from models.officers import Role
from models.words import word


class Delegation(SQLModel, table=True):
    """From `first_day` to `last_day`, both included, days in London."""

    __tablename__ = "delegation"

    id: int = Field(default=None, primary_key=True)
    from_officer_id: int = Field(foreign_key="officer.id", index=True)
    to_officer_id: int = Field(foreign_key="officer.id", index=True)
    role: Role = word(Role)
    first_day: date
    last_day: date
    reason: str
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
