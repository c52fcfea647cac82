"""The national files of inspections and results: given, taken over, and what was found."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.files.folder import arriving
from models.national_files import shown, tables
from models.national_files.importing import LARGEST, import_file
from models.paging import Page
from models.people.access import Act
from models.refusals import InvalidInput
from web.door import key
from web.evidence_files import Posted
from web.pages.asked import Fields
from web.pages.forms import STAYS, Form
from web.pages.lists import List, PageNumber, address
from web.pages.visits import Key, Visit, Visitor, may, says
from web.tables import Column
from web.uploads import upload

SAYS_TAKEN_OVER = says("national_file", "The file has been taken over")


router = APIRouter()
LIST = "/administration/national-files"
PER_PAGE = 50
FILE = Fields(file=("The file", "Choose a file"))


@router.get(LIST, dependencies=[may(Act.IMPORT_NATIONAL_FILES)])
def national_files(visit: Visitor, page: PageNumber) -> Response:
    """All imports, the newest first."""
    with visit.read() as session:
        found = find(session, visit, {}, page, PER_PAGE)
    return visit.page(
        "national_files/imports.html",
        title="National files",
        navigation="administration",
        found=found,
        address=address(visit, {}),
    )


def find(
    session: Session, _: Visit, __: Mapping[str, str], page: int, per_page: int
) -> Page[shown.NationalImport]:
    """One page of the imports."""
    return shown.national_imports(session, page=page, per_page=per_page)


def find_findings(
    session: Session, visit: Visit, _: Mapping[str, str], page: int, per_page: int
) -> Page[shown.NationalFinding]:
    """One page of what the import that an address names found."""
    number = key(visit.request.path_params["id"])
    return shown.findings(session, number, page=page, per_page=per_page)


@router.get(f"{LIST}/new", dependencies=[may(Act.IMPORT_NATIONAL_FILES)])
def new_file(visit: Visitor) -> Response:
    """The form for a file."""
    return _form(visit, Form())


@router.post(f"{LIST}/new", dependencies=[may(Act.IMPORT_NATIONAL_FILES), upload(LARGEST)])
def give_file(visit: Visitor, posted: Posted) -> Response:
    """Take a file over, whole, or refuse it with its lines and why."""
    form = Form()
    try:
        file = posted.upload
        if file is None:
            raise InvalidInput("file", "Choose a file.")
        folder = visit.door.settings.register_folder
        with arriving(folder, file.content, LARGEST) as arrived, visit.acting() as acting:
            number = import_file(acting, arrived.path, file.name).id
    except STAYS as refusal:
        return _form(visit, form.refused(refusal, FILE))
    return visit.done(f"{LIST}/{number}", SAYS_TAKEN_OVER)


@router.get(LIST + "/{id}", dependencies=[may(Act.IMPORT_NATIONAL_FILES, of=tables.NationalImport)])
def one_file(visit: Visitor, number: Key, page: PageNumber) -> Response:
    """What one import changed, and what it found."""
    with visit.read() as session:
        found = shown.national_import(session, number)
        findings = find_findings(session, visit, {}, page, PER_PAGE)
    return visit.page(
        "national_files/import.html",
        title=found.name,
        navigation="administration",
        found=found,
        findings=findings,
        address=address(visit, {}),
    )


def _form(visit: Visit, form: Form) -> Response:
    return visit.page(
        "national_files/form.html",
        title="Import a national file",
        navigation="administration",
        form=form,
        largest=LARGEST // 1024**2,
    )


LISTS: tuple[List[Any], ...] = (
    List[shown.NationalImport](
        LIST,
        Act.IMPORT_NATIONAL_FILES,
        "National files",
        find,
        [
            Column("File", lambda found: found.name),
            Column("National file", lambda found: found.file.label),
            Column("Given at", lambda found: found.given_at),
            Column("Given by", lambda found: found.given_by_name),
            Column("Lines", lambda found: found.lines),
            Column("New", lambda found: found.added),
            Column("Changed", lambda found: found.changed),
            Column("Unchanged", lambda found: found.unchanged),
            Column("Kept as entered", lambda found: found.kept),
            Column("Left out", lambda found: found.left_out),
            Column("Not in the register", lambda found: found.unknown),
            Column("Tasks set", lambda found: found.tasks),
        ],
    ),
    List[shown.NationalFinding](
        LIST + "/{id}",
        Act.IMPORT_NATIONAL_FILES,
        "National file",
        find_findings,
        [
            Column("Line", lambda finding: finding.line),
            Column("URN", lambda finding: finding.urn),
            Column("School", lambda finding: finding.school),
            Column("Kind", lambda finding: finding.kind.label),
            Column("The file says", lambda finding: finding.what),
        ],
        of=tables.NationalImport,
    ),
)
