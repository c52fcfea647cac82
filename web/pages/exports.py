"""The lists of the pages as files, with the filters that stand in the address."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models import reading
from models.access import Act
from models.refusals import NotFound
from web.pages import caseload, dashboard, programme, risk, schools
from web.pages.visits import Visit, Visitor, may
from web.tables import Column, as_csv, as_xlsx, column

router = APIRouter()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PER_PAGE = 200


class Find(Protocol):
    """One page of a list, by the filters of its address; raises InvalidInput."""

    def __call__(
        self, session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
    ) -> reading.Page: ...


@dataclass(frozen=True)
class List:
    """One list: its title, which is the name of the file as well, its columns, and who finds."""

    title: str
    find: Find
    columns: Sequence[Column]


SCHOOLS = List(
    "Schools",
    schools.find,
    [
        column("URN", "urn"),
        column("School", "name"),
        column("Type", "type"),
        column("Phase", "phase"),
        column("Trust", "trust"),
        column("Town", "town"),
        column("Postcode", "postcode"),
        column("Risk level", "risk_level"),
        column("Escalation", "escalation"),
        column("Closed on", "closed_on"),
    ],
)
ESCALATIONS = List(
    "Escalations",
    caseload.find,
    [
        column("Reference", "reference"),
        column("URN", "urn"),
        column("School", "school"),
        column("Ladder", "ladder"),
        column("Status", "status"),
        column("Step", "step", "title"),
        column("State of the step", "step", "state"),
        column("Next deadline", "next_deadline"),
        column("Overdue", "overdue"),
        column("Opened on", "opened_on"),
        column("Case officer", "case_officer_name"),
    ],
)
DEADLINES = List(
    "Deadlines",
    dashboard.find_deadlines,
    [
        column("Due on", "due_on"),
        column("Overdue", "overdue"),
        column("Reference", "reference"),
        column("URN", "urn"),
        column("School", "school"),
        column("Step", "step_title"),
        column("Kind", "kind"),
        column("Case officer", "case_officer_name"),
    ],
)
LEVEL_CHANGES = List(
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
)
RISK_REGISTER = List(
    "Risk register",
    risk.find,
    [
        column("URN", "urn"),
        column("School", "name"),
        column("Phase", "phase"),
        column("Local authority", "la_name"),
        column("Level", "risk_level"),
        column("Assessed on", "assessed_on"),
        column("Level before", "level_before"),
        column("Reason", "reason"),
    ],
)
PROGRAMME = List(
    "Support programme",
    programme.find_schools,
    [
        column("URN", "urn"),
        column("School", "school"),
        column("Level", "risk_level"),
        column("School Evaluation Officer", "evaluation_officer_name"),
        column("Behind", "behind"),
        *(
            column(f"{title} {state}", key, state)
            for key, title in (
                ("visit", "Visits"),
                ("report", "Written reports"),
                ("sisg_meeting", "Strategy group"),
            )
            for state in ("done", "planned", "late")
        ),
    ],
)
DUTIES = List(
    "What is due",
    programme.find_duties,
    [
        column("Due by", "due_on"),
        column("What", "title"),
        column("URN", "urn"),
        column("School", "school"),
        column("Level", "level"),
        column("State", "state"),
        column("Done on", "done_on"),
    ],
)


@router.get("/risk.{kind}", dependencies=[may(Act.SEE_PROGRAMME)])
def export_register(visit: Visitor, kind: str) -> Response:
    """The risk register as a file."""
    return _file(visit, RISK_REGISTER, kind)


@router.get("/programme.{kind}", dependencies=[may(Act.SEE_PROGRAMME)])
def export_programme(visit: Visitor, kind: str) -> Response:
    """The support programme of all schools as a file."""
    return _file(visit, PROGRAMME, kind)


@router.get("/programme/duties.{kind}", dependencies=[may(Act.SEE_PROGRAMME)])
def export_duties(visit: Visitor, kind: str) -> Response:
    """What is due as a file."""
    return _file(visit, DUTIES, kind)


@router.get("/schools.{kind}", dependencies=[may(Act.SEE_SCHOOLS)])
def export_schools(visit: Visitor, kind: str) -> Response:
    """The list of schools as a file."""
    return _file(visit, SCHOOLS, kind)


@router.get("/escalations.{kind}", dependencies=[may(Act.SEE_OUTLINES)])
def export_escalations(visit: Visitor, kind: str) -> Response:
    """The caseload as a file."""
    return _file(visit, ESCALATIONS, kind)


@router.get("/deadlines.{kind}", dependencies=[may(Act.SEE_OUTLINES)])
def export_deadlines(visit: Visitor, kind: str) -> Response:
    """The list of deadlines as a file."""
    return _file(visit, DEADLINES, kind)


@router.get("/level-changes.{kind}", dependencies=[may(Act.SEE_PROGRAMME)])
def export_level_changes(visit: Visitor, kind: str) -> Response:
    """The changes of level as a file."""
    return _file(visit, LEVEL_CHANGES, kind)


def _file(visit: Visit, which: List, kind: str) -> Response:
    if kind not in ("csv", "xlsx"):
        raise NotFound("A list can be had as CSV or XLSX.")
    with visit.read() as session:
        rows = _rows(session, visit, which)
        content = (
            as_csv(which.columns, rows)
            if kind == "csv"
            else as_xlsx(which.title, which.columns, rows)
        )
    name = f"{which.title.lower().replace(' ', '-')}-{visit.today.isoformat()}.{kind}"
    return Response(
        content,
        media_type="text/csv; charset=utf-8" if kind == "csv" else XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _rows(session: Session, visit: Visit, which: List) -> Iterator[Mapping[str, Any]]:
    filters = dict(visit.request.query_params)
    pages = page = 1
    while page <= pages:
        found = which.find(session, visit, filters, page, PER_PAGE)
        yield from found["items"]
        pages = found["pages"]
        page += 1
