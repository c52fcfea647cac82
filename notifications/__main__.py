"""`python -m notifications`: the delivery worker, until SIGTERM or Ctrl-C."""

import logging
import signal
import sys
from datetime import UTC, datetime
from threading import Event

from sqlalchemy.exc import SQLAlchemyError

from models.database import connect
from models.policy import PolicyError, load_policy
from models.schema import SchemaError, check
from models.settings import Settings
from notifications.worker import run


def main() -> None:
    """Serve the outbox of the settings in force."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    settings, stop = Settings(), Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    engine = connect(settings.database)
    try:
        check(engine)
        run(engine, load_policy(settings.policy), settings, lambda: datetime.now(UTC), stop)
    except (SchemaError, PolicyError) as trouble:
        sys.exit(str(trouble))
    except SQLAlchemyError:  # its own words may hold the address and more
        sys.exit("The database cannot be opened. `scc doctor` says why; `scc init` makes one.")
    finally:
        engine.dispose()


if __name__ == "__main__":
    main()
