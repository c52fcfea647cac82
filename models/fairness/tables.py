"""What was considered or done out of fairness, as rows."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Column
from sqlmodel import Field

from models.database import UtcDateTime
from models.law.powers import Section
from models.of_matter import OfMatter
from models.words import word


class FairnessKind(StrEnum):
    """What is to be on record, by the name of its setting."""

    EQUALITY_DUTY = "equality_duty"
    INFORMAL_RESOLUTION = "informal_resolution"
    HEAD_TOLD = "head_told"
    MOMENT = "moment"

    @property
    def label(self) -> str:
        """What it is, in words."""
        return _LABELS[self]


_LABELS = {
    FairnessKind.EQUALITY_DUTY: (
        "regard to the public sector equality duty (Equality Act 2010, section 149)"
    ),
    FairnessKind.INFORMAL_RESOLUTION: "mediation or informal resolution was considered",
    FairnessKind.HEAD_TOLD: "the headteacher was told by telephone or in person",
    FairnessKind.MOMENT: "why a formal letter leaves at this time",
}


class HowTold(StrEnum):
    """How a headteacher was told."""

    TELEPHONE = "telephone"
    IN_PERSON = "in_person"


class FairnessRecord(OfMatter, table=True):
    """One thing that was considered or done, for one step; for one power of it where that is."""

    __tablename__ = "fairness_record"

    id: int = Field(default=None, primary_key=True)
    matter_id: int = Field(foreign_key="matter.id", index=True)
    step_key: str
    section: Section | None = word(Section, nullable=True, default=None)
    kind: FairnessKind = word(FairnessKind)
    done_on: date
    done_by: str
    how: HowTold | None = word(HowTold, nullable=True, default=None)
    reason: str
    recorded_by_id: int = Field(foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))

    missing: ClassVar[str] = "There is no record of fairness {}."
