"""Letters and their deliveries as doors show them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import AwareDatetime
from sqlmodel import Session, and_, col, or_, select

from models import outbox
from models.escalations.tables import Escalation
from models.letters import tables
from models.letters.deliveries import role_of
from models.letters.recipients import Recipient
from models.letters.tables import IssuedFile, LetterState, LetterVersion
from models.letters.titles import letter_title
from models.letters.writing import letter_body
from models.matters.at_hand import find_id, see_row
from models.matters.held_contacts import find_held
from models.matters.sight import visible_to
from models.matters.tables import Matter
from models.outbox import MessageAbout, MessageKind, MessageState
from models.paging import PER_PAGE, Page, paged
from models.people.access import Reader
from models.people.tables import Officer
from models.policy import Policy
from models.policy.editions import step_of
from models.refusals import NotFound
from models.rows import find, find_first
from models.schools import tables as schools
from models.schools.tables import Contact, ContactRole, School
from models.shown import Shown


class Message(Shown):
    """A message on its way out, or one that left."""

    id: int
    kind: MessageKind
    letter: int | None
    to: str
    to_name: str
    role: str | None
    channel: str
    state: MessageState
    at: AwareDatetime
    attempts: int
    code: int | None
    detail: str


class ListedLetter(Shown):
    """A letter without its text; `number` counts within the case and is printed on it."""

    id: int
    reference: str
    urn: int
    school: str
    number: int
    step: str | None
    step_number: str | None
    step_title: str | None
    template: str
    title: str
    proposal: int | None
    version: int
    to: str
    copies: list[str]
    recipients: list[Recipient] | None
    state: LetterState
    dated: date | None
    respond_by: date | None
    signed_by: str | None
    signed_as: str
    issued_at: AwareDatetime | None
    sha256: str | None
    deliveries: list[Message]


class Version(Shown):
    """Who left the text of a letter as it then was."""

    version: int
    written_by: str
    written_at: AwareDatetime


class Letter(ListedLetter):
    """A letter with the text it has now."""

    body: str
    versions: list[Version]


class ContactDetails(Shown):
    """A contact as letters use it."""

    name: str
    email: str | None
    address: list[str]


class HeldContact(Shown):
    """A contact that this case's letters use instead of the school's.

    `before` is the one they use (None: nobody), `after` the school's, which somebody recorded who
    does not see the case. `seen` goes back with the decision; `kept` when `after` was refused.
    """

    role: ContactRole
    before: ContactDetails | None
    after: ContactDetails
    changed_by: str
    changed_by_name: str
    changed_at: AwareDatetime
    kept: bool
    seen: str


def letters_of(
    session: Session,
    policy: Policy,
    reader: Reader,
    reference: str,
    *,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[ListedLetter]:
    """The letters of one escalation in the order they were drafted, without their text.

    Raises NotFound. Four queries.
    """
    mine = col(tables.Letter.matter_id) == find_id(session, reader, reference)
    return paged(
        session,
        _statement().where(mine).order_by(col(tables.Letter.id)),
        tables.Letter.id,
        lambda found: _describe(session, policy, found),
        page=page,
        per_page=per_page,
    )


def letter(session: Session, policy: Policy, reader: Reader, letter_id: int) -> Letter:
    """One letter with the text it has now and who wrote each version. Raises NotFound."""
    found = see_row(session, reader, tables.Letter, letter_id)
    described = _describe(session, policy, find(session, _with_id(letter_id)))[0]
    written = (
        select(LetterVersion.version, LetterVersion.written_by, LetterVersion.written_at)
        .where(LetterVersion.letter_id == letter_id)
        .order_by(col(LetterVersion.version))
    )
    versions = [
        Version(version=version, written_by=by, written_at=at)
        for version, by, at in find(session, written)
    ]
    return Letter(**dict(described), body=letter_body(session, found), versions=versions)


def messages_of(
    session: Session, reader: Reader, reference: str, *, page: int = 1, per_page: int = PER_PAGE
) -> Page[Message]:
    """Everything queued to go out about one escalation, oldest first. Raises NotFound.

    Its letters, what officers were told of it, and the reminders and digests in which it stood
    among others.
    """
    matter_id = find_id(session, reader, reference)
    among_others = select(MessageAbout.message_id).where(MessageAbout.matter_id == matter_id)
    mine = or_(col(outbox.Message.matter_id) == matter_id, col(outbox.Message.id).in_(among_others))
    return paged(
        session,
        select(outbox.Message).where(mine).order_by(col(outbox.Message.id)),
        outbox.Message.id,
        lambda found: [_message(message) for message in found],
        page=page,
        per_page=per_page,
    )


def message(session: Session, reader: Reader, message_id: int) -> Message:
    """One message about a case; raises NotFound."""
    about = col(Matter.id) == col(outbox.Message.matter_id)
    statement = select(outbox.Message).join(Matter, about).where(visible_to(reader))
    found = find(session, statement.where(col(outbox.Message.id) == message_id))
    if not found:
        raise NotFound(outbox.Message.missing.format(message_id))
    return _message(found[0])


def issued_file(session: Session, reader: Reader, letter_id: int, format: str) -> bytes | None:
    """The frozen bytes of an issued letter; None where it is not issued, or not in this format.

    Raises NotFound.
    """
    letter = see_row(session, reader, tables.Letter, letter_id)
    statement = select(IssuedFile.content).where(
        IssuedFile.letter_id == letter.id, IssuedFile.format == format
    )
    return find_first(session, statement)


def _statement() -> Any:
    return (
        select(tables.Letter, Matter, Escalation, School)
        .join(Matter, col(Matter.id) == col(tables.Letter.matter_id))
        .outerjoin(Escalation, col(Escalation.id) == col(Matter.id))
        .join(School, col(School.urn) == col(Matter.urn))
    )


def _with_id(letter_id: int) -> Any:
    return _statement().where(col(tables.Letter.id) == letter_id)


def _describe(
    session: Session, policy: Policy, found: Sequence[tuple[Any, ...]]
) -> list[ListedLetter]:
    deliveries: dict[int, list[Message]] = {letter.id: [] for letter, *_ in found}
    posted = (
        select(outbox.Message)
        .where(
            col(outbox.Message.letter_id).in_(deliveries), outbox.Message.kind == MessageKind.LETTER
        )
        .order_by(col(outbox.Message.id))
    )
    for message in find(session, posted):
        deliveries[message.letter_id or 0].append(_message(message))
    described = []
    for letter, matter, escalation, school in found:
        rule = step_of(session, policy, escalation, letter.step_key)
        described.append(
            ListedLetter(
                id=letter.id,
                reference=matter.reference,
                urn=school.urn,
                school=school.name,
                number=letter.number,
                step=letter.step_key,
                step_number=rule.number if rule else None,
                step_title=rule.title if rule else None,
                template=letter.template,
                title=letter_title(letter.template),
                proposal=letter.proposal_id,
                version=letter.version,
                to=letter.to_role,
                copies=list(letter.copy_roles),
                recipients=letter.goes_to,
                state=letter.state,
                dated=letter.dated,
                respond_by=letter.respond_by,
                signed_by=letter.signed_by,
                signed_as=letter.signed_as,
                issued_at=letter.issued_at,
                sha256=letter.sha256,
                deliveries=deliveries[letter.id],
            )
        )
    return described


def _message(message: outbox.Message) -> Message:
    return Message(
        id=message.id,
        kind=message.kind,
        letter=message.letter_id,
        to=message.to_email,
        to_name=message.to_name,
        role=role_of(message),
        channel="email",
        state=message.state,
        at=message.settled_at or message.queued_at,
        attempts=message.attempts,
        code=message.code,
        detail=message.detail,
    )


def held_contacts(
    session: Session, reader: Reader, reference: str, *, page: int = 1, per_page: int = PER_PAGE
) -> Page[HeldContact]:
    """What is held for one escalation, with the school's contact beside each. Raises NotFound."""
    theirs = and_(
        col(Contact.urn) == col(Matter.urn), col(Contact.role) == col(schools.HeldContact.role)
    )
    statement = (
        select(schools.HeldContact, Contact)
        .join(Matter, col(Matter.id) == col(schools.HeldContact.matter_id))
        .join(Contact, theirs)
        .where(schools.HeldContact.matter_id == find_id(session, reader, reference))
        .order_by(col(schools.HeldContact.id))
    )
    return paged(
        session,
        statement,
        schools.HeldContact.id,
        lambda found: [_held(session, *pair) for pair in found],
        page=page,
        per_page=per_page,
    )


def held_contact(session: Session, matter: Matter, role: str) -> HeldContact:
    """One of them. Raises NotFound, and NotPossible when nothing is held in this role."""
    return _held(session, *find_held(session, matter, role))


def _held(session: Session, held: schools.HeldContact, contact: Contact) -> HeldContact:
    by = find_first(session, select(Officer.name).where(Officer.email == contact.source))
    before = held.contact(contact.urn)
    return HeldContact(
        role=contact.role,
        before=_person(before) if before else None,
        after=_person(contact),
        changed_by=contact.source,
        changed_by_name=by or contact.source,
        changed_at=contact.changed_at,
        kept=held.kept,
        seen=held.beside(contact),
    )


def _person(contact: Contact) -> ContactDetails:
    return ContactDetails(name=contact.name, email=contact.email, address=list(contact.address))
