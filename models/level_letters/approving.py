"""A drafted batch: looked at, approved or withdrawn, drafted anew, taken up again."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import String, and_, func, literal, update
from sqlalchemy import delete as delete_rows
from sqlmodel import Session, col, select

from models import work
from models.clocks import long_date
from models.inputs import Reason
from models.leaving.basis import check_levels_may_leave
from models.level_letters.batches import count, find_batch, job_of, record
from models.level_letters.drafting import ROLES, address_lines, concerns
from models.level_letters.events import LevelLettersApproved, LevelLettersWithdrawn
from models.level_letters.tables import (
    BatchSample,
    BatchState,
    LetterBatch,
    LevelLetter,
    LevelLetterState,
    SampleLook,
)
from models.people.access import Act
from models.people.acting import Acting
from models.people.tables import Officer
from models.policy import Policy
from models.refusals import NotAllowed, NotPossible
from models.risk.tables import LevelChange
from models.rows import add, carry_out, change, find, remove, select_columns, stream
from models.schools.tables import Contact, ContactRole, RiskLevel, School
from models.text import check_prose
from models.work import BulkKind, BulkState

CLOSED = "The school has closed since."
OTHER_LEVEL = "The school's level has changed since."


def look_at(acting: Acting, letter_id: int) -> None:
    """Note that an officer opened a letter, if it is of a sample. Raises NotAllowed."""
    acting.require(Act.APPROVE_LEVEL_LETTERS)
    session, officer = acting.session, acting.officer
    for sample in _unseen_samples(session, letter_id, officer.id):
        add(session, SampleLook, sample_id=sample, officer_id=officer.id, looked_at=acting.now)


def is_unseen(session: Session, letter_id: int, officer_id: int) -> bool:
    """Whether a letter is of a sample and this officer has not opened it."""
    return bool(_unseen_samples(session, letter_id, officer_id))


def _unseen_samples(session: Session, letter_id: int, officer_id: int) -> list[int]:
    looked = select(SampleLook.id).where(
        SampleLook.sample_id == BatchSample.id, SampleLook.officer_id == officer_id
    )
    of_letter = select(BatchSample.id).where(BatchSample.letter_id == letter_id, ~looked.exists())
    return list(find(session, of_letter))


def unseen(session: Session, batch: LetterBatch, officer_id: int) -> list[int]:
    """The letters of a batch's sample that this officer has not opened."""
    looked = select(SampleLook.id).where(
        SampleLook.sample_id == BatchSample.id, SampleLook.officer_id == officer_id
    )
    sample = (
        select(BatchSample.letter_id)
        .where(BatchSample.batch_id == batch.id, ~looked.exists())
        .order_by(col(BatchSample.letter_id))
    )
    return list(find(session, sample))


def own_batch(policy: Policy, batch: LetterBatch, officer: Officer) -> str | None:
    """Why an officer cannot approve a batch that they began; None where they can.

    What the clock began, nobody did: its letters follow from levels that two officers agreed.
    """
    if policy.programme.level_letters.one_officer_is_enough or batch.created_by != officer.email:
        return None
    return "You started this batch, so another senior officer must approve it."


def too_early(policy: Policy, batch: LetterBatch, today: date) -> str | None:
    """Why letters on the annual assessment cannot be approved, and so dated, today; else None."""
    first = policy.programme.level_letters.not_before.in_year(batch.school_year)
    if batch.first_change is not None or today >= first:
        return None
    return (
        f"These letters are dated {long_date(first)} at the earliest: approve them on that day or "
        "later."
    )


def approve(acting: Acting, number: int) -> LetterBatch:
    """Approve a batch: its date and signature are fixed, and a bulk job issues it.

    Raises NotFound; NotAllowed, also for whoever began it unless the policy says that one officer
    is enough; NotPossible unless it is prepared, every letter is still right and the officer has
    opened every letter of its sample, and for letters on the annual assessment before the day from
    which the policy dates them.
    """
    acting.require(Act.APPROVE_LEVEL_LETTERS)
    session, officer, now = acting.session, acting.officer, acting.now
    batch = find_batch(session, number)
    _check_prepared(batch, "approved")
    own = own_batch(acting.policy, batch, officer)
    if own is not None:
        raise NotAllowed(own)
    early = too_early(acting.policy, batch, acting.today)
    if early is not None:
        raise NotPossible(early)
    letters = count(session, batch, LevelLetterState.DRAFTED)
    if not letters:
        raise NotPossible("The batch has no letter that can be sent. Withdraw it.")
    stale = len(_stale(session, batch, acting.today))
    if stale:
        raise NotPossible(
            f"{stale} {'letter is' if stale == 1 else 'letters are'} no longer right: since then "
            "a school has closed, or its level or a contact has changed. Draft these "
            "again, or withdraw the batch and start again."
        )
    check_levels_may_leave(acting.policy, tuple(ROLES))
    left = len(unseen(session, batch, officer.id))
    if left:
        raise NotPossible(f"First open and read every letter in the sample: you have {left} left.")
    change(
        session,
        LetterBatch,
        {"id": batch.id, "state": BatchState.PREPARED},
        state=BatchState.APPROVED,
        approved_by_id=officer.id,
        approved_at=now,
        dated=acting.today,
        signed_by=officer.name,
        signed_as=officer.role.label,
    )
    work.enqueue(session, now, BulkKind.ISSUE_LETTERS, batch.id)
    record(session, now, officer.email, LevelLettersApproved, batch, letters)
    return find_batch(session, number)


def withdraw(acting: Acting, number: int, given: Reason) -> LetterBatch:
    """Withdraw a batch before it is approved; what it is about can be written about again.

    Raises NotFound, NotAllowed, InvalidInput; NotPossible once it is approved.
    """
    acting.require(Act.PREPARE_LEVEL_LETTERS)
    session, officer, now = acting.session, acting.officer, acting.now
    batch = find_batch(session, number)
    check_prose("reason", given.reason, most=2000)
    if batch.state not in (BatchState.PREPARING, BatchState.PREPARED):
        raise NotPossible(f"The batch is {batch.state.value}: it can no longer be withdrawn.")
    letters = count(session, batch, LevelLetterState.DRAFTED)
    work.drop(session, now, BulkKind.PREPARE_LETTERS, batch.id)
    given_back = literal(f"withdrawn:{batch.id}:", String)
    carry_out(
        session,
        update(LevelLetter)
        .where(col(LevelLetter.batch_id) == batch.id)
        .values(
            state=LevelLetterState.WITHDRAWN,
            occasion=given_back.concat(col(LevelLetter.occasion)),
        ),
    )
    change(
        session,
        LetterBatch,
        {"id": batch.id},
        state=BatchState.WITHDRAWN,
        occasion=f"withdrawn:{batch.id}:{batch.occasion}",
        reason=given.reason,
    )
    record(session, now, officer.email, LevelLettersWithdrawn, batch, letters)
    return find_batch(session, number)


def prepare_again(acting: Acting, number: int) -> LetterBatch:
    """Draft anew the letters that were left out, once their addresses are corrected.

    And those whose contact has changed since. What a school must no longer be told is left out.
    Raises NotFound, NotAllowed; NotPossible unless the batch is prepared and has such letters.
    """
    acting.require(Act.PREPARE_LEVEL_LETTERS)
    session = acting.session
    batch = find_batch(session, number)
    _check_prepared(batch, "prepared again")
    left_out = select(LevelLetter.id, LevelLetter.left_out).where(
        LevelLetter.batch_id == batch.id, LevelLetter.state == LevelLetterState.LEFT_OUT
    )
    stale = _stale(session, batch, acting.today)
    anew = [id for id, why in find(session, left_out) if why not in (CLOSED, OTHER_LEVEL)]
    anew += [id for id, why in stale.items() if not why]
    if not anew and not stale:
        raise NotPossible("No letter was left out, and none has changed since.")
    _draw_no_more(session, list(stale))
    for id, why in stale.items():
        if why:
            left = {"state": LevelLetterState.LEFT_OUT, "left_out": why}
            change(session, LevelLetter, {"id": id}, **left)
    for some in _portions(anew):
        carry_out(session, delete_rows(LevelLetter).where(col(LevelLetter.id).in_(some)))
    change(session, LetterBatch, {"id": batch.id}, state=BatchState.PREPARING)
    work.enqueue_again(session, acting.now, BulkKind.PREPARE_LETTERS, batch.id)
    return find_batch(session, number)


def _stale(session: Session, batch: LetterBatch, today: date) -> dict[int, str]:
    """The drafted letters that are no longer right, by key: why they must not be sent at all.

    Nothing where they only have to be drafted anew, for their contact has changed.
    """
    last = select(func.max(LevelChange.id)).group_by(col(LevelChange.urn))
    now = dict(
        find(
            session, select(LevelChange.urn, LevelChange.level).where(col(LevelChange.id).in_(last))
        )
    )
    its_contact = and_(
        col(Contact.urn) == col(LevelLetter.urn), col(Contact.role) == col(LevelLetter.role)
    )
    drafted = (
        select_columns(*_AS_DRAFTED, School, Contact)
        .join(School, col(School.urn) == col(LevelLetter.urn))
        .outerjoin(Contact, its_contact)
        .where(col(LevelLetter.batch_id) == batch.id)
        .where(col(LevelLetter.state) == LevelLetterState.DRAFTED)
    )
    # A level that went and came back is told by other letters: no draft would replace this one.
    concerned = {concern.urn for concern in concerns(session, batch)}
    found: dict[int, str] = {}
    for *as_drafted, school, person in stream(session, drafted):
        letter = _Drafted(*as_drafted)
        if school.closed_on is not None and school.closed_on <= today:
            found[letter.id] = CLOSED
        elif now[letter.urn] != letter.level:
            found[letter.id] = OTHER_LEVEL
        elif not _reaches(letter, school, person):
            found[letter.id] = "" if letter.urn in concerned else OTHER_LEVEL
    return found


class _Drafted(NamedTuple):
    """Of a drafted letter to whom and about what it goes: not its text, of which there may be much.

    Its fields are those of `_AS_DRAFTED`.
    """

    id: int
    urn: int
    level: RiskLevel
    role: ContactRole
    name: str
    email: str | None
    address: list[str]


_AS_DRAFTED = tuple(getattr(LevelLetter, name) for name in _Drafted._fields)


def _reaches(letter: _Drafted, school: School, person: Contact | None) -> bool:
    """Whether a letter goes to whom and where it would go if it were drafted now."""
    name = person.name if person else f"The {ROLES[letter.role]}"
    email = person.email if person else None
    address = address_lines(school, letter.role, person)
    return (letter.name, letter.email, letter.address) == (name, email, address)


def _draw_no_more(session: Session, letters: Sequence[int]) -> None:
    """Take letters out of the sample; others are drawn when the drafting ends."""
    for some in _portions(letters):
        drawn = select(BatchSample.id).where(col(BatchSample.letter_id).in_(some))
        remove(session, SampleLook, col(SampleLook.sample_id).in_(drawn))
        remove(session, BatchSample, col(BatchSample.letter_id).in_(some))


def _portions(letters: Sequence[int]) -> list[Sequence[int]]:
    """As many at once as a statement takes."""
    return [letters[first : first + 5000] for first in range(0, len(letters), 5000)]


def go_on(acting: Acting, number: int) -> LetterBatch:
    """Let bulk work on a batch go on that failed; or make the print bundle of an issued one again.

    Raises NotFound, NotAllowed; NotPossible when nothing has stopped.
    """
    acting.require(Act.PREPARE_LEVEL_LETTERS)
    session = acting.session
    batch = find_batch(session, number)
    kind = job_of(batch)
    job = work.find_job(session, kind, batch.id) if kind else None
    again = batch.state is BatchState.ISSUED and batch.bundle_sha256 is not None
    if kind is None or job is None or not (again or job.state is BulkState.FAILED):
        raise NotPossible("No work has stopped that could be started again.")
    if job.state is not BulkState.OPEN:
        work.enqueue_again(session, acting.now, kind, batch.id)
    return batch


def _check_prepared(batch: LetterBatch, what: str) -> None:
    if batch.state is BatchState.PREPARING:
        raise NotPossible("The letters are still being prepared.")
    if batch.state is not BatchState.PREPARED:
        raise NotPossible(f"The batch is {batch.state.value}: it cannot be {what}.")
