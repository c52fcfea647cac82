"""Setting, stopping and moving deadlines, with the reminders that belong to them."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from models.clocks import (
    add_working_days,
    is_working_day,
    london_date,
    long_date,
    next_working_day,
    office_moment,
    subtract_working_days,
    working_days_between,
)
from models.matters.events import DeadlineSet
from models.matters.tables import (
    OFF_LADDER,
    OWED,
    STATUTORY,
    Deadline,
    DeadlineKind,
    DeadlineState,
    Reminder,
    ReminderKind,
    ReminderState,
)
from models.policy import Policy
from models.rows import add, add_all, change, change_where, find

LONGEST_PERIOD = timedelta(days=366)  # that may be given to a school, in days from today
# Before a last day that the law fixes, whatever the policy's own reminders.
ALERTED_WORKING_DAYS_BEFORE = (20, 10, 5)


def set_deadline(
    session: Session,
    policy: Policy,
    matter_id: int,
    *,
    step_key: str | None,
    due_on: date,
    rule: str,
    now: datetime,
    kind: DeadlineKind = DeadlineKind.RESPONSE,
) -> DeadlineSet:
    """A new deadline with its reminders; the event that says so."""
    deadline_id = add(
        session,
        Deadline,
        matter_id=matter_id,
        step_key=step_key,
        kind=kind,
        due_on=due_on,
        rule=rule,
        state=DeadlineState.OPEN,
    )
    if kind in OWED:
        set_reminders(session, policy, deadline_id, due_on, now, kind)
    else:
        _set_alerts(session, policy, deadline_id, due_on, now)
    return DeadlineSet(
        matter_id,
        deadline=deadline_id,
        kind_=kind.value,
        step=step_key,
        due_on=due_on,
        rule=rule,
    )


def set_reminders(
    session: Session,
    policy: Policy,
    deadline_id: int,
    due_on: date,
    now: datetime,
    kind: DeadlineKind = DeadlineKind.RESPONSE,
) -> None:
    """The reminders still to come for a deadline: before it, on it, and the first after it.

    Moments that have gone by are left out: a deadline set late does not begin with reminders
    of what nobody could know.
    """
    timing = policy.reminders
    days = [subtract_working_days(due_on, before) for before in timing.working_days_before]
    on_the_day = next_working_day(due_on) if timing.on_the_day else None
    rows = _to_come(policy, deadline_id, days, on_the_day, now)
    rows.append(next_chaser(policy, deadline_id, due_on, now, kind))
    add_all(session, Reminder, rows)


def _set_alerts(
    session: Session, policy: Policy, deadline_id: int, due_on: date, now: datetime
) -> None:
    """The alerts before a last day of the law; it is not moved, so the last comes in time."""
    days = [subtract_working_days(due_on, before) for before in ALERTED_WORKING_DAYS_BEFORE]
    last = due_on if is_working_day(due_on) else subtract_working_days(due_on, 1)
    add_all(session, Reminder, _to_come(policy, deadline_id, days, last, now))


def _to_come(
    policy: Policy, deadline_id: int, before: list[date], on_the_day: date | None, now: datetime
) -> list[dict[str, object]]:
    moments = [(ReminderKind.BEFORE, day) for day in before]
    if on_the_day is not None:
        moments.append((ReminderKind.ON_THE_DAY, on_the_day))
    return [
        {"deadline_id": deadline_id, "kind": kind, "due_at": at, "state": ReminderState.OPEN}
        for kind, day in moments
        if (at := office_moment(day, policy.reminders.at)) > now
    ]


def next_chaser(
    policy: Policy, deadline_id: int, due_on: date, now: datetime, kind: DeadlineKind
) -> dict[str, object]:
    """The next overdue reminder: a whole number of chase periods after the day, still to come.

    What was shared first is chased on every working day, whatever the policy's own period.
    """
    daily = kind is DeadlineKind.AUTHORISING
    every = 1 if daily else policy.reminders.every_working_days_after
    gone = working_days_between(due_on, london_date(now))
    day = add_working_days(due_on, max(1, gone // every) * every)
    while (at := office_moment(day, policy.reminders.at)) <= now:
        day = add_working_days(day, every)
    return {
        "deadline_id": deadline_id,
        "kind": ReminderKind.OVERDUE,
        "due_at": at,
        "state": ReminderState.OPEN,
    }


def settle_deadline(session: Session, deadline: Deadline, *, met: bool) -> None:
    """The response was judged: the deadline was met or missed, and nobody is reminded again."""
    state = DeadlineState.MET if met else DeadlineState.MISSED
    change(session, Deadline, {"id": deadline.id}, state=state)
    cancel_reminders(session, [deadline.id])


def close_deadline(session: Session, deadline: Deadline, *, met: bool) -> None:
    """What was due is done, or not wanted any more: nobody is reminded again."""
    state = DeadlineState.MET if met else DeadlineState.CANCELLED
    change(session, Deadline, {"id": deadline.id}, state=state)
    cancel_reminders(session, [deadline.id])


def cancel_deadline(session: Session, deadline: Deadline) -> None:
    """Nothing is due any more: the escalation closed, or its step fell away."""
    if deadline.state is DeadlineState.OPEN:
        change(session, Deadline, {"id": deadline.id}, state=DeadlineState.CANCELLED)
    cancel_reminders(session, [deadline.id])


def cancel_statutory(
    session: Session,
    matter_id: int,
    *kinds: DeadlineKind,
    met: bool = False,
) -> None:
    """The law's last days of a matter (of these kinds, or all) are met or fall away."""
    open_ones = select(Deadline.id).where(
        Deadline.matter_id == matter_id,
        col(Deadline.kind).in_(kinds or STATUTORY),
        Deadline.state == DeadlineState.OPEN,
    )
    keys = list(find(session, open_ones))
    state = DeadlineState.MET if met else DeadlineState.CANCELLED
    for key in keys:
        change(session, Deadline, {"id": key}, state=state)
    cancel_reminders(session, keys)


def cancel_reminders(session: Session, deadline_ids: list[int]) -> None:
    """No more reminders for these deadlines; the ones that went out stay on record."""
    theirs = col(Reminder.deadline_id).in_(deadline_ids)
    still_open = col(Reminder.state) == ReminderState.OPEN
    change_where(session, Reminder, theirs, still_open, state=ReminderState.CANCELLED)


def stop_deadline(session: Session, deadline: Deadline, now: datetime) -> None:
    """The escalation is paused: the deadline keeps the working days that were left."""
    left = working_days_between(london_date(now), deadline.due_on)
    change(session, Deadline, {"id": deadline.id}, days_left=left)
    cancel_reminders(session, [deadline.id])


def restart_deadline(session: Session, policy: Policy, deadline: Deadline, now: datetime) -> date:
    """The escalation goes on: the deadline gets the days that were left, counted from today.

    One that was missed before the pause stays missed, and is chased again.
    """
    due_on = deadline.due_on
    if deadline.state is DeadlineState.OPEN:
        due_on = next_working_day(add_working_days(london_date(now), deadline.days_left or 0))
    change(session, Deadline, {"id": deadline.id}, due_on=due_on, days_left=None)
    set_reminders(session, policy, deadline.id, due_on, now)
    return due_on


def extend_deadline(
    session: Session, policy: Policy, deadline: Deadline, due_on: date, now: datetime
) -> None:
    """A later day for the same deadline: a missed one is open again."""
    rule = f"Extended from {long_date(deadline.due_on)}; before: {deadline.rule}"
    move_deadline(session, policy, deadline, due_on, rule, now)


def move_deadline(
    session: Session, policy: Policy, deadline: Deadline, due_on: date, rule: str, now: datetime
) -> None:
    """Another day for the same deadline, with a rule that says why: a missed one is open again."""
    cancel_reminders(session, [deadline.id])
    change(
        session,
        Deadline,
        {"id": deadline.id},
        due_on=due_on,
        rule=rule,
        state=DeadlineState.OPEN,
        days_left=None,
    )
    set_reminders(session, policy, deadline.id, due_on, now)


def what_is_due(kind: DeadlineKind, rule: str) -> str | None:
    """What is to be done where no step of a ladder says what is due; None where one does."""
    return rule if kind in OFF_LADDER else None


# A deadline that is running: open, and its escalation not paused.
RUNNING = and_(col(Deadline.state) == DeadlineState.OPEN, col(Deadline.days_left).is_(None))


def late(today: date) -> ColumnElement[bool]:
    """What `is_late` says of one deadline, as a condition on many."""
    missed = col(Deadline.state) == DeadlineState.MISSED
    return or_(missed, and_(RUNNING, col(Deadline.due_on) < today))


def is_late(deadline: Deadline, today: date) -> bool:
    """Whether a deadline's day has passed without what was due, marked by the clock or not."""
    running = deadline.state is DeadlineState.OPEN and deadline.days_left is None
    return deadline.state is DeadlineState.MISSED or (running and deadline.due_on < today)
