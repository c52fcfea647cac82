"""Assessments of schools' risk as doors show them, with their evidence."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from pydantic import AwareDatetime
from sqlalchemy import func
from sqlmodel import Session, col, select

from models.paging import PER_PAGE, Page, chosen, paged
from models.people.shown import officer_names
from models.risk import tables
from models.risk.assessing import UNDER_WAY, missing_evidence
from models.risk.level_changes import names_of
from models.risk.levels import find_assessment
from models.risk.register_shown import BY_NAME, is_found
from models.risk.rounds import find_round
from models.risk.rounds_shown import counts
from models.risk.tables import (
    AssessmentOccasion,
    AssessmentRound,
    AssessmentState,
    RiskEvidenceKind,
)
from models.rows import find
from models.schools.contacts import find_school
from models.schools.tables import RiskLevel, School
from models.shown import Shown

_NOBODY = (None, None)


class RiskEvidence(Shown):
    """One piece of evidence of an assessment; `dated` is the day it is of."""

    id: int
    kind: RiskEvidenceKind
    source: str
    dated: date
    summary: str
    added_by: str
    added_by_name: str
    added_at: AwareDatetime


class Assessment(Shown):
    """An assessment of a school's risk.

    `round` is the school year of an annual one; `missing` are the kinds of evidence without which
    it cannot be proposed; `level` is what was agreed. `level_before` of one under way is the level
    at which the school stands now. `suggested_level` is what the policy's criteria suggested when
    it was proposed, `suggested_by` the criteria that were met, in words.
    """

    id: int
    urn: int
    school: str
    closed_on: date | None
    round: int | None
    occasion: AssessmentOccasion
    state: AssessmentState
    version: int
    level_before: RiskLevel | None
    evidence: list[RiskEvidence]
    missing: list[RiskEvidenceKind]
    proposed_level: RiskLevel | None
    reason: str
    words: str
    suggested_level: RiskLevel | None
    suggested_by: list[str]
    differs_because: str
    proposed_by: str | None
    proposed_by_name: str | None
    proposed_at: AwareDatetime | None
    level: RiskLevel | None
    moderation_reason: str
    moderation_words: str
    moderated_by: str | None
    moderated_by_name: str | None
    moderated_at: AwareDatetime | None
    begun_by: str | None
    begun_by_name: str | None
    begun_at: AwareDatetime
    withdrawn_because: str


def assessment(session: Session, number: int) -> Assessment:
    """One assessment with its evidence; raises NotFound. Six queries."""
    found = find_assessment(session, number)
    return _describe(session, [(found, find_school(session, found.urn))])[0]


def assessments(
    session: Session,
    *,
    today: date,
    urn: int | None = None,
    state: str | None = None,
    school_year: int | None = None,
    level: str | None = None,
    query: str = "",
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Assessment]:
    """Assessments: those of a round by the names of the schools, others the latest first.

    `school_year` names the round, without the schools that closed while it was open; `level` is
    what was agreed or else proposed. Raises InvalidInput, and NotFound for a round that there is
    not. Seven queries.
    """
    its = tables.Assessment
    statement = select(its, School).join(School, col(School.urn) == col(its.urn))
    if urn is not None:
        statement = statement.where(its.urn == urn)
    if state is not None:
        statement = statement.where(its.state == chosen("state", state, AssessmentState))
    if level is not None:
        at = func.coalesce(col(its.level), col(its.proposed_level))
        statement = statement.where(at == chosen("level", level, RiskLevel))
    if query:
        statement = statement.where(is_found(query))
    if school_year is None:
        statement = statement.order_by(col(its.id).desc())
    else:
        statement = statement.where(
            its.round_id == find_round(session, school_year).id, counts(today)
        ).order_by(*BY_NAME)
    return paged(
        session,
        statement,
        its.id,
        lambda found: _describe(session, found),
        page=page,
        per_page=per_page,
    )


def under_way(session: Session, urn: int) -> list[Assessment]:
    """The assessments of a school that are neither in force nor withdrawn, the latest first."""
    its = tables.Assessment
    statement = (
        select(its, School)
        .join(School, col(School.urn) == col(its.urn))
        .where(its.urn == urn, col(its.state).in_(UNDER_WAY))
        .order_by(col(its.id).desc())
    )
    return _describe(session, find(session, statement))


def _describe(
    session: Session, found: Sequence[tuple[tables.Assessment, School]]
) -> list[Assessment]:
    evidence = _evidence(session, [each.id for each, _ in found])
    named = ("begun_by_id", "proposed_by_id", "moderated_by_id")
    people = officer_names(session, [getattr(each, name) for each, _ in found for name in named])
    in_rounds = col(AssessmentRound.id).in_([each.round_id for each, _ in found if each.round_id])
    years = dict(
        find(session, select(AssessmentRound.id, AssessmentRound.school_year).where(in_rounds))
    )
    return [
        _assessment(each, school, evidence[each.id], people, years.get(each.round_id or 0))
        for each, school in found
    ]


def _assessment(
    found: tables.Assessment,
    school: School,
    evidence: list[tuple[tables.RiskEvidence, str]],
    people: dict[int, tuple[str, str]],
    school_year: int | None,
) -> Assessment:
    begun_by, begun_by_name = people.get(found.begun_by_id or 0, _NOBODY)
    proposed_by, proposed_by_name = people.get(found.proposed_by_id or 0, _NOBODY)
    moderated_by, moderated_by_name = people.get(found.moderated_by_id or 0, _NOBODY)
    return Assessment(
        id=found.id,
        urn=school.urn,
        school=school.name,
        closed_on=school.closed_on,
        round=school_year,
        occasion=found.occasion,
        state=found.state,
        version=found.version,
        # Of one under way the level that it would replace now.
        level_before=school.risk_level if found.state in UNDER_WAY else found.level_before,
        evidence=[_piece(piece, name) for piece, name in evidence],
        missing=list(missing_evidence(found, [piece for piece, _ in evidence])),
        proposed_level=found.proposed_level,
        reason=found.reason,
        words=found.words,
        suggested_level=found.suggested_level,
        suggested_by=list(found.suggested_by),
        differs_because=found.differs_because,
        proposed_by=proposed_by,
        proposed_by_name=proposed_by_name,
        proposed_at=found.proposed_at,
        level=found.level,
        moderation_reason=found.moderation_reason,
        moderation_words=found.moderation_words,
        moderated_by=moderated_by,
        moderated_by_name=moderated_by_name,
        moderated_at=found.moderated_at,
        begun_by=begun_by,
        begun_by_name=begun_by_name,
        begun_at=found.begun_at,
        withdrawn_because=found.withdrawn_because,
    )


def _evidence(session: Session, ids: list[int]) -> dict[int, list[tuple[tables.RiskEvidence, str]]]:
    """The evidence of these assessments, each piece with the name of whoever added it."""
    its = select(tables.RiskEvidence).where(col(tables.RiskEvidence.assessment_id).in_(ids))
    found = find(session, its.order_by(col(tables.RiskEvidence.id)))
    names = names_of(session, {piece.added_by for piece in found})
    evidence: dict[int, list[tuple[tables.RiskEvidence, str]]] = defaultdict(list)
    for piece in found:
        evidence[piece.assessment_id].append((piece, names[piece.added_by]))
    return evidence


def _piece(piece: tables.RiskEvidence, name: str) -> RiskEvidence:
    return RiskEvidence(
        id=piece.id,
        kind=piece.kind,
        source=piece.source,
        dated=piece.dated,
        summary=piece.summary,
        added_by=piece.added_by,
        added_by_name=name,
        added_at=piece.added_at,
    )
