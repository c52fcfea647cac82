"""Whose a school's record is: who looks after it, who sees it, and whom its letters go to then."""

from fastapi import APIRouter
from fastapi.responses import Response

from models.escalations import holding
from models.inputs import Reason
from models.letters import shown as letters_shown
from models.matters.at_hand import find_matter
from models.matters.case import at_hand
from models.matters.held_contacts import ContactChosen, settle_contact
from models.matters.tables import Matter
from models.people.access import ON_THE_CASE, Act
from models.people.shown import officers_in
from models.people.tables import CASEWORK
from models.policy.wording import role_words
from models.refusals import InvalidInput
from models.school_record.opening import reference_of
from models.school_record.shown import school_record
from models.settings import PREFECT_KEEPS_EVENTS
from web.pages.asked import Asked
from web.pages.escalations.holding import hours
from web.pages.forms import STAYS, Form, Posted
from web.pages.visits import Visit, Visitor, may, says

SAYS_RECORD_OFFICER = says("record_officer", "Another officer now looks after the record")
SAYS_RECORD_RESTRICTED = says(
    "record_restricted", "The record has been restricted to the officers named"
)
SAYS_RECORD_OPENED_TO_ALL = says("record_opened_to_all", "The record is no longer restricted")
SAYS_RECORD_CONTACT = says("record_contact", "Your decision about the contact has been recorded")


router = APIRouter()
WHY = ("The reason", "Enter a reason")
WHETHER = ("Restriction", "Choose whether the record is restricted")
OFFICER = Asked(
    holding.NewCaseOfficer,
    case_officer=("The officer", "Choose who looks after the record"),
    reason=WHY,
)
RESTRICTION = Asked(
    holding.Restriction,
    may=("officers",),
    restricted=WHETHER,
    officers=("Officers", "Choose who sees the record"),
    reason=WHY,
)
OPENING = Asked(Reason, restricted=WHETHER, reason=WHY)
HELD = Asked(ContactChosen, decision=("Decision", "Choose what you decide"))


@router.get("/schools/{urn}/record/officer", dependencies=[may(Act.CHANGE_CASE_OFFICER, of=Matter)])
def officer(visit: Visitor, urn: str) -> Response:
    """The form for another officer to look after the record."""
    return _officer(visit, urn, Form())


@router.post(
    "/schools/{urn}/record/officer", dependencies=[may(Act.CHANGE_CASE_OFFICER, of=Matter)]
)
def change_officer(visit: Visitor, urn: str, form: Posted) -> Response:
    """Let them look after it."""
    try:
        given = form.filled(OFFICER)
        with visit.acting() as acting:
            holding.change_case_officer(acting, reference_of(urn), given)
    except InvalidInput as invalid:
        return _officer(visit, urn, form.refused(invalid, OFFICER))
    return visit.done(f"/schools/{urn}/record", SAYS_RECORD_OFFICER)


def _officer(visit: Visit, urn: str, form: Form) -> Response:
    with visit.read() as session:
        found = school_record(session, visit.reader, urn)
        find_matter(session, visit.reader, reference_of(urn))
        officers = officers_in(session, CASEWORK)
        return visit.page(
            "school_record/officer_form.html",
            title="Change who looks after the record",
            navigation="schools",
            form=form,
            found=found,
            officers=officers,
        )


@router.get("/schools/{urn}/record/restriction", dependencies=[may(Act.RESTRICT, of=Matter)])
def restriction(visit: Visitor, urn: str) -> Response:
    """Who sees the record, and the form for changing it."""
    return _restriction(visit, urn, None)


@router.post("/schools/{urn}/record/restriction", dependencies=[may(Act.RESTRICT, of=Matter)])
def restrict(visit: Visitor, urn: str, form: Posted) -> Response:
    """Restrict the record to those who were chosen, or open it to all again."""
    try:
        if form.yes("restricted"):
            given = form.filled(RESTRICTION)
            with visit.acting() as acting:
                holding.restrict_record(acting, urn, given)
        else:
            why = form.filled(OPENING)
            with visit.acting() as acting:
                holding.open_to_all(acting, reference_of(urn), why)
    except STAYS as refusal:
        return _restriction(visit, urn, form.refused(refusal, RESTRICTION))
    what = SAYS_RECORD_RESTRICTED if form.yes("restricted") else SAYS_RECORD_OPENED_TO_ALL
    return visit.done(f"/schools/{urn}/record", what)


def _restriction(visit: Visit, urn: str, form: Form | None) -> Response:
    with visit.read() as session:
        found = school_record(session, visit.reader, urn)
        if form is None:
            form = Form.of(restricted="yes" if found.restricted else "")
            form.values["officers"] = found.officers
        return visit.page(
            "school_record/restriction_form.html",
            title="Who can see this record",
            navigation="schools",
            form=form,
            found=found,
            officers=officers_in(session, ON_THE_CASE),
            hours=hours(PREFECT_KEEPS_EVENTS),
        )


@router.get(
    "/schools/{urn}/record/held-contacts/{role}",
    dependencies=[may(Act.CONFIRM_CONTACT, of=Matter)],
)
def held_contact(visit: Visitor, urn: str, role: str) -> Response:
    """The contact that the record's letters use, the school's, and the choice between them."""
    return _held_contact(visit, urn, role, Form())


@router.post(
    "/schools/{urn}/record/held-contacts/{role}",
    dependencies=[may(Act.CONFIRM_CONTACT, of=Matter)],
)
def settle_held_contact(visit: Visitor, urn: str, role: str, form: Posted) -> Response:
    """Choose between the two."""
    try:
        given = form.filled(HELD, seen=form.text("seen"))
        with visit.acting() as acting:
            settle_contact(acting, reference_of(urn), role, given)
    except STAYS as refusal:
        return _held_contact(visit, urn, role, form.refused(refusal, HELD))
    return visit.done(f"/schools/{urn}/record", SAYS_RECORD_CONTACT)


def _held_contact(visit: Visit, urn: str, role: str, form: Form) -> Response:
    with visit.read() as session:
        matter = find_matter(session, visit.reader, reference_of(urn))
        return visit.page(
            "escalations/held_contact_form.html",
            title=f"Whom this record’s letters go to: the {role_words(role)}",
            navigation="schools",
            form=form,
            case=at_hand(session, visit.policy, matter),
            held=letters_shown.held_contact(session, matter, role),
        )
