"""Which letters must be proven to have been served on their addressee, by when, and from when so.

The addressee is the governing body: a period of the law runs from its notice alone (section 60(1)
of the Education and Inspections Act 2006). Copies are given at the same time, and their service is
recorded and shown, but nothing waits for it.
"""

from collections.abc import Iterable
from datetime import date, datetime

from sqlmodel import Session, and_, col, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from models.clocks import add_working_days, long_date
from models.happened import Happened
from models.law.service import serve_by
from models.letters.tables import Letter, LetterState
from models.letters.titles import letter_title
from models.matters.at_hand import AtHand
from models.matters.deadlines import close_deadline, set_deadline
from models.matters.tables import Deadline, DeadlineKind, DeadlineState
from models.policy.wording import inside
from models.rows import add, by_key, change, find, get_row, kept
from models.statutory.tables import Service, ServiceAsked

# Notices that the law wants in writing, or whose receipt it makes count; by the templates that
# write them. A council's own template of the warning notice is known by the step that sends it.
NOTICES = frozenset(
    {
        "warning_notice",
        "proposed_powers",
        "notice_of_arrangements",
        "appointment_of_governors",
        "notice_of_board",
        "suspension_of_budget",
        "budget_review_decision",
        "end_of_board",
    }
)


def must_be_served(at_hand: AtHand, letter: Letter) -> bool:
    """Whether a letter is a notice of steps vi and vii that is served on the governing body."""
    rule = at_hand.step_of(letter.step_key)
    of_step = rule is not None and rule.kind == "notice" and rule.letter == letter.template
    return of_step or letter.template in NOTICES


def ask_for_service(at_hand: AtHand, letter: Letter, now: datetime) -> list[Happened]:
    """A notice is issued: its officer is to prove that it was served, by a day of the policy's.

    Of a warning notice not later than the last day on which service leaves a compliance period.
    """
    assert letter.dated is not None  # noqa: S101 - it was approved
    if not must_be_served(at_hand, letter):
        return []
    asked, event = _new_deadline(at_hand, letter, letter.dated, now)
    add(at_hand.session, ServiceAsked, letter_id=letter.id, deadline_id=asked)
    return [event]


def _new_deadline(
    at_hand: AtHand, letter: Letter, since: date, now: datetime
) -> tuple[int, Happened]:
    due_on = add_working_days(since, at_hand.policy.statutory.prove_service_working_days)
    last = last_day_to_serve(letter)
    if last is not None:
        due_on = max(since, min(due_on, last))
    event = set_deadline(
        at_hand.session,
        at_hand.policy,
        letter.matter_id,
        step_key=None,
        kind=DeadlineKind.SERVICE,
        due_on=due_on,
        rule=f"Prove service on the governing body: {_named(letter)}",
        now=now,
    )
    return event.deadline, event


def _named(letter: Letter) -> str:
    dated = f" of {long_date(letter.dated)}" if letter.dated else ""
    return f"{inside(letter_title(letter.template))}{dated}"


def last_day_to_serve(letter: Letter) -> date | None:
    """Until when service leaves the period that a letter names; None where it names none."""
    return serve_by(letter.respond_by) if letter.respond_by is not None else None


def ask_again(at_hand: AtHand, letter: Letter, today: date, now: datetime) -> list[Happened]:
    """What proved its service does not count: the officer is asked for it anew."""
    asked = by_key(at_hand.session, ServiceAsked, letter.id)
    if asked is None or at_hand.matter.closed_on is not None:
        return []
    before = get_row(at_hand.session, Deadline, asked.deadline_id)
    still_proven = letter.id in served_from(at_hand.session, [letter.id])
    if before.state is not DeadlineState.MET or still_proven:
        return []
    deadline, event = _new_deadline(at_hand, letter, today, now)
    change(at_hand.session, ServiceAsked, {"letter_id": letter.id}, deadline_id=deadline)
    return [event]


@kept
def _asked(matter: int) -> SelectOfScalar[Letter]:
    return (
        select(Letter)
        .join(ServiceAsked, col(ServiceAsked.letter_id) == col(Letter.id))
        .where(col(Letter.matter_id) == matter)
        .order_by(col(Letter.id))
    )


def letters_asked(session: Session, matter_id: int) -> list[Letter]:
    """The issued notices of a matter of which proof of service was asked, as they were issued."""
    return find(session, _asked(matter_id))


@kept
def _still_asked(matter: int) -> SelectOfScalar[int]:
    return (
        select(ServiceAsked.letter_id)
        .join(Deadline, col(Deadline.id) == col(ServiceAsked.deadline_id))
        .where(col(Deadline.matter_id) == matter)
        .where(col(Deadline.state).in_((DeadlineState.OPEN, DeadlineState.MISSED)))
        .order_by(col(ServiceAsked.letter_id))
    )


def still_asked(session: Session, matter_id: int) -> list[int]:
    """The letters of a matter of which the officer is still to prove the service."""
    return find(session, _still_asked(matter_id))


def service_proven(session: Session, letter_id: int) -> None:
    """Nobody is reminded any more to prove the service of a letter, if somebody was."""
    asked = by_key(session, ServiceAsked, letter_id)
    if asked is not None:
        close_deadline(session, get_row(session, Deadline, asked.deadline_id), met=True)


def stop_asking(session: Session, letter_ids: Iterable[int]) -> None:
    """Whether these notices were served has lost its point: nobody is reminded any more."""
    theirs = select(ServiceAsked.deadline_id).where(col(ServiceAsked.letter_id).in_(letter_ids))
    _cancel(session, select(Deadline).where(col(Deadline.id).in_(theirs)))


def stop_asking_on(session: Session, matter_id: int) -> None:
    """The same of every notice of a matter."""
    _cancel(session, select(Deadline).where(Deadline.matter_id == matter_id))


def _cancel(session: Session, which: SelectOfScalar[Deadline]) -> None:
    waits = col(Deadline.state).in_((DeadlineState.OPEN, DeadlineState.MISSED))
    for deadline in find(session, which.where(Deadline.kind == DeadlineKind.SERVICE, waits)):
        close_deadline(session, deadline, met=False)


def served_from(session: Session, letter_ids: Iterable[int]) -> dict[int, date]:
    """From which day each of these letters counts as served on its addressee, where it does.

    One that was issued before the tracker asked for proof counts from the day it bears.
    """
    keys = list(letter_ids)
    found: dict[int, date] = {}
    for letter, dated, asked, counts_from in find(session, _proof(keys)) if keys else ():
        day = dated if asked is None else counts_from
        if day is not None:
            found[letter] = min(day, found.get(letter, day))
    return found


def _proof(letter_ids: list[int]) -> Select[int, date | None, int | None, date | None]:
    counts = and_(
        col(Service.letter_id) == col(Letter.id),
        col(Service.role) == col(Letter.to_role),
        col(Service.undone_on).is_(None),
    )
    return (
        select(
            col(Letter.id), col(Letter.dated), col(ServiceAsked.letter_id), col(Service.counts_from)
        )
        .outerjoin(ServiceAsked, col(ServiceAsked.letter_id) == col(Letter.id))
        .outerjoin(Service, counts)
        .where(col(Letter.id).in_(letter_ids), col(Letter.state) == LetterState.ISSUED)
    )
