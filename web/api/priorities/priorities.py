"""The priorities of schools’ improvement plans, and how far each is, month by month."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from models.database import read
from models.matters.tables import Matter
from models.paging import Page
from models.people.access import Act, reader
from models.people.acting import Acting
from models.priorities import keeping, months, shown
from models.priorities.shown import Priority
from models.priorities.tables import ImprovementPriority
from models.schools.contacts import find_school
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor, at_once, key

router = APIRouter(tags=["Improvement plans"])
Key = Annotated[int, at_once(key)]
OF_SCHOOL = "/schools/{urn}/record/priorities"


class PriorityQuery(Paging):
    """Priorities of which school; `only_open` leaves those that are neither met nor given up."""

    urn: int | None = Field(None, ge=1, le=999_999)
    only_open: bool = False


@router.get("/priorities", response_model=Page[Priority], dependencies=[may(Act.SEE_CASE)])
def list_priorities(
    door: AtDoor, officer: Caller, query: Annotated[PriorityQuery, Query()]
) -> Response:
    """The priorities of all schools' plans, those that are open first."""
    with read(door.engine) as session:
        found = shown.priorities(session, reader(officer), today=door.today, **query.model_dump())
        return answer(found)


@router.get(OF_SCHOOL, response_model=Page[Priority], dependencies=[may(Act.SEE_CASE, of=Matter)])
def list_of_school(
    door: AtDoor, officer: Caller, urn: str, pages: Annotated[Paging, Query()]
) -> Response:
    """The priorities of one school's improvement plan, those that are open first."""
    with read(door.engine) as session:
        school = find_school(session, urn)
        found = shown.priorities(
            session, reader(officer), today=door.today, urn=school.urn, **pages.model_dump()
        )
        return answer(found)


@router.post(
    OF_SCHOOL,
    status_code=201,
    response_model=Priority,
    dependencies=[may(Act.RECORD_PRIORITY, of=Matter)],
)
def add(once: OnlyOnce, urn: str, body: keeping.PriorityNow) -> Response:
    """Put a priority of the improvement plan on the school's record."""
    return once.act(lambda acting: _shown(acting, keeping.add_priority(acting, urn, body).id), 201)


@router.get(
    "/priorities/{id}",
    response_model=Priority,
    dependencies=[may(Act.SEE_CASE, of=ImprovementPriority)],
)
def show(door: AtDoor, officer: Caller, id: Key) -> Response:
    """One priority with its months and earlier wordings."""
    with read(door.engine) as session:
        return answer(shown.priority(session, reader(officer), id, today=door.today))


@router.post(
    "/priorities/{id}/change",
    response_model=Priority,
    dependencies=[may(Act.RECORD_PRIORITY, of=ImprovementPriority)],
)
def change(once: OnlyOnce, id: Key, body: keeping.PriorityChange) -> Response:
    """Say what it is from now on, and why."""
    return once.act(lambda acting: _shown(acting, keeping.change_priority(acting, id, body).id))


@router.post(
    "/priorities/{id}/end",
    response_model=Priority,
    dependencies=[may(Act.RECORD_PRIORITY, of=ImprovementPriority)],
)
def end(once: OnlyOnce, id: Key, body: keeping.PriorityEnd) -> Response:
    """Say that it was met, or is given up."""
    return once.act(lambda acting: _shown(acting, keeping.end_priority(acting, id, body).id))


@router.post(
    "/priorities/{id}/months",
    status_code=201,
    response_model=Priority,
    dependencies=[may(Act.RECORD_PRIORITY, of=ImprovementPriority)],
)
def say_month(once: OnlyOnce, id: Key, body: months.HowFarInMonth) -> Response:
    """Say how far it was in a month; the answer is the priority."""

    def command(acting: Acting) -> Priority:
        months.say_month(acting, id, body)
        return _shown(acting, id)

    return once.act(command, 201)


def _shown(acting: Acting, number: int) -> Priority:
    return shown.priority(acting.session, acting.reader, number, today=acting.today)
