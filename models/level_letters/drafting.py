"""Drafting the letters of a batch: about whom, to whom, where to, and which are looked at.

A batch is drafted in chunks of schools, each in one short transaction; what is there already is
not drafted again, so that it can be killed, doubled or run at once anywhere.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine, func, or_
from sqlmodel import Session, col, select

from models.clocks import london_date, long_date
from models.database import read, write
from models.events import THE_CLOCK
from models.letters.drafting import draft
from models.letters.in_words import InWords, PersonInWords, PolicyInWords, SchoolInWords
from models.level_letters.batches import record
from models.level_letters.events import LevelLettersPrepared
from models.level_letters.tables import (
    BatchSample,
    BatchState,
    LetterBatch,
    LevelLetter,
    LevelLetterState,
)
from models.level_letters.told import LevelLettersToCheck
from models.people.officers import officers_in
from models.people.tables import Role
from models.policy import Policy
from models.refusals import InvalidInput
from models.risk.tables import Assessment, AssessmentOccasion, AssessmentRound, LevelChange
from models.rows import add_all, change, find, get_row, select_columns
from models.schools.postal import address_trouble, fitted, posting_order
from models.schools.tables import Contact, ContactRole, RiskLevel, School
from models.telling import tell
from models.text import check_printable

# To whom, in the order in which the letters of one school are posted.
ROLES = {
    ContactRole.HEADTEACHER: "Headteacher",
    ContactRole.CHAIR_OF_GOVERNORS: "Chair of Governors",
}
# A level that was confirmed is on record as well.
_ALTERS = or_(col(LevelChange.before).is_(None), col(LevelChange.before) != col(LevelChange.level))
# A change in the year; a level that was looked at and stayed is none.
in_year_changes = (
    select(
        col(LevelChange.id), col(LevelChange.urn), col(LevelChange.before), col(LevelChange.level)
    )
    .where(col(LevelChange.occasion) != AssessmentOccasion.ANNUAL.value)
    .where(_ALTERS)
    .subquery("in_year")
)


@dataclass(frozen=True)
class Concern:
    """A school that is written to: about which change of its level, and what it was before."""

    change_id: int
    urn: int
    before: RiskLevel | None


def concerns(session: Session, batch: LetterBatch) -> list[Concern]:
    """The schools that a batch is about, by URN.

    A school whose level has changed again since is not among them: it is written to about that.
    """
    found = _annual(session, batch) if batch.first_change is None else _in_year(session, batch)
    last = select(LevelChange.urn, func.max(LevelChange.id)).where(_ALTERS)
    latest = dict(find(session, last.group_by(col(LevelChange.urn))))
    return [concern for concern in found if latest.get(concern.urn, 0) <= concern.change_id]


def _annual(session: Session, batch: LetterBatch) -> list[Concern]:
    statement = (
        select(LevelChange.id, LevelChange.urn, LevelChange.before)
        .join(Assessment, col(Assessment.id) == col(LevelChange.assessment_id))
        .join(AssessmentRound, col(AssessmentRound.id) == col(Assessment.round_id))
        .where(AssessmentRound.school_year == batch.school_year)
        .order_by(col(LevelChange.urn))
    )
    return [Concern(*row) for row in find(session, statement)]


def _others(batch: LetterBatch) -> Any:
    """The batches that wrote about a change of level already."""
    return select(LetterBatch.id).where(
        LetterBatch.id != batch.id,
        LetterBatch.state != BatchState.WITHDRAWN,
        col(LetterBatch.first_change) <= in_year_changes.c.id,
        col(LetterBatch.last_change) >= in_year_changes.c.id,
    )


def _in_year(session: Session, batch: LetterBatch) -> list[Concern]:
    """Of several changes of one school, one letter tells of the last, from where it was before."""
    statement = (
        select_columns(in_year_changes)
        .where(in_year_changes.c.id >= batch.first_change)
        .where(in_year_changes.c.id <= batch.last_change, ~_others(batch).exists())
        .order_by(in_year_changes.c.urn, in_year_changes.c.id)
    )
    first: dict[int, Any] = {}
    last: dict[int, Any] = {}
    for row in find(session, statement):
        first.setdefault(row.urn, row.before)
        last[row.urn] = row
    return [
        Concern(row.id, urn, first[urn]) for urn, row in last.items() if row.level != first[urn]
    ]


# Drafting ----------------------------------------------------------------------------------


def draft_chunk(
    engine: Engine, policy: Policy, now: datetime, batch: LetterBatch, chunk: Sequence[Concern]
) -> bool:
    """Draft the letters to these schools, in the order of their URNs, that are not there yet.

    False when the batch is no longer being prepared.
    """
    with read(engine) as session:
        drafted = list(_drafts(session, policy, london_date(now), batch, chunk))
    with write(engine) as session:
        still = get_row(session, LetterBatch, batch.id)
        if still.state is not BatchState.PREPARING:
            return False
        there = _there(session, batch, chunk)
        missing = [
            letter
            for letter in drafted
            if (letter["occasion"], letter["urn"], letter["role"]) not in there
        ]
        add_all(session, LevelLetter, missing)
    return True


def _there(
    session: Session, batch: LetterBatch, chunk: Sequence[Concern]
) -> set[tuple[str, int, ContactRole]]:
    drafted = select(LevelLetter.occasion, LevelLetter.urn, LevelLetter.role).where(
        col(LevelLetter.urn).between(chunk[0].urn, chunk[-1].urn),
        LevelLetter.batch_id == batch.id,
    )
    return set(find(session, drafted))


def _drafts(
    session: Session, policy: Policy, today: date, batch: LetterBatch, chunk: Sequence[Concern]
) -> Iterable[dict[str, Any]]:
    """The rows of the letters to the schools of a chunk that are open."""
    urns = [concern.urn for concern in chunk]
    schools = {
        school.urn: school
        for school in find(session, select(School).where(col(School.urn).in_(urns)))
        if school.closed_on is None or school.closed_on > today
    }
    of_these = col(LevelChange.id).in_([concern.change_id for concern in chunk])
    changes = {found.urn: found for found in find(session, select(LevelChange).where(of_these))}
    written_to = col(Contact.urn).in_(urns), col(Contact.role).in_(ROLES)
    contacts = {
        (contact.urn, contact.role): contact
        for contact in find(session, select(Contact).where(*written_to))
    }
    for concern in chunk:
        school = schools.get(concern.urn)
        if school is None:
            continue
        changed = changes[concern.urn]
        for role in ROLES:
            person = contacts.get((school.urn, role))
            letter = _letter(policy, batch, school, changed, concern.before, role, person)
            yield {"batch_id": batch.id, **letter}


def _letter(
    policy: Policy,
    batch: LetterBatch,
    school: School,
    changed: LevelChange,
    before: RiskLevel | None,
    role: ContactRole,
    person: Contact | None,
) -> dict[str, Any]:
    """One letter's own values: with its text, or with the reason why it is left out."""
    annual = batch.first_change is None
    name = person.name if person else f"The {ROLES[role]}"
    email = person.email if person else None
    lines = address_lines(school, role, person)
    trouble = "" if email else address_trouble(lines)
    body = ""
    if not trouble:
        try:
            for line in lines:
                check_printable("address", line)
            facts = _in_words(policy, batch, school, changed, before, role, person)
            body = draft(policy.programme.level_letters.template, facts)
        except InvalidInput as invalid:
            trouble = invalid.message
    return {
        "occasion": batch.occasion if annual else f"change:{changed.id}",
        "urn": school.urn,
        "role": role,
        "level": changed.level,
        "before": before,
        "name": name,
        "email": email,
        "address": lines,
        "posting_order": posting_order(lines, school.urn, list(ROLES).index(role)),
        "body": body,
        "state": LevelLetterState.LEFT_OUT if trouble else LevelLetterState.DRAFTED,
        "left_out": trouble,
    }


def address_lines(school: School, role: ContactRole, person: Contact | None) -> list[str]:
    """What stands in the envelope's window: the name, then the contact's address or the school's.

    At the school's address it says who they are there, and the name of the school.
    """
    if person is not None and person.address:
        return fitted([person.name, *person.address])
    named = [person.name, ROLES[role]] if person else [f"The {ROLES[role]}"]
    place = [*school.address, school.town, school.postcode]
    return fitted([*named, school.name, *dict.fromkeys(place)])


class LevelLetterInWords(InWords):
    """What the letter about a school's risk level names."""

    annual: bool
    school: SchoolInWords
    addressee: PersonInWords
    school_year: str
    level: str
    before: str
    on: str
    words: str
    support: list[str]
    council: str
    policy: PolicyInWords


def _in_words(
    policy: Policy,
    batch: LetterBatch,
    school: School,
    changed: LevelChange,
    before: RiskLevel | None,
    role: ContactRole,
    person: Contact | None,
) -> LevelLetterInWords:
    name = person.name if person else ROLES[role]
    return LevelLetterInWords(
        annual=batch.first_change is None,
        school=SchoolInWords(name=school.name, urn=str(school.urn)),
        addressee=PersonInWords(name=name, role=role.label),
        school_year=f"{batch.school_year} to {batch.school_year + 1}",
        level=changed.level.label,
        before=before.label if before else "",
        on=long_date(changed.on),
        words=changed.words,
        support=list(policy.programme.levels[changed.level].support),
        council=policy.letterhead.council,
        policy=PolicyInWords(title=policy.title),
    )


# The end of drafting -----------------------------------------------------------------------


def finish_drafting(session: Session, policy: Policy, now: datetime, number: int) -> bool:
    """All letters of a batch are there: draw its sample, and tell the Heads of Service.

    False when somebody else was first, or the batch was withdrawn.
    """
    batch = get_row(session, LetterBatch, number)  # as it was
    preparing = {"id": number, "state": BatchState.PREPARING}
    state = {"state": BatchState.PREPARED, "prepared_at": now}
    if not change(session, LetterBatch, preparing, **state):
        return False
    drafted = find(
        session,
        select(LevelLetter.id, LevelLetter.level, LevelLetter.role, LevelLetter.email).where(
            LevelLetter.batch_id == number, LevelLetter.state == LevelLetterState.DRAFTED
        ),
    )
    drawn = select(BatchSample.letter_id).where(BatchSample.batch_id == number)
    there = set(find(session, drawn))
    kinds = {key: (level, role, email is None) for key, level, role, email in drafted}
    sample = draw(number, kinds, policy.programme.level_letters.sample)
    new = [{"batch_id": number, "letter_id": letter} for letter in sample if letter not in there]
    add_all(session, BatchSample, new)
    record(session, now, THE_CLOCK, LevelLettersPrepared, batch, len(drafted))
    if batch.prepared_at is None:
        _tell_heads(session, now, batch, len(drafted))
    return True


def _tell_heads(session: Session, now: datetime, batch: LetterBatch, letters: int) -> None:
    """A batch is drafted for the first time: somebody must look at it."""
    prepared = LevelLettersToCheck(path=batch.page, title=batch.title, letters=letters)
    key = f"level-letters:{batch.id}:prepared"
    heads = officers_in(session, Role.HEAD_OF_SERVICE)
    tell(session, now, heads, key=key, about=None, told=prepared)


def draw(batch: int, kinds: Mapping[int, tuple[object, ...]], size: int) -> list[int]:
    """The letters of a batch that are looked at, by key: always the same ones.

    `kinds` says of each letter what it is like: at least one of every level, every role and
    every way of sending is drawn, if that takes more than `size` letters.
    """

    def lot(letter: int) -> bytes:
        return hashlib.sha256(f"{batch}:{letter}".encode()).digest()

    shuffled = sorted(kinds, key=lot)
    wanted = {part for kind in kinds.values() for part in enumerate(kind)}
    drawn: list[int] = []
    for letter in shuffled:
        new = wanted.intersection(enumerate(kinds[letter]))
        if new:
            wanted -= new
            drawn.append(letter)
    chosen = set(drawn)
    others = [letter for letter in shuffled if letter not in chosen]
    return sorted([*drawn, *others[: max(0, size - len(drawn))]])
