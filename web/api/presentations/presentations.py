"""Evaluations that are presented: compiled, given to people, read and acknowledged."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from models.database import read
from models.paging import Page
from models.people.access import Act
from models.people.acting import Acting
from models.people.tables import Officer
from models.presentations import compiling, presenting, shown, tables
from models.presentations.shown import ListedPresentation, Presentation, PresentedSchool
from models.presentations.tables import PresentationKind
from models.schools.tables import RiskLevel
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor, InOneGo, at_once, key
from web.presentation_files import presentation_file

router = APIRouter(tags=["Evaluations presented"])
Key = Annotated[int, at_once(key)]
ONE = "/presentations/{id}"


class PresentationQuery(Paging):
    """Of which kind."""

    kind: PresentationKind | None = None


class PresentedSchoolQuery(Paging):
    """The schools at which level."""

    level: RiskLevel | None = None


@router.get(
    "/presentations",
    response_model=Page[ListedPresentation],
    dependencies=[may(Act.SEE_PRESENTATIONS)],
)
def list_presentations(
    door: AtDoor, officer: Caller, query: Annotated[PresentationQuery, Query()]
) -> Response:
    """What was compiled, the latest first; for members what was presented."""
    with read(door.engine) as session:
        found = shown.presentations(session, officer, today=door.today, **query.model_dump())
        return answer(found)


@router.post(
    "/presentations",
    status_code=201,
    response_model=Presentation,
    dependencies=[may(Act.PRESENT_EVALUATIONS)],
)
def compile_evaluations(once: OnlyOnce, body: compiling.Compiling) -> Response:
    """Compile the evaluations of a month or term; until it is presented, anew each time."""
    return once.act(
        lambda acting: _shown(acting, compiling.compile_evaluations(acting, body).id), 201
    )


@router.get(
    f"{ONE}.pdf",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
    dependencies=[may(Act.SEE_PRESENTATIONS, of=tables.Presentation)],
)
def presentation_pdf(door: AtDoor, officer: Caller, in_one_go: InOneGo, id: Key) -> Response:
    """What the caller reads of it, as PDF."""
    found, file = presentation_file(door, officer, id)
    _opened(officer, in_one_go, found)
    return file


@router.get(
    ONE,
    response_model=Presentation,
    dependencies=[may(Act.SEE_PRESENTATIONS, of=tables.Presentation)],
)
def show_presentation(door: AtDoor, officer: Caller, in_one_go: InOneGo, id: Key) -> Response:
    """One of them; that somebody to whom it was given has opened it is put on record."""
    with read(door.engine) as session:
        found = shown.presentation(session, officer, id, today=door.today)
    return answer(_opened(officer, in_one_go, found))


def _opened(officer: Officer, in_one_go: InOneGo, found: Presentation) -> Presentation:
    """Put on record that somebody to whom it was given opened it, the first time."""
    own = found.recipient(officer.email)
    if own is None or own.opened_at is not None:
        return found
    with in_one_go() as acting:
        presenting.open_presentation(acting, found.id)
        return _shown(acting, found.id)


@router.get(
    f"{ONE}/schools",
    response_model=Page[PresentedSchool],
    dependencies=[may(Act.SEE_PRESENTATIONS, of=tables.Presentation)],
)
def list_presented_schools(
    door: AtDoor, officer: Caller, id: Key, query: Annotated[PresentedSchoolQuery, Query()]
) -> Response:
    """Its schools, the highest risk first."""
    with read(door.engine) as session:
        return answer(shown.presented_schools(session, officer, id, **query.model_dump()))


@router.post(
    f"{ONE}/presenting",
    response_model=Presentation,
    dependencies=[may(Act.PRESENT_EVALUATIONS, of=tables.Presentation)],
)
def present(once: OnlyOnce, id: Key, body: presenting.Presenting) -> Response:
    """Present it to these people, in the version that was looked at."""
    return once.act(lambda acting: _shown(acting, presenting.present(acting, id, body).id))


@router.post(
    f"{ONE}/recipients",
    status_code=201,
    response_model=Presentation,
    dependencies=[may(Act.PRESENT_EVALUATIONS, of=tables.Presentation)],
)
def hand_on(once: OnlyOnce, id: Key, body: presenting.ToPeople) -> Response:
    """Give what was presented to more people."""
    return once.act(lambda acting: _shown(acting, presenting.hand_on(acting, id, body).id), 201)


@router.post(
    f"{ONE}/acknowledgement",
    response_model=Presentation,
    dependencies=[may(Act.SEE_PRESENTATIONS, of=tables.Presentation)],
)
def acknowledge(once: OnlyOnce, id: Key) -> Response:
    """Say that one has read what one was given."""
    return once.act(lambda acting: _shown(acting, presenting.acknowledge(acting, id).id))


def _shown(acting: Acting, number: int) -> Presentation:
    return shown.presentation(acting.session, acting.officer, number, today=acting.today)
