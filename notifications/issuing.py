"""From a letter's rows to its documents, and from an approved letter to an issued one."""

import logging
from datetime import date, datetime

from sqlalchemy import Engine
from sqlmodel import Session, select

from models.clocks import london_date
from models.database import read, write
from models.letters.addressing import address_of, contacts_of
from models.letters.deliveries import report_unissued
from models.letters.issuing import freeze_letter
from models.letters.recipients import Recipient
from models.letters.tables import Letter, LetterState
from models.letters.writing import letter_body
from models.matters.tables import Matter
from models.policy import Policy
from models.policy.loader import NATIONAL_BODIES
from models.rows import find, get_row
from notifications.letters import (
    LetterDocument,
    Letterhead,
    Signatory,
    to_html,
    to_pdf,
    to_text,
)

SPEAK_FOR_THEMSELVES = (*NATIONAL_BODIES, "foundation_appointer")
DIOCESES = ("diocese", "second_diocese")

log = logging.getLogger(__name__)


def letter_document(
    session: Session, policy: Policy, letter: Letter, *, today: date
) -> LetterDocument:
    """All that is printed on a letter; `today` stands in for the date of one not yet approved."""
    matter = get_row(session, Matter, letter.matter_id)
    people = letter.goes_to or _expected(session, policy, letter, matter, today)
    return LetterDocument(
        letterhead=Letterhead.of(policy),
        reference=f"{matter.reference}/{letter.number}",
        date=letter.dated or today,
        addressee=(people[0].name, *people[0].address),
        body=letter_body(session, letter),
        respond_by=letter.respond_by,
        signatory=Signatory(letter.signed_by or "", letter.signed_as),
        copies=tuple(named(person) for person in people[1:]),
        draft=letter.state in (LetterState.DRAFT, LetterState.WITHDRAWN),
    )


def named(person: Recipient) -> str:
    """Somebody who has a letter; the name of a body says by itself what it is."""
    if person.role in SPEAK_FOR_THEMSELVES:
        return person.name
    if person.role in DIOCESES:
        names_itself = "dioces" in person.name.casefold()
        return person.name if names_itself else f"{person.name}, for the diocese"
    return f"{person.name}, {person.spoken}"


def _expected(
    session: Session, policy: Policy, letter: Letter, matter: Matter, today: date
) -> list[Recipient]:
    """Whom a draft would go to as the contacts stand; a gap shows as the role alone."""
    contacts = contacts_of(session, matter, today)
    people = []
    for role in (letter.to_role, *letter.copy_roles):
        gap = Recipient(role=role, name=f"The {role.replace('_', ' ')}", email="", address=[])
        people.append(address_of(policy, contacts, role) or gap)
    return [*people, *letter.named]


def approved_letters(engine: Engine) -> set[int]:
    """The numbers of the letters that are approved and not issued."""
    with read(engine) as session:
        return set(find(session, select(Letter.id).where(Letter.state == LetterState.APPROVED)))


def issue_letters(engine: Engine, policy: Policy, now: datetime) -> int:
    """Issue every approved letter: render it, freeze its bytes, queue it to its recipients.

    Safe to run anywhere, twice and at once: whoever freezes first wins. A letter that cannot be
    rendered stays approved, does not hold up the others, and its case officer is told once.
    """
    waiting = sorted(approved_letters(engine))
    return sum(_issue(engine, policy, letter_id, now) for letter_id in waiting)


def issue_letter(engine: Engine, policy: Policy, letter_id: int, now: datetime) -> bool:
    """Issue one letter that was approved; whether it is issued now, by whomever.

    As `issue_letters`: twice and at once is safe, and one that cannot be rendered stays approved.
    """
    if letter_id in approved_letters(engine):
        _issue(engine, policy, letter_id, now)
    return letter_id not in approved_letters(engine)


def _issue(engine: Engine, policy: Policy, letter_id: int, now: datetime) -> bool:
    with read(engine) as session:
        letter = get_row(session, Letter, letter_id)
        document = letter_document(session, policy, letter, today=london_date(now))
    try:
        files = render(document)
    except Exception:
        log.exception("Letter %s is approved but cannot be rendered", letter_id)
        with write(engine) as session:
            report_unissued(session, now=now, letter_id=letter_id)
        return False
    with write(engine) as session:
        return freeze_letter(session, policy, now=now, letter=letter, files=files)


def render(document: LetterDocument) -> dict[str, bytes]:
    """The renderings that are sent and kept: PDF, HTML and plain text."""
    return {
        "pdf": to_pdf(document),
        "html": to_html(document).encode(),
        "txt": to_text(document).encode(),
    }
