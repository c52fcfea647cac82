"""Whether schools need more support, or less, and what became of that."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from models.database import read
from models.inputs import Word
from models.needs import shown, tables
from models.needs.settling import NeedSettled, settle_need
from models.needs.shown import Need, NeedNow, need_now, needs
from models.needs.tables import Needed, NeedState
from models.paging import Page
from models.people.access import Act, reader
from models.people.acting import Acting
from models.risk import shown as risk_shown
from models.risk.from_needs import assess_need
from models.risk.shown import Assessment
from models.rows import LAST_KEY
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor, at_once, key

router = APIRouter(tags=["More or less needed"])
Key = Annotated[int, at_once(key)]


class NeedQuery(Paging):
    """Which of them: in which state, of which answer, of which school, behind which assessment."""

    state: NeedState | None = None
    answer: Needed | None = None
    urn: int | None = Field(None, ge=1, le=999_999)
    assessment: int | None = Field(None, ge=1, le=LAST_KEY)
    query: Word = ""


@router.get("/needs", response_model=Page[Need], dependencies=[may(Act.SEE_CASE)])
def list_needs(door: AtDoor, officer: Caller, query: Annotated[NeedQuery, Query()]) -> Response:
    """Where more or less is needed, what is open first, with what became of each."""
    with read(door.engine) as session:
        found = needs(session, reader(officer), today=door.today, **query.model_dump())
        return answer(found)


@router.get("/needs/{id}", response_model=NeedNow, dependencies=[may(Act.SEE_CASE, of=tables.Need)])
def show_need(door: AtDoor, officer: Caller, id: Key) -> Response:
    """One of them, with what you can make of it now."""
    with read(door.engine) as session:
        return answer(need_now(session, officer, id, today=door.today))


@router.post(
    "/needs/{id}/assessment",
    status_code=201,
    response_model=Assessment,
    dependencies=[may(Act.ASSESS, of=tables.Need)],
)
def assess(once: OnlyOnce, id: Key) -> Response:
    """Assess the school, with what was said as evidence; the answer is the assessment."""

    def command(acting: Acting) -> Assessment:
        assessment = assess_need(acting, id)
        return risk_shown.assessment(acting.session, assessment.id)

    return once.act(command, 201)


@router.post(
    "/needs/{id}/closing",
    response_model=Need,
    dependencies=[may(Act.CLOSE_NEED, of=tables.Need)],
)
def close(once: OnlyOnce, id: Key, body: NeedSettled) -> Response:
    """Say why neither assessment nor a new escalation comes of it."""

    def command(acting: Acting) -> Need:
        settle_need(acting, id, body)
        return shown.need(acting.session, acting.reader, id, today=acting.today)

    return once.act(command)
