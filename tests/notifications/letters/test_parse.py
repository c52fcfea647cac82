"""How a letter's body is read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.letters import parse, to_html, to_text
from notifications.letters.document import Heading, ListBlock, Paragraph, Run, Table
from tests.support.letter_samples import BODY, letter


def only(body: str) -> object:
    _, blocks = parse(body)
    (block,) = blocks
    return block


def paragraph(text: str) -> Paragraph:
    return Paragraph((Run(text),))


def test_a_whole_letter_becomes_its_subject_and_its_blocks() -> None:
    subject, blocks = parse(BODY)
    assert subject == "Formal letter about St Brannoc’s Primary School"
    assert blocks == (
        paragraph("Dear Mrs Adeyemi-Clarke,"),
        Paragraph(
            (
                Run(
                    "I write about St Brannoc’s Primary School, and I ask the governing body for a "
                ),
                Run("full", bold=True),
                Run(" reply."),
            )
        ),
        Heading(2, (Run("What concerns us"),)),
        paragraph("Attainment has fallen for three years."),
        ListBlock(
            1,
            (
                (Paragraph((Run("Agree an "), Run("action plan", italic=True), Run("."))),),
                (
                    paragraph("Send us:"),
                    ListBlock(None, ((paragraph("the minutes;"),), (paragraph("the timetable."),))),
                ),
            ),
        ),
        Heading(3, (Run("What happens next"),)),
        Table(
            ((Run("Step"),), (Run("When"),)),
            (((Run("Warning notice"),), (Run("After 14 December 2026"),)),),
        ),
    )


@pytest.mark.parametrize("body", ["", " \n", "⟦⟧", "# \n", "# ⟦ ⟧"])
def test_a_body_that_says_nothing_still_has_a_subject(body: str) -> None:
    assert parse(body) == ("Letter", ())


@pytest.mark.parametrize("body", ["Dear Sir,", "## Concerns\n\nDear Sir,", "- Dear Sir,"])
def test_a_body_that_starts_otherwise_has_a_plain_subject(body: str) -> None:
    assert parse(body)[0] == "Letter"


def test_a_subject_is_one_line_whatever_its_value_holds() -> None:
    assert parse("# About **⟦St\n\nBrannoc’s⟧**\n")[0] == "About St Brannoc’s"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("# S\n\n# a", [2]),
        ("# S\n\n### a", [2]),
        ("# S\n\n## a\n\n### b\n\n###### c\n\n# d\n\n#### e", [2, 3, 3, 2, 3]),
        ("### a", [2]),
    ],
)
def test_headings_never_skip_a_level(typed: str, read: list[int]) -> None:
    assert [block.level for block in parse(typed)[1] if isinstance(block, Heading)] == read


def test_a_value_that_is_a_paragraph_of_its_own_may_hold_several() -> None:
    assert parse("⟦one\r\ntwo\n \n\nthree\n⟧")[1] == (paragraph("one\ntwo"), paragraph("three"))


def test_a_line_break_in_a_value_is_one_in_the_letter() -> None:
    assert only("At ⟦County Hall\nNorthmere\n⟧ today") == paragraph(
        "At County Hall\nNorthmere today"
    )


def test_lines_typed_one_below_the_other_are_one_paragraph() -> None:
    assert only("one\ntwo  \nthree") == paragraph("one two\nthree")


@pytest.mark.parametrize("text", ["a ⟦ b", "a ⟧ b", "⟧a⟦", "⟦⟦ b", "a ⟧⟧"])
def test_a_mark_without_its_partner_is_text(text: str) -> None:
    assert only(text) == paragraph(text)


def test_private_use_characters_that_were_typed_are_text() -> None:
    typed = "\U000f0000\U00100000 \U000f0000 \U00100000 \ue000"
    assert only(f"{typed} ⟦value⟧") == paragraph(f"{typed} value")


def test_an_unclosed_direction_override_does_not_turn_the_rest_round() -> None:
    assert only("⟦a\u202eb⟧ c \u2067d") == paragraph("ab c d")


@pytest.mark.parametrize(
    "text",
    [
        "> quoted",
        "`code`",
        "~~gone~~",
        "[a](https://b.example)",
        "<b>bold</b>",
        "&amp;",
        "https://a.example",
        "a \\* b",
        "---",
        "a | b",
        "![x](y.png)",
        "    indented".strip(),
    ],
)
def test_what_the_subset_does_not_have_is_text(text: str) -> None:
    assert only(text) == paragraph(text)


def test_a_row_longer_than_its_head_loses_nothing() -> None:
    table = only("| A |\n|---|\n| 1 | 2 |\n|")
    assert table == Table(((Run("A"),), ()), (((Run("1"),), (Run("2"),)), ((), ())))


def test_a_list_nested_too_deeply_loses_nothing() -> None:
    assert "- - - x" in to_text(letter("# S\n\n" + "- " * 6 + "x"))


def test_a_heading_in_a_list_opens_no_section() -> None:
    assert only("- # a") == ListBlock(None, ((Paragraph((Run("a", bold=True),)),),))


ANY_TEXT = st.text(st.characters(exclude_categories=()))
TEXT_FULL_OF_MARKUP = st.text(
    "#*_-+.|1 \n\t\r\\`>[]()!&;:<⟦⟧x\U000f0000\U00100000\u2028", max_size=200
)


@given(st.one_of(ANY_TEXT, TEXT_FULL_OF_MARKUP))
@settings(max_examples=500, deadline=None)
def test_any_text_is_a_letter(body: str) -> None:
    subject, _ = parse(body)
    assert subject.strip()
    assert to_html(letter(body)).endswith("</html>\n")
    assert max(map(len, to_text(letter(body)).splitlines())) <= 72


@given(TEXT_FULL_OF_MARKUP)
@settings(max_examples=500, deadline=None)
def test_no_word_that_was_typed_is_lost(body: str) -> None:
    said = to_text(letter("# S\n\n" + body)).count("x")
    assert said - to_text(letter("# S\n")).count("x") >= body.count("x")
