"""What a run does, shown in Prefect: a task for each act, letters and deadlines as artifacts.

Prefect shows and the rows hold: a task that is lost, doubled or killed changes nothing, and what
Prefect does not take is not shown. No task's name says of which school or escalation it is; that
stands in artifacts, which are made of unrestricted cases alone and forgotten with their run.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from prefect import get_client, task
from prefect.artifacts import Artifact, MarkdownArtifact, TableArtifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows.acts import Acts, ShownLetter, acts_of, deliveries, text_of
from flows.forms import inline, plain
from flows.gates import holds
from flows.record import Record
from models.clocks import london_date
from notifications.issuing import issue_letter

Act = Callable[[], Awaitable[State[Any]]]

# Of an act that may be done twice: seconds before each time that it is tried again.
RETRY_AFTER = [1.0, 5.0]
PATIENCE = 10.0  # seconds that Prefect has to take or say what is only for looking at

DONE = "Completed"

_log = logging.getLogger("prefect.scc")


@task(name="Act", cache_policy=NO_CACHE, persist_result=False)
async def _act(do: Act) -> State[Any]:
    return await do()


async def act(name: str, do: Act, *, again: bool = False) -> State[Any]:
    """Do something as a task of the run in hand, and give its state; raises what it raises.

    Args:
        name: What the act is called in Prefect.
        do: The act; what it was given (a code, for instance) stands nowhere in Prefect.
        again: Whether it is tried again when it fails: it must be possible twice.
    """
    if FlowRunContext.get() is None:
        return await do()  # outside a run there is nobody to show it to
    raised: list[Exception] = []

    async def watched() -> State[Any]:
        raised.clear()
        try:
            return await do()
        except Exception as trouble:
            raised.append(trouble)
            raise

    options: dict[str, Any] = {"task_run_name": name.replace("{", "{{").replace("}", "}}")}
    if again:
        options |= {
            "retries": len(RETRY_AFTER),
            "retry_delay_seconds": RETRY_AFTER,
            "retry_condition_fn": lambda *_: bool(raised),
        }
    shown: Any = _act.with_options(**options)
    state: State[Any] = await shown(watched, return_state=True)
    for trouble in raised:
        raise trouble
    return state


async def say(name: str, message: str) -> None:
    """Show an act that was done elsewhere, or with another in one transaction."""

    async def done() -> State[Any]:
        return Completed(message=message, name=DONE)

    await act(name, done)


async def carry_out(record: Record, proposal_id: int, taken: Sequence[str]) -> None:
    """Do what follows from the decision on a proposal, each act as a task of its own.

    Args:
        record: The rows.
        proposal_id: The proposal, which was decided.
        taken: The decisions that the run took just now, as acts.
    """
    acts = await asyncio.to_thread(acts_of, record.engine, proposal_id)
    if acts is None:
        return  # restricted since: the runner issues its letters, and Prefect hears of nothing
    shown = {*taken, *await _taken_before()}
    for decision in acts.decisions:
        if decision.act not in shown:
            await say(decision.act, decision.outcome)
    for letter in acts.letters:
        await issue(record, letter, datetime.now(UTC))
    for deadline in acts.deadlines:
        await say(deadline.act, deadline.outcome)
    letters = [letter.id for letter in acts.letters]
    for delivery in await asyncio.to_thread(deliveries, record.engine, letters):
        await say(f"Deliver to {delivery.to}", delivery.outcome)
    for letter in acts.letters:
        await _keep(record, proposal_id, partial(_letter, record, acts.reference, letter))
    if acts.deadlines:
        await _keep(record, proposal_id, partial(_table, acts))


async def _taken_before() -> set[str]:
    """The acts that the run has completed: it takes one answer each time that it runs."""
    ours = FlowRunFilter(id=FlowRunFilterId(any_=[UUID(flow_run.id)]))
    try:
        async with asyncio.timeout(PATIENCE), get_client() as client:
            runs = await client.read_task_runs(flow_run_filter=ours)
    except Exception as trouble:
        _log.warning("Prefect did not say what a run has shown: %r", trouble)
        return set()
    return {run.name for run in runs if run.state_name == DONE}


async def issue(record: Record, letter: ShownLetter, now: datetime) -> None:
    """Issue an approved letter, unless somebody was first; the delivery worker sends it."""

    async def done() -> State[Any]:
        if await asyncio.to_thread(issue_letter, record.engine, record.policy, letter.id, now):
            return Completed(message=f"{letter.title}: issued, and with the delivery worker.")
        return Failed(message="It cannot be printed. It stays approved; its case officer is told.")

    await act(f"Issue the letter to {letter.to}", done, again=True)


# Artifacts ---------------------------------------------------------------------------------


def _letter(record: Record, reference: str, letter: ShownLetter) -> Artifact:
    today = london_date(datetime.now(UTC))
    text = text_of(record.engine, record.policy, letter.id, today)
    return MarkdownArtifact(
        key=f"{reference.lower()}-letter-{letter.number}",
        description=f"{reference}/{letter.number}: {letter.title}, version {letter.version}.",
        markdown=f"# {inline(letter.title)}\n\n{plain(text)}",
    )


def _table(acts: Acts) -> Artifact:
    return TableArtifact(
        key=f"{acts.reference.lower()}-deadlines",
        description=f"{acts.reference}: what is due, and when somebody is reminded of it.",
        table=[line for deadline in acts.deadlines for line in deadline.lines()],
    )


async def _keep(record: Record, proposal_id: int, make: Callable[[], Artifact]) -> None:
    """Give the run an artifact; when Prefect does not take it the work goes on.

    The case may be restricted while it is made: then it is taken away again.
    """
    run_id = UUID(flow_run.id)

    def may_be_shown() -> bool:
        return holds(record.engine, proposal_id, run_id)

    try:
        if not await asyncio.to_thread(may_be_shown):
            return
        async with asyncio.timeout(PATIENCE), get_client() as client:
            artifact = await asyncio.to_thread(make)
            kept = await artifact.acreate(client)
            if not await asyncio.to_thread(may_be_shown):
                await client.delete_artifact(kept.id)
    except Exception as trouble:
        _log.warning("Prefect was not shown an artifact: %r", trouble)
