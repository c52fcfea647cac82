"""Letters about risk levels as a batch: opened, looked at, approved or withdrawn, sent again.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 3: a letter to the leaders
and the chair of governors of every school early each September, and after every change.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import Engine, String, and_, func, literal, update
from sqlalchemy import delete as delete_rows
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from models.access import Act, may, require
from models.bulk import BulkKind, BulkState
from models.clocks import is_working_day, london_date, london_time
from models.commands import bulk
from models.commands.casework import officers_in, tell
from models.commands.level_letter_drafts import ROLES, address_lines, concerns, in_year_changes
from models.database import read, write
from models.events import THE_CLOCK, Event, EventKind, Happening, append
from models.level_letters import (
    BatchSample,
    BatchState,
    LetterBatch,
    LevelLetter,
    LevelLetterFile,
    LevelLetterState,
    SampleLook,
)
from models.messages import MAY_HAVE_LEFT, ClockPass, Message, MessageKind, MessageState
from models.officers import Officer, Role
from models.policy.programme import school_year_of
from models.refusals import InvalidInput, NotFound, NotPossible
from models.risk import AssessmentRound, LevelChange, RoundState
from models.schools import Contact, School
from models.statements import add, add_all, by_key, change
from models.text import check_prose

COLLECTS = time(7)  # London's, on working days: from then on the clock collects the changes
COLLECTED = "level_letters"
CLOSED = "The school has closed since."
OTHER_LEVEL = "The school's level has changed since."
UNSETTLED = (MessageState.FAILED, MessageState.UNKNOWN)


# Opening -----------------------------------------------------------------------------------


def open_batch(session: Session, *, officer: Officer, now: datetime, about: str) -> LetterBatch:
    """Begin a batch: `about` is "annual", the last published round, or "changes" in the year.

    Its letters are drafted by a bulk job. Raises NotAllowed, InvalidInput; NotPossible when there
    is nothing to write about that no other batch has.
    """
    require(officer, Act.SEND_LEVEL_LETTERS)
    if about not in ("annual", "changes"):
        raise InvalidInput("about", "Choose “annual” or “changes”.")
    opened = (
        _open_annual(session, now, officer.email)
        if about == "annual"
        else _open_changes(session, now, officer.email)
    )
    if opened is None:
        what = "No published assessment" if about == "annual" else "No change of level"
        raise NotPossible(f"{what} waits for its letters.")
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
            opened.append(_open_changes(session, now, THE_CLOCK, after=_last_taken(session)))
        return sum(number is not None for number in opened)


def _collects(session: Session, now: datetime) -> bool:
    """Whether it is time for today's changes, which nobody has collected yet."""
    local = london_time(now)
    if local.time() < COLLECTS or not is_working_day(local.date()):
        return False
    last = session.get(ClockPass, COLLECTED, populate_existing=True)
    return last is None or london_date(last.at) < local.date()


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
    year = session.exec(published).one()
    written = select(LetterBatch.id).where(
        LetterBatch.school_year == year, col(LetterBatch.first_change).is_(None)
    )
    if not but_withdrawn:
        written = written.where(LetterBatch.state != BatchState.WITHDRAWN)
    return None if session.exec(written).first() is not None else year


def _open_changes(session: Session, now: datetime, by: str, *, after: int = 0) -> int | None:
    waiting = changes_waiting(session, after=after)
    if not waiting:
        return None
    today = london_date(now)
    return _open(
        session,
        now,
        occasion=f"changes:{waiting[0]}",
        title=f"Letters on changed risk levels, {today.day} {today:%B %Y}",
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
    return list(session.exec(waiting).all())


def _last_taken(session: Session) -> int:
    """The last change that any batch took, also one that was withdrawn."""
    return session.exec(select(func.max(LetterBatch.last_change))).one() or 0


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
    bulk.enqueue(session, now, BulkKind.PREPARE_LETTERS, number)
    return number


# What left before a backup was restored ----------------------------------------------------


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
    batches = session.exec(select(LetterBatch).where(approved)).all()
    before = left_before(session)
    years = {batch.school_year for batch in batches if batch.first_change is None}
    changes = [batch.last_change for batch in batches if batch.last_change is not None]
    return Left(sorted(years.union(before.years)), max([before.last_change, *changes]))


def left_before(session: Session) -> Left:
    """What had been approved when a backup was restored, says the record: all times together."""
    restored = select(Event).where(Event.kind == EventKind.BACKUP_RESTORED)
    told = [event.facts.get("level_letters") for event in session.exec(restored)]
    known = [Left(**facts) for facts in told if facts]
    years = {year for left in known for year in left.years}
    return Left(sorted(years), max([0, *(left.last_change for left in known)]))


# Looking, approving, withdrawing -----------------------------------------------------------


def find_batch(session: Session, number: int) -> LetterBatch:
    """The batch with this number as it is now; raises NotFound."""
    found = by_key(session, LetterBatch, number)
    if found is None:
        raise NotFound(f"There is no batch of letters {number}.")
    session.refresh(found)
    return found


def look_at(session: Session, *, officer: Officer, now: datetime, letter_id: int) -> None:
    """Note that an officer opened a letter, if it is of a sample. Raises NotAllowed."""
    require(officer, Act.SEND_LEVEL_LETTERS)
    for sample in _unseen_samples(session, letter_id, officer.id):
        add(session, SampleLook, sample_id=sample, officer_id=officer.id, looked_at=now)


def is_unseen(session: Session, letter_id: int, officer_id: int) -> bool:
    """Whether a letter is of a sample and this officer has not opened it."""
    return bool(_unseen_samples(session, letter_id, officer_id))


def _unseen_samples(session: Session, letter_id: int, officer_id: int) -> list[int]:
    looked = select(SampleLook.id).where(
        SampleLook.sample_id == BatchSample.id, SampleLook.officer_id == officer_id
    )
    of_letter = select(BatchSample.id).where(BatchSample.letter_id == letter_id, ~looked.exists())
    return list(session.exec(of_letter).all())


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
    return list(session.exec(sample).all())


def approve(session: Session, *, officer: Officer, now: datetime, number: int) -> LetterBatch:
    """Approve a batch: its date and signature are fixed, and a bulk job issues it.

    Raises NotFound, NotAllowed; NotPossible unless it is prepared, every letter is still right
    and the officer has opened every letter of its sample.
    """
    require(officer, Act.SEND_LEVEL_LETTERS)
    batch = find_batch(session, number)
    _check_prepared(batch, "approved")
    letters = _count(session, batch, LevelLetterState.DRAFTED)
    if not letters:
        raise NotPossible("The batch has no letter that can be sent. Withdraw it.")
    stale = len(_stale(session, batch, london_date(now)))
    if stale:
        raise NotPossible(
            f"{stale} {'letter is' if stale == 1 else 'letters are'} no longer right: since the "
            "drafting a school has closed, or its level or a contact has changed. Draft these "
            "anew, or withdraw the batch and begin it again."
        )
    left = len(unseen(session, batch, officer.id))
    if left:
        raise NotPossible(
            f"First open every letter of the sample and read it: {left} "
            f"{'is' if left == 1 else 'are'} left for you."
        )
    change(
        session,
        LetterBatch,
        {"id": batch.id, "state": BatchState.PREPARED},
        state=BatchState.APPROVED,
        approved_by_id=officer.id,
        approved_at=now,
        dated=london_date(now),
        signed_by=officer.name,
        signed_as=officer.role.label,
    )
    bulk.enqueue(session, now, BulkKind.ISSUE_LETTERS, batch.id)
    record(session, now, officer.email, EventKind.LEVEL_LETTERS_APPROVED, batch, letters)
    return find_batch(session, number)


def withdraw(
    session: Session, *, officer: Officer, now: datetime, number: int, reason: str
) -> LetterBatch:
    """Withdraw a batch before it is approved; what it is about can be written about again.

    Raises NotFound, NotAllowed, InvalidInput; NotPossible once it is approved.
    """
    require(officer, Act.SEND_LEVEL_LETTERS)
    batch = find_batch(session, number)
    check_prose("reason", reason, most=2000)
    if batch.state not in (BatchState.PREPARING, BatchState.PREPARED):
        raise NotPossible(f"The batch is {batch.state.value}: it can no longer be withdrawn.")
    letters = _count(session, batch, LevelLetterState.DRAFTED)
    bulk.drop(session, now, BulkKind.PREPARE_LETTERS, batch.id)
    given_back = literal(f"withdrawn:{batch.id}:", String)
    session.connection().execute(
        update(LevelLetter)
        .where(col(LevelLetter.batch_id) == batch.id)
        .values(
            state=LevelLetterState.WITHDRAWN,
            occasion=given_back.concat(col(LevelLetter.occasion)),
        )
    )
    change(
        session,
        LetterBatch,
        {"id": batch.id},
        state=BatchState.WITHDRAWN,
        occasion=f"withdrawn:{batch.id}:{batch.occasion}",
        reason=reason,
    )
    record(session, now, officer.email, EventKind.LEVEL_LETTERS_WITHDRAWN, batch, letters)
    return find_batch(session, number)


def prepare_again(session: Session, *, officer: Officer, now: datetime, number: int) -> LetterBatch:
    """Draft anew the letters that were left out, once their addresses are corrected.

    And those whose contact has changed since. What a school must no longer be told is left out.
    Raises NotFound, NotAllowed; NotPossible unless the batch is prepared and has such letters.
    """
    require(officer, Act.SEND_LEVEL_LETTERS)
    batch = find_batch(session, number)
    _check_prepared(batch, "prepared again")
    left_out = select(LevelLetter.id, LevelLetter.left_out).where(
        LevelLetter.batch_id == batch.id, LevelLetter.state == LevelLetterState.LEFT_OUT
    )
    stale = _stale(session, batch, london_date(now))
    anew = [id for id, why in session.exec(left_out) if why not in (CLOSED, OTHER_LEVEL)]
    anew += [id for id, why in stale.items() if not why]
    if not anew and not stale:
        raise NotPossible("No letter was left out, and none has changed since.")
    _draw_no_more(session, list(stale))
    for id, why in stale.items():
        if why:
            left = {"state": LevelLetterState.LEFT_OUT, "left_out": why}
            change(session, LevelLetter, {"id": id}, **left)
    for some in _portions(anew):
        session.connection().execute(delete_rows(LevelLetter).where(col(LevelLetter.id).in_(some)))
    change(session, LetterBatch, {"id": batch.id}, state=BatchState.PREPARING)
    bulk.enqueue_again(session, now, BulkKind.PREPARE_LETTERS, batch.id)
    return find_batch(session, number)


def _stale(session: Session, batch: LetterBatch, today: date) -> dict[int, str]:
    """The drafted letters that are no longer right, by key: why they must not be sent at all.

    Nothing where they only have to be drafted anew, for their contact has changed.
    """
    last = select(func.max(LevelChange.id)).group_by(col(LevelChange.urn))
    now = dict(
        session.exec(
            select(LevelChange.urn, LevelChange.level).where(col(LevelChange.id).in_(last))
        ).all()
    )
    its_contact = and_(
        col(Contact.urn) == col(LevelLetter.urn), col(Contact.role) == col(LevelLetter.role)
    )
    drafted = (
        select(LevelLetter, School, Contact)
        .options(defer(LevelLetter.body))  # type: ignore[arg-type]
        .join(School, col(School.urn) == col(LevelLetter.urn))
        .outerjoin(Contact, its_contact)
        .where(LevelLetter.batch_id == batch.id, LevelLetter.state == LevelLetterState.DRAFTED)
        .execution_options(populate_existing=True)
    )
    # A level that went and came back is told by other letters: no draft would replace this one.
    concerned = {concern.urn for concern in concerns(session, batch)}
    found: dict[int, str] = {}
    for letter, school, person in session.exec(drafted):
        if school.closed_on is not None and school.closed_on <= today:
            found[letter.id] = CLOSED
        elif now[letter.urn] != letter.level:
            found[letter.id] = OTHER_LEVEL
        elif not _reaches(letter, school, person):
            found[letter.id] = "" if letter.urn in concerned else OTHER_LEVEL
    return found


def _reaches(letter: LevelLetter, school: School, person: Contact | None) -> bool:
    """Whether a letter goes to whom and where it would go if it were drafted now."""
    name = person.name if person else f"The {ROLES[letter.role]}"
    email = person.email if person else None
    address = address_lines(school, letter.role, person)
    return (letter.name, letter.email, letter.address) == (name, email, address)


def _draw_no_more(session: Session, letters: Sequence[int]) -> None:
    """Take letters out of the sample; others are drawn when the drafting ends."""
    for some in _portions(letters):
        drawn = select(BatchSample.id).where(col(BatchSample.letter_id).in_(some))
        looks = delete_rows(SampleLook).where(col(SampleLook.sample_id).in_(drawn))
        session.connection().execute(looks)
        of_these = delete_rows(BatchSample).where(col(BatchSample.letter_id).in_(some))
        session.connection().execute(of_these)


def _portions(letters: Sequence[int]) -> list[Sequence[int]]:
    """As many at once as a statement takes."""
    return [letters[first : first + 5000] for first in range(0, len(letters), 5000)]


def go_on(session: Session, *, officer: Officer, now: datetime, number: int) -> LetterBatch:
    """Let bulk work on a batch go on that failed; or make the print bundle of an issued one again.

    Raises NotFound, NotAllowed; NotPossible when nothing has stopped.
    """
    require(officer, Act.SEND_LEVEL_LETTERS)
    batch = find_batch(session, number)
    kind = job_of(batch)
    job = bulk.find_job(session, kind, batch.id) if kind else None
    again = batch.state is BatchState.ISSUED and batch.bundle_sha256 is not None
    if kind is None or job is None or not (again or job.state is BulkState.FAILED):
        raise NotPossible("Nothing has stopped that could go on.")
    if job.state is not BulkState.OPEN:
        bulk.enqueue_again(session, now, kind, batch.id)
    return batch


def job_of(batch: LetterBatch) -> BulkKind | None:
    """The kind of bulk work that is done on a batch, or was done last; None once withdrawn."""
    match batch.state:
        case BatchState.PREPARING | BatchState.PREPARED:
            return BulkKind.PREPARE_LETTERS
        case BatchState.APPROVED | BatchState.ISSUED:
            return BulkKind.ISSUE_LETTERS
        case _:
            return None


def _check_prepared(batch: LetterBatch, what: str) -> None:
    if batch.state is BatchState.PREPARING:
        raise NotPossible("The letters are still being prepared.")
    if batch.state is not BatchState.PREPARED:
        raise NotPossible(f"The batch is {batch.state.value}: it cannot be {what}.")


def _count(session: Session, batch: LetterBatch, state: LevelLetterState) -> int:
    counted = select(func.count(col(LevelLetter.id))).where(
        LevelLetter.batch_id == batch.id, LevelLetter.state == state
    )
    return session.exec(counted).one()


def record(
    session: Session, now: datetime, by: str, kind: EventKind, batch: LetterBatch, letters: int
) -> None:
    """Put on record what became of a batch of so many letters."""
    facts = {"batch": batch.id, "title": batch.title, "letters": letters}
    append(session, now, by, Happening(kind, None, facts))


# Issuing -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Frozen:
    """A letter as it was printed: its bytes and pages, or the reason why it cannot be printed."""

    letter: LevelLetter
    content: bytes
    pages: int
    trouble: str = ""


def freeze(session: Session, now: datetime, batch: LetterBatch, printed: Sequence[Frozen]) -> None:
    """Issue letters of an approved batch: keep their bytes, and queue those that go by e-mail.

    What somebody else issued first stays as it is.
    """
    files, messages = [], []
    for each in printed:
        drafted = {"id": each.letter.id, "state": LevelLetterState.DRAFTED}
        if each.trouble:
            left_out = {"state": LevelLetterState.LEFT_OUT, "left_out": each.trouble[:500]}
            change(session, LevelLetter, drafted, **left_out)
            continue
        issued = {
            "state": LevelLetterState.ISSUED,
            "sha256": hashlib.sha256(each.content).hexdigest(),
            "pages": each.pages,
        }
        if change(session, LevelLetter, drafted, **issued):
            files.append({"letter_id": each.letter.id, "content": each.content})
            if each.letter.email:
                messages.append(_posting(batch, each.letter, now))
    add_all(session, LevelLetterFile, files)
    add_all(session, Message, messages)


def _posting(batch: LetterBatch, letter: LevelLetter, now: datetime) -> dict[str, object]:
    return {
        "key": f"level-letter:{letter.id}:email",
        "kind": MessageKind.LEVEL_LETTER,
        "to_name": letter.name,
        "to_email": letter.email,
        "data": {"level_letter": letter.id, "batch": batch.id},
        "state": MessageState.UNKNOWN if batch.may_have_left else MessageState.PENDING,
        "detail": MAY_HAVE_LEFT if batch.may_have_left else "",
        "queued_at": now,
        "next_attempt_at": now,
    }


def finish_issuing(
    session: Session, now: datetime, batch: LetterBatch, bundle: tuple[str, int] | None
) -> bool:
    """All letters of a batch are issued, and its print bundle is there: its SHA-256 and pages.

    False when somebody else was first.
    """
    sha256, pages = bundle or (None, None)
    issued = change(
        session,
        LetterBatch,
        {"id": batch.id, "state": BatchState.APPROVED},
        state=BatchState.ISSUED,
        issued_at=now,
        bundle_sha256=sha256,
        bundle_pages=pages,
    )
    if issued:
        letters = _count(session, batch, LevelLetterState.ISSUED)
        record(session, now, THE_CLOCK, EventKind.LEVEL_LETTERS_ISSUED, batch, letters)
        if batch.may_have_left:
            tell_approver(session, now, batch.id)
    return issued


# Deliveries --------------------------------------------------------------------------------


def settle(
    session: Session,
    *,
    officer: Officer,
    now: datetime,
    number: int,
    message_id: int,
    decision: str,
    reason: str,
) -> Message:
    """An officer decides what became of a letter that was refused or may have arrived.

    `sent`: it arrived, or was given to the school another way. `send_again`: to the address that
    the contact has now. Raises NotFound, NotAllowed, InvalidInput, NotPossible.
    """
    require(officer, Act.SEND_LEVEL_LETTERS)
    message, letter = find_delivery(session, number, message_id)
    if decision not in ("sent", "send_again"):
        raise InvalidInput("decision", "Choose “sent” or “send_again”.")
    check_prose("reason", reason, most=2000)
    if message.state not in UNSETTLED:
        raise NotPossible(f"There is nothing to decide: this delivery is {message.state.value}.")
    was = {"id": message.id, "state": message.state}
    change(session, Message, was, state=MessageState.SETTLED, settled_at=now)
    school = session.get_one(School, letter.urn).name
    facts = {"message": message.id, "school": school, "decision": decision, "reason": reason}
    append(session, now, officer.email, Happening(EventKind.LEVEL_LETTER_SETTLED, None, facts))
    if decision == "send_again":
        _send_again(session, message, letter, now)
    session.refresh(message)
    return message


def tell_approver(session: Session, now: datetime, number: int) -> None:
    """A letter was refused or may not have arrived: whoever approved its batch hears of it.

    When they can no longer act on it, the Heads of Service hear. Once for the batch and not for
    each of its letters; the batch's page lists them.
    """
    batch = session.get_one(LetterBatch, number)
    approver = session.get_one(Officer, batch.approved_by_id)
    can_act = may(approver, Act.SEND_LEVEL_LETTERS)
    officers = [approver] if can_act else officers_in(session, Role.HEAD_OF_SERVICE)
    key = f"level-letters:{batch.id}:problem"
    keys = {f"alert:{key}:{officer.id}": officer for officer in officers}
    told = set(session.exec(select(Message.key).where(col(Message.key).in_(keys))).all())
    data: dict[str, object] = {
        "what": "level_letters_problem",
        "path": f"/letter-batches/{batch.id}",
        "title": batch.title,
    }
    untold = [officer for name, officer in keys.items() if name not in told]
    tell(session, now, untold, key=key, escalation=None, data=data)


def find_delivery(session: Session, number: int, message_id: int) -> tuple[Message, LevelLetter]:
    """A delivery of a letter of this batch; raises NotFound."""
    message = by_key(session, Message, message_id)
    if message is not None and message.kind is MessageKind.LEVEL_LETTER:
        letter = session.get_one(LevelLetter, message.data["level_letter"])
        if letter.batch_id == number:
            return message, letter
    raise NotFound(f"There is no delivery {message_id} in this batch.")


def _send_again(session: Session, message: Message, letter: LevelLetter, now: datetime) -> None:
    statement = select(Contact).where(Contact.urn == letter.urn, Contact.role == letter.role)
    contact = session.exec(statement.execution_options(populate_existing=True)).first()
    if contact is None or not contact.email:
        raise NotPossible(
            f"The school has no e-mail address for its {letter.role.label}. Add it first, or send "
            "the letter by post."
        )
    key, _, again = message.key.partition(":again:")
    add(
        session,
        Message,
        key=f"{key}:again:{int(again or 0) + 1}",
        kind=MessageKind.LEVEL_LETTER,
        to_name=contact.name,
        to_email=contact.email,
        data=message.data,
        state=MessageState.PENDING,
        queued_at=now,
        next_attempt_at=now,
    )
