"""The clock as a flow: what is due is done."""

import asyncio
from datetime import UTC, datetime

from prefect import flow

from flows.record import opened
from models.evidence.keeping import sweep
from models.upkeep.clock import stamp, tick
from notifications.issuing import issue_letters


@flow(name="Clock", flow_run_name="A pass of the clock")
async def clock() -> None:
    """One pass of the clock: deadlines, reminders, letters to be issued.

    What uploads that died left behind is removed too. Runs every minute. Every part finds for
    itself what is left to do, so that a pass that was missed or killed costs nothing. Keeping
    Prefect in step is for the runner alone.
    """
    with opened() as record:
        now = datetime.now(UTC)
        await asyncio.to_thread(tick, record.engine, record.policy, now)
        await asyncio.to_thread(issue_letters, record.engine, record.policy, now)
        await asyncio.to_thread(sweep, record.engine, record.settings, now)
        await asyncio.to_thread(stamp, record.engine, now)
