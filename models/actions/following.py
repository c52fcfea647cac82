"""Actions: agreed with who is to do them by when, changed, followed, done or dropped.

One that is open stays so when its escalation is paused or closed: what the school undertook is
followed until it is done, or somebody says why it is not wanted any more.
"""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from models.actions.events import (
    ActionAdded,
    ActionChanged,
    ActionDone,
    ActionDropped,
    ActionProgressSaid,
)
from models.actions.sources import check_source
from models.actions.tables import ActionLine, ActionState, AgreedAction
from models.clocks import past_day
from models.escalations.tables import LIVE
from models.events import append
from models.inputs import Day, Email, Input, Reason, RowKey, Text, Word
from models.matters.at_hand import AtHand, find_row, sees
from models.matters.case import Case, enter
from models.matters.deadlines import LONGEST_PERIOD, close_deadline, move_deadline, set_deadline
from models.matters.tables import Deadline, DeadlineKind, Matter
from models.needs.asking import NOTHING_SAID, Answer, HowMuch
from models.people.access import Act, may
from models.people.acting import Acting
from models.people.officers import find_officer
from models.people.tables import Officer
from models.policy.wording import role_words
from models.priorities.keeping import check_priority
from models.refusals import InvalidInput, NotFound, NotPossible
from models.rows import add, change, get_row
from models.school_record.opening import enter_record
from models.schools.tables import ContactRole
from models.text import check_line, check_prose

LONGEST_WHAT = 300  # characters
LONGEST_LINE = 2000


class ActionNow(Input):
    """What is to be done, by whom and by when.

    Either `officer` (an e-mail address) does it, or somebody at the school: `role` says as what,
    such as `headteacher`, `person` who; one of them is enough. `priority` is that of the school's
    improvement plan to which it belongs: an action stays with it until another one is named.
    """

    what: Text
    officer: Email | None = None
    role: Word | None = None
    person: Text = ""
    due_on: Day
    why: Text = ""
    priority: RowKey | None = None


class ActionAgreed(ActionNow):
    """The same, with what it came from: its kind as `source`, its key as `source_id`.

    `why` may be left out where a source is named.
    """

    source: Word | None = None
    source_id: RowKey | None = None


class Achieved(Input):
    """When it was done, and what was achieved by it."""

    done_on: Day
    achieved: Text


class Progress(Input):
    """How far it is."""

    said: Text


class ProgressOf(Progress, HowMuch):
    """The same of one of several actions, by its key; an empty line says nothing.

    With it can be said whether its school needs more or less.
    """

    action: RowKey


@dataclass(frozen=True)
class _Who:
    """Who is to do it, as the row has it."""

    officer: Officer | None
    role: ContactRole | None
    person: str

    @property
    def columns(self) -> dict[str, object]:
        officer_id = self.officer.id if self.officer else None
        return {"officer_id": officer_id, "contact_role": self.role, "person": self.person}

    @property
    def words(self) -> str:
        return who(self.officer.name if self.officer else None, self.role, self.person)


def who(officer: str | None, role: ContactRole | None, person: str) -> str:
    """Who is to do something, in words: "Sam Ellison", "Headteacher", "Ms Lee (headteacher)"."""
    if officer is not None:
        return officer
    as_what = role_words(role) if role else ""
    if person:
        return f"{person} ({as_what})" if as_what else person
    return as_what[:1].upper() + as_what[1:]


def add_action(acting: Acting, reference: str, given: ActionAgreed) -> AgreedAction:
    """Agree an action on an escalation; its case officer is reminded, and whoever is to do it.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible when the escalation is closed.
    """
    case = enter(acting.session, acting.policy, acting.officer, Act.RECORD_ACTION, reference)
    check_adding(case)
    return agree(acting, case, given)


def check_adding(case: Case) -> None:
    """Refuse a new action on an escalation that is closed; raises NotPossible."""
    if case.escalation.status not in LIVE:
        status = case.escalation.status.value
        raise NotPossible(
            f"The escalation is {status}: no action can be added to it. Add it to the school’s "
            "own record."
        )


def add_school_action(acting: Acting, urn: object, given: ActionAgreed) -> AgreedAction:
    """The same on a school's own record, which is opened where there is none."""
    return agree(acting, enter_record(acting, Act.RECORD_ACTION, urn), given)


def agree(acting: Acting, about: AtHand, given: ActionAgreed) -> AgreedAction:
    """Agree an action on a matter that the officer has entered; raises InvalidInput."""
    session, matter = acting.session, about.matter
    whose = _checked(acting, matter, given)
    _check_day(given.due_on, acting.today)
    source = check_source(session, matter, given.source, given.source_id)
    check_prose("why", given.why, required=source is None)
    due = set_deadline(
        session,
        about.policy,
        matter.id,
        step_key=None,
        due_on=given.due_on,
        rule=_rule(whose, given),
        now=acting.now,
        kind=DeadlineKind.ACTION,
    )
    key = add(
        session,
        AgreedAction,
        matter_id=matter.id,
        what=given.what,
        **whose.columns,
        why=given.why,
        source=source,
        source_id=given.source_id,
        priority_id=given.priority,
        deadline_id=due.deadline,
        state=ActionState.OPEN,
        added_by_id=acting.officer.id,
        added_at=acting.now,
    )
    added = ActionAdded(
        matter.id,
        action=key,
        what=given.what,
        who=whose.words,
        due_on=given.due_on,
        source=source,
        source_id=given.source_id,
        priority=given.priority,
    )
    append(session, acting.now, acting.officer.email, added, due)
    return get_row(session, AgreedAction, key)


def change_action(acting: Acting, action_id: int, given: ActionNow) -> AgreedAction:
    """Say what is to be done now, by whom and by when; a new day has reminders of its own.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible for one that is done or dropped.
    """
    session = acting.session
    action = find_open(session, acting.officer, action_id)
    matter = get_row(session, Matter, action.matter_id)
    deadline = get_row(session, Deadline, action.deadline_id)
    whose = _checked(acting, matter, given)
    check_prose("why", given.why, required=action.source is None)
    if given.due_on != deadline.due_on:
        _check_day(given.due_on, acting.today)
    priority = given.priority if given.priority is not None else action.priority_id
    values = {
        "what": given.what,
        **whose.columns,
        "why": given.why,
        "priority_id": priority,
    }
    same = all(getattr(action, name) == value for name, value in values.items())
    if same and given.due_on == deadline.due_on:
        raise NotPossible("Nothing has been changed.")
    change(session, AgreedAction, {"id": action.id}, **values)
    rule = _rule(whose, given)
    if given.due_on == deadline.due_on:
        change(session, Deadline, {"id": deadline.id}, rule=rule)
    else:
        move_deadline(session, acting.policy, deadline, given.due_on, rule, acting.now)
    changed = ActionChanged(
        matter.id, action=action.id, what=given.what, who=whose.words, due_on=given.due_on
    )
    append(session, acting.now, acting.officer.email, changed)
    return get_row(session, AgreedAction, action.id)


def finish_action(acting: Acting, action_id: int, given: Achieved) -> AgreedAction:
    """It was done: on which day, and what was achieved; nobody is reminded any more.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible for one that is done or dropped.
    """
    action = find_open(acting.session, acting.officer, action_id)
    past_day("done_on", given.done_on, acting.now)
    check_prose("achieved", given.achieved)
    done = ActionDone(action.matter_id, action=action.id, what=action.what, on=given.done_on)
    _settle(acting, action, ActionState.DONE, given.done_on, given.achieved)
    append(acting.session, acting.now, acting.officer.email, done)
    return get_row(acting.session, AgreedAction, action.id)


def drop_action(acting: Acting, action_id: int, given: Reason) -> AgreedAction:
    """It is not wanted any more, and why; nobody is reminded any more.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible for one that is done or dropped.
    """
    action = find_open(acting.session, acting.officer, action_id)
    check_prose("reason", given.reason)
    dropped = ActionDropped(
        action.matter_id, action=action.id, what=action.what, reason=given.reason
    )
    _settle(acting, action, ActionState.DROPPED, acting.today, given.reason)
    append(acting.session, acting.now, acting.officer.email, dropped)
    return get_row(acting.session, AgreedAction, action.id)


def say_progress(acting: Acting, action_id: int, given: Progress) -> ActionLine:
    """A line on how far an action is.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible for one that is done or dropped.
    """
    action = find_open(acting.session, acting.officer, action_id)
    check_prose("said", given.said, most=LONGEST_LINE)
    happened = put_line(acting, action, given.said)
    append(acting.session, acting.now, acting.officer.email, happened)
    return get_row(acting.session, ActionLine, happened.line)


def put_line(
    acting: Acting,
    action: AgreedAction,
    said: str,
    review_id: int | None = None,
    answer: Answer = NOTHING_SAID,
) -> ActionProgressSaid:
    """Write down a line that was checked; the event that says so."""
    line = add(
        acting.session,
        ActionLine,
        action_id=action.id,
        said=said,
        review_id=review_id,
        **answer.columns,
        said_by_id=acting.officer.id,
        said_at=acting.now,
    )
    return ActionProgressSaid(
        action.matter_id, action=action.id, line=line, what=action.what, review=review_id
    )


def find_open(session: Session, officer: Officer, action_id: int) -> AgreedAction:
    """An action that is open, for an officer who may follow it; raises what the commands do."""
    action = find_row(session, officer, Act.RECORD_ACTION, AgreedAction, action_id)
    if action.state is not ActionState.OPEN:
        raise NotPossible(f"This action has already been {action.state.value}.")
    return action


def _settle(
    acting: Acting, action: AgreedAction, state: ActionState, day: date, outcome: str
) -> None:
    session = acting.session
    deadline = get_row(session, Deadline, action.deadline_id)
    close_deadline(session, deadline, met=state is ActionState.DONE)
    change(
        session,
        AgreedAction,
        {"id": action.id, "state": ActionState.OPEN},
        state=state,
        settled_on=day,
        outcome=outcome,
        settled_by_id=acting.officer.id,
    )


def _rule(whose: _Who, given: ActionNow) -> str:
    return f"{whose.words}: {given.what}"


def _check_day(due_on: date, today: date) -> None:
    if not today <= due_on <= today + LONGEST_PERIOD:
        raise InvalidInput("due_on", "Enter a date from today on and within a year.")


def _checked(acting: Acting, matter: Matter, given: ActionNow) -> _Who:
    check_line("what", given.what, most=LONGEST_WHAT)
    check_line("person", given.person, most=100, required=False)
    person = given.person.strip()
    if given.priority is not None:
        check_priority(acting.session, acting.officer, matter.urn, given.priority)
    if given.officer is not None:
        if given.role is not None or person:
            raise InvalidInput("officer", "Name an officer or somebody at the school, not both.")
        return _Who(_doing(acting.session, matter, given.officer), None, "")
    if given.role is not None and given.role not in list(ContactRole):
        raise InvalidInput("role", f"Choose from: {', '.join(ContactRole)}.")
    if given.role is None and not person:
        raise InvalidInput("officer", "Say who is to do it: an officer, or somebody at the school.")
    return _Who(None, ContactRole(given.role) if given.role is not None else None, person)


def _doing(session: Session, matter: Matter, email: str) -> Officer:
    """The officer who is to do it: one who may say that it is done, and who sees the matter."""
    try:
        found = find_officer(session, email)
    except NotFound:
        found = None
    able = found is not None and may(found, Act.RECORD_ACTION)
    if (
        found is None
        or not able
        or not sees(session, found, matter.id, restricted=matter.restricted)
    ):
        raise InvalidInput("officer", "Choose an officer who works on cases and sees this one.")
    return found
