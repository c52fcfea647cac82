"""What every command on an escalation needs: finding it, asking the rules, telling officers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import bindparam, or_, text
from sqlmodel import Session, SQLModel, col, select

from models.clocks import london_date
from models.escalations.tables import Escalation, Proposal, Response, Status, Step, StepState
from models.evidence.tables import EvidenceFile
from models.letters.tables import Letter
from models.matters.sight import visible
from models.matters.tables import OWED, Deadline, DeadlineState
from models.outbox import Message
from models.people.access import THE_MACHINE, Act, Reader, Sight, reader, require, sight
from models.people.tables import Officer
from models.policy import Ladder, Policy, StepRule
from models.policy.ladder import Standing
from models.refusals import NotFound, NotPossible
from models.schools.tables import School
from models.statements import by_key, find
from models.statutory.tables import Power, SecretaryOfStateNotice, WarningNotice
from models.text import is_text

# Statements of every transition, built once: building one costs more than SQLite takes to run it.
_BY_REFERENCE = {
    sight: select(Escalation).where(col(Escalation.reference) == bindparam("name"), visible(sight))
    for sight in Sight
}
_BY_ID = {
    sight: select(Escalation).where(col(Escalation.id) == bindparam("name"), visible(sight))
    for sight in Sight
}
_SCHOOL = select(School).where(col(School.urn) == bindparam("urn"))
_STEPS = select(Step).where(col(Step.escalation_id) == bindparam("escalation"))
_DEADLINE = (
    select(Deadline)
    .where(col(Deadline.escalation_id) == bindparam("escalation"))
    .where(col(Deadline.step_key) == bindparam("step"))
    .where(or_(*(col(Deadline.kind) == kind for kind in OWED)))
    .where(Deadline.state != DeadlineState.CANCELLED)
    .order_by(col(Deadline.id).desc())
    .limit(1)
)
_UNJUDGED = (
    select(Response.id)
    .where(col(Response.escalation_id) == bindparam("escalation"))
    .where(col(Response.step_key) == bindparam("step"))
    .where(col(Response.judgement).is_(None))
)
_AWAITING = (
    select(Proposal.id)
    .where(col(Proposal.escalation_id) == bindparam("escalation"))
    # Word for word what the index of waiting transitions says, so that it answers.
    .where(text("state = 'awaiting' AND action <> 'letter'"))
)

Row = TypeVar("Row", bound=SQLModel)
NO_CASE = "There is no escalation with this reference."
# What is said of a row that is not there, by its table.
MISSING: dict[type[SQLModel], str] = {
    EvidenceFile: "There is no file {}.",
    Letter: "There is no letter {}.",
    Message: "There is no delivery {}.",
    Power: "There is no power {}.",
    Proposal: "There is no proposal {}.",
    Response: "There is no response {}.",
    SecretaryOfStateNotice: "There is no notice {} of the Secretary of State.",
    WarningNotice: "There is no warning notice {}.",
}


@dataclass
class Case:
    """One escalation with what stands around it, read once for one command."""

    session: Session
    policy: Policy
    escalation: Escalation
    steps: dict[str, Step]

    @cached_property
    def school(self) -> School:
        """The school that the escalation is about."""
        [school] = find(self.session, _SCHOOL, urn=self.escalation.urn)
        return school

    @property
    def ladder(self) -> Ladder:
        """The ladder that the escalation is on."""
        return self.policy.ladder(self.escalation.ladder)

    @property
    def rule(self) -> StepRule:
        """What the policy says of the step at which the escalation stands."""
        return self.ladder.step(self.escalation.step_key)

    @property
    def step(self) -> Step:
        """The step at which the escalation stands."""
        return self.steps[self.escalation.step_key]

    @cached_property
    def deadline(self) -> Deadline | None:
        """The deadline of the step at which the escalation stands, if it has one."""
        return next(iter(find(self.session, _DEADLINE, **self._here)), None)

    @property
    def _here(self) -> dict[str, Any]:
        return {"escalation": self.escalation.id, "step": self.escalation.step_key}

    def overdue(self, today: date) -> bool:
        """Whether the day for the response has passed."""
        due = self.deadline
        if due is None or due.state is DeadlineState.MET:
            return False
        return due.state is DeadlineState.MISSED or due.due_on < today

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
            answered=awaiting and self._unjudged_response(),
            transition_awaiting=transition_awaiting,
            head_performance_in_question=self._flag("head_performance_in_question", changed),
            not_engaging=self._flag("not_engaging", changed),
        )

    def _flag(self, name: str, changed: Mapping[str, bool | None]) -> bool:
        flag = changed.get(name)
        return bool(getattr(self.escalation, name)) if flag is None else flag

    def _unjudged_response(self) -> bool:
        return bool(find(self.session, _UNJUDGED, **self._here))

    def transition_awaiting(self) -> bool:
        """Whether a proposal to move this escalation waits for a decision."""
        return bool(find(self.session, _AWAITING, escalation=self.escalation.id))


def enter(session: Session, policy: Policy, officer: Officer, act: Act, reference: str) -> Case:
    """The escalation with this reference, for an officer who is about to do something on it.

    Raises NotAllowed when their role may not, NotFound when the case is not theirs to see.
    """
    require(officer, act)
    return find_case(session, policy, reference, reader(officer))


def enter_by_id(
    session: Session,
    policy: Policy,
    officer: Officer,
    act: Act,
    escalation_id: int,
    missing: str = "There is nothing with this number.",
) -> Case:
    """The same for the escalation of a row; `missing` is what is said of a row that is not there.

    Raises NotAllowed, NotFound.
    """
    require(officer, act)
    found = find_visible(session, reader(officer), escalation_id)
    if found is None:
        raise NotFound(missing)
    return _case(session, policy, found)


def find_row(session: Session, officer: Officer, act: Act, table: type[Row], key: int) -> Row:
    """A row of a case, one of `MISSING`, for an officer who is about to do something to it.

    Raises NotAllowed when their role may not; NotFound when there is none, and just so when its
    case is not theirs to see.
    """
    require(officer, act)
    row: Any = by_key(session, table, key)
    if row is None or find_visible(session, reader(officer), row.escalation_id) is None:
        raise NotFound(MISSING[table].format(key))
    found: Row = row
    return found


def find_visible(session: Session, reader: Reader, escalation_id: int) -> Escalation | None:
    """The escalation with this key, if this reader can see it."""
    found = find(session, _BY_ID[reader.sight], name=escalation_id, reader=reader.officer_id)
    return found[0] if found else None


def sees(session: Session, officer: Officer, escalation_id: int, *, restricted: bool) -> bool:
    """Whether an officer sees a case; of most the answer is known without asking the database."""
    if sight(officer) is Sight.EVERY_CASE or (
        sight(officer) is Sight.UNRESTRICTED and not restricted
    ):
        return True
    return find_visible(session, reader(officer), escalation_id) is not None


def find_case(
    session: Session, policy: Policy, reference: str, reader: Reader = THE_MACHINE
) -> Case:
    """The escalation with this reference, if this reader can see it; raises NotFound."""
    found = []
    if is_text(reference):
        statement = _BY_REFERENCE[reader.sight]
        found = find(session, statement, name=reference, reader=reader.officer_id)
    if not found:
        raise NotFound(NO_CASE)
    return _case(session, policy, found[0])


def case_of(session: Session, policy: Policy, escalation_id: int) -> Case:
    """The escalation with this key, which one of our own rows names."""
    [escalation] = find(session, _BY_ID[Sight.EVERY_CASE], name=escalation_id)
    return _case(session, policy, escalation)


def _case(session: Session, policy: Policy, escalation: Escalation) -> Case:
    steps = {step.key: step for step in find(session, _STEPS, escalation=escalation.id)}
    return Case(session, policy, escalation, steps)


def check_open(case: Case) -> None:
    """Refuse to add to an escalation that is not open; raises NotPossible."""
    if case.escalation.status is not Status.OPEN:
        status = case.escalation.status.value
        raise NotPossible(f"The escalation is {status}: only an open one can be added to.")


def find_id(session: Session, reference: str) -> int:
    """The key of the escalation with this reference; raises NotFound."""
    known = reference.isascii() and reference.isprintable()
    statement = select(Escalation.id).where(Escalation.reference == reference)
    found = session.exec(statement).first() if known else None
    if found is None:
        raise NotFound("There is no escalation with this reference.")
    return found
