"""What is to be done next on an escalation: the first thing that its page says.

It follows from what waits and from what is possible (`models.escalations.possible`), and names no
act that would be refused to this officer.
"""

from datetime import date

from sqlmodel import Session, select

from models.clocks import london_date, long_date, period_words
from models.escalations.possible import Awaiting, Situation
from models.escalations.tables import LIVE, Discussion, Status, StepState
from models.matters.possible import CaseAct, Look, Next, Target
from models.outbox import MessageState
from models.people.access import Act, may
from models.people.tables import Role
from models.policy.wording import inside, role_words
from models.proposed import Action
from models.rows import find
from models.statutory.next_in_law import OTHER_CHANGES, next_in_law


def what_next(here: Situation) -> Next:
    """The first of these that applies: a delivery, a decision, the step in hand."""
    escalation, closed_on = here.case.escalation, here.case.matter.closed_on
    if escalation.status not in LIVE:
        closed = f" on {long_date(closed_on)}" if closed_on else ""
        return Next(
            what="Nothing more to do", why=f"The escalation was {escalation.status.value}{closed}."
        )
    step = _delivery(here) or _decision(here)
    if step is None:
        paused = escalation.status is Status.PAUSED
        step = _paused() if paused else next_in_law(here.law, here.at) or _at_step(here)
    if (CaseAct.INTERVENE, None) in here.by_rule:
        straight = Target(act=CaseAct.INTERVENE)
        step = step.model_copy(update={"others": (*step.others, straight)})
    return _as_allowed(here, step)


def _as_allowed(here: Situation, step: Next) -> Next:
    """The step with the acts alone that this officer may do, and what is wanting for the first."""
    if not may(here.officer, Act.PROPOSE) and step.act not in (CaseAct.DECIDE, Look.PROPOSAL):
        return Next(what=step.what, why=step.why)
    others = tuple(each for each in step.others if _open(here, each.act, each.id))
    step = step.model_copy(update={"others": others})
    refused = here.why_not(step.act, step.id) if isinstance(step.act, CaseAct) else None
    if refused is None:
        return step
    act, key = (step.act, step.id) if _open(here, step.act, step.id) else (None, None)
    return step.model_copy(update={"why": f"{step.why} {refused}", "act": act, "id": key})


def _open(here: Situation, act: CaseAct | Look | None, key: int | None) -> bool:
    return not isinstance(act, CaseAct) or (act, key) in here.by_rule


def _delivery(here: Situation) -> Next | None:
    if not here.unsettled:
        return None
    message = here.unsettled[0]
    return Next(
        what=f"Say what became of the letter to {message.to_name}",
        why="The mail server refused it."
        if message.state is MessageState.FAILED
        else "It is not known whether it arrived. It will not be sent again automatically.",
        act=CaseAct.SETTLE_DELIVERY,
        id=message.id,
    )


def _decision(here: Situation) -> Next | None:
    for each in here.awaiting:
        if each.proposal.id in here.mine:
            on = long_date(london_date(each.proposal.proposed_at))
            return Next(
                what=f"Decide whether to {inside(each.title)}",
                why=f"{each.proposed_by} proposed it on {on}.",
                act=CaseAct.DECIDE,
                id=each.proposal.id,
            )
    transitions = (each for each in here.awaiting if each.proposal.asks.transition)
    return next(map(_waits, transitions), None)


def _waits(each: Awaiting) -> Next:
    proposal = each.proposal
    return Next(
        what=f"Wait for the decision on whether to {inside(each.title)}",
        why=f"It is waiting for: {Role(proposal.approvers[proposal.stage]).label}.",
        act=Look.PROPOSAL,
        id=proposal.id,
    )


def _paused() -> Next:
    return Next(
        what="Resume the escalation when the reason for the pause has gone",
        why="Deadlines and reminders are on hold until then.",
        act=CaseAct.RESUME,
        others=OTHER_CHANGES,
    )


def _at_step(here: Situation) -> Next:
    state = here.at.state
    if state is StepState.APPROVED:
        return _carry_out(here)
    if state is StepState.AWAITING_RESPONSE:
        return _await_response(here)
    if state is StepState.SATISFACTORY:
        return Next(
            what="Propose to resolve the concern",
            why=f"The response at step {here.at.step.number} was judged satisfactory.",
            act=CaseAct.RESOLVE,
            others=OTHER_CHANGES,
        )
    return _go_on(here)


def _carry_out(here: Situation) -> Next:
    rule = here.at.step
    if rule.formal:
        return Next(
            what="Nothing for now: the letter is on its way",
            why=f"Step {rule.number} is approved. Its letter is issued within a minute or two, and "
            "its deadline runs from its date.",
        )
    met = _met(here.case.session, here.case.escalation.id, rule.key)
    people = [name for name in rule.with_ if name not in met] or list(rule.with_)
    what = "meeting" if rule.kind == "meetings" else "discussion"
    return Next(
        what=f"Hold the {what} with the {role_words(people[0])}, then record it",
        why=f"Step {rule.number} is approved. Once it is carried out, the school has "
        f"{rule.response_working_days} working days to respond.{_planned(here)}",
        act=CaseAct.RECORD_DISCUSSION,
        others=OTHER_CHANGES,
    )


def _planned(here: Situation) -> str:
    """When the next appointment is, if there is one."""
    if not here.planned:
        return ""
    first = here.planned[0]
    return f" A {first.kind.value} is planned: {period_words(first.starts_at, first.ends_at)}."


def _met(session: Session, matter_id: int, step: str) -> set[str]:
    held = select(Discussion.with_whom).where(
        Discussion.matter_id == matter_id, Discussion.step_key == step
    )
    return {name for names in find(session, held) for name in names}


def _await_response(here: Situation) -> Next:
    if here.case.unjudged:
        given = here.case.unjudged[0]
        return Next(
            what="Judge the response",
            why=f"A response was received on {long_date(given.received_on)}.",
            act=CaseAct.JUDGE_RESPONSE,
            id=given.id,
        )
    due = here.case.deadline
    by = _by(due.due_on if due else None)
    if here.at.overdue:
        return Next(
            what="Decide what to do next: no response has come",
            why=f"It was due{by}. Record it if it has come, propose the next step, or propose "
            "a later date.",
            act=Look.CHANGES,
            others=(Target(act=CaseAct.RECORD_RESPONSE),),
        )
    return Next(
        what="Record the response when it comes",
        why=f"The school is due to respond{by}. You will be reminded before then.",
        act=CaseAct.RECORD_RESPONSE,
        others=OTHER_CHANGES,
    )


def _by(day: date | None) -> str:
    return f" by {long_date(day)}" if day else ""


def _go_on(here: Situation) -> Next:
    rule, onward = here.at.step, (Action.ADVANCE, Action.PASS_OVER)
    options = [offer for offer in here.offers if offer.action in onward]
    why = f"Step {rule.number} has run its course: {_outcome(here.at.state)}."
    if len(options) == 1:
        [offer] = options
        notice = offer.gives_notice
        return Next(
            what="Give a warning notice" if notice else f"Propose to {inside(offer.title)}",
            why=why,
            act=CaseAct.GIVE_WARNING_NOTICE if notice else CaseAct(offer.action.value),
            others=OTHER_CHANGES,
        )
    if options:
        what = f"Decide whether step {options[0].rule.number} is needed"
    else:
        what = "Decide how the escalation should end"
        why += " It is the last step of this ladder."
    return Next(what=what, why=why, act=Look.CHANGES)


def _outcome(state: StepState) -> str:
    return {
        StepState.UNSATISFACTORY: "the response was judged unsatisfactory",
        StepState.NO_RESPONSE: "no response came",
        StepState.PASSED_OVER: "it was passed over",
    }.get(state, state.value.replace("_", " "))
