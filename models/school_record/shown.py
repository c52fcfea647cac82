"""A school's own record as doors show it: what it is; what is on it is listed as of any matter."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session, col, func, select

from models.approvals.tables import Proposal, ProposalState
from models.evidence.tables import EvidenceFile
from models.letters.addressing import contacts_of
from models.letters.drafting import LITERAL_CLOSE, LITERAL_OPEN
from models.letters.shown import ListedLetter
from models.letters.tables import Letter, LetterVersion
from models.matters.shown import named_on
from models.matters.tables import Deadline, DeadlineState, Matter, MatterKind
from models.paging import Item, Page
from models.people.access import Reader
from models.people.tables import Officer
from models.rows import by_key, find, find_one
from models.school_record.opening import find_record, reference_of
from models.schools.contacts import find_school
from models.schools.tables import ContactRole
from models.shown import Shown


class SchoolRecord(Shown):
    """The record of a school; `officer` looks after it and is reminded, `officers` are named on it.

    While there is none, or none that the reader can see, `reference`, `officer` and `opened_on` are
    null. The counts are of its letters, of proposals that wait for a decision, of deadlines that
    are open or were missed, and of files.
    """

    urn: int
    school: str
    reference: str | None
    officer: str | None
    officer_name: str | None
    opened_on: date | None
    restricted: bool
    officers: list[str]
    letters: int
    proposals_awaiting: int
    deadlines_to_do: int
    files: int


def school_record(session: Session, reader: Reader, urn: object) -> SchoolRecord:
    """The record of a school, or that there is none to be seen. Raises NotFound. Eight queries."""
    school = find_school(session, urn)
    record = find_record(session, reader, urn)
    officer = by_key(session, Officer, record.officer_id) if record else None
    return SchoolRecord(
        urn=school.urn,
        school=school.name,
        reference=record.reference if record else None,
        officer=officer.email if officer else None,
        officer_name=officer.name if officer else None,
        opened_on=record.opened_on if record else None,
        restricted=bool(record and record.restricted),
        officers=named_on(session, reader, record.reference) if record else [],
        letters=_count(session, record, Letter),
        proposals_awaiting=_count(
            session, record, Proposal, col(Proposal.state) == ProposalState.AWAITING
        ),
        deadlines_to_do=_count(
            session,
            record,
            Deadline,
            col(Deadline.state).in_((DeadlineState.OPEN, DeadlineState.MISSED)),
        ),
        files=_count(session, record, EvidenceFile),
    )


class SchoolLetter(Shown):
    """A letter of the record; `subject` is the heading of its text."""

    subject: str
    letter: ListedLetter


def with_subjects(session: Session, letters: Sequence[ListedLetter]) -> list[SchoolLetter]:
    """The same letters, each with its subject, as it stands in the version it has now."""
    statement = (
        select(LetterVersion.letter_id, LetterVersion.body)
        .join(Letter, col(Letter.id) == col(LetterVersion.letter_id))
        .where(col(LetterVersion.version) == col(Letter.version))
        .where(col(Letter.id).in_([letter.id for letter in letters]))
    )
    bodies = dict(find(session, statement))
    return [
        SchoolLetter(subject=_heading(bodies[letter.id]) or letter.title, letter=letter)
        for letter in letters
    ]


def _heading(body: str) -> str:
    first = body.partition("\n")[0]
    if not first.startswith("# "):
        return ""
    return first.removeprefix("# ").replace(LITERAL_OPEN, "").replace(LITERAL_CLOSE, "").strip()


class Addressee(Shown):
    """Somebody at a school to whom a letter could go; nobody can be written to without `email`."""

    role: ContactRole
    name: str | None
    email: str | None


def addressees(session: Session, reader: Reader, urn: object, today: date) -> list[Addressee]:
    """Everybody to whom a letter of the record would go by their role. Raises NotFound."""
    school = find_school(session, urn)
    there = find_record(session, reader, urn)
    to_come = Matter(kind=MatterKind.SCHOOL, reference=reference_of(urn), urn=school.urn)
    return addressees_of(session, there or to_come, today)


def addressees_of(session: Session, matter: Matter, today: date) -> list[Addressee]:
    """Everybody at the school to whom a letter or invitation on a matter would go by their role."""
    known = contacts_of(session, matter, today)
    return [
        Addressee(
            role=role,
            name=known[role].name if role in known else None,
            email=known[role].email if role in known else None,
        )
        for role in ContactRole
    ]


def _count(session: Session, record: Matter | None, table: Any, *conditions: Any) -> int:
    if record is None:
        return 0
    mine = select(func.count(col(table.id))).where(table.matter_id == record.id, *conditions)
    return find_one(session, mine)


def listed_on(
    session: Session, reader: Reader, urn: object, listed: Callable[[str], Page[Item]]
) -> Page[Item]:
    """What a list by reference has of a school's record; an empty page where there is none to see.

    Raises NotFound, and what the list raises.
    """
    find_school(session, urn)
    record = find_record(session, reader, urn)
    return listed(record.reference) if record else Page(items=[], page=1, pages=1, total=0)
