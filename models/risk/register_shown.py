"""The risk register as doors show it: the open schools with their levels, and their counts."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_
from sqlmodel import Session, col, select

from models.paging import PER_PAGE, Page, chosen, paged, words_found
from models.people.access import Reader
from models.policy import Policy
from models.refusals import InvalidInput
from models.risk import tables
from models.risk.at_odds import LiveEscalation, live_escalations, schools_at_odds
from models.risk.tables import AssessmentOccasion
from models.rows import find
from models.schools.shown import NOT_ASSESSED
from models.schools.tables import RiskLevel, School, is_watched
from models.shown import Shown
from models.text import check_line

_BY_CONCERN = case(
    {level: place for place, level in enumerate(RiskLevel)},
    value=col(School.risk_level),
    else_=len(RiskLevel),
)
BY_NAME = (col(School.name), col(School.urn))
REGISTER_ORDERS: dict[str, tuple[Any, ...]] = {
    "name": BY_NAME,
    "-name": (col(School.name).desc(), col(School.urn)),
    "level": (_BY_CONCERN, *BY_NAME),
    "-level": (_BY_CONCERN.desc(), *BY_NAME),
}
_CHANGED = or_(
    col(tables.LevelChange.before).is_(None),
    col(tables.LevelChange.before) != col(tables.LevelChange.level),
)


class RegisteredSchool(Shown):
    """A school on the register: its level, and how it last came into force.

    `assessed_on` and what follows are None for a school that was never assessed. `escalation` is
    the one of it that is not closed, if the reader sees it; `at_odds` where it stands so high that
    the level does not fit.
    """

    urn: int
    name: str
    phase: str
    la_code: int | None
    la_name: str | None
    risk_level: RiskLevel | None
    assessed_on: date | None
    level_before: RiskLevel | None
    occasion: AssessmentOccasion | None
    reason: str | None
    escalation: str | None
    escalation_step: str | None
    at_odds: bool


def register(
    session: Session,
    policy: Policy,
    reader: Reader,
    *,
    today: date,
    level: str | None = None,
    phase: str | None = None,
    la: int | None = None,
    changed_since: date | None = None,
    only_at_odds: bool = False,
    query: str = "",
    sort: str = "name",
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[RegisteredSchool]:
    """The open schools with their levels, by name or by level, the highest risk first.

    `level` is a risk level or `NOT_ASSESSED`, `la` the code of a local authority;
    `changed_since` leaves those whose level changed on that day or later, `only_at_odds` those
    whose level does not fit their escalation, as far as the reader sees it. Raises InvalidInput.
    Four queries.
    """
    if sort not in REGISTER_ORDERS:
        raise InvalidInput("sort", f"Choose from: {', '.join(REGISTER_ORDERS)}.")
    statement = select(School).where(is_watched(today)).order_by(*REGISTER_ORDERS[sort])
    if level == NOT_ASSESSED:
        statement = statement.where(col(School.risk_level).is_(None))
    elif level is not None:
        statement = statement.where(School.risk_level == chosen("level", level, RiskLevel))
    if phase is not None:
        statement = statement.where(School.phase == check_line("phase", phase))
    if la is not None:
        statement = statement.where(School.la_code == la)
    if changed_since is not None:
        changed = select(tables.LevelChange.urn).where(
            col(tables.LevelChange.on) >= changed_since, _CHANGED
        )
        statement = statement.where(col(School.urn).in_(changed))
    if only_at_odds:
        statement = statement.where(col(School.urn).in_(schools_at_odds(policy, reader)))
    if query:
        statement = statement.where(is_found(query))
    return paged(
        session,
        statement,
        School.urn,
        lambda found: _registered(session, policy, reader, found),
        page=page,
        per_page=per_page,
    )


def _registered(
    session: Session, policy: Policy, reader: Reader, found: Sequence[School]
) -> list[RegisteredSchool]:
    its = tables.LevelChange
    latest = (
        select(func.max(col(its.id)))
        .where(col(its.urn).in_([school.urn for school in found]))
        .group_by(col(its.urn))
    )
    changes = {
        change.urn: change for change in find(session, select(its).where(col(its.id).in_(latest)))
    }
    live = live_escalations(session, policy, reader, [school.urn for school in found])
    return [_describe(school, changes.get(school.urn), live.get(school.urn)) for school in found]


def _describe(
    school: School, latest: tables.LevelChange | None, live: LiveEscalation | None
) -> RegisteredSchool:
    return RegisteredSchool(
        urn=school.urn,
        name=school.name,
        phase=school.phase,
        la_code=school.la_code,
        la_name=school.la_name,
        risk_level=school.risk_level,
        assessed_on=latest.on if latest else None,
        level_before=latest.before if latest else None,
        occasion=latest.occasion if latest else None,
        reason=latest.reason if latest else None,
        escalation=live.reference if live else None,
        escalation_step=live.step_number if live else None,
        at_odds=live.at_odds if live else False,
    )


def is_found(query: str) -> ColumnElement[bool]:
    """The condition that a school has these words in its name or town, or this URN."""
    found = words_found(query, School.name, School.town)
    number = query.strip()
    if number.isascii() and number.isdigit() and len(number) == 6:
        return or_(col(School.urn) == int(number), found)
    return found


def level_counts(session: Session, today: date) -> dict[str, int]:
    """How many open schools stand at each level, and how many at none: `NOT_ASSESSED`."""
    counted = (
        select(School.risk_level, func.count(col(School.urn)))
        .where(is_watched(today))
        .group_by(col(School.risk_level))
    )
    found = dict(find(session, counted))
    counts = {level.value: found.get(level, 0) for level in RiskLevel}
    return {**counts, NOT_ASSESSED: found.get(None, 0)}


def authorities(session: Session) -> dict[int, str]:
    """The local authorities in which there are schools: their names by their codes."""
    statement = (
        select(School.la_code, func.max(col(School.la_name)))
        .where(col(School.la_code).is_not(None))
        .group_by(col(School.la_code))
        .order_by(func.max(col(School.la_name)), col(School.la_code))
    )
    return {code: name or str(code) for code, name in find(session, statement) if code is not None}
