"""What legal services say of Part 4 at a pupil referral unit: put on record at its page."""

from fastapi import APIRouter
from fastapi.responses import Response

from models.people.access import Act
from models.schools import shown as schools_shown
from models.schools.confirming import LegalView, confirm_part_4
from models.schools.tables import School
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form, Posted
from web.pages.visits import Visit, Visitor, may, says

SAYS_PART_4 = says("part_4", "What legal services say has been recorded")


router = APIRouter()
VIEW = Asked(
    LegalView,
    applies=("The answer", "Choose whether Part 4 applies"),
    confirmed_by=("Name", "Enter who confirmed it"),
    confirmed_on=("The date", "Enter the date on which it was confirmed"),
    note=("Note", "Enter what was confirmed"),
)


@router.get(
    "/schools/{urn}/part-4-confirmations/new", dependencies=[may(Act.CONFIRM_PART_4, of=School)]
)
def confirmation(visit: Visitor, urn: str) -> Response:
    """The form for what legal services say."""
    return _confirmation(visit, urn, Form())


@router.post(
    "/schools/{urn}/part-4-confirmations/new", dependencies=[may(Act.CONFIRM_PART_4, of=School)]
)
def add_confirmation(visit: Visitor, urn: str, form: Posted) -> Response:
    """Put on record what legal services say."""
    try:
        given = form.filled(VIEW)
        with visit.acting() as acting:
            confirm_part_4(acting, urn, given)
    except STAYS as refusal:
        return _confirmation(visit, urn, form.refused(refusal, VIEW))
    return visit.done(f"/schools/{urn}", SAYS_PART_4)


def _confirmation(visit: Visit, urn: str, form: Form) -> Response:
    with visit.read() as session:
        school = schools_shown.school(session, visit.reader, urn)
    return visit.page(
        "schools/confirmation_form.html",
        title="What legal services say of Part 4",
        navigation="schools",
        form=form,
        school=school,
    )
