"""What the policy has “if required”: an officer says that a school requires it, or no longer does.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 4 (Table 1).
"""

from sqlmodel import Session, col, select

from models.events import append
from models.inputs import Input, Reason, Text, Word
from models.people.access import Act
from models.people.acting import Acting
from models.policy import Policy
from models.policy.programme import LevelRule
from models.policy.wording import inside
from models.programme import planning
from models.programme.events import SupportNoLongerRequired, SupportRequired
from models.programme.tables import DutyKind, Requirement
from models.refusals import InvalidInput, NotFound, NotPossible
from models.rows import add, by_key, change, find_first, get_row
from models.schools.contacts import find_school
from models.schools.tables import School
from models.text import check_prose

MOST_OF_A_REASON = 2_000  # characters


class RequiredSupport(Input):
    """What a school requires of what its level has “if required”, by its kind, and why."""

    what: Word
    reason: Text


def if_required(rule: LevelRule) -> list[DutyKind]:
    """What a school at a level has only if it is required."""
    group = [DutyKind.SISG_MEETING] if rule.sisg_if_required else []
    return group + [kind for kind, each in rule.once.items() if each.if_required]


def open_to(policy: Policy, school: School) -> list[DutyKind]:
    """What can be said to be required of a school where it stands."""
    level = school.risk_level
    return if_required(policy.programme.levels[level]) if level is not None else []


def require(acting: Acting, urn: object, given: RequiredSupport) -> Requirement:
    """A school requires what its level has “if required”: it is planned from today on.

    Raises NotAllowed, NotFound, InvalidInput; NotPossible for what its level does not have so, and
    while it is required already.
    """
    acting.require(Act.RECORD_SUPPORT_WORK)
    session, officer = acting.session, acting.officer
    school = find_school(session, urn)
    what = _kind(given.what)
    check_prose("reason", given.reason, most=MOST_OF_A_REASON)
    _check_open_to(acting.policy, school, what)
    if find_requirement(session, school.urn, what) is not None:
        raise NotPossible(f"It is already on record that {school.name} requires this.")
    number = add(
        session,
        Requirement,
        urn=school.urn,
        what=what,
        since=acting.today,
        reason=given.reason,
        required_by_id=officer.id,
        required_at=acting.now,
    )
    happened = SupportRequired(
        None,
        requirement=number,
        what_=what,
        reason=given.reason,
        urn=school.urn,
        school=school.name,
    )
    append(session, acting.now, officer.email, happened)
    _replan(acting, school)
    return get_row(session, Requirement, number)


def end_requirement(acting: Acting, requirement_id: int, given: Reason) -> Requirement:
    """A school no longer requires it: what was planned of it from today on is cancelled.

    Raises NotAllowed, NotFound, InvalidInput; NotPossible when it has ended.
    """
    acting.require(Act.RECORD_SUPPORT_WORK)
    session, officer = acting.session, acting.officer
    found = by_key(session, Requirement, requirement_id)
    if found is None:
        raise NotFound(f"There is no requirement {requirement_id}.")
    check_prose("reason", given.reason, most=MOST_OF_A_REASON)
    in_force = {"id": found.id, "ended_because": ""}
    ended = {
        "ended_on": acting.today,
        "ended_because": given.reason,
        "ended_by_id": officer.id,
    }
    if found.ended_on is not None or not change(session, Requirement, in_force, **ended):
        raise NotPossible("This has already ended.")
    school = find_school(session, found.urn)
    happened = SupportNoLongerRequired(
        None,
        requirement=found.id,
        what_=found.what,
        reason=given.reason,
        urn=school.urn,
        school=school.name,
    )
    append(session, acting.now, officer.email, happened)
    _replan(acting, school, f"No longer required: {inside(given.reason)}")
    return get_row(session, Requirement, found.id)


def find_requirement(session: Session, urn: int, what: DutyKind) -> Requirement | None:
    """What a school requires of this kind now, if it does."""
    its = (col(Requirement.urn) == urn, col(Requirement.what) == what)
    in_force = select(Requirement).where(*its, col(Requirement.ended_on).is_(None))
    return find_first(session, in_force)


def _kind(what: str) -> DutyKind:
    if what not in list(DutyKind):
        raise InvalidInput("what", "Choose what the school requires.")
    return DutyKind(what)


def _check_open_to(policy: Policy, school: School, what: DutyKind) -> None:
    choices = open_to(policy, school)
    if what in choices:
        return
    if not choices:
        stands = school.risk_level.label if school.risk_level else "no level yet"
        raise NotPossible(
            f"{school.name} stands at {stands}, where the policy has nothing that is planned only "
            "if it is required."
        )
    raise InvalidInput("what", f"Choose from: {', '.join(choices)}.")


def _replan(acting: Acting, school: School, because: str | None = None) -> None:
    if school.risk_level is None:
        return
    planning.replan(
        acting.session,
        acting.policy,
        urn=school.urn,
        level=school.risk_level,
        on=acting.today,
        because=because,
    )
