"""The form for an action: agreed on an escalation or on a school's record, and changed."""

from datetime import date

from fastapi import APIRouter
from fastapi.responses import Response

from models.actions import following, shown
from models.actions.sources import sources_of
from models.actions.tables import AgreedAction
from models.matters.at_hand import find_matter
from models.matters.case import find_case
from models.matters.tables import Matter, MatterKind
from models.people.access import RULES, Act
from models.people.shown import officers_in
from models.priorities.shown import open_priorities
from models.school_record.opening import find_record, reference_of
from models.schools.contacts import find_school
from models.schools.tables import ContactRole
from web.door import key
from web.pages.actions.actions import list_at
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form, Posted
from web.pages.visits import Key, Reference, Visit, Visitor, may, says
from web.pages.wording import upper_first

SAYS_AGREED = says(
    "action_agreed", "The action has been recorded. Whoever looks after it will be reminded"
)
SAYS_CHANGED = says("action_changed", "The action has been changed")


router = APIRouter()
_FIELDS = {
    "what": ("The action", "Enter what is to be done"),
    "officer": ("The officer", "Choose who is to do it"),
    "role": ("The role", "Choose who is to do it"),
    "person": ("The name", "Enter the name"),
    "due_on": ("The date", "Enter the date by which it is to be done"),
    "why": ("The reason", "Say why, or choose what it came from"),
    "priority": ("The priority", "Choose a priority of the improvement plan"),
}
AGREED = Asked(
    following.ActionAgreed,
    may=["came_from"],
    **_FIELDS,
    came_from=("What it came from", "Choose what it came from"),
)
CHANGED = Asked(following.ActionNow, **_FIELDS)


@router.get("/escalations/{reference}/actions/new", dependencies=[may(Act.RECORD_ACTION)])
def on_case(visit: Visitor, reference: Reference, came_from: str = "") -> Response:
    """The form for an action on an escalation."""
    return _on_case(visit, reference, Form.of(came_from=came_from))


@router.post("/escalations/{reference}/actions/new", dependencies=[may(Act.RECORD_ACTION)])
def agree_on_case(visit: Visitor, reference: Reference, form: Posted) -> Response:
    """Put it on record, with its deadline."""
    try:
        given = _agreed(form)
        with visit.acting() as acting:
            following.add_action(acting, reference, given)
    except STAYS as refusal:
        return _on_case(visit, reference, form.refused(refusal, AGREED))
    return visit.done(list_at(reference), SAYS_AGREED)


@router.get("/schools/{urn}/record/actions/new", dependencies=[may(Act.RECORD_ACTION, of=Matter)])
def on_record(visit: Visitor, urn: str, came_from: str = "", priority: str = "") -> Response:
    """The form for an action on a school's own record."""
    return _on_record(visit, urn, Form.of(came_from=came_from, priority=priority))


@router.post("/schools/{urn}/record/actions/new", dependencies=[may(Act.RECORD_ACTION, of=Matter)])
def agree_on_record(visit: Visitor, urn: str, form: Posted) -> Response:
    """Put it on record, with its deadline."""
    try:
        given = _agreed(form)
        with visit.acting() as acting:
            following.add_school_action(acting, urn, given)
    except STAYS as refusal:
        return _on_record(visit, urn, form.refused(refusal, AGREED))
    return visit.done(f"/schools/{urn}/record/actions", SAYS_AGREED)


@router.get("/actions/{id}/change", dependencies=[may(Act.RECORD_ACTION, of=AgreedAction)])
def change(visit: Visitor, number: Key) -> Response:
    """The form for another task, person or day."""
    return _change(visit, number, None)


@router.post("/actions/{id}/change", dependencies=[may(Act.RECORD_ACTION, of=AgreedAction)])
def change_action(visit: Visitor, number: Key, form: Posted) -> Response:
    """Change it."""
    try:
        given = form.filled(CHANGED)
        with visit.acting() as acting:
            following.change_action(acting, number, given)
    except STAYS as refusal:
        return _change(visit, number, form.refused(refusal, CHANGED))
    return visit.done(f"/actions/{number}", SAYS_CHANGED)


def _agreed(form: Form) -> following.ActionAgreed:
    source, _, its_key = form.text("came_from").partition(":")
    source_id = key(its_key) if source else None
    return form.filled(AGREED, source=source or None, source_id=source_id)


def _on_case(visit: Visit, reference: str, form: Form) -> Response:
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        school = case.school.name
    return _form(visit, case.matter, school, form, list_at(reference))


def _on_record(visit: Visit, urn: str, form: Form) -> Response:
    with visit.read() as session:
        school = find_school(session, urn)
        matter = find_record(session, visit.reader, urn) or Matter(
            kind=MatterKind.SCHOOL, reference=reference_of(urn), urn=school.urn
        )
    return _form(visit, matter, school.name, form, f"/schools/{urn}/record/actions")


def _change(visit: Visit, number: int, form: Form | None) -> Response:
    with visit.read() as session:
        if form is None:
            following.find_open(session, visit.officer, number)
        found = shown.action(session, visit.reader, number, today=visit.today)
        matter = find_matter(session, visit.reader, found.reference)
    return _form(visit, matter, found.school, form or _as_it_is(found), f"/actions/{number}", found)


def _as_it_is(found: shown.AgreedAction) -> Form:
    return Form.of(
        what=found.what,
        officer=found.officer or "",
        role=found.role or "",
        person=found.person,
        why=found.why,
        priority=str(found.priority or ""),
        **_boxes(found.due_on),
    )


def _boxes(day: date) -> dict[str, str]:
    return {
        "due_on-day": str(day.day),
        "due_on-month": str(day.month),
        "due_on-year": str(day.year),
    }


def _form(
    visit: Visit,
    matter: Matter,
    school: str,
    form: Form,
    back: str,
    action: shown.AgreedAction | None = None,
) -> Response:
    with visit.read() as session:
        people = officers_in(session, RULES[Act.RECORD_ACTION])
        sources = sources_of(session, matter)
        urn = matter.urn or 0
        plan = open_priorities(session, visit.reader, urn, today=visit.today)
    return visit.page(
        "actions/form.html",
        title="Change the action" if action else "Record an action",
        form=form,
        school=school,
        back=back,
        action=action,
        officers=[(each.email, each.name) for each in people],
        roles=[(each.value, upper_first(each.label)) for each in ContactRole],
        priorities=[(str(each.id), each.priority) for each in plan],
        sources=[(f"{each.source}:{each.id}", each.words) for each in sources],
    )
