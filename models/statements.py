"""Short statements: reading and writing rows inside a transaction of `models.database`.

What SQLAlchemy does around a short statement takes many times as long as the statement. So each
shape is compiled once and from then on goes to the driver as text: in the connection and the
transaction of the session, but past its unit of work.

What they write of a covered table is noted, for the next event to say (models.record).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any, TypeVar, cast

from sqlalchemy import (
    ClauseElement,
    ColumnDefault,
    ColumnElement,
    Connection,
    Dialect,
    Row,
    Select,
    SelectBase,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import result_tuple
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import class_mapper
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine
from sqlmodel import Session, SQLModel, col
from sqlmodel.sql.expression import Select as SelectOfTwo
from sqlmodel.sql.expression import SelectOfScalar

from models import noting
from models.clocks import SKEW
from models.covered import COVERED, Covered

_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
LAST_KEY = 2**31 - 1  # of an integer column on PostgreSQL
SHAPES = 1000  # of statements that are kept compiled: several times as many as there are

Model = TypeVar("Model", bound=SQLModel)
Other = TypeVar("Other", bound=SQLModel)
Found = TypeVar("Found")
_Steps = list[tuple[int, Callable[[Any], Any]]]  # what to do to the value at which place


def _failed(text: str, parameters: Any, error: Exception, kind: type[Exception]) -> Exception:
    """The driver's error as SQLAlchemy has it, without the values: it may end in a log."""
    return DBAPIError.instance(text, parameters, error, kind, hide_parameters=True)


class _Sql:
    """A statement as the driver takes it, and what its types do to values on their way in."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled = cast(SQLCompiler, statement.compile(dialect=dialect))
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self.text = str(compiled)
        self._names = tuple(compiled.positiontup or binds)
        self._positional = compiled.positional
        self._error = dialect.loaded_dbapi.Error
        self._known = {name: bind.value for name, bind in binds.items() if not bind.required}
        types = [binds[name].type.dialect_impl(dialect) for name in self._names]
        self._steps = _steps(kind.bind_processor(dialect) for kind in types)

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """These values, and those that the statement has by itself, as the driver takes them."""
        given = {**self._known, **values} if self._known else values
        bound = _stepped(self._steps, map(given.__getitem__, self._names))
        return tuple(bound) if self._positional else dict(zip(self._names, bound, strict=True))

    def send(self, connection: Connection, parameters: Any) -> Any:
        """A statement that writes; what comes back has `lastrowid`, `rowcount` and `fetchone`.

        `parameters` are those of one row, or a list of those of many.
        """
        if connection.dispatch.before_cursor_execute:
            # Somebody listens to statements, and SQLAlchemy's longer way tells them.
            return connection.exec_driver_sql(self.text, parameters)
        cursor = connection.connection.cursor()
        try:
            many = isinstance(parameters, list)
            (cursor.executemany if many else cursor.execute)(self.text, parameters)
        except self._error as error:
            raise _failed(self.text, parameters, error, self._error) from error
        return cursor


class _Query(_Sql):
    """A statement that reads, and what its types do to values on their way out."""

    def __init__(self, statement: SelectBase, dialect: Dialect) -> None:
        super().__init__(statement, dialect)
        columns = statement.selected_columns
        types = [column.type.dialect_impl(dialect) for column in columns]
        self._results = _steps(kind.result_processor(dialect, None) for kind in types)
        self.row = result_tuple(columns.keys())

    def run(self, connection: Connection, values: Mapping[str, Any]) -> list[list[Any]]:
        """The values of each row that it finds."""
        parameters = self.parameters(values)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self.text, parameters)
            return [_stepped(self._results, row) for row in cursor.fetchall()]
        except self._error as error:
            raise _failed(self.text, parameters, error, self._error) from error
        finally:
            cursor.close()


def _steps(processors: Iterable[Callable[[Any], Any] | None]) -> _Steps:
    return [(place, process) for place, process in enumerate(processors) if process]


def _stepped(steps: _Steps, values: Iterable[Any]) -> list[Any]:
    row = list(values)
    for place, process in steps:
        row[place] = process(row[place])
    return row


_query = lru_cache(SHAPES)(_Query)


@lru_cache(SHAPES)
def _insert(model: type[SQLModel], names: tuple[str, ...], key: bool, dialect: Dialect) -> _Sql:
    table = _table(model)
    values = {
        column.name: column.default.arg
        for column in table.columns
        if isinstance(column.default, ColumnDefault) and column.default.is_scalar
    }
    statement = insert(table).values(values | {name: bindparam(name) for name in names})
    return _Sql(statement.returning(*table.primary_key) if key else statement, dialect)


@lru_cache(SHAPES)
def _update(
    model: type[SQLModel], where: tuple[str, ...], names: tuple[str, ...], dialect: Dialect
) -> _Sql:
    table = _table(model)
    matches = [table.columns[name] == bindparam(f"was_{name}") for name in where]
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    return _Sql(update(table).where(*matches).values(values), dialect)


def _table(model: type[SQLModel]) -> Table:
    return cast(Table, class_mapper(model).local_table)


@lru_cache(SHAPES)
def _maker(statement: SelectOfScalar[Found]) -> Callable[[list[Any]], Found]:
    """What makes the one thing that a statement selects out of the values of a row."""
    kind: Any = statement.column_descriptions[0]["type"]
    if isinstance(kind, TypeEngine):
        return itemgetter(0)
    return partial(_model, kind, tuple(statement.selected_columns.keys()))


def _model(kind: Any, names: tuple[str, ...], values: Iterable[Any]) -> Any:
    found = kind.__new__(kind)
    vars(found).update(zip(names, values, strict=True))
    return found


def _connection(session: Session) -> Connection:
    """The session's connection, in its transaction; asking the session costs a statement's time."""
    bind = session.bind
    if isinstance(bind, Connection) and bind.in_transaction():
        return bind
    return session.connection()


def rows(session: Session, statement: SelectBase, **parameters: Any) -> list[Row[Any]]:
    """All that a statement finds. It must be one that is kept: every new one is compiled."""
    connection = _connection(session)
    query = _query(statement, connection.dialect)
    return [query.row(values) for values in query.run(connection, parameters)]


def find(session: Session, statement: SelectOfScalar[Found], **parameters: Any) -> list[Found]:
    """As `rows`, for a statement of one kind of model or one column.

    The models are for looking at only: the session knows nothing of them.
    """
    connection = _connection(session)
    make = _maker(statement)
    found = _query(statement, connection.dialect).run(connection, parameters)
    return [make(values) for values in found]


def find_pairs(
    session: Session, statement: SelectOfTwo[Model, Other], **parameters: Any
) -> list[tuple[Model, Other]]:
    """As `find`, for a statement of two kinds of model, each row of which has both."""
    connection = _connection(session)
    first, second = (each["type"] for each in statement.column_descriptions)
    names, others = (tuple(_table(kind).columns.keys()) for kind in (first, second))
    found = _query(statement, connection.dialect).run(connection, parameters)
    return [
        (_model(first, names, row[: len(names)]), _model(second, others, row[len(names) :]))
        for row in found
    ]


def add(session: Session, table: type[SQLModel], **values: Any) -> int:
    """Insert one row and return its key."""
    connection = _connection(session)
    by_driver = connection.dialect.name == "sqlite"
    sql = _insert(table, tuple(values), not by_driver, connection.dialect)
    result = sql.send(connection, sql.parameters(values))
    key = cast(int, result.lastrowid if by_driver else result.fetchone()[0])
    noting.added(session, table, {"id": key, **values})
    return key


def add_all(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows of the same columns in one statement; none is no statement."""
    if rows:
        connection = _connection(session)
        sql = _insert(table, tuple(rows[0]), False, connection.dialect)
        sql.send(connection, [sql.parameters(row) for row in rows])
        for row in rows:
            noting.added(session, table, row)


def add_found(
    session: Session, table: type[SQLModel], found: Select[Any], *, unless_there: list[str]
) -> int:
    """Insert what a query finds, but for rows whose unique columns are there; how many were new.

    By the unique index itself: to ask first whether a row is there is slow by the square of the
    rows where PostgreSQL believes that the table is still empty.
    """
    connection = session.connection()
    insert_into = _INSERTS[connection.dialect.name](_table(table))
    names = list(found.selected_columns.keys())
    rows = found.where(true())  # without a WHERE, SQLite takes ON CONFLICT for a condition to join
    new = insert_into.from_select(names, rows).on_conflict_do_nothing(index_elements=unless_there)
    return connection.execute(new.execution_options(preserve_rowcount=True)).rowcount


def change_all(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Change many rows in one statement: each names its `id` and the same columns."""
    if rows:
        connection = _connection(session)
        names = tuple(name for name in rows[0] if name != "id")
        sql = _update(table, ("id",), names, connection.dialect)
        parameters = [sql.parameters({**row, "was_id": row["id"]}) for row in rows]
        covered = noting.concerns(table, names)
        sql.send(connection, parameters)
        if covered:
            for row in rows:
                for name in _named(session, covered, row):
                    noting.changed(session, covered, name, row)


def change(session: Session, table: type[SQLModel], where: dict[str, Any], **values: Any) -> bool:
    """Compare and set: change the one row that still is as `where` says; False if none is."""
    connection = _connection(session)
    covered = noting.concerns(table, values)
    named = _named(session, covered, where) if covered else []
    sql = _update(table, tuple(where), tuple(values), connection.dialect)
    was = {f"was_{name}": value for name, value in where.items()}
    found = bool(sql.send(connection, sql.parameters({**values, **was})).rowcount)
    if covered and found:
        for name in named:
            noting.changed(session, covered, name, values)
    return found


def change_where(
    session: Session, table: type[SQLModel], *conditions: ColumnElement[bool], **values: Any
) -> int:
    """Set columns of every row of a covered table that fulfils these conditions; how many."""
    covered = COVERED[table]
    found = _fulfilling(session, covered, conditions)
    session.connection().execute(update(covered.table).where(*conditions).values(values))
    for name in found:
        noting.changed(session, covered, name, values)
    return len(found)


def remove(session: Session, table: type[SQLModel], *conditions: ColumnElement[bool]) -> None:
    """Delete every row of a covered table that fulfils these conditions."""
    covered = COVERED[table]
    found = _fulfilling(session, covered, conditions)
    session.connection().execute(delete(covered.table).where(*conditions))
    for name in found:
        noting.removed(session, covered, name)


def _fulfilling(
    session: Session, covered: Covered, conditions: Sequence[ColumnElement[bool]]
) -> list[dict[str, Any]]:
    """The columns that name each row that fulfils these conditions."""
    names = select(*(covered.table.c[name] for name in covered.by)).where(*conditions)
    return [dict(row) for row in session.connection().execute(names).mappings()]


def _named(session: Session, covered: Covered, where: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The columns that name the row to be changed; asked for where `where` does not tell them."""
    if where.keys() >= set(covered.by):
        return [{name: where[name] for name in covered.by}]
    known = ("id",) if "id" in where else tuple(where)
    statement = _naming(covered, known)
    return [
        dict(row._mapping)
        for row in rows(session, statement, **{f"was_{n}": where[n] for n in known})
    ]


@lru_cache(SHAPES)
def _naming(covered: Covered, known: tuple[str, ...]) -> Select[Any]:
    columns = covered.table.c
    wanted = select(*(columns[name] for name in covered.by))
    return wanted.where(*(columns[name] == bindparam(f"was_{name}") for name in known))


def by_key(session: Session, table: type[Model], key: int) -> Model | None:
    """The row with this key, if there is one; a number that no key can be has none."""
    return session.get(table, key) if 0 < key <= LAST_KEY else None


def recent(at: Any, now: datetime, within: timedelta) -> ColumnElement[bool]:
    """In a statement, what `models.clocks.is_recent` says of a moment on record."""
    return and_(col(at) > now - within, col(at) <= now + SKEW)
