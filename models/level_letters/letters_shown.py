"""Letters on risk levels as doors show them: in a batch, of a school, and one with its text."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime
from sqlmodel import Session, col, select

from models.level_letters import tables
from models.level_letters.batches import find_batch
from models.level_letters.tables import LevelLetterFile, LevelLetterState
from models.outbox import Message, MessageState
from models.paging import PER_PAGE, Page, chosen, paged, words_found
from models.refusals import NotFound
from models.rows import by_key, find
from models.schools.tables import ContactRole, RiskLevel, School
from models.shown import Shown


class Channel(StrEnum):
    """How a letter goes."""

    EMAIL = "email"
    POST = "post"


class LevelLetter(Shown):
    """One letter on a risk level; `channel` is `email` or `post`, `left_out` why it is not sent."""

    id: int
    batch: int
    urn: int
    school: str
    role: ContactRole
    level: RiskLevel
    before: RiskLevel | None
    name: str
    channel: Channel
    email: str | None
    address: list[str]
    state: LevelLetterState
    left_out: str
    sha256: str | None
    pages: int | None


class LevelLetterDelivery(Shown):
    """What became of a letter on a risk level that went by e-mail."""

    id: int
    to: str
    to_name: str
    channel: Channel
    state: MessageState
    at: AwareDatetime
    detail: str


class WholeLevelLetter(LevelLetter):
    """A letter on a risk level with its text."""

    body: str
    dated: date | None
    signed_by: str | None
    deliveries: list[LevelLetterDelivery]


def letters_of_batch(
    session: Session,
    number: int,
    *,
    query: str = "",
    level: str | None = None,
    role: str | None = None,
    channel: str | None = None,
    state: str | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[LevelLetter]:
    """The letters of a batch in posting order, by words of the school's name.

    Raises NotFound, InvalidInput. Three queries.
    """
    batch, letter = find_batch(session, number), tables.LevelLetter
    statement = _statement().where(letter.batch_id == batch.id)
    if query:
        statement = statement.where(words_found(query, School.name, letter.name))
    if level is not None:
        statement = statement.where(letter.level == chosen("level", level, RiskLevel))
    if role is not None:
        statement = statement.where(letter.role == chosen("role", role, ContactRole))
    if state is not None:
        statement = statement.where(letter.state == chosen("state", state, LevelLetterState))
    if channel is not None:
        by_post = col(letter.email).is_(None)
        post = chosen("channel", channel, Channel) is Channel.POST
        statement = statement.where(by_post if post else ~by_post)
    return _paged(session, statement, page=page, per_page=per_page)


def level_letters_of(
    session: Session, urn: int, *, page: int = 1, per_page: int = PER_PAGE
) -> Page[LevelLetter]:
    """The letters to a school about its level, the newest first. Raises InvalidInput."""
    statement = (
        select(tables.LevelLetter, School.name)
        .join(School, col(School.urn) == col(tables.LevelLetter.urn))
        .where(tables.LevelLetter.urn == urn)
        .order_by(col(tables.LevelLetter.id).desc())
    )
    return _paged(session, statement, page=page, per_page=per_page)


def _paged(session: Session, statement: Any, *, page: int, per_page: int) -> Page[LevelLetter]:
    return paged(
        session,
        statement,
        tables.LevelLetter.id,
        lambda found: [listed(*row) for row in found],
        page=page,
        per_page=per_page,
    )


def _statement() -> Any:
    return (
        select(tables.LevelLetter, School.name)
        .join(School, col(School.urn) == col(tables.LevelLetter.urn))
        .order_by(col(tables.LevelLetter.posting_order), col(tables.LevelLetter.id))
    )


def letters_with(session: Session, ids: Sequence[int]) -> dict[int, LevelLetter]:
    """The letters with these numbers, by their numbers. One query."""
    found = find(session, _statement().where(col(tables.LevelLetter.id).in_(ids)))
    return {letter.id: listed(letter, school) for letter, school in found}


def listed(letter: tables.LevelLetter, school: str) -> LevelLetter:
    """One letter without its text, to a school of this name."""
    return LevelLetter(
        id=letter.id,
        batch=letter.batch_id,
        urn=letter.urn,
        school=school,
        role=letter.role,
        level=letter.level,
        before=letter.before,
        name=letter.name,
        channel=Channel.EMAIL if letter.email else Channel.POST,
        email=letter.email,
        address=list(letter.address),
        state=letter.state,
        left_out=letter.left_out,
        sha256=letter.sha256,
        pages=letter.pages,
    )


def level_letter(session: Session, letter_id: int) -> WholeLevelLetter:
    """One letter with its text and its deliveries; raises NotFound."""
    found = find(session, _statement().where(tables.LevelLetter.id == letter_id))
    if not found:
        raise NotFound(f"There is no letter {letter_id} about a risk level.")
    [(letter, school)] = found
    batch = find_batch(session, letter.batch_id)
    return WholeLevelLetter(
        **dict(listed(letter, school)),
        body=letter.body,
        dated=batch.dated,
        signed_by=batch.signed_by,
        deliveries=_deliveries(session, letter_id),
    )


def _deliveries(session: Session, letter_id: int) -> list[LevelLetterDelivery]:
    posted = select(Message).where(
        col(Message.key).startswith(f"level-letter:{letter_id}:", autoescape=True)
    )
    return [
        LevelLetterDelivery(
            id=message.id,
            to=message.to_email,
            to_name=message.to_name,
            channel=Channel.EMAIL,
            state=message.state,
            at=message.settled_at or message.queued_at,
            detail=message.detail,
        )
        for message in find(session, posted.order_by(col(Message.id)))
    ]


def frozen_level_letter(session: Session, letter_id: int) -> bytes | None:
    """The PDF of an issued letter, byte for byte; None while it is not issued."""
    kept = by_key(session, LevelLetterFile, letter_id)
    return kept.content if kept else None
