"""Assessing the risk of a school: evidence, a proposed level, moderation, and the level in force.

Source: Barnsley, School Improvement and Quality Assurance Policy, parts 2 and 3. Nobody changes a
level without evidence and a reason, and nobody moderates what they proposed.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy import or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.clocks import london_date, past_day
from models.events import append
from models.inputs import Day, Input, Reason, Text, Urn, Word
from models.people.access import Act
from models.people.acting import Acting
from models.people.officers import officers_in
from models.people.tables import Officer, Role
from models.refusals import InvalidInput, NotAllowed, NotFound, NotPossible
from models.risk.events import AssessmentProposed, AssessmentWithdrawn
from models.risk.levels import MOST_OF_A_REASON, find_assessment, has_closed
from models.risk.suggesting import check_against
from models.risk.tables import (
    Assessment,
    AssessmentOccasion,
    AssessmentState,
    RiskEvidence,
    RiskEvidenceKind,
)
from models.risk.told import AssessmentWaits, OfAssessment
from models.rows import add, change, find, kept, remove
from models.schools.contacts import find_school
from models.schools.tables import RiskLevel, School, SchoolKind
from models.telling import tell
from models.text import check_line, check_printable, check_prose

UNDER_WAY = (AssessmentState.DRAFT, AssessmentState.PROPOSED, AssessmentState.AGREED)
NOT_MODERATED: dict[str, object] = {
    "level": None,
    "moderation_reason": "",
    "moderation_words": "",
    "moderated_by_id": None,
    "moderated_at": None,
}


@kept
def _to_come(urn: int) -> SelectOfScalar[Assessment]:
    return select(Assessment).where(
        col(Assessment.urn) == urn,
        or_(
            col(Assessment.state) == AssessmentState.PROPOSED,
            col(Assessment.state) == AssessmentState.AGREED,
        ),
    )


@kept
def _in_year_under_way(urn: int) -> SelectOfScalar[int]:
    return select(Assessment.id).where(
        col(Assessment.urn) == urn,
        col(Assessment.round_id).is_(None),
        or_(*(col(Assessment.state) == state for state in UNDER_WAY)),
    )


@kept
def _evidence(assessment: int) -> SelectOfScalar[RiskEvidence]:
    return (
        select(RiskEvidence)
        .where(col(RiskEvidence.assessment_id) == assessment)
        .order_by(col(RiskEvidence.id))
    )


class NewAssessment(Input):
    """An assessment of a school in the year; the URN may be text too."""

    urn: Urn


def in_year_draft(session: Session, urn: int) -> Assessment | None:
    """The draft of a school's assessment in the year, if there is one."""
    there = [find_assessment(session, key) for key in find(session, _in_year_under_way(urn))]
    return next((each for each in there if each.state is AssessmentState.DRAFT), None)


def begin_assessment(acting: Acting, given: NewAssessment) -> Assessment:
    """Begin to assess a school in the year, outside the round.

    Raises NotAllowed, NotFound; NotPossible for a school that has closed, and while another such
    assessment of it is neither in force nor withdrawn.
    """
    acting.require(Act.ASSESS)
    session = acting.session
    school = find_school(session, given.urn)
    check_open(school, acting.now)
    under_way = find(session, _in_year_under_way(school.urn))
    if under_way:
        raise NotPossible(
            f"{school.name} is already being assessed: assessment {under_way[0]} is neither in "
            "force nor withdrawn."
        )
    number = add(
        session,
        Assessment,
        urn=school.urn,
        occasion=AssessmentOccasion.IN_YEAR,
        state=AssessmentState.DRAFT,
        level_before=school.risk_level,
        begun_by_id=acting.officer.id,
        begun_at=acting.now,
    )
    return find_assessment(session, number)


class PieceOfEvidence(Input):
    """One piece of evidence of an assessment: of which kind, where from, of which day."""

    kind: Word
    source: Text
    dated: Day
    summary: Text


def add_evidence(acting: Acting, assessment_id: int, given: PieceOfEvidence) -> Assessment:
    """Add one piece of evidence to a draft.

    Raises NotAllowed, NotFound, InvalidInput; NotPossible for what is no draft.
    """
    draft = _draft(acting, assessment_id)
    evidence = _checked_evidence(acting, given)
    add(acting.session, RiskEvidence, assessment_id=draft.id, **evidence)
    return next_version(acting.session, draft)


def replace_evidence(
    acting: Acting, assessment_id: int, evidence_id: int, given: PieceOfEvidence
) -> Assessment:
    """Put another piece of evidence in the place of one of a draft. Raises as `add_evidence`."""
    draft = _draft(acting, assessment_id)
    replaced = find_evidence(acting.session, draft, evidence_id)
    evidence = _checked_evidence(acting, given)
    change(acting.session, RiskEvidence, {"id": replaced.id}, **evidence)
    return next_version(acting.session, draft)


def remove_evidence(acting: Acting, assessment_id: int, evidence_id: int) -> Assessment:
    """Take a piece of evidence away from a draft. Raises NotAllowed, NotFound, NotPossible."""
    draft, session = _draft(acting, assessment_id), acting.session
    removed = find_evidence(session, draft, evidence_id)
    remove(session, RiskEvidence, col(RiskEvidence.id) == removed.id)
    return next_version(session, draft)


class ProposedLevel(Input):
    """The level that is proposed, and why; `differs_because` where the criteria suggest another."""

    level: Word
    reason: Text
    words: Text = ""
    differs_because: Text = ""


def propose_level(acting: Acting, assessment_id: int, given: ProposedLevel) -> Assessment:
    """Propose a level with a reason: from then on the assessment waits to be moderated.

    The moderator reads the `reason`; the letter to the school has the `words`, if there are any.
    A level that is not the one that the policy's criteria suggest needs a reason of its own, unless
    the policy does without. Raises NotAllowed, NotFound, InvalidInput; NotPossible for what is no
    draft, while evidence is missing (of all six kinds for an annual assessment, any for another),
    and for a school that has closed.
    """
    draft = _draft(acting, assessment_id)
    session, officer, now = acting.session, acting.officer, acting.now
    school = find_school(session, draft.urn)
    check_open(school, now)
    proposed = checked_level(given.level)
    check_printable("reason", check_prose("reason", given.reason, most=MOST_OF_A_REASON))
    check_words(given.words)
    suggested = check_against(acting, school, proposed, given.differs_because)
    missing = missing_evidence(draft, find(session, _evidence(draft.id)))
    if missing:
        kinds = ", ".join(kind.label for kind in missing)
        raise NotPossible(f"Add evidence first. There is none of: {kinds}.")
    proposal = {
        "state": AssessmentState.PROPOSED,
        "version": draft.version + 1,
        "proposed_level": proposed,
        "reason": given.reason,
        "words": given.words,
        "suggested_level": suggested.level,
        "suggested_by": suggested.met,
        "differs_because": given.differs_because,
        "proposed_by_id": officer.id,
        "proposed_at": now,
        **NOT_MODERATED,
    }
    change(session, Assessment, {"id": draft.id}, **proposal)
    another = suggested.level if suggested.level is not proposed else None
    happened = AssessmentProposed(None, **about(school, draft), level=proposed, suggested=another)
    append(session, now, officer.email, happened)
    if draft.round_id is None:
        tell_assessor(
            session,
            now,
            officers_in(session, Role.HEAD_OF_SERVICE, but=officer.id),
            draft,
            AssessmentWaits(
                path=page_of(draft),
                assessment=draft.id,
                school=school.name,
                reason=given.reason,
                level=proposed.label,
                proposed_by=officer.name,
            ),
        )
    return find_assessment(session, draft.id)


def check_words(words: str) -> None:
    """Refuse words that cannot stand in a letter; raises InvalidInput."""
    check_printable("words", check_prose("words", words, most=MOST_OF_A_REASON, required=False))


def withdraw_assessment(acting: Acting, assessment_id: int, given: Reason) -> Assessment:
    """Withdraw an assessment in the year that is not in force.

    By whoever began or proposed it, or a Head of Service. Raises NotAllowed, NotFound,
    InvalidInput; NotPossible for one of the round, and for one that is in force or withdrawn.
    """
    acting.require(Act.ASSESS)
    session, officer, reason = acting.session, acting.officer, given.reason
    assessment = find_assessment(session, assessment_id)
    own = officer.id in (assessment.begun_by_id, assessment.proposed_by_id)
    if not own and officer.role is not Role.HEAD_OF_SERVICE:
        raise NotAllowed("Only its proposer or a Head of Service can withdraw an assessment.")
    if assessment.round_id is not None:
        raise NotPossible("An annual assessment cannot be withdrawn: every school has one.")
    if assessment.state not in UNDER_WAY:
        raise NotPossible(f"The assessment is already {state_in_words(assessment.state)}.")
    check_prose("reason", reason, most=MOST_OF_A_REASON)
    withdrawn = {"state": AssessmentState.WITHDRAWN, "withdrawn_because": reason}
    change(session, Assessment, {"id": assessment.id}, **withdrawn)
    school = find_school(session, assessment.urn)
    happened = AssessmentWithdrawn(None, **about(school, assessment), reason=reason)
    append(session, acting.now, officer.email, happened)
    return find_assessment(session, assessment.id)


def find_evidence(session: Session, assessment: Assessment, number: int) -> RiskEvidence:
    """A piece of evidence of this assessment; raises NotFound."""
    its = find(session, _evidence(assessment.id))
    found = [evidence for evidence in its if evidence.id == number]
    if not found:
        raise NotFound(f"There is no evidence {number} of this assessment.")
    return found[0]


def missing_evidence(
    assessment: Assessment, evidence: Iterable[RiskEvidence]
) -> list[RiskEvidenceKind]:
    """The kinds of evidence without which this assessment cannot be proposed (part 2).

    An annual one rests on all six kinds; of any other one piece is enough, of whatever kind.
    """
    there = {piece.kind for piece in evidence}
    if assessment.occasion is not AssessmentOccasion.ANNUAL and there:
        return []
    return [kind for kind in RiskEvidenceKind if kind not in there]


def is_below(level: RiskLevel, other: RiskLevel) -> bool:
    """Whether a level stands below another: the risk is less."""
    order = list(RiskLevel)
    return order.index(level) > order.index(other)


def _draft(acting: Acting, number: int) -> Assessment:
    """An assessment that may still be written to, for an officer who is about to."""
    acting.require(Act.ASSESS)
    assessment = find_assessment(acting.session, number)
    if assessment.state is not AssessmentState.DRAFT:
        state = state_in_words(assessment.state)
        raise NotPossible(f"The assessment is {state}: only a draft can be changed.")
    return assessment


def next_version(session: Session, draft: Assessment) -> Assessment:
    """The draft with its version counted on, so that nobody goes on from an older one."""
    change(session, Assessment, {"id": draft.id}, version=draft.version + 1)
    return find_assessment(session, draft.id)


def _checked_evidence(acting: Acting, given: PieceOfEvidence) -> dict[str, Any]:
    """What was given as evidence, and by whom; raises InvalidInput for all that is wrong."""
    checks: tuple[tuple[Callable[..., object], tuple[object, ...]], ...] = (
        (_checked_kind, (given.kind,)),
        (check_line, ("source", given.source)),
        (past_day, ("dated", given.dated, acting.now)),
        (check_prose, ("summary", given.summary)),
    )
    errors: list[tuple[str, str]] = []
    for check, values in checks:
        try:
            check(*values)
        except InvalidInput as invalid:
            errors.extend(invalid.errors)
    if errors:
        raise InvalidInput.many(errors)
    return {
        "kind": RiskEvidenceKind(given.kind),
        "source": given.source,
        "dated": given.dated,
        "summary": given.summary,
        "added_by": acting.officer.email,
        "added_at": acting.now,
    }


def _checked_kind(kind: str) -> None:
    if kind not in list(RiskEvidenceKind):
        raise InvalidInput("kind", f"Choose from: {', '.join(RiskEvidenceKind)}.")


def checked_level(level: str) -> RiskLevel:
    """A level by its word; raises InvalidInput."""
    if level not in list(RiskLevel):
        raise InvalidInput("level", f"Choose from: {', '.join(RiskLevel)}.")
    return RiskLevel(level)


def check_open(school: School, now: datetime) -> None:
    """Refuse what is about a school that has closed; raises NotPossible."""
    if has_closed(school, london_date(now)):
        raise NotPossible(f"{school.name} has closed: it is no longer assessed.")
    if school.kind is SchoolKind.OTHER:
        raise NotPossible(
            f"{school.name} is neither a maintained school nor an academy, so the council does "
            "not assess it."
        )


def to_come(session: Session, school: School) -> list[Assessment]:
    """What was proposed or agreed for a school and is not in force yet."""
    return find(session, _to_come(school.urn))


def page_of(assessment: Assessment) -> str:
    """Where an assessment is read."""
    return f"/assessments/{assessment.id}"


def tell_assessor(
    session: Session,
    now: datetime,
    officers: list[Officer],
    assessment: Assessment,
    told: OfAssessment,
) -> None:
    """Tell whoever proposed a level what became of it."""
    key = f"{told.what}:{assessment.id}:{assessment.version}:{now.isoformat()}"
    tell(session, now, officers, key=key, about=None, told=told)


def state_in_words(state: AssessmentState) -> str:
    """Where an assessment stands, inside a sentence."""
    return "a draft" if state is AssessmentState.DRAFT else state.value.replace("_", " ")


class About(TypedDict):
    """Which assessment an event is about, and of which school."""

    urn: int
    school: str
    assessment: int


def about(school: School, assessment: Assessment) -> About:
    """The facts that every event about an assessment has."""
    return {"urn": school.urn, "school": school.name, "assessment": assessment.id}
