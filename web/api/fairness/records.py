"""What is put on record out of fairness, before a formal letter, a notice or a power."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from models.database import read
from models.fairness import shown
from models.fairness.recording import FairnessToRecord, record_fairness
from models.matters.case import case_of
from models.paging import Page
from models.people.access import Act, reader
from models.people.acting import Acting
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor, reference

router = APIRouter(tags=["Fairness"])
Reference = Annotated[str, Depends(reference)]
Pages = Annotated[Paging, Query()]
ADDRESS = "/escalations/{reference}/fairness"


@router.get(ADDRESS, response_model=Page[shown.Record], dependencies=[may(Act.SEE_CASE)])
def list_records(door: AtDoor, officer: Caller, reference: Reference, pages: Pages) -> Response:
    """What was put on record in one escalation, in that order."""
    with read(door.engine) as session:
        found = shown.records_of(
            session, door.policy, reader(officer), reference, **pages.model_dump()
        )
        return answer(found)


@router.post(
    ADDRESS,
    status_code=201,
    response_model=shown.Record,
    dependencies=[may(Act.RECORD_FAIRNESS)],
)
def add_record(once: OnlyOnce, reference: Reference, body: FairnessToRecord) -> Response:
    """Put on record what was considered or done, for the approvers of a step."""

    def command(acting: Acting) -> shown.Record:
        recorded = record_fairness(acting, reference, body)
        case = case_of(acting.session, acting.policy, acting.reader, recorded.matter_id)
        return shown.record_shown(case, recorded)

    return once.act(command, 201)
