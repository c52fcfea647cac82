"""The database: one short transaction for every action, on SQLite or PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    Insert,
    Update,
    bindparam,
    create_engine,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

LAST_KEY = 2**31 - 1  # of an integer column on PostgreSQL
_CHAIN_LOCK = 2006_60  # any constant; one advisory lock for every writer of the event chain


Row = TypeVar("Row", bound=SQLModel)


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
    """An engine for the database URL (SQLite or PostgreSQL), durable at every commit."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, pool_pre_ping=True)


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


def by_key(session: Session, table: type[Row], key: int) -> Row | None:
    """The row with this key, if there is one; a number that no key can be has none."""
    return session.get(table, key) if 0 < key <= LAST_KEY else None


# Statements are built once for each shape: building one costs more than SQLite takes to run it.


@cache
def _insert(table: type[SQLModel]) -> Insert:
    return insert(table.__table__)  # type: ignore[attr-defined]


@cache
def _update(table: type[SQLModel], where: tuple[str, ...], values: tuple[str, ...]) -> Update:
    rows = table.__table__  # type: ignore[attr-defined]
    matches = [rows.c[name] == bindparam(f"was_{name}", type_=rows.c[name].type) for name in where]
    new = {name: bindparam(f"new_{name}", type_=rows.c[name].type) for name in values}
    return update(rows).where(*matches).values(new)


def add(session: Session, table: type[SQLModel], **values: Any) -> int:
    """Insert one row and return its key, without the cost of the unit of work."""
    result = session.connection().execute(_insert(table), values)
    inserted = result.inserted_primary_key
    assert inserted is not None  # noqa: S101 - one row was inserted, so it has a key
    return cast(int, inserted[0])


def add_all(session: Session, table: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    """Insert many rows in one statement; none is no statement."""
    if rows:
        session.connection().execute(_insert(table), rows)


def change(session: Session, table: type[SQLModel], where: dict[str, Any], **values: Any) -> bool:
    """Compare and set: change the one row that still is as `where` says; False if none is."""
    parameters = {f"was_{name}": value for name, value in where.items()}
    parameters |= {f"new_{name}": value for name, value in values.items()}
    statement = _update(table, tuple(where), tuple(values))
    return bool(session.connection().execute(statement, parameters).rowcount)
