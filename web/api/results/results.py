"""Results of schools at the end of a key stage, beside the national figure."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from models.database import read
from models.inputs import Word
from models.paging import Page
from models.people.access import Act
from models.people.acting import Acting
from models.results.recording import ResultEntered, record_result
from models.results.shown import SchoolResult, result, results, results_of
from models.schools.tables import School
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor

router = APIRouter(tags=["Results"])


class ResultQuery(Paging):
    """Which results: of schools by name, of a school year, a measure, or below the national."""

    query: Word = ""
    school_year: int | None = None
    measure: Word | None = None
    below: bool = False


class ResultsOfSchool(Paging):
    """The results that count; with `history` every entry."""

    history: bool = False


@router.get("/results", response_model=Page[SchoolResult], dependencies=[may(Act.SEE_STANDING)])
def list_results(door: AtDoor, _: Caller, query: Annotated[ResultQuery, Query()]) -> Response:
    """The results of all schools, the newest year first."""
    with read(door.engine) as session:
        return answer(results(session, door.policy, **query.model_dump()))


@router.get(
    "/schools/{urn}/results",
    response_model=Page[SchoolResult],
    dependencies=[may(Act.SEE_STANDING, of=School)],
)
def list_results_of_school(
    door: AtDoor, _: Caller, urn: str, query: Annotated[ResultsOfSchool, Query()]
) -> Response:
    """The results of a school, the newest year first."""
    with read(door.engine) as session:
        return answer(results_of(session, door.policy, urn, **query.model_dump()))


@router.post(
    "/schools/{urn}/results",
    status_code=201,
    response_model=SchoolResult,
    dependencies=[may(Act.RECORD_RESULT, of=School)],
)
def add_result(once: OnlyOnce, urn: str, body: ResultEntered) -> Response:
    """Enter a result of a school, or another in the place of one."""

    def command(acting: Acting) -> SchoolResult:
        return result(acting.session, acting.policy, record_result(acting, urn, body).id)

    return once.act(command, 201)
