"""One batch of letters about risk levels: found, counted, put on record."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.events import append
from models.level_letters.events import OfBatch
from models.level_letters.tables import BatchState, LetterBatch, LevelLetter, LevelLetterState
from models.refusals import NotFound
from models.rows import by_key, find_one
from models.work import BulkKind


def find_batch(session: Session, number: int) -> LetterBatch:
    """The batch with this number as it is now; raises NotFound."""
    found = by_key(session, LetterBatch, number)
    if found is None:
        raise NotFound(f"There is no batch of letters {number}.")
    return found


def job_of(batch: LetterBatch) -> BulkKind | None:
    """The kind of bulk work that is done on a batch, or was done last; None once withdrawn."""
    match batch.state:
        case BatchState.PREPARING | BatchState.PREPARED:
            return BulkKind.PREPARE_LETTERS
        case BatchState.APPROVED | BatchState.ISSUED:
            return BulkKind.ISSUE_LETTERS
        case _:
            return None


def count(session: Session, batch: LetterBatch, state: LevelLetterState) -> int:
    counted = select(func.count(col(LevelLetter.id))).where(
        LevelLetter.batch_id == batch.id, LevelLetter.state == state
    )
    return find_one(session, counted)


def record(
    session: Session, now: datetime, by: str, what: type[OfBatch], batch: LetterBatch, letters: int
) -> None:
    """Put on record what became of a batch of so many letters."""
    append(session, now, by, what(None, batch=batch.id, title=batch.title, letters=letters))
