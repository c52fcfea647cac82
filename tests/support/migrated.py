"""An empty SQLite file gets its tables by one copy, wherever the product makes one in this process.

Every backup makes such a file, and going through all migrations took half of its tests' time. The
migrations themselves have tests of their own (`tests/models/upkeep/test_migrations.py`), which ask
for the product as it is.
"""

import sqlite3
from functools import cache

import pytest
from sqlalchemy import Engine

from models.upkeep import schema

_migrate, _scripts = schema.migrate, schema._scripts
_made: list[sqlite3.Connection] = []  # in memory, once the first was migrated


def migrate(engine: Engine, to: str = "head") -> None:
    """As `models.upkeep.schema.migrate`."""
    if to != "head" or engine.name != "sqlite" or not _is_empty(engine):
        _migrate(engine, to)
        return
    if not _made:
        _migrate(engine)
        with engine.connect() as connection:
            _made.append(sqlite3.connect(":memory:", check_same_thread=False))
            connection.connection.dbapi_connection.backup(_made[0])
        return
    with engine.connect() as connection:
        _made[0].backup(connection.connection.dbapi_connection)


def _is_empty(engine: Engine) -> bool:
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
    return bool(found == 0)


def pytest_configure() -> None:
    schema.migrate, schema._scripts = migrate, cache(_scripts)


def as_the_product(patched: pytest.MonkeyPatch) -> None:
    """For one test, every migration is gone through."""
    patched.setattr(schema, "migrate", _migrate)
    patched.setattr(schema, "_scripts", _scripts)
