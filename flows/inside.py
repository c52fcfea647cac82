"""Flow runs carried out inside the runner's own process, in lanes.

A process of its own costs a run 2.5 seconds of a processor, most of it for imports; here the same
run takes some tenths of one. It is for runs that take moments: what takes minutes has a process.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas import OrchestrationResult
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import SetStateStatus
from prefect.exceptions import Pause
from prefect.flow_engine import run_flow_async
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.states import Pending

# Where a deployment has a work pool, its worker comes first; a run that it leaves lying is ours.
POOL_COMES_FIRST = timedelta(seconds=30)

_log = logging.getLogger("prefect.scc")


@dataclass(frozen=True)
class Served:
    """A deployment whose runs are carried out here."""

    flow: Flow[Any, Any]
    lane: str
    has_pool: bool = False

    def is_due(self, run: FlowRun, now: datetime) -> bool:
        """Whether a run is ours to take up at this moment."""
        due_at = run.next_scheduled_start_time
        patience = POOL_COMES_FIRST if self.has_pool else timedelta(0)
        return due_at is not None and due_at + patience <= now


@dataclass
class Inside:
    """The runs of some deployments, so many at once in each lane.

    What is under way stays in `under_way`, which outlives this when the server is lost.
    """

    served: Mapping[UUID, Served]
    at_once: Mapping[str, int]
    under_way: set[asyncio.Task[None]]
    _lanes: dict[UUID, str] = field(default_factory=dict)

    async def take_up(self, client: PrefectClient, now: datetime) -> None:
        """Begin the runs that are due, the earliest first, as far as their lanes have room."""
        scheduled = await client.get_scheduled_flow_runs_for_deployments(
            list(self.served), scheduled_before=now
        )
        for run in scheduled:
            served = self.served.get(run.deployment_id) if run.deployment_id else None
            if served is not None and served.is_due(run, now) and self._has_room(run, served):
                self._begin(run, served)

    def _has_room(self, run: FlowRun, served: Served) -> bool:
        taken = list(self._lanes.values()).count(served.lane)
        return run.id not in self._lanes and taken < self.at_once[served.lane]

    def _begin(self, run: FlowRun, served: Served) -> None:
        self._lanes[run.id] = served.lane
        task = asyncio.create_task(_perform(served.flow, run))
        self.under_way.add(task)
        task.add_done_callback(partial(self._end, run.id))

    def _end(self, run_id: UUID, task: asyncio.Task[None]) -> None:
        del self._lanes[run_id]
        self.under_way.discard(task)


async def _perform(flow: Flow[Any, Any], run: FlowRun) -> None:
    """Carry a run out, until it waits or ends; whatever becomes of it, the runner goes on."""
    try:
        # A heartbeat would be one more event of each run, and none lasts until the second.
        with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
            await carry_out(flow, run)
    except Exception as trouble:
        _log.warning("Run %s could not be carried out: %r", run.id, trouble)


async def carry_out(flow: Flow[Any, Any], run: FlowRun) -> None:
    """Carry a scheduled run out, until it waits or ends; nothing when somebody else has taken it.

    Two runners see the same run: whoever has it pending first carries it out.
    """
    async with get_client() as client:
        taken: OrchestrationResult[Any] = await client.set_flow_run_state(run.id, Pending())
        if taken.status is not SetStateStatus.ACCEPT:
            return
        pending = await client.read_flow_run(run.id)
    try:
        await run_flow_async(flow, pending, pending.parameters, return_type="state")
    except Pause:
        return  # it waits for another answer
