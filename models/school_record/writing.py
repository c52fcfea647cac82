"""A letter to somebody at a school that belongs to no escalation."""

from pydantic import Field

from models.approvals.putting_forward import Asked, Draft, find_proposal, place
from models.approvals.tables import Proposal
from models.events import append
from models.inputs import Input, Text, Word, Words
from models.letters.addressing import Addressing
from models.letters.in_words import InWords
from models.people.access import Act
from models.people.acting import Acting
from models.policy import Approvable
from models.refusals import InvalidInput
from models.school_record.opening import enter_record
from models.school_record.proposed import SchoolLetter
from models.schools.tables import ContactRole
from models.text import check_line, check_printable, check_prose

TEMPLATE = "school_letter"
LONGEST_SUBJECT = 150  # characters


class LetterToSchool(Input):
    """A letter to one of a school's contacts, with copies to others.

    `words` are its text; the `reason` is for whoever approves it, and no letter prints it.
    """

    to: Word
    copies: Words = Field(default=[])
    subject: Text
    words: Text
    reason: Text


class SchoolLetterInWords(InWords):
    """What the plain letter to a school names."""

    subject: str
    words: str


def write_to_school(acting: Acting, urn: object, given: LetterToSchool) -> Proposal:
    """Draft a letter to somebody at a school, and put it forward for approval.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible where an address is missing.
    """
    record = enter_record(acting, Act.WRITE_LETTER, urn)
    _check(given)
    facts = SchoolLetterInWords(subject=given.subject, words=given.words)
    addressing = Addressing(given.to, tuple(given.copies))
    asked = Asked(SchoolLetter(), given.reason)
    roles = acting.policy.approvers[Approvable.SCHOOL_LETTER]
    draft = Draft(TEMPLATE, addressing, (facts,))
    placed = place(record, acting.officer, acting.now, asked, roles, [draft])
    append(acting.session, acting.now, acting.officer.email, *placed.happenings)
    return find_proposal(acting.session, placed.proposal_id)


def _check(given: LetterToSchool) -> None:
    """Everything that was given, all faults at once."""
    errors: list[tuple[str, str]] = []
    choice = f"Choose from: {', '.join(ContactRole)}."
    if given.to not in list(ContactRole):
        errors.append(("to", choice))
    if any(role not in list(ContactRole) for role in given.copies):
        errors.append(("copies", choice))
    elif given.to in given.copies or len(set(given.copies)) < len(given.copies):
        errors.append(("copies", "Choose each person once."))
    for check in (_subject, _words, _reason):
        try:
            check(given)
        except InvalidInput as invalid:
            errors.extend(invalid.errors)
    if errors:
        raise InvalidInput.many(errors)


def _subject(given: LetterToSchool) -> None:
    check_printable("subject", check_line("subject", given.subject, most=LONGEST_SUBJECT))


def _words(given: LetterToSchool) -> None:
    check_printable("words", check_prose("words", given.words))


def _reason(given: LetterToSchool) -> None:
    check_printable("reason", check_prose("reason", given.reason))
