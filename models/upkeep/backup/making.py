"""Making a backup: it looks at one moment of the database and holds up nobody."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypedDict

from sqlalchemy import Engine
from sqlmodel import Session, select

from models.database import connect, read, write
from models.events import FIRST_HASH, Break, ChainHead, append, verify
from models.evidence.tables import EvidenceFile
from models.files.folder import is_whole, path_of
from models.people.officers import AT_THE_MACHINE
from models.rows import by_key, find
from models.upkeep import schema
from models.upkeep.backup import archive
from models.upkeep.backup.archive import DATABASE, Manifest
from models.upkeep.backup.copying import copy
from models.upkeep.events import BackupMade


@dataclass(frozen=True)
class Made:
    """A backup that was made: its manifest, the SHA-256 of the whole file, and whether the
    record in it holds (a broken one can be saved, and is not restored)."""

    manifest: Manifest
    sha256: str
    broken: Break | None


def back_up(
    engine: Engine, evidence: Path, file: Path, *, now: datetime, replace: bool = False
) -> Made:
    """Save everything to a file, then put on record that it was.

    The rows come first and the files that they name after them: those are written before their
    rows and stay as long, so each is there. Raises NotPossible where the file cannot be written
    or is there already and is not to be replaced.
    """
    archive.check_target(file, replace=replace)
    with archive.workroom(file.parent) as room:
        with read(engine) as session:
            manifest = snapshot(session, room, now)
            wanted = attached(session)
        broken = _broken(room)
        archive.write(manifest, members_of(room, evidence, wanted, manifest), file, room)
    sha256 = archive.sha256_of(file)
    made = BackupMade(None, **facts_of(manifest), file=file.name, sha256=sha256)
    with write(engine) as session:
        append(session, now, AT_THE_MACHINE, made)
    return Made(manifest, sha256, broken)


def _broken(room: Path) -> Break | None:
    with scratch_database(room) as scratch, read(scratch) as session:
        return verify(session)


def snapshot(session: Session, room: Path, now: datetime) -> Manifest:
    """The rows that a transaction sees as a SQLite file in `room`, and what is to say of it."""
    source = session.connection()
    head = by_key(session, ChainHead, 1)
    with scratch_database(room) as scratch:
        schema.migrate(scratch)
        with write(scratch) as target:
            copy(source, target.connection())
        return Manifest(
            made_at=now,
            database="sqlite" if source.dialect.name == "sqlite" else "postgresql",
            revision=schema.current_revision(scratch) or "",
            events=head.sequence if head else 0,
            head=head.hash if head else FIRST_HASH,
        )


@contextmanager
def scratch_database(room: Path) -> Iterator[Engine]:
    """The database of a backup while it lies in `room`."""
    scratch = connect(f"sqlite:///{room / DATABASE}")
    try:
        yield scratch
    finally:
        scratch.dispose()  # the last connection to leave folds the write-ahead log into the file


def attached(session: Session) -> set[str]:
    """The SHA-256 of every file that officers attached to a case."""
    return set(find(session, select(EvidenceFile.sha256).distinct()))


def members_of(
    room: Path, evidence: Path, wanted: Iterable[str], manifest: Manifest
) -> dict[str, Path]:
    """What belongs into the file, by its name there: the rows in `room` and attached files.

    Those that are not there, or not as they were attached, are named in the manifest.
    """
    found = {DATABASE: room / DATABASE}
    for sha256 in sorted(wanted):
        file = path_of(evidence, sha256)
        if is_whole(file, sha256):
            found[archive.evidence_name(sha256)] = file
        else:
            manifest.missing.append(sha256)
    return found


class Facts(TypedDict):
    """What the record says of a backup that was made or restored."""

    made_at: datetime
    events: int
    head: str


def facts_of(manifest: Manifest) -> Facts:
    """What the record says of this backup."""
    return {"made_at": manifest.made_at, "events": manifest.events, "head": manifest.head}
