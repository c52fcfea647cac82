"""How pages are rendered: one Jinja environment over templates/pages and GOV.UK's macros.

Times are stored in UTC and shown in Europe/London. Nothing here reads the clock.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import is_dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader

from models.clocks import london_time, long_date, time_words
from models.happened import listed
from models.matters.tables import page_of
from models.policy.wording import the_role
from models.shown import Shown

PAGES = Path(__file__).parent.parent / "templates" / "pages"
STATIC = Path(__file__).parent / "static"


def _day(day: date) -> date:
    return london_time(day).date() if isinstance(day, datetime) else day


def date_long(day: date) -> str:
    """`14 December 2026`; of an aware datetime, the day it is in London."""
    return long_date(_day(day))


def date_short(day: date) -> str:
    """`14 Dec 2026`, for tables; of an aware datetime, the day it is in London."""
    day = _day(day)
    return f"{day.day} {day:%b %Y}"


def time_london(moment: datetime) -> str:
    """`14 December 2026 at 9:05am`, as the GOV.UK style guide writes times; London time.

    Raises ValueError for a datetime without a zone.
    """
    return f"{date_long(moment)} at {time_words(moment)}"


def with_query(url: str, **changes: object) -> str:
    """The URL with these query parameters replaced; a parameter set to None is dropped."""
    parts = urlsplit(url)
    kept = [pair for pair in parse_qsl(parts.query) if pair[0] not in changes]
    added = [(name, str(value)) for name, value in changes.items() if value is not None]
    return urlunsplit(parts._replace(query=urlencode(kept + added)))


def error_message(errors: Iterable[Mapping[str, str]] | None, field: str) -> dict[str, str] | None:
    """The first error of a field in the shape GOV.UK's macros take, or None."""
    for error in errors or ():
        if error["field"] == field:
            return {"text": error["message"]}
    return None


def in_a_row(roles: Sequence[str]) -> str:
    """Those who have a letter, in one sentence: "the Chief Inspector and the diocese"."""
    chief = {"ofsted": "the Chief Inspector"}
    return listed([chief.get(role) or the_role(role) for role in roles])


@lru_cache
def static_url(name: str) -> str:
    """The address of a file in web/static, stamped with its content so that it may be cached."""
    stamp = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={stamp}"


class _Kinds(dict[type, bool]):
    """Which kinds are shown as what was read, looked at once each: a page asks a thousand times."""

    def __missing__(self, kind: type) -> bool:
        return self.setdefault(kind, issubclass(kind, Shown) or is_dataclass(kind))


_IS_SHOWN = _Kinds()


class Pages(Environment):
    """The environment of the pages: lenient as GOV.UK's macros need it, but not with what we read.

    A template that names what a query does not show fails, and does not print nothing.
    """

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`obj.attribute`; raises AttributeError for what something shown does not have."""
        if _IS_SHOWN[type(obj)]:
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """`obj["argument"]`; of something shown it is no other than its attribute."""
        if _IS_SHOWN[type(obj)]:
            return getattr(obj, argument)
        return super().getitem(obj, argument)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The environment of every page: autoescaped; GOV.UK's macros need the lenient Undefined."""
    govuk = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    pages = Pages(
        loader=ChoiceLoader([FileSystemLoader(PAGES), govuk]),
        autoescape=True,
    )
    pages.filters |= {
        "date_long": date_long,
        "date_short": date_short,
        "time_london": time_london,
        "time_words": time_words,
        "with_query": with_query,
        "error_message": error_message,
        "page_of": page_of,
        "in_a_row": in_a_row,
    }
    pages.globals["static_url"] = static_url
    return pages


def render(template: str, **context: object) -> str:
    """A page as HTML: `template` is its path under templates/pages."""
    return environment().get_template(template).render(context)
