"""Which matters somebody sees, as a condition of every list and of every row."""

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, or_, true
from sqlalchemy.orm import aliased
from sqlmodel import Integer, col

from models.matters.tables import Matter, NamedOfficer
from models.people.access import NOT_THEIRS, Reader, Sight, sight
from models.people.tables import Officer
from models.schools.tables import School

_Its = aliased(School)  # a list that is asked about joins schools itself


def is_theirs(officer: Officer, school: School) -> bool:
    """Whether a school is of a phase whose matters an officer sees."""
    return school.phase not in NOT_THEIRS.get(sight(officer), ())


def visible(sight: Sight) -> ColumnElement[bool]:
    """The condition that a matter can be seen; its parameter `reader` is the officer's key."""
    if sight is Sight.EVERY_CASE:
        return true()
    if sight is Sight.NONE:
        return false()
    me = bindparam("reader", type_=Integer)
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
    condition = visible(reader.sight)
    if reader.sight in (Sight.EVERY_CASE, Sight.NONE):
        return condition
    return condition.params(reader=reader.officer_id)
