"""What every command on an escalation needs: finding it, asking the rules, telling officers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import bindparam, or_, text
from sqlmodel import Session, col, select

from models.clocks import london_date
from models.escalations.tables import Escalation, Proposal, Response, Status, Step, StepState
from models.matters.deadlines import is_late
from models.matters.sight import visible, visible_to
from models.matters.tables import OWED, Deadline, DeadlineState, Matter
from models.of_matter import OfMatter
from models.people.access import Act, Reader, Sight, reader, require, sight
from models.people.tables import Officer
from models.policy import Ladder, Policy, StepRule
from models.policy.editions import policy_of, procedure_of, rule_of
from models.policy.ladder import Standing
from models.refusals import NotFound, NotPossible
from models.schools.tables import School
from models.statements import by_key, find
from models.text import is_text

# Statements of every transition, built once: building one costs more than SQLite takes to run it.
_BY_REFERENCE = {
    sight: select(Matter).where(col(Matter.reference) == bindparam("name"), visible(sight))
    for sight in Sight
}
_BY_ID = {
    sight: select(Matter).where(col(Matter.id) == bindparam("name"), visible(sight))
    for sight in Sight
}
_ESCALATION = select(Escalation).where(col(Escalation.id) == bindparam("key"))
_SCHOOL = select(School).where(col(School.urn) == bindparam("urn"))
_STEPS = select(Step).where(col(Step.escalation_id) == bindparam("escalation"))
_DEADLINE = (
    select(Deadline)
    .where(col(Deadline.matter_id) == bindparam("matter"))
    .where(col(Deadline.step_key) == bindparam("step"))
    .where(or_(*(col(Deadline.kind) == kind for kind in OWED)))
    .where(Deadline.state != DeadlineState.CANCELLED)
    .order_by(col(Deadline.id).desc())
    .limit(1)
)
_UNJUDGED = (
    select(Response)
    .where(col(Response.escalation_id) == bindparam("escalation"))
    .where(col(Response.step_key) == bindparam("step"))
    .where(col(Response.judgement).is_(None))
    .order_by(col(Response.id))
)
_AWAITING = (
    select(Proposal.id)
    .where(col(Proposal.matter_id) == bindparam("matter"))
    # Word for word what the index of waiting transitions says, so that it answers.
    .where(text("state = 'awaiting' AND action <> 'letter'"))
)

Row = TypeVar("Row", bound=OfMatter)


@dataclass
class Case:
    """One escalation with what stands around it, read once for one command."""

    session: Session
    todays_policy: Policy
    matter: Matter
    escalation: Escalation
    steps: dict[str, Step]

    @cached_property
    def policy(self) -> Policy:
        """The policy by which it goes: that of its own edition, see `models.policy.editions`."""
        return policy_of(self.session, self.todays_policy, self.escalation)

    @cached_property
    def school(self) -> School:
        """The school that the escalation is about."""
        [school] = find(self.session, _SCHOOL, urn=self.matter.urn)
        return school

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

    @property
    def step(self) -> Step:
        """The step at which the escalation stands."""
        return self.steps[self.escalation.step_key]

    @cached_property
    def deadline(self) -> Deadline | None:
        """The deadline of the step at which the escalation stands, if it has one."""
        return next(
            iter(find(self.session, _DEADLINE, matter=self.matter.id, **self._at_step)), None
        )

    @property
    def _at_step(self) -> dict[str, Any]:
        return {"step": self.escalation.step_key}

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
        return find(self.session, _UNJUDGED, escalation=self.escalation.id, **self._at_step)

    def transition_awaiting(self) -> bool:
        """Whether a proposal to move this escalation waits for a decision."""
        return bool(find(self.session, _AWAITING, matter=self.matter.id))


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
    found, matter = _see(session, reader(officer), table, key)
    return found, _case(session, policy, matter, table.missing.format(key))


def find_row(session: Session, officer: Officer, act: Act, table: type[Row], key: int) -> Row:
    """The same without the case."""
    require(officer, act)
    return see_row(session, reader(officer), table, key)


def see_row(session: Session, reader: Reader, table: type[Row], key: int) -> Row:
    """A row of a case that this reader can see; raises NotFound for any other."""
    return _see(session, reader, table, key)[0]


def see_row_in_case(
    session: Session, policy: Policy, reader: Reader, table: type[Row], key: int
) -> tuple[Row, Case]:
    """The same with the case."""
    found, matter = _see(session, reader, table, key)
    return found, _case(session, policy, matter, table.missing.format(key))


def _see(session: Session, reader: Reader, table: type[Row], key: int) -> tuple[Row, Matter]:
    found = by_key(session, table, key)
    about = found.key_of_matter(session) if found is not None else None
    matter = find_visible(session, reader, about) if about is not None else None
    if found is None or matter is None:
        raise NotFound(table.missing.format(key))
    return found, matter


def find_visible(session: Session, reader: Reader, matter_id: int) -> Matter | None:
    """The matter with this key, if this reader can see it."""
    found = find(session, _BY_ID[reader.sight], name=matter_id, reader=reader.officer_id)
    return found[0] if found else None


def sees(session: Session, officer: Officer, matter_id: int, *, restricted: bool) -> bool:
    """Whether an officer sees a matter; of most the answer is known without asking the database."""
    if sight(officer) is Sight.EVERY_CASE or (
        sight(officer) is Sight.UNRESTRICTED and not restricted
    ):
        return True
    return find_visible(session, reader(officer), matter_id) is not None


def find_case(session: Session, policy: Policy, reader: Reader, reference: str) -> Case:
    """The escalation with this reference, if this reader can see it; raises NotFound."""
    return _case(session, policy, find_matter(session, reader, reference), Escalation.missing)


def find_matter(session: Session, reader: Reader, reference: str) -> Matter:
    """The matter with this reference, if this reader can see it; raises NotFound."""
    found = []
    if is_text(reference):
        statement = _BY_REFERENCE[reader.sight]
        found = find(session, statement, name=reference, reader=reader.officer_id)
    if not found:
        raise NotFound(Escalation.missing)
    return found[0]


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
    found = find(session, _ESCALATION, key=matter.id)
    if not found:
        raise NotFound(missing)
    steps = {step.key: step for step in find(session, _STEPS, escalation=matter.id)}
    return Case(session, policy, matter, found[0], steps)


def check_open(case: Case) -> None:
    """Refuse to add to an escalation that is not open; raises NotPossible."""
    if case.escalation.status is not Status.OPEN:
        status = case.escalation.status.value
        raise NotPossible(f"The escalation is {status}: only an open one can be added to.")


def find_id(session: Session, reader: Reader, reference: str) -> int:
    """The key of the matter with this reference, if this reader can see it; raises NotFound."""
    known = reference.isascii() and reference.isprintable()
    statement = select(Matter.id).where(Matter.reference == reference, visible_to(reader))
    found = session.exec(statement).first() if known else None
    if found is None:
        raise NotFound(Escalation.missing)
    return found
