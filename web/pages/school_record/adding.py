"""What is put on a school's own record: a letter, a deadline and what became of it, a file."""

from fastapi import APIRouter
from fastapi.responses import Response

from models.evidence import keeping
from models.files.folder import LARGEST
from models.files.kinds import ENDINGS
from models.matters.shown import deadline as find_deadline
from models.matters.tables import Deadline, Matter
from models.people.access import Act
from models.refusals import InvalidInput
from models.rows import get_row
from models.school_record import agreeing, writing
from models.school_record.filing import on_record
from models.school_record.shown import addressees, school_record
from models.schools.contacts import find_school
from web.evidence_files import Posted as PostedUpload
from web.pages.asked import Asked
from web.pages.evidence.evidence import FILE, keep_file, typed
from web.pages.forms import STAYS, Form, Posted
from web.pages.visits import Key, Visit, Visitor, may, says
from web.uploads import upload

SAYS_SCHOOL_LETTER = says(
    "school_letter", "The letter has been drafted and is waiting for approval"
)
SAYS_DEADLINE_AGREED = says(
    "deadline_agreed", "The deadline has been set. Whoever looks after the record will be reminded"
)
SAYS_DEADLINE_SETTLED = says("deadline_settled", "What became of the deadline has been recorded")
SAYS_RECORD_FILE = says("record_file", "The file has been added to the school’s record")


router = APIRouter()
LETTER = Asked(
    writing.LetterToSchool,
    to=("The addressee", "Choose whom the letter is to"),
    copies=("Copies", "Choose who has a copy"),
    subject=("The subject", "Enter the subject of the letter"),
    words=("The text", "Enter the text of the letter"),
    reason=("The reason", "Enter why the letter is to be sent"),
)
DEADLINE = Asked(
    agreeing.DeadlineAgreed,
    what=("What is to be done", "Enter what is to be done"),
    due_on=("The date", "Enter the date by which it is to be done"),
)
OUTCOME = Asked(
    agreeing.Outcome,
    done=("What became of it", "Choose what became of it"),
    note=("The note", "Enter why it is no longer wanted"),
)


@router.get("/schools/{urn}/record/letters/new", dependencies=[may(Act.WRITE_LETTER, of=Matter)])
def letter(visit: Visitor, urn: str) -> Response:
    """The form for a letter to somebody at the school."""
    return _letter(visit, urn, Form())


@router.post("/schools/{urn}/record/letters/new", dependencies=[may(Act.WRITE_LETTER, of=Matter)])
def write_letter(visit: Visitor, urn: str, form: Posted) -> Response:
    """Draft the letter and put it forward for approval."""
    try:
        given = form.filled(LETTER)
        with visit.acting() as acting:
            writing.write_to_school(acting, urn, given)
    except STAYS as refusal:
        return _letter(visit, urn, form.refused(refusal, LETTER))
    return visit.done(f"/schools/{urn}/record", SAYS_SCHOOL_LETTER)


def _letter(visit: Visit, urn: str, form: Form) -> Response:
    with visit.read() as session:
        found = school_record(session, visit.reader, urn)
        people = addressees(session, visit.reader, urn, visit.today)
    return visit.page(
        "school_record/letter_form.html",
        title="Write a letter to the school",
        navigation="schools",
        form=form,
        found=found,
        people=[person for person in people if person.email],
        unknown=[person for person in people if not person.email],
        may_add_contact=visit.may(Act.CHANGE_CONTACTS),
    )


@router.get(
    "/schools/{urn}/record/deadlines/new", dependencies=[may(Act.AGREE_DEADLINE, of=Matter)]
)
def deadline(visit: Visitor, urn: str) -> Response:
    """The form for a day by which something is to be done."""
    return _deadline(visit, urn, Form())


@router.post(
    "/schools/{urn}/record/deadlines/new", dependencies=[may(Act.AGREE_DEADLINE, of=Matter)]
)
def agree_deadline(visit: Visitor, urn: str, form: Posted) -> Response:
    """Set it, with its reminders."""
    try:
        given = form.filled(DEADLINE)
        with visit.acting() as acting:
            agreeing.agree_deadline(acting, urn, given)
    except STAYS as refusal:
        return _deadline(visit, urn, form.refused(refusal, DEADLINE))
    return visit.done(f"/schools/{urn}/record", SAYS_DEADLINE_AGREED)


def _deadline(visit: Visit, urn: str, form: Form) -> Response:
    with visit.read() as session:
        found = school_record(session, visit.reader, urn)
    return visit.page(
        "school_record/deadline_form.html",
        title="Set a deadline",
        navigation="schools",
        form=form,
        found=found,
    )


@router.get("/deadlines/{id}/outcome", dependencies=[may(Act.AGREE_DEADLINE, of=Deadline)])
def outcome(visit: Visitor, number: Key) -> Response:
    """The form for what became of a deadline."""
    return _outcome(visit, number, Form())


@router.post("/deadlines/{id}/outcome", dependencies=[may(Act.AGREE_DEADLINE, of=Deadline)])
def settle_deadline(visit: Visitor, number: Key, form: Posted) -> Response:
    """Say that it is done, or not wanted any more."""
    try:
        given = form.filled(OUTCOME)
        with visit.acting() as acting:
            settled = agreeing.settle_agreed(acting, number, given)
            page = get_row(acting.session, Matter, settled.matter_id).page
    except InvalidInput as invalid:
        return _outcome(visit, number, form.refused(invalid, OUTCOME))
    return visit.done(page, SAYS_DEADLINE_SETTLED)


def _outcome(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        agreeing.find_to_settle(session, visit.officer, number)
        found = find_deadline(session, visit.policy, visit.reader, number, today=visit.today)
    return visit.page(
        "school_record/outcome_form.html",
        title="What became of the deadline?",
        navigation="schools",
        form=form,
        deadline=found,
    )


@router.get("/schools/{urn}/record/files/new", dependencies=[may(Act.ADD_EVIDENCE, of=Matter)])
def file(visit: Visitor, urn: str) -> Response:
    """The form for a file."""
    return _file(visit, urn, Form())


@router.post(
    "/schools/{urn}/record/files/new",
    dependencies=[may(Act.ADD_EVIDENCE, of=Matter), upload(LARGEST)],
)
def add_file(visit: Visitor, urn: str, posted: PostedUpload) -> Response:
    """Keep a file on the record."""
    form = typed(posted)
    try:
        keep_file(visit, on_record(urn), posted, form)
    except STAYS as refusal:
        return _file(visit, urn, form.refused(refusal, FILE))
    return visit.done(f"/schools/{urn}/record", SAYS_RECORD_FILE)


def _file(visit: Visit, urn: str, form: Form) -> Response:
    settings = visit.door.settings
    with visit.read() as session:
        found = school_record(session, visit.reader, urn)
        no_scanner = keeping.scan_is_missing(settings, find_school(session, urn))
    return visit.page(
        "school_record/file_form.html",
        title="Add a file",
        navigation="schools",
        form=form,
        found=found,
        endings=ENDINGS,
        scans=bool(settings.scanner_command),
        no_scanner=no_scanner,
    )
