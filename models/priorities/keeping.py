"""Priorities of a school's improvement plan: recorded, changed with a reason, met or given up.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 3 and Table 1 ("Monitor
School Improvement Plan and its impact").
"""

from collections.abc import Callable
from datetime import date

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.clocks import past_day
from models.events import append
from models.inputs import Day, Input, Text
from models.matters.at_hand import find_row, sees
from models.matters.tables import Matter
from models.people.access import Act
from models.people.acting import Acting
from models.people.tables import Officer
from models.priorities.events import PriorityAdded, PriorityChanged, PriorityEnded
from models.priorities.tables import ImprovementPriority, PriorityState, PriorityVersion
from models.refusals import InvalidInput, NotPossible
from models.rows import add, by_key, change, find_one, get_row, kept
from models.school_record.opening import enter_record
from models.text import check_line, check_prose

LONGEST_PRIORITY = 300  # characters
LONGEST_TEXT = 4000
LONGEST_YEARS = 5  # from its first day to its last


class PriorityNow(Input):
    """A priority: how one sees that it is met, who at the school owns it, from when to when."""

    priority: Text
    success_criteria: Text
    owner: Text
    first_day: Day
    last_day: Day


class PriorityChange(PriorityNow):
    """The same as it is from now on, and why it was changed."""

    reason: Text


class PriorityEnd(Input):
    """Whether it was met or is given up, on which day, and what was achieved or why."""

    met: bool
    ended_on: Day
    outcome: Text


@kept
def _version(priority: int, version: int) -> SelectOfScalar[PriorityVersion]:
    return select(PriorityVersion).where(
        col(PriorityVersion.priority_id) == priority, col(PriorityVersion.version) == version
    )


def says(session: Session, priority: ImprovementPriority) -> PriorityVersion:
    """What a priority says now."""
    found: PriorityVersion = find_one(session, _version(priority.id, priority.version))
    return found


def add_priority(acting: Acting, urn: object, given: PriorityNow) -> ImprovementPriority:
    """Put a priority on a school's own record, which is opened where there is none.

    Raises NotFound, NotAllowed, InvalidInput, NotPossible.
    """
    record = enter_record(acting, Act.RECORD_PRIORITY, urn)
    _check(given)
    key = add(
        acting.session,
        ImprovementPriority,
        matter_id=record.matter.id,
        state=PriorityState.OPEN,
        version=1,
    )
    _write(acting, key, 1, given, "")
    added = PriorityAdded(record.matter.id, priority=key, words=given.priority)
    append(acting.session, acting.now, acting.officer.email, added)
    return get_row(acting.session, ImprovementPriority, key)


def change_priority(acting: Acting, number: int, given: PriorityChange) -> ImprovementPriority:
    """Say what it is from now on, and why; what it said before stays on record.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible for one that has ended.
    """
    session = acting.session
    found = find_open_priority(session, acting.officer, number)
    _check(given)
    check_prose("reason", given.reason, most=LONGEST_TEXT)
    before, now = says(session, found), given.model_dump(exclude={"reason"})
    if all(getattr(before, name) == value for name, value in now.items()):
        raise NotPossible("Nothing has been changed.")
    version = found.version + 1
    its = {"id": found.id, "version": found.version}
    change(session, ImprovementPriority, its, version=version)
    _write(acting, found.id, version, given, given.reason)
    changed = PriorityChanged(
        found.matter_id,
        priority=found.id,
        version=version,
        words=given.priority,
        reason=given.reason,
    )
    append(session, acting.now, acting.officer.email, changed)
    return get_row(session, ImprovementPriority, found.id)


def end_priority(acting: Acting, number: int, given: PriorityEnd) -> ImprovementPriority:
    """It was met, or is given up. Its actions stay open until each is done or dropped.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible for one that has ended.
    """
    session = acting.session
    found = find_open_priority(session, acting.officer, number)
    past_day("ended_on", given.ended_on, acting.now)
    check_prose("outcome", given.outcome, most=LONGEST_TEXT)
    change(
        session,
        ImprovementPriority,
        {"id": found.id, "state": PriorityState.OPEN},
        state=PriorityState.MET if given.met else PriorityState.DROPPED,
        ended_on=given.ended_on,
        outcome=given.outcome,
        ended_by_id=acting.officer.id,
    )
    words = says(session, found).priority
    ended = PriorityEnded(
        found.matter_id, priority=found.id, words=words, met=given.met, on=given.ended_on
    )
    append(session, acting.now, acting.officer.email, ended)
    return get_row(session, ImprovementPriority, found.id)


def find_open_priority(session: Session, officer: Officer, number: int) -> ImprovementPriority:
    """One that is neither met nor given up, for an officer who may keep it; raises as they do."""
    found = find_row(session, officer, Act.RECORD_PRIORITY, ImprovementPriority, number)
    if found.state is not PriorityState.OPEN:
        raise NotPossible("This priority has ended already.")
    return found


def check_priority(session: Session, officer: Officer, urn: int | None, number: int) -> None:
    """Refuse a priority that is not one of this school, or not there to be seen; InvalidInput."""
    found = by_key(session, ImprovementPriority, number)
    matter = get_row(session, Matter, found.matter_id) if found else None
    if (
        matter is None
        or matter.urn != urn
        or not sees(session, officer, matter.id, restricted=matter.restricted)
    ):
        raise InvalidInput("priority", "Choose a priority of this school.")


def _check(given: PriorityNow) -> None:
    """Refuse what was typed, all faults at once; raises InvalidInput."""
    errors: list[tuple[str, str]] = []
    checks: tuple[Callable[[], object], ...] = (
        lambda: check_line("priority", given.priority, most=LONGEST_PRIORITY),
        lambda: check_prose("success_criteria", given.success_criteria, most=LONGEST_TEXT),
        lambda: check_line("owner", given.owner, most=100),
        lambda: _check_days(given.first_day, given.last_day),
    )
    for check in checks:
        try:
            check()
        except InvalidInput as invalid:
            errors += invalid.errors
    if errors:
        raise InvalidInput.many(errors)


def _check_days(first: date, last: date) -> None:
    if last < first:
        raise InvalidInput("last_day", "Enter a day that is not before the first one.")
    if last.year - first.year > LONGEST_YEARS:
        raise InvalidInput("last_day", f"Enter a day within {LONGEST_YEARS} years of the first.")


def _write(acting: Acting, key: int, version: int, given: PriorityNow, reason: str) -> None:
    add(
        acting.session,
        PriorityVersion,
        priority_id=key,
        version=version,
        **given.model_dump(exclude={"reason"}),
        reason=reason,
        written_by_id=acting.officer.id,
        written_at=acting.now,
    )
