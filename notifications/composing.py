"""What each message says, worked out when it leaves, so that it says what holds then."""

import hashlib
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlmodel import Session, col, select

from models.approvals.shown import decidable
from models.clocks import add_working_days, london_date, long_date, working_days_between
from models.escalations.owed import DUE_HERE, STILL_AWAITED
from models.escalations.tables import (
    Decision,
    Escalation,
    Proposal,
    ProposalState,
    Step,
)
from models.letters.tables import IssuedFile, Letter, LetterState
from models.letters.writing import letter_body
from models.level_letters.tables import LetterBatch, LevelLetter, LevelLetterFile
from models.matters.at_hand import find_visible
from models.matters.sight import visible_to
from models.matters.tables import Deadline, DeadlineKind, Matter, Reminder
from models.outbox import Message, MessageKind, MessageState
from models.people.access import reader
from models.people.tables import Officer
from models.policy import Policy
from models.policy.editions import step_of
from models.programme.duties_shown import Duty, duties_left
from models.risk.tables import Assessment, AssessmentState
from models.rows import find, find_first, find_one, get_row
from models.schools.tables import School
from models.settings import TEMPLATES, Settings
from notifications.channels import Attachment, Mail
from notifications.letters import parse, to_html, to_text
from notifications.level_letters import level_letter_document

# Plain text to officers: nothing here is markup, so nothing is escaped.
_emails = Environment(  # noqa: S701 # nosec B701
    loader=FileSystemLoader(TEMPLATES / "emails"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


MOST_LISTED = 25  # late, or due: a council may have thousands of schools

# What the law lets the authority do until a day of its own.
LAST_DAYS = {
    DeadlineKind.POWERS: "to use the powers of sections 63, 64 and 66",
    DeadlineKind.BUDGET_REVIEW: "to review the suspended budget (section 66)",
}


class Composer:
    """Turns rows of the outbox into mail, for one pass of delivery."""

    def __init__(self, session: Session, policy: Policy, settings: Settings, now: datetime) -> None:
        self.session = session
        self.policy = policy
        self.settings = settings
        self.now = now

    def compose(self, message: Message) -> Mail | None:
        """The mail for a message; None when it no longer applies and is to be dropped."""
        # A clock that was moved ahead by hand queues as of its own day.
        self.now = max(self.now, message.queued_at)
        if message.kind is MessageKind.LETTER:
            return self._letter(message)
        if message.kind is MessageKind.LEVEL_LETTER:
            return self._level_letter(message)
        officer = self._officer(message)
        if officer is None:
            return None  # they have left since it was queued
        if message.kind is MessageKind.REMINDER:
            return self._reminder(message, officer)
        if message.kind is MessageKind.DIGEST:
            return self._digest(message, officer)
        if message.matter_id is None:
            return self._about_no_case(message)
        if not self._still_sees(officer, message):
            return None
        if message.data["what"] == "delivery_problem":
            return self._delivery_problem(message)
        if message.data["what"] == "letter_problem":
            return self._letter_problem(message)
        if message.data["what"] == "case_officer_changed":
            return self._case_officer_changed(message)
        if message.data["what"] in ("register_changed_school", "message_problem"):
            return self._as_recorded(message)
        return self._alert(message)

    def _officer(self, message: Message) -> Officer | None:
        """To whom it goes, if they are still an officer here."""
        named = select(Officer).where(Officer.email == message.to_email, col(Officer.active))
        return find_first(self.session, named)

    def _still_sees(self, officer: Officer, message: Message) -> bool:
        """The case may have been restricted since; whoever handed it over is told that they did."""
        handed_over = message.data["what"] == "case_officer_changed"
        case = message.matter_id or 0
        return handed_over or find_visible(self.session, reader(officer), case) is not None

    def _letter(self, message: Message) -> Mail:
        letter = get_row(self.session, Letter, message.letter_id)
        matter = get_row(self.session, Matter, letter.matter_id)
        kept = select(IssuedFile).where(IssuedFile.letter_id == letter.id)
        files = {file.format: file.content for file in find(self.session, kept)}
        name = f"{matter.reference}-{letter.number}.pdf"
        return self._mail(
            message,
            subject=self._subject(letter),
            text=files["txt"].decode(),
            html=files["html"].decode(),
            attachments=(Attachment(name, "application/pdf", files["pdf"]),),
        )

    def _level_letter(self, message: Message) -> Mail:
        letter = get_row(self.session, LevelLetter, message.data["level_letter"])
        batch = get_row(self.session, LetterBatch, letter.batch_id)
        frozen = get_row(self.session, LevelLetterFile, letter.id).content
        document = level_letter_document(self.policy, batch, letter, london_date(self.now))
        name = f"{document.reference.replace('/', '-')}.pdf"
        return self._mail(
            message,
            subject=parse(letter.body)[0],
            text=to_text(document),
            html=to_html(document),
            attachments=(Attachment(name, "application/pdf", frozen),),
        )

    def _subject(self, letter: Letter) -> str:
        subject, _ = parse(letter_body(self.session, letter))
        return subject

    def _mail(
        self,
        message: Message,
        *,
        subject: str,
        text: str,
        html: str | None = None,
        attachments: tuple[Attachment, ...] = (),
    ) -> Mail:
        return Mail(
            to_name=message.to_name,
            to_email=message.to_email,
            subject=" ".join(subject.split()),
            text=text,
            html=html,
            message_id=message_id(message, self.settings.base_url),
            attachments=attachments,
            date=message.queued_at,
        )

    def _from_template(self, message: Message, template: str, **context: Any) -> Mail:
        whole = _emails.get_template(f"{template}.txt.j2").render(
            officer=message.to_name,
            base_url=self.settings.base_url,
            council=self.policy.letterhead.council,
            **context,
        )
        first, _, text = whole.partition("\n")
        return self._mail(message, subject=first.removeprefix("Subject: "), text=text.lstrip("\n"))

    def _reminder(self, message: Message, officer: Officer) -> Mail | None:
        """Only what still awaits its response or its last day; the rest needs no reminder."""
        told = col(Reminder.id).in_(message.data["reminders"])
        due = (
            select(Deadline, Matter, Escalation, School)
            .join(Matter, col(Matter.id) == col(Deadline.matter_id))
            .outerjoin(Escalation, col(Escalation.id) == col(Matter.id))
            .join(School, col(School.urn) == col(Matter.urn))
            .outerjoin(
                Step,
                (col(Step.escalation_id) == col(Escalation.id))
                & (col(Step.key) == col(Deadline.step_key)),
            )
            .where(col(Deadline.id).in_(select(Reminder.deadline_id).where(told)))
            .where(STILL_AWAITED, visible_to(reader(officer)))
            .order_by(col(Deadline.due_on), col(Deadline.id))
        )
        items = [self._item(*row) for row in find(self.session, due)]
        return self._from_template(message, "reminder", items=items) if items else None

    def _item(
        self, deadline: Deadline, matter: Matter, escalation: Escalation | None, school: School
    ) -> dict[str, Any]:
        today = london_date(self.now)
        step = step_of(self.session, self.policy, escalation, deadline.step_key)
        return {
            "school": school.name,
            "reference": matter.reference,
            "at": f"Step {step.number}, {step.title}" if step else deadline.rule,
            "agreed": step is None,
            "last_day_for": LAST_DAYS.get(deadline.kind, ""),
            "due_on": long_date(deadline.due_on),
            "days_late": working_days_between(deadline.due_on, today),
            "missed": deadline.due_on < today,
            "url": self._url(matter.page),
        }

    def _url(self, path: str) -> str:
        return f"{self.settings.base_url.rstrip('/')}{path}"

    def _digest(self, message: Message, officer: Officer) -> Mail | None:
        if message.data["day"] < london_date(self.now).isoformat():
            return None  # yesterday's digest says nothing that today's does not
        items, waiting = self._due_for(officer), self._waiting_for(officer)
        if not items and not waiting:
            return None
        return self._from_template(message, "digest", items=items, waiting=waiting)

    def _due_for(self, officer: Officer) -> list[dict[str, Any]]:
        ahead = self.policy.reminders.digest_working_days_ahead
        until = add_working_days(london_date(self.now), ahead)
        due = (
            select(Deadline, Matter, Escalation, School)
            .join(Matter, col(Matter.id) == col(Deadline.matter_id))
            .outerjoin(Escalation, col(Escalation.id) == col(Matter.id))
            .join(School, col(School.urn) == col(Matter.urn))
            .where(Matter.officer_id == officer.id, col(Deadline.due_on) <= until)
            .where(DUE_HERE)
            .order_by(col(Deadline.due_on), col(Deadline.id))
        )
        return [self._item(*row) for row in find(self.session, due)]

    def _waiting_for(self, officer: Officer) -> list[dict[str, Any]]:
        mine = decidable(self.session, officer, london_date(self.now))
        awaiting = (
            select(Proposal, Matter, Escalation, School)
            .join(Matter, col(Matter.id) == col(Proposal.matter_id))
            .outerjoin(Escalation, col(Escalation.id) == col(Matter.id))
            .join(School, col(School.urn) == col(Matter.urn))
            .where(col(Proposal.id).in_(mine))
            .order_by(col(Proposal.id))
        )
        return [self._proposal(*row) for row in find(self.session, awaiting)]

    def _proposal(
        self,
        proposal: Proposal,
        matter: Matter,
        escalation: Escalation | None,
        school: School,
    ) -> dict[str, Any]:
        step = step_of(self.session, self.policy, escalation, proposal.step_key)
        proposer = get_row(self.session, Officer, proposal.proposed_by_id)
        return {
            "school": school.name,
            "reference": matter.reference,
            "at": f"Step {step.number}, {step.title}" if step else "",
            "what": proposal.action.label,
            "proposed_by": proposer.name,
            "reason": proposal.reason,
            "url": self._url(f"/proposals/{proposal.id}"),
        }

    def _alert(self, message: Message) -> Mail | None:
        row = find_one(
            self.session,
            select(Proposal, Matter, Escalation, School)
            .join(Matter, col(Matter.id) == col(Proposal.matter_id))
            .outerjoin(Escalation, col(Escalation.id) == col(Matter.id))
            .join(School, col(School.urn) == col(Matter.urn))
            .where(Proposal.id == message.data["proposal"]),
        )
        proposal, what = row[0], message.data["what"]
        waits = proposal.state is ProposalState.AWAITING
        if what == "proposal_waits" and not (waits and proposal.stage == message.data["stage"]):
            return None
        facts = {**self._proposal(*row), "decided_by": "", "decision_reason": ""}
        last = self._last_decision(proposal)
        if last is not None:
            facts["decision_reason"], facts["decided_by"] = last
        return self._from_template(message, what, **facts)

    def _delivery_problem(self, message: Message) -> Mail | None:
        trouble = get_row(self.session, Message, message.data["message"])
        if trouble.state not in (MessageState.FAILED, MessageState.UNKNOWN):
            return None
        letter = get_row(self.session, Letter, trouble.letter_id)
        matter = get_row(self.session, Matter, letter.matter_id)
        return self._from_template(
            message,
            "delivery_problem",
            reference=matter.reference,
            subject=self._subject(letter),
            to=f"{trouble.to_name} ({trouble.to_email})",
            unknown=trouble.state is MessageState.UNKNOWN,
            detail=trouble.detail,
            url=self._url(f"/messages/{trouble.id}"),
        )

    def _letter_problem(self, message: Message) -> Mail | None:
        letter = get_row(self.session, Letter, message.data["letter"])
        if letter.state is not LetterState.APPROVED:
            return None
        matter = get_row(self.session, Matter, letter.matter_id)
        return self._from_template(
            message,
            "letter_problem",
            reference=matter.reference,
            subject=self._subject(letter),
            url=self._url(f"/letters/{letter.id}"),
        )

    def _case_officer_changed(self, message: Message) -> Mail:
        """The new case officer's name, and the reference: the school is named on the case only."""
        matter = get_row(self.session, Matter, message.matter_id)
        return self._from_template(
            message,
            "case_officer_changed",
            reference=matter.reference,
            name=message.data["name"],
            url=self._url(matter.page),
        )

    def _about_no_case(self, message: Message) -> Mail | None:
        """What was recorded with the message, in its template; the page has what holds now."""
        what = message.data["what"]
        if what == "duties":
            return self._duties(message, message.data["path"])
        if what == "assessment_waits":
            assessment = get_row(self.session, Assessment, message.data["assessment"])
            if assessment.state is not AssessmentState.PROPOSED:
                return None
        return self._as_recorded(message)

    def _as_recorded(self, message: Message) -> Mail:
        about = dict(message.data)
        what, path = about.pop("what"), about.pop("path")
        return self._from_template(message, what, url=self._url(path), **about)

    def _duties(self, message: Message, path: str) -> Mail | None:
        """What is still to be done of the support programme: how much, and the first of it."""
        today = london_date(self.now)
        left = duties_left(self.session, message.data["duties"], today, MOST_LISTED)
        if not left.late and not left.coming:
            return None
        return self._from_template(
            message,
            "duties",
            late=[self._duty(each) for each in left.late],
            coming=[self._duty(each) for each in left.coming],
            number_late=left.number_late,
            number_coming=left.number_coming,
            url=self._url(path),
        )

    def _duty(self, duty: Duty) -> dict[str, str]:
        """A duty as its template names it."""
        of_a_school = duty.urn is not None
        path = f"/schools/{duty.urn}/programme" if of_a_school else "/programme/duties"
        return {
            "title": duty.title,
            "school": duty.school or "The whole risk register",
            "due_on": long_date(duty.due_on),
            "url": self._url(path),
        }

    def _last_decision(self, proposal: Proposal) -> tuple[str, str] | None:
        return find_first(
            self.session,
            select(Decision.reason, Officer.name)
            .join(Officer, col(Officer.id) == col(Decision.officer_id))
            .where(Decision.proposal_id == proposal.id)
            .order_by(col(Decision.stage).desc()),
        )


def message_id(message: Message, base_url: str) -> str:
    """The Message-ID of a message: the same at every attempt, and nobody else's.

    Keys come again after a backup was restored, the moment at which one was queued does not.
    """
    host = urlsplit(base_url).hostname or "localhost"
    identity = f"{message.key} {message.queued_at.isoformat()}"
    return f"<{hashlib.sha256(identity.encode()).hexdigest()[:40]}@{host}>"
