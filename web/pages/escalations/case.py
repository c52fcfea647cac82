"""One escalation: what to do next, its ladder and deadlines, its letters, its whole record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models import paging
from models.appointments.shown import Appointment, appointments_of, described
from models.approvals.shown import proposals_of
from models.approvals.tables import ProposalState
from models.clocks import time_left, working_days
from models.escalations import held as escalations_held
from models.escalations.guidance import asked
from models.escalations.possible import Situation
from models.escalations.shown import Escalation, Step, escalation
from models.escalations.tables import LIVE, StepState
from models.letters.shown import held_contacts, letters_of
from models.matters.case import find_case
from models.matters.shown import Deadline, deadlines_of
from models.matters.tables import DeadlineKind, DeadlineState
from models.people.access import Act
from models.policy import StepRule
from models.policy.wording import find_rule, role_words
from models.proposed import Action
from models.record import timeline
from models.risk.beside import beside
from web.pages.escalations.acts import next_step
from web.pages.escalations.situation import in_law
from web.pages.lists import PageNumber
from web.pages.visits import Reference, Visit, Visitor, may
from web.pages.wording import TitledProposal, titled, upper_first

router = APIRouter()
MOST = paging.MOST_PER_PAGE
EVENTS = 50

# What the date beside a step's state says.
DATED = {
    StepState.PROPOSED: "Proposed",
    StepState.APPROVED: "Approved",
    StepState.CARRIED_OUT: "Carried out",
    StepState.AWAITING_RESPONSE: "Carried out",
    StepState.SATISFACTORY: "Judged",
    StepState.UNSATISFACTORY: "Judged",
    StepState.NO_RESPONSE: "Closed",
    StepState.PASSED_OVER: "Passed over",
    StepState.FALLEN_AWAY: "Fell away",
}
DUE = {"notice": "Compliance period ends"}
TITLES = {
    DeadlineKind.COMPLIANCE: "End of the compliance period (section 60)",
    DeadlineKind.POWERS: "Last day for sections 63, 64 and 66",
    DeadlineKind.BUDGET_REVIEW: "Review of the suspended budget (section 66)",
}


@router.get("/escalations/{reference}", dependencies=[may(Act.SEE_OUTLINES)])
def case(visit: Visitor, reference: Reference) -> Response:
    """The escalation as it stands; its outline for those who see no more."""
    if not visit.reader.whole:
        return _outline(visit, reference)
    with visit.read() as session:
        found = _find(session, visit, reference)
        made = proposals_of(session, visit.policy, visit.reader, reference, per_page=MOST).items
        proposals = titled(session, made)
        deadlines = deadlines_of(
            session, visit.policy, visit.reader, reference, today=visit.today, per_page=MOST
        ).items
        here = Situation(
            find_case(session, visit.policy, visit.reader, reference), visit.officer, visit.now
        )
        step, mine = next_step(here), here.mine
        maintained = here.case.ladder.key == "maintained"
        law = in_law(here.law) if maintained else None
        held = held_contacts(session, visit.reader, reference, per_page=MOST).items
        todays = asked(here.case)
        planned = described(session, here.planned, visit.now)
        around = beside(
            session, visit.policy, visit.reader, reference, found.urn, today=visit.today
        )
    current, case = _current(found), here.case
    return visit.page(
        "escalations/case.html",
        guidance=case.escalation.goes_by,
        guidance_asked=todays.words if todays else None,
        title=found.school,
        found=found,
        section="case",
        caseworker=visit.may(Act.PROPOSE),
        next_step=step,
        planned=planned,
        beside=around,
        ladder=[
            _step(step, case.ladder.step(step.key), current, proposals) for step in found.steps
        ],
        fallen_away=[
            _step(step, find_rule(case.policy, case.escalation.ladder, step.key), None, proposals)
            for step in found.fallen_away
        ],
        deadlines=[
            _deadline(deadline, visit.today) for deadline in sorted(deadlines, key=pressing)
        ],
        law=law,
        awaiting=sorted(
            (each for each in proposals if each.shown.state is ProposalState.AWAITING),
            key=lambda each: (not each.shown.details.transition, each.shown.id),
        ),
        mine=mine,
        held=held,
        may_confirm=visit.may(Act.CONFIRM_CONTACT),
        may_restrict=visit.may(Act.RESTRICT),
        decided=[
            proposal
            for proposal in reversed(proposals)
            if proposal.shown.state is not ProposalState.AWAITING
        ],
        triggers=[upper_first(words) for words in found.trigger_words],
    )


def _outline(visit: Visit, reference: str) -> Response:
    """Where the escalation stands and by when, without what anybody wrote."""
    with visit.read() as session:
        found = _find(session, visit, reference)
        due = deadlines_of(
            session, visit.policy, visit.reader, reference, today=visit.today, per_page=MOST
        ).items
        ladder = find_case(session, visit.policy, visit.reader, reference).ladder
    current = _current(found)
    return visit.page(
        "escalations/case_outline.html",
        title=found.school,
        found=found,
        ladder=[_step(step, ladder.step(step.key), current) for step in found.steps],
        deadlines=[_deadline(deadline, visit.today) for deadline in sorted(due, key=pressing)],
    )


def _find(session: Session, visit: Visit, reference: str) -> Escalation:
    return escalation(session, visit.policy, visit.reader, reference, today=visit.today)


def _current(found: Escalation) -> str | None:
    """The step at which the escalation stands; none once it is closed."""
    return found.step.key if found.status in LIVE else None


@dataclass(frozen=True)
class LadderStep:
    """A step as the ladder shows it; `who` it is with while it is ahead."""

    number: str
    title: str
    state: StepState | None = None
    current: bool = False
    overdue: bool = False
    dates: Sequence[tuple[str, date]] = ()
    who: str | None = None
    note: str | None = None


def _step(
    step: Step, rule: StepRule, current: str | None, proposals: Sequence[TitledProposal] = ()
) -> LadderStep:
    state = step.state
    dates = [(DATED[state], step.changed_on)] if state and step.changed_on else []
    if step.deadline and rule.kind != "powers":
        dates.append((DUE.get(rule.kind, "Response due"), step.deadline))
    return LadderStep(
        number=step.number,
        title=step.title,
        state=state,
        current=step.key == current,
        overdue=step.overdue,
        dates=dates,
        who=None if state else _ahead(rule),
        note=_why_passed_over(step, proposals) if state is StepState.PASSED_OVER else None,
    )


def _ahead(rule: StepRule) -> str:
    """What there is to say of a step that is still to come."""
    if rule.only_if:
        return "Only if the headteacher’s performance is in question"
    if rule.kind == "powers":
        return "Sections 63 to 66, each under its own conditions"
    people = rule.with_ or (rule.to,)
    named = " and ".join(role_words(name) for name in people if name != "ofsted")
    how = "With" if rule.with_ else "To"
    return f"{how} the {named}" if named else "To Ofsted"


def _why_passed_over(step: Step, proposals: Sequence[TitledProposal]) -> str | None:
    reasons = [
        each.shown.reason
        for each in proposals
        if (each.shown.action, each.shown.step) == (Action.PASS_OVER, step.key)
        and each.shown.state is ProposalState.APPROVED
    ]
    return reasons[-1] if reasons else None


@dataclass(frozen=True)
class DatedLine:
    """A deadline in the words of the page; `remaining` says how far off its day is."""

    title: str
    due_on: date
    state: DeadlineState
    overdue: bool = False
    remaining: str | None = None


def _deadline(deadline: Deadline, today: date) -> DatedLine:
    return DatedLine(
        title=_due(deadline),
        due_on=deadline.due_on,
        state=deadline.state,
        overdue=deadline.overdue,
        remaining=remaining(deadline, today),
    )


def _due(deadline: Deadline) -> str:
    """What is due on its day."""
    if deadline.step is None:
        return deadline.rule
    return TITLES.get(deadline.kind, f"Response at step {deadline.step_number}")


def pressing(deadline: Deadline) -> tuple[bool, int]:
    """What is open comes first, the earliest before; then what was, the newest before."""
    is_open = deadline.state is DeadlineState.OPEN
    return not is_open, deadline.due_on.toordinal() if is_open else -deadline.id


def remaining(deadline: Deadline, today: date) -> str | None:
    """How far off its day is, in words, while anything is due."""
    if deadline.days_left is not None:
        return f"stopped with {working_days(deadline.days_left)} left"
    if deadline.state not in (DeadlineState.OPEN, DeadlineState.MISSED):
        return None
    return time_left(deadline.due_on, today)


@router.get("/escalations/{reference}/letters", dependencies=[may(Act.SEE_CASE)])
def letters(visit: Visitor, reference: Reference) -> Response:
    """Its letters, and what became of each."""
    with visit.read() as session:
        found = _find(session, visit, reference)
        items = letters_of(session, visit.policy, visit.reader, reference, per_page=MOST).items
    return visit.page(
        "escalations/case_letters.html",
        title="Letters",
        found=found,
        section="letters",
        letters=items[::-1],
        caseworker=visit.may(Act.PROPOSE),
    )


@router.get("/escalations/{reference}/discussions", dependencies=[may(Act.SEE_CASE)])
def discussions(visit: Visitor, reference: Reference) -> Response:
    """What was said with the school and what the school answered."""
    with visit.read() as session:
        found = _find(session, visit, reference)
        held = escalations_held.discussions_of(
            session, visit.policy, visit.reader, reference, per_page=MOST
        ).items
        given = escalations_held.responses_of(
            session, visit.policy, visit.reader, reference, per_page=MOST
        ).items
        rule = find_case(session, visit.policy, visit.reader, reference).rule
        planned = appointments_of(
            session, visit.reader, reference, now=visit.now, per_page=MOST
        ).items
    return visit.page(
        "escalations/case_discussions.html",
        title="Discussions and responses",
        found=found,
        section="discussions",
        discussions=held[::-1],
        planned=sorted(planned, key=in_time, reverse=True),
        responses=given[::-1],
        caseworker=visit.may(Act.PROPOSE),
        judged=not rule.statutory,
    )


def in_time(each: Appointment) -> datetime:
    """The appointments of a list by their time."""
    return each.starts_at


@dataclass(frozen=True)
class Entry:
    """What a timeline has of one event: `href` and `link_text` lead to what came of it."""

    title: str
    by: str
    at: datetime
    text: str
    href: str | None
    link_text: str | None


@router.get("/escalations/{reference}/record", dependencies=[may(Act.SEE_CASE)])
def record(visit: Visitor, reference: Reference, page: PageNumber) -> Response:
    """Everything that happened, newest first."""
    with visit.read() as session:
        found = _find(session, visit, reference)
        events = timeline.timeline(
            session, visit.policy, visit.reader, reference, page=page, per_page=EVENTS
        )
    return visit.page(
        "escalations/case_record.html",
        title="Record",
        found=found,
        section="record",
        events=events,
        items=[entry(event) for event in events.items],
    )


def entry(event: timeline.Told) -> Entry:
    """An event as a timeline has it."""
    link: tuple[str | None, str | None] = (None, None)
    if event.letter:
        link = (f"/letters/{event.letter}", "Read the letter")
    elif event.proposal:
        link = (f"/proposals/{event.proposal}", "Read the proposal")
    return Entry(event.sentence, event.who, event.at, event.text, *link)
