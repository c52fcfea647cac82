"""The risk register as doors show it: schools by level, assessments, rounds, histories."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_
from sqlmodel import Session, col, select

from models.paging import PER_PAGE, Found, Page, chosen, paged, rows, words_found
from models.people.shown import officer_names
from models.people.tables import Officer
from models.refusals import InvalidInput
from models.risk.assessing import UNDER_WAY, missing_evidence
from models.risk.levels import find_assessment
from models.risk.rounds import find_round
from models.risk.tables import (
    Assessment,
    AssessmentOccasion,
    AssessmentRound,
    AssessmentState,
    LevelChange,
    RiskEvidence,
)
from models.schools.contacts import find_school
from models.schools.shown import NOT_ASSESSED
from models.schools.tables import RiskLevel, School, is_watched
from models.text import check_line

_BY_CONCERN = case(
    {level: place for place, level in enumerate(RiskLevel)},
    value=col(School.risk_level),
    else_=len(RiskLevel),
)
_BY_NAME = (col(School.name), col(School.urn))
REGISTER_ORDERS: dict[str, tuple[Any, ...]] = {
    "name": _BY_NAME,
    "-name": (col(School.name).desc(), col(School.urn)),
    "level": (_BY_CONCERN, *_BY_NAME),
    "-level": (_BY_CONCERN.desc(), *_BY_NAME),
}
_CHANGED = or_(col(LevelChange.before).is_(None), col(LevelChange.before) != col(LevelChange.level))


# The register ------------------------------------------------------------------------------


def register(
    session: Session,
    *,
    today: date,
    level: str | None = None,
    phase: str | None = None,
    la: int | None = None,
    changed_since: date | None = None,
    query: str = "",
    sort: str = "name",
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Found]:
    """The open schools with their levels, by name or by level, the highest risk first.

    `level` is a risk level or `NOT_ASSESSED`, `la` the code of a local authority;
    `changed_since` leaves those whose level changed on that day or later. Raises InvalidInput.
    Three queries.
    """
    if sort not in REGISTER_ORDERS:
        raise InvalidInput("sort", f"Choose from: {', '.join(REGISTER_ORDERS)}.")
    statement = select(School).where(is_watched(today)).order_by(*REGISTER_ORDERS[sort])
    if level == NOT_ASSESSED:
        statement = statement.where(col(School.risk_level).is_(None))
    elif level is not None:
        statement = statement.where(School.risk_level == chosen("level", level, RiskLevel))
    if phase is not None:
        statement = statement.where(School.phase == check_line("phase", phase))
    if la is not None:
        statement = statement.where(School.la_code == la)
    if changed_since is not None:
        changed = select(LevelChange.urn).where(col(LevelChange.on) >= changed_since, _CHANGED)
        statement = statement.where(col(School.urn).in_(changed))
    if query:
        statement = statement.where(_named(query))
    return paged(
        session,
        statement,
        School.urn,
        lambda found: _registered(session, found),
        page=page,
        per_page=per_page,
    )


def _named(query: str) -> Any:
    found = words_found(query, School.name, School.town)
    number = query.strip()
    if number.isascii() and number.isdigit() and len(number) == 6:
        return or_(col(School.urn) == int(number), found)
    return found


def _registered(session: Session, found: Sequence[School]) -> list[Found]:
    latest = (
        select(func.max(col(LevelChange.id)))
        .where(col(LevelChange.urn).in_([school.urn for school in found]))
        .group_by(col(LevelChange.urn))
    )
    changes = {
        change.urn: change
        for change in rows(session, select(LevelChange).where(col(LevelChange.id).in_(latest)))
    }
    return [_school(school, changes.get(school.urn)) for school in found]


def _school(school: School, latest: LevelChange | None) -> Found:
    return {
        "urn": school.urn,
        "name": school.name,
        "phase": school.phase,
        "la_code": school.la_code,
        "la_name": school.la_name,
        "risk_level": school.risk_level.value if school.risk_level else None,
        "assessed_on": latest.on if latest else None,
        "level_before": latest.before.value if latest and latest.before else None,
        "occasion": latest.occasion.value if latest else None,
        "reason": latest.reason if latest else None,
    }


def level_counts(session: Session, today: date) -> dict[str, int]:
    """How many open schools stand at each level, and how many at none: `NOT_ASSESSED`."""
    counted = (
        select(School.risk_level, func.count(col(School.urn)))
        .where(is_watched(today))
        .group_by(col(School.risk_level))
    )
    found = dict(session.exec(counted).all())
    counts = {level.value: found.get(level, 0) for level in RiskLevel}
    return {**counts, NOT_ASSESSED: found.get(None, 0)}


def authorities(session: Session) -> dict[int, str]:
    """The local authorities in which there are schools: their names by their codes."""
    statement = (
        select(School.la_code, func.max(col(School.la_name)))
        .where(col(School.la_code).is_not(None))
        .group_by(col(School.la_code))
        .order_by(func.max(col(School.la_name)), col(School.la_code))
    )
    return {code: name or str(code) for code, name in session.exec(statement) if code is not None}


# Assessments -------------------------------------------------------------------------------


def assessment(session: Session, number: int) -> Found:
    """One assessment with its evidence; raises NotFound. Six queries."""
    found = find_assessment(session, number)
    return _assessments(session, [(found, find_school(session, found.urn))])[0]


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
) -> Page[Found]:
    """Assessments: those of a round by the names of the schools, others the latest first.

    `school_year` names the round, without the schools that closed while it was open; `level` is
    what was agreed or else proposed. Raises InvalidInput, and NotFound for a round that there is
    not. Seven queries.
    """
    statement = select(Assessment, School).join(School, col(School.urn) == col(Assessment.urn))
    if urn is not None:
        statement = statement.where(Assessment.urn == urn)
    if state is not None:
        statement = statement.where(Assessment.state == chosen("state", state, AssessmentState))
    if level is not None:
        at = func.coalesce(col(Assessment.level), col(Assessment.proposed_level))
        statement = statement.where(at == chosen("level", level, RiskLevel))
    if query:
        statement = statement.where(_named(query))
    if school_year is None:
        statement = statement.order_by(col(Assessment.id).desc())
    else:
        statement = statement.where(
            Assessment.round_id == find_round(session, school_year).id, _counts(today)
        ).order_by(*_BY_NAME)
    return paged(
        session,
        statement,
        Assessment.id,
        lambda found: _assessments(session, found),
        page=page,
        per_page=per_page,
    )


def under_way(session: Session, urn: int) -> list[Found]:
    """The assessments of a school that are neither in force nor withdrawn, the latest first."""
    statement = (
        select(Assessment, School)
        .join(School, col(School.urn) == col(Assessment.urn))
        .where(Assessment.urn == urn, col(Assessment.state).in_(UNDER_WAY))
        .order_by(col(Assessment.id).desc())
    )
    return _assessments(session, rows(session, statement))


def _assessments(session: Session, found: Sequence[tuple[Assessment, School]]) -> list[Found]:
    evidence = _evidence(session, [each.id for each, _ in found])
    named = ("begun_by_id", "proposed_by_id", "moderated_by_id")
    people = officer_names(session, [getattr(each, name) for each, _ in found for name in named])
    in_rounds = col(AssessmentRound.id).in_([each.round_id for each, _ in found if each.round_id])
    years = dict(
        session.exec(select(AssessmentRound.id, AssessmentRound.school_year).where(in_rounds)).all()
    )
    return [
        _assessment(each, school, evidence[each.id], people, years.get(each.round_id or 0))
        for each, school in found
    ]


def _assessment(
    found: Assessment,
    school: School,
    evidence: list[tuple[RiskEvidence, str]],
    people: dict[int, tuple[str, str]],
    school_year: int | None,
) -> Found:
    def person(role: str, officer_id: int | None) -> Found:
        email, name = people.get(officer_id or 0, (None, None))
        return {f"{role}_by": email, f"{role}_by_name": name}

    return {
        "id": found.id,
        "urn": school.urn,
        "school": school.name,
        "closed_on": school.closed_on,
        "round": school_year,
        "occasion": found.occasion.value,
        "state": found.state.value,
        "version": found.version,
        "level_before": _before(found, school),
        "evidence": [_piece(piece, name) for piece, name in evidence],
        "missing": [
            kind.value for kind in missing_evidence(found, [piece for piece, _ in evidence])
        ],
        "proposed_level": found.proposed_level.value if found.proposed_level else None,
        "reason": found.reason,
        "words": found.words,
        **person("proposed", found.proposed_by_id),
        "proposed_at": found.proposed_at,
        "level": found.level.value if found.level else None,
        "moderation_reason": found.moderation_reason,
        "moderation_words": found.moderation_words,
        **person("moderated", found.moderated_by_id),
        "moderated_at": found.moderated_at,
        **person("begun", found.begun_by_id),
        "begun_at": found.begun_at,
        "withdrawn_because": found.withdrawn_because,
    }


def _before(found: Assessment, school: School) -> str | None:
    """The level that it replaced; of one under way, the one that it would replace now."""
    level = school.risk_level if found.state in UNDER_WAY else found.level_before
    return level.value if level else None


def _evidence(session: Session, ids: list[int]) -> dict[int, list[tuple[RiskEvidence, str]]]:
    """The evidence of these assessments, each piece with the name of whoever added it."""
    its = select(RiskEvidence).where(col(RiskEvidence.assessment_id).in_(ids))
    found = rows(session, its.order_by(col(RiskEvidence.id)))
    names = _names(session, {piece.added_by for piece in found})
    evidence: dict[int, list[tuple[RiskEvidence, str]]] = defaultdict(list)
    for piece in found:
        evidence[piece.assessment_id].append((piece, names[piece.added_by]))
    return evidence


def _names(session: Session, actors: set[str]) -> dict[str, str]:
    """What those on record are called: officers by their names, others as they stand there."""
    by_email = select(Officer.email, Officer.name).where(col(Officer.email).in_(actors))
    known = dict(session.exec(by_email).all())
    return {actor: known.get(actor, actor) for actor in actors}


def _piece(piece: RiskEvidence, name: str) -> Found:
    return {
        "id": piece.id,
        "kind": piece.kind.value,
        "source": piece.source,
        "dated": piece.dated,
        "summary": piece.summary,
        "added_by": piece.added_by,
        "added_by_name": name,
        "added_at": piece.added_at,
    }


# Rounds ------------------------------------------------------------------------------------


def rounds(
    session: Session, *, today: date, page: int = 1, per_page: int = PER_PAGE
) -> Page[Found]:
    """The rounds with their counts, the latest first; raises InvalidInput. Four queries."""
    return paged(
        session,
        select(AssessmentRound).order_by(col(AssessmentRound.school_year).desc()),
        AssessmentRound.id,
        lambda found: _rounds(session, found, today),
        page=page,
        per_page=per_page,
    )


def assessment_round(session: Session, school_year: int, *, today: date) -> Found:
    """The round for a school year with its counts; raises NotFound. Four queries."""
    return _rounds(session, [find_round(session, school_year)], today)[0]


def missing_drafts(session: Session, school_year: int, *, today: date) -> int:
    """How many open schools have no assessment in an open round yet; raises NotFound."""
    current = find_round(session, school_year)
    its = select(Assessment.urn).where(Assessment.round_id == current.id)
    without = select(func.count(col(School.urn))).where(
        is_watched(today), col(School.urn).not_in(its)
    )
    return session.exec(without).one()


def _counts(today: date) -> ColumnElement[bool]:
    """The condition that an assessment counts in its round: closed schools are left out."""
    return or_(col(Assessment.state).not_in(UNDER_WAY), is_watched(today))


def _rounds(session: Session, found: Sequence[AssessmentRound], today: date) -> list[Found]:
    counted = (
        select(Assessment.round_id, Assessment.state, Assessment.level, func.count())
        .join(School, col(School.urn) == col(Assessment.urn))
        .where(col(Assessment.round_id).in_([each.id for each in found]))
        .where(_counts(today))
        .group_by(col(Assessment.round_id), col(Assessment.state), col(Assessment.level))
    )
    counts: dict[int, list[tuple[str, str | None, int]]] = defaultdict(list)
    for round_id, state, level, number in session.exec(counted):
        counts[round_id or 0].append((state, level, number))
    return [_round(each, counts[each.id]) for each in found]


def _round(found: AssessmentRound, counts: Iterable[tuple[str, str | None, int]]) -> Found:
    states = dict.fromkeys(map(str, AssessmentState), 0)
    levels = dict.fromkeys(map(str, RiskLevel), 0)
    for state, level, number in counts:
        states[state] += number
        if level is not None and state is not AssessmentState.WITHDRAWN:
            levels[level] += number
    return {
        "school_year": found.school_year,
        "state": found.state.value,
        "publish_on": found.publish_on,
        "opened_by": found.opened_by,
        "opened_at": found.opened_at,
        "published_by": found.published_by,
        "published_at": found.published_at,
        "schools": sum(states.values()) - states[AssessmentState.WITHDRAWN],
        "drafts": states[AssessmentState.DRAFT],
        "proposed": states[AssessmentState.PROPOSED],
        "agreed": states[AssessmentState.AGREED],
        "in_force": states[AssessmentState.IN_FORCE],
        "withdrawn": states[AssessmentState.WITHDRAWN],
        "levels": levels,
    }


# Histories ---------------------------------------------------------------------------------


def levels_of(
    session: Session, urn: object, *, page: int = 1, per_page: int = PER_PAGE
) -> Page[Found]:
    """Every level that came into force for a school, the latest first. Raises NotFound.

    Four queries.
    """
    school = find_school(session, urn)
    statement = select(LevelChange).where(LevelChange.urn == school.urn)
    return paged(
        session,
        statement.order_by(col(LevelChange.id).desc()),
        LevelChange.id,
        lambda found: _history(session, found),
        page=page,
        per_page=per_page,
    )


def _history(session: Session, found: Sequence[LevelChange]) -> list[Found]:
    names = _names(session, {change.changed_by for change in found})
    return [
        {
            "id": change.id,
            "on": change.on,
            "before": change.before.value if change.before else None,
            "level": change.level.value,
            "reason": change.reason,
            "words": change.words,
            "occasion": AssessmentOccasion(change.occasion).value,
            "assessment": change.assessment_id,
            "changed_by": change.changed_by,
            "changed_by_name": names[change.changed_by],
            "at": change.at,
        }
        for change in found
    ]
