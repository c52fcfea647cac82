"""New headteachers: what the national register names puts a school into a category of support.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 2.
"""

from datetime import datetime

from sqlmodel import Session

from models.clocks import london_date
from models.policy import Policy
from models.programme.supporters import looking_after
from models.risk.assessing import is_below, next_version, to_come
from models.risk.levels import bring_into_force, find_assessment, has_closed
from models.risk.moderating import send_back
from models.risk.tables import (
    Assessment,
    AssessmentOccasion,
    AssessmentState,
    RiskEvidence,
    RiskEvidenceKind,
)
from models.risk.told import NewHeadteacher
from models.rows import add
from models.schools.contacts import find_school
from models.schools.tables import NATIONAL_REGISTER, RiskLevel, School, SchoolKind
from models.telling import tell

_NEW_HEADTEACHER = "A new headteacher has taken up post."


def new_headteacher(
    session: Session, policy: Policy, *, now: datetime, urn: int, head: str
) -> bool:
    """A new headteacher has taken up post: put the school into a category of support (part 2).

    A school that stands there or higher stays where it is; its School Evaluation Officer is told
    in either case. An assessment that would take it below is returned to its proposer.
    Whether the level changed; nothing happens to a school that has closed or is not watched.
    """
    school = find_school(session, urn)
    today = london_date(now)
    if has_closed(school, today) or school.kind is SchoolKind.OTHER:
        return False
    level = policy.programme.new_headteacher_level
    _reconsider(session, now, school, level, head)
    lower = school.risk_level is None or is_below(school.risk_level, level)
    if lower:
        bring_into_force(
            session,
            policy,
            now=now,
            assessment=_automatic(session, now, school, level, head),
            by=NATIONAL_REGISTER,
        )
    known = level if lower or school.risk_level is None else school.risk_level
    told = NewHeadteacher(
        path=f"/schools/{urn}/risk",
        school=school.name,
        head=head,
        level=known.label,
        changed=lower,
    )
    officers = looking_after(session, urn, today)
    key = f"new_headteacher:{urn}:{now.isoformat()}"
    tell(session, now, officers, key=key, about=None, told=told)
    return lower


def _automatic(
    session: Session, now: datetime, school: School, level: RiskLevel, head: str
) -> Assessment:
    """The assessment that a new headteacher makes by itself, agreed, with its evidence."""
    number = add(
        session,
        Assessment,
        urn=school.urn,
        occasion=AssessmentOccasion.NEW_HEADTEACHER,
        state=AssessmentState.AGREED,
        level_before=school.risk_level,
        proposed_level=level,
        level=level,
        reason=_NEW_HEADTEACHER,
        words=_NEW_HEADTEACHER,
        begun_at=now,
    )
    _add_new_headteacher(session, now, number, head)
    return find_assessment(session, number)


def _reconsider(
    session: Session, now: datetime, school: School, level: RiskLevel, head: str
) -> None:
    """Return what would take the school below this level once it is agreed or published."""
    for other in to_come(session, school):
        proposed = other.level or other.proposed_level
        if proposed is not None and is_below(proposed, level):
            send_back(session, now, None, other, school, _NEW_HEADTEACHER)
            _add_new_headteacher(session, now, other.id, head)
            next_version(session, other)


def _add_new_headteacher(session: Session, now: datetime, number: int, head: str) -> None:
    add(
        session,
        RiskEvidence,
        assessment_id=number,
        kind=RiskEvidenceKind.LEADERSHIP_CHANGES,
        source=NATIONAL_REGISTER,
        dated=london_date(now),
        summary=f"The headteacher is now {head}.",
        added_by=NATIONAL_REGISTER,
        added_at=now,
    )
