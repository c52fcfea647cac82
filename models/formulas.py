"""What a spreadsheet takes for a formula when it opens a text: a way to attack whoever opens it.

After OWASP's "CSV injection", and beyond it: what a spreadsheet strips before it looks (blanks of
any script, marks without a width) and the wide and small forms that some take for the sign itself.
"""

import re
import string
import unicodedata

_SIGNS = frozenset("=+-@")
_BREAKS = ("\t", "\r", "\n")  # some put what follows one into a cell of its own
# Separators, control characters, and formats such as a byte order mark or a zero-width space.
_BLANK_CATEGORIES = {"Zs", "Zl", "Zp", "Cc", "Cf"}
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and a symbol without ink
_PLAIN = frozenset(string.ascii_letters + string.digits)
# A number as people write it: a sum of money, a percentage, a telephone number, a dash for none.
_NUMBER = re.compile(r"[+-][\s\d.,:/()£$€%-]*")


def begins_formula(text: str) -> bool:
    """Whether a spreadsheet may take a cell with this text for a formula."""
    return bool(text) and (text.startswith(_BREAKS) or _begins_with_sign(_without_blanks(text)))


def harmless(text: str) -> str:
    """The text as it can stand in a cell of a CSV file: never a formula."""
    return f"'{text}" if begins_formula(text) else text


def is_written_as_formula(text: str) -> bool:
    """Whether a cell that others wrote begins like a formula and is no plain number."""
    if text[:1] in _PLAIN:
        return False  # nearly all of a large table
    shown = _without_blanks(text)
    return _begins_with_sign(shown) and not _NUMBER.fullmatch(shown)


def _without_blanks(text: str) -> str:
    for place, char in enumerate(text):
        if unicodedata.category(char) not in _BLANK_CATEGORIES and char not in _BLANK_LETTERS:
            return text[place:]
    return ""


def _begins_with_sign(text: str) -> bool:
    return bool(text) and unicodedata.normalize("NFKC", text[0])[0] in _SIGNS
