"""Moderating a proposed level: agreed, or sent back; nobody moderates what they proposed.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 3.
"""

from datetime import datetime

from sqlmodel import Session

from models.clocks import long_date
from models.events import THE_CLOCK, append
from models.inputs import Input, Text, Word
from models.people.access import Act
from models.people.acting import Acting
from models.people.officers import officers_in
from models.people.tables import Officer, Role
from models.programme.supporters import looking_after
from models.refusals import ChangedSince, InvalidInput, NotAllowed, NotPossible
from models.risk.assessing import (
    about,
    check_open,
    check_words,
    checked_level,
    page_of,
    state_in_words,
    tell_assessor,
    to_come,
)
from models.risk.events import AssessmentAgreed, AssessmentReturned
from models.risk.levels import MOST_OF_A_REASON, bring_into_force, find_assessment
from models.risk.tables import Assessment, AssessmentState
from models.risk.told import LevelChanged, ProposedLevelReturned
from models.rows import change, get_row
from models.schools.contacts import find_school
from models.schools.tables import School
from models.text import check_printable, check_prose

OVERTAKEN = "The school was placed at {} on {}. Look at this level again."


class Moderation(Input):
    """What a moderator makes of a proposed level: `agree` or `return`, which needs a reason.

    `version` is that of the assessment as they saw it; `level` is another one than was proposed,
    which needs a reason too.
    """

    decision: Word
    version: int
    level: Word | None = None
    reason: Text = ""
    words: Text = ""


def moderate(acting: Acting, assessment_id: int, given: Moderation) -> Assessment:
    """Agree the proposed level, or another with a reason; or return the assessment with a reason.

    The `words` are what the letter says of another level than was proposed. One of the round waits
    for its publication once agreed, and until then can still be returned; any other comes into
    force at once. Raises NotAllowed (also for the proposer), NotFound, InvalidInput;
    ChangedSince when it is no longer what was seen, NotPossible for what is not proposed.
    """
    acting.require(Act.MODERATE)
    session, officer, now = acting.session, acting.officer, acting.now
    assessment = find_assessment(session, assessment_id)
    school = find_school(session, assessment.urn)
    if given.decision not in ("agree", "return"):
        raise InvalidInput("decision", "Choose “agree” or “return”.")
    _check_moderation(assessment, officer, given)
    if given.decision == "return":
        check_prose("reason", given.reason, most=MOST_OF_A_REASON)
        send_back(session, now, officer, assessment, school, given.reason)
        return find_assessment(session, assessment.id)
    check_open(school, now)
    assert assessment.proposed_level is not None  # noqa: S101 - it is proposed
    agreed = checked_level(given.level) if given.level else assessment.proposed_level
    another = agreed is not assessment.proposed_level
    check_prose("reason", given.reason, most=MOST_OF_A_REASON, required=another)
    check_printable("reason", given.reason)
    if another:
        check_words(given.words)
    elif given.words.strip():
        raise InvalidInput(
            "words", "Only a different level from the one proposed has words of its own."
        )
    _moderated(
        session,
        now,
        officer,
        assessment,
        given.reason,
        state=AssessmentState.AGREED,
        level=agreed,
        moderation_words=given.words,
    )
    happened = AssessmentAgreed(None, **about(school, assessment), level=agreed)
    append(session, now, officer.email, happened)
    if assessment.round_id is None:
        _change_in_year(acting, assessment, school)
    return find_assessment(session, assessment.id)


def _check_moderation(assessment: Assessment, officer: Officer, given: Moderation) -> None:
    """Whether this officer can decide so on what they saw."""
    returnable = assessment.state is AssessmentState.AGREED and given.decision == "return"
    if assessment.state is not AssessmentState.PROPOSED and not returnable:
        state = state_in_words(assessment.state)
        raise NotPossible(f"The assessment is {state}: only a proposed one can be moderated.")
    if assessment.proposed_by_id == officer.id:
        raise NotAllowed("You proposed this level, so another Head of Service must moderate it.")
    if assessment.version != given.version:
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
    proposer = get_row(session, Officer, assessment.proposed_by_id)
    actor = officer.email if officer else THE_CLOCK
    happened = AssessmentReturned(None, **about(school, assessment), reason=reason)
    append(session, now, actor, happened)
    tell_assessor(
        session,
        now,
        [proposer] if proposer.active else officers_in(session, Role.HEAD_OF_SERVICE),
        assessment,
        ProposedLevelReturned(
            path=page_of(assessment),
            assessment=assessment.id,
            school=school.name,
            reason=reason,
            returned_by=officer.name if officer else "",
        ),
    )


def _change_in_year(acting: Acting, assessment: Assessment, school: School) -> None:
    """Bring what was agreed into force, and tell whoever looks after the school."""
    session, officer, now = acting.session, acting.officer, acting.now
    changed = bring_into_force(
        session, acting.policy, now=now, assessment=assessment, by=officer.email
    )
    for other in to_come(session, school):
        if (other.level or other.proposed_level) is not changed.level:
            reason = OVERTAKEN.format(changed.level.label, long_date(changed.on))
            send_back(session, now, None, other, school, reason)
    officers = looking_after(session, school.urn, acting.today)
    tell_assessor(
        session,
        now,
        [told for told in officers if told.id != officer.id],
        assessment,
        LevelChanged(
            path=page_of(assessment),
            assessment=assessment.id,
            school=school.name,
            reason=changed.reason,
            before=changed.before.label if changed.before else "",
            level=changed.level.label,
        ),
    )
