"""Rows from one database to another, table by table, in bounded memory."""

from sqlalchemy import Connection, Table, delete, func, insert, text
from sqlmodel import SQLModel, select

from models.rows import select_columns
from models.upkeep import schema

BATCH = 200  # rows: those of issued letters hold whole documents
# Who is signed in, and what an installation remembers of itself, is of no use anywhere else.
PASSING = frozenset({"sign_in", "council_sign_in"})
OF_THE_INSTALLATION = frozenset({"sign_in_failure", "clock_pass", "mail_server"})


def copied_tables() -> list[Table]:
    """The tables that a backup holds, each after those that it refers to."""
    return [table for table in _tables() if table.name not in PASSING | OF_THE_INSTALLATION]


def copy(source: Connection, target: Connection) -> None:
    """Put every row of the source into the target, whose tables must be empty."""
    for table in copied_tables():
        every = (
            select_columns(table).order_by(*table.primary_key).execution_options(yield_per=BATCH)
        )
        for part in source.execute(every).mappings().partitions():
            target.execute(insert(table), [dict(row) for row in part])
    if target.dialect.name == "postgresql":
        _move_sequences_on(target)


def empty(target: Connection) -> None:
    """Remove what a backup replaces, and end every browser's session."""
    for table in reversed(_tables()):
        if table.name not in OF_THE_INSTALLATION:
            target.execute(delete(table))


def rows_in(connection: Connection, table: Table) -> int:
    """How many rows a table has."""
    number: int = connection.execute(select(func.count()).select_from(table)).scalar_one()
    return number


def _tables() -> list[Table]:
    assert schema.TABLES  # the modules whose import makes the tables known  # noqa: S101
    return SQLModel.metadata.sorted_tables


def _move_sequences_on(target: Connection) -> None:
    """New keys come after those that were put in.

    Sequences are not part of a transaction, so none is ever set back: what undoes the restoring
    would leave it behind the rows.
    """
    for table in copied_tables():
        if "id" in table.c:
            sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
            last = f"coalesce(pg_sequence_last_value({sequence}::regclass), 1)"
            target.execute(
                text(
                    f"SELECT setval({sequence}, greatest({last}, max(id))) "  # noqa: S608 # nosec B608
                    f"FROM {table.name} HAVING count(*) > 0"
                )
            )
