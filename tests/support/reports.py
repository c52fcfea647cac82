"""A written report to act on in tests: each method is one command in its own transaction."""

import email
import email.policy
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import col, select

from models.approvals.approving import what_is_seen
from models.clocks import london_date
from models.database import read, write
from models.escalations.deciding import Decided, decide
from models.inputs import Reason, refusing
from models.letters.tables import Letter
from models.people.access import THE_MACHINE
from models.people.acting import Acting
from models.people.tables import Officer, digest
from models.policy import Policy
from models.programme import reports
from models.programme.tables import WrittenReport
from models.reports.checking import (
    FactsChecked,
    FactsReply,
    answer_by_link,
    record_answer,
    reply,
)
from models.reports.found import issues_of, links_of
from models.reports.links import Opened
from models.reports.putting_forward import ReportToSend, put_forward
from models.reports.tables import AccuracyLink, ReportIssue
from models.rows import get_row
from models.settings import Settings
from notifications.issuing import issue_letters
from notifications.outbox import deliver
from tests.support.council import NOW, Council

LINK = re.compile(r"/report-accuracy/([A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])")


@dataclass
class Report:
    """One written report; `now` is the moment of whatever is done next."""

    engine: Engine
    policy: Policy
    council: Council
    settings: Settings
    urn: int = 900001
    now: datetime = NOW
    id: int = 0

    @contextmanager
    def acting(self, by: str = "seo") -> Iterator[Acting]:
        """A transaction of an officer."""
        with write(self.engine) as session:
            officer = session.get_one(Officer, self.council.officers[by].id)
            yield Acting(session, self.policy, officer, self.now)

    @property
    def row(self) -> WrittenReport:
        """The report as it stands."""
        with read(self.engine) as session:
            return get_row(session, WrittenReport, self.id)

    @property
    def state(self) -> str:
        return self.row.state.value

    @property
    def issues(self) -> list[ReportIssue]:
        with read(self.engine) as session:
            return issues_of(session, self.id)

    @property
    def links(self) -> list[AccuracyLink]:
        """Who is asked about the facts."""
        with read(self.engine) as session:
            return [link for each in self.issues for link in links_of(session, each.id)]

    def written(
        self, by: str = "seo", text: str = "As seen.", put_forward: bool = True, **more: Any
    ) -> "Report":
        """Write it, with the same text in each section."""
        kind = more.get("kind", "written_report")
        titles = self.policy.programme.report_kinds[kind].sections
        with refusing():
            given = reports.ReportWritten(
                urn=self.urn,
                dated=more.pop("dated", london_date(self.now)),
                sections=sections(titles, text),
                put_forward=put_forward,
                **more,
            )
        with self.acting(by) as acting:
            self.id = reports.record_report(acting, given).id
        return self

    def draft_of(self, kind: str) -> None:
        """Write a report of a kind with no sections at all."""
        given = reports.ReportWritten(
            urn=self.urn, dated=london_date(self.now), sections=[], kind=kind
        )
        with self.acting() as acting:
            reports.record_report(acting, given)

    def rewrite(self, text: str, by: str = "seo") -> None:
        """Another text in each section."""
        with self.acting(by) as acting:
            self.rewrite_in(acting, text)

    def rewrite_in(self, acting: Acting, text: str) -> None:
        titles = [each["title"] for each in self.row.sections]
        given = reports.ReportRewritten(sections=sections(titles, text))
        reports.change_report(acting, self.id, given)

    def forward(self, by: str = "seo", reason: str = "") -> None:
        """Put it, or its final version, forward."""
        with self.acting(by) as acting:
            self.forward_in(acting, reason)

    def forward_in(self, acting: Acting, reason: str = "") -> None:
        put_forward(acting, self.id, ReportToSend(reason=reason))

    def decide(self, by: str = "hos", decision: str = "approve", reason: str = "") -> None:
        """Decide what was put forward last, as it stands now."""
        proposal = self.issues[-1].proposal_id
        with self.acting(by) as acting:
            day = london_date(self.now)
            seen = what_is_seen(acting.session, self.policy, THE_MACHINE, proposal, day)
            given = Decided(decision=decision, reason=reason, seen=seen)
            decide(acting, proposal, given)

    def issue(self, by: str = "hos") -> "Report":
        """Approve what was put forward last, and issue its letter."""
        self.decide(by)
        return self.issue_what_is_approved()

    def issue_what_is_approved(self) -> "Report":
        issue_letters(self.engine, self.policy, self.now)
        return self

    def letter(self) -> Letter:
        """The letter of what was put forward last."""
        with read(self.engine) as session:
            theirs = select(Letter).where(Letter.proposal_id == self.issues[-1].proposal_id)
            return session.exec(theirs.order_by(col(Letter.id))).one()

    def withdraw(self, by: str = "seo") -> None:
        """Withdraw it."""
        with self.acting(by) as acting:
            self.withdraw_in(acting)

    def withdraw_in(self, acting: Acting) -> None:
        reason = Reason(reason="It is about another school.")
        reports.withdraw_report(acting, self.id, reason)

    def secrets(self) -> dict[str, str]:
        """Deliver what waits: the secret in the newest mail to each address, by that."""
        deliver(self.engine, self.policy, self.settings, lambda: self.now)
        return secrets_in(self.settings.home)

    def answer(self, secret: str, answer: str = "accurate", comments: str = "") -> Opened:
        """What the holder of a link says."""
        given = FactsChecked(answer=answer, comments=comments)
        return answer_by_link(self.engine, self.policy, self.now, digest(secret), given)

    def entered(
        self, link: AccuracyLink, answer: str = "accurate", comments: str = "", by: str = "seo"
    ) -> None:
        """An officer puts an answer on record."""
        with self.acting(by) as acting:
            record_answer(acting, link.id, FactsChecked(answer=answer, comments=comments))

    def reply(
        self, link: AccuracyLink, words: str = "We have put it right.", by: str = "seo"
    ) -> None:
        """Reply to what was said."""
        with self.acting(by) as acting:
            reply(acting, link.id, FactsReply(reply=words))


def sections(titles: Any, text: str) -> list[reports.SectionWritten]:
    """The same text in each section."""
    return [reports.SectionWritten(title=title, text=text) for title in titles]


def secrets_in(home: Path) -> dict[str, str]:
    """The secret of the newest personal link that each address was mailed, by the address."""
    found: dict[str, str] = {}
    for file in sorted((home / "mail").glob("*.eml"), key=lambda each: each.stat().st_mtime_ns):
        mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        body = mail.get_body(("plain",))
        text = body.get_content() if body else ""
        for secret in LINK.findall(text):
            found[str(mail["To"].addresses[0].addr_spec)] = secret
    return found
