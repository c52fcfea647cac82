"""What SQLAlchemy compiles for one database serves every other of its kind.

An engine compiles each statement once, and a test has an engine of its own: a third of a short
test's time went into compiling what the test before had compiled. So the engines of this process
share the dialect and the statements of the first of their kind, and nothing else.

Nor does SQLite wait for the disk at each commit here, as PostgreSQL does not (`databases.py`): no
test cuts the power. What a killed process wrote is there all the same.
"""

import sqlite3
from typing import Any

from sqlalchemy import Dialect, Engine, create_engine, event

from models import database

STATEMENTS = 10_000  # that are kept: more than the product has

_first: dict[str, tuple[Dialect, Any]] = {}  # by name; in it once it has met its database


def shared(url: str, **options: Any) -> Engine:
    """As `sqlalchemy.create_engine`."""
    engine = create_engine(url, query_cache_size=STATEMENTS, **options)
    if engine.name in _first:
        engine.dialect, engine._compiled_cache = _first[engine.name]
        engine.pool._dialect = engine.dialect
    else:
        ours = (engine.dialect, engine._compiled_cache)
        event.listen(engine, "connect", lambda *_: _first.setdefault(engine.name, ours))
    return engine


def share() -> None:
    """From here on `models.database.connect` makes such engines."""
    database.create_engine = shared  # type: ignore[assignment]
    prepare = database._prepare_sqlite

    def prepared(connection: sqlite3.Connection, _record: object) -> None:
        prepare(connection, _record)
        connection.execute("PRAGMA synchronous=OFF")

    database._prepare_sqlite = prepared


def pytest_configure() -> None:
    share()
