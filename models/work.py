"""Work that takes minutes: what is to be done, how far it is, and who is at it.

A job is a row, so that it is there whatever becomes of the process that carries it out; whoever
takes it up again finds for themselves what is left.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Column, ColumnElement, Engine, Index, and_, or_
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.clocks import SKEW
from models.database import UtcDateTime, read, write
from models.rows import add, change, find, find_first, get_row
from models.words import word


class BulkKind(StrEnum):
    """What is to be done; `subject_id` says to which row."""

    READ_REGISTER = "read_register"  # a RegisterImport: read its file and compare
    PREPARE_LETTERS = "prepare_letters"  # a LetterBatch: draft its letters
    ISSUE_LETTERS = "issue_letters"  # a LetterBatch that was approved


class BulkState(StrEnum):
    """Whether there is something left to do."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"


class BulkJob(SQLModel, table=True):
    """One job. `done` of `total` are its own units: rows, or letters; 0 of 0 before it is known."""

    __tablename__ = "bulk_job"
    __table_args__ = (Index("bulk_job_once", "kind", "subject_id", unique=True),)

    id: int = Field(default=None, primary_key=True)
    kind: BulkKind = word(BulkKind)
    subject_id: int
    state: BulkState = word(BulkState, index=True)
    done: int = 0
    total: int = 0
    message: str = ""  # why it failed, for people
    claims: int = 0
    claimed_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    queued_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


HOLD_LASTS = timedelta(minutes=2)


class HoldLost(Exception):  # noqa: N818 - not an error: somebody else has the job
    """Another worker took the job up; whoever hears this stops."""


@dataclass(frozen=True)
class Hold:
    """One worker's hold on one job; `clock` tells it the time."""

    engine: Engine
    job: BulkJob
    clock: Callable[[], datetime]

    def report(self, done: int, total: int) -> None:
        """Say how far the job is, and keep the hold. Raises HoldLost."""
        until = self.clock() + HOLD_LASTS
        self._change(done=done, total=total, claimed_until=until)

    def end(self) -> None:
        """The job is done. Raises HoldLost."""
        self._change(state=BulkState.DONE, ended_at=self.clock(), claimed_until=None, message="")

    def fail(self, message: str) -> None:
        """The job cannot be done; why, in words for people. Raises HoldLost."""
        self._change(
            state=BulkState.FAILED, ended_at=self.clock(), claimed_until=None, message=message
        )

    def release(self) -> None:
        """Let somebody else take the job up at once. Raises HoldLost."""
        self._change(claimed_until=None)

    def _change(self, **values: object) -> None:
        mine = {"id": self.job.id, "claims": self.job.claims, "state": BulkState.OPEN}
        with write(self.engine) as session:
            if not change(session, BulkJob, mine, **values):
                raise HoldLost


def enqueue(session: Session, now: datetime, kind: BulkKind, subject_id: int) -> int:
    """Queue a job about a row, in the transaction that gives rise to it; its key."""
    return add(
        session,
        BulkJob,
        kind=kind,
        subject_id=subject_id,
        state=BulkState.OPEN,
        queued_at=now,
    )


def enqueue_again(session: Session, now: datetime, kind: BulkKind, subject_id: int) -> None:
    """Queue a job about a row once more, after it has ended; while it is open this is nothing."""
    for ended in (BulkState.DONE, BulkState.FAILED):
        was = {"kind": kind, "subject_id": subject_id, "state": ended}
        values = {"done": 0, "total": 0, "message": "", "ended_at": None, "queued_at": now}
        change(session, BulkJob, was, state=BulkState.OPEN, claimed_until=None, **values)


def drop(session: Session, now: datetime, kind: BulkKind, subject_id: int) -> None:
    """End the open job about a row that is no longer wanted, if there is one."""
    job = find_job(session, kind, subject_id)
    if job is not None:
        still = {"id": job.id, "state": BulkState.OPEN}
        change(session, BulkJob, still, state=BulkState.DONE, ended_at=now, claimed_until=None)


def find_job(session: Session, kind: BulkKind, subject_id: int) -> BulkJob | None:
    """The job about a row, open or ended."""
    statement = select(BulkJob).where(BulkJob.kind == kind, BulkJob.subject_id == subject_id)
    return find_first(session, statement)


def free_jobs(engine: Engine, now: datetime) -> list[BulkJob]:
    """The open jobs that nobody holds, the oldest first."""
    with read(engine) as session:
        return list(find(session, _free(now)))


def held_jobs(engine: Engine, now: datetime) -> set[int]:
    """The keys of the jobs that somebody is at."""
    held = select(BulkJob.id).where(BulkJob.state == BulkState.OPEN, _held(now))
    with read(engine) as session:
        return set(find(session, held))


def take(engine: Engine, job_id: int, clock: Callable[[], datetime]) -> Hold | None:
    """Take a free job up; None when there is none with this key, or somebody holds it."""
    now = clock()
    with write(engine) as session:
        if find_first(session, _free(now).where(BulkJob.id == job_id)) is None:
            return None
        job = get_row(session, BulkJob, job_id)
        change(
            session,
            BulkJob,
            {"id": job_id},
            claims=job.claims + 1,
            claimed_until=now + HOLD_LASTS,
        )
        return Hold(engine, get_row(session, BulkJob, job_id), clock)


def _free(now: datetime) -> SelectOfScalar[BulkJob]:
    held_by_nobody = or_(col(BulkJob.claimed_until).is_(None), ~_held(now))
    return (
        select(BulkJob)
        .where(BulkJob.state == BulkState.OPEN, held_by_nobody)
        .order_by(col(BulkJob.id))
    )


def _held(now: datetime) -> ColumnElement[bool]:
    """No hold lasts longer than ours do: one that seems to was taken by a clock that was wrong."""
    until = col(BulkJob.claimed_until)
    return and_(until > now, until <= now + HOLD_LASTS + SKEW)
