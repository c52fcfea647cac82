"""The risk register: schools by level, the annual round, and the level of one school."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.clocks import long_date
from models.paging import MOST_PER_PAGE, Page
from models.people.access import Act
from models.programme import duties_shown
from models.refusals import InvalidInput, NotPossible
from models.risk import assessing, level_changes, register_shown, rounds, rounds_shown
from models.risk import shown as risk_shown
from models.risk.register_shown import RegisteredSchool
from models.risk.rounds_shown import Round
from models.risk.shown import Assessment
from models.risk.tables import AssessmentRound, AssessmentState, RoundState
from models.schools import shown as schools_shown
from models.schools.tables import RiskLevel, School
from web.door import school_year
from web.pages.asked import Fields
from web.pages.forms import Form, Posted
from web.pages.lists import List, PageNumber, address, day_of
from web.pages.risk.level_picture import draw
from web.pages.visits import SchoolYear, Visit, Visitor, may, says
from web.tables import Column

SAYS_ROUND_OPENED = says("round_opened", "The annual assessment is open. Every school has a draft")
SAYS_ROUND_PUBLISHED = says("round_published", "The levels have been published and are in force")
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
    state=("State", "Choose a state"),
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
    sort: str = FIRST_SORT,
) -> Response:
    """Every open school with its level."""
    filters = {
        "query": query,
        "level": level,
        "phase": phase,
        "la": la,
        "changed_since": changed_since,
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
        today=visit.today,
        query=filters.get("query", ""),
        level=filters.get("level") or None,
        phase=filters.get("phase") or None,
        la=_authority(filters.get("la", "")),
        changed_since=day_of("changed_since", filters.get("changed_since", "")),
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


@router.get("/rounds", dependencies=[may(Act.SEE_PROGRAMME)])
def list_rounds(visit: Visitor, page: PageNumber) -> Response:
    """The annual assessments of all schools."""
    return _rounds(visit, page, Form())


@router.post("/rounds", dependencies=[may(Act.RUN_ROUND)])
def open_round(visit: Visitor, form: Posted) -> Response:
    """Open the annual assessment that is due."""
    try:
        due = rounds.NewRound(school_year=rounds.year_due(visit.policy, visit.today))
        with visit.acting() as acting:
            opened = rounds.open_round(acting, due)
    except NotPossible as refusal:
        return _rounds(visit, 1, form.refused(refusal, Fields()))
    return visit.done(f"/rounds/{opened.school_year}", SAYS_ROUND_OPENED)


def _rounds(visit: Visit, page: int, form: Form) -> Response:
    due = rounds.year_due(visit.policy, visit.today)
    with visit.read() as session:
        found = find_rounds(session, visit, {}, page, PER_PAGE)
        latest = rounds_shown.rounds(session, today=visit.today, per_page=1).items
    is_due = not latest or latest[0].school_year < due
    return visit.page(
        "risk/rounds.html",
        title="Annual assessment",
        navigation="risk",
        form=form,
        found=found,
        due=due if is_due else None,
        next_opens=visit.policy.programme.round.opens.in_year(due + 1),
        may_run=visit.may(Act.RUN_ROUND),
        address=address(visit, {}),
    )


def find_rounds(
    session: Session, visit: Visit, _: Mapping[str, str], page: int, per_page: int
) -> Page[Round]:
    """One page of the annual assessments."""
    return rounds_shown.rounds(session, today=visit.today, page=page, per_page=per_page)


@router.get("/rounds/{number}", dependencies=[may(Act.SEE_PROGRAMME, of=AssessmentRound)])
def show_round(
    visit: Visitor,
    number: SchoolYear,
    page: PageNumber,
    query: str = "",
    state: str = "",
    level: str = "",
) -> Response:
    """How far the annual assessment is, and the assessments of its schools."""
    filters = {"query": query, "state": state, "level": level}
    form = Form.of(**filters)
    found: Page[Assessment] | None = None
    _complete(visit, number)
    with visit.read() as session:
        current = rounds_shown.assessment_round(session, number, today=visit.today)
        try:
            found = find_assessments(session, visit, filters, page, PER_PAGE)
        except InvalidInput as invalid:
            form = form.refused(invalid, SEARCH)
    return visit.page(
        "risk/round.html",
        title=f"Annual assessment for {_years(number)}",
        navigation="risk",
        form=form,
        round=current,
        found=found,
        levels={level.value: level.label.capitalize() for level in RiskLevel},
        states=[each.value for each in AssessmentState],
        may_run=visit.may(Act.RUN_ROUND),
        address=address(visit, filters),
    )


def find_assessments(
    session: Session, visit: Visit, filters: Mapping[str, str], page: int, per_page: int
) -> Page[Assessment]:
    """One page of the assessments of the round that an address names, by its filters."""
    return risk_shown.assessments(
        session,
        today=visit.today,
        school_year=school_year(visit.request.path_params["number"]),
        query=filters.get("query", ""),
        state=filters.get("state") or None,
        level=filters.get("level") or None,
        page=page,
        per_page=per_page,
    )


def _complete(visit: Visit, number: int) -> None:
    """Schools that have opened since belong to an open round too."""
    with visit.read() as session:
        current = rounds.find_round(session, number)
        missing = rounds_shown.missing_drafts(session, number, today=visit.today)
    if missing and current.state is RoundState.OPEN:
        with visit.write() as session:
            rounds.complete_round(session, visit.now, number)


@router.get("/rounds/{number}/publish", dependencies=[may(Act.RUN_ROUND, of=AssessmentRound)])
def confirm_publication(visit: Visitor, number: SchoolYear) -> Response:
    """What publishing will do, to be confirmed."""
    return _publication(visit, number, Form())


@router.post("/rounds/{number}/publish", dependencies=[may(Act.RUN_ROUND, of=AssessmentRound)])
def publish(visit: Visitor, number: SchoolYear, form: Posted) -> Response:
    """Bring the agreed levels of all schools into force."""
    try:
        with visit.acting() as acting:
            rounds.publish_round(acting, number)
    except NotPossible as refusal:
        return _publication(visit, number, form.refused(refusal, Fields()))
    return visit.done(f"/rounds/{number}", SAYS_ROUND_PUBLISHED)


def _publication(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        current = rounds_shown.assessment_round(session, number, today=visit.today)
    return visit.page(
        "risk/publish.html",
        title=f"Publish the levels for {_years(number)}",
        navigation="risk",
        form=form,
        round=current,
        levels={level.value: level.label.capitalize() for level in RiskLevel},
    )


@router.get("/schools/{urn}/risk", dependencies=[may(Act.SEE_PROGRAMME, of=School)])
def school_risk(visit: Visitor, urn: str) -> Response:
    """The level of one school, how it came to be, and what may change it."""
    with visit.read() as session:
        school = schools_shown.school(session, visit.reader, urn)
        history = level_changes.levels_of(session, urn, per_page=MOST_PER_PAGE).items
        under_way = risk_shown.under_way(session, school.urn)
    in_year = any(each.round is None for each in under_way)
    closed = school.closed_on is not None and school.closed_on <= visit.today
    return visit.page(
        "risk/school.html",
        title=f"Risk level of {school.name}",
        navigation="schools",
        school=school,
        history=history,
        under_way=under_way,
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


def _years(school_year: int) -> str:
    return f"{school_year} to {school_year + 1}"


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
        ],
    ),
    List[Round](
        "/rounds",
        Act.SEE_PROGRAMME,
        "Annual assessments",
        find_rounds,
        [
            Column("School year begins", lambda found: found.school_year),
            Column("State", lambda found: found.state),
            Column("Schools", lambda found: found.schools),
            Column("Drafts", lambda found: found.drafts),
            Column("Waiting to be moderated", lambda found: found.proposed),
            Column("Agreed", lambda found: found.agreed),
            Column("In force", lambda found: found.in_force),
            Column("To be published on", lambda found: found.publish_on),
            Column("Published at", lambda found: found.published_at),
        ],
    ),
    List[Assessment](
        "/rounds/{number}",
        Act.SEE_PROGRAMME,
        "Annual assessment",
        find_assessments,
        [
            Column("URN", lambda found: found.urn),
            Column("School", lambda found: found.school),
            Column("Closes on", lambda found: found.closed_on),
            Column("State", lambda found: found.state),
            Column("Before", lambda found: found.level_before),
            Column("Proposed", lambda found: found.proposed_level),
            Column("Reason", lambda found: found.reason),
            Column("Proposed by", lambda found: found.proposed_by_name),
            Column("Agreed", lambda found: found.level),
            Column("Reason for the agreed level", lambda found: found.moderation_reason),
            Column("Agreed by", lambda found: found.moderated_by_name),
            Column("Evidence missing", lambda found: found.missing),
        ],
        of=AssessmentRound,
    ),
)
