"""The support programme as doors show it: what is due of each school, what was done, who helps.

A duty that is planned and whose day has passed is `late`. A school is behind when a visit or a
report of the running school year is.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, func, or_
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models.paging import PER_PAGE, Found, Page, chosen, paged, rows, words_found
from models.people.officers import find_officer
from models.people.tables import Officer, Role
from models.policy import Policy
from models.policy.programme import SchoolYear, school_year_of
from models.programme.tables import (
    Duty,
    DutyKind,
    DutyState,
    Review,
    SchoolVisit,
    Supporter,
    SupportRole,
    WrittenReport,
    is_evaluating,
)
from models.refusals import InvalidInput, NotFound
from models.schools.contacts import find_school
from models.schools.tables import RiskLevel, School
from models.statements import by_key

LATE = "late"  # beside the states of a duty
TO_DO = "to_do"  # planned or late
DUTY_STATES = (*(state.value for state in DutyState), LATE)
FALLS_BEHIND = (DutyKind.VISIT, DutyKind.REPORT)
_AT_ONCE = 1000  # parameters of one statement: databases take only so many
# Each kind of record that meets a duty, with its address.
_RECORDS: dict[str, Any] = {"visits": SchoolVisit, "reports": WrittenReport, "reviews": Review}

_Evaluating = aliased(Supporter)


class SupportState(StrEnum):
    """How far somebody's support is."""

    AHEAD = "ahead"
    IN_FORCE = "in_force"
    OVER = "over"


# Who falls behind --------------------------------------------------------------------------


def behind(session: Session, urns: Collection[int], today: date) -> set[int]:
    """Which of these schools have a visit or report that is late. One query."""
    statement = select(Duty.urn).where(col(Duty.urn).in_(urns), _late_support(today)).distinct()
    return {urn for urn in session.exec(statement) if urn is not None}


def is_behind(today: date) -> ColumnElement[bool]:
    """The condition that a school has a visit or report that is late, beside a `School`."""
    late = select_columns(col(Duty.id)).where(col(Duty.urn) == col(School.urn))
    return late.where(_late_support(today)).correlate(School).exists()


def _late_support(today: date) -> ColumnElement[bool]:
    return and_(
        col(Duty.school_year) == school_year_of(today),
        col(Duty.kind).in_(FALLS_BEHIND),
        _is_late(today),
    )


def _is_late(today: date) -> ColumnElement[bool]:
    return and_(col(Duty.state) == DutyState.PLANNED, col(Duty.due_on) < today)


# All schools -------------------------------------------------------------------------------


def programme(
    session: Session,
    *,
    today: date,
    level: str | None = None,
    officer: str | None = None,
    only_behind: bool = False,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Found]:
    """The open schools that have a level, by name, with what is done of the running school year.

    `officer` is the e-mail address of a School Evaluation Officer; `only_behind` leaves
    out the schools that are not. Raises InvalidInput. Five queries.
    """
    statement = (
        select(School)
        .where(
            col(School.risk_level).is_not(None),
            or_(col(School.closed_on).is_(None), col(School.closed_on) > today),
        )
        .order_by(col(School.name), col(School.urn))
    )
    if level is not None:
        statement = statement.where(School.risk_level == chosen("level", level, RiskLevel))
    if officer is not None:
        mine = _looked_after(known_officer(session, officer), today, School.urn)
        statement = statement.where(mine)
    if only_behind:
        statement = statement.where(is_behind(today))
    return paged(
        session,
        statement,
        School.urn,
        lambda found: _describe_schools(session, found, today),
        page=page,
        per_page=per_page,
    )


def _describe_schools(session: Session, found: Sequence[School], today: date) -> list[Found]:
    urns = [school.urn for school in found]
    counted = _counted(session, urns, today)
    evaluating = evaluation_officers(session, urns, today)
    return [
        {
            "urn": school.urn,
            "school": school.name,
            "risk_level": school.risk_level.value if school.risk_level else None,
            **_named(evaluating.get(school.urn)),
            **{kind.value: counted[school.urn, kind] for kind in DutyKind},
            "behind": any(counted[school.urn, kind][LATE] for kind in FALLS_BEHIND),
        }
        for school in found
    ]


def _counted(
    session: Session, urns: Collection[int], today: date
) -> defaultdict[tuple[int, DutyKind], dict[str, int]]:
    """How many duties of the running school year stand how, by school and kind."""
    statement = (
        select_columns(
            col(Duty.urn),
            col(Duty.kind),
            col(Duty.state),
            func.count(col(Duty.id)).label("number"),
            func.count(case((_is_late(today), 1))).label(LATE),
        )
        .where(col(Duty.urn).in_(urns), col(Duty.school_year) == school_year_of(today))
        .group_by(col(Duty.urn), col(Duty.kind), col(Duty.state))
    )
    counted: defaultdict[tuple[int, DutyKind], dict[str, int]] = defaultdict(_none)
    for row in session.connection().execute(statement):
        counts = counted[row.urn, row.kind]
        counts[row.state.value] += row.number - row.late
        counts[LATE] += row.late
        if row.state is not DutyState.CANCELLED:
            counts["due"] += row.number
    return counted


def _none() -> dict[str, int]:
    return dict.fromkeys((*DUTY_STATES, "due"), 0)


def evaluation_officers(
    session: Session, urns: Collection[int], today: date
) -> dict[int, tuple[str, str]]:
    """E-mail address and name of the School Evaluation Officer of each school that has one."""
    statement = (
        select(Supporter.urn, Officer.email, Officer.name)
        .join(Officer, col(Officer.id) == col(Supporter.officer_id))
        .where(col(Supporter.urn).in_(urns), is_evaluating(today), col(Officer.active))
    )
    return {urn: (email, name) for urn, email, name in session.exec(statement)}


def _looked_after(officer: Officer, today: date, urn: Any) -> ColumnElement[bool]:
    """The condition that an officer is the School Evaluation Officer of a school."""
    mine = select_columns(col(_Evaluating.urn)).where(
        col(_Evaluating.officer_id) == officer.id, is_evaluating(today, _Evaluating)
    )
    return col(urn).in_(mine)


def _nobodys(today: date) -> ColumnElement[bool]:
    """The condition that a duty is of the council, or of a school without such an officer."""
    somebodys = (
        select_columns(col(_Evaluating.urn))
        .join(Officer, col(Officer.id) == _Evaluating.officer_id)
        .where(is_evaluating(today, _Evaluating), col(Officer.active))
    )
    return or_(col(Duty.urn).is_(None), col(Duty.urn).not_in(somebodys))


def known_officer(session: Session, email: str) -> Officer:
    """The officer whom a filter names; raises InvalidInput."""
    try:
        return find_officer(session, email)
    except NotFound as unknown:
        raise InvalidInput("officer", unknown.message) from None


def evaluating(session: Session, today: date) -> list[tuple[str, str]]:
    """E-mail address and name of everybody to whom duties fall, by name."""
    falls_to = select_columns(col(_Evaluating.officer_id)).where(is_evaluating(today, _Evaluating))
    heads = col(Officer.role) == Role.HEAD_OF_SERVICE
    statement = (
        select(Officer.email, Officer.name)
        .where(col(Officer.active), or_(heads, col(Officer.id).in_(falls_to)))
        .order_by(col(Officer.name), col(Officer.id))
    )
    return list(session.exec(statement).all())


# Duties ------------------------------------------------------------------------------------


def duties(
    session: Session,
    *,
    today: date,
    urn: int | None = None,
    kind: str | None = None,
    officer: str | None = None,
    state: str | None = None,
    due_before: date | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Found]:
    """The duties of every school year, the earliest due first.

    `state` is one of `DUTY_STATES` or `TO_DO`; `planned` are those that are not late. `officer` is
    the e-mail address of the School Evaluation Officer of the schools; of a Head of Service also
    the council's duties and those of schools that have none. `due_before` leaves out its own day.
    Raises InvalidInput. Seven queries.
    """
    statement = _duties()
    if urn is not None:
        statement = statement.where(col(Duty.urn) == urn)
    if kind is not None:
        statement = statement.where(col(Duty.kind) == chosen("kind", kind, DutyKind))
    if officer is not None:
        statement = statement.where(_falls_to(known_officer(session, officer), today))
    if state is not None:
        statement = statement.where(_stands(state, today))
    if due_before is not None:
        statement = statement.where(col(Duty.due_on) < due_before)
    return paged(
        session,
        statement,
        Duty.id,
        lambda found: _describe_duties(session, found, today),
        page=page,
        per_page=per_page,
    )


def duty(session: Session, duty_id: int, today: date) -> Found:
    """One duty; raises NotFound."""
    found = rows(session, _duties().where(Duty.id == duty_id))
    if not found:
        raise NotFound(f"There is no duty {duty_id}.")
    return _describe_duties(session, found, today)[0]


def duties_left(
    session: Session, ids: Sequence[int], today: date, most: int
) -> dict[str, tuple[int, list[Found]]]:
    """Of these duties how many are still to be done, and the first of them.

    By `late` and `planned`: their number, and at most so many, the earliest due first.
    """
    left: dict[str, list[tuple[date, int]]] = {LATE: [], DutyState.PLANNED.value: []}
    for first in range(0, len(ids), _AT_ONCE):
        these = col(Duty.id).in_(ids[first : first + _AT_ONCE])
        planned = select_columns(col(Duty.due_on), col(Duty.id)).where(
            these, col(Duty.state) == DutyState.PLANNED
        )
        for due_on, key in session.connection().execute(planned).tuples():
            left[LATE if due_on < today else DutyState.PLANNED.value].append((due_on, key))
    return {
        state: (len(found), _first(session, [key for _, key in sorted(found)[:most]], today))
        for state, found in left.items()
    }


def _first(session: Session, ids: Collection[int], today: date) -> list[Found]:
    found = rows(session, _duties().where(col(Duty.id).in_(ids))) if ids else []
    return _describe_duties(session, found, today)


def _duties() -> Any:
    return (
        select(Duty, School)
        .outerjoin(School, col(School.urn) == col(Duty.urn))
        .order_by(col(Duty.due_on), col(Duty.id))
    )


def _stands(state: str, today: date) -> ColumnElement[bool]:
    if state == TO_DO:
        return col(Duty.state) == DutyState.PLANNED
    if state not in DUTY_STATES:
        raise InvalidInput("state", f"Choose from: {', '.join((*DUTY_STATES, TO_DO))}.")
    if state == LATE:
        return _is_late(today)
    stands = col(Duty.state) == state
    return and_(stands, col(Duty.due_on) >= today) if state == DutyState.PLANNED else stands


def _falls_to(officer: Officer, today: date) -> ColumnElement[bool]:
    mine = _looked_after(officer, today, Duty.urn)
    return or_(mine, _nobodys(today)) if officer.role is Role.HEAD_OF_SERVICE else mine


def _describe_duties(
    session: Session, found: Sequence[tuple[Duty, School | None]], today: date
) -> list[Found]:
    evaluating = evaluation_officers(session, {s.urn for _, s in found if s is not None}, today)
    met = _met(session, [each.id for each, _ in found])
    return [
        {
            "id": each.id,
            "kind": each.kind.value,
            "title": each.kind.label,
            "urn": each.urn,
            "school": school.name if school else None,
            **_named(evaluating.get(school.urn) if school else None),
            "school_year": each.school_year,
            "number": each.number,
            "level": each.level.value if each.level else None,
            "due_on": each.due_on,
            "state": standing(each, today),
            "done_on": each.done_on,
            "reason": each.reason,
            "record": met.get(each.id),
        }
        for each, school in found
    ]


def standing(duty: Duty, today: date) -> str:
    """How a duty stands: one of `DUTY_STATES`."""
    late = duty.state is DutyState.PLANNED and duty.due_on < today
    return LATE if late else duty.state.value


def _met(session: Session, ids: Collection[int]) -> dict[int | None, str]:
    """The address of what met each of these duties."""
    return {
        duty_id: f"/{name}/{key}"
        for name, table in _RECORDS.items()
        for key, duty_id in session.exec(
            select(table.id, table.duty_id).where(table.duty_id.in_(ids))
        )
    }


def _named(officer: tuple[str, str] | None) -> Found:
    email, name = officer or (None, None)
    return {"evaluation_officer": email, "evaluation_officer_name": name}


# One school --------------------------------------------------------------------------------


def programme_of(
    session: Session, policy: Policy, urn: object, *, today: date, school_year: int | None = None
) -> Found:
    """The support programme of a school in a school year, the running one unless given.

    What its level means, its duties by term, and who supports it. Raises NotFound.
    """
    school = find_school(session, urn)
    year = school_year_of(today) if school_year is None else school_year
    planned = _duties().where(col(Duty.urn) == school.urn, col(Duty.school_year) == year)
    found = rows(session, planned)
    years = select(Duty.school_year).where(Duty.urn == school.urn).distinct()
    rule = policy.programme.levels[school.risk_level] if school.risk_level else None
    return {
        "urn": school.urn,
        "school": school.name,
        "risk_level": school.risk_level.value if school.risk_level else None,
        "title": rule.title if rule else None,
        "support": list(rule.support) if rule else [],
        "school_year": year,
        "years": sorted({*session.exec(years), school_year_of(today)}, reverse=True),
        "has_terms": policy.programme.year(year) is not None,
        "terms": _by_term(policy.programme.year(year), _describe_duties(session, found, today)),
        "behind": bool(behind(session, [school.urn], today)),
        "supporters": supporters_of(session, school.urn, today=today),
    }


def _by_term(year: SchoolYear | None, found: Iterable[Found]) -> list[Found]:
    """The duties under the name of the term in which they are due."""
    terms: defaultdict[str, list[Found]] = defaultdict(list)
    for each in found:
        ends = [term.name for term in year.terms if term.last_day >= each["due_on"]] if year else []
        terms[f"{ends[0]} term" if ends else "The school year"].append(each)
    return [{"name": name, "duties": due} for name, due in terms.items()]


def supporters_of(session: Session, urn: object, *, today: date) -> list[Found]:
    """Everybody who supports or supported a school, by the last who began."""
    school = find_school(session, urn)
    statement = (
        select(Supporter, Officer)
        .outerjoin(Officer, col(Officer.id) == col(Supporter.officer_id))
        .where(Supporter.urn == school.urn)
        .order_by(col(Supporter.first_day).desc(), col(Supporter.id).desc())
    )
    return [_describe_supporter(each, officer, today) for each, officer in rows(session, statement)]


def supporters(
    session: Session,
    *,
    today: date,
    query: str = "",
    role: str | None = None,
    state: str | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Found]:
    """Everybody who supports or supported any school, by the schools' names.

    `query` finds words of the school's name and URN, and of their own name and organisation;
    `state` is a `SupportState`. Raises InvalidInput. Two queries.
    """
    statement = (
        select(Supporter, Officer, School.name)
        .join(School, col(School.urn) == col(Supporter.urn))
        .outerjoin(Officer, col(Officer.id) == col(Supporter.officer_id))
        .order_by(
            col(School.name),
            col(School.urn),
            col(Supporter.first_day).desc(),
            col(Supporter.id).desc(),
        )
    )
    if query:
        texts = (School.name, cast(col(School.urn), String), Supporter.name, Supporter.organisation)
        statement = statement.where(words_found(query, *texts))
    if role is not None:
        statement = statement.where(col(Supporter.role) == chosen("role", role, SupportRole))
    if state is not None:
        statement = statement.where(_supports(chosen("state", state, SupportState), today))
    return paged(
        session,
        statement,
        Supporter.id,
        lambda found: [
            {**_describe_supporter(each, officer, today), "school": school}
            for each, officer, school in found
        ],
        page=page,
        per_page=per_page,
    )


def supporter(session: Session, supporter_id: int, today: date) -> Found:
    """One of those who support a school; raises NotFound."""
    found = by_key(session, Supporter, supporter_id)
    if found is None:
        raise NotFound(f"There is no supporter {supporter_id}.")
    session.refresh(found)
    officer = session.get(Officer, found.officer_id) if found.officer_id else None
    return _describe_supporter(found, officer, today)


def _supports(state: SupportState, today: date) -> ColumnElement[bool]:
    """The condition on supporters that `_support_state` says of one."""
    over = and_(col(Supporter.last_day).is_not(None), col(Supporter.last_day) < today)
    ahead = col(Supporter.first_day) > today
    match state:
        case SupportState.OVER:
            return over
        case SupportState.AHEAD:
            return and_(ahead, ~over)
        case SupportState.IN_FORCE:
            return and_(~ahead, ~over)


def _support_state(found: Supporter, today: date) -> SupportState:
    if found.last_day is not None and found.last_day < today:
        return SupportState.OVER
    return SupportState.AHEAD if found.first_day > today else SupportState.IN_FORCE


def _describe_supporter(found: Supporter, officer: Officer | None, today: date) -> Found:
    return {
        "id": found.id,
        "urn": found.urn,
        "role": found.role.value,
        "role_title": found.role.label,
        "name": found.name,
        "organisation": found.organisation,
        "officer": officer.email if officer else None,
        "active": officer.active if officer else None,
        "first_day": found.first_day,
        "last_day": found.last_day,
        "state": _support_state(found, today).value,
        "assigned_by": found.assigned_by,
        "assigned_at": found.assigned_at,
    }
