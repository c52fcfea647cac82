"""Schools and their contacts."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from models.database import read
from models.paging import Page
from models.people.access import Act, reader
from models.schools import shown as schools_shown
from models.schools.contacts import set_contact
from models.schools.shown import school, schools
from models.schools.tables import School
from web.api.answering import Caller, answer, may
from web.api.bodies import ContactBody, SchoolQuery
from web.door import Acting, AtDoor

router = APIRouter(tags=["Schools"])


@router.get(
    "/schools", response_model=Page[schools_shown.School], dependencies=[may(Act.SEE_SCHOOLS)]
)
def list_schools(door: AtDoor, officer: Caller, query: Annotated[SchoolQuery, Query()]) -> Response:
    """Schools by name."""
    with read(door.engine) as session:
        return answer(schools(session, reader(officer), today=door.today, **query.model_dump()))


@router.get(
    "/schools/{urn}",
    response_model=schools_shown.School,
    dependencies=[may(Act.SEE_SCHOOLS, of=School)],
)
def show_school(door: AtDoor, officer: Caller, urn: str) -> Response:
    """One school."""
    with read(door.engine) as session:
        return answer(school(session, reader(officer), urn))


@router.put(
    "/schools/{urn}/contacts/{role}",
    response_model=schools_shown.School,
    dependencies=[may(Act.CHANGE_CONTACTS, of=School)],
)
def put_contact(
    door: AtDoor, officer: Caller, acting: Acting, urn: str, role: str, body: ContactBody
) -> Response:
    """Add or correct one of a school's contacts; the answer is the school."""
    with acting() as session:
        set_contact(session, officer=officer, now=door.now, urn=urn, role=role, **body.model_dump())
        return answer(school(session, reader(officer), urn))
