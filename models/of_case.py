"""What every row of a case can tell: the case that it hangs on, and what is said where it is not.

Who sees a row is asked of its case, so each table says by what way its rows hang there; a table
with a foreign key that leads to a case, and that does not say so here, is a failed test.
"""

from typing import Any, ClassVar

from sqlmodel import Session, SQLModel

CASE = "escalation"


class OfCase(SQLModel):
    """A row that hangs on a case: whoever does not see the case does not see the row either.

    `hangs_on` is the table of the row by which it hangs there; None where its own `escalation_id`
    names the case. `missing` is what is said of a number that no row has, and just so of one whose
    case is not there to be seen.
    """

    hangs_on: ClassVar["type[OfCase] | None"] = None
    missing: ClassVar[str] = "There is nothing with this number."

    def case_id(self, session: Session) -> int | None:
        """The key of the case; None for a row of no case, as some messages are."""
        row: Any = self
        while row.hangs_on is not None:
            row = session.get_one(row.hangs_on, getattr(row, _column(row)))
        found: int | None = row.escalation_id
        return found


def _column(row: OfCase) -> str:
    """The column that names the row by which this one hangs on its case."""
    assert row.hangs_on is not None  # noqa: S101 - asked of no other
    by = row.hangs_on.__tablename__
    [name] = [
        column.name
        for column in SQLModel.metadata.tables[str(row.__tablename__)].columns
        if any(key.column.table.name == by for key in column.foreign_keys)
    ]
    return name


def leads_to_case(table: type[SQLModel]) -> bool:
    """Whether a foreign key leads from this table to a case, by however many other tables."""
    seen: set[str] = set()
    ahead = [str(table.__tablename__)]
    while ahead:
        name = ahead.pop()
        if name == CASE:
            return True
        seen.add(name)
        keys = SQLModel.metadata.tables[name].foreign_keys
        ahead += {key.column.table.name for key in keys} - seen
    return False
