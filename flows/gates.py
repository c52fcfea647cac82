"""The rows' side of a gate: which proposals wait, and which flow run in Prefect waits for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, func
from sqlmodel import col, select

from models.approvals.tables import Proposal, ProposalState
from models.database import read, write
from models.escalations.tables import Escalation
from models.matters.tables import Matter
from models.rows import change, change_where, find, find_first

NO_LADDER = "school"  # a school’s own record
GATE = "gate"  # the tag of every flow run that waits
_RESTRICTED = select(Matter.id).where(col(Matter.restricted))


@dataclass(frozen=True)
class Gate:
    """A proposal whose wait has not been ended in Prefect yet.

    `attempt` counts its flow runs so far; `run_id` is the latest one, None until it is known.
    """

    proposal_id: int
    proposed_at: datetime
    awaiting: bool
    stage: int
    attempt: int
    run_id: UUID | None
    ladder: str  # or "school" where it is on none

    @property
    def idempotency_key(self) -> str:
        """The same for the same attempt, whoever asks Prefect for it and however often.

        The moment tells apart two databases that one Prefect server has seen.
        """
        return f"gate-{self.proposal_id}-{self.attempt}-{_moment(self.proposed_at)}"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%S%f")


def open_gates(engine: Engine) -> list[Gate]:
    """Every gate that is still open, the oldest first.

    A restricted case has none: Prefect's pages show what they show to whoever has its password.
    """
    statement = (
        select(Proposal, func.coalesce(Escalation.ladder, NO_LADDER))
        .join(Matter, col(Matter.id) == col(Proposal.matter_id))
        .outerjoin(Escalation, col(Escalation.id) == col(Matter.id))
        .where(~col(Proposal.gate_closed), ~col(Matter.restricted))
        .order_by(col(Proposal.id))
    )
    with read(engine) as session:
        return [
            Gate(
                proposal_id=proposal.id,
                proposed_at=proposal.proposed_at,
                awaiting=proposal.state is ProposalState.AWAITING,
                stage=proposal.stage,
                attempt=proposal.gate_attempt,
                run_id=UUID(proposal.gate_run_id) if proposal.gate_run_id else None,
                ladder=ladder,
            )
            for proposal, ladder in find(session, statement)
        ]


@dataclass(frozen=True)
class Hidden:
    """A restricted case, of which Prefect must show nothing: by the keys of its flow runs."""

    reference: str
    urn: int | None
    gates: tuple[tuple[int, datetime], ...]

    def owns(self, idempotency_key: str | None) -> bool:
        """Whether a flow run with this key was for one of its proposals."""
        return any(
            (idempotency_key or "").startswith(f"gate-{proposal_id}-")
            and (idempotency_key or "").endswith(_moment(proposed_at))
            for proposal_id, proposed_at in self.gates
        )

    def began_with(self, parameters: Mapping[str, Any], message: str | None) -> bool:
        """Whether a flow run that was given and said this is the one that started it."""
        school = str(parameters.get("urn")) == str(self.urn)
        return school and (message or "").startswith(f"{self.reference} was started")


def hidden_cases(engine: Engine) -> list[Hidden]:
    """Every restricted case."""
    restricted = col(Matter.restricted)
    cases = select(Matter.id, Matter.reference, Matter.urn).where(restricted)
    proposals = (
        select(Proposal.matter_id, Proposal.id, Proposal.proposed_at)
        .where(col(Proposal.matter_id).in_(_RESTRICTED))
        .order_by(col(Proposal.id))
    )
    with read(engine) as session:
        gates: dict[int, list[tuple[int, datetime]]] = {}
        for matter_id, proposal_id, proposed_at in find(session, proposals):
            gates.setdefault(matter_id, []).append((proposal_id, proposed_at))
        return [
            Hidden(reference, urn, tuple(gates.get(matter_id, ())))
            for matter_id, reference, urn in find(session, cases.order_by(col(Matter.id)))
        ]


def next_attempt(engine: Engine, gate: Gate) -> bool:
    """Count one more attempt at this gate; False when somebody else did so first."""
    as_seen = {"id": gate.proposal_id, "gate_attempt": gate.attempt, "gate_closed": False}
    with write(engine) as session:
        return change(session, Proposal, as_seen, gate_attempt=gate.attempt + 1, gate_run_id=None)


def record_run(engine: Engine, proposal_id: int, attempt: int, run_id: UUID) -> None:
    """Remember which flow run waits, unless a later attempt has begun or the case is restricted."""
    unknown_as_yet = (
        col(Proposal.id) == proposal_id,
        col(Proposal.gate_attempt) == attempt,
        col(Proposal.gate_run_id).is_(None),
        col(Proposal.matter_id).not_in(_RESTRICTED),
    )
    with write(engine) as session:
        change_where(session, Proposal, *unknown_as_yet, gate_run_id=str(run_id))


def enter(engine: Engine, proposal_id: int, attempt: int, run_id: UUID) -> bool:
    """Whether this flow run is the one that waits for the proposal.

    It records itself, for the dispatcher may have been killed before it could.
    """
    record_run(engine, proposal_id, attempt, run_id)
    return holds(engine, proposal_id, run_id)


def holds(engine: Engine, proposal_id: int, run_id: UUID) -> bool:
    """Whether the proposal's gate is this flow run's, and Prefect may show its case."""
    theirs = select(Proposal.id).where(
        col(Proposal.id) == proposal_id,
        col(Proposal.gate_run_id) == str(run_id),
        col(Proposal.matter_id).not_in(_RESTRICTED),
    )
    with read(engine) as session:
        return find_first(session, theirs) is not None


def is_hidden(engine: Engine, proposal_id: int) -> bool:
    """Whether the proposal is of a restricted case."""
    hidden = select(Proposal.id).where(
        col(Proposal.id) == proposal_id, col(Proposal.matter_id).in_(_RESTRICTED)
    )
    with read(engine) as session:
        return find_first(session, hidden) is not None


def close(engine: Engine, proposal_id: int) -> None:
    """Note that nothing waits in Prefect for this proposal any longer."""
    with write(engine) as session:
        change(session, Proposal, {"id": proposal_id}, gate_closed=True)
