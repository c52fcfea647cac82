"""Letters and their deliveries as doors show them."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, and_, col, or_, select

from models.escalations.tables import Escalation
from models.letters.tables import IssuedFile, Letter, LetterVersion
from models.letters.titles import letter_title
from models.letters.writing import letter_body
from models.matters.case import find_id, see_row
from models.matters.held_contacts import find_held
from models.matters.sight import visible_to
from models.outbox import Message, MessageAbout, MessageKind
from models.paging import PER_PAGE, Found, Page, paged, rows
from models.people.access import Reader
from models.people.tables import Officer
from models.policy import Policy
from models.policy.wording import find_rule
from models.refusals import NotFound
from models.schools.tables import Contact, HeldContact, School


def letters_of(
    session: Session,
    policy: Policy,
    reader: Reader,
    reference: str,
    *,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page:
    """The letters of one escalation in the order they were drafted, without their text.

    Raises NotFound. Four queries.
    """
    mine = col(Letter.escalation_id) == find_id(session, reader, reference)
    return paged(
        session,
        _statement().where(mine).order_by(col(Letter.id)),
        Letter.id,
        lambda found: _describe(session, policy, found),
        page=page,
        per_page=per_page,
    )


def letter(session: Session, policy: Policy, reader: Reader, letter_id: int) -> Found:
    """One letter with the text it has now and who wrote each version. Raises NotFound."""
    found = see_row(session, reader, Letter, letter_id)
    described = _describe(session, policy, rows(session, _with_id(letter_id)))[0]
    written = (
        select(LetterVersion.version, LetterVersion.written_by, LetterVersion.written_at)
        .where(LetterVersion.letter_id == letter_id)
        .order_by(col(LetterVersion.version))
    )
    versions = [
        {"version": version, "written_by": by, "written_at": at}
        for version, by, at in session.exec(written)
    ]
    return {**described, "body": letter_body(session, found), "versions": versions}


def messages_of(
    session: Session, reader: Reader, reference: str, *, page: int = 1, per_page: int = PER_PAGE
) -> Page:
    """Everything queued to go out about one escalation, oldest first. Raises NotFound.

    Its letters, what officers were told of it, and the reminders and digests in which it stood
    among others.
    """
    escalation_id = find_id(session, reader, reference)
    among_others = select(MessageAbout.message_id).where(
        MessageAbout.escalation_id == escalation_id
    )
    mine = or_(col(Message.escalation_id) == escalation_id, col(Message.id).in_(among_others))
    return paged(
        session,
        select(Message).where(mine).order_by(col(Message.id)),
        Message.id,
        lambda found: [_message(message) for message in found],
        page=page,
        per_page=per_page,
    )


def message(session: Session, reader: Reader, message_id: int) -> Found:
    """One message about a case; raises NotFound."""
    about = col(Escalation.id) == col(Message.escalation_id)
    statement = select(Message).join(Escalation, about).where(visible_to(reader))
    found = rows(session, statement.where(col(Message.id) == message_id))
    if not found:
        raise NotFound(Message.missing.format(message_id))
    return _message(found[0])


def issued_file(session: Session, reader: Reader, letter_id: int, format: str) -> bytes | None:
    """The frozen bytes of an issued letter; None where it is not issued, or not in this format.

    Raises NotFound.
    """
    letter = see_row(session, reader, Letter, letter_id)
    statement = select(IssuedFile.content).where(
        IssuedFile.letter_id == letter.id, IssuedFile.format == format
    )
    return session.exec(statement).first()


def _statement() -> Any:
    return (
        select(Letter, Escalation, School)
        .join(Escalation, col(Escalation.id) == col(Letter.escalation_id))
        .join(School, col(School.urn) == col(Escalation.urn))
    )


def _with_id(letter_id: int) -> Any:
    return _statement().where(col(Letter.id) == letter_id)


def _describe(session: Session, policy: Policy, found: Sequence[tuple[Any, ...]]) -> list[Found]:
    deliveries: dict[int, list[Found]] = {letter.id: [] for letter, *_ in found}
    posted = (
        select(Message)
        .where(col(Message.letter_id).in_(deliveries), Message.kind == MessageKind.LETTER)
        .order_by(col(Message.id))
    )
    for message in rows(session, posted):
        deliveries[message.letter_id].append(_message(message))
    described = []
    for letter, escalation, school in found:
        rule = find_rule(policy, letter.step_key)
        described.append(
            {
                "id": letter.id,
                "reference": escalation.reference,
                "urn": school.urn,
                "school": school.name,
                "number": letter.number,
                "step": letter.step_key,
                "step_number": rule.number,
                "step_title": rule.title,
                "template": letter.template,
                "title": letter_title(letter.template),
                "proposal": letter.proposal_id,
                "version": letter.version,
                "to": letter.to_role,
                "copies": list(letter.copy_roles),
                "recipients": _recipients(letter),
                "state": letter.state.value,
                "dated": letter.dated,
                "respond_by": letter.respond_by,
                "signed_by": letter.signed_by,
                "signed_as": letter.signed_as,
                "issued_at": letter.issued_at,
                "sha256": letter.sha256,
                "deliveries": deliveries[letter.id],
            }
        )
    return described


def _recipients(letter: Letter) -> list[Found] | None:
    """To whom an approved letter goes; `title` says what somebody is who holds no role."""
    if letter.recipients is None:
        return None
    return [{"title": None, **person} for person in letter.recipients]


def _message(message: Message) -> Found:
    return {
        "id": message.id,
        "kind": message.kind.value,
        "letter": message.letter_id,
        "to": message.to_email,
        "to_name": message.to_name,
        "role": message.data.get("role"),
        "channel": "email",
        "state": message.state.value,
        "at": message.settled_at or message.queued_at,
        "attempts": message.attempts,
        "code": message.code,
        "detail": message.detail,
    }


def held_contacts(
    session: Session, reader: Reader, reference: str, *, page: int = 1, per_page: int = PER_PAGE
) -> Page:
    """What is held for one escalation, with the school's contact beside each. Raises NotFound."""
    theirs = and_(
        col(Contact.urn) == col(Escalation.urn), col(Contact.role) == col(HeldContact.role)
    )
    statement = (
        select(HeldContact, Contact)
        .join(Escalation, col(Escalation.id) == col(HeldContact.escalation_id))
        .join(Contact, theirs)
        .where(HeldContact.escalation_id == find_id(session, reader, reference))
        .order_by(col(HeldContact.id))
    )
    return paged(
        session,
        statement,
        HeldContact.id,
        lambda found: [_held(session, *pair) for pair in found],
        page=page,
        per_page=per_page,
    )


def held_contact(session: Session, escalation: Escalation, role: str) -> Found:
    """One of them. Raises NotFound, and NotPossible when nothing is held in this role."""
    return _held(session, *find_held(session, escalation, role))


def _held(session: Session, held: HeldContact, contact: Contact) -> Found:
    by = session.exec(select(Officer.name).where(Officer.email == contact.source)).first()
    before = held.contact(contact.urn)
    return {
        "role": contact.role.value,
        "before": _person(before) if before else None,
        "after": _person(contact),
        "changed_by": contact.source,
        "changed_by_name": by or contact.source,
        "changed_at": contact.changed_at,
        "kept": held.kept,
        "seen": held.beside(contact),
    }


def _person(contact: Contact) -> Found:
    return {"name": contact.name, "email": contact.email, "address": list(contact.address)}
