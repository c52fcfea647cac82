"""A school's own record to act on in tests: each method is one command in its own transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

from sqlalchemy import Engine
from sqlmodel import col, select

from models.actions.following import ActionAgreed, add_school_action
from models.actions.tables import AgreedAction
from models.approvals.approving import what_is_seen
from models.approvals.tables import Proposal
from models.clocks import london_date
from models.database import read, write
from models.escalations.deciding import Decided, decide
from models.escalations.holding import Restriction, restrict_record
from models.events import Event
from models.evidence import keeping
from models.evidence.tables import EvidenceFile
from models.inputs import Reason, refusing
from models.inspections.recording import Inspected, record_inspection
from models.matters.tables import OF_SCHOOL, Deadline, Matter
from models.people.access import THE_MACHINE
from models.people.acting import Acting
from models.people.tables import Officer
from models.policy import Policy
from models.priorities.keeping import PriorityNow, add_priority
from models.priorities.months import HowFarInMonth, say_month
from models.priorities.tables import ImprovementPriority
from models.school_record.agreeing import DeadlineAgreed, Outcome, agree_deadline, settle_agreed
from models.school_record.department import (
    NoticeAnnounced,
    NoticeAnswered,
    answer_department_notice,
    record_department_notice,
)
from models.school_record.filing import on_record
from models.school_record.rise import RiseSupportGiven, record_rise_support
from models.school_record.statements import StatementToMake, make_statement, release_statement
from models.school_record.tables import DepartmentNotice, RiseSupport
from models.school_record.writing import LetterToSchool, write_to_school
from models.schools.tables import InspectionOutcome
from models.settings import Settings
from tests.support.council import NOW, Council

NOTE = b"Seen on the visit: the fence is down.\n"


@dataclass
class SchoolRecord:
    """The record of one school; `now` is the moment of whatever is done next."""

    engine: Engine
    policy: Policy
    council: Council
    urn: int = 900001
    now: datetime = NOW

    @contextmanager
    def acting(self, by: str = "seo") -> Iterator[Acting]:
        """A transaction of an officer."""
        with write(self.engine) as session:
            officer = session.get_one(Officer, self.council.officers[by].id)
            yield Acting(session, self.policy, officer, self.now)

    def letter(self, by: str = "seo", **values: Any) -> Proposal:
        """Draft a letter to the headteacher and put it forward."""
        given = {
            "to": "headteacher",
            "subject": "Our visit",
            "words": "Thank you for having us.",
            "reason": "It was agreed on the visit.",
        }
        with self.acting(by) as acting:
            return write_to_school(acting, self.urn, LetterToSchool(**{**given, **values}))

    def approve(self, proposal: Proposal, by: str = "hos") -> Proposal:
        """Approve it as it stands now."""
        with self.acting(by) as acting:
            seen = what_is_seen(
                acting.session, self.policy, THE_MACHINE, proposal.id, london_date(self.now)
            )
            return decide(acting, proposal.id, Decided(decision="approve", seen=seen))

    def deadline(self, by: str = "seo", days: int = 30) -> Deadline:
        """Set a deadline so many days from now."""
        with self.acting(by) as acting:
            due_on = acting.today + timedelta(days=days)
            given = DeadlineAgreed(what="The headteacher sends the plan", due_on=due_on)
            return agree_deadline(acting, self.urn, given)

    def settle(self, deadline: Deadline, *, done: bool, note: str = "", by: str = "seo") -> None:
        """Say what became of it."""
        with self.acting(by) as acting:
            settle_agreed(acting, deadline.id, Outcome(done=done, note=note))

    def file(self, settings: Settings, by: str = "seo", content: bytes = NOTE) -> EvidenceFile:
        """Put a file on the record."""
        place, upload = on_record(self.urn), keeping.Upload("note.txt", BytesIO(content))
        officer = self.council.officers[by]
        who = {"officer": officer, "now": self.now, "place": place, "upload": upload}
        with (
            keeping.receive_at(self.engine, self.policy, settings, **who) as received,
            self.acting(by) as acting,
        ):
            return keeping.keep(acting, place, received, keeping.Described(description="A note."))

    def inspect(self, category: str | None, days: int = 0, **values: Any) -> InspectionOutcome:
        """A report, published so many days after the day on which these tests begin."""
        published = london_date(NOW) + timedelta(days=days)
        self.now = max(self.now, NOW + timedelta(days=days))
        given = {"category": category, "published_on": published, "source": "The report."}
        with self.acting() as acting:
            return record_inspection(acting, self.urn, Inspected(**{**given, **values}))

    def state(self, by: str = "seo", **values: str) -> Proposal:
        """Draft the statement of action that is due, and put it forward."""
        given = {
            "action": "A review of governance by a national leader of governance.",
            "period": "By the end of January.",
            "parents": "A meeting at the school, and a letter that asks for their views.",
        }
        with self.acting(by) as acting:
            return make_statement(acting, self.urn, StatementToMake(**{**given, **values}))

    def release(self, by: str = "hos", reason: str = "It was made in October.") -> None:
        """Say that the statement that is due is not to be made here."""
        with self.acting(by) as acting:
            release_statement(acting, self.urn, Reason(reason=reason))

    def announced(self, by: str = "seo", **values: Any) -> DepartmentNotice:
        """The Department asks for a comment on a notice to enter into arrangements."""
        today = london_date(self.now)
        given = {
            "kind": "notice_to_enter_into_arrangements",
            "received_on": today,
            "comment_by": today + timedelta(days=11),
            "summary": "The governing body is to work with The Larch Trust.",
            "answering": self.council.hos.email,
        }
        with self.acting(by) as acting:
            return record_department_notice(
                acting, self.urn, NoticeAnnounced(**{**given, **values})
            )

    def answer(self, notice: DepartmentNotice, by: str = "seo", **values: Any) -> None:
        """What the council answered today."""
        given = {"answered_on": london_date(self.now), "answer": "We agree with the notice."}
        with self.acting(by) as acting:
            answer_department_notice(acting, notice.id, NoticeAnswered(**{**given, **values}))

    def supported(self, by: str = "", **values: Any) -> RiseSupport:
        """RISE support begins today, by this organisation."""
        given = {"adviser": "Ms R. Tolland", "started_on": london_date(self.now)}
        more = {"supporting_organisation": by, **values}
        with self.acting() as acting:
            return record_rise_support(acting, self.urn, RiseSupportGiven(**{**given, **more}))

    def action(self, by: str = "seo", days: int = 14, **values: Any) -> AgreedAction:
        """Agree with the headteacher what is to be done, by so many days from now."""
        given = {
            "what": "Send the plan for reading",
            "role": "headteacher",
            "due_on": london_date(self.now) + timedelta(days=days),
            "why": "Reading has fallen behind.",
        }
        with refusing():
            agreed = ActionAgreed(**{**given, **values})
        with self.acting(by) as acting:
            return add_school_action(acting, self.urn, agreed)

    def priority(self, by: str = "seo", **values: Any) -> ImprovementPriority:
        """Put a priority of the improvement plan on the record."""
        given = {
            "priority": "Every child reads by six",
            "success_criteria": "90 % pass the phonics check.",
            "owner": "Ms Lee, deputy headteacher",
            "first_day": date(2026, 9, 1),
            "last_day": date(2027, 7, 31),
        }
        with refusing():
            now = PriorityNow(**{**given, **values})
        with self.acting(by) as acting:
            return add_priority(acting, self.urn, now)

    def month(self, priority: int, month: str = "2026-11", by: str = "seo", **values: Any) -> None:
        """Say how far a priority was in a month."""
        given = {"month": month, "rating": "On track", "said": "Phonics every day."}
        with refusing():
            how_far = HowFarInMonth(**{**given, **values})
        with self.acting(by) as acting:
            say_month(acting, priority, how_far)

    def restrict(self, *named: str, by: str = "hos") -> None:
        """Restrict it to whoever looks after it, whoever does so, and those named."""
        with self.acting(by) as acting:
            emails = [self.council.officers[name].email for name in named]
            given = Restriction(officers=emails, reason="It is delicate.")
            restrict_record(acting, self.urn, given)

    @property
    def matter(self) -> Matter | None:
        """The record as it stands in the database, if there is one."""
        with read(self.engine) as session:
            mine = select(Matter).where(Matter.reference == f"{OF_SCHOOL}{self.urn}")
            return session.exec(mine).first()

    @property
    def kinds(self) -> list[str]:
        """What happened on it, in order."""
        matter = self.matter
        assert matter is not None
        with read(self.engine) as session:
            mine = select(Event.kind).where(Event.matter_id == matter.id)
            return list(session.exec(mine.order_by(col(Event.sequence))))
