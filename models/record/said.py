"""What the events say of rows, put together event by event: the newest word on each column.

A record may have millions of events, so this lies in a temporary file and not in memory. The file
has no name, holds digests and numbers only, and is gone when it is closed.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from models.noting import Rows

THERE = ""  # no column's name: that a row is there at all
_IN_MEMORY = 32_000  # kilobytes, however large the file is
_AT_ONCE = 5000  # columns that are put down in one statement

# By a column's name its value, and the event that says so; below `THERE` the last one of all.
Columns = dict[str, tuple[Any, int]]


@dataclass(frozen=True)
class Row:
    """A row of which events speak, by its name, and the last of these events."""

    name: str
    sequence: int


class Said:
    """The newest word on every row; see `said_by_events`."""

    def __init__(self, file: sqlite3.Connection) -> None:
        self._file = file
        self._waiting: list[tuple[str, str, str, int]] = []
        file.execute(
            "CREATE TABLE said (row TEXT, name TEXT, value TEXT, sequence INTEGER, "
            "PRIMARY KEY (row, name)) WITHOUT ROWID"
        )
        file.execute("BEGIN")  # never committed: a commit for each row takes longer than the row

    def take(self, sequence: int, spoken: Rows) -> None:
        """An event speaks of these rows."""
        for row, columns in spoken.items():
            if columns is None:
                self.drop(row)
                continue
            self._waiting.append((row, THERE, "true", sequence))
            self._waiting += [
                (row, name, json.dumps(value), sequence) for name, value in columns.items()
            ]
        if len(self._waiting) >= _AT_ONCE:
            self._put_down()

    def drop(self, row: str) -> None:
        """A row is gone, or has been compared."""
        self._put_down()
        self._file.execute("DELETE FROM said WHERE row = ?", (row,))

    def of(self, row: str) -> Columns:
        """What is said of a row: nothing where no event speaks of it."""
        self._put_down()
        found = self._file.execute("SELECT name, value, sequence FROM said WHERE row = ?", (row,))
        return {name: (json.loads(value), sequence) for name, value, sequence in found}

    def left(self, table: str) -> Iterator[Row]:
        """The rows of a table that have not been dropped."""
        self._put_down()
        # The names of a table's rows lie between "table:" and the character after the colon.
        found = self._file.execute(
            "SELECT row, max(sequence) FROM said WHERE row >= ? AND row < ? GROUP BY row",
            (f"{table}:", f"{table};"),
        )
        for name, sequence in found:
            yield Row(name, sequence)

    def _put_down(self) -> None:
        if self._waiting:
            self._file.executemany("INSERT OR REPLACE INTO said VALUES (?, ?, ?, ?)", self._waiting)
            self._waiting = []


@contextmanager
def said_by_events() -> Iterator[Said]:
    """An empty one, on the disk where it is large."""
    file = sqlite3.connect("", isolation_level=None)
    try:
        file.execute("PRAGMA synchronous=OFF")
        file.execute("PRAGMA journal_mode=OFF")
        file.execute(f"PRAGMA cache_size=-{_IN_MEMORY}")
        yield Said(file)
    finally:
        file.close()
