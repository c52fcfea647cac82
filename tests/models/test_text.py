"""What may be typed, stored, printed and mailed to; printing is checked against Typst itself."""

import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from models.refusals import InvalidInput
from models.text import check_email, check_line, check_printable, check_prose

FONTS = Path(__file__).parents[2] / "templates" / "letters" / "fonts"
ANYTHING = st.text(st.characters(codec=None), max_size=60)
TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=60)


def message(check: Callable[..., Any], *args: object, **kwargs: object) -> str:
    """What the officer reads when the check refuses."""
    with pytest.raises(InvalidInput) as refused:
        check("summary", *args, **kwargs)
    [(field, text)] = refused.value.errors
    assert field == "summary"
    assert text == refused.value.message
    assert text.encode()
    return text


# --- lines and prose

KEPT = [
    "Fairwater Primary School",
    "  Ysgol Ŵyl — “Tŷ’r Ysgol” €5  ",
    "Jose\u0301",
    "Sunny Lane 🌞 School",
    "👩‍🏫",
    "בית ספר \u200f(Beit Sefer)\u200e",
    "\u202eabc\u202c",
    "\ufeffpasted\u200b",
    "⟦value⟧",
    "' OR 1=1; -- <b>&amp;</b> {{ 7 * 7 }} %s",
    "\uf001\U0010fffd",
]


@pytest.mark.parametrize("check", [check_line, check_prose])
@pytest.mark.parametrize("value", KEPT, ids=ascii)
def test_text_is_kept_exactly(check: Callable[..., Any], value: str) -> None:
    assert check("name", value) == value


@pytest.mark.parametrize(
    "value", ["a\nb", "a\r\nb", "\n", "a\tb\n\n", "\ta", "\r\na\r\n"], ids=ascii
)
def test_prose_keeps_its_lines_exactly(value: str) -> None:
    assert check_prose("summary", value, required=False) == value


@pytest.mark.parametrize("check", [check_line, check_prose])
@pytest.mark.parametrize("value", [None, 7, True, b"bytes", ["a"], {"a": "b"}], ids=ascii)
def test_only_text_is_text(check: Callable[..., Any], value: object) -> None:
    assert message(check, value) == "Must be text."
    assert message(check, value, required=False) == "Must be text."


@pytest.mark.parametrize("check", [check_line, check_prose])
@pytest.mark.parametrize("value", ["", " ", "\u00a0\u3000", "\u200b", " \ufeff\u200d"], ids=ascii)
def test_text_without_a_visible_character_is_empty(check: Callable[..., Any], value: str) -> None:
    assert message(check, value) == "Cannot be empty."
    assert check("summary", value, required=False) == value


@pytest.mark.parametrize("char", ["\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"], ids=ascii)
def test_a_line_is_one_line(char: str) -> None:
    expected = "Must be one line. Remove the line break."
    assert message(check_line, f"a{char}b") == expected
    assert message(check_line, f"a{char}") == expected
    assert message(check_line, f"{char}", required=False) == expected


CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]
SURROGATES = [chr(code) for code in (0xD800, 0xDC80, 0xDFFF)]


@pytest.mark.parametrize("char", [*CONTROLS, "\u2028", "\u2029", *SURROGATES], ids=ascii)
def test_control_characters_and_lone_surrogates_are_refused(char: str) -> None:
    message(check_line, f"a{char}b")
    if char not in "\n\t":
        code = f"U+{ord(char):04X}"
        assert code in message(check_prose, f"a{char}b")
        assert code in message(check_prose, f"a{char}b", required=False)


def test_a_lone_carriage_return_is_no_line_break() -> None:
    assert check_prose("summary", "a\r\nb") == "a\r\nb"
    for value in ("a\rb", "a\n\rb", "a\r\r\nb", "a\r"):
        assert "U+000D" in message(check_prose, value)


def test_a_character_that_cannot_be_seen_is_named_with_its_place() -> None:
    assert message(check_line, "Head\x00 teacher") == (
        "The character U+0000 after “Head” cannot be stored. Remove it."
    )
    assert message(check_prose, "first\n\x1b[31m") == (
        "The character U+001B cannot be stored. Remove it."
    )
    assert message(check_prose, "a\u2028b") == (
        "The character U+2028 (line separator) after “a” cannot be stored. Remove it."
    )


@pytest.mark.parametrize(("check", "most"), [(check_line, 200), (check_prose, 20_000)])
def test_length_is_counted_in_characters(check: Callable[..., Any], most: int) -> None:
    assert check("summary", "😀" * most) == "😀" * most
    assert check("summary", "abc", most=3) == "abc"
    assert message(check, "abcd", most=3) == "Must be 3 characters or fewer. This is 4."
    assert f"Must be {most:,} characters" in message(check, "é" * (most + 1))
    assert "Must be 3 characters" in message(check, "    ", most=3, required=False)


@given(TEXT)
def test_any_text_survives_both_checks(value: str) -> None:
    assert check_line("name", value, required=False) == value
    assert check_prose("name", value, required=False) == value


@given(ANYTHING)
def test_what_a_check_returns_is_what_it_was_given_and_can_be_stored(value: str) -> None:
    for check in (check_line, check_prose):
        try:
            kept = check("name", value)
        except InvalidInput:
            continue
        assert kept == value
        assert "\x00" not in kept
        assert kept.encode().decode() == value


# --- what can be printed


def accepted(char: str) -> bool:
    try:
        return check_printable("summary", char) == char
    except InvalidInput:
        return False


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Plain text, with £5, 50 % and “quotes” – and dashes — and more…",
        "Tŷ’r Ysgol Ŵyl, São Tomé, Łódź, Škofja, Ångström",
        "one\ntwo\r\nthree\tfour",
        "non\u00a0breaking, soft\u00adhyphen, 2 × 3 → 6, • item",
        "Ελένη, Мария, מרים",
        "Jose\u0301 and Zoe\u0308, with separate accents",
    ],
)
def test_printable_text_is_kept_exactly(value: str) -> None:
    assert check_printable("summary", value) == value


def test_the_offending_character_is_named() -> None:
    assert message(check_printable, "Well done 😀!") == (
        "“😀” (U+1F600) cannot be printed in a letter. Remove it or use words."
    )
    assert message(check_printable, "Head\ufeff of Service") == (
        "The character U+FEFF (zero width no-break space) after “Head” "
        "cannot be printed in a letter. Remove it or use words."
    )
    assert "U+20E3 (combining enclosing keycap) after “1”" in message(check_printable, "1\u20e3")


MARKS_AND_CONTROLS = [
    *"\u27e6\u27e7",
    *(chr(code) for code in range(0x202A, 0x202F)),
    *(chr(code) for code in range(0x2066, 0x2070)),
]


@pytest.mark.parametrize(
    "char",
    [
        *MARKS_AND_CONTROLS,
        *["\uf001", "\uf002", "\uf005", "\ue000", "\U0010fffd"],
        *["\u2060", "\ufeff", "\ufe0f", "中", "ก", "ا", "\x00", "\x0b", "\x7f", "\u2028"],
    ],
    ids=ascii,
)
def test_unprintable_characters_are_refused(char: str) -> None:
    assert f"U+{ord(char):04X}" in message(check_printable, f"a{char}b")


@pytest.mark.parametrize("weight", ["regular", "bold"])
@pytest.mark.parametrize("style", ["normal", "italic"])
def test_typst_prints_every_accepted_character_in_every_face(weight: str, style: str) -> None:
    """Typst refuses PDF/UA-1 and PDF/A-2a for a missing glyph or a private-use character."""
    chars = [chr(code) for code in range(0x20, 0x10000) if accepted(chr(code))]
    accents = [unicodedata.normalize("NFD", char) for char in chars]
    text = " ".join(chars + accents)
    assert len(chars) > 600
    assert check_printable("all", text) == text
    source = (
        '#set document(title: "Characters", date: datetime(year: 2026, month: 11, day: 23))\n'
        f'#set text(font: "Liberation Sans", weight: "{weight}", style: "{style}",'
        ' lang: "en", fallback: false)\n#sys.inputs.text'
    )
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )
    compiler = typst.Compiler(source.encode(), font_paths=fonts, sys_inputs={"text": text})
    pdf = compiler.compile(format="pdf", pdf_standards=["a-2a", "ua-1"])
    assert pdf.startswith(b"%PDF")


# --- e-mail addresses


@pytest.mark.parametrize(
    "value",
    [
        "head@school.example",
        "Pat.O'Brien+clerk@Fairwater-Primary.sch.example",
        "a@b.uk",
        "office_2@xn--caf-dma.example",
        "clerk@school.xn--p1ai",
        "x" * 64 + "@school.example",
        "a@" + ".".join(["b" * 60] * 4) + ".example",
    ],
)
def test_an_address_is_kept_exactly(value: str) -> None:
    assert check_email("email", value) == value


@pytest.mark.parametrize(
    "value",
    [
        "head",
        "@school.example",
        "head@",
        "head@school",
        "head@@school.example",
        "head@school@example.example",
        "head@school..example",
        "head@.school.example",
        "head@school.example.",
        "head@-school.example",
        "head@school-.example",
        "head@192.0.2.1",
        "head@[192.0.2.1]",
        "head@school.e",
        "head@school.1example",
        ".head@school.example",
        "head.@school.example",
        "he..ad@school.example",
        '"head teacher"@school.example',
        "Head <head@school.example>",
        "<head@school.example>",
        "mailto:head@school.example",
        "head@school.example, clerk@school.example",
        "head@school.example;clerk@school.example",
        " head@school.example",
        "head@school.example ",
        "he ad@school.example",
        "head@school.example\n",
        "head@school.example\r\nBcc: x@evil.example",
        "head\r\n@school.example",
        "head\x00@school.example",
        "head\t@school.example",
        "héad@school.example",
        "head@schoöl.example",
        "head@ſchool.example",
        "head@school.example\u200b",
        "head@" + "b" * 64 + ".example",
        "x" * 65 + "@school.example",
    ],
    ids=ascii,
)
def test_anything_but_one_address_is_refused(value: str) -> None:
    assert message(check_email, value) == ("Must be one e-mail address, like name@school.example.")


def test_an_address_is_text_of_at_most_254_characters() -> None:
    assert message(check_email, None) == "Must be text."
    assert message(check_email, " ") == "Cannot be empty."
    longest = "a@" + ".".join(["b" * 48] * 5) + ".example"
    assert len(longest) == 254
    assert check_email("email", longest) == longest
    assert "254" in message(check_email, "a" + longest)


@given(st.text("ab.@-_ \n,;<>\"'é\x00", max_size=30))
def test_no_accepted_address_holds_a_second_one(value: str) -> None:
    try:
        kept = check_email("email", value)
    except InvalidInput:
        return
    assert kept == value
    assert kept.count("@") == 1
    assert kept.isascii()
    assert not set(kept) & set(' \n,;<>"\x00')
