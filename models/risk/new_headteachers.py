"""New headteachers: whoever names one, the school is put into a category of support.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 2.
"""

from datetime import date, datetime
from typing import NamedTuple

from sqlmodel import Session

from models.clocks import london_date
from models.matters.held_contacts import contact_at
from models.people.acting import Acting
from models.people.tables import Officer
from models.policy import Policy
from models.programme.promised import plan_induction
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
from models.rows import add, change
from models.schools.contacts import NewContact, find_school, set_contact
from models.schools.names import same_head
from models.schools.tables import (
    NATIONAL_REGISTER,
    Contact,
    ContactRole,
    RiskLevel,
    School,
    SchoolKind,
)
from models.telling import tell

_NEW_HEADTEACHER = "A new headteacher has taken up post."


def enter_contact(acting: Acting, urn: object, role: str, given: NewContact) -> Contact:
    """An officer adds or corrects one of a school's contacts; a new headteacher counts as one.

    So does one whom the national register names. Whoever was not known to lead the school before
    is new, unless the officer says that this corrects the name. Raises as `set_contact`.
    """
    session = acting.session
    known = contact_at(session, find_school(session, urn).urn, ContactRole.HEADTEACHER)
    contact = set_contact(acting, urn, role, given)
    if contact.role is not ContactRole.HEADTEACHER:
        return contact
    school = find_school(session, urn)
    before = known.name if known is not None else school.register_head
    if not before or same_head(before, contact.name):
        return contact
    if given.correction:
        if school.newest_head is not None and same_head(school.newest_head, before):
            change(session, School, {"urn": school.urn}, newest_head=contact.name)
        return contact
    new_headteacher(
        session, acting.policy, now=acting.now, urn=school.urn, head=contact.name, by=acting.officer
    )
    return contact


def new_headteacher(
    session: Session,
    policy: Policy,
    *,
    now: datetime,
    urn: int,
    head: str,
    by: Officer | None = None,
) -> bool:
    """A new headteacher has taken up post: put the school into a category of support (part 2).

    A school that stands there or higher stays where it is; its School Evaluation Officer is told
    in either case, and the induction is planned. An assessment that would take it below is returned
    to its proposer. `by` is the officer who entered it, None for the national register; whoever was
    counted already is not counted again. Whether the level changed; nothing happens to a school
    that has closed or is not watched.
    """
    school = find_school(session, urn)
    today = london_date(now)
    if has_closed(school, today) or school.kind is SchoolKind.OTHER:
        return False
    if school.newest_head is not None and same_head(school.newest_head, head):
        return False
    change(session, School, {"urn": urn}, newest_head=head)
    level = policy.programme.new_headteacher_level
    source = by.email if by is not None else NATIONAL_REGISTER
    named = _Named(head, source, today)
    _reconsider(session, now, school, level, named)
    lower = school.risk_level is None or is_below(school.risk_level, level)
    if lower:
        assessment = _automatic(session, now, school, level, named)
        bring_into_force(session, policy, now=now, assessment=assessment, by=source)
    known = level if lower or school.risk_level is None else school.risk_level
    plan_induction(session, policy, urn, known, today)
    told = NewHeadteacher(
        path=f"/schools/{urn}/risk",
        school=school.name,
        head=head,
        level=known.label,
        changed=lower,
        entered_by=by.name if by is not None else "",
    )
    officers = looking_after(session, urn, today)
    others = [each for each in officers if by is None or each.id != by.id]
    key = f"new_headteacher:{urn}:{now.isoformat()}"
    tell(session, now, others, key=key, about=None, told=told)
    return lower


class _Named(NamedTuple):
    """A new headteacher, and who says so, and when."""

    head: str
    source: str
    on: date


def _automatic(
    session: Session, now: datetime, school: School, level: RiskLevel, named: _Named
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
    _add_new_headteacher(session, now, number, named)
    return find_assessment(session, number)


def _reconsider(
    session: Session, now: datetime, school: School, level: RiskLevel, named: _Named
) -> None:
    """Return what would take the school below this level once it is agreed or published."""
    for other in to_come(session, school):
        proposed = other.level or other.proposed_level
        if proposed is not None and is_below(proposed, level):
            send_back(session, now, None, other, school, _NEW_HEADTEACHER)
            _add_new_headteacher(session, now, other.id, named)
            next_version(session, other)


def _add_new_headteacher(session: Session, now: datetime, number: int, named: _Named) -> None:
    add(
        session,
        RiskEvidence,
        assessment_id=number,
        kind=RiskEvidenceKind.LEADERSHIP_CHANGES,
        source=named.source,
        dated=named.on,
        summary=f"The headteacher is now {named.head}.",
        added_by=named.source,
        added_at=now,
    )
