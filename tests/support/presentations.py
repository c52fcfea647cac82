"""Evaluations that are presented, for tests: compiled, given, read as somebody reads them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import col, select

from models.database import read
from models.escalations.holding import Restriction, restrict_record
from models.escalations.starting import EscalationToStart, start
from models.events import Event, verify
from models.outbox import Message
from models.paging import Page
from models.presentations import compiling, presenting, shown
from models.programme.told import ProgressEvaluated
from models.record.vocabulary import Titles, happened_in
from models.school_record.agreeing import DeadlineAgreed, agree_deadline
from models.schools.tables import RiskLevel
from models.settings import Settings
from notifications.composing import Composer
from tests.support.programme import WHOLE_YEAR, Programme, at

MONTH_END = at(date(2026, 11, 30), 12)


@dataclass
class Presented(Programme):
    """The programme with what is presented of it."""

    def compile(self, by: str = "hos", period: str = "2026-11", kind: str = "monthly") -> Any:
        with self.acting(self.council.officers[by]) as acting:
            given = compiling.Compiling(kind=kind, period=period)
            return compiling.compile_evaluations(acting, given)

    def present(self, number: int, *to: str, by: str = "hos", version: int = 1) -> Any:
        emails = [self.council.officers[name].email for name in to]
        with self.acting(self.council.officers[by]) as acting:
            given = presenting.Presenting(to=emails, version=version)
            return presenting.present(acting, number, given)

    def as_(self, name: str) -> Any:
        return self.acting(self.council.officers[name])

    def seen(self, number: int, by: str) -> shown.Presentation:
        with read(self.engine) as session:
            officer = self.council.officers[by]
            return shown.presentation(session, officer, number, today=self.now.date())

    def schools(self, number: int, by: str, **filters: Any) -> Page[shown.PresentedSchool]:
        with read(self.engine) as session:
            officer = self.council.officers[by]
            return shown.presented_schools(session, officer, number, **filters)

    def restrict(self, urn: int) -> None:
        """Let the school's own record be restricted, by the Director."""
        with self.acting(self.council.dcs) as acting:
            agree_deadline(
                acting, urn, DeadlineAgreed(due_on=date(2027, 1, 8), what="To be looked at.")
            )
            restrict_record(
                acting, urn, Restriction(officers=[], reason="Somebody who is known here.")
            )

    @property
    def told(self) -> list[tuple[str, str, str]]:
        """To whom what was told of presentations, and its text as it would leave now."""
        with read(self.engine) as session:
            queued = session.exec(select(Message).order_by(col(Message.id))).all()
            composer = Composer(session, self.policy, Settings(_env_file=None), self.now)
            found = []
            for message in queued:
                if message.data.get("what") == ProgressEvaluated.model_fields["what"].default:
                    continue
                mail = composer.compose(message)
                if mail is not None:
                    found.append((message.to_name, mail.subject, mail.text))
            return found

    @property
    def record(self) -> list[str]:
        with read(self.engine) as session:
            assert verify(session) is None
            titles = Titles(self.policy)
            return [
                happened_in(each).sentence(titles)
                for each in session.exec(select(Event).order_by(col(Event.sequence)))
                if "presentation" in each.kind or "evaluations" in each.kind
            ]

    def escalate(self) -> None:
        """Let an escalation of the evaluated school be started."""
        with self.as_("hos") as acting:
            given = EscalationToStart(
                urn=900001,
                triggers=["attendance"],
                summary="It fell.",
                case_officer=self.council.seo.email,
            )
            start(acting, given)

    def november(self) -> "Presented":
        """Two schools at a level since September, one evaluated in November, which is over."""
        self.level(RiskLevel.HIGH, on=WHOLE_YEAR)
        self.level(RiskLevel.MEDIUM, urn=900003, on=WHOLE_YEAR)
        self.visit(notes="Mrs Grey is ill again.")
        self.review(
            "evaluation",
            summary="Mrs Grey leads the work on reading.",
            impact="Lessons are better planned.",
            external_impact="Brookside’s leaders wrote the new plan.",
            school_view="The headteacher agrees.",
        )
        self.now = MONTH_END
        return self
