"""Restoring a backup while the program runs: in one transaction, so that everybody sees what was
before or what is after, and a process that is killed in between changes nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, select

from models.database import read, write
from models.events import FIRST_HASH, ChainHead, Event, append, verify
from models.files.folder import is_whole, path_of
from models.people.officers import AT_THE_MACHINE
from models.record.events import RecordWidened
from models.refusals import NotPossible
from models.rows import by_key, find
from models.upkeep import schema
from models.upkeep.backup import archive
from models.upkeep.backup.archive import DATABASE, Archive, Manifest
from models.upkeep.backup.copying import copy, empty
from models.upkeep.backup.making import attached, facts_of, members_of, scratch_database, snapshot
from models.upkeep.backup.since import hold_back, renew_gates, take_away, taken_away
from models.upkeep.events import BackupRestored
from models.upkeep.schema import SchemaError


@dataclass(frozen=True)
class Restored:
    """What was restored, what stands no more, and what officers must look at.

    `forgotten` counts the events of the record that was replaced; `undecided` the letters to
    people that may have left since the backup; `missing` the attached files that are nowhere.
    """

    manifest: Manifest
    forgotten: int
    undecided: int
    missing: list[str]


def is_empty(engine: Engine) -> bool:
    """Whether nothing has ever happened in this database."""
    with read(engine) as session:
        return by_key(session, ChainHead, 1) is None


def restore(
    engine: Engine, evidence: Path, file: Path, *, now: datetime, safety: Path | None = None
) -> Restored:
    """Replace all rows by those of a backup; writers wait meanwhile, readers see what was.

    What goes is saved to `safety` in the same transaction: all rows, and the attached files that
    the backup does not know. Raises NotPossible, with nothing changed, when the backup is damaged,
    was made by a newer version, or its record does not hold.
    """
    with (
        archive.opened(file) as backup,
        archive.workroom(evidence.parent) as room,
        _prepared(backup, room) as scratch,
    ):
        try:
            with read(scratch) as source, write(engine) as session:
                if safety is not None:
                    _keep(session, evidence, attached(source), safety, now)
                restored = _replace(session, source, backup.manifest, evidence, now)
                _place(backup.manifest, room, evidence)
        except (LookupError, ValueError) as error:  # what no column of ours holds
            raise NotPossible(f"The backup is damaged, and nothing was changed: {error}") from error
    return restored


# Before the transaction --------------------------------------------------------------------


@contextmanager
def _prepared(backup: Archive, room: Path) -> Iterator[Engine]:
    """Take the backup out, check every part, and bring its tables to this version."""
    for name, member in backup.manifest.members.items():
        if name != DATABASE:
            if archive.evidence_name(member.sha256) != name:
                raise NotPossible(f"The backup is damaged, and nothing was changed: {name}.")
            backup.extract(name, room / member.sha256)
    backup.extract(DATABASE, room / DATABASE)
    with scratch_database(room) as scratch:
        _check(scratch, backup.manifest)
        try:
            schema.migrate(scratch)
        except SchemaError:
            raise NotPossible(
                "The backup was made by a newer version of this program "
                f"(revision {backup.manifest.revision}). Install that version, then restore it."
            ) from None
        yield scratch


def _check(scratch: Engine, manifest: Manifest) -> None:
    """Raises NotPossible for a database that is not the plain tables that we write."""
    with scratch.connect() as connection:
        sound = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        code = "SELECT count(*) FROM sqlite_master WHERE type NOT IN ('table', 'index')"
        strange = connection.exec_driver_sql(code).scalar_one()
    if not sound or orphans or strange:
        raise NotPossible("The backup is damaged, and nothing was changed: its tables do not hold.")
    if schema.current_revision(scratch) != manifest.revision:
        raise NotPossible("The backup is damaged, and nothing was changed: its versions differ.")


def _keep(session: Session, evidence: Path, staying: set[str], safety: Path, now: datetime) -> None:
    """Save what is about to go: all rows, and the attached files that no row names any more.

    Everybody waits for it, so it is not packed.
    """
    archive.check_target(safety, replace=False)
    with archive.workroom(safety.parent) as room:
        manifest = snapshot(session, room, now)
        going = attached(session) - staying
        members = members_of(room, evidence, going, manifest)
        archive.write(manifest, members, safety, room, packed=False)


# Within it ---------------------------------------------------------------------------------


def _replace(
    session: Session, source: Session, manifest: Manifest, evidence: Path, now: datetime
) -> Restored:
    replaced = by_key(session, ChainHead, 1)
    events, head = (replaced.sequence, replaced.hash) if replaced else (0, "")
    saved = by_key(session, Event, manifest.events)
    went_on = saved is not None and saved.hash == manifest.head
    taken = taken_away(session)
    empty(session.connection())
    copy(source.connection(), session.connection())
    _check_record(session, manifest)
    restored = BackupRestored(
        None,
        **facts_of(manifest),
        replaced={"events": events, "head": head},
        level_letters=asdict(taken.level_letters),
    )
    take_away(session, taken, now)
    append(session, now, AT_THE_MACHINE, restored)
    renew_gates(session)
    undecided = hold_back(session, now, unknown=not went_on)
    missing = _missing(session, manifest, evidence)
    return Restored(manifest, max(0, events - manifest.events), undecided, missing)


def _check_record(session: Session, manifest: Manifest) -> None:
    broken = verify(session)
    if broken is not None:
        raise NotPossible(
            f"Nothing was changed: the record in the backup is broken at event {broken.sequence} "
            f"({broken.reason})."
        )
    saved = by_key(session, Event, manifest.events)
    after = find(session, select(Event.kind).where(Event.sequence > manifest.events))
    # Bringing an older version's tables up to date is on record, too.
    updates = set(after) <= {RecordWidened.kind}
    if not updates or (saved.hash if saved else FIRST_HASH) != manifest.head:
        raise NotPossible("Nothing was changed: the backup's record and its manifest differ.")


def _missing(session: Session, manifest: Manifest, evidence: Path) -> list[str]:
    """The attached files that are neither in the backup nor here already."""
    elsewhere = {member.sha256 for member in manifest.members.values()}
    return sorted(
        sha256
        for sha256 in attached(session) - elsewhere
        if not is_whole(path_of(evidence, sha256), sha256)
    )


def _place(manifest: Manifest, room: Path, evidence: Path) -> None:
    """Put the attached files where they belong; there before their rows are."""
    for name, member in manifest.members.items():
        file = path_of(evidence, member.sha256)
        if name == DATABASE:
            continue
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (room / member.sha256).replace(file)
        archive.make_durable(file.parent)
