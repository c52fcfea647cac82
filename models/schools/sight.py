"""Which schools somebody sees, as a condition of every list and of every row.

Everybody at the council sees all of them. A consultant sees those to which they are assigned by
name, from their first day there to their last.
"""

from typing import Any

from sqlalchemy import ColumnElement, exists, false, or_, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models.consultants.tables import Consultant
from models.people.access import Reader
from models.programme.tables import Supporter
from models.rows import find_first
from models.schools.contacts import find_school, no_school
from models.schools.tables import School

_Theirs = aliased(Supporter)  # a list that is asked about may be of supporters itself


def seen_by(reader: Reader, urn: Any) -> ColumnElement[bool]:
    """The condition that this reader sees the school with the URN in a column."""
    if reader.of_the_council:
        return true()
    if reader.today is None:
        return false()
    return exists().where(
        col(_Theirs.urn) == urn,
        col(_Theirs.consultant_id) == col(Consultant.id),
        col(Consultant.officer_id) == reader.officer_id,
        col(Consultant.active),
        col(_Theirs.first_day) <= reader.today,
        or_(col(_Theirs.last_day).is_(None), col(_Theirs.last_day) >= reader.today),
    )


def see_school(session: Session, reader: Reader, urn: object) -> School:
    """The school with this URN, for whoever sees it; to everybody else it is not there.

    Raises NotFound.
    """
    school = find_school(session, urn)
    if reader.of_the_council:
        return school
    theirs = select(School.urn).where(col(School.urn) == school.urn, seen_by(reader, School.urn))
    if find_first(session, theirs) is None:
        raise no_school()
    return school
