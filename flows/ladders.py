"""The two ladders as flows: one run is one transition, from its proposal to its letters.

A run is made suspended, with its form (`flows/waits.py`), and begins only when somebody answers. It
looks at the rows each time it begins, from the top, and every part of it may happen twice: it hands
the answer to the same command that every other door calls, waits on while the proposal waits, and
once the proposal is decided it issues the letters and ends. It may be killed at any point: the
rows stand, and reconciliation gives the proposal another run.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Cancelled, Completed

from flows.forms import NOT_READ, Answer, Decide, reason, take_answer, wait_for
from flows.gates import close, enter, holds
from flows.record import Record, opened
from flows.waiting import Waiting, read_waiting
from models.clocks import london_date
from models.database import write
from models.escalations.deciding import decide
from models.escalations.tables import Proposal
from models.people.identity import officer_by_code
from models.record.audit import record_refused_code
from models.refusals import Refused
from notifications.issuing import issue_letters

# In the same words whether another run has it or its case is restricted.
NOT_OURS = "Nothing waits here for this flow run."


@flow(name="Maintained school ladder")
async def maintained_school_ladder(proposal_id: int, attempt: int) -> State[Any]:
    """One transition of a maintained school's escalation.

    The ladder: informal discussion with the headteacher, then with the governing body; formal
    letter to the headteacher, then to the governing body; meetings where the headteacher's
    performance is in question; warning notice; intervention. Runs are started by the product
    for each proposal, and wait here for its approver.

    Args:
        proposal_id: The proposal that waits.
        attempt: Which run for this proposal this is, counted from 1.
    """
    return await _transition(proposal_id, attempt)


@flow(name="Academy ladder")
async def academy_ladder(proposal_id: int, attempt: int) -> State[Any]:
    """One transition of an academy's escalation.

    The ladder: informal discussion with the headteacher, then with the governing body and the
    trust or sponsor; formal letter to the headteacher, then to the governing body; letter to the
    Secretary of State; letter to Ofsted. Runs are started by the product for each proposal, and
    wait here for its approver.

    Args:
        proposal_id: The proposal that waits.
        attempt: Which run for this proposal this is, counted from 1.
    """
    return await _transition(proposal_id, attempt)


async def _transition(proposal_id: int, attempt: int) -> State[Any]:
    with opened() as record:
        answer = await take_answer(Decide)
        if not enter(record.engine, proposal_id, attempt, flow_run.id):
            return Cancelled(message=NOT_OURS)
        refused = _decide(record, proposal_id, answer) if answer else ""
        waiting = _read(record, proposal_id)
        if waiting.awaits:
            description = waiting.description(record.settings.base_url, refused)
            # It may have been restricted since: then Prefect must not be told what stands there.
            if not holds(record.engine, proposal_id, flow_run.id):
                return Cancelled(message=NOT_OURS)
            await wait_for(Decide, description, waiting.asking)
        await _carry_out(record)
        close(record.engine, proposal_id)
        return Completed(message=f"{refused} {_read(record, proposal_id).outcome()}".strip())


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
            officer = officer_by_code(session, code)
            decide(
                session,
                record.policy,
                officer=officer,
                now=now,
                proposal_id=proposal_id,
                decision=entered.decision,
                reason=entered.reason,
                seen=answer.asking.seen if answer.asking else "a form of before",
            )
    except Refused as refusal:
        _keep_refusal(record, proposal_id, code, refusal, now)
        return reason(refusal)
    return ""


def _keep_refusal(
    record: Record, proposal_id: int, code: str, refusal: Refused, now: datetime
) -> None:
    with write(record.engine) as session:
        proposal = session.get_one(Proposal, proposal_id)
        record_refused_code(
            session,
            now=now,
            code=code,
            what=f"Prefect: decide proposal {proposal_id}",
            refusal=refusal,
            case_id=proposal.escalation_id,
        )


async def _carry_out(record: Record) -> None:
    """Issue what was approved; the delivery worker sends it, and nothing here waits for mail."""
    now = datetime.now(UTC)
    issued = await asyncio.to_thread(issue_letters, record.engine, record.policy, now)
    get_run_logger().info("Letters issued and queued for delivery: %d.", issued)
