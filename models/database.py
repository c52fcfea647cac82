"""The database: one short transaction for every action, on SQLite or PostgreSQL."""

import math
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    Transaction,
    create_engine,
    event,
    func,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, select

from models.trouble import CommitLost, Trouble, trouble_of

PATIENCE = 30.0  # seconds that a writer waits for the one before it
CONNECTS_WITHIN = 10.0  # seconds
AT_ONCE = 5  # connections that a process keeps open
PAUSE = 0.5  # seconds before a database that is away is asked once more
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


def connect(url: str, *, patience: float = PATIENCE, at_once: int = AT_ONCE) -> Engine:
    """An engine for the database URL (SQLite or PostgreSQL), durable at every commit.

    `patience` is how many seconds a writer waits for the one before it, `at_once` how many
    connections are kept open once they were needed. Errors do not carry the values that were sent:
    what is logged holds no case.
    """
    how: dict[str, Any] = {"hide_parameters": True, "pool_size": at_once}
    if url.startswith("sqlite"):
        options: dict[str, Any] = {"timeout": patience, "check_same_thread": False}
        engine = create_engine(url, connect_args=options, **how)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    options = {"connect_timeout": math.ceil(min(patience, CONNECTS_WITHIN))}
    engine = create_engine(url, pool_pre_ping=True, connect_args=options, **how)
    return engine.execution_options(scc_patience=patience)


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
    a single end, so they would queue there anyway, and so no two ever deadlock. Raises CommitLost
    where the database went away while it committed: only then nobody knows.
    """
    with _connected(engine, scc_write=True) as connection:
        transaction = _begin(connection)
        try:
            with Session(connection, autoflush=False, expire_on_commit=False) as session:
                yield session
                if not transaction.is_active:  # it was rolled back in there
                    return
                for last_thing in session.info.get(AT_END, ()):
                    last_thing(session)
        except BaseException:
            _undo(transaction)
            raise
        _commit(transaction)


@contextmanager
def read(engine: Engine) -> Iterator[Session]:
    """A session for looking: all that it sees is of one moment."""
    # SQLite gives a reader one moment by itself; PostgreSQL has to be asked.
    options = {} if engine.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with (
        _connected(engine, **options) as connection,
        Session(connection, autoflush=False, expire_on_commit=False) as session,
    ):
        yield session


def _connected(engine: Engine, **options: Any) -> Connection:
    """A connection; a database that is away is asked once more, for nothing has begun yet."""
    try:
        return engine.connect().execution_options(**options)
    except DBAPIError as error:
        if trouble_of(error) is not Trouble.AWAY:
            raise
    time.sleep(PAUSE)
    return engine.connect().execution_options(**options)


def _begin(connection: Connection) -> Transaction:
    """Begin, and be the only writer from here on; waits for the one before."""
    transaction = connection.begin()
    if connection.dialect.name == "postgresql":
        patience = connection.get_execution_options().get("scc_patience", PATIENCE)
        limit = f"{math.ceil(patience * 1000)}ms"
        try:
            connection.execute(
                select(
                    func.set_config("lock_timeout", limit, True),
                    func.pg_advisory_xact_lock(_CHAIN_LOCK),
                )
            )
        except BaseException:
            _undo(transaction)
            raise
    return transaction


def _undo(transaction: Transaction) -> None:
    with suppress(DBAPIError):  # one that is gone has undone it
        transaction.rollback()


def _commit(transaction: Transaction) -> None:
    try:
        transaction.commit()
    except DBAPIError as error:
        transaction.close()
        trouble = trouble_of(error)
        # SQLite undoes what it could not write; of a server that is gone nobody hears any more.
        if error.connection_invalidated or trouble in (Trouble.AWAY, Trouble.DISK_FAILS):
            raise CommitLost(trouble or Trouble.AWAY) from error
        raise


def can_be_written(engine: Engine, patience: float) -> bool:
    """Whether a writer gets its turn within so many seconds; nothing is written.

    Raises DBAPIError for a database that cannot be reached or read at all.
    """
    asking = connect(engine.url.render_as_string(hide_password=False), patience=patience)
    try:
        with write(asking):
            return True
    except DBAPIError as error:
        if trouble_of(error) is not Trouble.BUSY:
            raise
        return False
    finally:
        asking.dispose()


def damage(engine: Engine) -> str | None:
    """What SQLite finds wrong with the pages of its file; None where nothing is, or no SQLite.

    It reads the whole file. Raises DBAPIError where the damage is such that it cannot even look.
    """
    if engine.name != "sqlite":
        return None
    with engine.connect() as connection:
        found: str = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    return None if found == "ok" else found
