"""What is possible on an escalation now: every act with the reason where it is not.

Each act asks what its command asks: the officer's role, the ladder, the law, and that its letter
could be addressed and decided. Nothing here is a rule of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, partial

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from models.actions import possible as actions
from models.appointments import possible as appointments
from models.appointments.following import to_come
from models.appointments.tables import Appointment
from models.approvals.deciders import authorities, authority
from models.approvals.putting_forward import Way
from models.approvals.tables import Proposal, ProposalState
from models.approvals.titles import letters_with
from models.clocks import london_date
from models.escalations.guidance import check_asked
from models.escalations.holding import check_opening
from models.escalations.offering import Offer, offers
from models.escalations.proposing import (
    BY_NAME,
    addressing,
    check_change,
    letter_with,
    role_of,
)
from models.escalations.recording import acknowledged, check_judging, check_responding, thanks
from models.fairness.gates import Subject, check_proposing
from models.letters.deliveries import check_settling, unsettled_of
from models.matters.case import Case, check_open
from models.matters.possible import Asked, CaseAct, Gate, Possible
from models.outbox import Message
from models.people.access import Act, may
from models.people.tables import Officer
from models.policy.ladder import Standing, approvers, target
from models.policy.wording import find_rule
from models.proposed import Action
from models.rows import find, kept
from models.statutory.legal import LawToday
from models.statutory.possible import gates_in_law


@dataclass(frozen=True)
class Awaiting:
    """A proposal that waits for a decision: who made it, and what it asks for in words."""

    proposal: Proposal
    proposed_by: str
    title: str


@dataclass
class Situation:
    """A case that an officer looks at now; each thing is read once, when it is asked for."""

    case: Case
    officer: Officer
    now: datetime

    @cached_property
    def today(self) -> date:
        """The day in London."""
        return london_date(self.now)

    @cached_property
    def law(self) -> LawToday:
        """The case as Part 4 sees it."""
        return LawToday(self.case, self.today)

    @cached_property
    def at(self) -> Standing:
        """Where it stands, for the rules of the ladder."""
        transitions = (each for each in self.awaiting if each.proposal.asks.transition)
        waits = next(transitions, None) is not None
        return self.case.standing(self.now, transition_awaiting=waits)

    @cached_property
    def awaiting(self) -> list[Awaiting]:
        """The proposals that wait for anybody, a transition before letters."""
        return _awaiting(self.case)

    @cached_property
    def unsettled(self) -> list[Message]:
        """The letters of which an officer must decide what became."""
        return unsettled_of(self.case.session, self.case.matter)

    @cached_property
    def planned(self) -> list[Appointment]:
        """The appointments that are to come, the first one first."""
        return to_come(self.case.session, self.case.matter.id, self.now)

    @cached_property
    def open_actions(self) -> list[int]:
        """The keys of the actions that are open."""
        return actions.open_actions(self.case.session, self.case.matter.id)

    @cached_property
    def offers(self) -> list[Offer]:
        """The changes that role, ladder and law allow."""
        offered = offers(self.at, self.law)
        return [each for each in offered if may(self.officer, role_of(each.action))]

    @cached_property
    def _asked(self) -> dict[tuple[CaseAct, int | None], Asked]:
        asked = (gate.asked(self.officer) for gate in _gates(self))
        return {(each.says.act, each.says.id): each for each in asked}

    @property
    def possible(self) -> list[Possible]:
        """Every act, and whether this officer may do it now."""
        return [each.says for each in self._asked.values()]

    @property
    def by_rule(self) -> set[tuple[CaseAct, int | None]]:
        """The acts that role, ladder and law allow; an address or an approver may be wanting."""
        return {key for key, each in self._asked.items() if each.by_rule}

    @property
    def mine(self) -> set[int]:
        """The keys of the proposals that this officer can decide now."""
        return {key for act, key in self.by_rule if act is CaseAct.DECIDE and key is not None}

    def why_not(self, act: CaseAct, key: int | None = None) -> str | None:
        """Why this officer cannot do this now; None when they can."""
        return self._asked[act, key].says.why


@kept
def _waiting(matter: int) -> Select[Proposal, str]:
    return (
        select(Proposal, Officer.name)
        .join(Officer, col(Officer.id) == col(Proposal.proposed_by_id))
        .where(col(Proposal.matter_id) == matter, col(Proposal.state) == ProposalState.AWAITING)
        .order_by(col(Proposal.id))
    )


def _awaiting(case: Case) -> list[Awaiting]:
    session: Session = case.session
    found = find(session, _waiting(case.escalation.id))
    alone = [each.id for each, _ in found if not each.asks.transition]
    letters = letters_with(session, alone) if alone else {}
    waiting = [
        Awaiting(each, name, _title(case, each, letters.get(each.id, []))) for each, name in found
    ]
    return sorted(waiting, key=lambda each: not each.proposal.asks.transition)


def _title(case: Case, proposal: Proposal, letters: list[str]) -> str:
    rule = find_rule(case.policy, case.escalation.ladder, proposal.step)
    return proposal.asks.title(rule.number, rule.title, letters)


def _gates(here: Situation) -> Iterator[Gate]:
    case, way = here.case, Way(here.case, here.officer, here.now)
    for message in here.unsettled:
        settling = partial(check_settling, message)
        yield Gate(CaseAct.SETTLE_DELIVERY, Act.SETTLE_DELIVERY, settling, message.id)
    mine = authorities(case.session, here.officer, here.today) if here.awaiting else {}
    for each in here.awaiting:
        deciding = partial(authority, case.session, each.proposal, here.officer, mine)
        yield Gate(CaseAct.DECIDE, Act.DECIDE, deciding, each.proposal.id)
    for action in BY_NAME:
        yield Gate(
            CaseAct(action.value),
            role_of(action),
            partial(check_change, action, here.at, here.law),
            way=partial(_change_goes, here, action, way),
        )
    yield Gate(CaseAct.RECORD_DISCUSSION, Act.RECORD_DISCUSSION, partial(check_open, case))
    yield from appointments.gates(case, here.planned, here.now)
    yield from actions.gates(case, here.open_actions)
    yield Gate(CaseAct.CHOOSE_GUIDANCE, Act.CHOOSE_GUIDANCE, partial(check_asked, case))
    yield Gate(CaseAct.RECORD_FAIRNESS, Act.RECORD_FAIRNESS, partial(check_open, case))
    yield Gate(
        CaseAct.RECORD_RESPONSE,
        Act.RECORD_RESPONSE,
        partial(check_responding, case),
        way=partial(_thanks_go, case, way),
    )
    for response in here.case.unjudged:
        judging = partial(check_judging, case, response)
        yield Gate(CaseAct.JUDGE_RESPONSE, Act.JUDGE_RESPONSE, judging, response.id)
    yield from gates_in_law(here.law, here.at, way)
    yield Gate(CaseAct.CHANGE_CASE_OFFICER, Act.CHANGE_CASE_OFFICER, lambda: None)
    yield Gate(CaseAct.RESTRICT, Act.RESTRICT, lambda: None)
    yield Gate(CaseAct.OPEN_TO_ALL, Act.RESTRICT, partial(check_opening, case))


def _change_goes(here: Situation, action: Action, way: Way) -> None:
    policy, rule = here.case.policy, target(action, here.at)
    letters = [addressing(action, rule)] if letter_with(policy, action, rule) else []
    way.check(approvers(policy, action, rule), *letters)
    if action is Action.ADVANCE:
        check_proposing(here.case, Subject(action.value, rule), here.now)


def _thanks_go(case: Case, way: Way) -> None:
    # The acknowledgement is left out where nobody can be written to.
    if acknowledged(case.rule) and way.reaches(thanks(case.rule, case.rule.to)):
        way.check(approvers(case.policy, Action.LETTER, case.rule))
