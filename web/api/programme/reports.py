"""Written reports on schools."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from models.database import read
from models.paging import Page
from models.people.access import Act
from models.people.acting import Acting
from models.programme import support_work, tables
from models.programme.reports import ReportWritten, record_report
from models.programme.support_work import WrittenReport
from models.reports.tables import ReportState
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.programme.visits import WorkByQuery
from web.door import AtDoor, at_once, key

router = APIRouter(tags=["Support programme"])
Key = Annotated[int, at_once(key)]


class ReportQuery(WorkByQuery):
    """The same, and those in one state."""

    state: ReportState | None = None


@router.get(
    "/reports",
    response_model=Page[WrittenReport],
    dependencies=[may(Act.SEE_PROGRAMME)],
)
def list_reports(door: AtDoor, _: Caller, query: Annotated[ReportQuery, Query()]) -> Response:
    """The written reports, the latest first."""
    with read(door.engine) as session:
        found = support_work.reports(session, **query.model_dump())
        return answer(found)


@router.get(
    "/reports/{id}",
    response_model=WrittenReport,
    dependencies=[may(Act.SEE_PROGRAMME, of=tables.WrittenReport)],
)
def show_report(door: AtDoor, _: Caller, id: Key) -> Response:
    """One written report."""
    with read(door.engine) as session:
        return answer(support_work.report(session, id))


@router.post(
    "/reports",
    status_code=201,
    response_model=WrittenReport,
    dependencies=[may(Act.RECORD_SUPPORT_WORK)],
)
def add_report(once: OnlyOnce, body: ReportWritten) -> Response:
    """Draft a written report, every section that the policy names, and put it forward for approval.

    With `put_forward` false, or where somebody whom it must reach has no address, it is a draft.
    """

    def command(acting: Acting) -> WrittenReport:
        report = record_report(acting, body)
        return support_work.report(acting.session, report.id)

    return once.act(command, 201)
