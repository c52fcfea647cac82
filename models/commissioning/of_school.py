"""What requests, referrals and commissions have in common as doors show them."""

from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import String, cast
from sqlmodel import col

from models.matters.sight import visible_to
from models.matters.tables import Matter
from models.paging import words_found
from models.people.access import Reader
from models.rows import select_columns
from models.schools.tables import School
from models.shown import Shown


class OfSchool(Shown):
    """What all of these have: the record on which it stands, and who recorded it."""

    id: int
    reference: str
    urn: int
    school: str
    recorded_by: str
    recorded_by_name: str
    recorded_at: AwareDatetime


def on_record(reader: Reader, table: Any, *more: Any) -> Any:
    """Rows of records that this reader sees, each with its matter and its school."""
    return (
        select_columns(table, Matter, School, *more)
        .join(Matter, col(Matter.id) == col(table.matter_id))
        .join(School, col(School.urn) == col(Matter.urn))
        .where(visible_to(reader))
    )


def asked(statement: Any, urn: int | None, query: str, *texts: Any) -> Any:
    """The same of one school, or those in which words are found. Raises InvalidInput."""
    if urn is not None:
        statement = statement.where(col(School.urn) == urn)
    if query:
        number = cast(col(School.urn), String)
        statement = statement.where(words_found(query, School.name, number, *texts))
    return statement


def common(row: Any, matter: Matter, school: School, who: tuple[str, str]) -> dict[str, Any]:
    """What all of them have."""
    return {
        "id": row.id,
        "reference": matter.reference,
        "urn": school.urn,
        "school": school.name,
        "recorded_by": who[0],
        "recorded_by_name": who[1],
        "recorded_at": row.recorded_at,
    }
