"""The files of an escalation: listed, attached, downloaded."""

from fastapi import APIRouter
from fastapi.responses import Response

from models.escalations.shown import escalation
from models.escalations.tables import LIVE
from models.evidence import keeping
from models.evidence.shown import evidence_file, evidence_of
from models.evidence.tables import EvidenceFile
from models.files.folder import LARGEST
from models.files.kinds import ENDINGS
from models.matters.case import find_case
from models.people.access import Act
from models.refusals import InvalidInput
from web.evidence_files import Posted, PostedFile, evidence_response
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form
from web.pages.lists import PageNumber
from web.pages.visits import Key, Reference, Visit, Visitor, may, says
from web.uploads import upload

SAYS_EVIDENCE = says("evidence", "The file has been added")


router = APIRouter()
FILES = 25  # of one page
FILE = Asked(
    keeping.Described,
    file=("The file", "Choose a file"),
    description=("Description", "Enter what the file is and what it shows"),
)


@router.get("/escalations/{reference}/evidence", dependencies=[may(Act.SEE_CASE)])
def files(visit: Visitor, reference: Reference, page: PageNumber) -> Response:
    """The files of the escalation, the newest first."""
    with visit.read() as session:
        found = escalation(session, visit.policy, visit.reader, reference, today=visit.today)
        school = find_case(session, visit.policy, visit.reader, reference).school
        kept = evidence_of(
            session,
            visit.policy,
            visit.reader,
            reference,
            newest_first=True,
            page=page,
            per_page=FILES,
        )
    return visit.page(
        "evidence/case_evidence.html",
        title="Evidence",
        found=found,
        section="evidence",
        files=kept,
        in_words=in_words,
        may_add=visit.may(Act.ADD_EVIDENCE) and found.status in LIVE,
        scans=bool(visit.door.settings.scanner_command),
        no_scanner=keeping.scan_is_missing(visit.door.settings, school),
    )


def in_words(size: int) -> str:
    """A size in bytes as people read it."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1e3:,.0f} kB" if size < 999_500 else f"{size / 1e6:,.1f} MB"


@router.get("/escalations/{reference}/evidence/new", dependencies=[may(Act.ADD_EVIDENCE)])
def file(visit: Visitor, reference: Reference) -> Response:
    """The form for a file."""
    return _form(visit, reference, Form())


@router.post(
    "/escalations/{reference}/evidence/new", dependencies=[may(Act.ADD_EVIDENCE), upload(LARGEST)]
)
def add_file(visit: Visitor, reference: Reference, posted: Posted) -> Response:
    """Keep a file on the escalation."""
    form = typed(posted)
    try:
        keep_file(visit, keeping.on_matter(reference), posted, form)
    except STAYS as refusal:
        return _form(visit, reference, form.refused(refusal, FILE))
    return visit.done(f"/escalations/{reference}/evidence", SAYS_EVIDENCE)


def keep_file(visit: Visit, place: keeping.Place, posted: PostedFile, form: Form) -> None:
    """Take in what was posted, and keep it at a place. Raises InvalidInput, NotPossible."""
    given = form.filled(FILE)
    if posted.upload is None:
        raise InvalidInput("file", "Choose a file.")
    with (
        keeping.receive_at(
            visit.door.engine,
            visit.policy,
            visit.door.settings,
            officer=visit.officer,
            now=visit.now,
            place=place,
            upload=posted.upload,
        ) as received,
        visit.acting() as acting,
    ):
        keeping.keep(acting, place, received, given)


def typed(posted: PostedFile) -> Form:
    """What was typed, and the name of the file for what was chosen."""
    description = posted.texts.get("description", "").replace("\r\n", "\n")
    form = Form.of(description=description)
    if posted.upload is not None:
        form.values["file"] = [posted.upload.name]
    return form


def _form(visit: Visit, reference: str, form: Form) -> Response:
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        return visit.page(
            "evidence/evidence_form.html",
            title="Add a file",
            form=form,
            case=case,
            endings=ENDINGS,
            scans=bool(visit.door.settings.scanner_command),
            no_scanner=keeping.scan_is_missing(visit.door.settings, case.school),
        )


@router.get("/files/{id}", dependencies=[may(Act.SEE_CASE, of=EvidenceFile)])
def download(visit: Visitor, number: Key, warned: str = "") -> Response:
    """One file, to be kept; what it can do to whoever opens it is said before."""
    if not warned:
        with visit.read() as session:
            file = evidence_file(session, visit.policy, visit.reader, number)
        if file.cautions:
            return visit.page(
                "evidence/evidence_warning.html", title="Before you open this file", file=file
            )
    return evidence_response(visit.door, visit.reader, number)
