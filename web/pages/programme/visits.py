"""Visits to schools: listed, recorded, shown."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.inputs import refusing
from models.paging import Page
from models.people.access import Act
from models.programme import support_work, tables
from models.programme.promised import visit_to_be_made
from models.programme.support_work import SchoolVisit
from models.programme.visits import Attendee, VisitMade, record_visit
from models.schools.contacts import find_school
from models.schools.tables import School
from web.pages.actions import rows
from web.pages.asked import Asked
from web.pages.consultants.people import chosen_person
from web.pages.forms import STAYS, Form, Posted
from web.pages.lists import List, PageNumber
from web.pages.needs.question import QUESTION
from web.pages.programme.duty_met import Duty
from web.pages.programme.work_pages import filters_asked, work_form, work_list, work_record
from web.pages.visits import Key, Visit, Visitor, may, says
from web.tables import Column

SAYS_VISIT_RECORDED = says("visit_recorded", "The visit has been recorded")

router = APIRouter()
VISIT = Asked(
    VisitMade,
    may=("others",),
    visited_on=("The date", "Enter the date of the visit"),
    led_by=("Who led it", "Choose who led the visit"),
    purpose=("Purpose", "Enter what the visit was for"),
    attendees=("Who was there", "Choose who was there"),
    others=("Who else was there", "Enter who else was there"),
    notes=("What was said", "Enter what you saw and heard"),
    agreed_actions=("Agreed actions", "Enter what was agreed"),
    good_practice=("Good practice", "Enter the good practice that you saw"),
    **QUESTION,
)


@router.get("/visits", dependencies=[may(Act.SEE_SUPPORT)])
def list_visits(
    visit: Visitor, page: PageNumber, query: str = "", officer: str = "", year: str = ""
) -> Response:
    """The visits to all schools, the latest first."""
    filters = {"query": query, "officer": officer, "year": year}
    return work_list(visit, "visits.html", "Visits", find_visits, filters, page)


@router.get("/visits/good-practice", dependencies=[may(Act.SEE_PROGRAMME)])
def list_good_practice(
    visit: Visitor, page: PageNumber, query: str = "", officer: str = "", year: str = ""
) -> Response:
    """The good practice that was seen at visits, the latest first."""
    filters = {"query": query, "officer": officer, "year": year}
    title = "Good practice that was seen"
    return work_list(visit, "good_practice.html", title, find_good_practice, filters, page)


def find_good_practice(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[SchoolVisit]:
    """One page of the visits with good practice that the filters of an address let through."""
    return support_work.good_practice(
        session, visit.reader, **filters_asked(filters, page, per_page)
    )


def find_visits(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[SchoolVisit]:
    """One page of the visits that the filters of an address let through."""
    return support_work.visits(session, visit.reader, **filters_asked(filters, page, per_page))


@router.get("/schools/{urn}/visits/new", dependencies=[may(Act.RECORD_VISIT, of=School)])
def visit_form(visit: Visitor, urn: str, duty: Duty) -> Response:
    """The form for the note of a visit."""
    return _form(visit, urn, duty, Form())


@router.post("/schools/{urn}/visits/new", dependencies=[may(Act.RECORD_VISIT, of=School)])
def post_visit(visit: Visitor, urn: str, duty: Duty, form: Posted) -> Response:
    """Put a visit on record."""
    try:
        form.demand(VISIT)
        given = form.taken(
            VISIT,
            urn=urn,
            duty=duty,
            attendees=_attendees(form),
            actions=rows.typed(form) if visit.may(Act.RECORD_ACTION) else [],
            led_by=chosen_person(form, "led_by"),
        )
        with visit.acting() as acting:
            record_visit(acting, given)
    except STAYS as refusal:
        form = rows.refused(form, refusal, VISIT)
        return _form(visit, urn, duty, form)
    return visit.done(f"/schools/{urn}/programme", SAYS_VISIT_RECORDED)


def _attendees(form: Form) -> list[Attendee]:
    """Who was chosen, and whoever else was named; raises InvalidInput."""
    with refusing():
        chosen = [Attendee(who=who) for who in form.texts("attendees")]
        others = form.text("others").strip()
        return [*chosen, Attendee(who=tables.AtVisit.OTHER, name=others)] if others else chosen


def _form(visit: Visit, urn: str, duty: int | None, form: Form) -> Response:
    with visit.read() as session:
        promised = visit_to_be_made(session, find_school(session, urn).urn)
    more = {"at_visit": list(tables.AtVisit), "promised": promised}
    return work_form(visit, "visit_form.html", "Record a visit", form, urn, duty, **more)


@router.get("/visits/{id}", dependencies=[may(Act.SEE_SUPPORT, of=tables.SchoolVisit)])
def show_visit(visit: Visitor, number: Key) -> Response:
    """One visit."""
    with visit.read() as session:
        found = support_work.visit(session, visit.reader, number)
    sections = [
        ("Purpose", found.purpose),
        ("Who was there", found.who_was_there or "Not recorded"),
        ("What was seen and heard", found.notes),
        ("Agreed actions", found.agreed_actions or "None"),
    ]
    if found.good_practice:
        sections.append(("Good practice that was seen", found.good_practice))
    by = [("Led by", found.led_by)]
    return work_record(visit, found, "Visit", found.visited_on, sections, by=by)


LISTS: tuple[List[Any], ...] = (
    List[SchoolVisit](
        "/visits",
        Act.SEE_SUPPORT,
        "Visits",
        find_visits,
        [
            Column("Visited on", lambda found: found.visited_on),
            Column("URN", lambda found: found.urn),
            Column("School", lambda found: found.school),
            Column("Purpose", lambda found: found.purpose),
            Column("What was seen and heard", lambda found: found.notes),
            Column("Agreed actions", lambda found: found.agreed_actions),
            Column("Who was there", lambda found: found.who_was_there),
            Column("Good practice", lambda found: found.good_practice),
            Column("More or less needed", lambda found: found.needed),
            Column("Why more or less", lambda found: found.needed_because),
            Column(
                "Led by", lambda found: found.led_by.name if found.led_by else found.officer_name
            ),
            Column("Recorded by", lambda found: found.officer_name),
            Column("Recorded at", lambda found: found.recorded_at),
        ],
    ),
    List[SchoolVisit](
        "/visits/good-practice",
        Act.SEE_PROGRAMME,
        "Good practice",
        find_good_practice,
        [
            Column("Visited on", lambda found: found.visited_on),
            Column("URN", lambda found: found.urn),
            Column("School", lambda found: found.school),
            Column("Good practice", lambda found: found.good_practice),
            Column("Recorded by", lambda found: found.officer_name),
        ],
    ),
)
