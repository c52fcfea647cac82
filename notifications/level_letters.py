"""Letters about risk levels as bulk work: a batch is drafted; then printed, frozen and bundled.

Work goes chunk by chunk, and each chunk is safe to do twice, half or in two places at once. In
what order the chunks are done and by what is for whoever carries the job out: `Spread`.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from models.clocks import london_date
from models.database import read, write
from models.level_letters.batches import find_batch
from models.level_letters.drafting import concerns, draft_chunk, finish_drafting
from models.level_letters.issuing import Frozen, finish_issuing, freeze
from models.level_letters.tables import (
    BatchState,
    LetterBatch,
    LevelLetter,
    LevelLetterFile,
    LevelLetterState,
)
from models.policy import Policy
from models.rows import find, find_one
from models.settings import Settings
from models.work import Hold
from notifications.bundle import Bundle, write_bundle
from notifications.letters import LetterDocument, Letterhead, Signatory
from notifications.press import PROCESSES, Press, press

SCHOOLS_OF_A_CHUNK = 250
LETTERS_OF_A_CHUNK = 400
Chunk = Sequence[Any]
# Does a piece of work on each of many chunks; yields how much is done whenever one of them is.
Spread = Callable[[Callable[[Chunk], int], Sequence[Chunk]], Iterator[int]]


def in_threads(work: Callable[[Chunk], int], chunks: Sequence[Chunk]) -> Iterator[int]:
    """As many chunks at once as there are processes that print."""
    pool = ThreadPoolExecutor(PROCESSES)
    try:
        for done in as_completed([pool.submit(work, chunk) for chunk in chunks]):
            yield done.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _chunks(items: Sequence[Any], size: int) -> list[Chunk]:
    return [items[first : first + size] for first in range(0, len(items), size)]


# Drafting ----------------------------------------------------------------------------------


def draft_batch(
    hold: Hold, policy: Policy, _settings: Settings, spread: Spread = in_threads
) -> None:
    """Draft every letter of the batch that the job is about, and draw its sample."""
    with read(hold.engine) as session:
        batch = find_batch(session, hold.job.subject_id)
        schools = concerns(session, batch) if batch.state is BatchState.PREPARING else []

    def draft(chunk: Chunk) -> int:
        draft_chunk(hold.engine, policy, hold.clock(), batch, chunk)
        return len(chunk)

    done = 0
    hold.report(done, len(schools))
    for more in spread(draft, _chunks(schools, SCHOOLS_OF_A_CHUNK)):
        done += more
        hold.report(done, len(schools))
    with write(hold.engine) as session:
        finish_drafting(session, policy, hold.clock(), batch.id)
    hold.end()


# Issuing -----------------------------------------------------------------------------------


def issue_batch(
    hold: Hold, policy: Policy, settings: Settings, spread: Spread = in_threads
) -> None:
    """Print and freeze every letter of the batch that the job is about; make its print bundle.

    Its units of work are letters printed and letters put into the bundle.
    """
    engine = hold.engine
    with read(engine) as session:
        batch = find_batch(session, hold.job.subject_id)
        left = _drafted(session, batch)
        done = _issued(session, batch)
        by_post = _by_post(session, batch)
    total = done + len(left) + by_post
    with press() as shared:

        def issue(chunk: Chunk) -> int:
            _issue(hold, policy, batch, shared, chunk)
            return len(chunk)

        hold.report(done, total)
        for more in spread(issue, _chunks(left, LETTERS_OF_A_CHUNK)):
            done += more
            hold.report(done, total)
    bundle = _bundle(hold, settings, batch, done, total) if by_post else None
    with write(engine) as session:
        made = (bundle.sha256, bundle.pages) if bundle else None
        finish_issuing(session, hold.clock(), batch, made)
    hold.end()


def _drafted(session: Session, batch: LetterBatch) -> list[int]:
    drafted = (
        select(LevelLetter.id)
        .where(LevelLetter.batch_id == batch.id, LevelLetter.state == LevelLetterState.DRAFTED)
        .order_by(col(LevelLetter.id))
    )
    return list(find(session, drafted))


def _issued(session: Session, batch: LetterBatch) -> int:
    issued = select(func.count(col(LevelLetter.id))).where(
        LevelLetter.batch_id == batch.id, LevelLetter.state == LevelLetterState.ISSUED
    )
    return find_one(session, issued)


def _by_post(session: Session, batch: LetterBatch) -> int:
    posted = select(func.count(col(LevelLetter.id))).where(
        LevelLetter.batch_id == batch.id,
        col(LevelLetter.state).in_((LevelLetterState.DRAFTED, LevelLetterState.ISSUED)),
        col(LevelLetter.email).is_(None),
    )
    return find_one(session, posted)


def _issue(
    hold: Hold, policy: Policy, batch: LetterBatch, shared: Press, letters: Sequence[int]
) -> None:
    """Print a chunk of letters, and freeze them in one transaction."""
    with read(hold.engine) as session:
        statement = select(LevelLetter).where(col(LevelLetter.id).in_(letters))
        found = find(session, statement.order_by(col(LevelLetter.id)))
    today = london_date(hold.clock())
    printed = shared.print([level_letter_document(policy, batch, each, today) for each in found])
    frozen = [
        Frozen(letter, each.content, each.pages, each.trouble)
        for letter, each in zip(found, printed, strict=True)
    ]
    with write(hold.engine) as session:
        freeze(session, hold.clock(), batch, frozen)


def level_letter_document(
    policy: Policy, batch: LetterBatch, letter: LevelLetter, today: date
) -> LetterDocument:
    """All that is printed on a letter; `today` stands in for the date of one not yet approved."""
    return LetterDocument(
        letterhead=Letterhead.of(policy),
        reference=f"RISK-{batch.id}/{letter.id}",
        date=batch.dated or today,
        addressee=tuple(letter.address),
        body=letter.body,
        respond_by=None,
        signatory=Signatory(batch.signed_by or "", batch.signed_as or "Head of Service"),
        copies=(),
        draft=batch.dated is None,
    )


# The print bundle --------------------------------------------------------------------------


def bundle_file(settings: Settings, number: int) -> Path:
    """Where the print bundle of a batch lies."""
    return settings.home / "bundles" / f"{number}.pdf"


def _bundle(hold: Hold, settings: Settings, batch: LetterBatch, done: int, total: int) -> Bundle:
    """Write the bundle of the letters that go by post, in posting order."""
    file = bundle_file(settings, batch.id)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left_behind in file.parent.glob(f"{batch.id}-*.part"):
        left_behind.unlink(missing_ok=True)
    # Two may be at it for a moment, when one has lost its hold: each has a file of its own.
    part = file.with_name(f"{batch.id}-{hold.job.claims}.part")
    return write_bundle(file, part, _posted(hold, batch, done, total))


def _posted(hold: Hold, batch: LetterBatch, done: int, total: int) -> Iterator[bytes]:
    """The frozen letters that go by post, in posting order; tells how far they are."""
    with read(hold.engine) as session:
        posted = (
            select(LevelLetter.id)
            .where(LevelLetter.batch_id == batch.id, LevelLetter.state == LevelLetterState.ISSUED)
            .where(col(LevelLetter.email).is_(None))
            .order_by(col(LevelLetter.posting_order), col(LevelLetter.id))
        )
        letters = list(find(session, posted))
    for chunk in _chunks(letters, LETTERS_OF_A_CHUNK):
        files = _files(hold.engine, chunk)
        for letter in chunk:
            yield files[letter]
        done += len(chunk)
        hold.report(done, total)


def _files(engine: Engine, letters: Sequence[int]) -> dict[int, bytes]:
    with read(engine) as session:
        kept = select(LevelLetterFile.letter_id, LevelLetterFile.content).where(
            col(LevelLetterFile.letter_id).in_(letters)
        )
        return dict(find(session, kept))
