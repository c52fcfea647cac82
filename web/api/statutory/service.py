"""How letters were served, and how far that is proven of the notices for which it must be."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from models.database import read
from models.letters import serving
from models.letters.served import NoticeServed, service_of_case
from models.letters.tables import Letter
from models.paging import Page
from models.people.access import Act, reader
from models.people.acting import Acting
from models.statutory import shown as statutory_shown
from models.statutory import tables
from models.statutory.shown import Service
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor, at_once, key, reference

router = APIRouter(tags=["Statutory steps"])
Reference = Annotated[str, at_once(reference)]
Key = Annotated[int, at_once(key)]
Pages = Annotated[Paging, Query()]


@router.get(
    "/escalations/{reference}/service",
    response_model=Page[NoticeServed],
    dependencies=[may(Act.SEE_CASE)],
)
def list_notices_served(door: AtDoor, officer: Caller, reference: Reference) -> Response:
    """The notices that must be proven to have been served, and on whom that is wanting."""
    with read(door.engine) as session:
        return answer(service_of_case(session, door.policy, reader(officer), reference))


@router.get(
    "/letters/{id}/services",
    response_model=Page[Service],
    dependencies=[may(Act.SEE_CASE, of=Letter)],
)
def list_services(door: AtDoor, officer: Caller, id: Key, query: Pages) -> Response:
    """How a letter was served on those it is for, apart from its e-mails."""
    with read(door.engine) as session:
        found = statutory_shown.services_of(session, reader(officer), id, **query.model_dump())
        return answer(found)


@router.post(
    "/letters/{id}/services",
    status_code=201,
    response_model=Service,
    dependencies=[may(Act.RECORD_SERVICE, of=Letter)],
)
def add_service(once: OnlyOnce, id: Key, body: serving.ServiceOfLetter) -> Response:
    """Record that a letter was served: on whom, how, when and with what evidence."""

    def command(acting: Acting) -> Service:
        service = serving.record_service(acting, id, body)
        return statutory_shown.service(acting.session, acting.reader, service.id)

    return once.act(command, 201)


@router.post(
    "/services/{id}/withdrawal",
    response_model=Service,
    dependencies=[may(Act.RECORD_SERVICE, of=tables.Service)],
)
def undo_service(once: OnlyOnce, id: Key, body: serving.ServiceNotMade) -> Response:
    """Say that a letter was not served as was recorded: the record stays and counts no more."""

    def command(acting: Acting) -> Service:
        serving.undo_service(acting, id, body)
        return statutory_shown.service(acting.session, acting.reader, id)

    return once.act(command)
