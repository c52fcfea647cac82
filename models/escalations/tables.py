"""An escalation, its steps, and what was said about them with the school."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field

from models.database import UtcDateTime
from models.of_matter import OfMatter
from models.policy.guidance import Guidance
from models.words import word


class Status(StrEnum):
    """Where an escalation stands as a whole."""

    PROPOSED = "proposed"
    OPEN = "open"
    PAUSED = "paused"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


LIVE = (Status.PROPOSED, Status.OPEN, Status.PAUSED)


class StepState(StrEnum):
    """Where one step stands."""

    AHEAD = "ahead"
    PROPOSED = "proposed"
    APPROVED = "approved"
    CARRIED_OUT = "carried_out"
    AWAITING_RESPONSE = "awaiting_response"
    SATISFACTORY = "satisfactory"
    UNSATISFACTORY = "unsatisfactory"
    NO_RESPONSE = "no_response"
    PASSED_OVER = "passed_over"
    FALLEN_AWAY = "fallen_away"  # a step of the maintained ladder once the school is an academy


class Judgement(StrEnum):
    """What an officer makes of a school's response."""

    SATISFACTORY = "satisfactory"
    UNSATISFACTORY = "unsatisfactory"


class Escalation(OfMatter, table=True):
    """One school's case: its matter, of the same number, has its reference, school and officers."""

    __tablename__ = "escalation"
    __table_args__ = (Index("escalation_number", "year", "number", unique=True),)

    missing: ClassVar[str] = "There is no escalation with this reference."
    by: ClassVar[str] = "id"

    id: int = Field(primary_key=True, foreign_key="matter.id")
    year: int
    number: int
    ladder: str
    status: Status = word(Status, index=True)
    step_key: str
    triggers: list[str] = Field(sa_column=Column(JSON, nullable=False))
    summary: str
    head_performance_in_question: bool
    not_engaging: bool
    policy: str
    # The guidance by which it goes: its own, until somebody says that it goes by a later one.
    guidance: str
    guidance_edition: date | None = None
    guidance_address: str | None = None
    # What the policy had when somebody said that the case keeps its own.
    guidance_kept_against: str | None = None
    # The SHA-256 of its edition of the policy; none until an older case is given one.
    edition: str | None = None
    head_of_service_id: int | None = Field(default=None, foreign_key="officer.id")
    started_by_id: int = Field(foreign_key="officer.id")
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))

    @property
    def goes_by(self) -> Guidance:
        """The guidance by which it goes."""
        edition, address = self.guidance_edition, self.guidance_address
        return Guidance(title=self.guidance, edition=edition, address=address)


class Step(OfMatter, table=True):
    """One step of one escalation."""

    __tablename__ = "step"
    by: ClassVar[str] = "escalation_id"
    __table_args__ = (Index("step_of_escalation", "escalation_id", "key", unique=True),)

    id: int = Field(default=None, primary_key=True)
    escalation_id: int = Field(foreign_key="escalation.id")
    key: str
    state: StepState = word(StepState)
    changed_on: date | None = None


class Discussion(OfMatter, table=True):
    """A discussion or meeting that was held with the school."""

    __tablename__ = "discussion"

    missing: ClassVar[str] = "There is no discussion {}."

    id: int = Field(default=None, primary_key=True)
    matter_id: int = Field(foreign_key="matter.id", index=True)
    step_key: str
    held_on: date
    with_whom: list[str] = Field(sa_column=Column(JSON, nullable=False))
    notes: str
    agreed_actions: str
    held_by_id: int | None = Field(default=None, foreign_key="officer.id")
    why_one_meeting: str = ""
    recorded_by_id: int = Field(foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Response(OfMatter, table=True):
    """What the school answered at a step, and what an officer made of it."""

    __tablename__ = "response"

    missing: ClassVar[str] = "There is no response {}."
    by: ClassVar[str] = "escalation_id"

    id: int = Field(default=None, primary_key=True)
    escalation_id: int = Field(foreign_key="escalation.id", index=True)
    step_key: str
    received_on: date
    summary: str
    from_whom: str | None = None  # the role of whoever answered
    judgement: Judgement | None = word(Judgement, nullable=True, default=None)
    recorded_by_id: int = Field(foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
