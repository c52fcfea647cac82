"""Actions: listed on an escalation and on a school's record, one of them, what became of it."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.actions import following, shown
from models.actions.tables import ActionState, AgreedAction
from models.escalations.shown import escalation
from models.escalations.tables import LIVE
from models.inputs import Reason
from models.matters.sight import is_theirs
from models.matters.tables import OF_SCHOOL, Matter
from models.paging import MOST_PER_PAGE, Page
from models.people.access import Act
from models.priorities.shown import priority_of
from models.school_record.shown import listed_on, school_record
from models.schools.contacts import find_school
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form, Posted
from web.pages.lists import List
from web.pages.visits import Key, Reference, Visit, Visitor, may, says
from web.tables import Column

SAYS_DONE = says("action_done", "The action has been recorded as done")
SAYS_DROPPED = says("action_dropped", "The action has been dropped")
SAYS_SAID = says("action_progress", "What you said of the action has been recorded")


router = APIRouter()
DONE = Asked(
    following.Achieved,
    done_on=("The date", "Enter the date on which it was done"),
    achieved=("What was achieved", "Enter what was achieved"),
)
DROPPED = Asked(Reason, reason=("The reason", "Enter why it is not wanted any more"))
SAID = Asked(following.Progress, said=("The line", "Enter how far it is"))


def list_at(reference: str) -> str:
    """The address of the list of actions of the matter with this reference."""
    if reference.startswith(OF_SCHOOL):
        return f"/schools/{reference.removeprefix(OF_SCHOOL)}/record/actions"
    return f"/escalations/{reference}/actions"


def find_of_case(
    session: Session, visit: Visit, _: Mapping[str, str], page: int, per_page: int
) -> Page[shown.AgreedAction]:
    """The actions of the escalation that the address names, those that are open first."""
    reference = visit.request.path_params["reference"]
    return shown.actions_of(
        session, visit.reader, reference, today=visit.today, page=page, per_page=per_page
    )


def find_of_school(
    session: Session, visit: Visit, _: Mapping[str, str], page: int, per_page: int
) -> Page[shown.AgreedAction]:
    """The actions on the record of the school that the address names, those open first."""

    def listed(reference: str) -> Page[shown.AgreedAction]:
        return shown.actions_of(
            session, visit.reader, reference, today=visit.today, page=page, per_page=per_page
        )

    return listed_on(session, visit.reader, visit.request.path_params["urn"], listed)


_COLUMNS: list[Column[shown.AgreedAction]] = [
    Column("Action", lambda action: action.what),
    Column("Who", lambda action: action.who),
    Column("Due on", lambda action: action.due_on),
    Column("State", lambda action: action.state),
    Column("Overdue", lambda action: action.overdue),
    Column("Why", lambda action: action.why),
    Column("Came from", lambda action: action.came_from),
    Column("Settled on", lambda action: action.settled_on),
    Column("Outcome", lambda action: action.outcome),
    Column("Progress", lambda action: "\n".join(line.said for line in action.lines)),
    Column("Added by", lambda action: action.added_by_name),
    Column("Added at", lambda action: action.added_at),
]
LISTS: tuple[List[Any], ...] = (
    List[shown.AgreedAction](
        "/escalations/{reference}/actions",
        Act.SEE_CASE,
        "Actions of escalation",
        find_of_case,
        _COLUMNS,
    ),
    List[shown.AgreedAction](
        "/schools/{urn}/record/actions",
        Act.SEE_CASE,
        "Actions of school",
        find_of_school,
        _COLUMNS,
        of=Matter,
    ),
)


@router.get("/escalations/{reference}/actions", dependencies=[may(Act.SEE_CASE)])
def actions_of_case(visit: Visitor, reference: Reference) -> Response:
    """The actions of an escalation."""
    with visit.read() as session:
        found = escalation(session, visit.policy, visit.reader, reference, today=visit.today)
        listed = find_of_case(session, visit, {}, 1, MOST_PER_PAGE)
    return visit.page(
        "actions/of_case.html",
        title=f"{found.school}: actions",
        found=found,
        section="actions",
        here=list_at(reference),
        actions=listed.items,
        may_add=visit.may(Act.RECORD_ACTION) and found.status in LIVE,
    )


@router.get("/schools/{urn}/record/actions", dependencies=[may(Act.SEE_CASE, of=Matter)])
def actions_of_school(visit: Visitor, urn: str) -> Response:
    """The actions on a school's own record."""
    with visit.read() as session:
        found = school_record(session, visit.reader, urn)
        listed = find_of_school(session, visit, {}, 1, MOST_PER_PAGE)
        theirs = is_theirs(visit.officer, find_school(session, urn)) or found.reference is not None
    return visit.page(
        "actions/of_school.html",
        title=f"{found.school}: actions",
        navigation="schools",
        found=found,
        here=f"/schools/{urn}/record/actions",
        actions=listed.items,
        may_add=theirs and visit.may(Act.RECORD_ACTION),
    )


@router.get("/actions/{id}", dependencies=[may(Act.SEE_CASE, of=AgreedAction)])
def action(visit: Visitor, number: Key) -> Response:
    """One action, with what was said of its progress."""
    with visit.read() as session:
        found = shown.action(session, visit.reader, number, today=visit.today)
        its = priority_of(session, visit.reader, found.priority, today=visit.today)
    return visit.page(
        "actions/action.html",
        title=found.what,
        action=found,
        priority=its,
        back=list_at(found.reference),
        may_follow=visit.may(Act.RECORD_ACTION) and found.state is ActionState.OPEN,
    )


@router.get("/actions/{id}/finish", dependencies=[may(Act.RECORD_ACTION, of=AgreedAction)])
def finish(visit: Visitor, number: Key) -> Response:
    """The form for what was achieved."""
    return _form(visit, number, "finish", Form())


@router.post("/actions/{id}/finish", dependencies=[may(Act.RECORD_ACTION, of=AgreedAction)])
def finish_action(visit: Visitor, number: Key, form: Posted) -> Response:
    """Say that it was done."""
    try:
        given = form.filled(DONE)
        with visit.acting() as acting:
            following.finish_action(acting, number, given)
    except STAYS as refusal:
        return _form(visit, number, "finish", form.refused(refusal, DONE))
    return visit.done(f"/actions/{number}", SAYS_DONE)


@router.get("/actions/{id}/drop", dependencies=[may(Act.RECORD_ACTION, of=AgreedAction)])
def drop(visit: Visitor, number: Key) -> Response:
    """The form for why it is not wanted any more."""
    return _form(visit, number, "drop", Form())


@router.post("/actions/{id}/drop", dependencies=[may(Act.RECORD_ACTION, of=AgreedAction)])
def drop_action(visit: Visitor, number: Key, form: Posted) -> Response:
    """Say that it is not wanted any more."""
    try:
        given = form.filled(DROPPED)
        with visit.acting() as acting:
            following.drop_action(acting, number, given)
    except STAYS as refusal:
        return _form(visit, number, "drop", form.refused(refusal, DROPPED))
    return visit.done(f"/actions/{number}", SAYS_DROPPED)


@router.get("/actions/{id}/lines", dependencies=[may(Act.RECORD_ACTION, of=AgreedAction)])
def say(visit: Visitor, number: Key) -> Response:
    """The form for how far it is."""
    return _form(visit, number, "say", Form())


@router.post("/actions/{id}/lines", dependencies=[may(Act.RECORD_ACTION, of=AgreedAction)])
def say_progress(visit: Visitor, number: Key, form: Posted) -> Response:
    """Say how far it is."""
    try:
        given = form.filled(SAID)
        with visit.acting() as acting:
            following.say_progress(acting, number, given)
    except STAYS as refusal:
        return _form(visit, number, "say", form.refused(refusal, SAID))
    return visit.done(f"/actions/{number}", SAYS_SAID)


_TITLES = {
    "finish": "Record that the action is done",
    "drop": "Drop the action",
    "say": "Say how far the action is",
}


def _form(visit: Visit, number: int, what: str, form: Form) -> Response:
    with visit.read() as session:
        if not form.errors:
            following.find_open(session, visit.officer, number)
        found = shown.action(session, visit.reader, number, today=visit.today)
    return visit.page(f"actions/{what}_form.html", title=_TITLES[what], form=form, action=found)
