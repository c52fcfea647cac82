"""The support programme for tests: schools at a level, what is planned for them, what was done."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Engine
from sqlmodel import col, select

from models.database import read, write
from models.inputs import Reason, refusing
from models.outbox import Message
from models.people.acting import Acting
from models.people.tables import Officer
from models.policy import Policy
from models.programme import (
    duties,
    outcomes,
    planning,
    reports,
    requiring,
    reviews,
    supporters,
    visits,
)
from models.programme.tables import (
    Duty,
    DutyKind,
    Requirement,
    Review,
    SchoolVisit,
    Supporter,
    WrittenReport,
)
from models.rows import change
from models.schools.tables import RiskLevel, School
from models.upkeep.school_year import SchoolYearPass, run
from tests.support.council import NOW, Council

WHOLE_YEAR = date(2026, 9, 1)


def at(day: date, hour: int = 10) -> datetime:
    """A moment of a day, in UTC."""
    return datetime.combine(day, time(hour), UTC)


@dataclass
class Programme:
    """The support programme of the fictional council, at `now`."""

    engine: Engine
    policy: Policy
    council: Council
    now: datetime = NOW

    def level(self, level: RiskLevel, urn: int = 900001, on: date | None = None) -> int:
        """Let a school come to stand at a level, and plan it; the number of duties planned."""
        with write(self.engine) as session:
            change(session, School, {"urn": urn}, risk_level=level)
            return planning.replan(
                session, self.policy, urn=urn, level=level, on=on or self.now.date()
            )

    def close(self, urn: int, on: date) -> None:
        """Let a school close."""
        with write(self.engine) as session:
            change(session, School, {"urn": urn}, closed_on=on)

    def duties(self, *kinds: DutyKind, urn: int | None = 900001) -> list[Duty]:
        """The duties of a school, or with None of the council, by the day on which they are due."""
        with read(self.engine) as session:
            statement = select(Duty).where(col(Duty.urn) == urn if urn else col(Duty.urn).is_(None))
            if kinds:
                statement = statement.where(col(Duty.kind).in_(kinds))
            return list(session.exec(statement.order_by(col(Duty.due_on), col(Duty.id))).all())

    def standing(self, *kinds: DutyKind, urn: int | None = 900001) -> list[tuple[date, str]]:
        """Those that were not cancelled: the day on which each is due, and its state."""
        return [
            (duty.due_on, duty.state.value)
            for duty in self.duties(*kinds, urn=urn)
            if duty.state != "cancelled"
        ]

    @property
    def messages(self) -> list[Message]:
        """What is queued about duties."""
        with read(self.engine) as session:
            statement = select(Message).where(col(Message.key).startswith("duties:"))
            return list(session.exec(statement.order_by(col(Message.id))).all())

    def pass_(self, now: datetime | None = None) -> SchoolYearPass:
        """One pass of the school year."""
        self.now = now or self.now
        return run(self.engine, self.policy, self.now)

    def evaluates(self, officer: Officer, urn: int = 900001, **changed: Any) -> Supporter:
        """Make an officer a school's School Evaluation Officer."""
        return self.assign(
            self.council.hos,
            urn,
            role="school_evaluation_officer",
            officer=officer.email,
            **changed,
        )

    def assign(self, by: Officer, urn: int = 900001, **given: Any) -> Supporter:
        """Let somebody support a school, for the whole year unless days are given."""
        with refusing():
            supporter = supporters.NewSupporter(**{"first_day": WHOLE_YEAR, **given})
        with self.acting(by) as acting:
            return supporters.assign_supporter(acting, urn, supporter)

    def end(self, supporter: Supporter, last_day: date, by: Officer | None = None) -> Supporter:
        """Let somebody's support end."""
        with self.acting(by or self.council.hos) as acting:
            last = supporters.LastDay(last_day=last_day)
            return supporters.end_support(acting, supporter.id, last)

    def visit(self, officer: Officer | None = None, **changed: Any) -> SchoolVisit:
        """Record a visit with everything in order, but for what is changed."""
        given: dict[str, Any] = {
            "urn": 900001,
            "visited_on": self.now.date(),
            "purpose": "To look at the teaching of mathematics",
            "notes": "Seen: four lessons.",
            **changed,
        }
        with refusing():
            visit = visits.VisitMade(**given)
        with self.acting(officer or self.council.seo) as acting:
            return visits.record_visit(acting, visit)

    def report(
        self,
        officer: Officer | None = None,
        sections: Mapping[str, str] | None = None,
        **changed: Any,
    ) -> WrittenReport:
        """Record a report with everything in order, but for what is changed."""
        wanted = dict.fromkeys(self.policy.programme.report_sections, "As seen.")
        with refusing():
            written = [
                reports.SectionWritten(title=title, text=text)
                for title, text in (wanted if sections is None else sections).items()
            ]
            given = {"urn": 900001, "dated": self.now.date(), "sections": written, **changed}
            report = reports.ReportWritten(**given)
        with self.acting(officer or self.council.seo) as acting:
            return reports.record_report(acting, report)

    def review(self, kind: str, officer: Officer | None = None, **changed: Any) -> Review:
        """Record a review with everything in order, but for what is changed."""
        of_school = kind in ("evaluation", "sisg_meeting")
        given: dict[str, Any] = {
            "kind": kind,
            "urn": 900001 if of_school else None,
            "held_on": self.now.date(),
            "summary": "All actions were looked at.",
            "impact": "Two of three are done.",
            **changed,
        }
        with refusing():
            review = reviews.ReviewHeld(**given)
        with self.acting(officer or self.council.seo) as acting:
            return reviews.record_review(acting, review)

    def cancel(self, duty: Duty, officer: Officer | None = None, reason: str = "Agreed.") -> Duty:
        """Cancel a duty."""
        with self.acting(officer or self.council.hos) as acting:
            return duties.cancel_duty(acting, duty.id, Reason(reason=reason))

    def require(self, what: str, officer: Officer | None = None, urn: int = 900001) -> Requirement:
        """Say that a school requires something."""
        given = requiring.RequiredSupport(what=what, reason="Two governors resigned.")
        with self.acting(officer or self.council.seo) as acting:
            return requiring.require(acting, urn, given)

    def no_longer(self, required: Requirement, officer: Officer | None = None) -> Requirement:
        """Say that a school no longer requires it."""
        with self.acting(officer or self.council.seo) as acting:
            reason = Reason(reason="The board is complete.")
            return requiring.end_requirement(acting, required.id, reason)

    def outcome(self, duty: Duty, officer: Officer | None = None, **changed: Any) -> Duty:
        """Record what came of a duty, with everything in order, but for what is changed."""
        given = {"done_on": self.now.date(), "outcome": "Four of five are met.", **changed}
        with refusing():
            outcome = outcomes.DutyOutcome(**given)
        with self.acting(officer or self.council.seo) as acting:
            return outcomes.record_outcome(acting, duty.id, outcome)

    @contextmanager
    def acting(self, officer: Officer) -> Iterator[Acting]:
        """A transaction of this officer, at `now`."""
        with write(self.engine) as session:
            yield Acting(session, self.policy, officer, self.now)
