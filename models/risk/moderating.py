"""Moderating a proposed level: agreed, or sent back; nobody moderates what they proposed.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 3.
"""

from datetime import datetime

from sqlmodel import Session

from models.clocks import london_date, long_date
from models.events import THE_CLOCK, append
from models.people.access import Act, require
from models.people.officers import officers_in
from models.people.tables import Officer, Role
from models.policy import Policy
from models.programme.supporters import looking_after
from models.refusals import ChangedSince, InvalidInput, NotAllowed, NotPossible
from models.risk.assessing import (
    MOST_OF_A_REASON,
    about,
    check_open,
    check_words,
    checked_level,
    state_in_words,
    tell_assessor,
    to_come,
)
from models.risk.events import AssessmentAgreed, AssessmentReturned
from models.risk.levels import bring_into_force, find_assessment
from models.risk.tables import Assessment, AssessmentState
from models.schools.contacts import find_school
from models.schools.tables import School
from models.statements import change
from models.text import check_printable, check_prose

OVERTAKEN = "The school came to stand at {} on {}. Look at this level again."


def moderate(
    session: Session,
    policy: Policy,
    *,
    officer: Officer,
    now: datetime,
    assessment_id: int,
    decision: str,
    version: int,
    level: str | None = None,
    reason: str = "",
    words: str = "",
) -> Assessment:
    """Agree the proposed level, or another with a reason; or return the assessment with a reason.

    `decision` is `agree` or `return`, `version` what the moderator saw; `words` are what the
    letter says of another level than was proposed. One of the round waits
    for its publication once agreed, and until then can still be returned; any other comes into
    force at once. Raises NotAllowed (also for the proposer), NotFound, InvalidInput;
    ChangedSince when it is no longer what was seen, NotPossible for what is not proposed.
    """
    require(officer, Act.MODERATE)
    assessment = find_assessment(session, assessment_id)
    school = find_school(session, assessment.urn)
    if decision not in ("agree", "return"):
        raise InvalidInput("decision", "Choose “agree” or “return”.")
    _check_moderation(assessment, officer, decision, version)
    if decision == "return":
        check_prose("reason", reason, most=MOST_OF_A_REASON)
        send_back(session, now, officer, assessment, school, reason)
        return find_assessment(session, assessment.id)
    check_open(school, now)
    assert assessment.proposed_level is not None  # noqa: S101 - it is proposed
    agreed = checked_level(level) if level else assessment.proposed_level
    another = agreed is not assessment.proposed_level
    check_prose("reason", reason, most=MOST_OF_A_REASON, required=another)
    check_printable("reason", reason)
    if another:
        check_words(words)
    elif words.strip():
        raise InvalidInput("words", "Only another level than was proposed has words of its own.")
    _moderated(
        session,
        now,
        officer,
        assessment,
        reason,
        state=AssessmentState.AGREED,
        level=agreed,
        moderation_words=words,
    )
    happened = AssessmentAgreed(None, **about(school, assessment), level=agreed)
    append(session, now, officer.email, happened)
    if assessment.round_id is None:
        _change_in_year(session, policy, now, officer, assessment, school)
    return find_assessment(session, assessment.id)


def _check_moderation(
    assessment: Assessment, officer: Officer, decision: str, version: int
) -> None:
    """Whether this officer can decide so on what they saw."""
    returnable = assessment.state is AssessmentState.AGREED and decision == "return"
    if assessment.state is not AssessmentState.PROPOSED and not returnable:
        state = state_in_words(assessment.state)
        raise NotPossible(f"The assessment is {state}: only a proposed one can be moderated.")
    if assessment.proposed_by_id == officer.id:
        raise NotAllowed("You proposed this level, so another Head of Service must moderate it.")
    if assessment.version != version:
        raise ChangedSince("The assessment has changed since you looked. Look at it again.")


def _moderated(
    session: Session,
    now: datetime,
    officer: Officer | None,
    assessment: Assessment,
    reason: str,
    **values: object,
) -> None:
    """Put the decision on the assessment, if it still stands where it was decided on."""
    seen = {"id": assessment.id, "state": assessment.state, "version": assessment.version}
    decided = {
        "moderation_reason": reason,
        "moderated_by_id": officer.id if officer else None,
        "moderated_at": now,
    }
    if not change(session, Assessment, seen, **decided, **values):
        raise ChangedSince("The assessment has changed since you looked. Look at it again.")


def send_back(
    session: Session,
    now: datetime,
    officer: Officer | None,
    assessment: Assessment,
    school: School,
    reason: str,
) -> None:
    """Back to whoever proposed it, who is told why, or the Heads of Service if they have left.

    Without an officer nobody decided so: what happened meanwhile is the reason.
    """
    _moderated(session, now, officer, assessment, reason, state=AssessmentState.DRAFT, level=None)
    proposer = session.get_one(Officer, assessment.proposed_by_id)
    actor = officer.email if officer else THE_CLOCK
    happened = AssessmentReturned(None, **about(school, assessment), reason=reason)
    append(session, now, actor, happened)
    tell_assessor(
        session,
        now,
        [proposer] if proposer.active else officers_in(session, Role.HEAD_OF_SERVICE),
        "assessment_returned",
        assessment,
        school,
        reason=reason,
        returned_by=officer.name if officer else "",
    )


def _change_in_year(
    session: Session,
    policy: Policy,
    now: datetime,
    officer: Officer,
    assessment: Assessment,
    school: School,
) -> None:
    """Bring what was agreed into force, and tell whoever looks after the school."""
    changed = bring_into_force(session, policy, now=now, assessment=assessment, by=officer.email)
    for other in to_come(session, school):
        if (other.level or other.proposed_level) is not changed.level:
            reason = OVERTAKEN.format(changed.level.label, long_date(changed.on))
            send_back(session, now, None, other, school, reason)
    officers = looking_after(session, school.urn, london_date(now))
    tell_assessor(
        session,
        now,
        [told for told in officers if told.id != officer.id],
        "level_changed",
        assessment,
        school,
        before=changed.before.label if changed.before else "",
        level=changed.level.label,
        reason=changed.reason,
    )
