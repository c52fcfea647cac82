"""Which matters somebody sees, as a condition of every list and of every row."""

from sqlalchemy import ColumnElement, and_, exists, false, or_, true
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.matters.tables import Matter, NamedOfficer
from models.people.access import NOT_THEIRS, Reader, Sight, sight
from models.people.tables import Officer
from models.schools.tables import School

_Its = aliased(School)  # a list that is asked about joins schools itself


def is_theirs(officer: Officer, school: School) -> bool:
    """Whether a school is of a phase whose matters an officer sees."""
    return school.phase not in NOT_THEIRS.get(sight(officer), ())


def visible(sight: Sight, me: int | None) -> ColumnElement[bool]:
    """The condition that a matter can be seen by the officer with this key, who sees so much."""
    if sight is Sight.EVERY_CASE:
        return true()
    if sight in (Sight.NONE, Sight.ASSIGNED):
        return false()
    named = exists().where(
        col(NamedOfficer.matter_id) == col(Matter.id), col(NamedOfficer.officer_id) == me
    )
    unrestricted = ~col(Matter.restricted)
    if sight in NOT_THEIRS:
        theirs = exists().where(
            col(_Its.urn) == col(Matter.urn),
            *(col(_Its.phase) != phase for phase in NOT_THEIRS[sight]),
        )
        unrestricted = and_(unrestricted, theirs)
    return or_(unrestricted, col(Matter.officer_id) == me, named)


def visible_to(reader: Reader) -> ColumnElement[bool]:
    """The condition that this reader can see a matter."""
    return visible(reader.sight, reader.officer_id)
