"""The delivery worker: sends what waits in the outbox, for as long as it runs.

It stands apart from all else, so that a mail server that is slow holds up nothing but mail. It
needs the database alone, and several may run at once, on one machine or many.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event

from sqlalchemy import Engine

from models.policy import Policy
from models.settings import Settings
from models.upkeep.clock import DELIVERY, stamp
from notifications.outbox import GLANCE, Sending

LOOKS_ROUND = timedelta(seconds=15)

log = logging.getLogger(__name__)


def run(
    engine: Engine,
    policy: Policy,
    settings: Settings,
    clock: Callable[[], datetime],
    stop: Event,
    turn: Callable[[], None] = lambda: None,
) -> None:
    """Send until told to stop; what is under way then is finished.

    Whatever goes wrong is logged and tried again: only `stop` ends it. `turn` is told whenever
    something is done: nothing between two of these takes longer than a locked database.
    """
    with Sending(engine, policy, settings, clock) as sending:
        looked_at: datetime | None = None
        while not stop.is_set():
            turn()
            try:
                now = clock()
                if looked_at is None or not timedelta(0) <= now - looked_at < LOOKS_ROUND:
                    sending.give_up_lost_claims()
                    turn()
                    stamp(engine, now, DELIVERY)
                    turn()
                    looked_at = now
                sending.begin()
                if sending.under_way:
                    sending.gather(GLANCE)
                else:
                    stop.wait(GLANCE)
            except Exception:  # whatever it is, the next try may do better
                log.exception("Messages could not be sent")
                stop.wait(GLANCE)
