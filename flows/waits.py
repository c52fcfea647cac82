"""One wait in Prefect: a suspended flow run with a form, made and ended without a process.

It is carried out when somebody answers the form, or decided elsewhere, and not before. Everything
here may be done twice, by two dispatchers at once, and may be cut off between any two calls: what
is left of it is told by what Prefect and the rows say, and the next pass goes on from there.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import ObjectNotFound
from prefect.states import Completed, Scheduled

from flows.forms import (
    Decide,
    asked,
    is_answer,
    kept_forms,
    keys_of,
    remove_forms,
    store_form,
    suspended,
)
from flows.gates import GATE, Gate, close, holds, is_hidden, next_attempt, record_run
from flows.record import Record
from flows.waiting import Waiting, read_waiting
from models.clocks import is_recent, london_date

WOKEN = "Decided elsewhere"
WOKEN_FOR = timedelta(minutes=2)  # in which somebody has to carry it out


async def open_wait(
    record: Record, client: PrefectClient, ladders: Mapping[str, UUID], gate: Gate, now: datetime
) -> None:
    """Let a proposal wait in Prefect.

    Its run is written down only when it can be answered: a run that is written down has its
    form. Asked for twice, the same attempt is the same run.

    Args:
        record: The rows.
        client: Prefect.
        ladders: The deployment that runs each ladder.
        gate: The proposal, which has no run as yet.
        now: The moment.
    """
    if gate.attempt == 0:
        if not next_attempt(record.engine, gate):
            return
        gate = replace(gate, attempt=1)
    waiting = read_waiting(record.engine, record.policy, gate.proposal_id, london_date(now))
    if not waiting.awaits or waiting.matter.restricted:
        return
    run = await client.create_flow_run_from_deployment(
        ladders[gate.ladder],
        parameters={"proposal_id": gate.proposal_id, "attempt": gate.attempt},
        state=suspended(waiting.asking),
        name=waiting.name,
        tags=[GATE, waiting.matter.reference],
        idempotency_key=gate.idempotency_key,
    )
    if run.state is None or run.state.is_final():  # it is an old one, of before a backup
        next_attempt(record.engine, gate)
        return
    # It may have been restricted since: then Prefect must not be told what stands there.
    if not is_hidden(record.engine, gate.proposal_id):
        if run.state.is_paused():
            await _complete(record, client, run, waiting)
        record_run(record.engine, gate.proposal_id, gate.attempt, run.id)
    if not holds(record.engine, gate.proposal_id, run.id):
        await forget(client, run.id)


async def _complete(record: Record, client: PrefectClient, run: FlowRun, waiting: Waiting) -> None:
    """Give a new run its form; when it was made for another state of things, ask anew."""
    if run.state is not None and asked(run) == waiting.asking:
        description = waiting.description(record.settings.base_url)
        await store_form(client, run, run.state, Decide, description)
    else:
        await ask_again(record, client, run, waiting)


async def asks_rightly(client: PrefectClient, run: FlowRun, waiting: Waiting) -> bool:
    """Whether a suspended run asks for what has to be decided now, and can be answered.

    Where a process suspends its own run, Prefect does so before it stores the form: killed in
    between, nobody could answer.
    """
    if run.state is None or asked(run) != waiting.asking:
        return False
    kept = {item.key for item in await kept_forms(client, run.id)}
    keys = keys_of(run.state)
    return keys["schema"] in kept and keys["description"] in kept


async def ask_again(record: Record, client: PrefectClient, run: FlowRun, waiting: Waiting) -> None:
    """Put the form of today before whoever decides, in place of the one that stands there.

    An answer to the old form that came in just now wakes the run: it says what its giver saw,
    and so is taken or refused for the right reason.
    """
    state = suspended(waiting.asking)
    changed = asked(run) is not None and asked(run) != waiting.asking
    description = waiting.description(record.settings.base_url, anew=changed)
    await store_form(client, run, state, Decide, description)
    await client.set_flow_run_state(run.id, state, force=True)
    current = set(keys_of(state).values())
    old = [item for item in await kept_forms(client, run.id) if item.key not in current]
    if any(is_answer(item) for item in old):
        await client.set_flow_run_state(run.id, Scheduled(name="Resuming"))
        return
    for item in old:
        await client.delete_flow_run_input(run.id, item.key)


async def end_wait(
    record: Record, client: PrefectClient, gate: Gate, run: FlowRun | None, now: datetime
) -> None:
    """End the wait of a proposal that was decided elsewhere.

    Its run is woken and ends itself: it shows what was done, as after an answer. Where nobody
    carries it out in time, it is ended from here.
    """
    if run is not None and run.state is not None and not run.state.is_final():
        if run.state.is_paused():
            await client.set_flow_run_state(run.id, Scheduled(name=WOKEN))
            return
        if not run.state.is_scheduled() or is_recent(run.state.timestamp, now, WOKEN_FOR):
            return  # it is about to be carried out, or being so
        waiting = read_waiting(record.engine, record.policy, gate.proposal_id, london_date(now))
        outcome: State[None] = Completed(message=waiting.outcome())
        await client.set_flow_run_state(run.id, outcome, force=True)
    if run is not None:
        await remove_forms(client, run.id)
    close(record.engine, gate.proposal_id)


async def forget(client: PrefectClient, run_id: UUID) -> None:
    """Delete a run and all that it says: with it go its tasks, but not its artifacts."""
    with suppress(ObjectNotFound):  # another dispatcher was first
        await remove_forms(client, run_id)
        for artifact in await client.read_artifacts(
            flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run_id]))
        ):
            await client.delete_artifact(artifact.id)
        await client.delete_flow_run(run_id)
