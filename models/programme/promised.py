"""What the council promised on an occasion: a visit about a changed level, an induction.

Neither ends with the school year, for the promise does not.

Source: Barnsley, School Improvement and Quality Assurance Policy, parts 2 and 3.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.policy import Policy
from models.policy.programme import school_year_of
from models.programme.days_due import day_of_term
from models.programme.tables import Duty, DutyKind, DutyState
from models.rows import add, add_all, change, change_where, find, find_first
from models.schools.tables import RiskLevel

ANOTHER_HEAD = "Another headteacher has taken up post."
AT_ONCE = 1000  # parameters of one statement: databases take only so many


class Changed(NamedTuple):
    """A level that a school has come to, by the key of its change."""

    change_id: int
    urn: int
    level: RiskLevel


def plan_change_visits(
    session: Session, policy: Policy, on: date, changes: Sequence[Changed]
) -> None:
    """The visits that the letters about these changes of level promise, made on this day.

    Where one is still to be made, it is about the later change too: its day stays.
    """
    days = policy.programme.level_change_visit.within_working_days
    due_on = day_of_term(policy.programme, on, days)
    for first in range(0, len(changes), AT_ONCE):
        some = {each.urn: each for each in changes[first : first + AT_ONCE]}
        waiting = _to_be_made(session, DutyKind.LEVEL_CHANGE_VISIT, some)
        for urn, key in waiting.items():
            change(session, Duty, {"id": key}, since=on, level=some[urn].level)
        before = _numbers(session, DutyKind.LEVEL_CHANGE_VISIT, due_on, some)
        new = [
            {
                **_planned(DutyKind.LEVEL_CHANGE_VISIT, each.urn, on, due_on),
                "key": f"{DutyKind.LEVEL_CHANGE_VISIT}:{each.change_id}:{each.urn}",
                "number": before.get(each.urn, 0) + 1,
                "level": each.level,
            }
            for each in some.values()
            if each.urn not in waiting
        ]
        add_all(session, Duty, new)


def plan_induction(session: Session, policy: Policy, urn: int, level: RiskLevel, on: date) -> None:
    """The induction of a new headteacher; one of the head before that was not done falls away."""
    kind = DutyKind.INDUCTION
    rule = policy.programme.induction
    key = f"{kind}:{on.isoformat()}:{urn}"
    if find_first(session, select(col(Duty.id)).where(col(Duty.key) == key)) is not None:
        return  # of two names on one day, one is a slip
    change_where(
        session,
        Duty,
        col(Duty.urn) == urn,
        col(Duty.kind) == kind,
        col(Duty.state) == DutyState.PLANNED,
        state=DutyState.CANCELLED,
        reason=ANOTHER_HEAD,
    )
    due_on = day_of_term(policy.programme, on, rule.within_working_days)
    planned = {
        **_planned(kind, urn, on, due_on),
        "key": key,
        "number": _numbers(session, kind, due_on, [urn]).get(urn, 0) + 1,
        "level": level,
        "falls_behind": rule.falls_behind,
    }
    add(session, Duty, **planned)


def visit_to_be_made(session: Session, urn: int) -> Duty | None:
    """The visit about a change of level that a school was promised and has not had; or None."""
    its = _still_planned(DutyKind.LEVEL_CHANGE_VISIT).where(col(Duty.urn) == urn)
    return find_first(session, its)


def _still_planned(kind: DutyKind) -> SelectOfScalar[Duty]:
    planned = select(Duty).where(col(Duty.kind) == kind, col(Duty.state) == DutyState.PLANNED)
    return planned.order_by(col(Duty.id))


def _to_be_made(session: Session, kind: DutyKind, urns: Collection[int]) -> dict[int, int]:
    theirs = _still_planned(kind).where(col(Duty.urn).in_(urns))
    return {each.urn: each.id for each in find(session, theirs) if each.urn is not None}


def _numbers(
    session: Session, kind: DutyKind, due_on: date, urns: Collection[int]
) -> Mapping[int, int]:
    """How many of a kind each of these schools has in the school year of this day already."""
    counted = (
        select(col(Duty.urn), func.count(col(Duty.id)))
        .where(col(Duty.kind) == kind, col(Duty.urn).in_(urns))
        .where(col(Duty.school_year) == school_year_of(due_on))
        .group_by(col(Duty.urn))
    )
    return {urn: number for urn, number in find(session, counted) if urn is not None}


def _planned(kind: DutyKind, urn: int, on: date, due_on: date) -> dict[str, Any]:
    return {
        "urn": urn,
        "kind": kind,
        "school_year": school_year_of(due_on),
        "due_on": due_on,
        "since": on,
        "state": DutyState.PLANNED,
    }
