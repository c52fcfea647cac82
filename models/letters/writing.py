"""Letters from draft to issue: drafting, editing, approving, freezing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.approvals.tables import Proposal
from models.clocks import london_date
from models.events import append
from models.inputs import Input, Text
from models.letters.addressing import (
    Addressing,
    _known,
    contacts_at_hand,
    with_people,
)
from models.letters.drafting import check_body, draft
from models.letters.events import LetterDrafted, LetterEdited
from models.letters.in_words import (
    InWords,
    LetterInWords,
    PersonInWords,
    PolicyInWords,
    SchoolInWords,
)
from models.letters.recipients import Recipient
from models.letters.tables import Letter, LetterState, LetterVersion
from models.matters.at_hand import AtHand, find_row
from models.people.access import Act
from models.people.acting import Acting
from models.refusals import NotPossible
from models.reports.tables import ReportIssue
from models.rows import add, by_key, change, find, find_one, get_row, kept
from models.statutory.tables import WarningNotice


@kept
def _latest_number(matter: int) -> SelectOfScalar[int]:
    return select(func.max(Letter.number)).where(col(Letter.matter_id) == matter)


@kept
def _notice(letter: int) -> SelectOfScalar[int]:
    return select(WarningNotice.id).where(col(WarningNotice.letter_id) == letter)


@kept
def _report(letter: int) -> SelectOfScalar[int]:
    return (
        select(ReportIssue.id)
        .join(Letter, col(Letter.proposal_id) == col(ReportIssue.proposal_id))
        .where(col(Letter.id) == letter)
    )


def draft_letter(
    at_hand: AtHand,
    now: datetime,
    template: str,
    addressing: Addressing,
    *,
    proposal_id: int | None,
    step_key: str | None,
    signed_as: str,
    written_by: str,
    facts: Sequence[InWords],
) -> tuple[int, LetterDrafted]:
    """A new draft, and the event that says so; its template may name `facts` besides.

    Raises NotPossible when somebody it must go to has no address, InvalidInput when a value
    cannot be printed.
    """
    contacts = contacts_at_hand(at_hand, london_date(now))
    known = [role for role in addressing.copies_where_known if _known(contacts, role)]
    copies = tuple(dict.fromkeys((*addressing.copies, *known)))
    people = with_people(at_hand, contacts, addressing.to, copies, addressing.people)
    body = draft(template, _in_words(at_hand, people), *facts)
    letter_id = add(
        at_hand.session,
        Letter,
        matter_id=at_hand.matter.id,
        proposal_id=proposal_id,
        step_key=step_key,
        number=_next_number(at_hand.session, at_hand.matter.id),
        template=template,
        to_role=addressing.to,
        copy_roles=list(copies),
        people=[person.kept for person in addressing.people],
        state=LetterState.DRAFT,
        signed_as=signed_as,
    )
    _add_version(at_hand.session, letter_id, 1, body, written_by, now)
    return letter_id, LetterDrafted(
        at_hand.matter.id,
        letter=letter_id,
        template=template,
        to=addressing.to,
        copies=tuple(copies),
    )


def _next_number(session: Session, matter_id: int) -> int:
    [latest] = find(session, _latest_number(matter_id))
    return (latest or 0) + 1


def _add_version(
    session: Session, letter_id: int, version: int, body: str, written_by: str, now: datetime
) -> None:
    add(
        session,
        LetterVersion,
        letter_id=letter_id,
        version=version,
        body=body,
        written_by=written_by,
        written_at=now,
    )


def _in_words(at_hand: AtHand, people: list[Recipient]) -> LetterInWords:
    policy, school = at_hand.policy, at_hand.school
    addressee, *copies = (PersonInWords(name=each.name, role=each.spoken) for each in people)
    return LetterInWords(
        council=policy.letterhead.council,
        policy=PolicyInWords(title=policy.title, guidance=at_hand.guidance),
        support_for_headteacher=policy.fairness.support_for_headteacher,
        school=SchoolInWords(name=school.name, urn=str(school.urn)),
        addressee=addressee,
        copies=copies,
        reference=at_hand.matter.reference,
    )


class DraftText(Input):
    """The text of a draft."""

    body: Text


def edit_letter(acting: Acting, letter_id: int, given: DraftText) -> Letter:
    """A new version of a draft; the ones before are kept.

    Raises NotFound, NotAllowed, NotPossible once it is approved, InvalidInput for the text.
    """
    session, officer, now = acting.session, acting.officer, acting.now
    letter = find_row(session, officer, Act.WRITE_LETTER, Letter, letter_id)
    if letter.state is not LetterState.DRAFT:
        raise NotPossible(
            f"The letter is {letter.state.value}: its text can be changed only while it is a draft."
        )
    proposal = by_key(session, Proposal, letter.proposal_id) if letter.proposal_id else None
    if proposal is not None and proposal.stage > 0:
        raise NotPossible(
            "The letter was signed off by its first approver. To change it, have its proposal "
            "returned."
        )
    if follows_from_form(session, letter.id):
        raise NotPossible(
            "The text of this letter follows from its form. To change it, have its proposal "
            "returned and fill in the form again."
        )
    text = check_body(given.body)
    version = letter.version + 1
    change(session, Letter, {"id": letter.id, "version": letter.version}, version=version)
    _add_version(session, letter.id, version, text, officer.email, now)
    edited = LetterEdited(letter.matter_id, letter=letter.id, version=version)
    append(session, now, officer.email, edited)
    return get_row(session, Letter, letter.id)


def follows_from_form(session: Session, letter_id: int) -> bool:
    """Whether it is a notice under section 60 or a written report: its form asks for every part."""
    return bool(find(session, _notice(letter_id)) or find(session, _report(letter_id)))


def letter_body(session: Session, letter: Letter) -> str:
    """The text of a letter's current version."""
    statement = select(LetterVersion.body).where(
        LetterVersion.letter_id == letter.id, LetterVersion.version == letter.version
    )
    return find_one(session, statement)
