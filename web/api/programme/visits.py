"""Visits to schools."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from sqlmodel import Session

from models.database import read
from models.paging import Page
from models.people.access import Act
from models.programme import support_work, tables
from models.programme.support_work import SchoolVisit
from models.programme.supporting import record_visit
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.bodies import SchoolVisitBody, SupportWorkQuery
from web.door import AtDoor, key

router = APIRouter(tags=["Support programme"])
Key = Annotated[int, Depends(key)]


@router.get(
    "/visits",
    response_model=Page[SchoolVisit],
    dependencies=[may(Act.SEE_PROGRAMME)],
)
def list_visits(door: AtDoor, _: Caller, query: Annotated[SupportWorkQuery, Query()]) -> Response:
    """The visits to schools, the latest first."""
    with read(door.engine) as session:
        found = support_work.visits(session, **query.model_dump())
        return answer(found)


@router.get(
    "/visits/{id}",
    response_model=SchoolVisit,
    dependencies=[may(Act.SEE_PROGRAMME, of=tables.SchoolVisit)],
)
def show_visit(door: AtDoor, _: Caller, id: Key) -> Response:
    """One visit."""
    with read(door.engine) as session:
        return answer(support_work.visit(session, id))


@router.post(
    "/visits",
    status_code=201,
    response_model=SchoolVisit,
    dependencies=[may(Act.RECORD_SUPPORT_WORK)],
)
def add_visit(door: AtDoor, officer: Caller, once: OnlyOnce, body: SchoolVisitBody) -> Response:
    """Record a visit; it meets the planned visit that was due first, unless `duty` says which."""

    def command(session: Session) -> SchoolVisit:
        visit = record_visit(session, officer=officer, now=door.now, **body.model_dump())
        return support_work.visit(session, visit.id)

    return once.carry_out(command, 201)
