"""What the pages' filters print, and that the committed stylesheet is the one the pages need."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from web.rendering import (
    PAGES,
    STATIC,
    date_long,
    date_short,
    environment,
    error_message,
    static_url,
    time_london,
    with_query,
)


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 12, 14, 9, 5, tzinfo=UTC), "14 December 2026 at 9:05am"),
        (datetime(2026, 6, 1, 8, 0, tzinfo=UTC), "1 June 2026 at 9am"),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), "1 July 2026 at midnight"),
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), "1 July 2026 at 12:30am"),
        (datetime(2026, 1, 5, 12, 0, tzinfo=UTC), "5 January 2026 at midday"),
        (datetime(2026, 1, 5, 12, 30, tzinfo=UTC), "5 January 2026 at 12:30pm"),
        # The hour that happens twice when summer time ends.
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "25 October 2026 at 1:30am"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "25 October 2026 at 1:30am"),
    ],
)
def test_times_are_shown_in_london(moment: datetime, shown: str) -> None:
    assert time_london(moment) == shown


def test_dates() -> None:
    assert date_long(date(2026, 12, 4)) == "4 December 2026"
    assert date_short(date(2026, 12, 4)) == "4 Dec 2026"
    assert date_long(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == "1 July 2026"


@pytest.mark.parametrize("shown", [date_long, date_short, time_london])
def test_a_time_without_a_zone_is_refused(shown: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="needs its time zone"):
        shown(datetime(2026, 6, 30, 23, 30))  # noqa: DTZ001


def test_with_query_changes_only_what_it_is_told() -> None:
    assert with_query("/escalations", page=2) == "/escalations?page=2"
    address = "/escalations?query=St+Mary%26Co&step=a&step=b&page=4#list"
    assert with_query(address, page=None, sort="-due") == (
        "/escalations?query=St+Mary%26Co&step=a&step=b&sort=-due#list"
    )


def test_error_message_is_the_fields_first() -> None:
    errors = [
        {"field": "summary", "message": "Enter a summary", "href": "#summary"},
        {"field": "summary", "message": "Too long", "href": "#summary"},
    ]
    assert error_message(errors, "summary") == {"text": "Enter a summary"}
    assert error_message(errors, "urn") is None
    assert error_message(None, "urn") is None


def test_an_unknown_state_is_still_readable() -> None:
    tags = environment().get_template("components/tags.html").module
    assert "Handed over" in tags.state_tag("handed_over")
    assert "Refused" in tags.state_tag("failed")


def test_a_single_page_has_no_pagination() -> None:
    lists = environment().get_template("components/lists.html").module
    assert lists.pagination(1, 1, "/escalations").strip() == ""


def test_every_own_class_of_the_pages_is_in_the_stylesheet() -> None:
    styles = (STATIC / "scc.css").read_text()
    for template in PAGES.rglob("*.html"):
        for name in re.findall(r"\bscc-[a-z-]+(?:__[a-z-]+)?", template.read_text()):
            assert f".{name.rstrip('-')}" in styles, f"{template.name}: {name}"


def test_the_stylesheet_carries_no_font_and_nothing_from_elsewhere() -> None:
    styles = (STATIC / "scc.css").read_text()
    assert "GDS Transport" not in styles
    assert "@font-face" not in styles
    assert "crest" not in styles
    assert re.findall(r"@import|url\([\"']?(?:\w+:|//)", styles) == []


def test_a_static_address_changes_with_the_file() -> None:
    assert re.fullmatch(r"/static/scc\.css\?v=[0-9a-f]{12}", static_url("scc.css"))
