"""A register with levels, so that there is something to write about, and its letters in steps.

How a level comes about is for other tests: here its rows are simply there. Printing takes time,
so most tests print with a stand-in.
"""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

import pikepdf
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from models.database import read, write
from models.level_letters import approving, batches, opening
from models.level_letters.tables import BatchSample, LetterBatch, LevelLetter
from models.outbox import Message, MessageKind
from models.people.acting import Acting
from models.policy import Policy
from models.risk.tables import Assessment, AssessmentRound, LevelChange
from models.rows import add, change
from models.schools.tables import Contact, RiskLevel
from models.settings import Settings
from models.work import BulkJob, BulkKind
from notifications import bulk
from notifications.letters import LetterDocument
from notifications.press import Printed
from tests.support.council import NOW, Council

SCHOOLS = (900001, 900002, 900003, 900004)
YEAR = 2026


def published(
    engine: Engine, urns: Sequence[int] = SCHOOLS, *, year: int = YEAR, now: datetime = NOW
) -> None:
    """A published round in which these schools were assessed, at each of the levels in turn."""
    levels = list(RiskLevel)
    with write(engine) as session:
        round_id = add(
            session,
            AssessmentRound,
            school_year=year,
            publish_on=date(year, 9, 4),
            state="published",
            opened_by="hos@fernshire.example",
            opened_at=now,
        )
        for place, urn in enumerate(urns):
            level = levels[place % len(levels)]
            _came_to_stand(session, urn, level, None, "annual", round_id, "Its results.", now)


def changed(
    engine: Engine,
    urn: int,
    level: str,
    *,
    before: str | None = None,
    reason: str = "Attainment has risen for two years.",
    now: datetime = NOW,
) -> int:
    """The level of a school changes in the year; the key of the change."""
    was = RiskLevel(before) if before else None
    with write(engine) as session:
        return _came_to_stand(session, urn, RiskLevel(level), was, "in_year", None, reason, now)


def _came_to_stand(
    session: Session,
    urn: int,
    level: RiskLevel,
    before: RiskLevel | None,
    occasion: str,
    round_id: int | None,
    reason: str,
    now: datetime,
) -> int:
    assessment = add(
        session,
        Assessment,
        urn=urn,
        round_id=round_id,
        occasion=occasion,
        state="in_force",
        begun_at=now,
    )
    return add(
        session,
        LevelChange,
        urn=urn,
        before=before,
        level=level,
        on=now.date(),
        reason=reason,
        words=reason,
        assessment_id=assessment,
        occasion=occasion,
        changed_by="hos@fernshire.example",
        at=now,
    )


@cache
def blank_pdf(pages: int = 1) -> bytes:
    """A PDF with so many pages and nothing on them."""
    made, content = pikepdf.new(), io.BytesIO()
    for _ in range(pages):
        made.add_blank_page(page_size=(595, 842))
    made.save(content, deterministic_id=True)
    return content.getvalue()


class BlankPress:
    """Prints blank pages, at once."""

    def print(self, documents: Sequence[LetterDocument]) -> list[Printed]:
        return [Printed(blank_pdf(), 1) for _ in documents]


@contextmanager
def blank_press() -> Iterator[BlankPress]:
    yield BlankPress()


@dataclass
class Post:
    """The council's letters about levels; each method is one step, at the moment `now`."""

    engine: Engine
    policy: Policy
    council: Council
    settings: Settings
    now: datetime = NOW

    def begin(self, about: str = "annual", by: str = "hos2") -> LetterBatch:
        """Begin a batch."""
        with self.acting(by) as acting:
            return opening.open_batch(acting, opening.NewLetterBatch(about=about))

    @contextmanager
    def acting(self, by: str) -> Iterator[Acting]:
        """A transaction of this officer, at `now`."""
        with write(self.engine) as session:
            yield Acting(session, self.policy, self.council.officers[by], self.now)

    def work(self) -> bulk.Worked:
        """Do the bulk work that waits."""
        return bulk.carry_on(self.engine, self.policy, self.settings, lambda: self.now)

    def prepared(self, about: str = "annual") -> LetterBatch:
        """A batch whose letters are drafted."""
        number = self.begin(about).id
        assert self.work() == bulk.Worked(done=1, failed=0)
        return self.batch(number)

    def look(self, number: int, by: str = "hos") -> None:
        """Open every letter of the sample."""
        with self.acting(by) as acting:
            for letter in self.sample(number):
                approving.look_at(acting, letter)

    def approve(self, number: int, by: str = "hos") -> LetterBatch:
        """Approve a batch."""
        with self.acting(by) as acting:
            return approving.approve(acting, number)

    def approved(self, about: str = "annual") -> LetterBatch:
        """A batch that is to be issued."""
        batch = self.prepared(about)
        self.look(batch.id)
        return self.approve(batch.id)

    def issued(self, about: str = "annual") -> LetterBatch:
        """A batch that is issued."""
        number = self.approved(about).id
        assert self.work() == bulk.Worked(done=1, failed=0)
        return self.batch(number)

    def batch(self, number: int) -> LetterBatch:
        """A batch as it is now."""
        with read(self.engine) as session:
            return batches.find_batch(session, number)

    def letters(self, number: int | None = None) -> list[LevelLetter]:
        """The letters of a batch, or all, by school; two threads draft them in any order."""
        statement = select(LevelLetter).order_by(col(LevelLetter.urn), col(LevelLetter.id))
        if number is not None:
            statement = statement.where(LevelLetter.batch_id == number)
        with read(self.engine) as session:
            return list(session.exec(statement).all())

    def sample(self, number: int) -> list[int]:
        """The keys of the letters that are looked at."""
        statement = select(BatchSample.letter_id).where(BatchSample.batch_id == number)
        with read(self.engine) as session:
            return list(session.exec(statement.order_by(col(BatchSample.letter_id))).all())

    def messages(self) -> list[Message]:
        """Every e-mail with a letter about a level."""
        statement = select(Message).where(Message.kind == MessageKind.LEVEL_LETTER)
        with read(self.engine) as session:
            return list(session.exec(statement.order_by(col(Message.id))).all())

    def job(self, kind: BulkKind = BulkKind.ISSUE_LETTERS) -> BulkJob:
        """The last job of a kind."""
        statement = select(BulkJob).where(BulkJob.kind == kind).order_by(col(BulkJob.id).desc())
        with read(self.engine) as session:
            found = session.exec(statement).first()
        assert found is not None
        return found

    def contact(self, urn: int, role: str, **values: object) -> None:
        """Change a contact, as its own page would."""
        with write(self.engine) as session:
            change(session, Contact, {"urn": urn, "role": role}, **values)

    def without_emails(self, role: str = "chair_of_governors") -> None:
        """Nobody in this role has an e-mail address: their letters go by post."""
        for urn in SCHOOLS:
            self.contact(urn, role, email=None)

    @property
    def bundle(self) -> Path:
        """Where the print bundle of the first batch lies."""
        return self.settings.home / "bundles" / "1.pdf"
