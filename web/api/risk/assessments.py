"""The risk register: assessments of schools, the annual round, and every level a school had."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from sqlmodel import Session

from models.database import read
from models.paging import Page
from models.people.access import Act
from models.risk import assessing, level_changes, moderating, rounds, rounds_shown, tables
from models.risk import shown as risk_shown
from models.risk.level_changes import LevelChange
from models.risk.rounds_shown import Round
from models.risk.shown import Assessment
from models.risk.tables import AssessmentRound
from models.schools.tables import School
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.bodies import (
    AssessmentBody,
    AssessmentQuery,
    LevelBody,
    ModerationBody,
    ReasonBody,
    RiskEvidenceBody,
    RoundBody,
)
from web.api.paging import Paging
from web.door import AtDoor, Writing, key, school_year

router = APIRouter(tags=["Risk register"])
Key = Annotated[int, Depends(key)]
SchoolYear = Annotated[int, Depends(school_year)]


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
def begin_assessment(
    door: AtDoor, officer: Caller, once: OnlyOnce, body: AssessmentBody
) -> Response:
    """Begin to assess a school in the year."""

    def command(session: Session) -> Assessment:
        begun = assessing.begin_assessment(
            session, officer=officer, now=door.now, **body.model_dump()
        )
        return risk_shown.assessment(session, begun.id)

    return once.carry_out(command, 201)


@router.post(
    "/assessments/{id}/evidence",
    status_code=201,
    response_model=Assessment,
    dependencies=[may(Act.ASSESS, of=tables.Assessment)],
)
def add_evidence(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: RiskEvidenceBody
) -> Response:
    """Add one piece of evidence to a draft; the answer is the assessment."""

    def command(session: Session) -> Assessment:
        given = body.model_dump()
        assessing.add_evidence(session, officer=officer, now=door.now, assessment_id=id, **given)
        return risk_shown.assessment(session, id)

    return once.carry_out(command, 201)


@router.put(
    "/assessments/{id}/evidence/{item}",
    response_model=Assessment,
    dependencies=[may(Act.ASSESS, of=tables.Assessment)],
)
def put_evidence(
    door: AtDoor, officer: Caller, acting: Writing, id: Key, item: str, body: RiskEvidenceBody
) -> Response:
    """Put another piece of evidence in the place of one of a draft."""
    with acting() as session:
        assessing.replace_evidence(
            session,
            officer=officer,
            now=door.now,
            assessment_id=id,
            evidence_id=key(item),
            **body.model_dump(),
        )
        return answer(risk_shown.assessment(session, id))


@router.delete(
    "/assessments/{id}/evidence/{item}",
    response_model=Assessment,
    dependencies=[may(Act.ASSESS, of=tables.Assessment)],
)
def delete_evidence(officer: Caller, acting: Writing, id: Key, item: str) -> Response:
    """Take a piece of evidence away from a draft; the answer is the assessment."""
    with acting() as session:
        assessing.remove_evidence(session, officer=officer, assessment_id=id, evidence_id=key(item))
        return answer(risk_shown.assessment(session, id))


@router.post(
    "/assessments/{id}/proposal",
    response_model=Assessment,
    dependencies=[may(Act.ASSESS, of=tables.Assessment)],
)
def propose_level(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: LevelBody
) -> Response:
    """Propose a level with a reason."""

    def command(session: Session) -> Assessment:
        given = body.model_dump()
        assessing.propose_level(session, officer=officer, now=door.now, assessment_id=id, **given)
        return risk_shown.assessment(session, id)

    return once.carry_out(command)


@router.post(
    "/assessments/{id}/moderation",
    response_model=Assessment,
    dependencies=[may(Act.MODERATE, of=tables.Assessment)],
)
def moderate(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: ModerationBody
) -> Response:
    """Agree the proposed level, or another with a reason; or return the assessment."""

    def command(session: Session) -> Assessment:
        moderating.moderate(
            session,
            door.policy,
            officer=officer,
            now=door.now,
            assessment_id=id,
            **body.model_dump(),
        )
        return risk_shown.assessment(session, id)

    return once.carry_out(command)


@router.post(
    "/assessments/{id}/withdrawal",
    response_model=Assessment,
    dependencies=[may(Act.ASSESS, of=tables.Assessment)],
)
def withdraw_assessment(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: ReasonBody
) -> Response:
    """Withdraw an assessment in the year that is not in force."""

    def command(session: Session) -> Assessment:
        assessing.withdraw_assessment(
            session, officer=officer, now=door.now, assessment_id=id, reason=body.reason
        )
        return risk_shown.assessment(session, id)

    return once.carry_out(command)


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
def open_round(door: AtDoor, officer: Caller, once: OnlyOnce, body: RoundBody) -> Response:
    """Open the annual assessment that is due, with a draft for every open school."""

    def command(session: Session) -> Round:
        opened = rounds.open_round(
            session, door.policy, officer=officer, now=door.now, school_year=body.school_year
        )
        return rounds_shown.assessment_round(session, opened.school_year, today=door.today)

    return once.carry_out(command, 201)


@router.post(
    "/rounds/{number}/publication",
    response_model=Round,
    dependencies=[may(Act.RUN_ROUND, of=AssessmentRound)],
)
def publish_round(door: AtDoor, officer: Caller, once: OnlyOnce, number: SchoolYear) -> Response:
    """Bring the agreed levels of all schools into force."""

    def command(session: Session) -> Round:
        rounds.publish_round(
            session, door.policy, officer=officer, now=door.now, school_year=number
        )
        return rounds_shown.assessment_round(session, number, today=door.today)

    return once.carry_out(command)


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
