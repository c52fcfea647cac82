"""What every benchmark needs: a database full of cases, and the same writes done by plain sqlite3.

A ratio compares two programs that do the same to copies of the same file, in turns within one
run, so that a busy machine slows both.
"""

import shutil
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from models.database import connect
from tests.support.databases import sqlite_url

ROUNDS = 5
Writes = list[tuple[str, list[Any]]]  # one transaction: statements and the rows of each


@dataclass(frozen=True)
class Measured:
    """One line of the table in docs/benchmarks.md."""

    what: str
    found: str
    wanted: str
    good: bool


@contextmanager
def opened(file: Path) -> Iterator[Engine]:
    """An engine on a SQLite file; at the end the file is whole by itself."""
    engine = connect(sqlite_url(file))
    yield engine
    engine.dispose()


def copied(file: Path, name: str) -> Path:
    """A copy beside the file, new each time."""
    return Path(shutil.copyfile(file, file.with_name(name)))


def recorded(engine: Engine, act: Callable[[], object]) -> list[Writes]:
    """What `act` writes, one list of statements for each transaction that it commits."""
    transactions: list[Writes] = []
    pending: Writes = []

    def note(_c: Any, _k: Any, statement: str, rows: Any, _x: Any, many: bool) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            pending.append((statement, list(rows) if many else [rows]))

    def close(_: Any) -> None:
        if pending:
            transactions.append(list(pending))
            pending.clear()

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", close)
    act()
    event.remove(engine, "before_cursor_execute", note)
    event.remove(engine, "commit", close)
    return transactions


def plain(file: Path) -> sqlite3.Connection:
    """A connection of Python's own sqlite3, as durable as ours."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def replay(file: Path, transactions: list[Writes]) -> None:
    """Write the same rows with plain sqlite3, transaction by transaction."""
    connection = plain(file)
    for writes in transactions:
        connection.execute("BEGIN IMMEDIATE")
        for statement, rows in writes:
            for row in rows:
                connection.execute(statement, row)
        connection.execute("COMMIT")
    connection.close()


def seconds(act: Callable[[], object]) -> float:
    """How long it takes."""
    before = time.perf_counter()
    act()
    return time.perf_counter() - before


def quantile(times: list[float], hundredth: int) -> float:
    """The time under which so many of a hundred stayed."""
    return statistics.quantiles(times, n=100)[hundredth - 1]


def in_turns(ours: Callable[[], float], theirs: Callable[[], float]) -> tuple[float, float]:
    """The seconds of both, from the round whose ratio is the median of all."""
    rounds = sorted(((ours(), theirs()) for _ in range(ROUNDS)), key=lambda each: each[1] / each[0])
    return rounds[ROUNDS // 2]
