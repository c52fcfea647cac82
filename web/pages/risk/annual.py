"""The annual assessment: its rounds, the schools of one, and the publication of their levels."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.paging import Page
from models.people.access import Act
from models.refusals import InvalidInput, NotPossible
from models.risk import rounds, rounds_shown
from models.risk import shown as risk_shown
from models.risk.rounds_shown import Round
from models.risk.shown import Assessment
from models.risk.tables import AssessmentRound, AssessmentState, RoundState
from models.schools.tables import RiskLevel
from web.door import school_year
from web.pages.asked import Fields
from web.pages.forms import Form, Posted
from web.pages.lists import List, PageNumber, address
from web.pages.visits import SchoolYear, Visit, Visitor, may, says
from web.tables import Column

SAYS_ROUND_OPENED = says("round_opened", "The annual assessment is open. Every school has a draft")
SAYS_ROUND_PUBLISHED = says("round_published", "The levels have been published and are in force")


router = APIRouter()
PER_PAGE = 25
SEARCH = Fields(
    query=("The search", "Enter what to search for"),
    state=("State", "Choose a state"),
)


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
        publish_from=_publish_from(visit, current),
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
        publish_from=_publish_from(visit, current),
        levels={level.value: level.label.capitalize() for level in RiskLevel},
    )


def _publish_from(visit: Visit, current: Round) -> date | None:
    """The day from which the levels can be published, where that is yet to come."""
    first = rounds.publishable_from(visit.policy, current.school_year, current.publish_on)
    return first if visit.today < first else None


def _years(school_year: int) -> str:
    return f"{school_year} to {school_year + 1}"


LISTS: tuple[List[Any], ...] = (
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
