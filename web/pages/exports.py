"""The lists of the pages as files, with the filters that stand in the address.

A list is found for its file as it is for its page, and both name the same rule: a file never has
a row that the page would not show.
"""

from collections.abc import Callable, Iterator
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.level_letters.tables import LetterBatch
from models.paging import MOST_AT_ONCE
from models.people.access import Act
from models.refusals import NotFound
from models.register.tables import RegisterImport
from web.pages.approvals import proposals
from web.pages.dashboard import dashboard
from web.pages.escalations import caseload
from web.pages.letters import deliveries
from web.pages.level_letters import letter_batches
from web.pages.lists import List
from web.pages.people import officers
from web.pages.programme import plan, support_work, supporters
from web.pages.record import audit
from web.pages.register import imports
from web.pages.risk import register
from web.pages.schools import schools
from web.pages.visits import Visit, Visitor, may
from web.tables import as_csv, as_xlsx, column

router = APIRouter()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


LISTS: tuple[List[Any], ...] = (
    *schools.LISTS,
    *caseload.LISTS,
    *proposals.LISTS,
    *dashboard.LISTS,
    List(
        "/level-changes",
        Act.SEE_PROGRAMME,
        "Changes of risk level",
        dashboard.find_level_changes,
        [
            column("URN", "urn"),
            column("School", "school"),
            column("Phase", "phase"),
            column("Before", "before"),
            column("Now", "level"),
            column("Since", "on"),
            column("Reason", "reason"),
        ],
    ),
    *register.LISTS,
    *plan.LISTS,
    *supporters.LISTS,
    *support_work.LISTS,
    List(
        "/letter-batches",
        Act.SEE_PROGRAMME,
        "Batches of letters",
        letter_batches.find_batches,
        [
            column("Batch", "number"),
            column("Title", "title"),
            column("State", "state"),
            column("Letters", "letters"),
            column("Issued", "issued"),
            column("Left out", "left_out"),
            column("Begun at", "created_at"),
            column("Dated", "dated"),
            column("Signed by", "signed_by"),
            column("Issued at", "issued_at"),
            column("Why withdrawn", "reason"),
        ],
    ),
    List(
        "/letter-batches/{id}/letters",
        Act.SEE_PROGRAMME,
        "Letters of batch",
        letter_batches.find_letters,
        [
            column("Posting order", "place"),
            column("URN", "urn"),
            column("School", "school"),
            column("To", "role"),
            column("Name", "name"),
            column("Level", "level"),
            column("Level before", "before"),
            column("How it goes", "channel"),
            column("E-mail address", "email"),
            column("Address", "address"),
            column("State", "state"),
            column("Why left out", "left_out"),
            column("SHA-256", "sha256"),
        ],
        of=LetterBatch,
    ),
    List(
        "/letter-batches/{id}/deliveries",
        Act.SEE_PROGRAMME,
        "Delivery problems of batch",
        letter_batches.find_problems,
        [
            column("Name", "to_name"),
            column("E-mail address", "to"),
            column("URN", "letter", "urn"),
            column("School", "letter", "school"),
            column("State", "state"),
            column("Since", "at"),
            column("The mail server said", "detail"),
        ],
        of=LetterBatch,
    ),
    *officers.LISTS,
    *deliveries.LISTS,
    List(
        "/administration/imports",
        Act.IMPORT_REGISTER,
        "Imports",
        imports.find,
        [
            column("File", "name"),
            column("File of the register", "file"),
            column("Local authority", "la"),
            column("State", "state"),
            column("Given at", "given_at"),
            column("Given by", "given_by_name"),
            column("Rows read", "read"),
            column("New", "created"),
            column("Changed", "updated"),
            column("Unchanged", "unchanged"),
            column("Left out", "skipped"),
            column("Rejected", "rejected"),
            column("Applied at", "applied_at"),
            column("Applied by", "applied_by_name"),
        ],
    ),
    List(
        "/administration/imports/{id}",
        Act.IMPORT_REGISTER,
        "Import",
        imports.find_findings,
        [
            column("Row", "row"),
            column("URN", "urn"),
            column("Name", "name"),
            column("Kind", "kind"),
            column("Before", "before"),
            column("After", "after"),
            column("Reason", "reason"),
        ],
        of=RegisterImport,
    ),
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
