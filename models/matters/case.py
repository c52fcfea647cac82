"""An escalation with what stands around it, for commands that ask its ladder and its steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from sqlalchemy import or_, text
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.approvals.tables import Proposal
from models.clocks import london_date
from models.escalations.tables import Escalation, Response, Status, Step, StepState
from models.matters.at_hand import AtHand, Row, find_matter, find_visible, see_row_and_matter
from models.matters.deadlines import is_late
from models.matters.tables import OWED, Deadline, DeadlineState, Matter, MatterKind
from models.people.access import Act, Reader, reader, require
from models.people.tables import Officer
from models.policy import Ladder, Policy, StepRule
from models.policy.editions import policy_of, procedure_of, rule_of
from models.policy.ladder import Standing
from models.refusals import NotFound, NotPossible
from models.rows import by_key, find, find_first, kept


@kept
def _steps(escalation: int) -> SelectOfScalar[Step]:
    return select(Step).where(col(Step.escalation_id) == escalation)


@kept
def _deadline(matter: int, step: str) -> SelectOfScalar[Deadline]:
    return (
        select(Deadline)
        .where(col(Deadline.matter_id) == matter)
        .where(col(Deadline.step_key) == step)
        .where(or_(*(col(Deadline.kind) == kind for kind in OWED)))
        .where(Deadline.state != DeadlineState.CANCELLED)
        .order_by(col(Deadline.id).desc())
        .limit(1)
    )


@kept
def _unjudged(escalation: int, step: str) -> SelectOfScalar[Response]:
    return (
        select(Response)
        .where(col(Response.escalation_id) == escalation)
        .where(col(Response.step_key) == step)
        .where(col(Response.judgement).is_(None))
        .order_by(col(Response.id))
    )


@kept
def _awaiting(matter: int) -> SelectOfScalar[int]:
    return (
        select(Proposal.id)
        .where(col(Proposal.matter_id) == matter)
        # Word for word what the index of waiting transitions says, so that it answers.
        .where(text("state = 'awaiting' AND action NOT IN ('letter', 'share')"))
    )


@dataclass
class Case(AtHand):
    """One escalation with what stands around it, read once for one command."""

    escalation: Escalation
    steps: dict[str, Step]

    @cached_property
    def policy(self) -> Policy:
        """The policy by which it goes: that of its own edition, see `models.policy.editions`."""
        return policy_of(self.session, self.todays_policy, self.escalation)

    @property
    def stands_at(self) -> str:
        """The step at which the escalation stands."""
        return self.escalation.step_key

    @property
    def guidance(self) -> str:
        """The statutory guidance by which it goes, as letters cite it."""
        return self.escalation.goes_by.words

    @property
    def ladder(self) -> Ladder:
        """The ladder that the escalation is on."""
        procedure = procedure_of(self.session, self.todays_policy, self.escalation)
        return procedure.ladder(self.escalation.ladder)

    @property
    def rule(self) -> StepRule:
        """What the policy says of the step at which the escalation stands."""
        return self.ladder.step(self.escalation.step_key)

    def rule_of(self, key: str) -> StepRule:
        """What the policy says of one of its steps. Raises NotPossible."""
        return rule_of(self.session, self.todays_policy, self.escalation, key)

    def step_of(self, key: str | None) -> StepRule | None:
        """The same, and None where no step is named. Raises NotPossible."""
        return self.rule_of(key) if key is not None else None

    @property
    def step(self) -> Step:
        """The step at which the escalation stands."""
        return self.steps[self.escalation.step_key]

    @cached_property
    def deadline(self) -> Deadline | None:
        """The deadline of the step at which the escalation stands, if it has one."""
        return find_first(self.session, _deadline(self.matter.id, self.stands_at))

    def overdue(self, today: date) -> bool:
        """Whether the day for the response has passed."""
        return self.deadline is not None and is_late(self.deadline, today)

    def standing(
        self, now: datetime, *, transition_awaiting: bool, **changed: bool | None
    ) -> Standing:
        """Where the escalation stands, for the rules; `changed` flags count as given."""
        awaiting = self.step.state is StepState.AWAITING_RESPONSE
        return Standing(
            ladder=self.ladder,
            status=self.escalation.status,
            step=self.rule,
            state=self.step.state,
            overdue=awaiting and self.overdue(london_date(now)),
            answered=awaiting and bool(self.unjudged),
            transition_awaiting=transition_awaiting,
            head_performance_in_question=self._flag("head_performance_in_question", changed),
            not_engaging=self._flag("not_engaging", changed),
        )

    def _flag(self, name: str, changed: Mapping[str, bool | None]) -> bool:
        flag = changed.get(name)
        return bool(getattr(self.escalation, name)) if flag is None else flag

    @cached_property
    def unjudged(self) -> list[Response]:
        """The responses at this step that nobody has judged, in the order recorded."""
        return find(self.session, _unjudged(self.escalation.id, self.stands_at))

    def transition_awaiting(self) -> bool:
        """Whether a proposal to move this escalation waits for a decision."""
        return bool(find(self.session, _awaiting(self.matter.id)))


def enter(session: Session, policy: Policy, officer: Officer, act: Act, reference: str) -> Case:
    """The escalation with this reference, for an officer who is about to do something on it.

    Raises NotAllowed when their role may not, NotFound when the case is not theirs to see.
    """
    require(officer, act)
    return find_case(session, policy, reader(officer), reference)


def find_in_case(
    session: Session, policy: Policy, officer: Officer, act: Act, table: type[Row], key: int
) -> tuple[Row, Case]:
    """A row of a case with the case, for an officer who is about to do something to it.

    Raises NotAllowed when their role may not; NotFound when there is none, and just so when its
    case is not theirs to see.
    """
    require(officer, act)
    found, matter = see_row_and_matter(session, reader(officer), table, key)
    return found, _case(session, policy, matter, table.missing.format(key))


def see_row_in_case(
    session: Session, policy: Policy, reader: Reader, table: type[Row], key: int
) -> tuple[Row, Case]:
    """The same with the case."""
    found, matter = see_row_and_matter(session, reader, table, key)
    return found, _case(session, policy, matter, table.missing.format(key))


def find_case(session: Session, policy: Policy, reader: Reader, reference: str) -> Case:
    """The escalation with this reference, if this reader can see it; raises NotFound."""
    try:
        matter = find_matter(session, reader, reference)
    except NotFound:
        raise NotFound(Escalation.missing) from None
    return _case(session, policy, matter, Escalation.missing)


def case_of(
    session: Session,
    policy: Policy,
    reader: Reader,
    escalation_id: int,
    missing: str = Escalation.missing,
) -> Case:
    """The escalation with this key, if this reader can see it.

    Raises NotFound, which says `missing`.
    """
    matter = find_visible(session, reader, escalation_id)
    if matter is None:
        raise NotFound(missing)
    return _case(session, policy, matter, missing)


def _case(session: Session, policy: Policy, matter: Matter, missing: str) -> Case:
    found = by_key(session, Escalation, matter.id)
    if found is None:
        raise NotFound(missing)
    steps = {step.key: step for step in find(session, _steps(found.id))}
    return Case(session, policy, matter, found, steps)


def enter_at_hand(
    session: Session, policy: Policy, officer: Officer, act: Act, reference: str
) -> AtHand:
    """A matter of any kind, for an officer who is about to do something on it.

    Raises NotAllowed when their role may not, NotFound when it is not theirs to see.
    """
    require(officer, act)
    return at_hand(session, policy, find_matter(session, reader(officer), reference))


def at_hand(session: Session, policy: Policy, matter: Matter) -> AtHand:
    """A matter with what stands around it: a case where it is an escalation."""
    if matter.kind is MatterKind.ESCALATION:
        return _case(session, policy, matter, Escalation.missing)
    return AtHand(session, policy, matter)


def see_row_at_hand(
    session: Session, policy: Policy, reader: Reader, table: type[Row], key: int
) -> tuple[Row, AtHand]:
    """A row that this reader can see, with its matter; raises NotFound for any other."""
    found, matter = see_row_and_matter(session, reader, table, key)
    return found, at_hand(session, policy, matter)


def check_open(case: Case) -> None:
    """Refuse to add to an escalation that is not open; raises NotPossible."""
    if case.escalation.status is not Status.OPEN:
        status = case.escalation.status.value
        raise NotPossible(f"The escalation is {status}: only an open one can be added to.")
