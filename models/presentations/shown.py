"""Evaluations that are presented as doors show them.

What is confidential is left out here, by rule, for whoever sees no programme: lead elected members
and those of the Challenge Board. They have of each school its level, the impact of support, and in
counts what was done; neither notes nor what the school says nor who wrote it, and no school about
which anything is restricted. They see what was presented, and no draft.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, case, exists, func, true
from sqlmodel import Session, col, select

from models.matters.tables import Matter
from models.paging import PER_PAGE, Page, chosen, paged
from models.people.access import Act, may
from models.people.shown import officer_names
from models.people.tables import Officer, Role
from models.presentations import tables
from models.presentations.compiling import recorded_since
from models.presentations.presenting import get_presentation
from models.presentations.tables import PresentationKind, PresentationState
from models.refusals import NotFound
from models.rows import find, find_one, select_columns
from models.schools.tables import RiskLevel
from models.shown import Shown

_BY_CONCERN = case(
    {level: place for place, level in enumerate(RiskLevel)},
    value=col(tables.PresentedSchool.level),
    else_=len(RiskLevel),
)
# What of a line only those read who see the support programme itself.
_CONFIDENTIAL = ("review_id", "evaluated_by", "summary", "school_view")


class ListedPresentation(Shown):
    """The evaluations of a month or term: `late` while they should have been presented.

    Of how many people it was given to, and how many opened and acknowledged it, those know who
    present: null for anybody else.
    """

    id: int
    kind: PresentationKind
    period: str
    title: str
    first_day: date
    last_day: date
    state: PresentationState
    version: int
    present_by: date
    late: bool
    compiled_at: AwareDatetime
    presented_at: AwareDatetime | None
    presented_by: str | None
    given: int | None
    opened: int | None
    acknowledged: int | None


class Recipient(Shown):
    """Somebody to whom it was given, and when they opened and acknowledged it."""

    officer: str
    officer_name: str
    role: Role
    given_at: AwareDatetime
    given_by_name: str
    opened_at: AwareDatetime | None
    acknowledged_at: AwareDatetime | None


class Figures(Shown):
    """All schools of a presentation in counts; `rose` and `fell` are changes of level.

    A level rises where the risk is greater than at the beginning of the month or term.
    """

    schools: int
    evaluated: int
    rose: int
    fell: int
    visits: int
    reports: int
    meetings: int
    actions_done: int
    actions_open: int


class AtLevel(Shown):
    """How many schools stand at a level, and of how many an evaluation is on record."""

    level: RiskLevel | None
    schools: int
    evaluated: int


class Presentation(ListedPresentation):
    """One of them whole; its schools are a list of their own.

    `summary` and the two impacts are the termly report's: what the council's own support achieved,
    and what support from others did. `recorded_since` counts evaluations that were recorded after
    it was compiled, `sha256` is of what is kept of its schools. `recipients` are, for those who do
    not present, no more than themselves.
    """

    summary: str
    impact: str
    external_impact: str
    figures: Figures
    levels: list[AtLevel]
    recorded_since: int | None
    sha256: str
    recipients: list[Recipient]

    def recipient(self, email: str) -> Recipient | None:
        """Somebody among those to whom it was given."""
        return next((each for each in self.recipients if each.officer == email), None)


class PresentedSchool(Shown):
    """One school as it stood: its levels, the impact of support, and in counts what was done.

    `review`, `evaluated_by`, `summary` and `school_view` are null for whoever may not read the
    support programme.
    """

    urn: int
    school: str
    level: RiskLevel | None
    level_before: RiskLevel | None
    evaluated_on: date | None
    impact: str
    external_impact: str
    visits: int
    reports: int
    meetings: int
    actions_done: int
    actions_open: int
    review: int | None
    evaluated_by: str | None
    summary: str | None
    school_view: str | None


def presentations(
    session: Session,
    officer: Officer,
    *,
    today: date,
    kind: str | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[ListedPresentation]:
    """What was compiled, for those who see no programme what was presented; the latest first.

    Raises InvalidInput. Four queries.
    """
    its = tables.Presentation
    statement = select(its).where(_there_for(officer))
    if kind is not None:
        statement = statement.where(its.kind == chosen("kind", kind, PresentationKind))
    return paged(
        session,
        statement.order_by(col(its.last_day).desc(), col(its.id).desc()),
        its.id,
        lambda found: _listed(session, officer, found, today),
        page=page,
        per_page=per_page,
    )


def presentation(session: Session, officer: Officer, number: int, *, today: date) -> Presentation:
    """One of them as this officer may read it; NotFound also for a draft that they may not."""
    found = _find(session, officer, number)
    [listed] = _listed(session, officer, [found], today)
    levels = _levels(session, officer, number)
    return Presentation(
        **dict(listed),
        summary=found.summary,
        impact=found.impact,
        external_impact=found.external_impact,
        figures=_figures(session, officer, number),
        levels=levels,
        recorded_since=recorded_since(session, found) if sees_all(officer) else None,
        sha256=found.lines_sha256,
        recipients=_recipients(session, officer, number),
    )


def presented_schools(
    session: Session,
    officer: Officer,
    number: int,
    *,
    level: str | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[PresentedSchool]:
    """The schools of one of them as this officer may read them, the highest risk first.

    Raises NotFound, InvalidInput.
    """
    _find(session, officer, number)
    line = tables.PresentedSchool
    read = [each for each in _LINE if sees_all(officer) or each not in _CONFIDENTIAL]
    statement = (
        select_columns(*(getattr(line, name) for name in read))
        .where(col(line.presentation_id) == number, _readable(officer))
        .order_by(_BY_CONCERN, col(line.school), col(line.urn))
    )
    if level is not None:
        statement = statement.where(col(line.level) == chosen("level", level, RiskLevel))
    return paged(
        session,
        statement,
        col(line.id),
        lambda found: [_line(each._mapping) for each in found],
        page=page,
        per_page=per_page,
    )


_LINE = (
    *("urn", "school", "level", "level_before", "evaluated_on", "impact", "external_impact"),
    *("visits", "reports", "meetings", "actions_done", "actions_open"),
    *_CONFIDENTIAL,
)


def _line(read: Mapping[str, Any]) -> PresentedSchool:
    values = {**dict.fromkeys(_CONFIDENTIAL), **read}
    return PresentedSchool(review=values.pop("review_id"), **values)


def sees_all(officer: Officer) -> bool:
    """Whether somebody reads what is confidential, for they see the support programme itself."""
    return may(officer, Act.SEE_PROGRAMME)


def _there_for(officer: Officer) -> ColumnElement[bool]:
    """The condition that a presentation is there for somebody: a draft is not for those outside."""
    if sees_all(officer):
        return true()
    return col(tables.Presentation.state) == PresentationState.PRESENTED


def _readable(officer: Officer) -> ColumnElement[bool]:
    """The condition that somebody reads a school's line.

    Whoever sees no programme has no school about which anything is restricted today.
    """
    if sees_all(officer):
        return true()
    restricted = exists().where(
        col(Matter.urn) == col(tables.PresentedSchool.urn), col(Matter.restricted)
    )
    return ~restricted


def _find(session: Session, officer: Officer, number: int) -> tables.Presentation:
    found = get_presentation(session, number)
    if found.state is PresentationState.COMPILED and not sees_all(officer):
        raise NotFound(f"There is no presentation {number}.")
    return found


def _listed(
    session: Session, officer: Officer, found: Sequence[tables.Presentation], today: date
) -> list[ListedPresentation]:
    names = officer_names(session, (each.presented_by_id for each in found))
    given = _given(session, [each.id for each in found]) if may_present(officer) else None
    return [
        ListedPresentation(
            id=each.id,
            kind=each.kind,
            period=each.period,
            title=each.title,
            first_day=each.first_day,
            last_day=each.last_day,
            state=each.state,
            version=each.version,
            present_by=each.present_by,
            late=each.state is PresentationState.COMPILED and each.present_by < today,
            compiled_at=each.compiled_at,
            presented_at=each.presented_at,
            presented_by=names[each.presented_by_id][1] if each.presented_by_id else None,
            given=given[each.id][0] if given is not None else None,
            opened=given[each.id][1] if given is not None else None,
            acknowledged=given[each.id][2] if given is not None else None,
        )
        for each in found
    ]


def may_present(officer: Officer) -> bool:
    """Whether somebody presents, and so knows who has read it."""
    return may(officer, Act.PRESENT_EVALUATIONS)


def _given(session: Session, numbers: Sequence[int]) -> dict[int, tuple[int, int, int]]:
    """To how many each was given, and how many opened and acknowledged it."""
    its = tables.PresentationRecipient
    counted = (
        select_columns(
            its.presentation_id,
            func.count(),
            func.count(col(its.opened_at)),
            func.count(col(its.acknowledged_at)),
        )
        .where(col(its.presentation_id).in_(numbers))
        .group_by(col(its.presentation_id))
    )
    found: dict[int, tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
    for number, given, opened, acknowledged in find(session, counted):
        found[number] = (given, opened, acknowledged)
    return found


def _figures(session: Session, officer: Officer, number: int) -> Figures:
    line = tables.PresentedSchool
    places = {level: place for place, level in enumerate(RiskLevel)}
    now = case(places, value=col(line.level))
    before = case(places, value=col(line.level_before))
    counted = select_columns(
        func.count().label("schools"),
        func.count(col(line.evaluated_on)).label("evaluated"),
        func.count(case((now < before, 1))).label("rose"),
        func.count(case((now > before, 1))).label("fell"),
        *(
            func.coalesce(func.sum(getattr(line, name)), 0).label(name)
            for name in ("visits", "reports", "meetings", "actions_done", "actions_open")
        ),
    ).where(col(line.presentation_id) == number, _readable(officer))
    return Figures(**find_one(session, counted)._mapping)


def _levels(session: Session, officer: Officer, number: int) -> list[AtLevel]:
    line = tables.PresentedSchool
    counted = (
        select_columns(line.level, func.count(), func.count(col(line.evaluated_on)))
        .where(col(line.presentation_id) == number, _readable(officer))
        .group_by(col(line.level))
    )
    found = {level: (schools, evaluated) for level, schools, evaluated in find(session, counted)}
    return [
        AtLevel(level=level, schools=found[level][0], evaluated=found[level][1])
        for level in (*RiskLevel, None)
        if level in found
    ]


def _recipients(session: Session, officer: Officer, number: int) -> list[Recipient]:
    its = tables.PresentationRecipient
    statement = (
        select(its, Officer)
        .join(Officer, col(Officer.id) == col(its.officer_id))
        .where(its.presentation_id == number)
        .order_by(col(Officer.name), col(its.id))
    )
    if not may_present(officer):
        statement = statement.where(its.officer_id == officer.id)
    found = find(session, statement)
    by = officer_names(session, (each.given_by_id for each, _ in found))
    return [
        Recipient(
            officer=named.email,
            officer_name=named.name,
            role=named.role,
            given_at=each.given_at,
            given_by_name=by[each.given_by_id][1],
            opened_at=each.opened_at,
            acknowledged_at=each.acknowledged_at,
        )
        for each, named in found
    ]


def to_present_to(session: Session, number: int) -> list[tuple[str, str, str]]:
    """Everybody who may be given it and was not yet: e-mail address, name and role in words.

    Members come first, then the others by name.
    """
    given = select(tables.PresentationRecipient.officer_id).where(
        tables.PresentationRecipient.presentation_id == number
    )
    statement = select(Officer).where(col(Officer.active), col(Officer.id).not_in(given))
    found = [
        each
        for each in find(session, statement.order_by(col(Officer.name), col(Officer.id)))
        if may(each, Act.SEE_PRESENTATIONS)
    ]
    members = [each for each in found if each.role is Role.VIEWER]
    others = [each for each in found if each.role is not Role.VIEWER]
    return [(each.email, each.name, each.role.label) for each in (*members, *others)]
