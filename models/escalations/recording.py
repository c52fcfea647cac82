"""Recording what happened at the school: discussions, meetings, responses and judgements."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import Field

from models.actions.agreed_at import Actions, agree_all
from models.actions.tables import ActionSource
from models.appointments.following import took_place
from models.appointments.tables import AppointmentKind
from models.approvals.putting_forward import Draft, put_letter_forward
from models.clocks import add_working_days, london_date, long_date, past_day
from models.escalations.events import DiscussionRecorded, ResponseJudged, ResponseRecorded
from models.escalations.meetings import (
    Meeting,
    carries_out,
    check_one_meeting,
    check_turn,
    find_holder,
    held_at_step,
)
from models.escalations.proposed import Acknowledgement, Note
from models.escalations.tables import Discussion, Judgement, Response, Step, StepState
from models.events import append
from models.happened import Happened
from models.inputs import Day, Email, Input, Text, Word, Words
from models.letters.addressing import Addressing
from models.letters.in_words import InWords
from models.matters.case import Case, check_open, enter, find_in_case
from models.matters.deadlines import set_deadline, settle_deadline
from models.matters.tables import Deadline, DeadlineKind, DeadlineState
from models.people.access import Act
from models.people.acting import Acting
from models.people.tables import Officer
from models.policy import StepRule
from models.policy.ladder import JUDGED
from models.policy.whole import NATIONAL_BODIES
from models.refusals import InvalidInput, NotPossible
from models.rows import add, change, get_row
from models.schools.tables import ContactRole
from models.text import check_printable, check_prose

ATTENDEES = (*(role.value for role in ContactRole), "governing_body")


class DiscussionHeld(Input):
    """A discussion or meeting that was held.

    `held_by` is the e-mail address of the officer who held it: at a step of meetings a senior one,
    who is whoever records it where nobody is named. `why_one_meeting` is needed where those who
    are to be met apart were met together. `actions` are followed each by itself, and no
    letter has them.
    """

    held_on: Day
    with_whom: Words = Field(alias="with")
    notes: Text
    agreed_actions: Text = ""
    held_by: Email | None = None
    why_one_meeting: Text = ""
    actions: Actions = Field(default=[])


def record_discussion(acting: Acting, reference: str, given: DiscussionHeld) -> Discussion:
    """A discussion or meeting was held; at an approved informal step this carries it out.

    A step that is carried out waits for the school's response from the day of the discussion
    (for meetings: of the second one), and its note is drafted and put forward.
    Raises NotFound, NotAllowed, InvalidInput, and NotPossible out of turn.
    """
    session, officer, now = acting.session, acting.officer, acting.now
    case = enter(session, acting.policy, officer, Act.RECORD_DISCUSSION, reference)
    check_open(case)
    past_day("held_on", given.held_on, now)
    with_whom = given.with_whom
    _check_attendees(with_whom)
    check_printable("notes", check_prose("notes", given.notes))
    agreed = check_prose("agreed_actions", given.agreed_actions, required=False)
    check_printable("agreed_actions", agreed)
    check_turn(case, Meeting(given.held_on, with_whom))
    why_one = check_one_meeting(case, with_whom, given.why_one_meeting)
    carries = carries_out(case, with_whom)
    holder = find_holder(case, officer, given.held_by)
    discussion_id = add(
        session,
        Discussion,
        matter_id=case.matter.id,
        step_key=case.step.key,
        held_on=given.held_on,
        with_whom=list(with_whom),
        notes=given.notes,
        agreed_actions=given.agreed_actions,
        held_by_id=holder.id if holder else None,
        why_one_meeting=why_one,
        recorded_by_id=officer.id,
        recorded_at=now,
    )
    discussion = get_row(session, Discussion, discussion_id)
    recorded = DiscussionRecorded(
        case.escalation.id,
        discussion=discussion_id,
        step=case.step.key,
        held_on=given.held_on,
        with_=tuple(with_whom),
        held_by=holder.name if holder else None,
        why_one_meeting=why_one or None,
    )
    happenings: list[Happened] = [recorded]
    kinds = (AppointmentKind.DISCUSSION, AppointmentKind.MEETING)
    happenings += took_place(
        session, case.matter.id, kinds, given.held_on, now, with_whom=with_whom
    )
    if carries:
        happenings += _carry_out(case, discussion, officer, now)
    append(session, now, officer.email, *happenings)
    if given.actions:
        agree_all(acting, case, given.actions, ActionSource.DISCUSSION, discussion_id)
    return discussion


def _check_attendees(with_whom: Sequence[str]) -> None:
    if not with_whom:
        raise InvalidInput("with", "Say with whom the discussion was held.")
    for name in with_whom:
        if name not in ATTENDEES:
            raise InvalidInput("with", f"Choose from: {', '.join(ATTENDEES)}.")


def _carry_out(
    case: Case, discussion: Discussion, officer: Officer, now: datetime
) -> list[Happened]:
    approved = {"id": case.step.id, "state": StepState.APPROVED}
    awaiting = StepState.AWAITING_RESPONSE
    change(case.session, Step, approved, state=awaiting, changed_on=london_date(now))
    days = case.rule.response_working_days
    what = "second meeting" if case.rule.kind == "meetings" else "discussion"
    due_on = add_working_days(discussion.held_on, days)
    deadline = set_deadline(
        case.session,
        case.policy,
        case.matter.id,
        step_key=case.step.key,
        due_on=due_on,
        rule=f"{days} working days after the {what} on {long_date(discussion.held_on)}",
        now=now,
    )
    addressing = Addressing(case.rule.to, case.rule.copies, case.rule.copies_where_known)
    facts = NoteInWords(
        discussions=[_in_words(held) for held in held_at_step(case)],
        respond_by=long_date(due_on),
    )
    reason = f"To put on record what was said on {long_date(discussion.held_on)}"
    draft = Draft(case.rule.letter or "", addressing, (facts,))
    return [deadline, *put_letter_forward(case, officer, now, Note(), draft, reason)]


class DiscussionInWords(InWords):
    """A discussion or meeting, as the note of it tells."""

    held_on: str
    with_whom: str = Field(alias="with")
    notes: str
    agreed_actions: str


class NoteInWords(InWords):
    """What the note of discussions names."""

    discussions: list[DiscussionInWords]
    respond_by: str


class ThanksInWords(InWords):
    """What an acknowledgement names."""

    received_on: str


def _in_words(held: Discussion) -> DiscussionInWords:
    return DiscussionInWords(
        held_on=long_date(held.held_on),
        with_whom=" and ".join("the " + name.replace("_", " ") for name in held.with_whom),
        notes=held.notes,
        agreed_actions=held.agreed_actions,
    )


class ResponseReceived(Input):
    """What the school answered; judged now, or later with a call of its own.

    `from` says who answered: whoever the step's letter went to, where nobody is named.
    """

    received_on: Day
    summary: Text
    judgement: Word | None = None
    from_whom: Word | None = Field(default=None, alias="from")


def record_response(acting: Acting, reference: str, given: ResponseReceived) -> Response:
    """What the school answered at this step, judged at once or later.

    A further response may change a judgement. Raises NotFound, NotAllowed, InvalidInput, and
    NotPossible when no response is awaited.
    """
    session, officer, now = acting.session, acting.officer, acting.now
    case = enter(session, acting.policy, officer, Act.RECORD_RESPONSE, reference)
    check_responding(case)
    past_day("received_on", given.received_on, now)
    check_printable("summary", check_prose("summary", given.summary))
    _check_answering(case.rule, given.from_whom)
    word = _judgement(case, given.judgement) if given.judgement is not None else None
    response_id = add(
        session,
        Response,
        escalation_id=case.escalation.id,
        step_key=case.step.key,
        received_on=given.received_on,
        summary=given.summary,
        from_whom=given.from_whom,
        recorded_by_id=officer.id,
        recorded_at=now,
    )
    response = get_row(session, Response, response_id)
    recorded = ResponseRecorded(
        case.escalation.id,
        response=response_id,
        step=case.step.key,
        received_on=given.received_on,
        from_=given.from_whom,
    )
    happenings: list[Happened] = [recorded]
    if word is not None:
        happenings.append(_judge(case, response, word, "", now))
    elif case.deadline is not None and _answers(case.deadline, response):
        change(session, Deadline, {"id": case.deadline.id}, state=DeadlineState.MET)
    happenings += _acknowledge(case, response, officer, now)
    append(session, now, officer.email, *happenings)
    return get_row(session, Response, response.id)


def check_responding(case: Case) -> None:
    """Refuse a response where none is awaited; raises NotPossible."""
    check_open(case)
    if case.step.state not in (StepState.AWAITING_RESPONSE, *JUDGED):
        raise NotPossible(f"Step {case.rule.number} does not await a response.")


class ResponseJudgement(Input):
    """What is made of a response that was recorded without a judgement."""

    judgement: Word
    reason: Text = ""


def judge_response(acting: Acting, response_id: int, given: ResponseJudgement) -> Response:
    """Judge a response that was recorded without a judgement.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible when it was judged already or the
    escalation has moved on.
    """
    session, officer, now = acting.session, acting.officer, acting.now
    response, case = find_in_case(
        session, acting.policy, officer, Act.JUDGE_RESPONSE, Response, response_id
    )
    check_judging(case, response)
    word = _judgement(case, given.judgement)
    check_prose("reason", given.reason, required=False)
    append(session, now, officer.email, _judge(case, response, word, given.reason, now))
    return get_row(session, Response, response.id)


def check_judging(case: Case, response: Response) -> None:
    """Refuse to judge a response twice, or later than at its step; raises NotPossible."""
    check_open(case)
    _check_judged_here(case)
    if response.judgement is not None:
        raise NotPossible(
            "This response has already been judged. Record a further response instead."
        )
    if response.step_key != case.step.key:
        raise NotPossible("The escalation has moved on from the step of this response.")


def _check_judged_here(case: Case) -> None:
    if case.rule.statutory:
        raise NotPossible(
            "At this step compliance with the warning notice is judged, not a response: judge it "
            "with the notice, and record the response without a judgement."
        )


def _judgement(case: Case, judgement: str) -> Judgement:
    _check_judged_here(case)
    try:
        return Judgement(judgement)
    except ValueError:
        raise InvalidInput("judgement", "Choose “satisfactory” or “unsatisfactory”.") from None


def _answers(deadline: Deadline, response: Response) -> bool:
    """Whether a response is what was due: not of a notice, whose compliance is judged."""
    return deadline.kind is DeadlineKind.RESPONSE and _in_time(deadline, response)


def _in_time(deadline: Deadline, response: Response) -> bool:
    return response.received_on <= deadline.due_on


def _judge(case: Case, response: Response, word: Judgement, reason: str, now: datetime) -> Happened:
    change(case.session, Response, {"id": response.id}, judgement=word)
    today = london_date(now)
    change(case.session, Step, {"id": case.step.id}, state=StepState(word.value), changed_on=today)
    if case.deadline is not None:
        # Met once is met: a further response, however late, does not undo it.
        met = case.deadline.state is DeadlineState.MET or _in_time(case.deadline, response)
        settle_deadline(case.session, case.deadline, met=met)
    return ResponseJudged(
        case.escalation.id,
        response=response.id,
        step=case.step.key,
        judgement=word,
        reason=reason,
    )


def _check_answering(rule: StepRule, from_whom: str | None) -> None:
    can = answering(rule)
    if from_whom is not None and from_whom not in can:
        raise InvalidInput("from", f"Choose from: {', '.join(can)}.")


def answering(rule: StepRule) -> tuple[str, ...]:
    """Who can answer at a step, those its letter goes to first."""
    wrote_to = (rule.to, *rule.copies, *rule.copies_where_known)
    return (*dict.fromkeys((*wrote_to, *(role.value for role in ContactRole))),)


def _acknowledge(case: Case, response: Response, officer: Officer, now: datetime) -> list[Happened]:
    """Thank whoever answered."""
    thanked = response.from_whom or case.rule.to
    if thanked in NATIONAL_BODIES:  # these need no thanks from us
        return []
    template = case.policy.letters.acknowledgement
    facts = ThanksInWords(received_on=long_date(response.received_on))
    reason = f"To acknowledge the response of {long_date(response.received_on)}"
    draft = Draft(template, thanks(case.rule, thanked), (facts,))
    return put_letter_forward(case, officer, now, Acknowledgement(), draft, reason)


def acknowledged(rule: StepRule) -> bool:
    """Whether a response of those to whom a step's letter goes is thanked for."""
    return rule.to not in NATIONAL_BODIES


def thanks(rule: StepRule, thanked: str) -> Addressing:
    """Whom an acknowledgement is for: whoever answered, with the copies that the step has."""
    copies = (*rule.copies, *rule.copies_where_known)
    others = tuple(role for role in dict.fromkeys(copies) if role != thanked)
    return Addressing(thanked, copies_where_known=others)
