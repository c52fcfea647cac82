"""Reviews of schools and of the whole register: listed, recorded, shown."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.actions.shown import lines_at
from models.inputs import refusing
from models.paging import Page
from models.people.access import Act
from models.priorities.months import HowFarOf
from models.priorities.shown import open_priorities, priorities_at
from models.programme import support_work
from models.programme.reviews import REVIEWS, ReviewHeld, record_review
from models.programme.support_work import SupportReview
from models.programme.tables import OF_A_SCHOOL, WITH_OUTCOME, DutyKind, Review
from models.schools.contacts import find_school
from models.schools.tables import School
from web.pages.asked import Asked
from web.pages.forms import STAYS, Form, Posted
from web.pages.lists import List, PageNumber
from web.pages.needs.question import QUESTION
from web.pages.programme.duty_met import Duty
from web.pages.programme.work_pages import filters_asked, work_form, work_list, work_record
from web.pages.visits import Key, Visit, Visitor, may, says
from web.tables import Column

SAYS_REVIEW_RECORDED = says("review_recorded", "The review has been recorded")

router = APIRouter()
OF_PRIORITY = "priority-"
REVIEW = Asked(
    ReviewHeld,
    kind=("Kind", "Choose a kind"),
    held_on=("The date", "Enter the date on which it was held"),
    summary=("Summary", "Enter a summary"),
    impact=("Impact", "Enter what the impact was"),
    external_impact=("Impact of external support", "Enter what the impact was"),
    school_view=("What the school says", "Enter what the school says"),
    council_response=("How the council responded", "Enter how the council responded"),
    leaders_response=("How the leaders responded", "Enter how the leaders responded"),
    **QUESTION,
)


@router.get("/reviews", dependencies=[may(Act.SEE_PROGRAMME)])
def list_reviews(
    visit: Visitor,
    page: PageNumber,
    query: str = "",
    kind: str = "",
    officer: str = "",
    year: str = "",
) -> Response:
    """The reviews of schools and of the whole register, the latest first."""
    filters = {"query": query, "kind": kind, "officer": officer, "year": year}
    return work_list(visit, "reviews.html", "Reviews", find_reviews, filters, page)


def find_reviews(
    session: Session, _: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[SupportReview]:
    """One page of the reviews that the filters of an address let through."""
    kind = filters.get("kind") or None
    return support_work.reviews(session, kind=kind, **filters_asked(filters, page, per_page))


@router.get("/schools/{urn}/reviews/new", dependencies=[may(Act.RECORD_SUPPORT_WORK, of=School)])
def review_form(visit: Visitor, urn: str, duty: Duty, kind: str = "") -> Response:
    """The form for a review of a school."""
    return _review_form(visit, urn, duty, Form.of(kind=kind))


@router.post("/schools/{urn}/reviews/new", dependencies=[may(Act.RECORD_SUPPORT_WORK, of=School)])
def post_review(visit: Visitor, urn: str, duty: Duty, form: Posted) -> Response:
    """Put a review of a school on record."""
    return _record_review(visit, urn, duty, form)


@router.get("/reviews/new", dependencies=[may(Act.RECORD_SUPPORT_WORK)])
def council_review_form(visit: Visitor, duty: Duty, kind: str = "") -> Response:
    """The form for a review of the whole register."""
    return _review_form(visit, None, duty, Form.of(kind=kind))


@router.post("/reviews/new", dependencies=[may(Act.RECORD_SUPPORT_WORK)])
def record_council_review(visit: Visitor, duty: Duty, form: Posted) -> Response:
    """Put a review of the whole register on record."""
    return _record_review(visit, None, duty, form)


def _record_review(visit: Visit, urn: str | None, duty: int | None, form: Form) -> Response:
    try:
        form.demand(REVIEW)
        given = form.taken(REVIEW, urn=urn, duty=duty, priorities=_priorities(form))
        with visit.acting() as acting:
            record_review(acting, given)
    except STAYS as refusal:
        return _review_form(visit, urn, duty, form.refused(refusal, REVIEW))
    on = f"/schools/{urn}/programme" if urn else "/programme/duties"
    return visit.done(on, SAYS_REVIEW_RECORDED)


def _priorities(form: Form) -> list[HowFarOf]:
    """What was said of priorities; raises InvalidInput."""
    found = []
    for name in form.values:
        number = name.removeprefix(OF_PRIORITY).removesuffix("-rating")
        if name == f"{OF_PRIORITY}{number}-rating" and number.isascii() and number.isdigit():
            said = form.text(f"{OF_PRIORITY}{number}-said")
            with refusing():
                of = HowFarOf(priority=int(number), rating=form.text(name), said=said)
            found.append(of)
    return found


def _review_form(visit: Visit, urn: str | None, duty: int | None, form: Form) -> Response:
    here = OF_A_SCHOOL if urn is not None else (DutyKind.BOARD_REPORT, DutyKind.QUARTERLY_REVIEW)
    kinds = [kind for kind in REVIEWS if kind in here]
    with visit.read() as session:
        school = find_school(session, urn).urn if urn is not None else None
        plan = open_priorities(session, visit.reader, school, today=visit.today) if school else []
    return work_form(
        visit,
        "review_form.html",
        "Record a review",
        form,
        urn,
        duty,
        kinds=kinds,
        priorities=plan,
        ratings=visit.policy.programme.progress_ratings,
    )


@router.get("/reviews/{id}", dependencies=[may(Act.SEE_PROGRAMME, of=Review)])
def show_review(visit: Visitor, number: Key) -> Response:
    """One review."""
    with visit.read() as session:
        found = support_work.review(session, number)
        lines = lines_at(session, visit.reader, number, today=visit.today)
        how_far = priorities_at(session, visit.reader, number, today=visit.today)
    sections = [
        ("Summary", found.summary or "None"),
        ("Impact of the council’s support", found.impact or "Nothing recorded"),
        ("Impact of external support", found.external_impact or "Nothing recorded"),
        ("What the school says of where it stands", found.school_view),
        ("How the council responded to the priorities", found.council_response),
        ("How the school’s leaders responded to the priorities", found.leaders_response),
    ]
    sections = [(heading, text) for heading, text in sections if text]
    if found.kind in WITH_OUTCOME:
        sections = [("Outcome", found.summary)]
    return work_record(visit, found, found.title, found.held_on, sections, lines, how_far)


LISTS: tuple[List[Any], ...] = (
    List[SupportReview](
        "/reviews",
        Act.SEE_PROGRAMME,
        "Reviews",
        find_reviews,
        [
            Column("Held on", lambda found: found.held_on),
            Column("Review", lambda found: found.title),
            Column("URN", lambda found: found.urn),
            Column("School", lambda found: found.school),
            Column("Summary", lambda found: found.summary),
            Column("Impact", lambda found: found.impact),
            Column("Impact of external support", lambda found: found.external_impact),
            Column("What the school says", lambda found: found.school_view),
            Column("How the council responded", lambda found: found.council_response),
            Column("How leaders responded", lambda found: found.leaders_response),
            Column("More or less needed", lambda found: found.needed),
            Column("Why more or less", lambda found: found.needed_because),
            Column("Recorded by", lambda found: found.officer_name),
            Column("Recorded at", lambda found: found.recorded_at),
        ],
    ),
)
