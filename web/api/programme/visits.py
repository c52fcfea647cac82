"""Visits to schools."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from sqlmodel import Session

from models.database import read
from models.people.access import Act
from models.programme import support_work
from models.programme.supporting import record_visit
from models.programme.tables import SchoolVisit
from web.api import answers
from web.api.answering import Caller, OnlyOnce, may, shown
from web.api.bodies import SchoolVisitBody, SupportWorkQuery
from web.door import AtDoor, key

router = APIRouter(tags=["Support programme"])
Key = Annotated[int, Depends(key)]


@router.get(
    "/visits",
    response_model=answers.ListOf[answers.SchoolVisit],
    dependencies=[may(Act.SEE_PROGRAMME)],
)
def list_visits(door: AtDoor, _: Caller, query: Annotated[SupportWorkQuery, Query()]) -> Response:
    """The visits to schools, the latest first."""
    with read(door.engine) as session:
        found = support_work.visits(session, **query.model_dump())
        return shown(answers.ListOf[answers.SchoolVisit], found)


@router.get(
    "/visits/{id}",
    response_model=answers.SchoolVisit,
    dependencies=[may(Act.SEE_PROGRAMME, of=SchoolVisit)],
)
def show_visit(door: AtDoor, _: Caller, id: Key) -> Response:
    """One visit."""
    with read(door.engine) as session:
        return shown(answers.SchoolVisit, support_work.visit(session, id))


@router.post(
    "/visits",
    status_code=201,
    response_model=answers.SchoolVisit,
    dependencies=[may(Act.RECORD_SUPPORT_WORK)],
)
def add_visit(door: AtDoor, officer: Caller, once: OnlyOnce, body: SchoolVisitBody) -> Response:
    """Record a visit; it meets the planned visit that was due first, unless `duty` says which."""

    def command(session: Session) -> Any:
        visit = record_visit(session, officer=officer, now=door.now, **body.model_dump())
        return support_work.visit(session, visit.id)

    return once(answers.SchoolVisit, command, 201)
