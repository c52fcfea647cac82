"""Visits to schools."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from models.database import read
from models.inputs import Email, RowKey, Word
from models.needs.tables import Needed
from models.paging import Page
from models.people.access import Act, reader
from models.people.acting import Acting
from models.programme import support_work, tables
from models.programme.support_work import SchoolVisit
from models.programme.visits import VisitMade, record_visit
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor, at_once, key

router = APIRouter(tags=["Support programme"])
Key = Annotated[int, at_once(key)]


class SupportWorkQuery(Paging):
    """Of which school, recorded by which officer (their e-mail address).

    `needed` leaves those at which this was the answer.
    """

    urn: int | None = Field(None, ge=1, le=999_999)
    officer: Email | None = None
    needed: Needed | None = None


class WorkByQuery(SupportWorkQuery):
    """Visits or written reports, also by the consultant who led or wrote them."""

    consultant: RowKey | None = None


class VisitQuery(WorkByQuery):
    """Visits; `good_practice` leaves those at which some was seen, `query` finds words of it."""

    good_practice: bool = False
    query: Word = ""


@router.get(
    "/visits",
    response_model=Page[SchoolVisit],
    dependencies=[may(Act.SEE_SUPPORT)],
)
def list_visits(door: AtDoor, officer: Caller, query: Annotated[VisitQuery, Query()]) -> Response:
    """The visits to schools, the latest first."""
    given = query.model_dump()
    listed = support_work.good_practice if given.pop("good_practice") else support_work.visits
    with read(door.engine) as session:
        return answer(listed(session, reader(officer, door.today), **given))


@router.get(
    "/visits/{id}",
    response_model=SchoolVisit,
    dependencies=[may(Act.SEE_SUPPORT, of=tables.SchoolVisit)],
)
def show_visit(door: AtDoor, officer: Caller, id: Key) -> Response:
    """One visit."""
    with read(door.engine) as session:
        return answer(support_work.visit(session, reader(officer, door.today), id))


@router.post(
    "/visits",
    status_code=201,
    response_model=SchoolVisit,
    dependencies=[may(Act.RECORD_VISIT)],
)
def add_visit(once: OnlyOnce, body: VisitMade) -> Response:
    """Record a visit; it meets the planned visit that was due first, unless `duty` says which."""

    def command(acting: Acting) -> SchoolVisit:
        visit = record_visit(acting, body)
        return support_work.visit(acting.session, acting.reader, visit.id)

    return once.act(command, 201)
