"""What was said of how much schools need, as doors show it, with what became of each."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlmodel import Session, col, select

from models.escalations.tables import LIVE, Escalation
from models.matters.deadlines import is_late
from models.matters.sight import visible_to
from models.matters.tables import Deadline, Matter
from models.needs import tables
from models.needs.sources import sources_of
from models.needs.tables import Needed, NeedSource, NeedState
from models.paging import PER_PAGE, Page, chosen, paged, words_found
from models.people.access import Act, Reader, may, reader
from models.people.shown import officer_names
from models.people.tables import Officer
from models.refusals import NotFound
from models.rows import find, find_one, select_columns
from models.schools.tables import RiskLevel, School
from models.shown import Shown


class NeedAct(StrEnum):
    """What can be made of it that a school needs more, or less."""

    ASSESS = "assess"
    ESCALATE = "escalate"
    CLOSE = "close"


class Need(Shown):
    """That a school needs more, or less, said at `source`: a visit, a report, a review or a line.

    `came_from` is that in words, `on` its day and `path` its page. `assessment` and `escalation`
    are what came of it; of an escalation that is not there to be seen it says no more than that
    this was closed. `live_escalation` is the school's escalation that runs now.
    """

    id: int
    reference: str
    urn: int
    school: str
    risk_level: RiskLevel | None
    answer: Needed
    why: str
    source: NeedSource
    source_id: int
    came_from: str
    on: date
    path: str
    due_on: date
    overdue: bool
    state: NeedState
    assessment: int | None
    escalation: str | None
    closed_because: str
    settled_by: str | None
    settled_by_name: str | None
    settled_at: AwareDatetime | None
    said_by: str | None
    said_by_name: str | None
    said_at: AwareDatetime
    live_escalation: str | None


class NeedPossible(Shown):
    """An act, and whether whoever asks may do it now; `why` is the reason if not."""

    act: NeedAct
    allowed: bool
    why: str | None


class NeedNow(Need):
    """The same, with what can be made of it now and with what an escalation would begin."""

    possible: list[NeedPossible]
    summary: str


def needs(
    session: Session,
    reader: Reader,
    *,
    today: date,
    state: str | None = None,
    answer: str | None = None,
    urn: int | None = None,
    assessment: int | None = None,
    query: str = "",
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Need]:
    """What was said that the reader sees: what is open first, the earliest due before.

    `assessment` leaves those that led to it, `query` finds words of the school's name and of why.
    Raises InvalidInput.
    """
    statement = _statement().where(visible_to(reader))
    if state is not None:
        statement = statement.where(_in_state(reader, chosen("state", state, NeedState)))
    if answer is not None:
        statement = statement.where(col(tables.Need.answer) == chosen("answer", answer, Needed))
    if urn is not None:
        statement = statement.where(col(Matter.urn) == urn)
    if assessment is not None:
        statement = statement.where(col(tables.Need.assessment_id) == assessment)
    if query:
        statement = statement.where(words_found(query, School.name, tables.Need.why))
    return paged(
        session,
        statement,
        tables.Need.id,
        lambda found: _describe(session, reader, found, today),
        page=page,
        per_page=per_page,
    )


def need(session: Session, reader: Reader, number: int, *, today: date) -> Need:
    """One of them; raises NotFound."""
    found = _found(session, reader, today, col(tables.Need.id) == number)
    if not found:
        raise NotFound(tables.Need.missing.format(number))
    return found[0]


def need_now(session: Session, officer: Officer, number: int, *, today: date) -> NeedNow:
    """One of them with what this officer can make of it now; raises NotFound."""
    found = need(session, reader(officer), number, today=today)
    words = f"{found.came_from}: {found.why}" if found.why else f"{found.came_from}."
    summary = "" if found.source is NeedSource.ESCALATION else words
    return NeedNow(**dict(found), possible=_possible(officer, found), summary=summary)


def needs_behind(
    session: Session,
    reader: Reader,
    *,
    today: date,
    escalation: str | None = None,
    assessment: int | None = None,
) -> list[Need]:
    """On what an escalation or an assessment rests, of what the reader sees."""
    its = col(tables.Need.assessment_id) == assessment
    if escalation is not None:
        known = select(Matter.id).where(col(Matter.reference) == escalation, visible_to(reader))
        its = col(tables.Need.escalation_id).in_(known.correlate(None))
    return _found(session, reader, today, its)


def needs_said_at(
    session: Session, reader: Reader, source: NeedSource, source_id: int, *, today: date
) -> list[Need]:
    """What was said at one visit, report or review, of what the reader sees."""
    its = and_(col(tables.Need.source) == source, col(tables.Need.source_id) == source_id)
    return _found(session, reader, today, its)


def open_needs(session: Session, reader: Reader, urn: int, *, today: date) -> list[Need]:
    """What is open of one school."""
    is_open = col(tables.Need.state) == NeedState.OPEN
    return _found(session, reader, today, and_(is_open, col(Matter.urn) == urn))


def count_open(session: Session, reader: Reader) -> int:
    """How many are not answered, of those that the reader sees."""
    there = (
        select(func.count(col(tables.Need.id)))
        .join(Matter, col(Matter.id) == col(tables.Need.matter_id))
        .where(col(tables.Need.state) == NeedState.OPEN, visible_to(reader))
    )
    return find_one(session, there)


def needs_of(session: Session, reader: Reader, reference: str, *, today: date) -> list[Need]:
    """What stands on one matter, by its reference, and what led to it."""
    its = select(Matter.id).where(col(Matter.reference) == reference).correlate(None)
    of_it = or_(col(tables.Need.escalation_id).in_(its), col(tables.Need.matter_id).in_(its))
    return _found(session, reader, today, of_it)


def _found(
    session: Session, reader: Reader, today: date, condition: ColumnElement[bool]
) -> list[Need]:
    mine = _statement().where(condition, visible_to(reader))
    return _describe(session, reader, find(session, mine), today)


def _in_state(reader: Reader, state: NeedState) -> ColumnElement[bool]:
    """What the reader is shown as in this state: see `Need`."""
    seen = select(Matter.id).where(visible_to(reader)).correlate(None)
    shown = col(tables.Need.escalation_id).in_(seen)
    escalated = col(tables.Need.state) == NeedState.ESCALATED
    if state is NeedState.ESCALATED:
        return and_(escalated, shown)
    if state is NeedState.CLOSED:
        return or_(col(tables.Need.state) == NeedState.CLOSED, and_(escalated, ~shown))
    return col(tables.Need.state) == state


def _statement() -> Any:
    settled = case((col(tables.Need.state) == NeedState.OPEN, 0), else_=1)
    return (
        select_columns(tables.Need, Matter, Deadline, School)
        .join(Matter, col(Matter.id) == col(tables.Need.matter_id))
        .join(Deadline, col(Deadline.id) == col(tables.Need.deadline_id))
        .join(School, col(School.urn) == col(Matter.urn))
        .order_by(settled, col(Deadline.due_on), col(tables.Need.id))
    )


def _describe(
    session: Session, reader: Reader, found: Sequence[tuple[Any, ...]], today: date
) -> list[Need]:
    rows = [row for row, *_ in found]
    if not rows:
        return []
    said_at = sources_of(session, rows)
    people = officer_names(session, (key for row in rows for key in _people(row)))
    references = _visible(session, reader, [row.escalation_id for row in rows])
    live = _live(session, reader, [school.urn for *_, school in found])
    return [
        _described(row, matter, deadline, school, said_at[row.id], people, references, live, today)
        for row, matter, deadline, school in found
    ]


def _people(row: tables.Need) -> tuple[int | None, int | None]:
    return row.settled_by_id, row.said_by_id


def _visible(session: Session, reader: Reader, keys: Sequence[int | None]) -> dict[int, str]:
    """The references of those escalations that the reader sees, by their keys."""
    wanted = {key for key in keys if key is not None}
    if not wanted:
        return {}
    theirs = select(Matter.id, Matter.reference).where(col(Matter.id).in_(wanted))
    return dict(find(session, theirs.where(visible_to(reader))))


def _live(session: Session, reader: Reader, urns: Sequence[int]) -> dict[int, str]:
    """The escalations of these schools that are not closed, of those that the reader sees."""
    theirs = (
        select(Matter.urn, Matter.reference)
        .join(Escalation, col(Escalation.id) == col(Matter.id))
        .where(col(Matter.urn).in_(set(urns)), col(Escalation.status).in_(LIVE))
        .where(visible_to(reader))
    )
    return {urn: reference for urn, reference in find(session, theirs) if urn is not None}


def _described(
    row: tables.Need,
    matter: Matter,
    deadline: Deadline,
    school: School,
    said_at: Any,
    people: dict[int, tuple[str, str]],
    references: dict[int, str],
    live: dict[int, str],
    today: date,
) -> Need:
    settled = people.get(row.settled_by_id or 0, (None, None))
    said = people.get(row.said_by_id or 0, (None, None))
    hidden = row.escalation_id is not None and row.escalation_id not in references
    return Need(
        id=row.id,
        reference=matter.reference,
        urn=school.urn,
        school=school.name,
        risk_level=school.risk_level,
        answer=row.answer,
        why=row.why,
        source=row.source,
        source_id=row.source_id,
        came_from=said_at.words,
        on=said_at.day,
        path=said_at.path,
        due_on=deadline.due_on,
        overdue=row.state is NeedState.OPEN and is_late(deadline, today),
        state=NeedState.CLOSED if hidden else row.state,
        assessment=row.assessment_id,
        escalation=references.get(row.escalation_id or 0),
        closed_because="" if hidden else row.closed_because,
        settled_by=settled[0],
        settled_by_name=settled[1],
        settled_at=row.settled_at,
        said_by=said[0],
        said_by_name=said[1],
        said_at=row.said_at,
        live_escalation=live.get(school.urn),
    )


_ROLES = {
    NeedAct.ASSESS: Act.ASSESS,
    NeedAct.ESCALATE: Act.START,
    NeedAct.CLOSE: Act.CLOSE_NEED,
}


def _possible(officer: Officer, found: Need) -> list[NeedPossible]:
    return [_asked(officer, found, act) for act in NeedAct]


def _asked(officer: Officer, found: Need, act: NeedAct) -> NeedPossible:
    why = None
    if not may(officer, _ROLES[act]):
        why = f"Your role ({officer.role.label}) does not let you {_ROLES[act].value}."
    elif found.state is not NeedState.OPEN:
        why = "This has been answered already."
    elif act is NeedAct.ESCALATE and found.answer is not Needed.MORE:
        why = "Less is needed there: that is no ground for an escalation."
    elif act is NeedAct.ESCALATE and found.live_escalation is not None:
        why = f"{found.school} already has an escalation: {found.live_escalation}."
    return NeedPossible(act=act, allowed=why is None, why=why)
