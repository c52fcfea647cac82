"""Batches of letters on risk levels as doors show them, and what became of their deliveries."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from pydantic import AwareDatetime
from sqlmodel import Session, case, col, func, select

from models.level_letters import tables
from models.level_letters.batches import find_batch, job_of
from models.level_letters.deliveries import UNSETTLED, letter_in
from models.level_letters.letters_shown import Channel, LevelLetter, letters_with, listed
from models.level_letters.tables import BatchSample, BatchState, LevelLetterState, SampleLook
from models.outbox import Message, MessageKind, MessageState
from models.paging import PER_PAGE, Page, paged
from models.people.shown import officer_names
from models.people.tables import Officer
from models.rows import find
from models.schools.tables import RiskLevel, School
from models.shown import Shown
from models.work import BulkKind, BulkState, find_job

SENT = (LevelLetterState.DRAFTED, LevelLetterState.ISSUED)
_Counts = Mapping[LevelLetterState, int]


class LetterBatch(Shown):
    """Letters on risk levels that are drafted and approved together."""

    number: int
    title: str
    about: Literal["annual", "changes"]
    school_year: int
    state: BatchState
    letters: int
    issued: int
    left_out: int
    created_by: str
    created_at: AwareDatetime
    prepared_at: AwareDatetime | None
    approved_at: AwareDatetime | None
    dated: date | None
    signed_by: str | None
    signed_as: str | None
    issued_at: AwareDatetime | None
    reason: str
    bundle_sha256: str | None
    bundle_pages: int | None


class Looker(Shown):
    """An officer who opened a letter of a sample."""

    email: str
    name: str


class SampledLetter(LevelLetter):
    """A letter that is to be opened before its batch is approved."""

    seen_by: list[Looker]


class BulkWork(Shown):
    """Work that takes minutes: `state` is `open`, `done` or `failed`."""

    kind: BulkKind
    state: BulkState
    done: int
    total: int
    message: str


class WholeLetterBatch(LetterBatch):
    """A batch with what is in it; `deliveries` counts its e-mails by their state."""

    approved_by: str | None
    work: BulkWork | None
    levels: dict[RiskLevel, int]
    channels: dict[Channel, int]
    sample: list[SampledLetter]
    deliveries: dict[MessageState, int]


class DeliveryProblem(Shown):
    """A letter that was refused or may not have arrived, until it is decided."""

    id: int
    letter: LevelLetter
    to: str
    to_name: str
    state: MessageState
    at: AwareDatetime
    detail: str


def letter_batches(
    session: Session, *, page: int = 1, per_page: int = PER_PAGE
) -> Page[LetterBatch]:
    """All batches, the newest first. Raises InvalidInput. Four queries."""
    return paged(
        session,
        select(tables.LetterBatch).order_by(col(tables.LetterBatch.id).desc()),
        tables.LetterBatch.id,
        lambda found: [_batch(each, count) for each, count in _counted(session, found)],
        page=page,
        per_page=per_page,
    )


def _counted(
    session: Session, found: Sequence[tables.LetterBatch]
) -> list[tuple[tables.LetterBatch, _Counts]]:
    letter = tables.LevelLetter
    counted = (
        select(letter.batch_id, letter.state, func.count(col(letter.id)))
        .where(col(letter.batch_id).in_([batch.id for batch in found]))
        .group_by(col(letter.batch_id), col(letter.state))
    )
    counts: dict[int, dict[LevelLetterState, int]] = {batch.id: {} for batch in found}
    for number, state, count in find(session, counted):
        counts[number][LevelLetterState(state)] = count
    return [(batch, counts[batch.id]) for batch in found]


def _batch(batch: tables.LetterBatch, counts: _Counts) -> LetterBatch:
    sent = sum(counts.get(state, 0) for state in SENT)
    return LetterBatch(
        number=batch.id,
        title=batch.title,
        about="annual" if batch.first_change is None else "changes",
        school_year=batch.school_year,
        state=batch.state,
        letters=sent or counts.get(LevelLetterState.WITHDRAWN, 0),
        issued=counts.get(LevelLetterState.ISSUED, 0),
        left_out=counts.get(LevelLetterState.LEFT_OUT, 0),
        created_by=batch.created_by,
        created_at=batch.created_at,
        prepared_at=batch.prepared_at,
        approved_at=batch.approved_at,
        dated=batch.dated,
        signed_by=batch.signed_by,
        signed_as=batch.signed_as,
        issued_at=batch.issued_at,
        reason=batch.reason,
        bundle_sha256=batch.bundle_sha256,
        bundle_pages=batch.bundle_pages,
    )


def letter_batch(session: Session, number: int) -> WholeLetterBatch:
    """One batch: how far it is, what is in it, its sample, its deliveries. Raises NotFound."""
    batch = find_batch(session, number)
    [(_, counts)] = _counted(session, [batch])
    levels, channels = _parts(session, batch)
    return WholeLetterBatch(
        **dict(_batch(batch, counts)),
        approved_by=_officer(session, batch.approved_by_id),
        work=_work(session, batch),
        levels=levels,
        channels=channels,
        sample=_sample(session, batch),
        deliveries=_deliveries(session, batch),
    )


def _officer(session: Session, officer_id: int | None) -> str | None:
    names = officer_names(session, [officer_id])
    return names[officer_id][0] if officer_id in names else None


def _work(session: Session, batch: tables.LetterBatch) -> BulkWork | None:
    """How far the bulk work is that is, or was last, done on the batch."""
    kind = job_of(batch)
    job = find_job(session, kind, batch.id) if kind else None
    if job is None:
        return None
    return BulkWork(
        kind=job.kind, state=job.state, done=job.done, total=job.total, message=job.message
    )


def _parts(
    session: Session, batch: tables.LetterBatch
) -> tuple[dict[RiskLevel, int], dict[Channel, int]]:
    """How many letters say what, and how they go."""
    letter = tables.LevelLetter
    channel = case((col(letter.email).is_(None), Channel.POST), else_=Channel.EMAIL)
    counted = (
        select(letter.level, channel, func.count(col(letter.id)))
        .where(letter.batch_id == batch.id)
        .where(col(letter.state).in_((*SENT, LevelLetterState.WITHDRAWN)))
        .group_by(col(letter.level), channel)
    )
    levels = dict.fromkeys(RiskLevel, 0)
    channels = dict.fromkeys(Channel, 0)
    for level, way, count in find(session, counted):
        levels[RiskLevel(level)] += count
        channels[Channel(way)] += count
    return levels, channels


def _sample(session: Session, batch: tables.LetterBatch) -> list[SampledLetter]:
    """The letters that are looked at before approval, and who has opened each."""
    letter = tables.LevelLetter
    drawn = (
        select(BatchSample.id, letter, School.name)
        .join(letter, col(letter.id) == col(BatchSample.letter_id))
        .join(School, col(School.urn) == col(letter.urn))
        .where(BatchSample.batch_id == batch.id)
        .order_by(col(BatchSample.letter_id))
    )
    found = find(session, drawn)
    looked = (
        select(SampleLook.sample_id, Officer.email, Officer.name)
        .join(Officer, col(Officer.id) == col(SampleLook.officer_id))
        .where(col(SampleLook.sample_id).in_([key for key, *_ in found]))
        .order_by(col(SampleLook.id))
    )
    seen: dict[int, list[Looker]] = {key: [] for key, *_ in found}
    for key, email, name in find(session, looked):
        seen[key].append(Looker(email=email, name=name))
    return [
        SampledLetter(**dict(listed(letter, school)), seen_by=seen[key])
        for key, letter, school in found
    ]


def _deliveries(session: Session, batch: tables.LetterBatch) -> dict[MessageState, int]:
    """How many e-mails are how far."""
    if batch.state not in (BatchState.APPROVED, BatchState.ISSUED):
        return {}
    counted = (
        select(Message.state, func.count(col(Message.id)))
        .where(*_of_batch(batch.id))
        .group_by(col(Message.state))
    )
    return {MessageState(state): count for state, count in find(session, counted)}


def _of_batch(number: int) -> tuple[Any, ...]:
    its = col(Message.data)["batch"].as_integer() == number
    return col(Message.kind) == MessageKind.LEVEL_LETTER, its


def delivery_problems_of(
    session: Session, number: int, *, page: int = 1, per_page: int = PER_PAGE
) -> Page[DeliveryProblem]:
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


def _problems(session: Session, found: Sequence[Message]) -> list[DeliveryProblem]:
    letters = letters_with(session, [letter_in(message).level_letter for message in found])
    return [
        DeliveryProblem(
            id=message.id,
            letter=letters[letter_in(message).level_letter],
            to=message.to_email,
            to_name=message.to_name,
            state=message.state,
            at=message.settled_at or message.queued_at,
            detail=message.detail,
        )
        for message in found
    ]
