"""How the register writes text, numbers, days and addresses."""

import re
from collections.abc import Mapping
from datetime import date

from models.refusals import InvalidInput
from models.text import check_printable

LONGEST = 300  # characters; the longest names of trusts and sponsors have about two hundred
NOTHING = frozenset(
    {"", "not applicable", "not-applicable", "not recorded", "does not apply", "none", "unknown"}
)
_DAY = re.compile("([0-9]{2})[-/]([0-9]{2})[-/]([0-9]{4})")
_ISO = re.compile("([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ].*)?")
_URN = re.compile("[0-9]{6}")


class RowRejected(Exception):  # noqa: N818 - not an error: the row is listed with this reason
    """Why one row is not taken, in a sentence."""


def plain(text: str) -> str:
    """The text with single spaces, as people would copy it."""
    return " ".join(text.split())


def known(text: str) -> str | None:
    """The text, or None where the register says that there is nothing to say."""
    return None if text.casefold() in NOTHING else text


def urn_of(text: str) -> int:
    """A URN; raises RowRejected for anything but six digits."""
    if not _URN.fullmatch(text):
        raise RowRejected("The URN is not a number of six digits.")
    return int(text)


def number(column: str, text: str) -> int:
    """A code of at most four digits, with or without noughts before it; raises RowRejected."""
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise RowRejected(f"“{column}” is not a number: “{shortened(text)}”.")
    return int(text)


def day(column: str, text: str) -> date | None:
    """A day as DD-MM-YYYY, DD/MM/YYYY or YYYY-MM-DD; None for none. Raises RowRejected."""
    if not text:
        return None
    local, iso = _DAY.fullmatch(text), _ISO.fullmatch(text)
    try:
        if local:
            return date(int(local[3]), int(local[2]), int(local[1]))
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
    except ValueError:
        pass
    raise RowRejected(f"“{column}” is not a date, such as 31-08-2026: “{shortened(text)}”.")


def check_texts(texts: Mapping[str, str]) -> None:
    """Refuse what no letter could print, naming its column; raises RowRejected."""
    together = "".join(texts.values())
    if together.isascii() and together.isprintable() and len(together) <= LONGEST:
        return
    for column, text in texts.items():
        if len(text) > LONGEST:
            raise RowRejected(f"“{column}” is longer than {LONGEST} characters.")
        if "\ufffd" in text:
            raise RowRejected(f"“{column}” holds a character that cannot be read.")
        try:
            check_printable(column, text)
        except InvalidInput as refusal:
            words = refusal.message.removesuffix(" Remove it or use words.")
            raise RowRejected(f"“{column}”: {words}") from None


def address(*lines: str) -> list[str]:
    """The lines of an address that say something, each once."""
    return list(dict.fromkeys(line for line in lines if known(line)))


def shortened(text: str) -> str:
    """The beginning of what stands in a file, to be shown in a sentence."""
    shown = "".join(char if char.isprintable() else "�" for char in text)
    return shown if len(shown) <= 40 else f"{shown[:40]}…"
