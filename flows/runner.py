"""The runner: serves the flows to a Prefect server and keeps Prefect in step with the rows.

It outlives the server: whenever the server goes away, or comes back without what it knew, the
flows are registered anew and a full pass of reconciliation follows.
"""

import asyncio
import logging
import signal
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from prefect import get_client
from prefect.client.orchestration import PrefectClient
from prefect.deployments.runner import RunnerDeployment
from prefect.runner import Runner
from prefect.schedules import Cron
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings
from prefect.types.entrypoint import EntrypointType

from flows.bulk import import_the_register, letters_in_bulk, level_letters_due
from flows.clock import clock
from flows.dispatch import check_registered, dispatch_new, reconcile
from flows.ladders import academy_ladder, maintained_school_ladder
from flows.record import Record, opened
from flows.school_year import school_year
from flows.starting import start_an_escalation

POLL_SECONDS = 2
FULL_PASS_EVERY = timedelta(minutes=1)
AT_ONCE = 4
LOST_AFTER = 3

_log = logging.getLogger("prefect.scc")


class _Runner(Runner):
    """Prefect's runner, which leaves it to us what SIGTERM means."""

    def __init__(self, stop: asyncio.Event) -> None:
        # Passes of the clock that were missed meanwhile are dropped by reconciliation, so the
        # schedule need not be paused: nobody would start it again after a kill.
        super().__init__(
            name="scc", query_seconds=POLL_SECONDS, limit=AT_ONCE, pause_on_shutdown=False
        )
        self._stop_event = stop
        self._running_loop = asyncio.get_running_loop()

    def handle_sigterm(self, *_args: Any, **_kwargs: Any) -> None:
        self._running_loop.call_soon_threadsafe(self._stop_event.set)


async def deployments() -> list[RunnerDeployment]:
    """The same deployments as in prefect.yaml, to be run by this process."""
    every_minute = Cron("* * * * *", timezone="Europe/London", slug="every-minute")
    weekdays = Cron("30 7 * * 1-5", timezone="Europe/London", slug="weekdays-0730")
    mornings = Cron("15 8 * * 1-5", timezone="Europe/London", slug="weekdays-0815")
    options: dict[str, Any] = {"entrypoint_type": EntrypointType.MODULE_PATH}
    return [
        await maintained_school_ladder.ato_deployment("maintained-school-ladder", **options),
        await academy_ladder.ato_deployment("academy-ladder", **options),
        await start_an_escalation.ato_deployment("start-an-escalation", **options),
        await clock.ato_deployment("clock", schedules=[every_minute], **options),
        await school_year.ato_deployment("school-year", schedules=[mornings], **options),
        await import_the_register.ato_deployment("import-the-register", **options),
        await letters_in_bulk.ato_deployment("letters-in-bulk", **options),
        await level_letters_due.ato_deployment(
            "level-letters-due", schedules=[weekdays], **options
        ),
    ]


async def run() -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    with opened() as record:
        while not stop.is_set():
            try:
                await _serve(record, stop)
            except Exception as lost:  # whatever it is, waits in Prefect must come back
                _log.warning("Prefect is not to be had, trying again: %r", lost)
                await _pause(stop)


async def _serve(record: Record, stop: asyncio.Event) -> None:
    """Register the flows and run them until told to stop; raises when the server is lost."""
    async with get_client() as client:
        runner = _Runner(stop)
        for deployment in await deployments():
            await runner.aadd_deployment(deployment)
        await reconcile(record, client, datetime.now(UTC))
        serving = asyncio.create_task(runner.start())
        others = (asyncio.create_task(_dispatch(record, client)), asyncio.create_task(stop.wait()))
        try:
            done, _ = await asyncio.wait([serving, *others], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in others:
                task.cancel()
            if runner.started:
                await runner.astop()
            await asyncio.gather(serving, *others, return_exceptions=True)


async def _dispatch(record: Record, client: PrefectClient) -> None:
    """Pass after pass; raises when the server is lost or no longer knows the deployments."""
    full_pass_at = datetime.now(UTC) + FULL_PASS_EVERY
    failures = 0
    # The next pass tries again by itself: Prefect's own retries would go on for a minute.
    with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 1}):
        while failures < LOST_AFTER:
            now = datetime.now(UTC)
            try:
                await check_registered(client)
                if now >= full_pass_at:
                    await reconcile(record, client, now)
                    full_pass_at = now + FULL_PASS_EVERY
                else:
                    await dispatch_new(record, client, now)
                failures = 0
            except httpx.HTTPStatusError as refused:
                # It lives: its SQLite database answers 503 while it is busy.
                _log.warning("Prefect could not do it now: %s", refused)
            except httpx.TransportError:
                failures += 1
            await asyncio.sleep(POLL_SECONDS)
    raise ConnectionError("Prefect's server does not answer")


async def _pause(stop: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), POLL_SECONDS)
