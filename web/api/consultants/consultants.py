"""Consultants: the pool, one of them, and what changes of them."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from models.consultants import keeping, shown
from models.consultants.shown import Consultant
from models.consultants.tables import Consultant as ConsultantRow
from models.database import read
from models.inputs import Word
from models.paging import Page
from models.people.access import Act, reader
from models.people.acting import Acting
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor, InOneGo, at_once, key

router = APIRouter(tags=["Consultants"])
Key = Annotated[int, at_once(key)]


class ConsultantQuery(Paging):
    """Which consultants; `spared` leaves out those whose own school causes concern.

    `capacity` are the days that they have left of this school year at least; `left` finds those
    who have left.
    """

    query: Word = ""
    accreditation: Word | None = None
    phase: Word | None = None
    spared: bool = False
    capacity: float | None = Field(None, ge=0, le=366)
    left: bool = False


@router.get("/consultants", response_model=Page[Consultant], dependencies=[may(Act.SEE_PROGRAMME)])
def list_consultants(
    door: AtDoor, officer: Caller, query: Annotated[ConsultantQuery, Query()]
) -> Response:
    """The consultants by name."""
    with read(door.engine) as session:
        who = reader(officer, door.today)
        found = shown.consultants(session, who, today=door.today, **query.model_dump())
        return answer(found)


@router.post(
    "/consultants",
    status_code=201,
    response_model=Consultant,
    dependencies=[may(Act.KEEP_CONSULTANTS)],
)
def add_consultant(once: OnlyOnce, body: keeping.ConsultantDetails) -> Response:
    """Add somebody outside the council who may support schools."""

    def command(acting: Acting) -> Consultant:
        return _shown(acting, keeping.add_consultant(acting, body).id)

    return once.act(command, 201)


@router.get(
    "/consultants/{id}",
    response_model=Consultant,
    dependencies=[may(Act.SEE_PROGRAMME, of=ConsultantRow)],
)
def show_consultant(door: AtDoor, officer: Caller, id: Key) -> Response:
    """One consultant."""
    with read(door.engine) as session:
        return answer(shown.consultant(session, reader(officer, door.today), id, door.today))


@router.put(
    "/consultants/{id}",
    response_model=Consultant,
    dependencies=[may(Act.KEEP_CONSULTANTS, of=ConsultantRow)],
)
def put_consultant(in_one_go: InOneGo, id: Key, body: keeping.ConsultantDetails) -> Response:
    """Say anew who they are and what they have to give."""
    with in_one_go() as acting:
        keeping.change_consultant(acting, id, body)
        return answer(_shown(acting, id))


@router.post(
    "/consultants/{id}/leaving",
    response_model=Consultant,
    dependencies=[may(Act.KEEP_CONSULTANTS, of=ConsultantRow)],
)
def leave(once: OnlyOnce, id: Key, body: keeping.Leaving) -> Response:
    """Say that a consultant has left."""

    def command(acting: Acting) -> Consultant:
        return _shown(acting, keeping.leave(acting, id, body).id)

    return once.act(command)


@router.post(
    "/consultants/{id}/return",
    response_model=Consultant,
    dependencies=[may(Act.KEEP_CONSULTANTS, of=ConsultantRow)],
)
def come_back(once: OnlyOnce, id: Key) -> Response:
    """Say that a consultant who had left is back."""

    def command(acting: Acting) -> Consultant:
        return _shown(acting, keeping.come_back(acting, id).id)

    return once.act(command)


@router.post(
    "/consultants/{id}/accreditations",
    status_code=201,
    response_model=Consultant,
    dependencies=[may(Act.KEEP_CONSULTANTS, of=ConsultantRow)],
)
def accredit(once: OnlyOnce, id: Key, body: keeping.AccreditationGiven) -> Response:
    """Say as what a consultant is accredited, and from when; the answer is the consultant."""

    def command(acting: Acting) -> Consultant:
        keeping.accredit(acting, id, body)
        return _shown(acting, id)

    return once.act(command, 201)


@router.post(
    "/consultants/{id}/accreditations/{item}/end",
    response_model=Consultant,
    dependencies=[may(Act.KEEP_CONSULTANTS, of=ConsultantRow)],
)
def end_accreditation(
    once: OnlyOnce, id: Key, item: Key, body: keeping.AccreditationOver
) -> Response:
    """Say when an accreditation ends, and why; the answer is the consultant."""

    def command(acting: Acting) -> Consultant:
        keeping.end_accreditation(acting, id, item, body)
        return _shown(acting, id)

    return once.act(command)


def _shown(acting: Acting, consultant_id: int) -> Consultant:
    return shown.consultant(acting.session, acting.reader, consultant_id, acting.today)
