"""What a row can tell of its matter: which one it hangs on, and what is said where there is none.

Who sees a row is asked of its matter, so each table says by what way its rows hang there; a table
with a foreign key that leads to a matter, and that does not say so here, is a failed test.
"""

from typing import ClassVar

from sqlmodel import SQLModel

MATTER = "matter"


class OfMatter(SQLModel):
    """A row that hangs on a matter: whoever does not see the matter does not see the row either.

    `hangs_on` is the table of the row by which it hangs there; None where its own column `by` names
    the matter (an escalation has the number of its matter, so its key does as well). `missing` is
    what is said of a number that no row has, and just so of one whose matter is not there to be
    seen.
    """

    hangs_on: ClassVar["type[OfMatter] | None"] = None
    by: ClassVar[str] = "matter_id"
    missing: ClassVar[str] = "There is nothing with this number."

    @property
    def hangs_by(self) -> int | None:
        """The key of the row by which this one hangs on its matter, or of the matter itself."""
        found: int | None = getattr(self, self.by if self.hangs_on is None else self._column())
        return found

    def _column(self) -> str:
        assert self.hangs_on is not None  # noqa: S101 - asked of no other
        by = self.hangs_on.__tablename__
        [name] = [
            column.name
            for column in SQLModel.metadata.tables[str(self.__tablename__)].columns
            if any(key.column.table.name == by for key in column.foreign_keys)
        ]
        return name


def leads_to_matter(table: type[SQLModel]) -> bool:
    """Whether a foreign key leads from this table to a matter, by however many other tables."""
    seen: set[str] = set()
    ahead = [str(table.__tablename__)]
    while ahead:
        name = ahead.pop()
        if name == MATTER:
            return True
        seen.add(name)
        keys = SQLModel.metadata.tables[name].foreign_keys
        ahead += {key.column.table.name for key in keys} - seen
    return False
