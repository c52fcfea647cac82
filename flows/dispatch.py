"""The one dispatcher: keeps Prefect's flow runs in step with the rows, both ways.

The rows are the truth. `dispatch_new` is the light pass, every two seconds: it opens a gate for
each proposal that waits without one, wakes the gate of each that was decided elsewhere, and starts
a run for each job of bulk work that nobody is at.
`reconcile` is the full pass, every minute: it also mends what killed processes, deleted runs and
an emptied Prefect database leave behind. Both may run at the same time in several places.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Crashed, Scheduled

from flows.bulk import run_name
from flows.forgetting import forget_restricted
from flows.forms import remove_forms, stage_of
from flows.gates import GATE, Gate, close, next_attempt, open_gates, record_run
from flows.record import Record
from flows.runs import PAGE, found
from flows.waiting import read_waiting
from models.bulk import BulkKind
from models.clocks import is_recent
from models.commands.bulk import free_jobs, held_jobs

LADDERS = {
    "maintained": "Maintained school ladder/maintained-school-ladder",
    "academy": "Academy ladder/academy-ladder",
}
STARTING = "Start an escalation/start-an-escalation"
CLOCK = "Clock/clock"
SCHOOL_YEAR = "School year/school-year"
IMPORT = "Import the register/import-the-register"
LETTERS = "Letters in bulk/letters-in-bulk"
LETTERS_DUE = "Level letters due/level-letters-due"
BULK = {
    BulkKind.READ_REGISTER: IMPORT,
    BulkKind.PREPARE_LETTERS: LETTERS,
    BulkKind.ISSUE_LETTERS: LETTERS,
}
ALL = (*LADDERS.values(), STARTING, CLOCK, SCHOOL_YEAR, IMPORT, LETTERS, LETTERS_DUE)

STUCK_AFTER = timedelta(minutes=10)
LATE_AFTER = timedelta(minutes=2)
LONGEST_REST = timedelta(hours=1)
_UNDER_WAY = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)


async def check_registered(client: PrefectClient) -> None:
    """Raises ObjectNotFound when Prefect has lost our deployments, as with its database."""
    for name in ALL:
        await client.read_deployment_by_name(name)


async def dispatch_new(record: Record, client: PrefectClient, now: datetime) -> None:
    """Open what is missing: gates, and runs of bulk work; wake gates that wait for nothing."""
    await _start_bulk(record, client, now)
    for gate in open_gates(record.engine):
        if not gate.awaiting:
            await _end_wait(record, client, gate)
        elif gate.run_id is None:
            await _open(record, client, gate)


async def reconcile(record: Record, client: PrefectClient, now: datetime) -> None:
    """Mend every difference between rows and flow runs."""
    await _crash_stuck(record, client, now)
    await forget_restricted(record, client, now)
    await _drop_late_passes(client, now)
    await _end_strays(record, client)
    await _mend(record, client, now)
    await dispatch_new(record, client, now)


async def _open(record: Record, client: PrefectClient, gate: Gate) -> None:
    """Start the flow run that waits; asking twice for the same attempt gives the same run."""
    if gate.attempt == 0:
        if not next_attempt(record.engine, gate):
            return
        gate = replace(gate, attempt=1)
    waiting = read_waiting(record.engine, record.policy, gate.proposal_id)
    deployment = await client.read_deployment_by_name(LADDERS[gate.ladder])
    run = await client.create_flow_run_from_deployment(
        deployment.id,
        parameters={"proposal_id": gate.proposal_id, "attempt": gate.attempt},
        name=waiting.name,
        tags=[GATE, waiting.escalation.reference],
        idempotency_key=gate.idempotency_key,
    )
    record_run(record.engine, gate.proposal_id, gate.attempt, run.id)


async def _start_bulk(record: Record, client: PrefectClient, now: datetime) -> None:
    """Start a flow run for each job that nobody is at.

    Asked for twice it is the same run, until somebody took the job up, or ten minutes went by.
    """
    for job in free_jobs(record.engine, now):
        deployment = await client.read_deployment_by_name(BULK[job.kind])
        span = int(now.timestamp() // STUCK_AFTER.total_seconds())
        moment = f"{job.queued_at:%Y%m%dT%H%M%S%f}"
        await client.create_flow_run_from_deployment(
            deployment.id,
            parameters={"job_id": job.id},
            name=run_name(job),
            tags=["bulk"],
            idempotency_key=f"bulk-{job.id}-{job.claims}-{moment}-{span}",
        )


async def _end_wait(record: Record, client: PrefectClient, gate: Gate) -> None:
    """Wake the run of a decided proposal: it carries the decision out and closes its gate.

    With no run to wake there is nothing to end: the clock issues what is left.
    """
    run = await _read(client, gate.run_id)
    if run is None or run.state is None or run.state.is_final():
        close(record.engine, gate.proposal_id)
    elif run.state.is_paused():
        await _wake(client, run)


async def _wake(client: PrefectClient, run: FlowRun) -> None:
    # A resume would have to carry an answer to the form: this is the same step without one.
    await client.set_flow_run_state(run.id, Scheduled(name="Resuming"))


async def _read(client: PrefectClient, run_id: UUID | None) -> FlowRun | None:
    if run_id is None:
        return None
    try:
        return await client.read_flow_run(run_id)
    except ObjectNotFound:
        return None


async def _crash_stuck(record: Record, client: PrefectClient, now: datetime) -> None:
    """End the runs whose process was killed: they would stand as pending or running for ever.

    Bulk work may take longer; whoever is at it renews its hold.
    """
    at_work = held_jobs(record.engine, now)
    stuck = [
        run
        async for run in _runs(client, _UNDER_WAY)
        if run.state is not None
        and not is_recent(run.state.timestamp, now, STUCK_AFTER)
        and run.parameters.get("job_id") not in at_work
    ]
    for run in stuck:
        state: State[None] = Crashed(
            message="Its process is gone: nothing was heard of it for ten minutes."
        )
        await client.set_flow_run_state(run.id, state, force=True)
        await remove_forms(client, run.id)


async def _drop_late_passes(client: PrefectClient, now: datetime) -> None:
    """Delete passes of the clock that nobody ran in time: one pass does all that is due."""
    late = [
        run
        async for run in _runs(client, (StateType.SCHEDULED,), deployments=(CLOCK,))
        if run.expected_start_time is not None and now - run.expected_start_time > LATE_AFTER
    ]
    for run in late:
        with suppress(ObjectNotFound):  # another dispatcher was first
            await client.delete_flow_run(run.id)


async def _end_strays(record: Record, client: PrefectClient) -> None:
    """End runs that wait beside the one that counts, so that no proposal is shown twice."""
    waiting = [run async for run in _runs(client, (StateType.PAUSED,), tuple(LADDERS.values()))]
    # Read after the runs: whatever waits was recorded before it began to wait.
    counted = {gate.run_id for gate in open_gates(record.engine)}
    for run in waiting:
        if run.id not in counted:
            await remove_forms(client, run.id)
            await client.set_flow_run_state(run.id, Cancelled(message="Nothing waits here."))


async def _mend(record: Record, client: PrefectClient, now: datetime) -> None:
    """Give every proposal that waits a run that waits, with the right approver named."""
    gates = [gate for gate in open_gates(record.engine) if gate.awaiting and gate.run_id]
    runs = await _by_id(client, [gate.run_id for gate in gates if gate.run_id])
    for gate in gates:
        run = runs.get(gate.run_id)
        if run is None:
            next_attempt(record.engine, gate)
        elif run.state is None or _over(run, gate.attempt, now):
            # An answer that nobody took carries a code.
            await remove_forms(client, run.id)
            next_attempt(record.engine, gate)
        elif run.state.is_paused() and not await _asks_rightly(client, run, gate.stage):
            await _wake(client, run)


async def _asks_rightly(client: PrefectClient, run: FlowRun, stage: int) -> bool:
    """Whether a suspended run waits for this stage and has a form to be answered with.

    Prefect suspends a run before it stores the form: killed in between, nobody could answer.
    """
    details = run.state.state_details if run.state else None
    if details is None or details.run_input_keyset is None:
        return False
    if stage_of(details.pause_key) != stage:
        return False
    form = details.run_input_keyset["schema"]
    return bool(
        await client.filter_flow_run_input(run.id, key_prefix=form, limit=1, exclude_keys=set())
    )


def _over(run: FlowRun, attempts: int, now: datetime) -> bool:
    """Whether a run ended without a decision and it is time for another.

    One that failed will likely fail again: it rests longer after every attempt.
    """
    if run.state is None or not run.state.is_final():
        return False
    rest = min(timedelta(minutes=attempts), LONGEST_REST) if run.state.is_failed() else timedelta(0)
    return not is_recent(run.state.timestamp, now, rest)


async def _runs(
    client: PrefectClient, states: Sequence[StateType], deployments: Sequence[str] = ALL
) -> AsyncIterator[FlowRun]:
    """Our flow runs in these states."""
    names = [name.rpartition("/")[2] for name in deployments]
    in_states = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states)))
    )
    ours = DeploymentFilter(name=DeploymentFilterName(any_=names))
    async for run in found(client, in_states, ours):
        yield run


async def _by_id(client: PrefectClient, ids: Sequence[UUID]) -> dict[UUID | None, FlowRun]:
    found: dict[UUID | None, FlowRun] = {}
    for first in range(0, len(ids), PAGE):
        wanted = FlowRunFilterId(any_=list(ids[first : first + PAGE]))
        page = await client.read_flow_runs(flow_run_filter=FlowRunFilter(id=wanted), limit=PAGE)
        found.update({run.id: run for run in page})
    return found
