"""Prefect in tests: a real server, and flow runs carried out in this process, one at a time.

Nothing happens by itself here: a test says when the dispatcher passes and when a run is run, so
it can stop between any two of them.
"""

import asyncio
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, State, TaskRun
from prefect.client.schemas.sorting import FlowRunSort
from sqlmodel import col, select

from flows.bulk import letters_in_bulk
from flows.clock import clock
from flows.dispatch import dispatch_new, reconcile
from flows.inside import carry_out
from flows.ladders import academy_ladder, maintained_school_ladder, school_record
from flows.record import Record
from flows.runner import deployments
from flows.starting import start_an_escalation
from models.approvals.tables import Proposal
from models.database import read, write
from models.events import Event
from models.people.credentials import issue_code
from models.people.tables import Officer
from tests.support.cases import Case

FLOWS = {
    flow.name: flow
    for flow in (maintained_school_ladder, academy_ladder, school_record, clock, letters_in_bulk)
}


@dataclass
class Clockwork:
    """A case and the Prefect server that shows what of it waits."""

    record: Record
    client: PrefectClient
    case: Case

    def code(self, name: str) -> str:
        """A new personal code of one of the council's officers."""
        officer: Officer = self.case.council.officers[name]
        with write(self.record.engine) as session:
            return issue_code(session, now=datetime.now(UTC), officer=officer)

    async def every_run(self) -> list[FlowRun]:
        """All flow runs that the server of this test run knows: it gives 200 at once."""
        found: list[FlowRun] = []
        while page := await self.client.read_flow_runs(
            sort=FlowRunSort.ID_DESC, limit=200, offset=len(found)
        ):
            found += page
        return found

    async def register(self) -> None:
        """Tell Prefect of our flows, as the runner does when it starts."""
        for deployment in await deployments(self.record.policy):
            await deployment.aapply()

    async def dispatch(self, now: datetime | None = None) -> None:
        """The light pass."""
        await dispatch_new(self.record, self.client, now or datetime.now(UTC))

    async def reconcile(self, now: datetime | None = None) -> None:
        """The full pass."""
        await reconcile(self.record, self.client, now or datetime.now(UTC))

    async def perform(self, run_id: UUID) -> FlowRun:
        """Carry a flow run out as the runner does, until it waits or ends."""
        run = await self.client.read_flow_run(run_id)
        flow = FLOWS.get((await self.client.read_flow(run.flow_id)).name, start_an_escalation)
        await carry_out(flow, run)
        return await self.client.read_flow_run(run_id)

    async def gate(self, proposal: Proposal) -> FlowRun | None:
        """The flow run that the rows name for a proposal."""
        with read(self.record.engine) as session:
            run_id = session.get_one(Proposal, proposal.id).gate_run_id
        return await self.client.read_flow_run(UUID(run_id)) if run_id else None

    async def runs(self) -> list[FlowRun]:
        """Every run that was opened for this case's proposals."""
        keys = {f"gate-{each.id}-" for each in self.case.all(Proposal)}
        moment = f"{self.case.now:%Y%m%dT%H%M%S%f}"
        return [
            run
            for run in await self.every_run()
            if run.idempotency_key
            and run.idempotency_key.endswith(moment)
            and run.idempotency_key.startswith(tuple(keys))
        ]

    async def open_gate(self, proposal: Proposal) -> FlowRun:
        """Dispatch, and the run that waits for the proposal then."""
        await self.dispatch()
        run = await self.gate(proposal)
        assert run is not None
        return run

    async def answer(self, run: FlowRun, **answer: Any) -> FlowRun:
        """Fill in the form of a waiting run and let it go on."""
        result = await self.client.resume_flow_run(run.id, run_input=answer)
        assert result.status.value == "ACCEPT", result.details
        return await self.perform(run.id)

    async def state(self, run: FlowRun) -> State[Any]:
        """The state of a run as it is now."""
        state = (await self.client.read_flow_run(run.id)).state
        assert state is not None
        return state

    async def form(self, run: FlowRun) -> str:
        """What stands above the form of a waiting run."""
        keys = (await self.client.read_flow_run(run.id)).state.state_details.run_input_keyset
        return json.loads(await self.client.read_flow_run_input(run.id, keys["description"]))

    async def kept(self, run: FlowRun) -> list[str]:
        """The keys of everything that Prefect keeps of a run's forms and answers."""
        kept = await self.client.filter_flow_run_input(
            run.id, key_prefix="", limit=200, exclude_keys=set()
        )
        return [item.key for item in kept]

    async def acts(self, run: FlowRun, how_many: int) -> list[str]:
        """The run's tasks by name, in their order; the server writes them down a little later."""
        names = [task.name for task in await self._tasks(run, how_many)]
        assert len(names) == how_many, names
        return names

    async def act(self, run: FlowRun, name: str) -> State[Any]:
        """How a task of the run ended."""
        [state] = [task.state for task in await self._tasks(run, 1) if task.name == name]
        return state

    async def _tasks(self, run: FlowRun, at_least: int) -> list[TaskRun]:
        ours = FlowRunFilter(id=FlowRunFilterId(any_=[run.id]))
        give_up = time.monotonic() + 15
        while True:
            tasks = await self.client.read_task_runs(flow_run_filter=ours)
            ended = [task for task in tasks if task.state and task.state.is_final()]
            if (len(ended) >= at_least and len(ended) == len(tasks)) or time.monotonic() > give_up:
                return sorted(ended, key=lambda task: task.start_time)
            await asyncio.sleep(0.05)

    async def artifacts(self, run: FlowRun) -> dict[str, Any]:
        """What the run shows as artifacts, by key."""
        ours = FlowRunFilter(id=FlowRunFilterId(any_=[run.id]))
        found = await self.client.read_artifacts(flow_run_filter=ours)
        return {artifact.key: artifact.data for artifact in found}


def formal_letter_proposed(clockwork: Clockwork) -> Proposal:
    """The Service has reached the first formal letter, which waits for the Head of Service."""
    case = clockwork.case.started().climb_to("informal_governing_body")
    case.fail_step()
    return_the_notes(case)
    return case.propose("advance", reason="Nothing has improved.")


def return_the_notes(case: Case) -> None:
    """Of what waits on the way up nothing is left, so that one proposal waits in Prefect."""
    for note in case.awaiting:
        case.decide(note, "hos", "return", "No note is needed.")


def record_of(clockwork: Clockwork) -> list[Event]:
    """Everything that is on record, of this case or of none."""
    with read(clockwork.record.engine) as session:
        return list(session.exec(select(Event).order_by(col(Event.sequence))))
