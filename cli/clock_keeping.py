"""The clock and the bulk work, kept going by `scc up` itself when nobody else does."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

from sqlalchemy import Engine

from models.evidence.keeping import sweep
from models.policy import load_policy
from models.settings import Settings
from models.upkeep import clock
from notifications.bulk import carry_on
from notifications.issuing import issue_letters

# The clock flow goes round every minute; when its last pass is this old, we go round ourselves.
CLOCK_IS_OLD = timedelta(minutes=3)
CLOCK_GLANCE = 30.0  # seconds
# Without flows nobody else issues an approved letter: the school's response would have to wait.
CLOCK_GLANCE_ALONE = 5.0  # seconds
FAREWELL = 4.0  # seconds that a pass under way has to finish

log = logging.getLogger(__name__)


@contextmanager
def going_round(
    settings: Settings,
    engine: Engine,
    stop: Event,
    say: Callable[[str], None],
    *,
    others_do: bool,
) -> Iterator[None]:
    """Look after clock and bulk work until `stop`, which is set at the end.

    `others_do`: flows do both, and we only where they do not come to it.
    """
    patience = CLOCK_IS_OLD if others_do else timedelta(0)
    glance = CLOCK_GLANCE if others_do else CLOCK_GLANCE_ALONE
    told = (settings, engine, stop, patience, glance)
    clock_keeper = Thread(target=_keep_clock, args=(*told, say), daemon=True)
    clock_keeper.start()
    Thread(target=_keep_working, args=told, daemon=True).start()
    try:
        yield
    finally:
        stop.set()
        clock_keeper.join(FAREWELL)


def _keep_clock(
    settings: Settings,
    engine: Engine,
    stop: Event,
    patience: timedelta,
    glance: float,
    say: Callable[[str], None],
) -> None:
    """Go round ourselves when nobody has for a while, so that deadlines outlive Prefect."""
    told = ""
    while True:
        try:
            _go_round(settings, engine, patience)
            told = ""
        except Exception as trouble:  # whatever it is, the next pass may do better
            log.exception("A pass of the clock failed")
            if told != type(trouble).__name__:
                told = type(trouble).__name__
                say(f"A pass of the clock failed ({told}): see up.log. It is tried again.")
        if stop.wait(glance):
            return


def _keep_working(
    settings: Settings, engine: Engine, stop: Event, patience: timedelta, glance: float
) -> None:
    """Bulk work that nobody else is there for: in a thread of its own, for it takes long."""
    while not stop.wait(glance):
        try:
            if not clock.goes_round(engine, datetime.now(UTC), patience):
                policy = load_policy(settings.policy)
                carry_on(engine, policy, settings, lambda: datetime.now(UTC))
        except Exception:  # whatever it is, the next pass may do better
            log.exception("A pass of the bulk work failed")


def _go_round(settings: Settings, engine: Engine, patience: timedelta) -> None:
    now = datetime.now(UTC)
    if clock.goes_round(engine, now, patience):
        return
    policy = load_policy(settings.policy)
    clock.tick(engine, policy, now)
    issue_letters(engine, policy, now)
    sweep(engine, settings, now)
    clock.stamp(engine, now)
