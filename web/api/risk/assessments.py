"""The risk register: assessments of schools, the annual round, and every level a school had."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from models.database import read
from models.inputs import Reason, Word
from models.paging import Page
from models.people.access import Act
from models.people.acting import Acting
from models.risk import assessing, level_changes, moderating, rounds, rounds_shown, tables
from models.risk import shown as risk_shown
from models.risk.level_changes import LevelChange
from models.risk.rounds_shown import Round
from models.risk.shown import Assessment
from models.risk.suggesting import Suggestion, suggest
from models.risk.tables import AssessmentRound, AssessmentState
from models.schools.tables import RiskLevel, School
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor, InOneGo, at_once, key, school_year

router = APIRouter(tags=["Risk register"])
Key = Annotated[int, at_once(key)]
SchoolYear = Annotated[int, at_once(school_year)]


class AssessmentQuery(Paging):
    """Which assessments; `round` is the year in which its school year begins."""

    urn: int | None = Field(None, ge=1, le=999_999)
    state: AssessmentState | None = None
    round: int | None = Field(None, ge=2000, le=2199)
    level: RiskLevel | None = None
    query: Word = ""


@router.get(
    "/assessments",
    response_model=Page[Assessment],
    dependencies=[may(Act.SEE_PROGRAMME)],
)
def list_assessments(
    door: AtDoor, _: Caller, query: Annotated[AssessmentQuery, Query()]
) -> Response:
    """Assessments: those of a round by the names of the schools, others the latest first."""
    given = query.model_dump()
    with read(door.engine) as session:
        found = risk_shown.assessments(
            session, today=door.today, school_year=given.pop("round"), **given
        )
        return answer(found)


@router.get(
    "/assessments/{id}",
    response_model=Assessment,
    dependencies=[may(Act.SEE_PROGRAMME, of=tables.Assessment)],
)
def show_assessment(door: AtDoor, _: Caller, id: Key) -> Response:
    """One assessment with its evidence."""
    with read(door.engine) as session:
        return answer(risk_shown.assessment(session, id))


@router.post(
    "/assessments",
    status_code=201,
    response_model=Assessment,
    dependencies=[may(Act.ASSESS)],
)
def begin_assessment(once: OnlyOnce, body: assessing.NewAssessment) -> Response:
    """Begin to assess a school in the year."""

    def command(acting: Acting) -> Assessment:
        begun = assessing.begin_assessment(acting, body)
        return risk_shown.assessment(acting.session, begun.id)

    return once.act(command, 201)


@router.post(
    "/assessments/{id}/evidence",
    status_code=201,
    response_model=Assessment,
    dependencies=[may(Act.ASSESS, of=tables.Assessment)],
)
def add_evidence(once: OnlyOnce, id: Key, body: assessing.PieceOfEvidence) -> Response:
    """Add one piece of evidence to a draft; the answer is the assessment."""

    def command(acting: Acting) -> Assessment:
        assessing.add_evidence(acting, id, body)
        return risk_shown.assessment(acting.session, id)

    return once.act(command, 201)


@router.put(
    "/assessments/{id}/evidence/{item}",
    response_model=Assessment,
    dependencies=[may(Act.ASSESS, of=tables.Assessment)],
)
def put_evidence(
    _: Caller, in_one_go: InOneGo, id: Key, item: str, body: assessing.PieceOfEvidence
) -> Response:
    """Put another piece of evidence in the place of one of a draft."""
    with in_one_go() as acting:
        assessing.replace_evidence(acting, id, key(item), body)
        return answer(risk_shown.assessment(acting.session, id))


@router.delete(
    "/assessments/{id}/evidence/{item}",
    response_model=Assessment,
    dependencies=[may(Act.ASSESS, of=tables.Assessment)],
)
def delete_evidence(_: Caller, in_one_go: InOneGo, id: Key, item: str) -> Response:
    """Take a piece of evidence away from a draft; the answer is the assessment."""
    with in_one_go() as acting:
        assessing.remove_evidence(acting, id, key(item))
        return answer(risk_shown.assessment(acting.session, id))


@router.post(
    "/assessments/{id}/proposal",
    response_model=Assessment,
    dependencies=[may(Act.ASSESS, of=tables.Assessment)],
)
def propose_level(once: OnlyOnce, id: Key, body: assessing.ProposedLevel) -> Response:
    """Propose a level with a reason."""

    def command(acting: Acting) -> Assessment:
        assessing.propose_level(acting, id, body)
        return risk_shown.assessment(acting.session, id)

    return once.act(command)


@router.post(
    "/assessments/{id}/moderation",
    response_model=Assessment,
    dependencies=[may(Act.MODERATE, of=tables.Assessment)],
)
def moderate(once: OnlyOnce, id: Key, body: moderating.Moderation) -> Response:
    """Agree the proposed level, or another with a reason; or return the assessment."""

    def command(acting: Acting) -> Assessment:
        moderating.moderate(acting, id, body)
        return risk_shown.assessment(acting.session, id)

    return once.act(command)


@router.post(
    "/assessments/{id}/withdrawal",
    response_model=Assessment,
    dependencies=[may(Act.ASSESS, of=tables.Assessment)],
)
def withdraw_assessment(once: OnlyOnce, id: Key, body: Reason) -> Response:
    """Withdraw an assessment in the year that is not in force."""

    def command(acting: Acting) -> Assessment:
        assessing.withdraw_assessment(acting, id, body)
        return risk_shown.assessment(acting.session, id)

    return once.act(command)


@router.get(
    "/rounds",
    response_model=Page[Round],
    dependencies=[may(Act.SEE_PROGRAMME)],
)
def list_rounds(door: AtDoor, _: Caller, query: Annotated[Paging, Query()]) -> Response:
    """The annual assessments of all schools, the latest first."""
    with read(door.engine) as session:
        found = rounds_shown.rounds(session, today=door.today, **query.model_dump())
        return answer(found)


@router.get(
    "/rounds/{number}",
    response_model=Round,
    dependencies=[may(Act.SEE_PROGRAMME, of=AssessmentRound)],
)
def show_round(door: AtDoor, _: Caller, number: SchoolYear) -> Response:
    """The annual assessment for the school year that begins in this calendar year."""
    with read(door.engine) as session:
        return answer(rounds_shown.assessment_round(session, number, today=door.today))


@router.post(
    "/rounds",
    status_code=201,
    response_model=Round,
    dependencies=[may(Act.RUN_ROUND)],
)
def open_round(once: OnlyOnce, body: rounds.NewRound) -> Response:
    """Open the annual assessment that is due, with a draft for every open school."""

    def command(acting: Acting) -> Round:
        year = rounds.open_round(acting, body).school_year
        return rounds_shown.assessment_round(acting.session, year, today=acting.today)

    return once.act(command, 201)


@router.post(
    "/rounds/{number}/publication",
    response_model=Round,
    dependencies=[may(Act.RUN_ROUND, of=AssessmentRound)],
)
def publish_round(once: OnlyOnce, number: SchoolYear) -> Response:
    """Bring the agreed levels of all schools into force."""

    def command(acting: Acting) -> Round:
        rounds.publish_round(acting, number)
        return rounds_shown.assessment_round(acting.session, number, today=acting.today)

    return once.act(command)


@router.get(
    "/schools/{urn}/level-criteria",
    response_model=Suggestion,
    dependencies=[may(Act.SEE_PROGRAMME, of=School)],
)
def show_level_criteria(door: AtDoor, _: Caller, urn: str) -> Response:
    """The criteria of every level, which of them the school meets, and what they suggest."""
    with read(door.engine) as session:
        return answer(suggest(session, door.policy, urn, today=door.today))


@router.get(
    "/schools/{urn}/levels",
    response_model=Page[LevelChange],
    dependencies=[may(Act.SEE_PROGRAMME, of=School)],
)
def list_levels(door: AtDoor, _: Caller, urn: str, query: Annotated[Paging, Query()]) -> Response:
    """Every level that came into force for a school, the latest first."""
    with read(door.engine) as session:
        found = level_changes.levels_of(session, urn, **query.model_dump())
        return answer(found)
