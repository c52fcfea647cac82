"""Files attached to a case: received, checked and kept; what dead uploads left, removed."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from sqlalchemy import Engine
from sqlmodel import Session, select

from models.database import read, write
from models.escalations.tables import LIVE
from models.events import append
from models.evidence.events import EvidenceAdded, EvidenceRefused
from models.evidence.tables import EvidenceFile, Scan, safe_name
from models.files import folder as on_disk
from models.files.cautions import Caution
from models.files.examining import examine
from models.files.folder import Bytes
from models.files.kinds import Kind, kind_of
from models.files.scanner import Infected, scan
from models.inputs import Input, Text
from models.matters.at_hand import AtHand
from models.matters.case import Case, enter_at_hand
from models.people import repeated_refusals
from models.people.access import Act
from models.people.acting import Acting
from models.people.tables import Officer
from models.policy import Policy
from models.refusals import InvalidInput, NotPossible
from models.rows import add, find, find_first, get_row
from models.schools.tables import School
from models.settings import Settings
from models.text import check_prose

LONGEST_DESCRIPTION = 2000  # characters
NO_SCANNER = (
    "No file can be added, because no malware scanner is set. Ask your administrator to set "
    "SCC_SCANNER to the command of one, or to “none” if files are to be kept without a scan."
)
LEFT_BEHIND = timedelta(hours=1)  # after which no upload can still be on its way


@dataclass(frozen=True)
class Upload:
    """A file as somebody sends it; `name` as it came."""

    name: str
    content: BinaryIO


@dataclass(frozen=True)
class Received:
    """A file that may be kept, still under its temporary name."""

    name: str
    kind: Kind
    bytes: Bytes
    cautions: list[Caution]
    scan: Scan
    scan_result: str


def scan_is_missing(settings: Settings, school: School) -> bool:
    """Whether no file can be kept: nothing scans it, and nobody has said that nothing needs to.

    The files of the demonstration's schools are made up, and need no scanner.
    """
    chosen = settings.scanner_command or settings.scanner_switched_off
    return not chosen and not school.demonstration


@dataclass(frozen=True)
class Place:
    """Where a file is to go, for an officer who may put one there; both raise what stands in way.

    `look` tells the school before the file is taken in, in a session for looking; `enter` finds
    what the file hangs on, in the transaction that writes it down.
    """

    look: Callable[[Session, Policy, Officer], School]
    enter: Callable[[Acting], AtHand]


def on_matter(reference: str) -> Place:
    """A matter that there is, by its reference."""
    return Place(
        look=lambda session, policy, officer: _enter(session, policy, officer, reference).school,
        enter=lambda acting: _enter(acting.session, acting.policy, acting.officer, reference),
    )


def receive(
    engine: Engine,
    policy: Policy,
    settings: Settings,
    *,
    officer: Officer,
    now: datetime,
    reference: str,
    upload: Upload,
) -> AbstractContextManager[Received]:
    """As `receive_at`, for a matter; NotPossible also when its escalation is closed."""
    place = on_matter(reference)
    return receive_at(
        engine, policy, settings, officer=officer, now=now, place=place, upload=upload
    )


@contextmanager
def receive_at(
    engine: Engine,
    policy: Policy,
    settings: Settings,
    *,
    officer: Officer,
    now: datetime,
    place: Place,
    upload: Upload,
) -> Iterator[Received]:
    """Take in a file, outside any transaction: scanning may take a minute.

    What `keep` has not kept by the end is removed. Raises NotFound, NotAllowed, InvalidInput for
    what cannot be evidence (malware is put on record where the file was to go), and NotPossible
    when no scanner is set, or the file could not be stored or checked.
    """
    with read(engine) as session:
        if scan_is_missing(settings, place.look(session, policy, officer)):
            raise NotPossible(NO_SCANNER)
    name = safe_name(upload.name)
    if not name:
        raise InvalidInput("file", "The file has no name. Give it one and choose it again.")
    with on_disk.arriving(settings.evidence_folder, upload.content) as arrived:
        kind = kind_of(arrived.path, name)
        cautions = examine(arrived.path, kind)
        try:
            verdict, words = scan(settings.scanner_command, arrived.path)
        except Infected as found:
            about = arrived.sha256
            with write(engine) as session:
                on = place.enter(Acting(session, policy, officer, now)).matter.id
                refused = EvidenceRefused(on, name=name, sha256=about, reason=str(found))
                repeated_refusals.record(session, now, officer.email, refused, about=about)
            raise InvalidInput(
                "file",
                "The malware scanner found something in this file, so it was not kept. "
                "Tell your administrator before you open it.",
            ) from None
        yield Received(name, kind, arrived, cautions, verdict, words)


class Described(Input):
    """What a file is, and what it shows."""

    description: Text


def add_evidence(
    acting: Acting, reference: str, received: Received, given: Described
) -> EvidenceFile:
    """As `keep`, on a matter; NotPossible also when its escalation is closed."""
    return keep(acting, on_matter(reference), received, given)


def keep(acting: Acting, place: Place, received: Received, given: Described) -> EvidenceFile:
    """Keep a received file on the matter, at the step where it stands if it is on a ladder.

    Its bytes are in place before there is a row. Raises NotFound, NotAllowed, InvalidInput, and
    NotPossible when the matter has these bytes already.
    """
    session, officer = acting.session, acting.officer
    at_hand = place.enter(acting)
    check_prose("description", given.description, most=LONGEST_DESCRIPTION)
    _check_new(at_hand, received.bytes.sha256)
    on_disk.put_in_place(received.bytes)
    file_id = add(
        session,
        EvidenceFile,
        matter_id=at_hand.matter.id,
        step_key=at_hand.stands_at,
        name=received.name,
        media_type=received.kind.media_type,
        size=received.bytes.size,
        sha256=received.bytes.sha256,
        cautions=[caution.value for caution in received.cautions],
        scan=received.scan,
        scan_result=received.scan_result,
        description=given.description,
        added_by_id=officer.id,
        added_at=acting.now,
    )
    added = EvidenceAdded(
        at_hand.matter.id,
        file=file_id,
        step=at_hand.stands_at,
        name=received.name,
        media_type=received.kind.media_type,
        size=received.bytes.size,
        sha256=received.bytes.sha256,
        cautions=tuple(caution.value for caution in received.cautions),
        scan=received.scan.value,
    )
    append(session, acting.now, officer.email, added)
    return get_row(session, EvidenceFile, file_id)


def _enter(session: Session, policy: Policy, officer: Officer, reference: str) -> AtHand:
    found = enter_at_hand(session, policy, officer, Act.ADD_EVIDENCE, reference)
    if isinstance(found, Case) and found.escalation.status not in LIVE:
        status = found.escalation.status.value
        raise NotPossible(f"The escalation is {status}: no evidence can be added to it.")
    return found


def _check_new(at_hand: AtHand, sha256: str) -> None:
    """Writers queue, so of two at once the second finds the first's row; the index says so too."""
    same = select(EvidenceFile.name).where(
        EvidenceFile.matter_id == at_hand.matter.id, EvidenceFile.sha256 == sha256
    )
    name = find_first(at_hand.session, same)
    if name is not None:
        where = "case" if isinstance(at_hand, Case) else "school’s record"
        raise NotPossible(f"This file is already on the {where}, as “{name}”.")


def sweep(engine: Engine, settings: Settings, now: datetime) -> int:
    """Remove what uploads that died left behind more than an hour ago; how many files it was.

    A file whose row exists is never removed: whether it does is looked up in a write transaction,
    and only in one can a file get its row.
    """
    before = (now - LEFT_BEHIND).timestamp()
    folder = settings.evidence_folder
    removed = sum(on_disk.remove_old(path, before) for path in on_disk.temporary_files(folder))
    files = on_disk.files_in_place(folder)
    with read(engine) as session:
        if files.keys() <= _on_record(session):
            return removed
    with write(engine) as session:
        unknown = files.keys() - _on_record(session)
        return removed + sum(on_disk.remove_old(files[sha256], before) for sha256 in unknown)


def _on_record(session: Session) -> set[str]:
    return set(find(session, select(EvidenceFile.sha256).distinct()))
