"""Letters: drafts with every version, and what was issued, byte for byte."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import JSON, Column, Index, LargeBinary
from sqlmodel import Field

from models.database import UtcDateTime
from models.letters.recipients import Recipient
from models.of_matter import OfMatter
from models.words import word


class LetterState(StrEnum):
    """How far a letter has come."""

    DRAFT = "draft"
    APPROVED = "approved"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"


class Letter(OfMatter, table=True):
    """One letter of an escalation.

    To whom it goes is looked up while it is a draft and frozen, with date and signatory, when
    it is approved.
    """

    __tablename__ = "letter"

    missing: ClassVar[str] = "There is no letter {}."

    id: int = Field(default=None, primary_key=True)
    matter_id: int = Field(foreign_key="matter.id", index=True)
    proposal_id: int | None = Field(default=None, foreign_key="proposal.id", index=True)
    step_key: str | None = None  # of an escalation
    number: int
    template: str
    to_role: str
    copy_roles: list[str] = Field(sa_column=Column(JSON, nullable=False))
    # Copies to people who hold no role at the school: members of a board, its governors.
    people: list[dict[str, object]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )
    state: LetterState = word(LetterState, index=True)
    version: int = 1
    dated: date | None = None
    respond_by: date | None = None
    signed_by: str | None = None
    signed_as: str
    recipients: list[dict[str, object]] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
    sha256: str | None = None
    issued_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    # A backup was restored from before it was issued: whether it goes to anybody, an officer says.
    may_have_left: bool = False

    @property
    def named(self) -> list[Recipient]:
        """The people who hold no role at the school and have copies."""
        return [Recipient.model_validate(person) for person in self.people]

    @property
    def goes_to(self) -> list[Recipient] | None:
        """To whom it goes, the addressee first; None while it is a draft."""
        if self.recipients is None:
            return None
        return [Recipient.model_validate(person) for person in self.recipients]


class LetterVersion(OfMatter, table=True):
    """The text of a letter as somebody left it."""

    __tablename__ = "letter_version"
    __table_args__ = (Index("version_of_letter", "letter_id", "version", unique=True),)

    hangs_on: ClassVar[type[OfMatter] | None] = Letter
    missing: ClassVar[str] = "There is no such version of this letter."

    id: int = Field(default=None, primary_key=True)
    letter_id: int = Field(foreign_key="letter.id")
    version: int
    body: str
    written_by: str
    written_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class IssuedFile(OfMatter, table=True):
    """One rendering of an issued letter: frozen, with its SHA-256."""

    __tablename__ = "issued_file"
    __table_args__ = (Index("file_of_letter", "letter_id", "format", unique=True),)

    hangs_on: ClassVar[type[OfMatter] | None] = Letter

    id: int = Field(default=None, primary_key=True)
    letter_id: int = Field(foreign_key="letter.id")
    format: str
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sha256: str
