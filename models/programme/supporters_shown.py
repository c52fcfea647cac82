"""Who supports schools as doors show it, and to which officer a school's duties fall."""

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, Select, String, and_, cast, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models.paging import PER_PAGE, Page, chosen, paged, words_found
from models.people.access import Reader
from models.people.officers import find_officer
from models.people.tables import Officer, Role
from models.programme import tables
from models.programme.tables import SupportRole, is_evaluating
from models.refusals import InvalidInput, NotFound
from models.rows import by_key, find
from models.schools.sight import see_school
from models.schools.tables import School
from models.shown import Shown

_Evaluating = aliased(tables.Supporter)


class SupportState(StrEnum):
    """How far somebody's support is."""

    AHEAD = "ahead"
    IN_FORCE = "in_force"
    OVER = "over"


class Supporter(Shown):
    """Somebody who supports a school: `state` is `ahead`, `in_force` or `over`.

    `officer` and `active` are null for somebody from outside the council; `consultant` is the key
    of one on the list of consultants, `reason` why they can be spared though their own school
    causes concern.
    """

    id: int
    urn: int
    role: SupportRole
    role_title: str
    name: str
    organisation: str
    officer: str | None
    consultant: int | None
    active: bool | None
    first_day: date
    last_day: date | None
    state: SupportState
    reason: str
    assigned_by: str
    assigned_at: AwareDatetime


class ListedSupporter(Supporter):
    """One of those who support any school, with the school's name."""

    school: str


class Supporters(Shown):
    """Everybody who supports or supported a school."""

    items: list[Supporter]


# Those who support -------------------------------------------------------------------------


def supporters_of(session: Session, reader: Reader, urn: object, *, today: date) -> list[Supporter]:
    """Everybody who supports or supported a school, by the last who began.

    Why somebody can be spared tells of another school: the council alone is shown it. Raises
    NotFound for a school that this reader does not see.
    """
    school = see_school(session, reader, urn)
    statement = (
        select(tables.Supporter, Officer)
        .outerjoin(Officer, col(Officer.id) == col(tables.Supporter.officer_id))
        .where(tables.Supporter.urn == school.urn)
        .order_by(col(tables.Supporter.first_day).desc(), col(tables.Supporter.id).desc())
    )
    shown = [_describe(each, officer, today) for each, officer in find(session, statement)]
    if reader.of_the_council:
        return shown
    return [each.model_copy(update={"reason": ""}) for each in shown]


def supporters(
    session: Session,
    *,
    today: date,
    query: str = "",
    role: str | None = None,
    state: str | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[ListedSupporter]:
    """Everybody who supports or supported any school, by the schools' names.

    `query` finds words of the school's name and URN, and of their own name and organisation;
    `state` is a `SupportState`. Raises InvalidInput. Two queries.
    """
    its = tables.Supporter
    statement = (
        select(its, Officer, School.name)
        .join(School, col(School.urn) == col(its.urn))
        .outerjoin(Officer, col(Officer.id) == col(its.officer_id))
        .order_by(col(School.name), col(School.urn), col(its.first_day).desc(), col(its.id).desc())
    )
    if query:
        texts = (School.name, cast(col(School.urn), String), its.name, its.organisation)
        statement = statement.where(words_found(query, *texts))
    if role is not None:
        statement = statement.where(col(its.role) == chosen("role", role, SupportRole))
    if state is not None:
        statement = statement.where(_supports(chosen("state", state, SupportState), today))
    return paged(
        session,
        statement,
        its.id,
        lambda found: [
            ListedSupporter(**dict(_describe(each, officer, today)), school=school)
            for each, officer, school in found
        ],
        page=page,
        per_page=per_page,
    )


def supporter(session: Session, supporter_id: int, today: date) -> Supporter:
    """One of those who support a school; raises NotFound."""
    found = by_key(session, tables.Supporter, supporter_id)
    if found is None:
        raise NotFound(f"There is no supporter {supporter_id}.")
    officer = by_key(session, Officer, found.officer_id) if found.officer_id else None
    return _describe(found, officer, today)


def _supports(state: SupportState, today: date) -> ColumnElement[bool]:
    """The condition on supporters that `_support_state` says of one."""
    its = tables.Supporter
    over = and_(col(its.last_day).is_not(None), col(its.last_day) < today)
    ahead = col(its.first_day) > today
    match state:
        case SupportState.OVER:
            return over
        case SupportState.AHEAD:
            return and_(ahead, ~over)
        case SupportState.IN_FORCE:
            return and_(~ahead, ~over)


def _support_state(found: tables.Supporter, today: date) -> SupportState:
    if found.last_day is not None and found.last_day < today:
        return SupportState.OVER
    return SupportState.AHEAD if found.first_day > today else SupportState.IN_FORCE


def _describe(found: tables.Supporter, officer: Officer | None, today: date) -> Supporter:
    return Supporter(
        id=found.id,
        urn=found.urn,
        role=found.role,
        role_title=found.role.label,
        name=found.name,
        organisation=found.organisation,
        officer=officer.email if officer else None,
        consultant=found.consultant_id,
        active=officer.active if officer else None,
        first_day=found.first_day,
        last_day=found.last_day,
        state=_support_state(found, today),
        reason=found.reason,
        assigned_by=found.assigned_by,
        assigned_at=found.assigned_at,
    )


# School Evaluation Officers ----------------------------------------------------------------


def evaluation_officers(
    session: Session, urns: Collection[int], today: date
) -> dict[int, tuple[str, str]]:
    """E-mail address and name of the School Evaluation Officer of each school that has one."""
    its = tables.Supporter
    statement = (
        select(its.urn, Officer.email, Officer.name)
        .join(Officer, col(Officer.id) == col(its.officer_id))
        .where(col(its.urn).in_(urns), is_evaluating(today), col(Officer.active))
    )
    return {urn: (email, name) for urn, email, name in find(session, statement)}


def looked_after(officer: Officer, today: date, urn: Any) -> ColumnElement[bool]:
    """The condition that an officer is the School Evaluation Officer of a school."""
    mine = select(col(_Evaluating.urn)).where(
        col(_Evaluating.officer_id) == officer.id, is_evaluating(today, _Evaluating)
    )
    return col(urn).in_(mine)


def somebodys(today: date) -> Select[tuple[int]]:
    """The URNs of the schools that have a School Evaluation Officer, for a condition."""
    return (
        select(col(_Evaluating.urn))
        .join(Officer, col(Officer.id) == _Evaluating.officer_id)
        .where(is_evaluating(today, _Evaluating), col(Officer.active))
    )


def check_officer_asked(reader: Reader, email: str | None) -> None:
    """Whoever is not of the council searches by no officer: the answer tells who is one.

    Raises InvalidInput.
    """
    if email is not None and not reader.of_the_council:
        raise InvalidInput("officer", "You cannot search by officer. Leave it out.")


def known_officer(session: Session, email: str) -> Officer:
    """The officer whom a filter names; raises InvalidInput."""
    try:
        return find_officer(session, email)
    except NotFound as unknown:
        raise InvalidInput("officer", unknown.message) from None


def evaluating(session: Session, today: date) -> list[tuple[str, str]]:
    """E-mail address and name of everybody to whom duties fall, by name."""
    falls_to = select(col(_Evaluating.officer_id)).where(is_evaluating(today, _Evaluating))
    heads = col(Officer.role) == Role.HEAD_OF_SERVICE
    statement = (
        select(Officer.email, Officer.name)
        .where(col(Officer.active), or_(heads, col(Officer.id).in_(falls_to)))
        .order_by(col(Officer.name), col(Officer.id))
    )
    return list(find(session, statement))
