"""The risk register: schools by level, and the level of one school."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.clocks import long_date
from models.needs.shown import open_needs
from models.paging import MOST_PER_PAGE, Page
from models.people.access import Act
from models.programme import duties_shown
from models.refusals import InvalidInput, NotPossible
from models.risk import assessing, level_changes, register_shown, rounds
from models.risk import shown as risk_shown
from models.risk.at_odds import live_escalations
from models.risk.register_shown import RegisteredSchool
from models.risk.suggesting import suggest
from models.schools import shown as schools_shown
from models.schools.tables import RiskLevel, School
from web.pages.asked import Fields
from web.pages.forms import Form, Posted
from web.pages.lists import List, PageNumber, address, day_of
from web.pages.risk.level_picture import draw
from web.pages.visits import Visit, Visitor, may, says
from web.tables import Column

SAYS_ASSESSMENT_BEGUN = says(
    "assessment_begun", "The assessment has been started. Now add its evidence"
)


router = APIRouter()
PER_PAGE = 25
FIRST_SORT = "level"
SEARCH = Fields(
    query=("The search", "Enter what to search for"),
    level=("Risk level", "Choose a risk level"),
    phase=("Phase", "Choose a phase"),
    la=("Local authority", "Enter the code of the local authority"),
    changed_since=("The date", "Enter a date"),
)
LEVELS = {
    **{level.value: level.label.capitalize() for level in RiskLevel},
    schools_shown.NOT_ASSESSED: "Not assessed",
}


@router.get("/risk", dependencies=[may(Act.SEE_PROGRAMME)])
def register(
    visit: Visitor,
    page: PageNumber,
    query: str = "",
    level: str = "",
    phase: str = "",
    la: str = "",
    changed_since: str = "",
    at_odds: str = "",
    sort: str = FIRST_SORT,
) -> Response:
    """Every open school with its level."""
    filters = {
        "query": query,
        "level": level,
        "phase": phase,
        "la": la,
        "changed_since": changed_since,
        "at_odds": at_odds,
    }
    form = Form.of(**filters)
    found: Page[RegisteredSchool] | None = None
    behind: set[int] = set()
    with visit.read() as session:
        try:
            found = find(session, visit, {**filters, "sort": sort}, page, PER_PAGE)
            behind = duties_shown.behind(
                session, [school.urn for school in found.items], visit.today
            )
        except InvalidInput as invalid:
            form = form.refused(invalid, SEARCH)
        counts = register_shown.level_counts(session, visit.today)
        authorities = register_shown.authorities(session)
        phases = schools_shown.phases(session, visit.reader)
    return visit.page(
        "risk/register.html",
        title="Risk register",
        navigation="risk",
        form=form,
        found=found,
        behind=behind,
        counts=counts,
        levels=LEVELS,
        phases=phases,
        authorities=authorities,
        sort=sort,
        address=address(visit, {**filters, "sort": sort}),
        may_assess=visit.may(Act.ASSESS),
    )


def find(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[RegisteredSchool]:
    """One page of the register that the filters of an address let through."""
    return register_shown.register(
        session,
        visit.policy,
        visit.reader,
        today=visit.today,
        query=filters.get("query", ""),
        level=filters.get("level") or None,
        phase=filters.get("phase") or None,
        la=_authority(filters.get("la", "")),
        changed_since=day_of("changed_since", filters.get("changed_since", "")),
        only_at_odds=filters.get("at_odds") == "yes",
        sort=filters.get("sort") or FIRST_SORT,
        page=page,
        per_page=per_page,
    )


def _authority(la: str) -> int | None:
    if not la:
        return None
    if not (la.isascii() and la.isdigit() and len(la) <= 4):
        raise InvalidInput("la", "Choose a local authority.")
    return int(la)


@router.get("/schools/{urn}/risk", dependencies=[may(Act.SEE_PROGRAMME, of=School)])
def school_risk(visit: Visitor, urn: str) -> Response:
    """The level of one school, how it came to be, and what may change it."""
    with visit.read() as session:
        school = schools_shown.school(session, visit.reader, urn)
        history = level_changes.levels_of(session, urn, per_page=MOST_PER_PAGE).items
        under_way = risk_shown.under_way(session, school.urn)
        suggestion = suggest(session, visit.policy, school.urn, today=visit.today)
        live = live_escalations(session, visit.policy, visit.reader, [school.urn]).get(school.urn)
        needs = open_needs(session, visit.reader, school.urn, today=visit.today)
    in_year = any(each.round is None for each in under_way)
    closed = school.closed_on is not None and school.closed_on <= visit.today
    return visit.page(
        "risk/school.html",
        title=f"Risk level of {school.name}",
        navigation="schools",
        school=school,
        history=history,
        under_way=under_way,
        suggestion=suggestion,
        titles=visit.policy.programme.titles,
        live=live,
        needs=needs,
        picture=draw(history, visit.today),
        may_assess=visit.may(Act.ASSESS) and not in_year and not closed,
    )


@router.get("/schools/{urn}/assess", dependencies=[may(Act.ASSESS, of=School)])
def confirm_assessment(visit: Visitor, urn: str) -> Response:
    """What it means to assess a school in the year, to be begun."""
    return _assess(visit, urn, Form())


@router.post("/schools/{urn}/assess", dependencies=[may(Act.ASSESS, of=School)])
def assess(visit: Visitor, urn: str, form: Posted) -> Response:
    """Begin to assess a school in the year."""
    try:
        with visit.acting() as acting:
            begun = assessing.begin_assessment(acting, assessing.NewAssessment(urn=urn))
    except NotPossible as refusal:
        return _assess(visit, urn, form.refused(refusal, Fields()))
    return visit.done(f"/assessments/{begun.id}", SAYS_ASSESSMENT_BEGUN)


def _assess(visit: Visit, urn: str, form: Form) -> Response:
    with visit.read() as session:
        school = schools_shown.school(session, visit.reader, urn)
    return visit.page(
        "risk/assess.html",
        title=f"Assess {school.name} during the year",
        navigation="schools",
        form=form,
        school=school,
        next_round=long_date(
            visit.policy.programme.round.opens.in_year(
                rounds.year_due(visit.policy, visit.today) + 1
            )
        ),
    )


LISTS: tuple[List[Any], ...] = (
    List[RegisteredSchool](
        "/risk",
        Act.SEE_PROGRAMME,
        "Risk register",
        find,
        [
            Column("URN", lambda found: found.urn),
            Column("School", lambda found: found.name),
            Column("Phase", lambda found: found.phase),
            Column("Local authority", lambda found: found.la_name),
            Column("Level", lambda found: found.risk_level),
            Column("Assessed on", lambda found: found.assessed_on),
            Column("Level before", lambda found: found.level_before),
            Column("Reason", lambda found: found.reason),
            Column("Escalation", lambda found: found.escalation),
            Column("Step", lambda found: found.escalation_step),
            Column("Level does not fit", lambda found: found.at_odds),
        ],
    ),
)
