"""What batches wrote about before a backup was restored: it may have left already."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from models.events import Event
from models.level_letters.tables import BatchState, LetterBatch
from models.rows import find
from models.upkeep.events import BackupRestored


@dataclass(frozen=True)
class Left:
    """What batches that were approved were about: school years, and changes up to the last."""

    years: Sequence[int] = ()
    last_change: int = 0

    def covers(self, school_year: int, first_change: int | None) -> bool:
        """Whether a batch may repeat letters of these.

        Keys of changes made since the backup are given out again, so a new change may be among
        them: then an officer has a letter to decide about, rather than a school a second one.
        """
        if first_change is None:
            return school_year in self.years
        return first_change <= self.last_change


def approved_so_far(session: Session) -> Left:
    """What the batches are about that were approved, with those of which only the record tells."""
    approved = col(LetterBatch.state).in_((BatchState.APPROVED, BatchState.ISSUED))
    batches = find(session, select(LetterBatch).where(approved))
    before = left_before(session)
    years = {batch.school_year for batch in batches if batch.first_change is None}
    changes = [batch.last_change for batch in batches if batch.last_change is not None]
    return Left(sorted(years.union(before.years)), max([before.last_change, *changes]))


def left_before(session: Session) -> Left:
    """What had been approved when a backup was restored, says the record: all times together."""
    restored = select(Event).where(Event.kind == BackupRestored.kind)
    said = (BackupRestored.of(None, event.facts) for event in find(session, restored))
    told = [each.level_letters for each in said]
    known = [Left(**facts) for facts in told if facts]
    years = {year for left in known for year in left.years}
    return Left(sorted(years), max([0, *(left.last_change for left in known)]))
