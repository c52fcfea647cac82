"""What a decision did and what follows from it, from the rows, in words for Prefect's pages.

Nothing here names a school, an escalation or anybody at a school but by their role; only letters'
texts do, which stand in artifacts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from models.approvals.approving import letters_of
from models.approvals.tables import Decision, DecisionWord, Proposal
from models.clocks import london_time, long_date
from models.database import read
from models.escalations.events import EscalationResumed
from models.events import Event
from models.happened import Happened
from models.letters.deliveries import role_of
from models.letters.tables import Letter, LetterState
from models.letters.titles import letter_title
from models.matters.events import DeadlineExtended, DeadlineSet
from models.matters.tables import (
    Deadline,
    DeadlineKind,
    DeadlineState,
    Matter,
    Reminder,
    ReminderKind,
)
from models.outbox import Message, MessageKind, MessageState
from models.people.tables import Officer, Role
from models.policy import Policy
from models.policy.wording import the_role
from models.record.vocabulary import happened_in
from models.rows import find, get_row
from notifications.issuing import letter_document
from notifications.letters import to_text

SETS: dict[type[Happened], str] = {
    DeadlineSet: "Set",
    DeadlineExtended: "Move",
    EscalationResumed: "Set anew",
}
DAYS = {
    DeadlineKind.RESPONSE: "the response date",
    DeadlineKind.COMPLIANCE: "the end of the compliance period",
    DeadlineKind.POWERS: "the last day for the powers",
    DeadlineKind.BUDGET_REVIEW: "the day of the budget’s review",
    DeadlineKind.AGREED: "the agreed day",
    DeadlineKind.COMMENT: "the day of the comment on the Department’s notice",
    DeadlineKind.STATEMENT: "the day of the written statement of action",
    DeadlineKind.SERVICE: "the day for the proof of service",
    DeadlineKind.ACTION: "the day of the action",
    DeadlineKind.SHARING: "the review of the sharing decision",
    DeadlineKind.AUTHORISING: "the day by which the sharing is to be authorised",
    DeadlineKind.NEED: "the day of the answer",
    DeadlineKind.ACCURACY: "the day of a report’s facts",
    DeadlineKind.SUPPORT_REQUEST: "the day of the answer to the school’s request",
    DeadlineKind.SUPPORT_IMPACT: "the day for the evaluation of the support",
}
REMINDED = {
    ReminderKind.BEFORE: "Reminder before it",
    ReminderKind.ON_THE_DAY: "Reminder on the day",
    ReminderKind.OVERDUE: "Reminder while it is overdue",
}
OUTCOMES = {
    MessageState.PENDING: "It waits to be sent.",
    MessageState.CLAIMED: "It is being sent.",
    MessageState.SENT: "It was sent.",
    MessageState.FAILED: "The mail server refused it: an officer decides.",
    MessageState.UNKNOWN: "Nobody knows whether it arrived: an officer decides.",
    MessageState.DROPPED: "It is no longer to be sent.",
    MessageState.SETTLED: "An officer settled what became of it.",
}
_WENT_OUT = (LetterState.APPROVED, LetterState.ISSUED)


@dataclass(frozen=True)
class Taken:
    """One approver's decision."""

    act: str
    outcome: str


@dataclass(frozen=True)
class ShownLetter:
    """A letter that was approved; `to` is the addressee's role."""

    id: int
    number: int
    title: str
    version: int
    to: str


@dataclass(frozen=True)
class ShownDeadline:
    """A deadline that the decision set or moved, with the reminders still to come."""

    act: str
    what: str
    due_on: date
    rule: str
    state: str
    reminders: tuple[tuple[str, datetime], ...]

    @property
    def outcome(self) -> str:
        """When it is due and why."""
        return f"{long_date(self.due_on)}. {self.rule}."

    def lines(self) -> list[dict[str, str]]:
        """The deadline and its reminders as lines of a table."""
        due = f"{self.what[:1].upper()}{self.what[1:]}"
        told = [
            {"what": kind, "when": f"{london_time(at):%-d %B %Y, %H:%M}", "state": "to come"}
            for kind, at in self.reminders
        ]
        return [{"what": due, "when": long_date(self.due_on), "state": self.state}, *told]


@dataclass(frozen=True)
class Acts:
    """Everything that a decision did: what was decided, which letters go, what is due when."""

    reference: str
    decisions: tuple[Taken, ...]
    letters: tuple[ShownLetter, ...]
    deadlines: tuple[ShownDeadline, ...]


@dataclass(frozen=True)
class Delivery:
    """A letter on its way to one person, by role."""

    to: str
    outcome: str


def acts_of(engine: Engine, proposal_id: int) -> Acts | None:
    """What the decisions on a proposal did; None of a restricted case."""
    with read(engine) as session:
        proposal = get_row(session, Proposal, proposal_id)
        matter = get_row(session, Matter, proposal.matter_id)
        if matter.restricted:
            return None
        decisions = _decisions(session, proposal_id)
        letters = [letter for letter in letters_of(session, proposal) if letter.state in _WENT_OUT]
        return Acts(
            reference=matter.reference,
            decisions=tuple(_taken(proposal, *each) for each in decisions),
            letters=tuple(_shown(letter) for letter in letters),
            deadlines=_deadlines(session, proposal, *decisions[-1]) if decisions else (),
        )


def _decisions(session: Session, proposal_id: int) -> list[tuple[Decision, Officer]]:
    statement = (
        select(Decision, Officer)
        .join(Officer, col(Officer.id) == col(Decision.officer_id))
        .where(Decision.proposal_id == proposal_id)
        .order_by(col(Decision.stage))
    )
    return list(find(session, statement))


def decision_of(proposal: Proposal, stage: int | None = None) -> str:
    """What the decision at a stage (the one that waits, unless told) is called as an act."""
    role = Role(proposal.approvers[proposal.stage if stage is None else stage])
    return f"Take the decision of {role.label if role is Role.LEGAL else f'the {role.label}'}"


def _taken(proposal: Proposal, decision: Decision, officer: Officer) -> Taken:
    word = "Approved" if decision.decision is DecisionWord.APPROVE else "Returned"
    at = f"{london_time(decision.at):%-d %B %Y, %H:%M}"
    return Taken(decision_of(proposal, decision.stage), f"{word} by {officer.name}, {at}.")


def _shown(letter: Letter) -> ShownLetter:
    return ShownLetter(
        id=letter.id,
        number=letter.number,
        title=letter_title(letter.template),
        version=letter.version,
        to=the_role(letter.to_role),
    )


def text_of(engine: Engine, policy: Policy, letter_id: int, today: date) -> str:
    """An approved letter as plain text, as it is printed."""
    with read(engine) as session:
        letter = get_row(session, Letter, letter_id)
        document = letter_document(session, policy, letter, today=today)
    return to_text(document)


def waiting_letters(engine: Engine) -> list[ShownLetter]:
    """The letters of unrestricted cases that are approved and not issued, the oldest first."""
    statement = (
        select(Letter)
        .join(Matter, col(Matter.id) == col(Letter.matter_id))
        .where(Letter.state == LetterState.APPROVED, ~col(Matter.restricted))
        .order_by(col(Letter.id))
    )
    with read(engine) as session:
        return [_shown(letter) for letter in find(session, statement)]


def _deadlines(
    session: Session, proposal: Proposal, decision: Decision, officer: Officer
) -> tuple[ShownDeadline, ...]:
    """The deadlines that the decision set or moved: its events have its moment and its officer."""
    kinds = [each.kind for each in SETS]
    statement = (
        select(Event)
        .where(Event.matter_id == proposal.matter_id, col(Event.kind).in_(kinds))
        .where(Event.at == decision.at, Event.actor == officer.email)
        .order_by(col(Event.sequence))
    )
    happened = [happened_in(event) for event in find(session, statement)]
    return tuple(
        _deadline(session, SETS[type(each)], deadline)
        for each in happened
        for deadline in _set(session, proposal, each)
    )


def _set(session: Session, proposal: Proposal, happened: Happened) -> Sequence[Deadline]:
    """The deadline that an event is about; of a case that was resumed those of its step."""
    if isinstance(happened, DeadlineSet | DeadlineExtended):
        return (get_row(session, Deadline, happened.deadline),)
    if isinstance(happened, EscalationResumed) and happened.due_on is None:
        return ()
    theirs = select(Deadline).where(
        Deadline.matter_id == proposal.matter_id, Deadline.step_key == proposal.step_key
    )
    return find(session, theirs.where(Deadline.state == DeadlineState.OPEN))


def _deadline(session: Session, act: str, deadline: Deadline) -> ShownDeadline:
    statement = (
        select(Reminder.kind, Reminder.due_at)
        .where(Reminder.deadline_id == deadline.id, Reminder.state == "open")
        .order_by(col(Reminder.due_at))
    )
    return ShownDeadline(
        act=f"{act} {DAYS[deadline.kind]}",
        what=DAYS[deadline.kind].removeprefix("the "),
        due_on=deadline.due_on,
        rule=deadline.rule.rstrip("."),
        state=deadline.state.value,
        reminders=tuple(
            (REMINDED[ReminderKind(kind)], at) for kind, at in find(session, statement)
        ),
    )


def deliveries(engine: Engine, letters: Sequence[int]) -> list[Delivery]:
    """How far the delivery of these letters is, one line for each recipient."""
    statement = (
        select(Message, Letter)
        .join(Letter, col(Letter.id) == col(Message.letter_id))
        .where(Message.kind == MessageKind.LETTER, col(Message.letter_id).in_(letters))
        .order_by(col(Message.id))
    )
    with read(engine) as session:
        return [
            Delivery(_recipient(letter, role_of(message) or ""), OUTCOMES[message.state])
            for message, letter in find(session, statement)
        ]


def _recipient(letter: Letter, role: str) -> str:
    """Who has a letter, by what they are: of people without a role at the school, their title."""
    people = [person for person in letter.goes_to or () if person.role == role]
    title = next((person.title for person in people if person.title), None)
    if title is None:
        return the_role(role)
    return f"an {title}" if title[0] in "aeiou" else f"a {title}"
