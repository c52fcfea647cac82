"""Proposals that wait for approval, or waited, and what was decided on them."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field

from models.approvals.vocabulary import AnyProposed, proposed_in
from models.database import UtcDateTime
from models.of_matter import OfMatter
from models.proposed import Action
from models.words import word


class ProposalState(StrEnum):
    """Whether a proposal still waits."""

    AWAITING = "awaiting"
    APPROVED = "approved"
    RETURNED = "returned"
    SUPERSEDED = "superseded"


class DecisionWord(StrEnum):
    """What an approver says to a proposal."""

    APPROVE = "approve"
    RETURN = "return"


class Proposal(OfMatter, table=True):
    """A change that waits for approval, or waited; its gate is its flow run in Prefect."""

    __tablename__ = "proposal"
    __table_args__ = (
        # One transition at a time; letters and sharing decisions may wait beside it.
        Index(
            "one_transition_awaiting",
            "matter_id",
            unique=True,
            sqlite_where=text("state = 'awaiting' AND action NOT IN ('letter', 'share')"),
            postgresql_where=text("state = 'awaiting' AND action NOT IN ('letter', 'share')"),
        ),
        Index(
            "proposal_gate_open",
            "gate_closed",
            sqlite_where=text("NOT gate_closed"),
            postgresql_where=text("NOT gate_closed"),
        ),
    )

    missing: ClassVar[str] = "There is no proposal {}."

    id: int = Field(default=None, primary_key=True)
    matter_id: int = Field(foreign_key="matter.id", index=True)
    step_key: str | None = None  # of an escalation
    action: Action = word(Action)
    reason: str
    # The facts of what it asks for, as they are kept; `asks` has them by name and type.
    details: dict[str, object] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    approvers: list[str] = Field(sa_column=Column(JSON, nullable=False))
    stage: int = 0
    state: ProposalState = word(ProposalState, index=True)
    proposed_by_id: int = Field(foreign_key="officer.id")
    proposed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    gate_attempt: int = 0
    gate_run_id: str | None = None
    gate_closed: bool = False

    @property
    def step(self) -> str:
        """The step that it is about; asked of proposals on an escalation alone."""
        assert self.step_key is not None  # noqa: S101 - an escalation is on a ladder
        return self.step_key

    @property
    def asks(self) -> AnyProposed:
        """What it asks for."""
        return proposed_in(self.action, self.step_key, self.details)


class Decision(OfMatter, table=True):
    """What one approver decided, at one stage of a proposal."""

    __tablename__ = "decision"
    __table_args__ = (Index("decision_of_stage", "proposal_id", "stage", unique=True),)

    hangs_on: ClassVar[type[OfMatter] | None] = Proposal

    id: int = Field(default=None, primary_key=True)
    proposal_id: int = Field(foreign_key="proposal.id")
    stage: int
    officer_id: int = Field(foreign_key="officer.id")
    # The approver in whose absence it was decided, by their delegation.
    for_officer_id: int | None = Field(default=None, foreign_key="officer.id")
    decision: DecisionWord = word(DecisionWord)
    reason: str
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
