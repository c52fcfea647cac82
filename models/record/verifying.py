"""Whether rows and files still are as the events say.

What it can show: that a row or file is another than the one that was put on record, is gone, or
was never put there. Whoever computes the whole chain anew is found by an outside witness alone.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from models.covered import COVERED, Covered
from models.events import FIRST_HASH, ROWS, Break, Event, verify
from models.evidence.tables import EvidenceFile
from models.files.folder import is_whole, path_of
from models.record.events import RecordWidened
from models.record.older import NAMED_BEFORE, as_now
from models.record.said import Columns, Said, said_by_events
from models.rows import select_columns, stream

LISTED = 200  # differences that are named; the others are counted
_AT_ONCE = 50  # rows that are read at once: those of issued letters hold whole documents

Highest = dict[str, int]  # by table the last key of before the record spoke of rows


@dataclass(frozen=True)
class Difference:
    """Something that is not as the record says: which row, what, and which event says otherwise.

    `sequence` is None where no event speaks of it.
    """

    row: str
    what: str
    column: str | None = None
    sequence: int | None = None

    @property
    def sentence(self) -> str:
        """For people."""
        said = f" (event {self.sequence})" if self.sequence is not None else ""
        return f"{self.row.replace(':', ' ')}: {self.what}{said}"


@dataclass
class Findings:
    """What a look at the whole record came to."""

    events: int = 0
    head: str = FIRST_HASH  # of the last one: what an outside witness keeps
    broken: Break | None = None
    differences: list[Difference] = field(default_factory=list)
    differing: int = 0  # all of them, the listed ones among them
    events_not_covered: int = 0  # of before the record spoke of rows
    rows_not_covered: int = 0
    rows: int = 0  # that were compared

    @property
    def intact(self) -> bool:
        """Whether all holds that can be compared."""
        return self.broken is None and not self.differing


def examine(session: Session, evidence: Path | None = None) -> Findings:
    """Recompute the chain, and compare rows with what it says; with the folder, evidence too.

    Reads row by row, so that a large record needs little memory.
    """
    findings = Findings()
    with said_by_events() as said:
        reader = _Reader(said, findings)
        findings.broken = verify(session, reader.take)
        for found in _differences(session, said, reader, evidence):
            findings.differing += 1
            if len(findings.differences) < LISTED:
                findings.differences.append(found)
    return findings


class _Reader:
    """Takes from each event what it says of rows."""

    def __init__(self, said: Said, findings: Findings) -> None:
        self._said = said
        self.findings = findings
        self.began: int | None = None  # the first event that spoke of rows
        self.before: Highest | None = None

    def take(self, event: Event) -> None:
        """The next event."""
        self.findings.events += 1
        self.findings.head = event.hash
        data = _read(event.data)
        spoken = data.get(ROWS)
        if not isinstance(spoken, dict):
            self.findings.events_not_covered += 1
            return
        if self.began is None:
            self.began = self.findings.events
        if event.kind == RecordWidened.kind:
            self.before = data.get("up_to")
        self._said.take(event.sequence, as_now(spoken))

    def was_there(self, covered: Covered, key: int) -> bool:
        """Whether a row of which no event speaks may be from before the record spoke of rows."""
        if self.began == 1:
            return False
        if self.began is None or self.before is None:
            return True
        return key <= self.before.get(NAMED_BEFORE.get(covered.table.name, covered.table.name), 0)


def _read(data: str) -> dict[str, Any]:
    """The content of an event; nothing where somebody has broken it, which the chain shows."""
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _differences(
    session: Session, said: Said, reader: _Reader, evidence: Path | None
) -> Iterator[Difference]:
    for covered in COVERED.values():
        for row in _rows(session, covered):
            reader.findings.rows += 1
            yield from _compare(covered, row, said, reader)
        if not covered.may_go:
            yield from _missing(covered, said)
    if evidence is not None:
        yield from _files(session, evidence)


def _rows(session: Session, covered: Covered) -> Iterator[Row[Any]]:
    [key] = covered.table.primary_key
    statement = select_columns(covered.table).order_by(key)
    if covered.only is not None:
        statement = statement.where(covered.only.condition)
    yield from stream(session, statement, _AT_ONCE)


def _compare(covered: Covered, row: Row[Any], said: Said, reader: _Reader) -> Iterator[Difference]:
    values = row._mapping
    name = covered.name_of(values)
    columns = said.of(name)
    if columns:
        said.drop(name)
        yield from _compare_columns(covered, name, values, columns)
        return
    [key] = covered.table.primary_key
    if not covered.every:
        return
    if reader.was_there(covered, values[key.name]):
        reader.findings.rows_not_covered += 1
        return
    yield Difference(name, f"{covered.what} is there of which no event speaks")


def _compare_columns(
    covered: Covered, name: str, values: Any, columns: Columns
) -> Iterator[Difference]:
    for column, (value, sequence) in sorted(columns.items()):
        if column not in covered.columns:
            continue  # of an older version's tables
        if covered.said(column, values[column]) != value:
            what = f"the {column.removesuffix('_id').replace('_', ' ')} of {covered.what} differs"
            yield Difference(name, what, column, sequence)


def _missing(covered: Covered, said: Said) -> Iterator[Difference]:
    for row in said.left(covered.table.name):
        yield Difference(row.name, f"{covered.what} is gone", None, row.sequence)


def _files(session: Session, evidence: Path) -> Iterator[Difference]:
    table = COVERED[EvidenceFile].table
    for row in stream(session, select_columns(table.c.id, table.c.sha256).order_by(table.c.id)):
        if not is_whole(path_of(evidence, row.sha256), row.sha256):
            yield Difference(
                f"{table.name}:{row.id}", "its bytes are missing from the data folder, or others"
            )
