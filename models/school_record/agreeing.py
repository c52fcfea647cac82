"""What somebody undertook to do by a day: set with its reminders, and settled."""

from sqlmodel import Session

from models.clocks import london_date
from models.events import append
from models.inputs import Day, Input, Text
from models.matters.at_hand import find_row
from models.matters.deadlines import LONGEST_PERIOD, close_deadline, set_deadline
from models.matters.events import DeadlineSettled
from models.matters.tables import Deadline, DeadlineKind, DeadlineState
from models.people.access import Act
from models.people.acting import Acting
from models.people.tables import Officer
from models.refusals import InvalidInput, NotFound, NotPossible
from models.rows import get_row
from models.school_record.opening import enter_record
from models.text import check_prose

LONGEST_WHAT = 300  # characters


class DeadlineAgreed(Input):
    """What is to be done, and by which day."""

    what: Text
    due_on: Day


class Outcome(Input):
    """Whether what was due is done; where not, it is no longer wanted and the note says why."""

    done: bool
    note: Text = ""


def agree_deadline(acting: Acting, urn: object, given: DeadlineAgreed) -> Deadline:
    """Set a deadline on a school's record; whoever looks after the record is reminded of it.

    Raises NotFound, NotAllowed, InvalidInput, NotPossible.
    """
    record = enter_record(acting, Act.AGREE_DEADLINE, urn)
    check_prose("what", given.what, most=LONGEST_WHAT)
    today = london_date(acting.now)
    if not today < given.due_on <= today + LONGEST_PERIOD:
        raise InvalidInput("due_on", "Enter a date after today and within a year.")
    agreed = set_deadline(
        acting.session,
        acting.policy,
        record.matter.id,
        step_key=None,
        due_on=given.due_on,
        rule=given.what,
        now=acting.now,
        kind=DeadlineKind.AGREED,
    )
    append(acting.session, acting.now, acting.officer.email, agreed)
    return get_row(acting.session, Deadline, agreed.deadline)


def settle_agreed(acting: Acting, deadline_id: int, given: Outcome) -> Deadline:
    """Say that what was due has been done, or is not wanted any more; nobody is reminded again.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible for what is settled already.
    """
    session = acting.session
    deadline = find_to_settle(session, acting.officer, deadline_id)
    check_prose("note", given.note, required=not given.done)
    close_deadline(session, deadline, met=given.done)
    settled = DeadlineSettled(
        deadline.matter_id,
        deadline=deadline.id,
        what=deadline.rule,
        done=given.done,
        note=given.note,
    )
    append(session, acting.now, acting.officer.email, settled)
    return get_row(session, Deadline, deadline.id)


def find_to_settle(session: Session, officer: Officer, deadline_id: int) -> Deadline:
    """A deadline that was agreed and is not settled yet; raises what `settle_agreed` does."""
    deadline = find_row(session, officer, Act.AGREE_DEADLINE, Deadline, deadline_id)
    if deadline.kind is not DeadlineKind.AGREED:
        raise NotFound(Deadline.missing.format(deadline_id))
    if deadline.state in (DeadlineState.MET, DeadlineState.CANCELLED):
        raise NotPossible("This deadline has already been settled.")
    return deadline
