"""Whose a case is: its case officer, who sees it, and whom its letters go to because of that."""

from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import Response

from models.escalations import holding
from models.inputs import Reason
from models.letters import shown as letters_shown
from models.matters.case import find_case
from models.matters.held_contacts import ContactChosen, settle_contact
from models.matters.shown import named_on
from models.people.access import ON_THE_CASE, Act
from models.people.shown import officers_in
from models.people.tables import CASEWORK, Officer
from models.policy.wording import role_words
from models.refusals import InvalidInput
from models.rows import get_row
from models.settings import PREFECT_KEEPS_EVENTS
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form, Posted
from web.pages.visits import Reference, Visit, Visitor, may, says

SAYS_CASE_OFFICER = says("case_officer", "The case officer has been changed")
SAYS_RESTRICTED = says("restricted", "The case is now restricted to the officers named")
SAYS_OPENED_TO_ALL = says("opened_to_all", "The case is no longer restricted")
SAYS_CONTACT_CONFIRMED = says(
    "contact_confirmed", "Letters on this case will now go to the school’s new contact"
)
SAYS_CONTACT_KEPT = says(
    "contact_kept", "Letters on this case will still go to the previous contact"
)


router = APIRouter()
WHY = ("Reason", "Enter a reason")
WHETHER = ("Restriction", "Choose whether the case is restricted")
CASE_OFFICER = Asked(
    holding.NewCaseOfficer, case_officer=("Case officer", "Choose a case officer"), reason=WHY
)
RESTRICTION = Asked(
    holding.Restriction,
    may=("officers",),
    restricted=WHETHER,
    officers=("Officers", "Choose who sees the case"),
    reason=WHY,
)
OPENING = Asked(Reason, restricted=WHETHER, reason=WHY)
CHOICE = Asked(ContactChosen, decision=("Decision", "Choose what you decide"))


@router.get("/escalations/{reference}/case-officer", dependencies=[may(Act.CHANGE_CASE_OFFICER)])
def case_officer(visit: Visitor, reference: Reference) -> Response:
    """The form for giving the case to another case officer."""
    return _case_officer(visit, reference, Form())


@router.post("/escalations/{reference}/case-officer", dependencies=[may(Act.CHANGE_CASE_OFFICER)])
def change_case_officer(visit: Visitor, reference: Reference, form: Posted) -> Response:
    """Give the case to another case officer."""
    try:
        given = form.filled(CASE_OFFICER)
        with visit.acting() as acting:
            holding.change_case_officer(acting, reference, given)
    except InvalidInput as invalid:
        return _case_officer(visit, reference, form.refused(invalid, CASE_OFFICER))
    return visit.done(f"/escalations/{reference}", SAYS_CASE_OFFICER)


def _case_officer(visit: Visit, reference: str, form: Form) -> Response:
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        return visit.page(
            "escalations/case_officer_form.html",
            title="Change the case officer",
            form=form,
            case=case,
            now_with=get_row(session, Officer, case.matter.officer_id),
            officers=officers_in(session, CASEWORK),
        )


@router.get("/escalations/{reference}/restriction", dependencies=[may(Act.RESTRICT)])
def restriction(visit: Visitor, reference: Reference) -> Response:
    """Who sees the case, and the form for changing it."""
    return _restriction(visit, reference, None)


@router.post("/escalations/{reference}/restriction", dependencies=[may(Act.RESTRICT)])
def restrict(visit: Visitor, reference: Reference, form: Posted) -> Response:
    """Restrict the case to those who were chosen, or open it to all again."""
    try:
        _restrict(visit, reference, form)
    except STAYS as refusal:
        return _restriction(visit, reference, form.refused(refusal, RESTRICTION))
    what = SAYS_RESTRICTED if form.yes("restricted") else SAYS_OPENED_TO_ALL
    return visit.done(f"/escalations/{reference}", what)


def _restrict(visit: Visit, reference: str, form: Form) -> None:
    if form.yes("restricted"):
        given = form.filled(RESTRICTION)
        with visit.acting() as acting:
            holding.restrict(acting, reference, given)
        return
    why = form.filled(OPENING)
    with visit.acting() as acting:
        holding.open_to_all(acting, reference, why)


def _restriction(visit: Visit, reference: str, form: Form | None) -> Response:
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        if form is None:
            restricted = "yes" if case.matter.restricted else ""
            form = Form.of(restricted=restricted)
            form.values["officers"] = named_on(session, visit.reader, reference)
        return visit.page(
            "escalations/restriction_form.html",
            title="Who can see this case",
            form=form,
            case=case,
            officers=officers_in(session, ON_THE_CASE),
            hours=hours(PREFECT_KEEPS_EVENTS),
        )


def hours(period: timedelta) -> str:
    """A period in words."""
    count = int(period / timedelta(hours=1))
    return "one hour" if count == 1 else f"{count} hours"


@router.get(
    "/escalations/{reference}/held-contacts/{role}", dependencies=[may(Act.CONFIRM_CONTACT)]
)
def held_contact(visit: Visitor, reference: Reference, role: str) -> Response:
    """The contact that the case's letters use, the school's, and the choice between them."""
    return _held_contact(visit, reference, role, Form())


@router.post(
    "/escalations/{reference}/held-contacts/{role}", dependencies=[may(Act.CONFIRM_CONTACT)]
)
def settle_held_contact(visit: Visitor, reference: Reference, role: str, form: Posted) -> Response:
    """Choose between the two."""
    try:
        given = form.filled(CHOICE, seen=form.text("seen"))
        with visit.acting() as acting:
            settle_contact(acting, reference, role, given)
    except STAYS as refusal:
        return _held_contact(visit, reference, role, form.refused(refusal, CHOICE))
    confirmed = form.text("decision") == "confirm"
    what = SAYS_CONTACT_CONFIRMED if confirmed else SAYS_CONTACT_KEPT
    return visit.done(f"/escalations/{reference}", what)


def _held_contact(visit: Visit, reference: str, role: str, form: Form) -> Response:
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        return visit.page(
            "escalations/held_contact_form.html",
            title=f"Whom this case’s letters go to: the {role_words(role)}",
            form=form,
            case=case,
            held=letters_shown.held_contact(session, case.matter, role),
        )
