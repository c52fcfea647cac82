"""What is written of each thing that a message tells: one line for each, at the end."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

from sqlmodel import col, select

from models.appointments.tables import Appointment
from models.appointments.told import InvitationGoes, InvitationProblem
from models.approvals.tables import Decision, Proposal, ProposalState
from models.approvals.told import OwnProposalApproved, OwnProposalReturned, ProposalWaits
from models.clocks import london_time, long_date, period_words
from models.consultants.tables import Consultant
from models.inspections.told import NewCategory
from models.letters.stopped import is_stopped
from models.letters.tables import IssuedFile, Letter, LetterState
from models.letters.told import DeliveryProblem, LetterGoes, LetterProblem, MessageProblem
from models.level_letters.tables import LetterBatch, LevelLetter, LevelLetterFile
from models.level_letters.told import LevelLetterGoes, LevelLettersProblem, LevelLettersToCheck
from models.matters.tables import Deadline, Matter
from models.matters.told import AnotherCaseOfficer, Digest, Reminders
from models.needs.tables import Need, NeedState
from models.needs.told import MoreNeeded
from models.outbox import Message, MessageState
from models.people.tables import Officer
from models.presentations.tables import Presentation, PresentationState
from models.presentations.told import EvaluationsToPresent, PresentationGiven
from models.programme.duties_shown import duties_left
from models.programme.tables import Review
from models.programme.told import ConsultantsDutiesDue, DutiesDue, ProgressEvaluated
from models.register.told import RegisterKeptContact, SchoolOfCaseChanged
from models.reports.told import AccuracyAnswered, AccuracyReminder
from models.risk.tables import Assessment, AssessmentRound, AssessmentState, RoundState
from models.risk.told import (
    AssessmentWaits,
    LevelChanged,
    NewHeadteacher,
    ProposedLevelReturned,
    RoundOverdue,
    RoundWaits,
)
from models.rows import find, find_first, get_row
from models.school_record.tables import DepartmentNotice
from models.school_record.told import DepartmentAsks
from models.told import OnAPage, Told
from models.upkeep.told import MailTested
from notifications.channels import Attachment, Mail
from notifications.drafts import Draft
from notifications.invitations import invitation
from notifications.items import due_for, duty_item, of_reminders, proposal_item, waiting_for
from notifications.letters import parse, to_html, to_text
from notifications.level_letters import level_letter_document
from notifications.reports import answered, reminder, with_link

MOST_LISTED = 25  # late, or due: a council may have thousands of schools

What = TypeVar("What", bound=Told)
Facts = dict[str, Any]


@dataclass(frozen=True)
class Text(ABC, Generic[What]):
    """What is written of one thing."""

    of: type[What]

    @abstractmethod
    def write(self, draft: Draft, told: Any) -> Mail | None:
        """The mail; None when it no longer applies."""


@dataclass(frozen=True)
class ToSchools(Text[What]):
    """A letter with its document, or an invitation."""

    mail: Callable[[Draft, What], Mail | None]

    def write(self, draft: Draft, told: Any) -> Mail | None:
        return self.mail(draft, told)


@dataclass(frozen=True)
class ToOfficer(Text[What]):
    """A template of its own word, with the facts that hold when it leaves.

    `facts` gives None when it no longer applies. It is written to none who has left, or does not
    see its matter any more, unless they are told all the same (`sight`).
    """

    facts: Callable[[Draft, Officer, What], Facts | None]
    sight: bool = True

    def write(self, draft: Draft, told: Any) -> Mail | None:
        officer = draft.officer()
        if officer is None or (self.sight and not draft.sees_its_matter(officer)):
            return None
        facts = self.facts(draft, officer, told)
        return draft.from_template(told.what, facts) if facts is not None else None


@dataclass(frozen=True)
class ToConsultant(Text[What]):
    """A template of its own word, to somebody outside the council, with what holds when it leaves.

    `facts` gives None when it no longer applies.
    """

    facts: Callable[[Draft, What], Facts | None]

    def write(self, draft: Draft, told: Any) -> Mail | None:
        facts = self.facts(draft, told)
        return draft.from_template(told.what, facts) if facts is not None else None


def _letter(draft: Draft, told: LetterGoes) -> Mail | None:
    session = draft.session
    if is_stopped(session, draft.message.letter_id, told.role):
        return None
    letter = get_row(session, Letter, draft.message.letter_id)
    matter = get_row(session, Matter, letter.matter_id)
    kept = select(IssuedFile).where(IssuedFile.letter_id == letter.id)
    files = {file.format: file.content for file in find(session, kept)}
    name = f"{matter.reference}-{letter.number}.pdf"
    text, html = with_link(draft, files["txt"].decode(), files["html"].decode())
    return draft.mail(
        subject=draft.subject(letter),
        text=text,
        html=html,
        attachments=(Attachment(name, "application/pdf", files["pdf"]),),
    )


def _level_letter(draft: Draft, told: LevelLetterGoes) -> Mail:
    letter = get_row(draft.session, LevelLetter, told.level_letter)
    batch = get_row(draft.session, LetterBatch, letter.batch_id)
    frozen = get_row(draft.session, LevelLetterFile, letter.id).content
    document = level_letter_document(draft.policy, batch, letter, draft.today)
    name = f"{document.reference.replace('/', '-')}.pdf"
    return draft.mail(
        subject=parse(letter.body)[0],
        text=to_text(document),
        html=to_html(document),
        attachments=(Attachment(name, "application/pdf", frozen),),
    )


def _reminders(draft: Draft, officer: Officer, told: Reminders) -> Facts | None:
    """Only what still awaits its response or its last day; the rest needs no reminder."""
    items = of_reminders(draft, officer, told.reminders)
    return {"items": items} if items else None


def _digest(draft: Draft, officer: Officer, told: Digest) -> Facts | None:
    if told.day < draft.today:
        return None  # yesterday's digest says nothing that today's does not
    items, waiting = due_for(draft, officer), waiting_for(draft, officer)
    return {"items": items, "waiting": waiting} if items or waiting else None


def _proposal_waits(draft: Draft, _: Officer, told: ProposalWaits) -> Facts | None:
    proposal = get_row(draft.session, Proposal, told.proposal)
    if proposal.state is not ProposalState.AWAITING or proposal.stage != told.stage:
        return None
    return asdict(proposal_item(draft, told.proposal))


def _decided(draft: Draft, _: Officer, told: OwnProposalApproved | OwnProposalReturned) -> Facts:
    decision = (
        select(Decision.reason, Officer.name)
        .join(Officer, col(Officer.id) == col(Decision.officer_id))
        .where(Decision.proposal_id == told.proposal)
        .order_by(col(Decision.stage).desc())
    )
    reason, who = find_first(draft.session, decision) or ("", "")
    proposal = asdict(proposal_item(draft, told.proposal))
    return {**proposal, "decided_by": who, "decision_reason": reason}


def _delivery_problem(draft: Draft, _: Officer, told: DeliveryProblem) -> Facts | None:
    trouble = get_row(draft.session, Message, told.message)
    if trouble.state not in (MessageState.FAILED, MessageState.UNKNOWN):
        return None
    letter = get_row(draft.session, Letter, trouble.letter_id)
    matter = get_row(draft.session, Matter, letter.matter_id)
    return {
        "reference": matter.reference,
        "subject": draft.subject(letter),
        "to": f"{trouble.to_name} ({trouble.to_email})",
        "unknown": trouble.state is MessageState.UNKNOWN,
        "detail": trouble.detail,
        "url": draft.url(f"/messages/{trouble.id}"),
    }


def _letter_problem(draft: Draft, _: Officer, told: LetterProblem) -> Facts | None:
    letter = get_row(draft.session, Letter, told.letter)
    if letter.state is not LetterState.APPROVED:
        return None
    matter = get_row(draft.session, Matter, letter.matter_id)
    return {
        "reference": matter.reference,
        "subject": draft.subject(letter),
        "url": draft.url(f"/letters/{letter.id}"),
    }


def _invitation_problem(draft: Draft, _: Officer, told: InvitationProblem) -> Facts | None:
    trouble = get_row(draft.session, Message, told.message)
    appointment = get_row(draft.session, Appointment, told.appointment)
    matter = get_row(draft.session, Matter, appointment.matter_id)
    return {
        "reference": matter.reference,
        "kind": appointment.kind.value,
        "when": period_words(appointment.starts_at, appointment.ends_at),
        "to": f"{trouble.to_name} ({trouble.to_email})",
        "unknown": trouble.state is MessageState.UNKNOWN,
        "detail": trouble.detail,
        "url": draft.url(f"/appointments/{appointment.id}"),
    }


def _case_officer_changed(draft: Draft, _: Officer, told: AnotherCaseOfficer) -> Facts:
    """The new case officer's name, and the reference: the school is named on the case only."""
    matter = get_row(draft.session, Matter, draft.message.matter_id)
    return {
        "reference": matter.reference,
        "name": told.name,
        "of_school": matter.of_school,
        "url": draft.url(matter.page),
    }


def _duties(draft: Draft, _: Officer, told: DutiesDue) -> Facts | None:
    """What is still to be done of the support programme: how much, and the first of it."""
    left = duties_left(draft.session, list(told.duties), draft.today, MOST_LISTED)
    if not left.late and not left.coming:
        return None
    return {
        "late": [duty_item(draft, each) for each in left.late],
        "coming": [duty_item(draft, each) for each in left.coming],
        "number_late": left.number_late,
        "number_coming": left.number_coming,
        "url": draft.url(told.path),
    }


def _progress(draft: Draft, officer: Officer, told: ProgressEvaluated) -> Facts:
    review = get_row(draft.session, Review, told.review)
    said = {"summary": review.summary, "impact": review.impact}
    return {**_as_recorded(draft, officer, told), **said, "held_on": long_date(told.held_on)}


def _consultants_duties(draft: Draft, told: ConsultantsDutiesDue) -> Facts | None:
    """Nothing but that there is something: the mail names no school."""
    left = duties_left(draft.session, list(told.duties), draft.today, MOST_LISTED)
    consultant = get_row(draft.session, Consultant, told.consultant)
    if not consultant.active or consultant.email != draft.message.to_email:
        return None
    if not left.late and not left.coming:
        return None
    return {"late": bool(left.late), "signs_in": consultant.officer_id is not None}


def _as_recorded(draft: Draft, _: Officer, told: OnAPage) -> Facts:
    """Its facts are those of the template; the page has what holds now."""
    return {**dict(told), "url": draft.url(told.path)}


def _assessment_waits(draft: Draft, officer: Officer, told: AssessmentWaits) -> Facts | None:
    assessment = get_row(draft.session, Assessment, told.assessment)
    waits = assessment.state is AssessmentState.PROPOSED
    return _as_recorded(draft, officer, told) if waits else None


def _more_needed(draft: Draft, officer: Officer, told: MoreNeeded) -> Facts | None:
    is_open = get_row(draft.session, Need, told.need).state is NeedState.OPEN
    return _as_recorded(draft, officer, told) if is_open else None


def _round_waits(draft: Draft, officer: Officer, told: RoundWaits) -> Facts:
    publish_on = long_date(told.publish_on)
    return {**_as_recorded(draft, officer, told), "publish_on": publish_on}


def _new_category(draft: Draft, officer: Officer, told: NewCategory) -> Facts:
    days = {"published_on": long_date(told.published_on), "due_on": long_date(told.due_on)}
    whose = "yours" if told.whose == officer.name else told.whose
    return {**_as_recorded(draft, officer, told), **days, "whose": whose}


def _to_present(draft: Draft, officer: Officer, told: EvaluationsToPresent) -> Facts | None:
    found = get_row(draft.session, Presentation, told.presentation)
    if found.state is PresentationState.PRESENTED:
        return None
    present_by = long_date(told.present_by)
    return {**_as_recorded(draft, officer, told), "present_by": present_by}


def _round_overdue(draft: Draft, officer: Officer, told: RoundOverdue) -> Facts | None:
    its = select(AssessmentRound).where(AssessmentRound.school_year == told.school_year)
    current = find_first(draft.session, its)
    if current is not None and current.state is RoundState.PUBLISHED:
        return None
    publish_on = long_date(told.publish_on)
    return {**_as_recorded(draft, officer, told), "publish_on": publish_on}


def _department_asks(draft: Draft, _: Officer, told: DepartmentAsks) -> Facts | None:
    notice = get_row(draft.session, DepartmentNotice, told.notice)
    if notice.answered_on is not None:
        return None
    matter = get_row(draft.session, Matter, notice.matter_id)
    return {
        "reference": matter.reference,
        "kind": notice.kind.label,
        "comment_by": long_date(get_row(draft.session, Deadline, notice.deadline_id).due_on),
        "url": draft.url(matter.page),
    }


def _mail_tested(draft: Draft, _: Officer, __: MailTested) -> Facts:
    asked = london_time(draft.message.queued_at)
    return {"asked": f"{asked:%H:%M} on {long_date(asked.date())}"}


_ALL: tuple[Text[Any], ...] = (
    ToSchools(LetterGoes, _letter),
    ToSchools(LevelLetterGoes, _level_letter),
    ToSchools(InvitationGoes, invitation),
    # Of what these list, each is asked whether the officer sees it.
    ToOfficer(Reminders, _reminders),
    ToOfficer(Digest, _digest),
    ToOfficer(ProposalWaits, _proposal_waits),
    ToOfficer(OwnProposalApproved, _decided),
    ToOfficer(OwnProposalReturned, _decided),
    ToOfficer(DeliveryProblem, _delivery_problem),
    ToOfficer(LetterProblem, _letter_problem),
    ToOfficer(InvitationProblem, _invitation_problem),
    ToOfficer(MessageProblem, _as_recorded),
    # Whoever handed over a restricted case is told that they did.
    ToOfficer(AnotherCaseOfficer, _case_officer_changed, sight=False),
    ToOfficer(LevelLettersToCheck, _as_recorded),
    ToOfficer(LevelLettersProblem, _as_recorded),
    ToOfficer(DutiesDue, _duties),
    ToOfficer(EvaluationsToPresent, _to_present),
    ToOfficer(PresentationGiven, _as_recorded),
    ToOfficer(ProgressEvaluated, _progress),
    ToConsultant(ConsultantsDutiesDue, _consultants_duties),
    ToOfficer(SchoolOfCaseChanged, _as_recorded),
    ToOfficer(RegisterKeptContact, _as_recorded),
    ToSchools(AccuracyReminder, reminder),
    ToOfficer(AccuracyAnswered, answered),
    ToOfficer(AssessmentWaits, _assessment_waits),
    ToOfficer(ProposedLevelReturned, _as_recorded),
    ToOfficer(LevelChanged, _as_recorded),
    ToOfficer(NewHeadteacher, _as_recorded),
    ToOfficer(RoundWaits, _round_waits),
    ToOfficer(NewCategory, _new_category),
    ToOfficer(RoundOverdue, _round_overdue),
    ToOfficer(MoreNeeded, _more_needed),
    ToOfficer(DepartmentAsks, _department_asks),
    ToOfficer(MailTested, _mail_tested),
)
TEXTS: dict[type[Told], Text[Any]] = {each.of: each for each in _ALL}
