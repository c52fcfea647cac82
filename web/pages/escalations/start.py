"""Starting an escalation: which school, what the concern is, check your answers, done."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from models.escalations import starting
from models.needs import shown
from models.needs.shown import Need, need_now
from models.people import officers as people_officers
from models.people.access import Act
from models.people.shown import officers_in
from models.people.tables import CASEWORK, Role
from models.policy.triggers import trigger_words, triggers_of
from models.refusals import InvalidInput, NotFound
from models.schools import contacts
from models.schools.tables import School
from web.door import key
from web.pages.asked import Asked
from web.pages.forms import Form, Posted
from web.pages.lists import PageNumber
from web.pages.schools.schools import search
from web.pages.visits import Visit, Visitor, may, says
from web.pages.wording import upper_first

SAYS_STARTED = says("started", "The escalation has started")
SAYS_START_PROPOSED = says(
    "start_proposed", "The escalation has been proposed and is waiting for a Head of Service"
)


router = APIRouter()
FLAGS = ("head_performance_in_question", "not_engaging")
CONFIRM = ("Confirmation", "Confirm this before you propose the change")
CONCERN = Asked(
    starting.EscalationToStart,
    urn=("School", "Choose a school"),
    triggers=("Triggers", "Choose at least one trigger"),
    summary=("Summary", "Enter a summary"),
    not_engaging=CONFIRM,
    why_not_engaging=("How it does not engage", "Enter how it does not engage"),
    head_performance_in_question=CONFIRM,
    case_officer=("Case officer", "Choose a case officer"),
    need=("What it rests on", "Choose what it rests on"),
)


@router.get("/escalations/new", dependencies=[may(Act.START)])
def choose_school(visit: Visitor, page: PageNumber, query: str = "") -> Response:
    """Search the school that the escalation is for."""
    return search(visit, page, {"query": query, "closed": "any"}, starting=True)


@router.get("/escalations/new/{urn}", dependencies=[may(Act.START, of=School)])
def concern(visit: Visitor, urn: str, need: str = "") -> Response:
    """The form for the concern, with the officer as case officer to begin with.

    `need` is what it is to rest on: then the summary begins with what was said.
    """
    form = Form.of(case_officer=visit.officer.email)
    if need:
        with visit.read() as session:
            rests_on = need_now(session, visit.officer, key(need), today=visit.today)
        form.values |= {"need": [need], "summary": [rests_on.summary]}
    return _concern(visit, urn, form)


@router.post("/escalations/new/{urn}", dependencies=[may(Act.START, of=School)])
def change_answers(visit: Visitor, urn: str, form: Posted) -> Response:
    """The form again, with the answers that are to be changed."""
    return _concern(visit, urn, form)


@router.get("/escalations/new/{urn}/check", dependencies=[may(Act.START, of=School)])
@router.get("/escalations/new/{urn}/start", dependencies=[may(Act.START, of=School)])
def no_answers_yet(_: Visitor, urn: str) -> Response:
    """Without answers there is nothing to check: back to the form."""
    return RedirectResponse(f"/escalations/new/{urn}", 303)


@router.post("/escalations/new/{urn}/check", dependencies=[may(Act.START, of=School)])
def check_answers(visit: Visitor, urn: str, form: Posted) -> Response:
    """Show the answers, after hearing from the command whether it would take them."""
    try:
        given = _concerning(urn, form)
        with visit.rehearsal() as acting:
            starting.start(acting, given)
            school = contacts.find_school(acting.session, urn)
            responsible = people_officers.find_officer(acting.session, form.text("case_officer"))
    except InvalidInput as invalid:
        return _concern(visit, urn, form.refused(invalid, CONCERN))
    return visit.page(
        "escalations/start_check.html",
        title="Check your answers",
        navigation="start",
        form=form,
        school=school,
        triggers=[upper_first(each) for each in trigger_words(visit.policy, given.triggers)],
        responsible=responsible,
    )


@router.post("/escalations/new/{urn}/start", dependencies=[may(Act.START, of=School)])
def start(visit: Visitor, urn: str, form: Posted) -> Response:
    """Start the escalation. Sent twice, the second is refused: the school has one already."""
    try:
        given = _concerning(urn, form)
        with visit.acting() as acting:
            matter = starting.start(acting, given)
    except InvalidInput as invalid:
        return _concern(visit, urn, form.refused(invalid, CONCERN))
    done = SAYS_STARTED if matter.opened_on else SAYS_START_PROPOSED
    return visit.done(f"/escalations/{matter.reference}", done)


def _concerning(urn: str, form: Form) -> starting.EscalationToStart:
    """What was typed; what was left empty is the command's to refuse, all faults at once."""
    flags = {name: bool(form.text(name)) for name in FLAGS}
    return form.taken(CONCERN, urn=urn, **flags)


def _rests_on(session: Session, visit: Visit, form: Form) -> Need | None:
    """What it is to rest on, if that is there to be seen."""
    typed = form.text("need")
    try:
        number = key(typed) if typed else None
        return shown.need(session, visit.reader, number, today=visit.today) if number else None
    except NotFound:
        return None


def _concern(visit: Visit, urn: str, form: Form) -> Response:
    with visit.read() as session:
        school = contacts.find_school(session, urn)
        officers = officers_in(session, CASEWORK)
        rests_on = _rests_on(session, visit, form)
    return visit.page(
        "escalations/start_form.html",
        title="What is the concern?",
        navigation="start",
        form=form,
        school=school,
        triggers=[
            (key, upper_first(words)) for key, words in triggers_of(visit.policy, school.kind.value)
        ],
        case_officers=officers,
        rests_on=rests_on,
        approved_at_once=visit.officer.role is Role.HEAD_OF_SERVICE,
    )
