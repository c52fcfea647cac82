"""The runner: serves the flows to a Prefect server and keeps Prefect in step with the rows.

It outlives the server: whenever the server goes away, or comes back without what it knew, the
flows are registered anew and a full pass of reconciliation follows. What is under way then is left
to end by itself, and nothing waits for it.
"""

import asyncio
import logging
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from prefect import Flow, get_client
from prefect.client.orchestration import PrefectClient
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound
from prefect.runner import Runner
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from flows.bulk import import_the_register, letters_in_bulk, level_letters_due
from flows.clock import clock
from flows.dispatch import dispatch_new, reconcile
from flows.inside import Inside, Served
from flows.ladders import academy_ladder, described, maintained_school_ladder, school_record
from flows.patience import patient_client
from flows.record import Record, opened
from flows.school_year import school_year
from flows.starting import start_an_escalation
from flows.telling import Teller
from models import pulse
from models.policy import Policy
from notifications.issuing import approved_letters, issue_letters

POLL_SECONDS = 2
# A call that was begun while the server went or came may wait for minutes: then it is begun anew.
REGISTERED_WITHIN = 45.0  # seconds
FULL_PASS_EVERY = 60.0  # seconds from the end of one to the next
LOST_AFTER = 3
FAREWELL = 10.0  # seconds that what is under way has when the runner is told to stop

# How many flow runs at once, in lanes: neither an answer nor a pass of the clock stands in a queue
# behind bulk work, which takes minutes. In a work pool the lanes are work queues (prefect.yaml).
AT_ONCE = {"clock": 1, "transitions": 3, "work": 2}
LANES = {
    "maintained-school-ladder": "transitions",
    "academy-ladder": "transitions",
    "school-record": "transitions",
    "start-an-escalation": "transitions",
    "clock": "clock",
    "school-year": "work",
    "import-the-register": "work",
    "letters-in-bulk": "work",
    "level-letters-due": "work",
}

# Their runs take moments, and are carried out in this process (flows/inside.py).
INSIDE = ("clock", "transitions")
FLOWS: dict[str, Flow[Any, Any]] = {
    "maintained-school-ladder": maintained_school_ladder,
    "academy-ladder": academy_ladder,
    "school-record": school_record,
    "start-an-escalation": start_an_escalation,
    "clock": clock,
}

_log = logging.getLogger("prefect.scc")


class _Runner(Runner):
    """Prefect's runner for one lane, which leaves it to us what SIGTERM means."""

    def __init__(self, lane: str, stop: asyncio.Event) -> None:
        # Passes of the clock that were missed meanwhile are dropped by reconciliation, so the
        # schedule need not be paused: nobody would start it again after a kill.
        super().__init__(
            name=f"scc-{lane}",
            query_seconds=POLL_SECONDS,
            limit=AT_ONCE[lane],
            pause_on_shutdown=False,
        )
        self._stop_event = stop
        self._running_loop = asyncio.get_running_loop()

    def handle_sigterm(self, *_args: Any, **_kwargs: Any) -> None:
        self._running_loop.call_soon_threadsafe(self._stop_event.set)

    async def cancel_all(self) -> None:
        """End what is under way when we were told to stop, and only then.

        Prefect would have to be asked about each run. When it was lost it is away, or has never
        heard of them: that takes minutes, and they end by themselves.
        """
        if self._stop_event.is_set():
            await super().cancel_all()


async def deployments(policy: Policy) -> list[RunnerDeployment]:
    """The same deployments as in prefect.yaml, to be run by this process.

    Those of the ladders are described by the policy, and so are those that prefect.yaml made.
    """
    every_minute = Cron("* * * * *", timezone="Europe/London", slug="every-minute")
    weekdays = Cron("30 7 * * 1-5", timezone="Europe/London", slug="weekdays-0730")
    mornings = Cron("15 8 * * 1-5", timezone="Europe/London", slug="weekdays-0815")
    options: dict[str, Any] = {"entrypoint_type": EntrypointType.MODULE_PATH}
    return [
        await maintained_school_ladder.ato_deployment(
            "maintained-school-ladder",
            description=described(maintained_school_ladder, policy.ladder("maintained")),
            **options,
        ),
        await academy_ladder.ato_deployment(
            "academy-ladder",
            description=described(academy_ladder, policy.ladder("academy")),
            **options,
        ),
        await school_record.ato_deployment("school-record", **options),
        await start_an_escalation.ato_deployment("start-an-escalation", **options),
        await clock.ato_deployment("clock", schedules=[every_minute], **options),
        await school_year.ato_deployment("school-year", schedules=[mornings], **options),
        await import_the_register.ato_deployment("import-the-register", **options),
        await letters_in_bulk.ato_deployment("letters-in-bulk", **options),
        await level_letters_due.ato_deployment(
            "level-letters-due", schedules=[weekdays], **options
        ),
    ]


def run() -> None:
    """Serve until SIGTERM or SIGINT.

    In a thread: while it carries out a flow in a main thread, Prefect takes SIGTERM there to mean
    the end of that flow, by an exception wherever the process is, and forgets who had it before.
    """
    stop = asyncio.Event()
    with asyncio.Runner() as loops, ThreadPoolExecutor(1) as thread:
        loop = loops.get_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
        thread.submit(loops.run, _run(stop)).result()


async def _run(stop: asyncio.Event) -> None:
    under_way: set[asyncio.Task[None]] = set()
    with opened() as record:
        turning = asyncio.create_task(_turn(pulse.begin()))
        issuing = asyncio.create_task(_issue(record))
        while not stop.is_set():
            try:
                await _serve(record, stop, under_way)
            except Exception as lost:  # whatever it is, waits in Prefect must come back
                _log.warning("Prefect is not to be had, trying again: %r", lost)
                await _pause(stop)
        issuing.cancel()
        turning.cancel()
        await _end(under_way)


async def _serve(record: Record, stop: asyncio.Event, under_way: set[asyncio.Task[None]]) -> None:
    """Register the flows and run them until told to stop; raises when the server is lost.

    What is left of the runners then, because it is under way, stays in `under_way`.
    """
    runners, inside = await asyncio.wait_for(
        _registered(record.policy, stop, under_way), REGISTERED_WITHIN
    )
    serving = {runner: asyncio.create_task(runner.start()) for runner in runners}
    for each in serving.values():
        under_way.add(each)
        each.add_done_callback(under_way.discard)
    others = (
        asyncio.create_task(_dispatch(record)),
        asyncio.create_task(_take_up(inside)),
        asyncio.create_task(stop.wait()),
    )
    try:
        done, _ = await asyncio.wait(
            [*serving.values(), *others], return_when=asyncio.FIRST_COMPLETED
        )
        for task in done:
            task.result()
    finally:
        for task in others:
            task.cancel()
        leaving = map(_leave, serving, serving.values())
        await asyncio.gather(*others, *leaving, return_exceptions=True)


async def _registered(
    policy: Policy, stop: asyncio.Event, under_way: set[asyncio.Task[None]]
) -> tuple[list[_Runner], Inside]:
    """Register the flows with Prefect: who runs them in processes, and who in this one."""
    runners = {lane: _Runner(lane, stop) for lane in AT_ONCE if lane not in INSIDE}
    served: dict[UUID, Served] = {}
    async with get_client() as client:
        for deployment in await deployments(policy):
            lane = LANES[deployment.name]
            if lane in runners:
                await runners[lane].aadd_deployment(deployment)
                continue
            known = await client.read_deployment(await deployment.aapply())
            has_pool = known.work_pool_name is not None
            served[known.id] = Served(FLOWS[deployment.name], lane, has_pool)
    return list(runners.values()), Inside(served, AT_ONCE, under_way)


async def _leave(runner: _Runner, serving: asyncio.Task[None]) -> None:
    """Let a runner start nothing more."""
    if not runner.started:
        serving.cancel()
        return
    with suppress(Exception):
        await asyncio.wait_for(runner.astop(), FAREWELL)


async def _end(under_way: set[asyncio.Task[None]]) -> None:
    """Wait a little for what is under way, then kill it."""
    if not under_way:
        return
    _, left = await asyncio.wait(under_way, timeout=FAREWELL)
    for task in left:
        task.cancel()
    if left:
        await asyncio.wait(left, timeout=FAREWELL)


async def _turn(lives: pulse.Pulse) -> None:
    """Show that the event loop goes round, on which everything here waits for its turn.

    A pass over much that waits in Prefect takes minutes, and lets others have theirs.
    """
    while True:
        lives.turn()
        await asyncio.sleep(1)


async def _issue(record: Record) -> None:
    """Issue what was approved, at whichever door; what it cannot issue is left to the clock."""
    tried: set[int] = set()
    while True:
        try:
            tried = await asyncio.to_thread(_issue_new, record, tried)
        except Exception:  # whatever it is, the next pass may do better
            _log.exception("Letters could not be issued")
        await asyncio.sleep(POLL_SECONDS)


def _issue_new(record: Record, tried: set[int]) -> set[int]:
    if approved_letters(record.engine) <= tried:
        return tried
    issue_letters(record.engine, record.policy, datetime.now(UTC))
    return approved_letters(record.engine)


async def _dispatch(record: Record) -> None:
    """Pass after pass; raises when the server is lost or no longer knows the deployments."""
    full_pass_at = time.monotonic()  # a clock that is put right would hold it up
    failures = 0
    teller = Teller(record)
    async with patient_client() as client:
        while failures < LOST_AFTER:
            now = datetime.now(UTC)
            try:
                if time.monotonic() >= full_pass_at:
                    await reconcile(record, client, now)
                    full_pass_at = time.monotonic() + FULL_PASS_EVERY
                else:
                    await dispatch_new(record, client, now)
                failures = 0
                await _tell(teller, client)
            except (httpx.HTTPStatusError, ObjectNotFound) as refused:
                # It lives, but is too busy; or another dispatcher has just deleted a run.
                _log.warning("Prefect could not do it now: %r", refused)
            except httpx.TransportError:
                failures += 1
            await asyncio.sleep(POLL_SECONDS)
    raise ConnectionError("Prefect's server does not answer")


async def _tell(teller: Teller, client: PrefectClient) -> None:
    """Tell what happened; whatever is the matter with that, what waits is kept in step."""
    try:
        await teller.tell(client)
    except Exception as trouble:
        _log.warning("Prefect was not told what happened, it is tried again: %r", trouble)


async def _take_up(inside: Inside) -> None:
    """Take up what is due here; whether the server is lost the dispatcher finds out."""
    async with get_client() as client:
        while True:
            try:
                await inside.take_up(client, datetime.now(UTC))
            except Exception as trouble:  # whatever it is, the next look may do better
                _log.warning("Prefect did not say what is due: %r", trouble)
            await asyncio.sleep(POLL_SECONDS)


async def _pause(stop: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), POLL_SECONDS)
