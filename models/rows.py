"""Rows: how they are read and written inside a transaction of `models.database`.

One way to read: a statement of `select`, given to `find`, `find_first`, `find_one` or `stream`.
What comes back is what stands in the database now, whatever was read before; its models are for
looking at. A statement that is asked at every click is a function marked `kept`: to build one costs
more than to run it. One way to write: `add`, and `change` as compare-and-set.

What is written of a covered table is noted, for the next event to say (models.record).
"""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache, partial, wraps
from typing import Any, Generic, ParamSpec, TypeVar, TypeVarTuple, cast, overload

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Delete,
    Insert,
    Table,
    Update,
    and_,
    bindparam,
    delete,
    insert,
    true,
    update,
)
from sqlalchemy import Select as SelectOfAny
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import class_mapper
from sqlalchemy.sql.selectable import TypedReturnsRows
from sqlmodel import Session, SQLModel, col, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from models import noting
from models.clocks import SKEW
from models.covered import COVERED, Covered
from models.database import UtcDateTime

LAST_KEY = 2**31 - 1  # of an integer column on PostgreSQL
AT_ONCE = 200  # rows that a long reading holds in memory
# Other values take the type of the column with which they are compared.
_TIMES: dict[Any, Any] = {date: Date, datetime: UtcDateTime}
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

Model = TypeVar("Model", bound=SQLModel)
Found = TypeVar("Found")
Columns = TypeVarTuple("Columns")
Values = ParamSpec("Values")
Statement = TypedReturnsRows[Any]  # one that finds rows of many columns, or of a union
_Make = Callable[[Sequence[Any]], list[Any]]


def _connection(session: Session) -> Connection:
    """The session's connection; to ask the session costs a good part of a statement's time."""
    return session.bind if isinstance(session.bind, Connection) else session.connection()


@dataclass(frozen=True)
class Asked(Generic[Found]):
    """A kept statement, with the values that it is asked about this time."""

    statement: Statement
    values: Mapping[str, Any]
    make: _Make

    def run(self, session: Session) -> list[Found]:
        """All that it finds."""
        return self.make(_connection(session).execute(self.statement, self.values).all())


@overload
def kept(
    build: Callable[Values, SelectOfScalar[Found]],
) -> Callable[Values, Asked[Found]]: ...
@overload
def kept(
    build: Callable[Values, Select[*Columns]],
) -> Callable[Values, Asked[tuple[*Columns]]]: ...
@overload
def kept(build: Callable[Values, Statement]) -> Callable[Values, Asked[Any]]: ...
def kept(build: Callable[..., Any]) -> Callable[..., Asked[Any]]:
    """A statement that is built once, with parameters in place of the function's arguments.

    Arguments by keyword alone belong to its shape: it is built once for each of their values.
    """
    signature = inspect.signature(build)
    parameters = signature.parameters.values()
    by_value = [
        bindparam(each.name, type_=_TIMES.get(each.annotation))
        for each in parameters
        if each.kind is not each.KEYWORD_ONLY
    ]
    names = [parameter.key for parameter in by_value]

    @lru_cache
    def shaped(**shape: Any) -> tuple[Statement, _Make]:
        statement = build(*by_value, **shape)
        return statement, _maker(statement)

    @wraps(build)
    def asked(*values: Any, **shape: Any) -> Asked[Any]:
        statement, make = shaped(**shape)
        return Asked(statement, dict(zip(names, values, strict=True)), make)

    return asked


def select_columns(*wanted: Any) -> SelectOfAny[Any]:
    """A `select` of what that has no types for: many columns, a whole table, a subquery."""
    chosen: SelectOfAny[Any] = Select(*wanted)
    return chosen


@overload
def find(session: Session, asked: Asked[Found] | SelectOfScalar[Found]) -> list[Found]: ...
@overload
def find(session: Session, asked: Select[*Columns]) -> list[tuple[*Columns]]: ...
@overload
def find(session: Session, asked: Statement) -> list[Any]: ...
def find(session: Session, asked: Any) -> list[Any]:
    """All that a statement finds: models, values of one column, or rows of several."""
    if isinstance(asked, Asked):
        return asked.run(session)
    return _maker(asked)(_connection(session).execute(asked).all())


@overload
def find_first(session: Session, asked: Asked[Found] | SelectOfScalar[Found]) -> Found | None: ...
@overload
def find_first(session: Session, asked: Select[*Columns]) -> tuple[*Columns] | None: ...
@overload
def find_first(session: Session, asked: Statement) -> Any: ...
def find_first(session: Session, asked: Any) -> Any:
    """The first that a statement finds, or None."""
    return next(iter(find(session, asked)), None)


@overload
def find_one(session: Session, asked: Asked[Found] | SelectOfScalar[Found]) -> Found: ...
@overload
def find_one(session: Session, asked: Select[*Columns]) -> tuple[*Columns]: ...
@overload
def find_one(session: Session, asked: Statement) -> Any: ...
def find_one(session: Session, asked: Any) -> Any:
    """The only one that a statement finds; none or two are a fault of ours."""
    [found] = find(session, asked)
    return found


@overload
def stream(
    session: Session, asked: SelectOfScalar[Found], at_once: int = ...
) -> Iterator[Found]: ...
@overload
def stream(
    session: Session, asked: Select[*Columns], at_once: int = ...
) -> Iterator[tuple[*Columns]]: ...
@overload
def stream(session: Session, asked: Statement, at_once: int = ...) -> Iterator[Any]: ...
def stream(session: Session, asked: Any, at_once: int = AT_ONCE) -> Iterator[Any]:
    """As `find`, for what is too much to be held at once: so many rows are."""
    long = asked.execution_options(yield_per=at_once)
    make = _maker(asked)
    for part in _connection(session).execute(long).partitions():
        yield from make(part)


def by_key(session: Session, table: type[Model], key: int | str | None) -> Model | None:
    """The row with this key, if there is one; a number that no key can be has none."""
    if key is None or (isinstance(key, int) and not 0 < key <= LAST_KEY):
        return None
    return find_first(session, _by_key(key, table=table))


def get_row(session: Session, table: type[Model], key: int | str | None) -> Model:
    """The row with this key, of which it is known that there is one."""
    return find_one(session, _by_key(key, table=table))


@kept
def _by_key(key: int | str | None, *, table: type[Model]) -> SelectOfScalar[Model]:
    [column] = table_of(table).primary_key
    return select(table).where(column == key)


def table_of(model: type[SQLModel]) -> Table:
    """The table of a model, for a statement whose columns are known by name alone."""
    return cast(Table, class_mapper(model).local_table)


def _maker(statement: Any) -> _Make:
    """What makes models, values or rows of what the database answers to a statement."""
    scalar = isinstance(statement, SelectOfScalar)
    kinds = [_model_of(each["type"]) for each in getattr(statement, "column_descriptions", ())]
    if not any(kinds):
        return _scalars if scalar else list
    if scalar and kinds[0] is not None:
        return partial(_models, kinds[0])
    parts, place = [], 0
    for kind in kinds:
        width = len(_names(kind)) if kind else 1
        parts.append((slice(place, place + width), kind))
        place += width
    return partial(_mixed, parts)


def _model_of(kind: Any) -> type[SQLModel] | None:
    return kind if isinstance(kind, type) and issubclass(kind, SQLModel) else None


@lru_cache
def _names(kind: type[SQLModel]) -> tuple[str, ...]:
    return tuple(table_of(kind).columns.keys())


def _scalars(found: Sequence[Any]) -> list[Any]:
    return [row[0] for row in found]


def _models(kind: type[SQLModel], found: Sequence[Any]) -> list[Any]:
    return [_made(kind, row) for row in found]


def _mixed(parts: Sequence[tuple[slice, type[SQLModel] | None]], found: Sequence[Any]) -> list[Any]:
    return [
        tuple(_made(kind, row[part]) if kind else row[part.start] for part, kind in parts)
        for row in found
    ]


def _made(kind: type[SQLModel], values: Sequence[Any]) -> Any:
    """A model with these values, that the session knows nothing of; None of an outer join."""
    if values[0] is None and not any(value is not None for value in values):
        return None
    model = class_mapper(kind).class_manager.new_instance()
    vars(model).update(zip(_names(kind), values, strict=True))
    return model


def add(session: Session, table: type[SQLModel], **values: Any) -> int:
    """Insert one row and return its key."""
    result = _connection(session).execute(_insert(table), values)
    key: int = cast(Any, result.inserted_primary_key)[0]
    noting.added(session, table, {"id": key, **values})
    return key


def add_all(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows of the same columns in one statement; none is no statement."""
    if rows:
        _connection(session).execute(_insert(table), rows)
        for row in rows:
            noting.added(session, table, row)


def add_each(
    session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]
) -> list[int]:
    """Insert many rows of the same columns, whose key the database gives; the keys, in order."""
    if not rows:
        return []
    [key] = table_of(table).primary_key
    statement = insert(table_of(table)).returning(key, sort_by_parameter_order=True)
    keys = [made for (made,) in _connection(session).execute(statement, rows)]
    for made, row in zip(keys, rows, strict=True):
        noting.added(session, table, {"id": made, **row})
    return keys


def add_found(
    session: Session, table: type[SQLModel], found: Any, *, unless_there: list[str]
) -> int:
    """Insert what a query finds, but for rows whose unique columns are there; how many were new.

    By the unique index itself: to ask first whether a row is there is slow by the square of the
    rows where PostgreSQL believes that the table is still empty.
    """
    connection = _connection(session)
    insert_into = _INSERTS[connection.dialect.name](table_of(table))
    names = list(found.selected_columns.keys())
    rows = found.where(true())  # without a WHERE, SQLite takes ON CONFLICT for a condition to join
    new = insert_into.from_select(names, rows).on_conflict_do_nothing(index_elements=unless_there)
    return connection.execute(new.execution_options(preserve_rowcount=True)).rowcount


def change(session: Session, table: type[SQLModel], where: dict[str, Any], **values: Any) -> bool:
    """Compare and set: change the one row that still is as `where` says; False if none is."""
    covered = noting.concerns(table, values)
    named = _named(session, covered, where) if covered else []
    was = {f"was_{name}": value for name, value in where.items()}
    statement = _update(table, tuple(where), tuple(values))
    found = bool(_connection(session).execute(statement, {**values, **was}).rowcount)
    if covered and found:
        for name in named:
            noting.changed(session, covered, name, values)
    return found


def change_all(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Change many rows in one statement: each names its `id` and the same columns."""
    if rows:
        names = tuple(name for name in rows[0] if name != "id")
        statement = _update(table, ("id",), names)
        _connection(session).execute(statement, [{**row, "was_id": row["id"]} for row in rows])
        covered = noting.concerns(table, names)
        if covered:
            for row in rows:
                for name in _named(session, covered, row):
                    noting.changed(session, covered, name, row)


def change_where(
    session: Session, table: type[SQLModel], *conditions: ColumnElement[bool], **values: Any
) -> int:
    """Set columns of every row that fulfils these conditions; how many there were."""
    covered = noting.concerns(table, values)
    found = _fulfilling(session, covered, conditions) if covered else []
    statement = update(table_of(table)).where(*conditions).values(values)
    number = _connection(session).execute(statement).rowcount
    if covered:
        for name in found:
            noting.changed(session, covered, name, values)
    return number


def remove(session: Session, table: type[SQLModel], *conditions: ColumnElement[bool]) -> int:
    """Delete every row that fulfils these conditions; how many there were."""
    covered = COVERED.get(table)
    found = _fulfilling(session, covered, conditions) if covered else []
    number = _connection(session).execute(delete(table_of(table)).where(*conditions)).rowcount
    if covered:
        for name in found:
            noting.removed(session, covered, name)
    return number


def carry_out(session: Session, statement: Insert | Update | Delete) -> int:
    """Write in bulk what the record does not speak of; how many rows it wrote.

    For what `change_where` and `remove` cannot say: many tables at once, or rows made of others.
    """
    return _connection(session).execute(statement).rowcount


@lru_cache
def _insert(model: type[SQLModel]) -> Insert:
    return insert(table_of(model))


@lru_cache(1000)  # of shapes: several times as many as there are
def _update(model: type[SQLModel], where: tuple[str, ...], names: tuple[str, ...]) -> Update:
    table = table_of(model)
    matches = [table.columns[name] == bindparam(f"was_{name}") for name in where]
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    return update(table).where(*matches).values(values)


def _fulfilling(
    session: Session, covered: Covered, conditions: Sequence[ColumnElement[bool]]
) -> list[dict[str, Any]]:
    """The columns that name each row that fulfils these conditions."""
    names = select(*(covered.table.c[name] for name in covered.by)).where(*conditions)
    return [dict(row) for row in _connection(session).execute(names).mappings()]


def _named(session: Session, covered: Covered, where: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The columns that name the row to be changed; asked for where `where` does not tell them."""
    if where.keys() >= set(covered.by):
        return [{name: where[name] for name in covered.by}]
    known = {"id": where["id"]} if "id" in where else where
    columns = covered.table.c
    return _fulfilling(session, covered, [columns[name] == value for name, value in known.items()])


def recent(at: Any, now: datetime, within: timedelta) -> ColumnElement[bool]:
    """In a statement, what `models.clocks.is_recent` says of a moment on record."""
    return and_(col(at) > now - within, col(at) <= now + SKEW)
