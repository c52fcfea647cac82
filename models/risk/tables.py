"""The risk register: assessments of schools, what they rest on, and every level a school had.

Source: Barnsley, School Improvement and Quality Assurance Policy, parts 2 and 3.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from models.database import UtcDateTime
from models.schools.tables import RiskLevel
from models.words import word


class RiskEvidenceKind(StrEnum):
    """The six kinds of evidence that an annual assessment rests on (part 2)."""

    DATA_ANALYSIS = "data_analysis"
    OFSTED_OUTCOMES = "ofsted_outcomes"
    LOCAL_INTELLIGENCE = "local_intelligence"
    DFE_ASSESSMENTS = "dfe_assessments"
    PREVIOUS_ASSESSMENTS = "previous_assessments"
    LEADERSHIP_CHANGES = "leadership_changes"

    @property
    def label(self) -> str:
        """The words for people."""
        return _EVIDENCE_LABELS[self]


_EVIDENCE_LABELS = {
    RiskEvidenceKind.DATA_ANALYSIS: "Analysis of data",
    RiskEvidenceKind.OFSTED_OUTCOMES: "Previous Ofsted inspection outcomes",
    RiskEvidenceKind.LOCAL_INTELLIGENCE: "Local authority intelligence",
    RiskEvidenceKind.DFE_ASSESSMENTS: "Department for Education assessments",
    RiskEvidenceKind.PREVIOUS_ASSESSMENTS: "Previous risk assessments and reviews",
    RiskEvidenceKind.LEADERSHIP_CHANGES: "Changes in leadership",
}


class RoundState(StrEnum):
    """How far the annual assessment of all schools has come."""

    OPEN = "open"
    PUBLISHED = "published"


class AssessmentRound(SQLModel, table=True):
    """The annual assessment for one school year, named by the year in which it begins."""

    __tablename__ = "assessment_round"

    id: int = Field(default=None, primary_key=True)
    school_year: int = Field(unique=True)
    publish_on: date
    state: RoundState = word(RoundState)
    opened_by: str
    opened_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    published_by: str | None = None
    published_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class AssessmentOccasion(StrEnum):
    """Why a school is assessed."""

    ANNUAL = "annual"
    IN_YEAR = "in_year"
    NEW_HEADTEACHER = "new_headteacher"  # automatic: the register names one (part 2)


class AssessmentState(StrEnum):
    """How far an assessment has come; only one in force changes a level."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    AGREED = "agreed"
    IN_FORCE = "in_force"
    WITHDRAWN = "withdrawn"


class Assessment(SQLModel, table=True):
    """One assessment of one school: evidence, a proposed level, and what moderation made of it."""

    __tablename__ = "assessment"
    __table_args__ = (
        Index("assessment_in_round", "round_id", "urn", unique=True),
        Index("assessment_of_school", "urn", "id"),
        Index("assessment_state", "state"),
    )

    id: int = Field(default=None, primary_key=True)
    urn: int = Field(foreign_key="school.urn")
    round_id: int | None = Field(default=None, foreign_key="assessment_round.id")
    occasion: AssessmentOccasion = word(AssessmentOccasion)
    state: AssessmentState = word(AssessmentState)
    # Goes up with every change of evidence or proposal: what is moderated is what was seen.
    version: int = 1
    level_before: RiskLevel | None = word(RiskLevel, nullable=True, default=None)
    proposed_level: RiskLevel | None = word(RiskLevel, nullable=True, default=None)
    reason: str = ""
    words: str = ""  # what the letter says to the school
    # What the policy's criteria suggested when it was proposed, the criteria that were met, and why
    # the proposed level is another.
    suggested_level: RiskLevel | None = word(RiskLevel, nullable=True, default=None)
    suggested_by: list[str] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )
    differs_because: str = Field(default="", sa_column_kwargs={"server_default": ""})
    proposed_by_id: int | None = Field(default=None, foreign_key="officer.id")
    proposed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    level: RiskLevel | None = word(RiskLevel, nullable=True, default=None)  # as moderated
    moderation_reason: str = ""
    moderation_words: str = ""
    moderated_by_id: int | None = Field(default=None, foreign_key="officer.id")
    moderated_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    begun_by_id: int | None = Field(default=None, foreign_key="officer.id")
    begun_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    withdrawn_because: str = ""


class RiskEvidence(SQLModel, table=True):
    """One piece of evidence of an assessment: where it is from, of which day, what it says."""

    __tablename__ = "risk_evidence"

    id: int = Field(default=None, primary_key=True)
    assessment_id: int = Field(foreign_key="assessment.id", index=True)
    kind: RiskEvidenceKind = word(RiskEvidenceKind)
    source: str
    dated: date
    summary: str
    added_by: str
    added_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class LevelChange(SQLModel, table=True):
    """A level that came into force, also when it is the one that the school had before."""

    __tablename__ = "level_change"
    __table_args__ = (Index("level_change_of_school", "urn", "id"), Index("level_change_on", "on"))

    id: int = Field(default=None, primary_key=True)
    urn: int = Field(foreign_key="school.urn")
    before: RiskLevel | None = word(RiskLevel, nullable=True, default=None)
    level: RiskLevel = word(RiskLevel)
    on: date
    reason: str
    words: str = ""  # what the letter says to the school; none where the level says enough
    assessment_id: int = Field(foreign_key="assessment.id", index=True)
    occasion: AssessmentOccasion = word(AssessmentOccasion)
    changed_by: str
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
