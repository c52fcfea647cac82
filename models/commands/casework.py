"""What every command on an escalation needs: finding it, asking the rules, telling officers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, or_, text
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.clocks import london_date
from models.deadlines import OWED, Deadline, DeadlineState
from models.escalations import (
    Escalation,
    Proposal,
    Response,
    Status,
    Step,
    StepState,
)
from models.ladder import Standing
from models.messages import Message, MessageKind, MessageState
from models.officers import Officer, Role
from models.policy import Ladder, Policy, StepRule
from models.refusals import InvalidInput, NotAllowed, NotFound, NotPossible
from models.schools import School
from models.statements import add_all, find
from models.text import is_text

EARLIEST_YEAR = 2000  # a year typed with two digits is a slip, not the first century


# Statements of every transition, built once: building one costs more than SQLite takes to run it.
_BY_REFERENCE = select(Escalation).where(col(Escalation.reference) == bindparam("name"))
_BY_ID = select(Escalation).where(col(Escalation.id) == bindparam("name"))
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
_IN_ROLE = select(Officer).where(col(Officer.role) == bindparam("role"), col(Officer.active))


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


def find_case(session: Session, policy: Policy, reference: str) -> Case:
    """The escalation with this reference; raises NotFound."""
    if not is_text(reference):
        raise NotFound("There is no escalation with this reference.")
    return _case(session, policy, _BY_REFERENCE, reference)


def case_of(session: Session, policy: Policy, escalation_id: int) -> Case:
    """The escalation with this key, which one of our own rows names."""
    return _case(session, policy, _BY_ID, escalation_id)


def _case(
    session: Session, policy: Policy, statement: SelectOfScalar[Escalation], name: str | int
) -> Case:
    found = find(session, statement, name=name)
    if not found:
        raise NotFound(f"There is no escalation {name}.")
    [escalation] = found
    steps = {step.key: step for step in find(session, _STEPS, escalation=escalation.id)}
    return Case(session, policy, escalation, steps)


def require(officer: Officer, roles: Collection[Role], to_do: str) -> None:
    """Refuse an officer whose role may not do this, or who has left."""
    if not officer.active or officer.role not in roles:
        raise NotAllowed(f"Your role ({officer.role.label}) does not let you {to_do}.")


def check_open(case: Case) -> None:
    """Refuse to add to an escalation that is not open; raises NotPossible."""
    if case.escalation.status is not Status.OPEN:
        status = case.escalation.status.value
        raise NotPossible(f"The escalation is {status}: only an open one can be added to.")


def past_day(field: str, day: object, now: datetime) -> date:
    """A day that has come, with a full year; raises InvalidInput."""
    if not isinstance(day, date) or isinstance(day, datetime):
        raise InvalidInput(field, "Enter a date, such as 2026-11-30.")
    if day.year < EARLIEST_YEAR:
        raise InvalidInput(field, "Enter the year with four digits, such as 2026.")
    if day > london_date(now):
        raise InvalidInput(field, "The date must be today or in the past.")
    return day


def tell(
    session: Session,
    now: datetime,
    officers: Collection[Officer],
    *,
    key: str,
    escalation: Escalation,
    data: dict[str, object],
) -> None:
    """Queue an alert to each of these officers about something that just happened."""
    add_all(
        session,
        Message,
        [
            {
                "key": f"alert:{key}:{officer.id}",
                "kind": MessageKind.ALERT,
                "escalation_id": escalation.id,
                "letter_id": None,
                "to_name": officer.name,
                "to_email": officer.email,
                "data": data,
                "state": MessageState.PENDING,
                "queued_at": now,
                "next_attempt_at": now,
            }
            for officer in officers
        ],
    )


def officers_in(session: Session, role: str, *, but: int | None = None) -> list[Officer]:
    """The active officers with a role, less the one who must not be asked."""
    return [officer for officer in find(session, _IN_ROLE, role=role) if officer.id != but]
