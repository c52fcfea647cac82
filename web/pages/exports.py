"""The lists of the pages as files, with the filters that stand in the address.

A list is found for its file as it is for its page, and both name the same rule: a file never has
a row that the page would not show.
"""

from collections.abc import Callable, Iterator
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.paging import MOST_AT_ONCE
from models.refusals import NotFound
from web.pages.actions import actions
from web.pages.approvals import proposals
from web.pages.commissioning import asking, commissions, providers
from web.pages.consultants import consultants
from web.pages.dashboard import dashboard
from web.pages.escalations import caseload
from web.pages.letters import deliveries
from web.pages.level_letters import letter_batches, level_letters
from web.pages.lists import List
from web.pages.national_files import imports as national_files
from web.pages.needs import needs
from web.pages.people import officers
from web.pages.presentations import presentations
from web.pages.priorities import priorities
from web.pages.programme import plan, reports, reviews, supporters, visits
from web.pages.record import audit
from web.pages.register import imports
from web.pages.results import results
from web.pages.risk import annual, register
from web.pages.school_record import record
from web.pages.schools import inspections, schools
from web.pages.sharing import decisions
from web.pages.visits import Visit, Visitor, may
from web.tables import as_csv, as_xlsx

router = APIRouter()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


LISTS: tuple[List[Any], ...] = (
    *schools.LISTS,
    *inspections.LISTS,
    *results.LISTS,
    *record.LISTS,
    *actions.LISTS,
    *decisions.LISTS,
    *caseload.LISTS,
    *proposals.LISTS,
    *dashboard.LISTS,
    *register.LISTS,
    *annual.LISTS,
    *needs.LISTS,
    *priorities.LISTS,
    *plan.LISTS,
    *supporters.LISTS,
    *consultants.LISTS,
    *providers.LISTS,
    *asking.LISTS,
    *commissions.LISTS,
    *visits.LISTS,
    *reports.LISTS,
    *reviews.LISTS,
    *presentations.LISTS,
    *letter_batches.LISTS,
    *level_letters.LISTS,
    *officers.LISTS,
    *deliveries.LISTS,
    *imports.LISTS,
    *national_files.LISTS,
    *audit.LISTS,
)


def _download(which: List[Any]) -> Callable[..., Response]:
    def download(visit: Visitor, kind: str) -> Response:
        """The list as a file of this kind."""
        if kind not in ("csv", "xlsx"):
            raise NotFound("A list can be had as CSV or XLSX.")
        with visit.read() as session:
            rows = _rows(session, visit, which)
            content = (
                as_csv(which.columns, rows)
                if kind == "csv"
                else as_xlsx(which.title, which.columns, rows)
            )
        return Response(
            content,
            media_type="text/csv; charset=utf-8" if kind == "csv" else XLSX,
            headers={"Content-Disposition": f'attachment; filename="{_name(visit, which)}.{kind}"'},
        )

    return download


for each in LISTS:
    router.add_api_route(
        f"{each.address}.{{kind}}",
        _download(each),
        dependencies=[may(each.act, of=each.of)],
        methods=["GET"],
    )


def _name(visit: Visit, which: List[Any]) -> str:
    """Such as `letters-of-batch-3-2026-11-30`; what the address names was found, so it is plain."""
    named = [part for name, part in visit.request.path_params.items() if name != "kind"]
    return "-".join([*which.title.lower().split(), *named, visit.today.isoformat()])


def _rows(session: Session, visit: Visit, which: List[Any]) -> Iterator[Any]:
    filters = dict(visit.request.query_params)
    pages = page = 1
    while page <= pages:
        found = which.find(session, visit, filters, page, MOST_AT_ONCE)
        yield from found.items
        pages = found.pages
        page += 1
