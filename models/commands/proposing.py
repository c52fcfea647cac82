"""Proposing a change: the next step, a pause, a resolution, or a letter to be sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from models.access import Act
from models.clocks import london_date
from models.commands.casework import Case, enter, tell
from models.commands.correspondence import Addressing, can_be_addressed, draft_letter
from models.commands.covering import deciders
from models.commands.legal import check_eligible, check_may_close
from models.commands.words import check_no_words, why_now, words_for_school
from models.escalations import (
    Action,
    Proposal,
    ProposalState,
    Step,
    StepState,
)
from models.events import EventKind, Happening, append
from models.ladder import approvers, refusal, target
from models.officers import ROLE_TITLES, Officer, Role
from models.policy import Policy, StepRule
from models.refusals import InvalidInput, NotPossible
from models.schools import ContactRole
from models.statements import add, change, find
from models.text import check_printable, check_prose

LONGEST_PERIOD = timedelta(days=366)
# What may be proposed by name: a start, a letter and a power have commands of their own.
CLOSING = (Action.RESOLVE, Action.WITHDRAW)
BY_COMMAND = (Action.START, Action.LETTER, Action.POWER)
BY_NAME = tuple(action for action in Action if action not in BY_COMMAND)

_PROPOSED = select(Proposal).where(col(Proposal.id) == bindparam("key"))


def propose(
    session: Session,
    policy: Policy,
    *,
    officer: Officer,
    now: datetime,
    reference: str,
    action: str,
    reason: str,
    words: str = "",
    to: date | None = None,
    respond_by: date | None = None,
    step: str | None = None,
    head_performance_in_question: bool | None = None,
    not_engaging: bool | None = None,
) -> Proposal:
    """Put a change forward for approval; a formal step carries its drafted letter.

    The approver reads the `reason`, the school the `words` of the letter, which are drafted from
    the record where none are given.
    `to` is the new day of an `extend`; `respond_by` the day offered to the school instead of
    the policy's period, for an `advance`; `step` the academy step at which a `convert` goes on.
    The two flags, if given, are recorded when the proposal is approved.
    Raises NotFound, NotAllowed, InvalidInput, NotPossible.
    """
    case = enter(session, policy, officer, Act.PROPOSE, reference)
    wanted = _action(action)
    check_printable("reason", check_prose("reason", reason))
    flags = {
        "head_performance_in_question": head_performance_in_question,
        "not_engaging": not_engaging,
    }
    awaiting = case.transition_awaiting()
    at = case.standing(now, transition_awaiting=awaiting, **flags)
    refused = refusal(wanted, at)
    if refused:
        raise NotPossible(refused)
    rule = target(wanted, at)
    if wanted is Action.ADVANCE and rule.statutory:
        _check_statute(case, rule, now)
    if wanted in CLOSING:
        check_may_close(case)
    details: dict[str, Any] = {name: flag for name, flag in flags.items() if flag is not None}
    if wanted is Action.EXTEND:
        details["to"] = _new_day(case, to, now).isoformat()
    if wanted is Action.ADVANCE and respond_by is not None:
        details["respond_by"] = _future_day("respond_by", respond_by, now).isoformat()
    if wanted is Action.CONVERT:
        details["step"] = _academy_step(case, step)
    template = _template(case, wanted, rule)
    drafts = []
    if template:
        drafted = why_now(case, wanted, rule, now, silent=at.not_engaging)
        facts = {"words": words_for_school(words, drafted)}
        drafts = [Draft(template, _addressing(wanted, rule), facts)]
    else:
        check_no_words(words)
    placed = put_forward(case, officer, now, wanted, rule, reason, details, drafts=drafts)
    append(session, now, officer.email, *placed.happenings)
    return find_proposal(session, placed.proposal_id)


def _check_statute(case: Case, rule: StepRule, now: datetime) -> None:
    """What the law asks before its own steps; raises NotPossible."""
    if rule.kind == "notice":
        raise NotPossible(
            "A warning notice needs the four parts of section 60(4): give it by its own form "
            f"(/escalations/{case.escalation.reference}/warning-notices)."
        )
    check_eligible(case, london_date(now))


def _action(action: str) -> Action:
    known = [name.value for name in BY_NAME]
    if action not in known:
        raise InvalidInput("action", f"Choose an action: {', '.join(known)}.")
    return Action(action)


def _future_day(field: str, day: date, now: datetime) -> date:
    today = london_date(now)
    if not today < day <= today + LONGEST_PERIOD:
        raise InvalidInput(field, "Enter a date after today and within a year.")
    return day


def _new_day(case: Case, to: date | None, now: datetime) -> date:
    if to is None:
        raise InvalidInput("to", "Enter the new date of the deadline.")
    if case.deadline is not None and to <= case.deadline.due_on:
        raise InvalidInput("to", "The new date must be later than the one it replaces.")
    return _future_day("to", to, now)


def _academy_step(case: Case, step: str | None) -> str:
    academy = case.policy.ladder("academy")
    if step is None:
        # The statutory steps have no counterpart: the letter to the governing body is the last
        # step that both ladders share.
        shared = case.escalation.step_key in academy
        return case.escalation.step_key if shared else "formal_governing_body"
    if step not in academy:
        raise InvalidInput("step", f"The academy ladder has no step {step!r}.")
    if step not in case.steps or case.steps[step].state is StepState.AHEAD:
        raise InvalidInput("step", "Choose a step that this escalation has reached.")
    return step


@dataclass(frozen=True)
class Draft:
    """A letter to be drafted with a proposal; `facts` are what its template names besides."""

    template: str
    addressing: Addressing
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Placed:
    """A proposal that was put forward: its letters, and what has happened thereby."""

    proposal_id: int
    letter_ids: list[int]
    happenings: list[Happening]


def put_forward(
    case: Case,
    officer: Officer,
    now: datetime,
    action: Action,
    rule: StepRule,
    reason: str,
    details: dict[str, Any] | None = None,
    *,
    drafts: Sequence[Draft] = (),
    roles: tuple[str, ...] = (),
) -> Placed:
    """Write a proposal with the letters whose approval it carries, and tell who must decide.

    `roles` approve it, by default those whom the policy names for the action. What happened is
    for the caller to append. Raises NotPossible for an address that is missing.
    """
    roles = roles or approvers(case.policy, action, rule)
    details = details or {}
    proposal_id = _add_proposal(case, officer, now, action, rule.key, reason, details, roles)
    kind = EventKind.CHANGE_PROPOSED
    if action is Action.ADVANCE:
        kind = EventKind.STEP_PROPOSED
        ahead = {"id": case.steps[rule.key].id, "state": StepState.AHEAD}
        change(case.session, Step, ahead, state=StepState.PROPOSED, changed_on=london_date(now))
    facts = {"proposal": proposal_id, "action": action.value, "step": rule.key, "reason": reason}
    drafted = [
        draft_letter(
            case,
            now,
            draft.template,
            draft.addressing,
            proposal_id=proposal_id,
            signed_as=ROLE_TITLES[Role(roles[-1])],
            written_by=officer.email,
            facts={**_facts(case, rule), **draft.facts},
        )
        for draft in drafts
    ]
    letter_ids = [letter_id for letter_id, _ in drafted]
    if action is Action.LETTER:
        facts["letter"] = letter_ids[0]
    proposed = Happening(kind, case.escalation.id, {**facts, **details})
    _tell_approvers(case, proposal_id, roles[0], officer, now)
    return Placed(proposal_id, letter_ids, [proposed, *(happening for _, happening in drafted)])


def find_proposal(session: Session, proposal_id: int) -> Proposal:
    """A proposal that was just written."""
    [proposal] = find(session, _PROPOSED, key=proposal_id)
    return proposal


def _add_proposal(
    case: Case,
    officer: Officer,
    now: datetime,
    action: Action,
    step_key: str,
    reason: str,
    details: dict[str, Any],
    roles: tuple[str, ...],
) -> int:
    return add(
        case.session,
        Proposal,
        escalation_id=case.escalation.id,
        step_key=step_key,
        action=action,
        reason=reason,
        details=details,
        approvers=list(roles),
        state=ProposalState.AWAITING,
        proposed_by_id=officer.id,
        proposed_at=now,
    )


def _template(case: Case, action: Action, rule: StepRule) -> str | None:
    if action is Action.ADVANCE:
        return rule.letter_on_approval
    return case.policy.letters.resolution if action is Action.RESOLVE else None


def _addressing(action: Action, rule: StepRule) -> Addressing:
    if action is Action.ADVANCE:
        return Addressing(rule.to, rule.copies, rule.copies_where_known)
    return at_the_school(rule)


def at_the_school(rule: StepRule) -> Addressing:
    """Whom to write to at the school about a step, whoever the step's own letter went to."""
    head, chair = ContactRole.HEADTEACHER.value, ContactRole.CHAIR_OF_GOVERNORS.value
    if rule.to == head:
        return Addressing(head, copies_where_known=(chair,))
    return Addressing(chair, copies_where_known=(head,))


def _facts(case: Case, rule: StepRule) -> dict[str, Any]:
    """What a letter says of its step and of the steps after it, in the policy's own words."""
    return {
        "step": describe(rule),
        "next_steps": [describe(step) for step in case.ladder.following(rule.key)],
    }


def describe(rule: StepRule) -> dict[str, str]:
    """A step in words, for a letter's template."""
    return {
        "key": rule.key,
        "number": rule.number,
        "title": rule.title,
        "condition": CONDITIONS.get(rule.only_if or "", ""),
        "days": str(rule.response_working_days),
    }


CONDITIONS = {"head_performance_in_question": "if the headteacher’s performance is in question"}


def put_letter_forward(
    case: Case, officer: Officer, now: datetime, draft: Draft, reason: str
) -> list[Happening]:
    """Draft a letter that belongs to no transition, and propose to send it.

    A note of a discussion, the record of a meeting, an acknowledgement: drafted from what was
    just recorded, so that nobody has to remember it, and sent only once approved. Where the
    school's contact has no address yet the draft is left out and the record stands by itself.
    """
    if not can_be_addressed(case, draft.addressing, now):
        return []
    placed = put_forward(case, officer, now, Action.LETTER, case.rule, reason, drafts=[draft])
    return placed.happenings


def _tell_approvers(
    case: Case, proposal_id: int, role: str, officer: Officer, now: datetime
) -> None:
    waiting = deciders(case.session, case.escalation, role, officer.id, london_date(now))
    if not waiting and case.escalation.restricted:
        raise NotPossible(
            f"Nobody to whom this case is restricted can decide as {Role(role).label}. "
            "Have one of them named on the case first."
        )
    data: dict[str, object] = {"what": "proposal_waits", "proposal": proposal_id, "stage": 0}
    key = f"{proposal_id}:0"
    tell(case.session, now, waiting, key=key, escalation=case.escalation, data=data)
