"""Letters about risk levels as doors show them: batches, their letters, what became of each."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlmodel import Session, case, col, func, select

from models.level_letters.batches import find_batch, job_of
from models.level_letters.deliveries import UNSETTLED
from models.level_letters.tables import (
    BatchSample,
    BatchState,
    LetterBatch,
    LevelLetter,
    LevelLetterFile,
    LevelLetterState,
    SampleLook,
)
from models.outbox import Message, MessageKind, MessageState
from models.paging import PER_PAGE, Found, Page, chosen, paged, rows, words_found
from models.people.shown import officer_names
from models.people.tables import Officer
from models.refusals import NotFound
from models.schools.tables import ContactRole, RiskLevel, School
from models.work import find_job

SENT = (LevelLetterState.DRAFTED, LevelLetterState.ISSUED)


class Channel(StrEnum):
    """How a letter goes."""

    EMAIL = "email"
    POST = "post"


# Batches -----------------------------------------------------------------------------------


def letter_batches(session: Session, *, page: int = 1, per_page: int = PER_PAGE) -> Page[Found]:
    """All batches, the newest first. Raises InvalidInput. Four queries."""
    return paged(
        session,
        select(LetterBatch).order_by(col(LetterBatch.id).desc()),
        LetterBatch.id,
        lambda found: [_batch(each, count) for each, count in _counted(session, found)],
        page=page,
        per_page=per_page,
    )


def _counted(
    session: Session, found: Sequence[LetterBatch]
) -> list[tuple[LetterBatch, dict[str, int]]]:
    counted = (
        select(LevelLetter.batch_id, LevelLetter.state, func.count(col(LevelLetter.id)))
        .where(col(LevelLetter.batch_id).in_([batch.id for batch in found]))
        .group_by(col(LevelLetter.batch_id), col(LevelLetter.state))
    )
    counts: dict[int, dict[str, int]] = {batch.id: {} for batch in found}
    for number, state, count in session.exec(counted):
        counts[number][LevelLetterState(state).value] = count
    return [(batch, counts[batch.id]) for batch in found]


def _batch(batch: LetterBatch, counts: dict[str, int]) -> Found:
    return {
        "number": batch.id,
        "title": batch.title,
        "about": "annual" if batch.first_change is None else "changes",
        "school_year": batch.school_year,
        "state": batch.state.value,
        "letters": sum(counts.get(state, 0) for state in SENT) or counts.get("withdrawn", 0),
        "issued": counts.get(LevelLetterState.ISSUED, 0),
        "left_out": counts.get(LevelLetterState.LEFT_OUT, 0),
        "created_by": batch.created_by,
        "created_at": batch.created_at,
        "prepared_at": batch.prepared_at,
        "approved_at": batch.approved_at,
        "dated": batch.dated,
        "signed_by": batch.signed_by,
        "signed_as": batch.signed_as,
        "issued_at": batch.issued_at,
        "reason": batch.reason,
        "bundle_sha256": batch.bundle_sha256,
        "bundle_pages": batch.bundle_pages,
    }


def letter_batch(session: Session, number: int) -> Found:
    """One batch: how far it is, what is in it, its sample, its deliveries. Raises NotFound."""
    batch = find_batch(session, number)
    [(_, counts)] = _counted(session, [batch])
    return {
        **_batch(batch, counts),
        "approved_by": _officer(session, batch.approved_by_id),
        "work": _work(session, batch),
        **_parts(session, batch),
        "sample": _sample(session, batch),
        "deliveries": _deliveries(session, batch),
    }


def _officer(session: Session, officer_id: int | None) -> str | None:
    names = officer_names(session, [officer_id])
    return names[officer_id][0] if officer_id in names else None


def _work(session: Session, batch: LetterBatch) -> Found | None:
    """How far the bulk work is that is, or was last, done on the batch."""
    kind = job_of(batch)
    job = find_job(session, kind, batch.id) if kind else None
    if job is None:
        return None
    return {
        "kind": job.kind.value,
        "state": job.state.value,
        "done": job.done,
        "total": job.total,
        "message": job.message,
    }


def _parts(session: Session, batch: LetterBatch) -> Found:
    """How many letters say what, and how they go."""
    channel = case((col(LevelLetter.email).is_(None), Channel.POST), else_=Channel.EMAIL)
    counted = (
        select(LevelLetter.level, channel, func.count(col(LevelLetter.id)))
        .where(LevelLetter.batch_id == batch.id)
        .where(col(LevelLetter.state).in_((*SENT, LevelLetterState.WITHDRAWN)))
        .group_by(col(LevelLetter.level), channel)
    )
    levels = {level.value: 0 for level in RiskLevel}
    channels = {channel.value: 0 for channel in Channel}
    for level, way, count in session.exec(counted):
        levels[RiskLevel(level).value] += count
        channels[way] += count
    return {"levels": levels, "channels": channels}


def _sample(session: Session, batch: LetterBatch) -> list[Found]:
    """The letters that are looked at before approval, and who has opened each."""
    drawn = (
        select(BatchSample.id, LevelLetter, School.name)
        .join(LevelLetter, col(LevelLetter.id) == col(BatchSample.letter_id))
        .join(School, col(School.urn) == col(LevelLetter.urn))
        .where(BatchSample.batch_id == batch.id)
        .order_by(col(BatchSample.letter_id))
    )
    found = rows(session, drawn)
    looked = (
        select(SampleLook.sample_id, Officer.email, Officer.name)
        .join(Officer, col(Officer.id) == col(SampleLook.officer_id))
        .where(col(SampleLook.sample_id).in_([key for key, *_ in found]))
        .order_by(col(SampleLook.id))
    )
    seen: dict[int, list[Found]] = {key: [] for key, *_ in found}
    for key, email, name in session.exec(looked):
        seen[key].append({"email": email, "name": name})
    return [{**_letter(letter, school), "seen_by": seen[key]} for key, letter, school in found]


def _deliveries(session: Session, batch: LetterBatch) -> dict[str, int]:
    """How many e-mails are how far."""
    if batch.state not in (BatchState.APPROVED, BatchState.ISSUED):
        return {}
    counted = (
        select(Message.state, func.count(col(Message.id)))
        .where(*_of_batch(batch.id))
        .group_by(col(Message.state))
    )
    return {MessageState(state).value: count for state, count in session.exec(counted)}


def _of_batch(number: int) -> tuple[Any, ...]:
    its = col(Message.data)["batch"].as_integer() == number
    return col(Message.kind) == MessageKind.LEVEL_LETTER, its


def delivery_problems_of(
    session: Session, number: int, *, page: int = 1, per_page: int = PER_PAGE
) -> Page[Found]:
    """The letters of a batch that were refused or may not have arrived, until it is decided.

    Raises InvalidInput.
    """
    statement = select(Message).where(*_of_batch(number), col(Message.state).in_(UNSETTLED))
    return paged(
        session,
        statement.order_by(col(Message.id)),
        Message.id,
        lambda found: _problems(session, found),
        page=page,
        per_page=per_page,
    )


def _problems(session: Session, found: Sequence[Message]) -> list[Found]:
    ids = [message.data["level_letter"] for message in found]
    letters = {letter["id"]: letter for letter in _described(session, ids)}
    return [
        {
            "id": message.id,
            "letter": letters[message.data["level_letter"]],
            "to": message.to_email,
            "to_name": message.to_name,
            "state": message.state.value,
            "at": message.settled_at or message.queued_at,
            "detail": message.detail,
        }
        for message in found
    ]


# Letters -----------------------------------------------------------------------------------


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
) -> Page[Found]:
    """The letters of a batch in posting order, by words of the school's name.

    Raises NotFound, InvalidInput. Three queries.
    """
    batch = find_batch(session, number)
    statement = _statement().where(LevelLetter.batch_id == batch.id)
    if query:
        statement = statement.where(words_found(query, School.name, LevelLetter.name))
    if level is not None:
        statement = statement.where(LevelLetter.level == chosen("level", level, RiskLevel))
    if role is not None:
        statement = statement.where(LevelLetter.role == chosen("role", role, ContactRole))
    if state is not None:
        statement = statement.where(LevelLetter.state == chosen("state", state, LevelLetterState))
    if channel is not None:
        by_post = col(LevelLetter.email).is_(None)
        post = chosen("channel", channel, Channel) is Channel.POST
        statement = statement.where(by_post if post else ~by_post)
    return _paged(session, statement, page=page, per_page=per_page)


def level_letters_of(
    session: Session, urn: int, *, page: int = 1, per_page: int = PER_PAGE
) -> Page[Found]:
    """The letters to a school about its level, the newest first. Raises InvalidInput."""
    statement = (
        select(LevelLetter, School.name)
        .join(School, col(School.urn) == col(LevelLetter.urn))
        .where(LevelLetter.urn == urn)
        .order_by(col(LevelLetter.id).desc())
    )
    return _paged(session, statement, page=page, per_page=per_page)


def _paged(session: Session, statement: Any, *, page: int, per_page: int) -> Page[Found]:
    return paged(
        session,
        statement,
        LevelLetter.id,
        lambda found: [_letter(*row) for row in found],
        page=page,
        per_page=per_page,
    )


def _statement() -> Any:
    return (
        select(LevelLetter, School.name)
        .join(School, col(School.urn) == col(LevelLetter.urn))
        .order_by(col(LevelLetter.posting_order), col(LevelLetter.id))
    )


def _described(session: Session, ids: Sequence[int]) -> list[Found]:
    found = rows(session, _statement().where(col(LevelLetter.id).in_(ids)))
    return [_letter(*row) for row in found]


def _letter(letter: LevelLetter, school: str) -> Found:
    return {
        "id": letter.id,
        "batch": letter.batch_id,
        "urn": letter.urn,
        "school": school,
        "role": letter.role.value,
        "level": letter.level.value,
        "before": letter.before.value if letter.before else None,
        "name": letter.name,
        "channel": (Channel.EMAIL if letter.email else Channel.POST).value,
        "email": letter.email,
        "address": list(letter.address),
        "state": letter.state.value,
        "left_out": letter.left_out,
        "sha256": letter.sha256,
        "pages": letter.pages,
    }


def level_letter(session: Session, letter_id: int) -> Found:
    """One letter with its text and its deliveries; raises NotFound."""
    found = rows(session, _statement().where(LevelLetter.id == letter_id))
    if not found:
        raise NotFound(f"There is no letter {letter_id} about a risk level.")
    [(letter, school)] = found
    batch = find_batch(session, letter.batch_id)
    posted = select(Message).where(
        col(Message.key).startswith(f"level-letter:{letter_id}:", autoescape=True)
    )
    return {
        **_letter(letter, school),
        "body": letter.body,
        "dated": batch.dated,
        "signed_by": batch.signed_by,
        "deliveries": [
            {
                "id": message.id,
                "to": message.to_email,
                "to_name": message.to_name,
                "channel": "email",
                "state": message.state.value,
                "at": message.settled_at or message.queued_at,
                "detail": message.detail,
            }
            for message in rows(session, posted.order_by(col(Message.id)))
        ],
    }


def frozen_level_letter(session: Session, letter_id: int) -> bytes | None:
    """The PDF of an issued letter, byte for byte; None while it is not issued."""
    kept = session.get(LevelLetterFile, letter_id)
    return kept.content if kept else None
