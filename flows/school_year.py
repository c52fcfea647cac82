"""The school year as a flow: the round opens, duties are planned, officers are reminded."""

import asyncio
from datetime import UTC, datetime

from prefect import flow, get_run_logger

from flows.record import opened
from models.upkeep.school_year import run


@flow(name="School year", flow_run_name="The school year’s day")
async def school_year() -> None:
    """What the school year wants done on a day; on working days, before the office is busy.

    Every pass of the clock does the same, and each finds for itself what is left to do.
    """
    with opened() as record:
        done = await asyncio.to_thread(run, record.engine, record.policy, datetime.now(UTC))
    get_run_logger().info(
        "Rounds opened: %d. Duties planned: %d, cancelled: %d, reminded of: %d.",
        done.rounds_opened,
        done.duties_planned,
        done.duties_cancelled,
        done.duties_reminded,
    )
