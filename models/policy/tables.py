"""The editions of the policy under which cases were opened."""

from datetime import datetime

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from models.database import UtcDateTime


class PolicyEdition(SQLModel, table=True):
    """One policy, whole: its canonical JSON, known by the SHA-256 of it.

    It is written with the first case that is opened under it, and never changed.
    """

    __tablename__ = "policy_edition"

    id: int = Field(default=None, primary_key=True)
    sha256: str = Field(unique=True)
    title: str
    content: str = Field(sa_column=Column(Text, nullable=False))
    first_used_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
