"""Lists in pages, and what may be typed to search them."""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import Boolean, ColumnElement, Select, and_, func, or_, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import Session, select
from sqlmodel.sql.expression import SelectOfScalar

from models.refusals import InvalidInput
from models.rows import find, find_one
from models.shown import Shown
from models.text import check_line

MOST_PER_PAGE = 200  # for whoever asks
MOST_AT_ONCE = 1000  # for a file of all: databases take only so many parameters of one statement
PER_PAGE = 50
LAST_PAGE = 1_000_000

Item = TypeVar("Item")
Other = TypeVar("Other")
Word = TypeVar("Word", bound=StrEnum)


class Page(Shown, Generic[Item]):
    """One page of a list: `pages` is at least 1, `total` counts all items."""

    items: list[Item]
    page: int
    pages: int
    total: int

    def of(self, items: list[Other]) -> "Page[Other]":
        """The same page with other items: what was made of each."""
        return Page(items=items, page=self.page, pages=self.pages, total=self.total)


def paged(
    session: Session,
    statement: Any,
    key: Any,
    describe: Callable[[Sequence[Any]], list[Item]],
    *,
    page: int,
    per_page: int,
) -> Page[Item]:
    """One page of what an ordered statement finds; `key` is the column that counts its rows.

    Raises InvalidInput for a page or length out of bounds; a page past the last is empty.
    """
    if not 1 <= page <= LAST_PAGE:
        raise InvalidInput("page", f"Enter a page from 1 to {LAST_PAGE:,}.")
    if not 1 <= per_page <= MOST_AT_ONCE:
        raise InvalidInput("per_page", f"Enter a number from 1 to {MOST_AT_ONCE}.")
    before = (page - 1) * per_page
    there = _keys(statement, key).limit(per_page).offset(before)
    # Put in order by their keys alone: far into a list, whole rows would take many times as long.
    found = find(session, statement.where(key.in_(there.correlate(None))))
    ends_here = len(found) < per_page and (found or page == 1)
    total = before + len(found) if ends_here else find_one(session, _count(statement, key))
    return Page(
        items=describe(found) if found else [],
        page=page,
        pages=max(1, -(-total // per_page)),
        total=total,
    )


def _keys(statement: Select[Any], key: Any) -> Select[Any]:
    return statement.with_only_columns(key, maintain_column_froms=True)


def _count(statement: Select[Any], key: Any) -> SelectOfScalar[int]:
    keys = _keys(statement, key).order_by(None).subquery()
    return select(func.count()).select_from(keys)


def words_found(query: str, *columns: Any) -> ColumnElement[bool]:
    """Every word of the query stands in one of the columns, in capitals or not.

    Raises InvalidInput for what cannot be text.
    """
    words = check_line("query", query, required=False).split()
    found = ((_Has(column, _pattern(word)) for column in columns) for word in words)
    return and_(true(), *(or_(*in_any) for in_any in found))


def _pattern(word: str) -> str:
    """What LIKE finds the word by, wherever it stands."""
    escaped = re.sub("([/%_])", r"/\1", word)
    return f"%{escaped}%"


class _Has(FunctionElement[bool]):
    """That a text has a word in it, in capitals or not."""

    type = Boolean()
    inherit_cache = True
    name = "has"


@compiles(_Has)
def _has(element: _Has, compiler: SQLCompiler, **how: Any) -> str:
    text, pattern = (compiler.process(each, **how) for each in element.clauses)
    # SQLite's LIKE looks at no capitals; `lower` on every row would take three times as long.
    like = "LIKE" if compiler.dialect.name == "sqlite" else "ILIKE"
    return f"({text} {like} {pattern} ESCAPE '/')"


def chosen(field: str, value: str, words: type[Word]) -> Word:
    """One of a fixed set of words; raises InvalidInput naming them."""
    if value not in list(words):
        raise InvalidInput(field, f"Choose from: {', '.join(words)}.")
    return words(value)
