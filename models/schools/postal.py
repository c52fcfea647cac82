"""Addresses on paper: what a print service delivers, and the order in which it posts.

Source: the measurements of GOV.UK Notify for letters: three to seven lines in the window of the
envelope, the last one a UK postcode or a country.
"""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from models.text import printed_width

FEWEST_LINES, MOST_LINES = 3, 7
LINE_WIDTH = (120 - 24.6) / 25.4 * 72  # points across the window
TYPE_SIZE = 9.5  # points, as in letter.typ
_POSTCODE = re.compile(r"(GIR|[A-Z]{1,2}[0-9][0-9A-Z]?) ?([0-9][A-Z]{2})")


def postcode(line: str) -> str | None:
    """A UK postcode as the Royal Mail writes it ("FM1 1AA"), if the line is one."""
    found = _POSTCODE.fullmatch(" ".join(line.upper().split()))
    return f"{found[1]} {found[2]}" if found else None


def address_trouble(lines: Sequence[str]) -> str:
    """Why a letter cannot be posted to this address, for people; nothing when it can."""
    if len(lines) < FEWEST_LINES:
        return f"The postal address has fewer than {FEWEST_LINES} lines."
    if not postcode(lines[-1]) and lines[-1].strip().casefold() not in _countries():
        return "The postal address does not end with a UK postcode or a country."
    if _printed_lines(lines) > MOST_LINES:
        return f"The postal address takes more than {MOST_LINES} lines in the envelope’s window."
    return ""


def fitted(lines: Sequence[str]) -> list[str]:
    """The same address in as many lines as the window has, where joining short ones does it.

    The first two lines and the last stay by themselves.
    """
    address = [line for line in (line.strip() for line in lines) if line]
    place = 2
    while _printed_lines(address) > MOST_LINES and place < len(address) - 2:
        joined = f"{address[place]}, {address[place + 1]}"
        if _lines_of(joined) == 1:
            address[place : place + 2] = [joined]
        else:
            place += 1
    return address


def posting_order(lines: Sequence[str], urn: int, place: int) -> str:
    """What sorts letters by postcode, then by school, then by their place there.

    Those that go abroad come last, by country.
    """
    last = lines[-1] if lines else ""
    code = postcode(last)
    area = f"0 {code}" if code else f"1 {last.casefold()}"
    return f"{area} {urn:06d} {place}"


def _printed_lines(lines: Sequence[str]) -> int:
    return sum(map(_lines_of, lines))


def _lines_of(line: str) -> int:
    """In how many lines of the window a line is printed."""
    count, width = 1, 0.0
    for word in line.split():
        wide = printed_width(word + " ", TYPE_SIZE)
        if width and width + wide > LINE_WIDTH:
            count, width = count + 1, 0.0
        width += wide
    return count


@cache
def _countries() -> frozenset[str]:
    """The usual English names of countries, from the time zone database."""
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return frozenset(name.casefold() for _, name in rows)
