"""Imports of the national register of schools, and what each found."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.database import UtcDateTime
from models.words import word


class RegisterFile(StrEnum):
    """Which file of the register it is; its columns tell."""

    ESTABLISHMENTS = "establishments"
    GROUP_LINKS = "group_links"  # which school is in which trust
    GROUPS = "groups"  # the trusts' own addresses


class ImportState(StrEnum):
    """How far an import has come; only an applied one changed anything."""

    WAITING = "waiting"  # its file is there and is to be read
    READY = "ready"  # read and compared: what would change is shown
    APPLIED = "applied"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The words for people: "being read"."""
        return _STATE_LABELS.get(self, self.value)


_STATE_LABELS = {ImportState.WAITING: "being read", ImportState.READY: "ready to be applied"}


class RegisterImport(SQLModel, table=True):
    """One file that somebody gave to be imported; counts are of its rows."""

    __tablename__ = "register_import"

    id: int = Field(default=None, primary_key=True)
    file: RegisterFile | None = word(RegisterFile, nullable=True, default=None)
    name: str
    sha256: str
    la: int | None = None  # only schools of this local authority
    state: ImportState = word(ImportState)
    refusal: str = ""
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    # Of what would change, so that what is applied is what was shown.
    changes_sha256: str | None = None
    given_by: str
    given_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    applied_by: str | None = None
    applied_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class FindingKind(StrEnum):
    """What an import found about one row of its file."""

    NEW = "new"
    CLOSED = "closed"
    CONVERTED = "converted"
    RENAMED = "renamed"
    NEW_HEADTEACHER = "new_headteacher"
    CHANGED = "changed"
    REJECTED = "rejected"

    @property
    def label(self) -> str:
        """The words for people: "New headteacher"."""
        return _FINDING_LABELS[self]


_FINDING_LABELS = {
    FindingKind.NEW: "New",
    FindingKind.CLOSED: "Closed",
    FindingKind.CONVERTED: "Became an academy",
    FindingKind.RENAMED: "New name",
    FindingKind.NEW_HEADTEACHER: "New headteacher",
    FindingKind.CHANGED: "Other changes",
    FindingKind.REJECTED: "Rejected rows",
}


class RegisterFinding(SQLModel, table=True):
    """One thing that an import found. A school can have several: closed, and with a new name."""

    __tablename__ = "register_finding"
    __table_args__ = (Index("finding_of_import", "import_id", "kind", "id"),)

    id: int = Field(default=None, primary_key=True)
    import_id: int = Field(foreign_key="register_import.id")
    row: int  # of the file, its line of column names being 1
    urn: str  # as it stands in the file: a rejected row may have none
    kind: FindingKind = word(FindingKind)
    name: str
    before: str = ""
    after: str = ""
    reason: str = ""  # why the row was rejected
