"""Imports of the national register: a file is given, looked at, and applied or withdrawn."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.paging import Page
from models.people.access import Act
from models.refusals import InvalidInput
from models.register import importing, tables
from models.register import shown as reading
from models.register.tables import FindingKind, ImportState
from web.door import key
from web.evidence_files import Posted, PostedFile
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form
from web.pages.lists import List, PageNumber, address
from web.pages.visits import Key, Visit, Visitor, may, says
from web.tables import Column
from web.uploads import upload

SAYS_REGISTER_GIVEN = says(
    "register_given", "The file has been uploaded. Reading it takes less than a minute"
)
SAYS_REGISTER_APPLIED = says("register_applied", "The import has been applied")
SAYS_REGISTER_WITHDRAWN = says(
    "register_withdrawn", "The import has been withdrawn. Nothing was changed"
)


router = APIRouter()
LIST = "/administration/imports"
PER_PAGE = 50
FILE = Asked(
    importing.FileGiven,
    file=("The file", "Choose a file"),
    la=("Local authority", "Enter the code of the local authority"),
)
LOOK_AGAIN = 3  # seconds, while the file is being read


@router.get("/administration/imports", dependencies=[may(Act.IMPORT_REGISTER)])
def imports(visit: Visitor, page: PageNumber) -> Response:
    """All imports, the newest first."""
    with visit.read() as session:
        found = find(session, visit, {}, page, PER_PAGE)
    return visit.page(
        "register/imports.html",
        title="National register",
        navigation="administration",
        found=found,
        address=address(visit, {}),
    )


def find(
    session: Session, _: Visit, __: Mapping[str, str], page: int, per_page: int
) -> Page[reading.RegisterImport]:
    """One page of the imports."""
    return reading.register_imports(session, page=page, per_page=per_page)


def find_findings(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[reading.RegisterFinding]:
    """One page of what the import that an address names found, of one kind or of all."""
    number = key(visit.request.path_params["id"])
    kind = filters.get("kind", "")
    return reading.findings(session, number, kind=kind, page=page, per_page=per_page)


@router.get("/administration/imports/new", dependencies=[may(Act.IMPORT_REGISTER)])
def file(visit: Visitor) -> Response:
    """The form for a file."""
    return _form(visit, Form())


@router.post(
    "/administration/imports/new",
    dependencies=[may(Act.IMPORT_REGISTER), upload(importing.LARGEST)],
)
def give_file(visit: Visitor, posted: Posted) -> Response:
    """Take a file in; it is read in the background."""
    form = _typed(posted)
    try:
        form.demand(FILE)
        file = posted.upload
        if file is None:
            raise InvalidInput("file", "Choose a file.")
        given = form.filled(FILE, la=_la(form.text("la")))
        with (
            importing.receive(visit.door.settings, file.content) as arrived,
            visit.acting() as acting,
        ):
            number = importing.give(acting, arrived, file.name, given)
    except STAYS as refusal:
        return _form(visit, form.refused(refusal, FILE))
    return visit.done(f"{LIST}/{number}", SAYS_REGISTER_GIVEN)


@router.get(
    "/administration/imports/{id}",
    dependencies=[may(Act.IMPORT_REGISTER, of=tables.RegisterImport)],
)
def one_import(visit: Visitor, number: Key, page: PageNumber, kind: str = "") -> Response:
    """How far an import is, then what it would change, or changed."""
    return _shown(visit, number, page, kind, Form())


@router.post(
    "/administration/imports/{id}/application",
    dependencies=[may(Act.IMPORT_REGISTER, of=tables.RegisterImport)],
)
def apply_import(visit: Visitor, number: Key) -> Response:
    """Change our schools as was shown."""
    try:
        with visit.acting() as acting:
            importing.apply(acting, visit.door.settings, number)
    except STAYS as refusal:
        answer = _shown(visit, number, 1, "", Form().refused(refusal, FILE))
        answer.status_code = refusal.status
        return answer
    importing.tidy(visit.door.engine, visit.door.settings, visit.now)
    return visit.done(f"{LIST}/{number}", SAYS_REGISTER_APPLIED)


@router.post(
    "/administration/imports/{id}/withdrawal",
    dependencies=[may(Act.IMPORT_REGISTER, of=tables.RegisterImport)],
)
def withdraw_import(visit: Visitor, number: Key) -> Response:
    """Do without an import."""
    try:
        with visit.acting() as acting:
            importing.withdraw(acting, number)
    except STAYS as refusal:
        answer = _shown(visit, number, 1, "", Form().refused(refusal, FILE))
        answer.status_code = refusal.status
        return answer
    importing.tidy(visit.door.engine, visit.door.settings, visit.now)
    return visit.done(f"{LIST}/{number}", SAYS_REGISTER_WITHDRAWN)


def _typed(posted: PostedFile) -> Form:
    form = Form.of(la=posted.texts.get("la", ""))
    if posted.upload is not None:
        form.values["file"] = [posted.upload.name]
    return form


def _la(typed: str) -> int | None:
    """The code of a local authority, or none; raises InvalidInput."""
    code = typed.strip()
    if not code:
        return None
    if not (code.isascii() and code.isdigit() and len(code) == 3):
        raise InvalidInput("la", "The code of a local authority has three digits, such as 925.")
    return int(code)


def _form(visit: Visit, form: Form) -> Response:
    return visit.page(
        "register/import_form.html",
        title="Import a file of the register",
        navigation="administration",
        form=form,
        largest=importing.LARGEST // 1024**2,
    )


def _shown(visit: Visit, number: int, page: int, kind: str, form: Form) -> Response:
    with visit.read() as session:
        found = reading.register_import(session, number)
        kinds = [each for each in FindingKind if found.findings[each]]
        chosen = kind if kind in kinds else next(iter(kinds), "")
        findings = find_findings(session, visit, {"kind": chosen}, page, PER_PAGE)
    waits = found.state is ImportState.WAITING
    answer = visit.page(
        "register/import.html",
        title=found.name,
        navigation="administration",
        form=form,
        found=found,
        kinds=kinds,
        kind=FindingKind(chosen) if chosen else None,
        findings=findings,
        base=f"{LIST}/{number}",
        address=f"{LIST}/{number}?kind={chosen}",
        looks_again=LOOK_AGAIN,
    )
    broken_off = found.progress is not None and found.progress.failed
    if waits and not form.errors and not broken_off:
        visit.ask_again(answer, LOOK_AGAIN)
    return answer


LISTS: tuple[List[Any], ...] = (
    List[reading.RegisterImport](
        LIST,
        Act.IMPORT_REGISTER,
        "Imports",
        find,
        [
            Column("File", lambda found: found.name),
            Column("File of the register", lambda found: found.file),
            Column("Local authority", lambda found: found.la),
            Column("State", lambda found: found.state),
            Column("Given at", lambda found: found.given_at),
            Column("Given by", lambda found: found.given_by_name),
            Column("Rows read", lambda found: found.read),
            Column("New", lambda found: found.created),
            Column("Changed", lambda found: found.updated),
            Column("Unchanged", lambda found: found.unchanged),
            Column("Left out", lambda found: found.skipped),
            Column("Rejected", lambda found: found.rejected),
            Column("Applied at", lambda found: found.applied_at),
            Column("Applied by", lambda found: found.applied_by_name),
        ],
    ),
    List[reading.RegisterFinding](
        "/administration/imports/{id}",
        Act.IMPORT_REGISTER,
        "Import",
        find_findings,
        [
            Column("Row", lambda finding: finding.row),
            Column("URN", lambda finding: finding.urn),
            Column("Name", lambda finding: finding.name),
            Column("Kind", lambda finding: finding.kind),
            Column("Before", lambda finding: finding.before),
            Column("After", lambda finding: finding.after),
            Column("Reason", lambda finding: finding.reason),
        ],
        of=tables.RegisterImport,
    ),
)
