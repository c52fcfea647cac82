"""What a school requires of what is planned only if it is required, and what came of duties."""

from fastapi import APIRouter
from fastapi.responses import Response

from models.inputs import Reason
from models.people.access import Act
from models.programme import duties_shown, outcomes, requirements_shown, requiring, tables
from models.programme.tables import Requirement
from models.schools import shown as schools_shown
from models.schools.contacts import find_school
from models.schools.tables import School
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form, Posted
from web.pages.visits import Key, Visit, Visitor, may, says

SAYS_REQUIRED = says("support_required", "It has been recorded that the school requires this")
SAYS_NOT_REQUIRED = says(
    "support_no_longer_required", "It has been recorded that the school no longer requires this"
)
SAYS_OUTCOME = says("outcome_recorded", "The outcome has been recorded")

router = APIRouter()
REQUIRED = Asked(
    requiring.RequiredSupport,
    what=("What it requires", "Choose what the school requires"),
    reason=("Reason", "Enter why the school requires it"),
)
ENDED = Asked(Reason, reason=("Reason", "Enter why it is no longer required"))
OUTCOME = Asked(
    outcomes.DutyOutcome,
    done_on=("The date", "Enter the date on which it was done"),
    outcome=("The outcome", "Enter what came of it"),
)


@router.get(
    "/schools/{urn}/requirements/new", dependencies=[may(Act.RECORD_SUPPORT_WORK, of=School)]
)
def requirement_form(visit: Visitor, urn: str, what: str = "") -> Response:
    """The form that says what a school requires, and why."""
    return _requiring(visit, urn, Form.of(what=what))


@router.post(
    "/schools/{urn}/requirements/new", dependencies=[may(Act.RECORD_SUPPORT_WORK, of=School)]
)
def require(visit: Visitor, urn: str, form: Posted) -> Response:
    """Put it on record, and plan it."""
    try:
        given = form.filled(REQUIRED)
        with visit.acting() as acting:
            requiring.require(acting, urn, given)
    except STAYS as refusal:
        return _requiring(visit, urn, form.refused(refusal, REQUIRED))
    return visit.done(f"/schools/{urn}/programme", SAYS_REQUIRED)


def _requiring(visit: Visit, urn: str, form: Form) -> Response:
    with visit.read() as session:
        school = schools_shown.school(session, visit.reader, urn)
        choices = requirements_shown.if_required(session, visit.policy, find_school(session, urn))
    return visit.page(
        "programme/requirement_form.html",
        title="Say what the school requires",
        navigation="schools",
        form=form,
        school=school,
        choices=[each for each in choices if each.open and each.requirement is None],
    )


@router.get("/requirements/{id}/end", dependencies=[may(Act.RECORD_SUPPORT_WORK, of=Requirement)])
def ending(visit: Visitor, number: Key) -> Response:
    """The form for the reason why a school no longer requires something."""
    return _ending(visit, number, Form())


@router.post("/requirements/{id}/end", dependencies=[may(Act.RECORD_SUPPORT_WORK, of=Requirement)])
def end(visit: Visitor, number: Key, form: Posted) -> Response:
    """Put it on record, and cancel what was planned of it."""
    try:
        given = form.filled(ENDED)
        with visit.acting() as acting:
            ended = requiring.end_requirement(acting, number, given)
    except STAYS as refusal:
        return _ending(visit, number, form.refused(refusal, ENDED))
    return visit.done(f"/schools/{ended.urn}/programme", SAYS_NOT_REQUIRED)


def _ending(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        found = requirements_shown.requirement(session, number)
    return visit.page(
        "programme/requirement_end_form.html",
        title=f"No longer required: {found.title}",
        navigation="schools",
        form=form,
        found=found,
    )


@router.get("/duties/{id}/outcome", dependencies=[may(Act.RECORD_SUPPORT_WORK, of=tables.Duty)])
def outcome_form(visit: Visitor, number: Key) -> Response:
    """The form for when something was done, and what came of it."""
    return _outcome(visit, number, Form())


@router.post("/duties/{id}/outcome", dependencies=[may(Act.RECORD_SUPPORT_WORK, of=tables.Duty)])
def record_outcome(visit: Visitor, number: Key, form: Posted) -> Response:
    """Put it on record."""
    try:
        given = form.filled(OUTCOME)
        with visit.acting() as acting:
            done = outcomes.record_outcome(acting, number, given)
    except STAYS as refusal:
        return _outcome(visit, number, form.refused(refusal, OUTCOME))
    return visit.done(f"/schools/{done.urn}/programme", SAYS_OUTCOME)


def _outcome(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        duty = duties_shown.duty(session, visit.reader, number, visit.today)
    return visit.page(
        "programme/outcome_form.html",
        title=f"Record the outcome: {duty.title}",
        navigation="schools",
        form=form,
        duty=duty,
    )
