"""What every list of the pages has: its filters in the address, and the page one is on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Generic, Protocol
from urllib.parse import urlencode

from fastapi import Query
from sqlmodel import Session, SQLModel

from models.clocks import EARLIEST_YEAR, LATEST_YEAR
from models.paging import Item, Page
from models.people.access import Act
from models.refusals import InvalidInput, NotFound
from web.door import at_once, school_year
from web.pages.visits import Visit
from web.tables import Column


class Find(Protocol[Item]):
    """One page of a list, by the filters of its address; raises InvalidInput."""

    def __call__(
        self,
        session: Session,
        visit: Visit,
        filters: Mapping[str, str],
        page: int,
        per_page: int,
        /,
    ) -> Page[Item]: ...


@dataclass(frozen=True)
class List(Generic[Item]):
    """One list: the address and the rule of its page, its title, who finds it, its columns.

    The title is the name of the file as well, with what the address names: a row of the table `of`.
    """

    address: str
    act: Act
    title: str
    find: Find[Item]
    columns: Sequence[Column[Item]]
    of: type[SQLModel] | None = None


def page_number(page: Annotated[str, Query()] = "1") -> int:
    """The page asked for; the first when what was asked for is no number a list could have."""
    known = page.isascii() and page.isdigit() and len(page) <= 6
    return max(1, int(page)) if known else 1


PageNumber = Annotated[int, at_once(page_number)]


def day_of(field: str, text: str) -> date | None:
    """A day as an address has it, such as 2026-11-30; nothing for no text. Raises InvalidInput."""
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput(field, "Enter a date, such as 2026-11-30.") from None
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise InvalidInput(field, f"Enter a year between {EARLIEST_YEAR} and {LATEST_YEAR}.")
    return day


def year_of(field: str, text: str) -> int | None:
    """A school year as an address has it, such as 2026; nothing for no text; InvalidInput."""
    if not text:
        return None
    try:
        return school_year(text)
    except NotFound:
        raise InvalidInput(field, "Choose a school year.") from None


def address(visit: Visit, filters: Mapping[str, str]) -> str:
    """The address of this list with the filters in force, for its links."""
    chosen = {name: value for name, value in filters.items() if value}
    path = visit.request.url.path
    return f"{path}?{urlencode(chosen)}" if chosen else path
