"""The risk register in tests: each method is one command in a transaction of its own."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, col, select

from models.database import read, write
from models.events import Event
from models.inputs import Reason, refusing
from models.outbox import Message
from models.people.acting import Acting
from models.policy import Policy
from models.risk import assessing, levels, moderating, new_headteachers, rounds
from models.risk.tables import Assessment, AssessmentRound, LevelChange, RiskEvidenceKind
from models.rows import change
from models.schools.tables import RiskLevel, School
from tests.support.council import NOW, Council

JULY = datetime(2027, 7, 1, 9, 0, tzinfo=UTC)  # the day on which the round for 2027 can be opened
SEPTEMBER = datetime(2027, 9, 3, 9, 0, tzinfo=UTC)


class _Undo(Exception):  # noqa: N818 - not an error: how a transaction is told to roll back
    pass


@dataclass
class Register:
    """The risk register of the fictional council; `now` is the moment of what is done next."""

    engine: Engine
    policy: Policy
    council: Council
    now: datetime = NOW
    rehearsing: bool = False  # whatever is done is undone again

    def __post_init__(self) -> None:
        """The independent school has become an academy, so that all four are watched."""
        with write(self.engine) as session:
            change(session, School, {"urn": self.council.independent.urn}, type_code=34)

    # Commands ------------------------------------------------------------------------------

    def begin(self, by: str = "seo", school: str = "maintained") -> int:
        """Begin to assess a school in the year; the assessment's number."""
        urn = getattr(self.council, school).urn
        with self.acting(by) as acting:
            return assessing.begin_assessment(acting, assessing.NewAssessment(urn=urn)).id

    def add(self, number: int, *kinds: str, by: str = "seo", **values: Any) -> Assessment:
        """Add a piece of evidence of each of these kinds."""
        given = {"source": "The report", "dated": date(2026, 11, 2), "summary": "It has fallen."}
        for kind in kinds or ("data_analysis",):
            with refusing():
                piece = assessing.PieceOfEvidence(kind=kind, **{**given, **values})
            with self.acting(by) as acting:
                assessment = assessing.add_evidence(acting, number, piece)
        return assessment

    def add_all_kinds(self, number: int, but: Iterable[str] = ()) -> Assessment:
        """Add evidence of the six kinds, less those that are named."""
        return self.add(number, *(kind for kind in RiskEvidenceKind if kind not in but))

    def propose(
        self,
        number: int,
        level: str = "medium",
        by: str = "seo",
        reason: str = "Results fell.",
        differs_because: str = "As we saw.",
    ) -> Assessment:
        with refusing():
            given = assessing.ProposedLevel(
                level=level, reason=reason, differs_because=differs_because
            )
        with self.acting(by) as acting:
            return assessing.propose_level(acting, number, given)

    def moderate(
        self, number: int, decision: str = "agree", by: str = "hos", **values: Any
    ) -> Assessment:
        """Decide as somebody who has just looked, unless a version is given."""
        seen = {"version": self.assessment(number).version, **values}
        with refusing():
            given = moderating.Moderation(decision=decision, **seen)
        with self.acting(by) as acting:
            return moderating.moderate(acting, number, given)

    def withdraw(self, number: int, by: str = "seo", reason: str = "In error.") -> Assessment:
        with self.acting(by) as acting:
            return assessing.withdraw_assessment(acting, number, Reason(reason=reason))

    def new_headteacher(self, urn: int, head: str = "Hester Newcomb") -> bool:
        with self._write() as session:
            return new_headteachers.new_headteacher(
                session, self.policy, now=self.now, urn=urn, head=head
            )

    def open_round(self, by: str = "hos", year: int = 2027) -> AssessmentRound:
        with self.acting(by) as acting:
            return rounds.open_round(acting, rounds.NewRound(school_year=year))

    def publish(self, by: str = "hos", year: int = 2027) -> AssessmentRound:
        with self.acting(by) as acting:
            return rounds.publish_round(acting, year)

    # Further in one go ---------------------------------------------------------------------

    def in_force(self, level: str, school: str = "maintained") -> int:
        """A school that was assessed in the year and stands at this level."""
        number = self.begin(school=school)
        self.add(number)
        self.propose(number, level)
        self.moderate(number)
        return number

    def agree_all(self, level: str = "low", but: Iterable[int] = ()) -> None:
        """Agree every draft of the round, less those of these schools."""
        for assessment in self.of_round():
            if assessment.state == "draft" and assessment.urn not in but:
                self.add_all_kinds(assessment.id)
                self.propose(assessment.id, level)
                self.moderate(assessment.id)

    # What there is -------------------------------------------------------------------------

    def of_round(self) -> list[Assessment]:
        """The assessments of every round, by URN."""
        annual = select(Assessment).where(col(Assessment.round_id).is_not(None))
        return self.all(annual.order_by(col(Assessment.urn)))

    def assessment(self, number: int) -> Assessment:
        with read(self.engine) as session:
            return levels.find_assessment(session, number)

    def level(self, urn: int) -> RiskLevel | None:
        """Where a school stands."""
        with read(self.engine) as session:
            return session.get_one(School, urn).risk_level

    def changes(self, urn: int) -> list[LevelChange]:
        """The levels of a school, in order."""
        its = select(LevelChange).where(LevelChange.urn == urn)
        return self.all(its.order_by(col(LevelChange.id)))

    def told(self, what: str) -> list[str]:
        """To whom such a message was queued."""
        return [
            message.to_email.partition("@")[0]
            for message in self.all(select(Message).order_by(col(Message.id)))
            if message.data.get("what") == what
        ]

    def happened(self, kind: str) -> list[dict[str, Any]]:
        """The facts of every event of this kind."""
        events = self.all(select(Event).order_by(col(Event.sequence)))
        return [event.facts for event in events if event.kind == kind]

    def all(self, statement: Any) -> list[Any]:
        with read(self.engine) as session:
            return list(session.exec(statement).all())

    def set(self, table: type[SQLModel], key: dict[str, Any], **values: Any) -> None:
        """Let a row be otherwise than the commands made it."""
        with self._write() as session:
            assert change(session, table, key, **values)

    @contextmanager
    def _write(self) -> Iterator[Session]:
        with suppress(_Undo), write(self.engine) as session:
            yield session
            if self.rehearsing:
                raise _Undo

    @contextmanager
    def acting(self, by: str) -> Iterator[Acting]:
        """A transaction of this officer, at `now`."""
        with self._write() as session:
            yield Acting(session, self.policy, self.council.officers[by], self.now)
