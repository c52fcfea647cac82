"""The database: one short transaction for every action, on SQLite or PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, create_engine, event, func, select
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session

AT_END = "at_end"  # in a session's info: what is still to be done before its transaction commits
_CHAIN_LOCK = 2006_60  # any constant; one advisory lock for every writer of the event chain


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept and given back in UTC; a naive one is a programming error."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def connect(url: str) -> Engine:
    """An engine for the database URL (SQLite or PostgreSQL), durable at every commit.

    Its errors do not carry the values that were sent: what is logged holds no case.
    """
    if url.startswith("sqlite"):
        options = {"timeout": 30, "check_same_thread": False}
        engine = create_engine(url, connect_args=options, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, pool_pre_ping=True, hide_parameters=True)


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # We send BEGIN ourselves: the driver's own begins too late for a write lock.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: Any) -> None:
    writing = connection.get_execution_options().get("scc_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def write(engine: Engine) -> Iterator[Session]:
    """One write transaction: committed at the end, or nothing of it happened.

    Writers queue: SQLite by its write lock, PostgreSQL by one advisory lock. The event chain has
    a single end, so they would queue there anyway, and so no two ever deadlock.
    """
    with engine.connect().execution_options(scc_write=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_CHAIN_LOCK)))
        with Session(connection, autoflush=False, expire_on_commit=False) as session:
            yield session
            for last_thing in session.info.get(AT_END, ()):
                last_thing(session)


@contextmanager
def read(engine: Engine) -> Iterator[Session]:
    """A session for looking: all that it sees is of one moment."""
    # SQLite gives a reader one moment by itself; PostgreSQL has to be asked.
    options = {} if engine.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with (
        engine.connect().execution_options(**options) as connection,
        Session(connection, autoflush=False, expire_on_commit=False) as session,
    ):
        yield session
