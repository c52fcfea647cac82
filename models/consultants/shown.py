"""Consultants as doors show them: the pool, one of them, and who led or wrote something."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, and_, case, exists, func, or_
from sqlmodel import Session, col, select

from models.consultants import tables
from models.consultants.capacity import days_held, held_by
from models.consultants.donor_schools import causing_concern
from models.consultants.tables import AccreditationKind
from models.paging import PER_PAGE, Page, chosen, paged, words_found
from models.people.access import Reader
from models.people.tables import Officer, Phase
from models.programme.tables import Supporter, SupportRole
from models.refusals import NotFound
from models.rows import find, select_columns
from models.schools.tables import School
from models.shown import Shown


class DoneBy(Shown):
    """Who led a visit or wrote a report, where that is not who recorded it.

    `officer` is an e-mail address, `consultant` a key: one of them is null.
    """

    name: str
    organisation: str
    officer: str | None
    consultant: int | None


class Accreditation(Shown):
    """As what somebody is accredited; `in_force` as of today."""

    id: int
    kind: AccreditationKind
    title: str
    since: date
    until: date | None
    in_force: bool


class SupportGiven(Shown):
    """A school that a consultant supports or supported."""

    supporter: int
    urn: int
    school: str
    role: SupportRole
    role_title: str
    first_day: date
    last_day: date | None
    reason: str


class Consultant(Shown):
    """Somebody outside the council who may support schools.

    `own_school_causing_concern` is as of today; `sign_in` the e-mail address of their account here.
    `schools` counts those that they support today. `days_held` are those of this school year that
    commissions take, `days_left` what is left; null where nobody agreed any days.
    """

    id: int
    name: str
    organisation: str
    email: str | None
    own_school: int | None
    own_school_name: str | None
    own_school_causing_concern: bool
    phase: Phase | None
    accreditations: list[Accreditation]
    days_a_year: float | None
    days_held: float
    days_left: float | None
    interests: str
    sign_in: str | None
    active: bool
    left_on: date | None
    schools: int
    added_at: AwareDatetime


def consultants(
    session: Session,
    reader: Reader,
    *,
    today: date,
    query: str = "",
    accreditation: str | None = None,
    phase: str | None = None,
    spared: bool = False,
    capacity: float | None = None,
    left: bool | None = False,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Consultant]:
    """The consultants by name, of whom one can be chosen for a school.

    `query` finds words of their name, organisation, own school and interests. `accreditation` is
    one in force today; `phase` finds those who work with both as well; `spared` leaves out those
    whose own school causes concern; `capacity` are the days that they have left of this school
    year at least; `left` finds those who have, None all. Raises InvalidInput.
    """
    its = tables.Consultant
    statement = _consultants(reader).order_by(col(its.name), col(its.id))
    if query:
        texts = (its.name, its.organisation, its.interests, School.name)
        statement = statement.where(words_found(query, *texts))
    if accreditation is not None:
        kind = chosen("accreditation", accreditation, AccreditationKind)
        statement = statement.where(_accredited(kind, today))
    if phase is not None:
        wanted = chosen("phase", phase, Phase)
        statement = statement.where(or_(col(its.phase).is_(None), col(its.phase) == wanted))
    if spared:
        statement = statement.where(~_concerned(reader))
    if capacity is not None:
        over = col(its.days_a_year) - days_held(col(its.id), today)
        statement = statement.where(over >= capacity)
    if left is not None:
        statement = statement.where(col(its.active) != left)
    return paged(
        session,
        statement,
        its.id,
        lambda found: _describe(session, found, today),
        page=page,
        per_page=per_page,
    )


def consultant(session: Session, reader: Reader, consultant_id: int, today: date) -> Consultant:
    """One of them; raises NotFound."""
    found = find(session, _consultants(reader).where(col(tables.Consultant.id) == consultant_id))
    if not found:
        raise NotFound(tables.Consultant.missing.format(consultant_id))
    return _describe(session, found, today)[0]


def at_work(session: Session) -> list[tuple[int, str]]:
    """Key and name of everybody who has not left, by name, as forms offer them."""
    its = tables.Consultant
    statement = (
        select(its.id, its.name, its.organisation)
        .where(col(its.active))
        .order_by(col(its.name), col(its.id))
    )
    return [
        (key, f"{name}, {organisation}" if organisation else name)
        for key, name, organisation in find(session, statement)
    ]


def support_given(session: Session, consultant_id: int) -> list[SupportGiven]:
    """The schools that a consultant supports and supported, the last who began first."""
    statement = (
        select(Supporter, School.name)
        .join(School, col(School.urn) == col(Supporter.urn))
        .where(col(Supporter.consultant_id) == consultant_id)
        .order_by(col(Supporter.first_day).desc(), col(Supporter.id).desc())
    )
    return [
        SupportGiven(
            supporter=each.id,
            urn=each.urn,
            school=school,
            role=each.role,
            role_title=each.role.label,
            first_day=each.first_day,
            last_day=each.last_day,
            reason=each.reason,
        )
        for each, school in find(session, statement)
    ]


Keys = tuple[int | None, int | None]  # of an officer, of a consultant


def done_by(session: Session, keys: Iterable[Keys]) -> dict[Keys, DoneBy]:
    """Who is named by these keys; of neither there is nobody. At most two queries."""
    wanted = {each for each in keys if each != (None, None)}
    officers = {key for key, _ in wanted if key is not None}
    outside = {key for _, key in wanted if key is not None}
    found: dict[Keys, DoneBy] = {}
    if officers:
        asked = select(Officer.id, Officer.email, Officer.name)
        for key, email, name in find(session, asked.where(col(Officer.id).in_(officers))):
            found[key, None] = DoneBy(name=name, organisation="", officer=email, consultant=None)
    if outside:
        its = tables.Consultant
        named = select(its.id, its.name, its.organisation).where(col(its.id).in_(outside))
        for key, name, organisation in find(session, named):
            found[None, key] = DoneBy(
                name=name, organisation=organisation, officer=None, consultant=key
            )
    return found


def _consultants(reader: Reader) -> Any:
    its = tables.Consultant
    return (
        select(its, School.name, Officer.email, case((_concerned(reader), True), else_=False))
        .outerjoin(School, col(School.urn) == col(its.own_urn))
        .outerjoin(Officer, col(Officer.id) == col(its.officer_id))
    )


def _concerned(reader: Reader) -> ColumnElement[bool]:
    """The condition that a consultant's own school causes concern."""
    return and_(
        col(tables.Consultant.own_urn).is_not(None),
        causing_concern(reader, col(tables.Consultant.own_urn)),
    )


def _accredited(kind: AccreditationKind, today: date) -> ColumnElement[bool]:
    its = tables.Accreditation
    return exists().where(
        col(its.consultant_id) == col(tables.Consultant.id),
        col(its.kind) == kind,
        col(its.since) <= today,
        or_(col(its.until).is_(None), col(its.until) >= today),
    )


def _describe(
    session: Session,
    found: Sequence[tuple[tables.Consultant, str | None, str | None, bool]],
    today: date,
) -> list[Consultant]:
    keys = [each.id for each, *_ in found]
    accredited = _accreditations(session, keys, today)
    supported = _supported(session, keys, today)
    held = held_by(session, keys, today)
    return [
        Consultant(
            id=each.id,
            name=each.name,
            organisation=each.organisation,
            email=each.email,
            own_school=each.own_urn,
            own_school_name=school,
            own_school_causing_concern=bool(concerned),
            phase=each.phase,
            accreditations=accredited[each.id],
            days_a_year=each.days_a_year,
            days_held=held.get(each.id, 0.0),
            days_left=None
            if each.days_a_year is None
            else each.days_a_year - held.get(each.id, 0.0),
            interests=each.interests,
            sign_in=account,
            active=each.active,
            left_on=each.left_on,
            schools=supported.get(each.id, 0),
            added_at=each.added_at,
        )
        for each, school, account, concerned in found
    ]


def _accreditations(
    session: Session, consultant_ids: Sequence[int], today: date
) -> dict[int, list[Accreditation]]:
    its = tables.Accreditation
    statement = (
        select(its)
        .where(col(its.consultant_id).in_(consultant_ids))
        .order_by(col(its.since), col(its.id))
    )
    found: dict[int, list[Accreditation]] = {key: [] for key in consultant_ids}
    for each in find(session, statement):
        found[each.consultant_id].append(
            Accreditation(
                id=each.id,
                kind=each.kind,
                title=each.kind.label,
                since=each.since,
                until=each.until,
                in_force=each.since <= today and (each.until is None or each.until >= today),
            )
        )
    return found


def _supported(session: Session, consultant_ids: Sequence[int], today: date) -> dict[int, int]:
    """How many schools each of them supports today."""
    its = Supporter
    statement = (
        select_columns(
            col(its.consultant_id), func.count(func.distinct(col(its.urn))).label("number")
        )
        .where(
            col(its.consultant_id).in_(consultant_ids),
            col(its.first_day) <= today,
            or_(col(its.last_day).is_(None), col(its.last_day) >= today),
        )
        .group_by(col(its.consultant_id))
    )
    return {row.consultant_id: row.number for row in find(session, statement)}
