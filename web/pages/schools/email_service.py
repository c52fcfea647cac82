"""Who at a school agrees to be served by e-mail: put on record at its page, and withdrawn there."""

from fastapi import APIRouter
from fastapi.responses import Response

from models.people.access import Act
from models.schools import shown as schools_shown
from models.schools.email_service import EmailServiceSaid, say_email_service
from models.schools.tables import ContactRole, School
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form, Posted
from web.pages.visits import Visit, Visitor, may, says
from web.pages.wording import upper_first

SAYS_EMAIL_SERVICE = says("email_service", "What was said of service by e-mail has been recorded")


router = APIRouter()
SAID = Asked(
    EmailServiceSaid,
    role=("Who", "Choose who said so"),
    email=("E-mail address", "Enter the e-mail address that it is about"),
    agrees=("The answer", "Choose whether they agree to be served by e-mail"),
    said_on=("The date", "Enter the date on which they said so"),
    evidence=("Evidence", "Enter how that is known"),
)


@router.get(
    "/schools/{urn}/email-agreements/new", dependencies=[may(Act.CHANGE_CONTACTS, of=School)]
)
def email_agreement(visit: Visitor, urn: str) -> Response:
    """The form for what somebody said of being served by e-mail."""
    return _email_agreement(visit, urn, Form())


@router.post(
    "/schools/{urn}/email-agreements/new", dependencies=[may(Act.CHANGE_CONTACTS, of=School)]
)
def add_email_agreement(visit: Visitor, urn: str, form: Posted) -> Response:
    """Put it on record."""
    try:
        given = form.filled(SAID)
        with visit.acting() as acting:
            say_email_service(acting, urn, given)
    except STAYS as refusal:
        return _email_agreement(visit, urn, form.refused(refusal, SAID))
    return visit.done(f"/schools/{urn}", SAYS_EMAIL_SERVICE)


def _email_agreement(visit: Visit, urn: str, form: Form) -> Response:
    with visit.read() as session:
        school = schools_shown.school(session, visit.reader, urn)
    return visit.page(
        "schools/email_service_form.html",
        title="Service by e-mail",
        navigation="schools",
        form=form,
        school=school,
        roles=[(role.value, upper_first(role.label)) for role in ContactRole],
    )
