"""How many days a consultant has left to give in a school year."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from models.commissioning.tables import Commission
from models.consultants.tables import Consultant
from models.policy.programme import school_year_of
from models.programme.tables import Supporter
from models.rows import find, select_columns


def days_held(consultant_id: object, day: date) -> ColumnElement[float]:
    """The days that commissions hold of a consultant in the school year of a day, as a column.

    A commission counts for the school year in which its first day lies.
    """
    return (
        select(func.coalesce(func.sum(Commission.days_held), 0.0))
        .join(Supporter, col(Supporter.id) == col(Commission.supporter_id))
        .where(col(Supporter.consultant_id) == consultant_id, *_in_year(day))
        .scalar_subquery()
    )


def held_by(session: Session, consultant_ids: Collection[int], day: date) -> dict[int, float]:
    """The same of several consultants, by their keys; none where nothing is held."""
    statement = (
        select_columns(col(Supporter.consultant_id), func.sum(Commission.days_held).label("days"))
        .join(Supporter, col(Supporter.id) == col(Commission.supporter_id))
        .where(col(Supporter.consultant_id).in_(consultant_ids), *_in_year(day))
        .group_by(col(Supporter.consultant_id))
    )
    return {row.consultant_id: float(row.days) for row in find(session, statement)}


def days_left(session: Session, consultant: Consultant, day: date) -> float | None:
    """What a consultant has left in the school year of a day; None where no days are agreed."""
    if consultant.days_a_year is None:
        return None
    return consultant.days_a_year - held_by(session, [consultant.id], day).get(consultant.id, 0.0)


def _in_year(day: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    year = school_year_of(day)
    first = col(Commission.first_day)
    return first >= date(year, 9, 1), first < date(year + 1, 9, 1)
