"""What has happened since a backup was made, and is not undone by restoring it.

What may have left the council does not leave again: an officer decides on it. What was taken from
somebody (a role, a sign-in, a token, a case or the sight of it, cover for a colleague) stays taken.
And Prefect's flow runs, which have gone on, are made anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from models import noting
from models.appointments.deliveries import catch_up, may_have_left
from models.approvals.tables import Proposal
from models.events import append
from models.letters.events import MessageBecameUnknown
from models.letters.tables import Letter, LetterState
from models.letters.told import DeliveryProblem
from models.level_letters.already_left import Left, approved_so_far, left_before
from models.level_letters.deliveries import letter_in, tell_approver
from models.level_letters.tables import BatchState, LetterBatch, LevelLetter, LevelLetterState
from models.matters.tables import Matter, NamedOfficer
from models.outbox import MAY_HAVE_LEFT, ClockPass, Message, MessageKind, MessageState
from models.people.officers import AT_THE_MACHINE
from models.people.tables import Credential, CredentialKind, Delegation, Officer
from models.rows import (
    add,
    by_key,
    carry_out,
    change,
    change_where,
    find,
    find_one,
    get_row,
    remove,
)
from models.telling import tell

NOT_SENT = "Not sent: a backup was restored that is older than this."

_NAMED = (
    select(NamedOfficer, Matter.reference, Officer.email)
    .join(Matter, col(Matter.id) == col(NamedOfficer.matter_id))
    .join(Officer, col(Officer.id) == col(NamedOfficer.officer_id))
)
_ACCOUNT = ("oidc_issuer", "oidc_subject")
_ACCESS = ("active", "role", "phase", "role_withdrawn", "password", *_ACCOUNT)
_HOLDERS = select(Matter.reference, Officer.email).join(
    Officer, col(Officer.id) == col(Matter.officer_id)
)
_EMAILS = select(Officer.id, Officer.email)
_ENDED = select(Delegation).where(col(Delegation.ended_at).is_not(None))


@dataclass(frozen=True)
class Taken:
    """What the database that is replaced says of who may do what."""

    officers: Mapping[str, Mapping[str, Any]]  # their access, by e-mail address
    credentials: Mapping[str, datetime]  # when they were revoked, by digest
    cases: Mapping[str, frozenset[str]]  # who is named on restricted ones, by reference
    holders: Mapping[str, str]  # the case officer's e-mail address, by reference
    covers: Sequence[tuple[str, str, datetime, datetime]]  # from, to, made and ended, if it has
    level_letters: Left  # what batches were about that were approved


def taken_away(session: Session) -> Taken:
    """Read it before the rows are replaced."""
    officers = find(session, select(Officer))
    revoked = find(session, select(Credential).where(col(Credential.revoked_at).is_not(None)))
    return Taken(
        {each.email: {name: getattr(each, name) for name in _ACCESS} for each in officers},
        {each.digest: each.revoked_at for each in revoked if each.revoked_at is not None},
        _restricted(session),
        dict(find(session, _HOLDERS)),
        _ended_covers(session),
        approved_so_far(session),
    )


def _restricted(session: Session) -> dict[str, frozenset[str]]:
    references = select(Matter.reference).where(col(Matter.restricted))
    named: dict[str, set[str]] = {reference: set() for reference in find(session, references)}
    for _, reference, email in find(session, _NAMED):
        if reference in named:
            named[reference].add(email)
    return {reference: frozenset(emails) for reference, emails in named.items()}


def _ended_covers(session: Session) -> list[tuple[str, str, datetime, datetime]]:
    emails = dict(find(session, _EMAILS))
    return [
        (emails[cover.from_officer_id], emails[cover.to_officer_id], cover.made_at, cover.ended_at)
        for cover in find(session, _ENDED)
        if cover.ended_at is not None
    ]


def take_away(session: Session, taken: Taken, now: datetime) -> None:
    """Officers can do what they could a moment ago; what was revoked or restricted stays so.

    Of a link that works once it cannot be known whether it has: none works any more.
    """
    _unlink(session, taken)
    for email, access in taken.officers.items():
        change(session, Officer, {"email": email}, **access)
    _hand_over(session, taken)
    for reference in taken.cases:
        change(session, Matter, {"reference": reference}, restricted=True)
    for named, reference, email in find(session, _NAMED):
        if email not in taken.cases.get(reference, {email}):
            remove(session, NamedOfficer, col(NamedOfficer.id) == named.id)
    for digest, revoked_at in taken.credentials.items():
        change(session, Credential, {"digest": digest}, revoked_at=revoked_at)
    change_where(
        session,
        Credential,
        col(Credential.kind) == CredentialKind.INVITATION,
        col(Credential.revoked_at).is_(None),
        revoked_at=now,
    )


def _unlink(session: Session, taken: Taken) -> None:
    """First no officer has a council account: one may have gone from somebody to somebody else."""
    nobody = dict.fromkeys(_ACCOUNT)
    for email, access in taken.officers.items():
        change(session, Officer, {"email": email}, **nobody)
        if access["oidc_subject"] is not None:
            change(session, Officer, {name: access[name] for name in _ACCOUNT}, **nobody)


def _hand_over(session: Session, taken: Taken) -> None:
    """Cases are with whom they were a moment ago, and cover that was ended stays ended."""
    ids = {email: id for id, email in find(session, _EMAILS)}
    for reference, email in taken.holders.items():
        if email in ids:
            change(session, Matter, {"reference": reference}, officer_id=ids[email])
    for from_email, to_email, made_at, ended_at in taken.covers:
        if from_email in ids and to_email in ids:
            pair = {"from_officer_id": ids[from_email], "to_officer_id": ids[to_email]}
            change(session, Delegation, {**pair, "made_at": made_at}, ended_at=ended_at)


def renew_gates(session: Session) -> None:
    """Each proposal that waits gets a new flow run.

    The one that Prefect may still hold has gone on since the backup was made and counts no more:
    the dispatcher ends it, and opens the next attempt.
    """
    opened = (~col(Proposal.gate_closed), col(Proposal.gate_run_id).is_not(None))
    attempt = col(Proposal.gate_attempt) + 1
    change_where(session, Proposal, *opened, gate_run_id=None, gate_attempt=attempt)


def hold_back(session: Session, now: datetime, *, unknown: bool) -> int:
    """Let nothing leave a second time; how many deliveries an officer must decide about.

    The record says already which batches had been approved; `unknown` when the database that is
    replaced did not go on from this backup, so that it cannot know.

    A letter or invitation that waited becomes unknown, and its case officer is told, or whoever
    approved its batch. What waited to tell officers something is not sent: the daily digest says
    what is due and what waits.
    """
    waiting = col(Message.state).in_((MessageState.PENDING, MessageState.CLAIMED))
    to_schools = (MessageKind.LETTER, MessageKind.LEVEL_LETTER, MessageKind.INVITATION)
    letters = col(Message.kind).in_(to_schools)
    held = find(session, select(Message).where(waiting, letters))
    settled = {"settled_at": now, "claimed_by": None, "claim_ends_at": None}
    undecided = {"state": MessageState.UNKNOWN, "detail": MAY_HAVE_LEFT, **settled}
    dropped = {"state": MessageState.DROPPED, "detail": NOT_SENT, **settled}
    carry_out(session, update(Message).where(waiting, letters).values(undecided))
    carry_out(session, update(Message).where(waiting, ~letters).values(dropped))
    for message in held:
        if message.kind is MessageKind.LETTER:
            _report(session, message, now)
        elif message.kind is MessageKind.INVITATION:
            may_have_left(session, message, now, AT_THE_MACHINE)
        else:
            tell_approver(session, now, letter_in(message).batch)
    catch_up(session)
    if by_key(session, ClockPass, "digest") is None:  # today's may have left elsewhere
        add(session, ClockPass, name="digest", at=now)
    return len(held) + _hold_back_unissued(session) + _hold_back_batches(session, now, unknown)


def _report(session: Session, message: Message, now: datetime) -> None:
    about = {"key": message.key, "letter_id": message.letter_id}
    noting.state(session, Message, about, state=MessageState.UNKNOWN)
    unknown = MessageBecameUnknown(
        message.matter_id,
        message=message.id,
        letter=message.letter_id,
        to=message.to_email,
        detail=MAY_HAVE_LEFT,
    )
    append(session, now, AT_THE_MACHINE, unknown)
    matter = get_row(session, Matter, message.matter_id)
    officer = get_row(session, Officer, matter.officer_id)
    problem = DeliveryProblem(message=message.id)
    tell(session, now, [officer], key=f"message:{message.id}", about=matter.id, told=problem)


def _hold_back_unissued(session: Session) -> int:
    """Letters that were approved and not yet issued may have been issued since, and sent.

    They are issued once more, for the record has lost it; but to be sent they wait for an officer.
    """
    approved = select(Letter).where(Letter.state == LetterState.APPROVED)
    letters = find(session, approved)
    for letter in letters:
        change(session, Letter, {"id": letter.id}, may_have_left=True)
    return sum(len(letter.recipients or ()) for letter in letters)


def _hold_back_batches(session: Session, now: datetime, unknown: bool) -> int:
    """The same of letters in bulk whose batch may have been issued: those that go by e-mail."""
    left = left_before(session)
    unissued = (BatchState.PREPARING, BatchState.PREPARED, BatchState.APPROVED)
    statement = select(LetterBatch).where(col(LetterBatch.state).in_(unissued))
    held = []
    for batch in find(session, statement):
        approved = batch.state is BatchState.APPROVED
        if approved or unknown or left.covers(batch.school_year, batch.first_change):
            change(session, LetterBatch, {"id": batch.id}, may_have_left=True)
            held.append(batch.id)
        if approved:
            tell_approver(session, now, batch.id)
    by_email = select(func.count(col(LevelLetter.id))).where(
        col(LevelLetter.batch_id).in_(held),
        col(LevelLetter.email).is_not(None),
        LevelLetter.state == LevelLetterState.DRAFTED,
    )
    return find_one(session, by_email)
