"""Batches of letters about risk levels: opened by an officer, or by the clock.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 3: a letter to the leaders
and the chair of governors of every school early each September, and after every change.
"""

from datetime import datetime, time

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from models import work
from models.clocks import is_working_day, london_date, london_time, long_date
from models.database import read, write
from models.events import THE_CLOCK
from models.inputs import Input, Word
from models.level_letters.already_left import left_before
from models.level_letters.batches import find_batch
from models.level_letters.drafting import in_year_changes
from models.level_letters.tables import BatchState, LetterBatch
from models.outbox import ClockPass
from models.people.access import Act
from models.people.acting import Acting
from models.policy.programme import school_year_of
from models.refusals import InvalidInput, NotPossible
from models.risk.tables import AssessmentRound, RoundState
from models.rows import add, by_key, change, find, find_first, find_one
from models.work import BulkKind

COLLECTS = time(7)  # London's, on working days: from then on the clock collects the changes
COLLECTED = "level_letters"


class NewLetterBatch(Input):
    """What a batch of letters is about: `annual` or `changes`."""

    about: Word


def open_batch(acting: Acting, given: NewLetterBatch) -> LetterBatch:
    """Begin a batch about the last published round, or about changes in the year.

    Its letters are drafted by a bulk job. Raises NotAllowed, InvalidInput; NotPossible when there
    is nothing to write about that no other batch has.
    """
    acting.require(Act.PREPARE_LEVEL_LETTERS)
    session, about, by = acting.session, given.about, acting.officer.email
    if about not in ("annual", "changes"):
        raise InvalidInput("about", "Choose “annual” or “changes”.")
    opened = (
        _open_annual(session, acting.now, by)
        if about == "annual"
        else open_changes(session, acting.now, by)
    )
    if opened is None:
        what = "No published assessment" if about == "annual" else "No change of level"
        raise NotPossible(f"{what} is waiting for its letters.")
    return find_batch(session, opened)


def open_due_batches(engine: Engine, now: datetime) -> int:
    """Open what is due by itself; how many batches.

    The letters about a published round are due at once. Changes in the year are collected once
    on each working day, from seven in the morning. What an officer withdrew waits for an officer.
    """
    with read(engine) as session:
        if annual_waiting(session, but_withdrawn=True) is None and not _collects(session, now):
            return 0
    with write(engine) as session:
        opened = [_open_annual(session, now, THE_CLOCK, but_withdrawn=True)]
        if _collects(session, now):
            if not change(session, ClockPass, {"name": COLLECTED}, at=now):
                add(session, ClockPass, name=COLLECTED, at=now)
            opened.append(open_changes(session, now, THE_CLOCK, after=_last_taken(session)))
        return sum(number is not None for number in opened)


def _collects(session: Session, now: datetime) -> bool:
    """Whether it is time for today's changes, which nobody has collected yet."""
    local = london_time(now)
    if local.time() < COLLECTS or not is_working_day(local.date()):
        return False
    last = by_key(session, ClockPass, COLLECTED)
    return last is None or london_date(last.at) != local.date()


def _open_annual(
    session: Session, now: datetime, by: str, *, but_withdrawn: bool = False
) -> int | None:
    year = annual_waiting(session, but_withdrawn=but_withdrawn)
    if year is None:
        return None
    return _open(
        session,
        now,
        occasion=f"annual:{year}",
        title=f"Letters on risk levels for {year} to {year + 1}",
        school_year=year,
        created_by=by,
    )


def annual_waiting(session: Session, *, but_withdrawn: bool = False) -> int | None:
    """The school year whose levels are published and whose schools have no letters yet.

    It is the last one that was published, or none. With `but_withdrawn` a year whose letters were
    withdrawn does not wait.
    """
    published = select(func.max(AssessmentRound.school_year)).where(
        AssessmentRound.state == RoundState.PUBLISHED
    )
    year = find_one(session, published)
    written = select(LetterBatch.id).where(
        LetterBatch.school_year == year, col(LetterBatch.first_change).is_(None)
    )
    if not but_withdrawn:
        written = written.where(LetterBatch.state != BatchState.WITHDRAWN)
    return None if find_first(session, written) is not None else year


def open_changes(session: Session, now: datetime, by: str, *, after: int = 0) -> int | None:
    """Begin the batch about the changes that wait, those with a later key than `after`.

    Its key; None when no change waits.
    """
    waiting = changes_waiting(session, after=after)
    if not waiting:
        return None
    today = london_date(now)
    return _open(
        session,
        now,
        occasion=f"changes:{waiting[0]}",
        title=f"Letters on changed risk levels, {long_date(today)}",
        school_year=school_year_of(today),
        first_change=waiting[0],
        last_change=waiting[-1],
        created_by=by,
    )


def changes_waiting(session: Session, *, after: int = 0) -> list[int]:
    """The changes of level in the year that no batch has, in the order in which they came."""
    taken = (
        select(LetterBatch.id)
        .where(LetterBatch.state != BatchState.WITHDRAWN)
        .where(col(LetterBatch.first_change) <= in_year_changes.c.id)
        .where(col(LetterBatch.last_change) >= in_year_changes.c.id)
    )
    waiting = (
        select(in_year_changes.c.id)
        .where(in_year_changes.c.id > after, ~taken.exists())
        .order_by(in_year_changes.c.id)
    )
    return list(find(session, waiting))


def _last_taken(session: Session) -> int:
    """The last change that any batch took, also one that was withdrawn."""
    return find_one(session, select(func.max(LetterBatch.last_change))) or 0


def _open(
    session: Session,
    now: datetime,
    *,
    school_year: int,
    first_change: int | None = None,
    **values: object,
) -> int:
    number = add(
        session,
        LetterBatch,
        school_year=school_year,
        first_change=first_change,
        **values,
        state=BatchState.PREPARING,
        created_at=now,
        may_have_left=left_before(session).covers(school_year, first_change),
    )
    work.enqueue(session, now, BulkKind.PREPARE_LETTERS, number)
    return number
