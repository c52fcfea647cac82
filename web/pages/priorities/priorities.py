"""Priorities of a school's improvement plan: listed, recorded, changed, followed, ended."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.actions.shown import actions
from models.matters.sight import is_theirs
from models.matters.tables import Matter
from models.paging import MOST_PER_PAGE, Page
from models.people.access import Act
from models.priorities import keeping, months, shown
from models.priorities.tables import ImprovementPriority, PriorityState
from models.school_record.opening import find_record
from models.schools.contacts import find_school
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form, Posted
from web.pages.lists import List
from web.pages.visits import Key, Visit, Visitor, may, says
from web.tables import Column

SAYS_ADDED = says("priority_added", "The priority has been recorded")
SAYS_CHANGED = says("priority_changed", "The priority has been changed")
SAYS_ENDED = says("priority_ended", "What became of the priority has been recorded")
SAYS_MONTH = says("priority_month", "The month has been recorded")

router = APIRouter()
_FIELDS = {
    "priority": ("The priority", "Enter the priority"),
    "success_criteria": ("The success criteria", "Enter how one sees that it is met"),
    "owner": ("The owner", "Enter who at the school owns it"),
    "first_day": ("The first day", "Enter the first day"),
    "last_day": ("The last day", "Enter the last day"),
}
ADDED = Asked(keeping.PriorityNow, **_FIELDS)
CHANGED = Asked(keeping.PriorityChange, **_FIELDS, reason=("The reason", "Enter why it changes"))
ENDED = Asked(
    keeping.PriorityEnd,
    became=("What became of it", "Choose what became of it"),
    ended_on=("The date", "Enter the date"),
    outcome=("The outcome", "Enter what was achieved, or why it is given up"),
)
MONTH = Asked(
    months.HowFarInMonth,
    month=("The month", "Enter the month"),
    rating=("How far it is", "Choose how far it is"),
    said=("The text", "Enter what was done and what came of it"),
)
LIST = "/schools/{urn}/record/priorities"


@router.get(LIST, dependencies=[may(Act.SEE_CASE, of=Matter)])
def of_school(visit: Visitor, urn: str) -> Response:
    """The priorities of a school's improvement plan."""
    with visit.read() as session:
        school = find_school(session, urn)
        found = find_priorities(session, visit, {}, 1, MOST_PER_PAGE)
        there = find_record(session, visit.reader, urn) is not None
        theirs = there or is_theirs(visit.officer, school)
    return visit.page(
        "priorities/priorities.html",
        title=f"{school.name}: priorities of the improvement plan",
        navigation="schools",
        school=school,
        here=LIST.format(urn=school.urn),
        priorities=found.items,
        may_add=theirs and visit.may(Act.RECORD_PRIORITY),
    )


def find_priorities(
    session: Session, visit: Visit, _: Mapping[str, str], page: int, per_page: int
) -> Page[shown.Priority]:
    """The priorities of the school that the address names, those that are open first."""
    urn = find_school(session, visit.request.path_params["urn"]).urn
    return shown.priorities(
        session, visit.reader, today=visit.today, urn=urn, page=page, per_page=per_page
    )


@router.get(f"{LIST}/new", dependencies=[may(Act.RECORD_PRIORITY, of=Matter)])
def new(visit: Visitor, urn: str) -> Response:
    """The form for a priority."""
    return _new(visit, urn, Form())


@router.post(f"{LIST}/new", dependencies=[may(Act.RECORD_PRIORITY, of=Matter)])
def add(visit: Visitor, urn: str, form: Posted) -> Response:
    """Put a priority on the school's record."""
    try:
        given = form.filled(ADDED)
        with visit.acting() as acting:
            keeping.add_priority(acting, urn, given)
    except STAYS as refusal:
        return _new(visit, urn, form.refused(refusal, ADDED))
    return visit.done(LIST.format(urn=urn), SAYS_ADDED)


@router.get("/priorities/{id}", dependencies=[may(Act.SEE_CASE, of=ImprovementPriority)])
def priority(visit: Visitor, number: Key) -> Response:
    """One priority with its months, its actions and what it said before."""
    with visit.read() as session:
        found = shown.priority(session, visit.reader, number, today=visit.today)
        under = actions(
            session,
            visit.policy,
            visit.reader,
            today=visit.today,
            priority=number,
            per_page=MOST_PER_PAGE,
        )
    is_open = found.state is PriorityState.OPEN
    return visit.page(
        "priorities/priority.html",
        title=found.priority,
        navigation="schools",
        priority=found,
        actions=under.items,
        may_follow=visit.may(Act.RECORD_PRIORITY) and is_open,
        may_act=visit.may(Act.RECORD_ACTION) and is_open,
    )


@router.get(
    "/priorities/{id}/change", dependencies=[may(Act.RECORD_PRIORITY, of=ImprovementPriority)]
)
def change_form(visit: Visitor, number: Key) -> Response:
    """The form for what it is from now on."""
    with visit.read() as session:
        found = shown.priority(session, visit.reader, number, today=visit.today)
    form = Form.of(
        priority=found.priority,
        success_criteria=found.success_criteria,
        owner=found.owner,
        **_boxes("first_day", found.first_day),
        **_boxes("last_day", found.last_day),
    )
    return _of(visit, number, "change", form)


@router.post(
    "/priorities/{id}/change", dependencies=[may(Act.RECORD_PRIORITY, of=ImprovementPriority)]
)
def change(visit: Visitor, number: Key, form: Posted) -> Response:
    """Change it."""
    try:
        given = form.filled(CHANGED)
        with visit.acting() as acting:
            keeping.change_priority(acting, number, given)
    except STAYS as refusal:
        return _of(visit, number, "change", form.refused(refusal, CHANGED))
    return visit.done(f"/priorities/{number}", SAYS_CHANGED)


@router.get("/priorities/{id}/end", dependencies=[may(Act.RECORD_PRIORITY, of=ImprovementPriority)])
def end_form(visit: Visitor, number: Key) -> Response:
    """The form for what became of it."""
    return _of(visit, number, "end", Form())


@router.post(
    "/priorities/{id}/end", dependencies=[may(Act.RECORD_PRIORITY, of=ImprovementPriority)]
)
def end(visit: Visitor, number: Key, form: Posted) -> Response:
    """Say that it was met, or is given up."""
    try:
        given = form.filled(ENDED, met=form.text("became") == "met")
        with visit.acting() as acting:
            keeping.end_priority(acting, number, given)
    except STAYS as refusal:
        return _of(visit, number, "end", form.refused(refusal, ENDED))
    return visit.done(f"/priorities/{number}", SAYS_ENDED)


@router.get(
    "/priorities/{id}/months", dependencies=[may(Act.RECORD_PRIORITY, of=ImprovementPriority)]
)
def month_form(visit: Visitor, number: Key) -> Response:
    """The form for how far it was in a month."""
    return _of(visit, number, "month", Form.of(month=f"{visit.today:%Y-%m}"))


@router.post(
    "/priorities/{id}/months", dependencies=[may(Act.RECORD_PRIORITY, of=ImprovementPriority)]
)
def say_month(visit: Visitor, number: Key, form: Posted) -> Response:
    """Say how far it was."""
    try:
        given = form.filled(MONTH)
        with visit.acting() as acting:
            months.say_month(acting, number, given)
    except STAYS as refusal:
        return _of(visit, number, "month", form.refused(refusal, MONTH))
    return visit.done(f"/priorities/{number}", SAYS_MONTH)


_TITLES = {
    "change": "Change the priority",
    "end": "Say what became of the priority",
    "month": "Say how far the priority was in a month",
}


def _new(visit: Visit, urn: str, form: Form) -> Response:
    with visit.read() as session:
        school = find_school(session, urn)
    return visit.page(
        "priorities/form.html",
        title="Record a priority of the improvement plan",
        navigation="schools",
        form=form,
        school=school.name,
        back=LIST.format(urn=school.urn),
        changes=False,
    )


def _of(visit: Visit, number: int, what: str, form: Form) -> Response:
    with visit.read() as session:
        if not form.errors:
            keeping.find_open_priority(session, visit.officer, number)
        found = shown.priority(session, visit.reader, number, today=visit.today)
    return visit.page(
        "priorities/form.html" if what == "change" else f"priorities/{what}_form.html",
        title=_TITLES[what],
        navigation="schools",
        form=form,
        school=found.school,
        back=f"/priorities/{number}",
        priority=found,
        ratings=visit.policy.programme.progress_ratings,
        changes=True,
    )


def _boxes(name: str, day: date) -> dict[str, str]:
    return {
        f"{name}-day": str(day.day),
        f"{name}-month": str(day.month),
        f"{name}-year": str(day.year),
    }


LISTS: tuple[List[Any], ...] = (
    List[shown.Priority](
        LIST,
        Act.SEE_CASE,
        "Priorities of school",
        find_priorities,
        [
            Column("Priority", lambda found: found.priority),
            Column("Success criteria", lambda found: found.success_criteria),
            Column("Owner at the school", lambda found: found.owner),
            Column("From", lambda found: found.first_day),
            Column("To", lambda found: found.last_day),
            Column("State", lambda found: found.state),
            Column("Overdue", lambda found: found.overdue),
            Column("Ended on", lambda found: found.ended_on),
            Column("Outcome", lambda found: found.outcome),
            Column("Months", lambda found: "\n".join(_line(each) for each in found.months)),
        ],
        of=Matter,
    ),
)


def _line(month: shown.MonthOfPriority) -> str:
    return f"{month.month}: {month.rating}. {month.said}"
