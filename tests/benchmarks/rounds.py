"""The annual round of 22,000 schools: opened and published, on both kinds of database.

PostgreSQL is asked at its worst: it plans by what it counted when the tables were all but empty.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text, update

from models.database import connect, write
from models.people.acting import Acting
from models.policy import Policy
from models.risk.rounds import NewRound, open_round, publish_round
from models.risk.tables import Assessment
from models.rows import add_all
from models.schools.tables import School
from models.upkeep import schema
from tests.benchmarks.measuring import Measured, copied, opened, seconds
from tests.support import databases
from tests.support.assessing import JULY, SEPTEMBER
from tests.support.council import Council, found_council

SCHOOLS = 22_000
SECONDS = 20
YEAR = JULY.year


def measure(founded: Path, policy: Policy, council: Council) -> list[Measured]:
    """Open and publish a round in which every level is agreed."""
    with opened(copied(founded, "round.db")) as engine:
        on_sqlite = _line("SQLite", *_round(engine, policy, council))
    with _postgresql() as engine:
        on_postgresql = _line("PostgreSQL", *_round(engine, policy, found_council(engine)))
    return [on_sqlite, on_postgresql]


@contextmanager
def _postgresql() -> Iterator[Engine]:
    """A database that counts its rows now, while it has none, and not again."""
    os.environ.setdefault(databases.RUN, f"bench-{os.getpid()}")
    with databases.postgresql_server() as server:
        engine = connect(databases.postgresql_database(server, "round"))
        schema.migrate(engine)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ALTER SYSTEM SET autovacuum = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
            connection.execute(text("ANALYZE"))
        yield engine
        engine.dispose()
    databases.remove_postgresql()


def _round(engine: Engine, policy: Policy, council: Council) -> tuple[float, float]:
    """How long it takes to open the round, and to publish it."""
    kind = {"type_code": 1, "type_name": "Community school", "phase": "Primary"}
    schools = [{"urn": 920_000 + n, "name": f"School {n}", **kind} for n in range(SCHOOLS)]
    with write(engine) as session:
        add_all(session, School, schools)

    def open_it() -> None:
        with write(engine) as session:
            acting = Acting(session, policy, council.hos, JULY)
            open_round(acting, NewRound(school_year=YEAR))

    def publish_it() -> None:
        with write(engine) as session:
            publish_round(Acting(session, policy, council.hos, SEPTEMBER), YEAR)

    opening = seconds(open_it)
    agreed = {"state": "agreed", "level": "low", "proposed_level": "low", "reason": "So."}
    with write(engine) as session:
        session.connection().execute(update(Assessment).values(agreed))
    return opening, seconds(publish_it)


def _line(where: str, opening: float, publishing: float) -> Measured:
    what = f"The annual round of {SCHOOLS:,} schools on {where}"
    found = f"{opening:.1f} s to open, {publishing:.1f} s to publish"
    good = max(opening, publishing) < SECONDS
    return Measured(what, found, f"under {SECONDS} s each", good)
