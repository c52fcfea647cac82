"""Schools whose level and whose escalation do not fit: "no risk" at a formal step.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 9: the links between the
school quality assurance process and the school improvement process.
"""

from collections.abc import Collection
from datetime import date
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from models.escalations.tables import LIVE, Escalation, Status
from models.matters.sight import visible_to
from models.matters.tables import Matter
from models.needs.tables import Need, NeedSource, NeedState
from models.people.access import Reader
from models.policy import Policy
from models.policy.editions import step_of
from models.risk.tables import LevelChange
from models.rows import find, find_one, select_columns
from models.schools.tables import School, is_watched

STANDING = (Status.OPEN, Status.PAUSED)


class LiveEscalation(NamedTuple):
    """The escalation of a school that is not closed, and whether its level fits."""

    reference: str
    step_number: str
    step_title: str
    at_odds: bool


def at_odds(policy: Policy) -> ColumnElement[bool]:
    """The condition on an escalation joined with its school that the school's level does not fit.

    A step that the policy of today does not know counts as beyond the one from which that is so.
    """
    beyond = [
        and_(col(Escalation.ladder) == key, col(Escalation.step_key).not_in(_before(policy, key)))
        for key in policy.ladders
    ]
    levels = col(School.risk_level).in_(policy.programme.at_odds.levels)
    return and_(levels, col(Escalation.status).in_(STANDING), or_(*beyond))


def _before(policy: Policy, ladder: Literal["maintained", "academy"]) -> list[str]:
    """The steps of a ladder at which any level fits."""
    keys = [step.key for step in policy.ladder(ladder).steps]
    named = policy.programme.at_odds.from_step.get(ladder)
    formal = next((step.key for step in policy.ladder(ladder).steps if step.formal), None)
    first = named or formal
    return keys[: keys.index(first)] if first is not None else keys


def schools_at_odds(policy: Policy, reader: Reader) -> Any:
    """The URNs of the schools that stand so, by escalations that the reader sees."""
    return (
        select(Matter.urn)
        .join(Escalation, col(Escalation.id) == col(Matter.id))
        .join(School, col(School.urn) == col(Matter.urn))
        .where(at_odds(policy), visible_to(reader))
        .correlate(None)
    )


def count_at_odds(session: Session, policy: Policy, reader: Reader, today: date) -> int:
    """How many open schools stand so, as the register counts them for the reader."""
    urns = col(School.urn).in_(schools_at_odds(policy, reader))
    counted = select(func.count(col(School.urn))).where(is_watched(today), urns)
    return find_one(session, counted)


def live_escalations(
    session: Session, policy: Policy, reader: Reader, urns: Collection[int]
) -> dict[int, LiveEscalation]:
    """The escalations of these schools that are not closed, of those that the reader sees."""
    fits = at_odds(policy)
    theirs = (
        select_columns(Matter.urn, Matter.reference, Escalation, fits.label("at_odds"))
        .join(Escalation, col(Escalation.id) == col(Matter.id))
        .join(School, col(School.urn) == col(Matter.urn))
        .where(col(Matter.urn).in_(urns), col(Escalation.status).in_(LIVE), visible_to(reader))
    )
    found = {}
    for urn, reference, escalation, odd in find(session, theirs) if urns else []:
        step = step_of(session, policy, escalation, escalation.step_key)
        number, title = (step.number, step.title) if step else ("", "")
        found[urn] = LiveEscalation(reference, number, title, bool(odd))
    return found


def unasked(policy: Policy) -> Any:
    """The escalations whose school stands so and of whom nobody has been asked what is to be done.

    Asked once at each level: what was answered is not asked again until the level changes.
    """
    since = (
        select(func.max(col(LevelChange.at)))
        .where(col(LevelChange.urn) == col(Matter.urn))
        .scalar_subquery()
    )
    of_it = select(Need.id).where(
        col(Need.source) == NeedSource.ESCALATION, col(Need.source_id) == col(Matter.id)
    )
    asked = of_it.where(
        or_(col(Need.state) == NeedState.OPEN, since.is_(None), col(Need.said_at) >= since)
    )
    return (
        select_columns(Matter, School)
        .join(Escalation, col(Escalation.id) == col(Matter.id))
        .join(School, col(School.urn) == col(Matter.urn))
        .where(at_odds(policy), ~asked.exists())
        .order_by(col(Matter.id))
    )
