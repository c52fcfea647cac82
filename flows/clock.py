"""The clock as a flow: what is due is done, and shown."""

from asyncio import to_thread
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.acts import waiting_letters
from flows.due import done_since, due_now, place_now
from flows.record import Record, opened
from flows.showing import act, issue
from models.evidence.keeping import sweep
from models.upkeep.clock import Tick, stamp, tick
from notifications.issuing import issue_letters

NOTHING_DUE = "Nothing due"


@flow(name="Clock", flow_run_name="A pass of the clock")
async def clock() -> State[Any]:
    """One pass of the clock: deadlines, reminders, letters to be issued.

    What uploads that died left behind is removed too. Runs every minute. Every part finds for
    itself what is left to do, so that a pass that was missed or killed costs nothing. Keeping
    Prefect in step is for the runner alone.
    """
    with opened() as record:
        now = datetime.now(UTC)
        before = await to_thread(place_now, record.engine)
        ticked = await _tick(record, now)
        for letter in await to_thread(waiting_letters, record.engine):
            await issue(record, letter, now)
        await to_thread(issue_letters, record.engine, record.policy, now)
        await to_thread(sweep, record.engine, record.settings, now)
        await to_thread(stamp, record.engine, now)
        done = await to_thread(done_since, record.engine, before, now)
        return _said({**done, **_besides(ticked)})


async def _tick(record: Record, now: datetime) -> Tick:
    """All that is due, as a task named after it where there is something; it may be done twice."""
    ticks: list[Tick] = []

    async def done() -> State[Any]:
        ticks.append(await to_thread(tick, record.engine, record.policy, now))
        return Completed(message=f"As of {now:%H:%M:%S} UTC.")

    due = await to_thread(due_now, record.engine, now)
    if due:
        await act(due, done, again=True)
    else:
        await done()
    return ticks[-1]


def _besides(ticked: Tick) -> dict[str, int]:
    """What a pass does that is of no case."""
    return {
        "Digests queued": ticked.digests,
        "Officers reminded of duties": ticked.duties_reminded,
        "Batches of letters begun": ticked.batches_begun,
        "Evaluations compiled": ticked.evaluations_compiled,
        "Levels asked of": ticked.levels_asked_of,
        "Schools reminded of reports": ticked.schools_reminded,
    }


def _said(done: Mapping[str, int]) -> State[Any]:
    words = [f"{what}: {count}." for what, count in done.items() if count]
    if not words:
        return Completed(name=NOTHING_DUE)
    return Completed(message=" ".join(words))
