"""What schools require of what their level has “if required”, as doors show it."""

from datetime import date

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from models.people.shown import officer_names
from models.policy import Policy
from models.programme import tables
from models.programme.requiring import open_to
from models.programme.tables import DutyKind, required_label
from models.refusals import NotFound
from models.rows import find
from models.schools.contacts import find_school
from models.schools.tables import School
from models.shown import Shown


class Requirement(Shown):
    """What a school requires, or required until `ended_on`, and who said so and why."""

    id: int
    urn: int
    school: str
    what: DutyKind
    title: str
    since: date
    reason: str
    required_by: str
    required_by_name: str
    ended_on: date | None
    ended_because: str


class Requirements(Shown):
    """All that a school requires or required, the latest first."""

    items: list[Requirement]


class IfRequired(Shown):
    """What the level of a school has only if it is required, and whether it is; None if not.

    `open` is whether it can be required at the level where the school stands.
    """

    what: DutyKind
    title: str
    open: bool
    requirement: Requirement | None


def requirements_of(session: Session, urn: object) -> list[Requirement]:
    """All that a school requires or required, the latest first. Raises NotFound."""
    school = find_school(session, urn)
    return _describe(session, col(tables.Requirement.urn) == school.urn)


def requirement(session: Session, requirement_id: int) -> Requirement:
    """One of them; raises NotFound."""
    found = _describe(session, col(tables.Requirement.id) == requirement_id)
    if not found:
        raise NotFound(f"There is no requirement {requirement_id}.")
    return found[0]


def if_required(session: Session, policy: Policy, school: School) -> list[IfRequired]:
    """What can be required of a school where it stands, and what is required anywhere."""
    held = {
        each.what: each for each in requirements_of(session, school.urn) if each.ended_on is None
    }
    choices = open_to(policy, school)
    return [
        IfRequired(
            what=what,
            title=required_label(what),
            open=what in choices,
            requirement=held.get(what),
        )
        for what in dict.fromkeys([*choices, *held])
    ]


def _describe(session: Session, which: ColumnElement[bool]) -> list[Requirement]:
    its = tables.Requirement
    found = find(
        session,
        select(its, School)
        .join(School, col(School.urn) == col(its.urn))
        .where(which)
        .order_by(col(its.id).desc()),
    )
    names = officer_names(session, (each.required_by_id for each, _ in found))
    return [
        Requirement(
            id=each.id,
            urn=each.urn,
            school=school.name,
            what=each.what,
            title=required_label(each.what),
            since=each.since,
            reason=each.reason,
            required_by=names[each.required_by_id][0],
            required_by_name=names[each.required_by_id][1],
            ended_on=each.ended_on,
            ended_because=each.ended_because,
        )
        for each, school in found
    ]
