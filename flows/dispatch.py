"""The one dispatcher: keeps Prefect's flow runs in step with the rows, both ways.

The rows are the truth. `dispatch_new` is the light pass, every two seconds: it lets each proposal
wait in Prefect, wakes the run of each that was decided elsewhere, and starts a run for each job of
bulk work that nobody is at.
`reconcile` is the full pass, every minute: it also mends what killed processes, deleted runs and
an emptied Prefect database leave behind. Both may run at the same time in several places, and
yet ask Prefect for one thing after the other: its SQLite database is slower when asked for two.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateName,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Crashed

from flows.bulk import run_name
from flows.clock import NOTHING_DUE
from flows.forgetting import forget_restricted
from flows.forms import remove_forms
from flows.gates import NO_LADDER, Gate, holds, next_attempt, open_gates
from flows.record import Record
from flows.runs import PAGE, found
from flows.waiting import read_waiting
from flows.waits import ask_again, asks_rightly, end_wait, open_wait
from models.clocks import is_recent, london_date
from models.work import BulkKind, free_jobs, held_jobs

LADDERS = {
    "maintained": "Maintained school ladder/maintained-school-ladder",
    "academy": "Academy ladder/academy-ladder",
    NO_LADDER: "School record/school-record",
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
IDLE_PASSES_STAY = timedelta(minutes=10)
LONGEST_REST = timedelta(hours=1)
_UNDER_WAY = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)


class NotRegisteredError(Exception):
    """Prefect does not know our deployments: it has lost its database."""


async def registered(client: PrefectClient) -> dict[str, UUID]:
    """The deployments that Prefect knows, by name; raises NotRegisteredError when it lacks one."""
    names = [name.rpartition("/")[2] for name in ALL]
    ours = DeploymentFilter(name=DeploymentFilterName(any_=names))
    known = {each.name: each.id for each in await client.read_deployments(deployment_filter=ours)}
    if missing := [name for name in names if name not in known]:
        raise NotRegisteredError(", ".join(missing))
    return {name: known[name.rpartition("/")[2]] for name in ALL}


async def dispatch_new(record: Record, client: PrefectClient, now: datetime) -> None:
    """Open what is missing, wake what waits for nothing, and start bulk work; in this order."""
    deployments = await registered(client)
    gates = open_gates(record.engine)
    ladders = {name: deployments[deployment] for name, deployment in LADDERS.items()}
    for gate in gates:
        if gate.awaiting and gate.run_id is None:
            await open_wait(record, client, ladders, gate, now)
    await _end_waits(record, client, [gate for gate in gates if not gate.awaiting], now)
    await _start_bulk(record, client, deployments, now)


async def reconcile(record: Record, client: PrefectClient, now: datetime) -> None:
    """Mend every difference between rows and flow runs.

    Forms are looked at when everything waits again: it takes long where much waits, and a pass
    that a busy server cuts off begins anew.
    """
    await _crash_stuck(record, client, now)
    await forget_restricted(record, client, now)
    await _replace_lost(record, client, now)
    await dispatch_new(record, client, now)
    await _mend_forms(record, client, now)
    await _drop_late_passes(client, now)
    await _drop_idle_passes(client, now)
    await _end_strays(record, client)


async def _end_waits(
    record: Record, client: PrefectClient, decided: Sequence[Gate], now: datetime
) -> None:
    runs = await _by_id(client, [gate.run_id for gate in decided if gate.run_id])
    for gate in decided:
        with suppress(ObjectNotFound):  # deleted just now: the next pass closes it
            await end_wait(record, client, gate, runs.get(gate.run_id), now)


async def _start_bulk(
    record: Record, client: PrefectClient, deployments: Mapping[str, UUID], now: datetime
) -> None:
    """Start a flow run for each job that nobody is at.

    Asked for twice it is the same run, until somebody took the job up, or ten minutes went by.
    """
    for job in free_jobs(record.engine, now):
        span = int(now.timestamp() // STUCK_AFTER.total_seconds())
        moment = f"{job.queued_at:%Y%m%dT%H%M%S%f}"
        await client.create_flow_run_from_deployment(
            deployments[BULK[job.kind]],
            parameters={"job_id": job.id},
            name=run_name(job),
            tags=["bulk"],
            idempotency_key=f"bulk-{job.id}-{job.claims}-{moment}-{span}",
        )


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


async def _drop_idle_passes(client: PrefectClient, now: datetime) -> None:
    """Delete passes of the clock in which nothing was due: they would hide the others."""
    idle = FlowRunFilter(
        state=FlowRunFilterState(name=FlowRunFilterStateName(any_=[NOTHING_DUE])),
        end_time=FlowRunFilterEndTime(before_=now - IDLE_PASSES_STAY),  # type: ignore[arg-type]
    )
    clock = DeploymentFilter(name=DeploymentFilterName(any_=[CLOCK.rpartition("/")[2]]))
    for run in [run async for run in found(client, idle, clock)]:
        with suppress(ObjectNotFound):  # another dispatcher was first
            await client.delete_flow_run(run.id)


async def _end_strays(record: Record, client: PrefectClient) -> None:
    """End runs that wait beside the one that counts, so that no proposal is shown twice."""
    waiting = [run async for run in _runs(client, (StateType.PAUSED,), tuple(LADDERS.values()))]
    # Read after the runs: of those that wait all were written down, or are about to be.
    gates = open_gates(record.engine)
    counted = {gate.run_id for gate in gates}
    coming = {gate.idempotency_key for gate in gates if gate.run_id is None}
    for run in waiting:
        if run.id not in counted and run.idempotency_key not in coming:
            await remove_forms(client, run.id)
            await client.set_flow_run_state(run.id, Cancelled(message="Nothing waits here."))


async def _replace_lost(record: Record, client: PrefectClient, now: datetime) -> None:
    """Let the next attempt follow on every run that is gone or over without a decision."""
    for gate, run in await _waiting_runs(record, client):
        if run is None:
            next_attempt(record.engine, gate)
        elif run.state is None or _over(run, gate.attempt, now):
            # An answer that nobody took carries a code.
            await remove_forms(client, run.id)
            next_attempt(record.engine, gate)


async def _mend_forms(record: Record, client: PrefectClient, now: datetime) -> None:
    """Let every run that waits ask for what has to be decided today."""
    for gate, run in await _waiting_runs(record, client):
        if run is None or run.state is None or not run.state.is_paused():
            continue
        waiting = read_waiting(record.engine, record.policy, gate.proposal_id, london_date(now))
        if not waiting.awaits or await asks_rightly(client, run, waiting):
            continue
        # It may have been restricted since: then Prefect must not be told what stands there.
        if holds(record.engine, gate.proposal_id, run.id):
            with suppress(ObjectNotFound):  # deleted just now: the next pass opens another
                await ask_again(record, client, run, waiting)


async def _waiting_runs(record: Record, client: PrefectClient) -> list[tuple[Gate, FlowRun | None]]:
    """Every proposal that waits and has a run, with the run as Prefect has it."""
    gates = [gate for gate in open_gates(record.engine) if gate.awaiting and gate.run_id]
    runs = await _by_id(client, [gate.run_id for gate in gates if gate.run_id])
    return [(gate, runs.get(gate.run_id)) for gate in gates]


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
