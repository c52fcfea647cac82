"""`python -m notifications`: the delivery worker, until SIGTERM or Ctrl-C."""

import logging
import signal
import sys
from datetime import UTC, datetime
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from models import pulse
from models.database import connect
from models.policy import PolicyError, load_policy
from models.settings import Settings
from models.upkeep.schema import SchemaError, check
from notifications.worker import run


def main() -> None:
    """Serve the outbox of the settings in force."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    settings, stop = Settings(), _asked_to_end()
    engine = connect(settings.database)
    try:
        check(engine)
        policy, lives = load_policy(settings.policy), pulse.begin()
        run(engine, policy, settings, lambda: datetime.now(UTC), stop, lives.turn)
    except (SchemaError, PolicyError) as trouble:
        sys.exit(str(trouble))
    except SQLAlchemyError:  # its own words may hold the address and more
        sys.exit("The database cannot be opened. `scc doctor` says why; `scc init` makes one.")
    finally:
        engine.dispose()


def _asked_to_end() -> Event:
    """Set by SIGTERM and Ctrl-C. A thread hears them: in a handler, which may come while the event
    itself is being waited for, it could not be set safely."""
    stop, numbers = Event(), (signal.SIGTERM, signal.SIGINT)
    signal.pthread_sigmask(signal.SIG_BLOCK, numbers)

    def hear() -> None:
        signal.sigwait(numbers)
        stop.set()

    Thread(target=hear, daemon=True).start()
    return stop


if __name__ == "__main__":
    main()
