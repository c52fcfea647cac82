"""The two ladders as flows: one run is one transition, from its proposal to its letters.

A run is made suspended, with its form (`flows/waits.py`), and begins only when somebody answers. It
looks at the rows each time it begins, from the top, and every part of it may happen twice: it hands
the answer to the same command that every other door calls, waits on while the proposal waits, and
once the proposal is decided it issues the letters and ends. It may be killed at any point: the
rows stand, and reconciliation gives the proposal another run.
"""

from asyncio import to_thread
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from prefect import Flow, flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Cancelled, Completed

from flows.acts import decision_of
from flows.forms import NOT_READ, Answer, Decide, reason, take_answer, wait_for
from flows.gates import close, enter, holds
from flows.record import Record, opened
from flows.showing import DONE, act, carry_out
from flows.waiting import Waiting, read_waiting
from models.approvals.tables import Proposal
from models.clocks import london_date
from models.database import write
from models.escalations.deciding import Decided, decide
from models.inputs import refusing
from models.people.acting import Acting
from models.people.credentials import officer_by_code
from models.policy import Ladder
from models.record.audit import record_refused_code
from models.refusals import Refused
from models.rows import get_row

# In the same words whether another run has it or its case is restricted.
NOT_OURS = "Nothing waits here for this flow run."


@flow(name="Maintained school ladder")
async def maintained_school_ladder(proposal_id: int, attempt: int) -> State[Any]:
    """One transition of a maintained school's escalation.

    Runs are started by the product for each proposal, and wait here for its approver.

    Args:
        proposal_id: The proposal that waits.
        attempt: Which run for this proposal this is, counted from 1.
    """
    return await _transition(proposal_id, attempt)


@flow(name="Academy ladder")
async def academy_ladder(proposal_id: int, attempt: int) -> State[Any]:
    """One transition of an academy's escalation.

    Runs are started by the product for each proposal, and wait here for its approver.

    Args:
        proposal_id: The proposal that waits.
        attempt: Which run for this proposal this is, counted from 1.
    """
    return await _transition(proposal_id, attempt)


@flow(name="School record")
async def school_record(proposal_id: int, attempt: int) -> State[Any]:
    """What is proposed on a school's own record: a letter that belongs to no escalation.

    Runs are started by the product for each proposal, and wait here for its approver.

    Args:
        proposal_id: The proposal that waits.
        attempt: Which run for this proposal this is, counted from 1.
    """
    return await _transition(proposal_id, attempt)


def described(flow: Flow[Any, Any], ladder: Ladder) -> str:
    """What Prefect shows of a ladder: what its runs are, and the steps as the policy has them."""
    steps = [f"- Step {step.number}: {step.title}" for step in ladder.steps]
    title = f"**{ladder.title}**, for cases that are opened now:"
    kept = "A case keeps the steps of the policy under which it was opened."
    return "\n\n".join([flow.description or "", title, "\n".join(steps), kept])


async def _transition(proposal_id: int, attempt: int) -> State[Any]:
    with opened() as record:
        run_id = UUID(flow_run.id)
        answer = await take_answer(Decide)
        if not await to_thread(enter, record.engine, proposal_id, attempt, run_id):
            return Cancelled(message=NOT_OURS)
        before = await to_thread(_read, record, proposal_id)
        refused = await _take_decision(record, before, answer) if answer else ""
        waiting = await to_thread(_read, record, proposal_id)
        # It may have been restricted since: then Prefect must not be told what stands there.
        if not await to_thread(holds, record.engine, proposal_id, run_id):
            return Cancelled(message=NOT_OURS)
        if waiting.awaits:
            description = waiting.description(record.settings.base_url, refused)
            await wait_for(Decide, description, waiting.asking)
        taken = [] if refused or not answer else [decision_of(before.proposal)]
        await carry_out(record, proposal_id, taken)
        return await _end(record, proposal_id, run_id, refused)


async def _end(record: Record, proposal_id: int, run_id: UUID, refused: str) -> State[Any]:
    ended = await to_thread(_read, record, proposal_id)
    if not await to_thread(holds, record.engine, proposal_id, run_id):
        return Cancelled(message=NOT_OURS)
    await to_thread(close, record.engine, proposal_id)
    return Completed(message=f"{refused} {ended.outcome()}".strip())


async def _take_decision(record: Record, waiting: Waiting, answer: Answer[Decide]) -> str:
    """Hand the answer to the command, as a task; why it was refused, or nothing."""
    proposal = waiting.proposal
    if not waiting.awaits:  # it was decided already, and the command says so
        return await to_thread(_decide, record, proposal.id, answer)

    async def decided() -> State[Any]:
        refused = await to_thread(_decide, record, proposal.id, answer)
        return Completed(message=refused, name="Refused" if refused else DONE)

    state = await act(decision_of(proposal), decided)
    return state.message or ""


def _read(record: Record, proposal_id: int) -> Waiting:
    today = london_date(datetime.now(UTC))
    return read_waiting(record.engine, record.policy, proposal_id, today)


def _decide(record: Record, proposal_id: int, answer: Answer[Decide]) -> str:
    """Hand the answer to the command; why it was refused, or nothing when it was not.

    What the approver was shown is told by the form that was answered, not by the answer.
    """
    entered = answer.entered
    if entered is None:
        return NOT_READ
    now = datetime.now(UTC)
    code = entered.code.get_secret_value()
    try:
        with write(record.engine) as session:
            acting = Acting(session, record.policy, officer_by_code(session, code), now)
            with refusing():
                given = Decided(
                    decision=entered.decision,
                    reason=entered.reason,
                    seen=answer.asking.seen if answer.asking else "a form of before",
                )
            decide(acting, proposal_id, given)
    except Refused as refusal:
        _keep_refusal(record, proposal_id, code, refusal, now)
        return reason(refusal)
    return ""


def _keep_refusal(
    record: Record, proposal_id: int, code: str, refusal: Refused, now: datetime
) -> None:
    with write(record.engine) as session:
        proposal = get_row(session, Proposal, proposal_id)
        record_refused_code(
            session,
            now=now,
            code=code,
            what=f"Prefect: decide proposal {proposal_id}",
            refusal=refusal,
            case_id=proposal.matter_id,
        )
