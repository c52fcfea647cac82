"""Imports of the national files, and what each found."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.database import UtcDateTime
from models.words import word


class NationalFile(StrEnum):
    """Which national file it is; its columns tell."""

    INSPECTIONS = "inspections"  # Ofsted's monthly management information
    RESULTS = "results"  # of Explore Education Statistics

    @property
    def label(self) -> str:
        """The words for people."""
        return _FILES[self]


_FILES = {
    NationalFile.INSPECTIONS: "Ofsted’s management information",
    NationalFile.RESULTS: "Results of Explore Education Statistics",
}


class NationalImport(SQLModel, table=True):
    """One national file that was applied, with counts.

    Lines are of the file; what was `added`, `changed`, `unchanged` or `kept` are outcomes of
    inspections or results, of which a line can have several.
    """

    __tablename__ = "national_import"

    id: int = Field(default=None, primary_key=True)
    file: NationalFile = word(NationalFile)
    name: str
    sha256: str
    lines: int = 0
    unknown: int = 0  # schools that are not in the register
    added: int = 0
    changed: int = 0  # of what an earlier file said
    unchanged: int = 0
    kept: int = 0  # as an officer entered it, though the file says otherwise
    left_out: int = 0  # what is not published, or not of the school itself
    tasks: int = 0  # for new categories
    given_by: str
    given_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class NationalFindingKind(StrEnum):
    """What an import found that somebody should look at."""

    NEW_CATEGORY = "new_category"
    KEPT = "kept"
    NO_REPORT = "no_report"

    @property
    def label(self) -> str:
        """The words for people: "New category"."""
        return _FINDINGS[self]


_FINDINGS = {
    NationalFindingKind.NEW_CATEGORY: "New category",
    NationalFindingKind.KEPT: "Kept as an officer entered it",
    NationalFindingKind.NO_REPORT: "A category without its report",
}


class NationalFinding(SQLModel, table=True):
    """One thing that an import found about a school of the register."""

    __tablename__ = "national_finding"
    __table_args__ = (Index("finding_of_national_import", "import_id", "id"),)

    id: int = Field(default=None, primary_key=True)
    import_id: int = Field(foreign_key="national_import.id")
    line: int
    urn: int = Field(foreign_key="school.urn")
    kind: NationalFindingKind = word(NationalFindingKind)
    what: str  # what the file says
