"""A discussion, meeting or visit is planned, changed, put to those who come, or called off."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.appointments import planning
from models.appointments.planning import KINDS
from models.appointments.shown import Appointment, appointment, officers_to_come
from models.appointments.tables import Appointment as AppointmentRow
from models.appointments.tables import AppointmentKind
from models.clocks import time_words
from models.inputs import Reason
from models.matters.at_hand import see_row_and_matter
from models.matters.case import find_case
from models.matters.tables import Matter, MatterKind
from models.people.access import Act
from models.people.tables import Officer
from models.programme.duties import find_duty
from models.programme.tables import DutyKind
from models.rows import get_row
from models.school_record.opening import find_record
from models.school_record.shown import Addressee, addressees, addressees_of
from models.schools.contacts import find_school
from models.schools.tables import ContactRole, School
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form, Posted
from web.pages.programme.duty_met import Duty
from web.pages.visits import Key, Reference, Visit, Visitor, may, says

SAYS_PLANNED = says("appointment_planned", "It has been planned")
SAYS_INVITED = says(
    "appointment_invited", "It has been planned, and the invitations are on their way"
)
SAYS_MOVED = says("appointment_moved", "The change has been saved. Whoever was invited is told")
SAYS_ASKED = says("appointment_asked", "The invitations are on their way")
SAYS_CANCELLED = says("appointment_cancelled", "It has been cancelled. Whoever was invited is told")


router = APIRouter()
PLAN = Asked(
    planning.AppointmentToPlan,
    must=("officers", "invite"),
    kind=("What it is", "Choose what you are planning"),
    on=("The date", "Enter the date"),
    starts=("The time", "Enter the time at which it starts"),
    ends=("The time", "Enter the time at which it ends"),
    place=("The place", "Enter the place, or how to join"),
    with_whom=("Who comes", "Choose who comes from the school"),
    officers=("Which officers come", "Choose which officers come"),
    subject=("The subject", "Enter the subject"),
    words=("What to tell them", "Enter what to tell them"),
    invite=("The invitations", "Choose whether to send invitations now"),
)
CHANGE = Asked(
    planning.AppointmentChange,
    must=("with_whom", "officers"),
    on=("The date", "Enter the date"),
    starts=("The time", "Enter the time at which it starts"),
    ends=("The time", "Enter the time at which it ends"),
    place=("The place", "Enter the place, or how to join"),
    with_whom=("Who comes", "Choose who comes from the school"),
    officers=("Which officers come", "Choose which officers come"),
)
# Whom the letter about a change of level promises a visit.
LEADERS_AND_GOVERNORS = [ContactRole.HEADTEACHER.value, ContactRole.CHAIR_OF_GOVERNORS.value]
CANCEL = Asked(Reason, reason=("The reason", "Enter why it does not take place"))


@dataclass(frozen=True)
class Around:
    """What the form is about, and who can come."""

    school: School
    kind: MatterKind
    restricted: bool
    back: str
    reference: str | None
    people: Sequence[Addressee]
    officers: Sequence[Officer]

    @property
    def kinds(self) -> list[str]:
        """What can be planned there."""
        return [kind.value for kind in KINDS[self.kind]]


def _on_case(session: Session, visit: Visit, reference: str) -> Around:
    case = find_case(session, visit.policy, visit.reader, reference)
    return _around(session, visit, case.matter)


def _around(session: Session, visit: Visit, matter: Matter) -> Around:
    return Around(
        school=get_row(session, School, matter.urn),
        kind=matter.kind,
        restricted=matter.restricted,
        back=matter.page,
        reference=matter.reference,
        people=addressees_of(session, matter, visit.today),
        officers=officers_to_come(session, matter),
    )


def _at_school(session: Session, visit: Visit, urn: str) -> Around:
    """The record of the school, or what it will be once this opens it."""
    there = find_record(session, visit.reader, urn)
    if there is not None:
        return _around(session, visit, there)
    return Around(
        school=find_school(session, urn),
        kind=MatterKind.SCHOOL,
        restricted=False,
        back=f"/schools/{urn}/record",
        reference=None,
        people=addressees(session, visit.reader, urn, visit.today),
        officers=officers_to_come(session, None),
    )


def _new(visit: Visit) -> Form:
    return Form({"officers": [visit.officer.email], "invite": ["yes"]})


@router.get("/escalations/{reference}/appointments/new", dependencies=[may(Act.PLAN_APPOINTMENT)])
def on_case(visit: Visitor, reference: Reference) -> Response:
    """The form for a discussion or meeting at the step in hand."""
    with visit.read() as session:
        return _plan(visit, _on_case(session, visit, reference), _new(visit))


@router.post("/escalations/{reference}/appointments/new", dependencies=[may(Act.PLAN_APPOINTMENT)])
def plan_on_case(visit: Visitor, reference: Reference, form: Posted) -> Response:
    """Plan it."""
    try:
        given = form.filled(PLAN)
        with visit.acting() as acting:
            planned = planning.plan(acting, reference, given)
    except STAYS as refusal:
        with visit.read() as session:
            return _plan(visit, _on_case(session, visit, reference), form.refused(refusal, PLAN))
    return _planned(visit, planned, given)


@router.get(
    "/schools/{urn}/record/appointments/new", dependencies=[may(Act.PLAN_APPOINTMENT, of=Matter)]
)
def at_school(visit: Visitor, urn: str, duty: Duty) -> Response:
    """The form for a visit or meeting that belongs to no escalation, to meet a duty or none."""
    form = _new(visit)
    with visit.read() as session:
        if duty is not None and find_duty(session, duty).kind is DutyKind.LEVEL_CHANGE_VISIT:
            form.values |= {"kind": [AppointmentKind.VISIT], "with": LEADERS_AND_GOVERNORS}
        return _plan(visit, _at_school(session, visit, urn), form)


@router.post(
    "/schools/{urn}/record/appointments/new", dependencies=[may(Act.PLAN_APPOINTMENT, of=Matter)]
)
def plan_at_school(visit: Visitor, urn: str, form: Posted) -> Response:
    """Plan it."""
    try:
        given = form.filled(PLAN)
        with visit.acting() as acting:
            planned = planning.plan_at_school(acting, urn, given)
    except STAYS as refusal:
        with visit.read() as session:
            return _plan(visit, _at_school(session, visit, urn), form.refused(refusal, PLAN))
    return _planned(visit, planned, given)


def _plan(visit: Visit, around: Around, form: Form) -> Response:
    what = "visit or meeting" if around.kind is MatterKind.SCHOOL else "discussion or meeting"
    return visit.page(
        "appointments/plan_form.html",
        title=f"Plan a {what}",
        form=form,
        around=around,
        may_add_contact=visit.may(Act.CHANGE_CONTACTS),
    )


def _planned(visit: Visit, planned: AppointmentRow, given: planning.AppointmentToPlan) -> Response:
    return visit.done(f"/appointments/{planned.id}", SAYS_INVITED if given.invite else SAYS_PLANNED)


@router.get("/appointments/{id}", dependencies=[may(Act.SEE_CASE, of=AppointmentRow)])
def show(visit: Visitor, number: Key) -> Response:
    """When and where it is, who comes, and what became of each invitation."""
    with visit.read() as session:
        found, back = _find(session, visit, number)
    return visit.page(
        "appointments/appointment.html",
        title=found.title,
        found=found,
        back=back,
        may_plan=found.to_come and visit.may(Act.PLAN_APPOINTMENT),
        may_invite=any(each.wants_invitation for each in found.attendees),
    )


def _find(session: Session, visit: Visit, number: int) -> tuple[Appointment, str]:
    """An appointment, and the page of the matter on which it stands."""
    _, matter = see_row_and_matter(session, visit.reader, AppointmentRow, number)
    return appointment(session, visit.reader, number, now=visit.now), matter.page


@router.get("/appointments/{id}/move", dependencies=[may(Act.PLAN_APPOINTMENT, of=AppointmentRow)])
def moving(visit: Visitor, number: Key) -> Response:
    """The form for another day, time or place, or for others to come."""
    with visit.read() as session:
        found, _ = _find(session, visit, number)
    day = found.day
    return _moving(
        visit,
        number,
        Form(
            {
                "on-day": [str(day.day)],
                "on-month": [str(day.month)],
                "on-year": [str(day.year)],
                "starts": [time_words(found.starts_at)],
                "ends": [time_words(found.ends_at)],
                "place": [found.place],
                "with": [role.value for role in found.with_whom],
                "officers": found.officers,
            }
        ),
    )


@router.post("/appointments/{id}/move", dependencies=[may(Act.PLAN_APPOINTMENT, of=AppointmentRow)])
def move(visit: Visitor, number: Key, form: Posted) -> Response:
    """Save the change."""
    try:
        given = form.filled(CHANGE)
        with visit.acting() as acting:
            planning.move(acting, number, given)
    except STAYS as refusal:
        return _moving(visit, number, form.refused(refusal, CHANGE))
    return visit.done(f"/appointments/{number}", SAYS_MOVED)


def _moving(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        found, _ = _find(session, visit, number)
        _, matter = see_row_and_matter(session, visit.reader, AppointmentRow, number)
        around = _around(session, visit, matter)
    return visit.page(
        "appointments/move_form.html",
        title=f"Change the {found.kind.value}",
        form=form,
        found=found,
        around=around,
        may_add_contact=visit.may(Act.CHANGE_CONTACTS),
    )


@router.get(
    "/appointments/{id}/invite", dependencies=[may(Act.PLAN_APPOINTMENT, of=AppointmentRow)]
)
def inviting(visit: Visitor, number: Key) -> Response:
    """Ask before the invitations leave."""
    return _inviting(visit, number, Form())


@router.post(
    "/appointments/{id}/invite", dependencies=[may(Act.PLAN_APPOINTMENT, of=AppointmentRow)]
)
def invite(visit: Visitor, number: Key, form: Posted) -> Response:
    """Put them on their way."""
    try:
        with visit.acting() as acting:
            planning.invite(acting, number)
    except STAYS as refusal:
        return _inviting(visit, number, form.refused(refusal))
    return visit.done(f"/appointments/{number}", SAYS_ASKED)


def _inviting(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        found, _ = _find(session, visit, number)
    return visit.page(
        "appointments/invite_form.html", title="Send the invitations", form=form, found=found
    )


@router.get(
    "/appointments/{id}/cancel", dependencies=[may(Act.PLAN_APPOINTMENT, of=AppointmentRow)]
)
def cancelling(visit: Visitor, number: Key) -> Response:
    """The form for calling it off."""
    return _cancelling(visit, number, Form())


@router.post(
    "/appointments/{id}/cancel", dependencies=[may(Act.PLAN_APPOINTMENT, of=AppointmentRow)]
)
def cancel(visit: Visitor, number: Key, form: Posted) -> Response:
    """Call it off."""
    try:
        given = form.filled(CANCEL)
        with visit.acting() as acting:
            planning.cancel(acting, number, given)
    except STAYS as refusal:
        return _cancelling(visit, number, form.refused(refusal, CANCEL))
    return visit.done(f"/appointments/{number}", SAYS_CANCELLED)


def _cancelling(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        found, _ = _find(session, visit, number)
    return visit.page(
        "appointments/cancel_form.html",
        title=f"Cancel the {found.kind.value}",
        form=form,
        found=found,
    )
