"""What may be typed: checks at the border that refuse, in words, and never change what was given.

Every check raises `InvalidInput` for its field, with a message that can be read on its own, and
otherwise returns the value exactly as it came: nothing is stripped or normalised, so that the
record holds what the officer wrote.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

from models.refusals import InvalidInput

_FONTS = Path(__file__).parent.parent / "templates" / "letters" / "fonts"
_FACES = ("Regular", "Bold", "Italic", "BoldItalic")

# Control characters, lone surrogates, line and paragraph separators (Unicode general categories):
# PostgreSQL cannot store the first of them, UTF-8 cannot carry the second, the last break a line.
_NOT_TEXT = {"Cc", "Cs", "Zl", "Zp"}
_LINE_BREAKS = "\n\r\v\f\x85\u2028\u2029"
_LAYOUT = "\n\r\t"
_LITERAL_MARKS = "\u27e6\u27e7"
# Embeddings, overrides and isolates, and the deprecated format characters beside them: they change
# the order or shape of what is read, so that a letter could say something else than its record.
_BIDI_CONTROLS = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x2070))}

# RFC 5321 and 5322 without what no school uses: no quoted local part, no address literal, no
# domain without a dot. Non-ASCII domains have their ASCII (xn--) form.
_LOCAL_PART = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_DOMAIN = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])",
    re.ASCII | re.IGNORECASE,
)


def check_line(field: str, value: object, *, most: int = 200, required: bool = True) -> str:
    """One line of text of at most `most` characters, returned exactly as given.

    Emoji and right-to-left marks are accepted. Raises InvalidInput for anything but text, for line
    breaks, tabs and other control characters, for lone surrogates, for too many characters, and
    when `required` for text without a visible character.
    """
    text = _check_extent(field, value, most, required)
    if any(char in _LINE_BREAKS for char in text):
        raise _refusal(field, "must be one line. Remove the line break.")
    _check_is_text(field, text)
    return text


def is_text(value: object) -> bool:
    """Whether this is a line that could be stored, and so could be looked for in the database."""
    try:
        check_line("", value, required=False)
    except InvalidInput:
        return False
    return True


def check_prose(field: str, value: object, *, most: int = 20_000, required: bool = True) -> str:
    r"""Text of several lines, at most `most` characters, returned exactly as given.

    As `check_line`, but line breaks (\n or \r\n) and tabs are accepted.
    """
    text = _check_extent(field, value, most, required)
    _check_is_text(field, text.replace("\r\n", "\n"), accepted="\n\t")
    return text


def check_printable(field: str, value: str) -> str:
    """Text that can be printed in a letter, returned exactly as given.

    Every character needs a glyph in all four faces of the letters' font; line breaks and tabs are
    accepted. Raises InvalidInput, naming the first offending character, for any other, and for the
    letters' literal marks (U+27E6, U+27E7), bidirectional controls and private-use characters.
    """
    offenders = set(value) - _printable_characters()
    if offenders:
        offender = _first_of(offenders, value)
        raise _refusal(field, f"{offender} cannot be printed in a letter. Remove it or use words.")
    return value


def as_printed(text: str) -> str:
    """The text with a question mark for each character that the letters' font does not have."""
    printable = _printable_characters()
    return "".join(char if char in printable else "?" for char in text)


def check_email(field: str, value: object) -> str:
    """One e-mail address in ASCII, returned exactly as given.

    Raises InvalidInput for anything else: several addresses, a display name, spaces, line breaks,
    more than 254 characters (RFC 5321, section 4.5.3.1). Whether it exists is not asked.
    """
    text = _check_extent(field, value, most=254, required=True)
    local_part, _, domain = text.rpartition("@")
    well_formed = _LOCAL_PART.fullmatch(local_part) and _DOMAIN.fullmatch(domain)
    if not well_formed or len(local_part) > 64:
        raise _refusal(field, "must be one e-mail address, like name@school.example.")
    return text


def _check_extent(field: str, value: object, most: int, required: bool) -> str:
    if not isinstance(value, str):
        raise _refusal(field, "must be text.")
    if required and not any(_is_visible(char) for char in value):
        raise _refusal(field, "cannot be empty.")
    if len(value) > most:
        raise _refusal(field, f"must be {most:,} characters or fewer. This is {len(value):,}.")
    return value


def _check_is_text(field: str, text: str, *, accepted: str = "") -> None:
    offenders = {char for char in set(text) if unicodedata.category(char) in _NOT_TEXT}
    offenders.difference_update(accepted)
    if offenders:
        raise _refusal(field, f"{_first_of(offenders, text)} cannot be stored. Remove it.")


@cache
def _printable_characters() -> frozenset[str]:
    """The characters with a glyph in every face, and those that lay text out."""
    faces = (TTFont(_FONTS / f"LiberationSans-{face}.ttf").getBestCmap() for face in _FACES)
    with_glyph = set.intersection(*({chr(code) for code in cmap} for cmap in faces))
    private = {char for char in with_glyph if unicodedata.category(char) == "Co"}
    return frozenset(with_glyph - private - {*_LITERAL_MARKS} - _BIDI_CONTROLS | {*_LAYOUT})


def printed_width(text: str, size: float) -> float:
    """How wide a line is in points, in the letters' upright face at this size."""
    widths, em = _advances()
    return sum(widths.get(char, em) for char in text) / em * size


@cache
def _advances() -> tuple[dict[str, int], int]:
    """How far each character moves the line on, and the size of the face, in its own units."""
    font = TTFont(_FONTS / f"LiberationSans-{_FACES[0]}.ttf")
    advance = {name: width for name, (width, _) in font["hmtx"].metrics.items()}
    widths = {chr(code): advance[name] for code, name in font.getBestCmap().items()}
    return widths, font["head"].unitsPerEm


def _is_visible(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char) not in {"Cc", "Cf"}


def _first_of(chars: set[str], text: str) -> str:
    """The first of these characters in the text, in words."""
    return _named(text, next(index for index, char in enumerate(text) if char in chars))


def _named(text: str, index: int) -> str:
    """The character in words; one that cannot be seen, by its place as well."""
    char = text[index]
    code = f"U+{ord(char):04X}"
    if char.isprintable() and unicodedata.category(char)[0] != "M":
        return f"“{char}” ({code})"
    name = unicodedata.name(char, "").lower()
    before = text[:index].rpartition("\n")[2][-20:]
    return (
        f"the character {code}"
        + (f" ({name})" if name else "")
        + (f" after “{before}”" if before else "")
    )


def _refusal(field: str, message: str) -> InvalidInput:
    return InvalidInput(field, message[:1].upper() + message[1:])
