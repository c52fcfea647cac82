"""A value between the marks is text and nothing else, in all four renderings."""

from collections import Counter
from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.text import check_printable
from notifications.letters import parse, to_docx, to_html, to_pdf, to_text
from notifications.letters.document import Block, Heading, Inline, ListBlock, Paragraph, Table
from tests.support.letter_samples import EVERYWHERE, HOSTILE, letter
from tests.support.renderings import (
    docx_structure,
    docx_text,
    html_structure,
    html_text,
    pdf_structure,
    pdf_text,
    squeezed,
)

SHORT = [value for value in HOSTILE if len(value) < 200]
PLACES = EVERYWHERE.count("{v}")
# Characters that steer the layout and leave no mark on the paper.
UNSEEN = {"\u00ad", "\u200e", "\u200f"}


def filled(*values: str) -> str:
    return "\n".join(EVERYWHERE.replace("{v}", value) for value in values)


def shapes(blocks: Sequence[Block]) -> list[object]:
    """The blocks and the faces of their runs, without the text."""

    def faces(runs: Inline) -> list[tuple[bool, bool]]:
        return [(run.bold, run.italic) for run in runs]

    def shape(block: Block) -> object:
        match block:
            case Heading():
                return "heading", block.level, faces(block.runs)
            case Paragraph():
                return "paragraph", faces(block.runs)
            case ListBlock():
                return "list", block.start, [shapes(item) for item in block.items]
            case Table():
                return "table", [[faces(cell) for cell in row] for row in (block.head, *block.rows)]

    return [shape(block) for block in blocks]


@cache
def benign_structures(values: int) -> tuple[object, object]:
    """The PDF's and the Word document's structure with so many harmless values."""
    benign = letter(filled(*("x" * values)))
    return pdf_structure(to_pdf(benign)), docx_structure(to_docx(benign))


def words(blocks: Sequence[Block]) -> str:
    """All text of the blocks, without white space."""

    def text(block: Block) -> str:
        match block:
            case Heading() | Paragraph():
                return "".join(run.text for run in block.runs)
            case ListBlock():
                return "".join(words(item) for item in block.items)
            case Table():
                cells = [cell for row in (block.head, *block.rows) for cell in row]
                return "".join(run.text for cell in cells for run in cell)

    return squeezed("".join(text(block) for block in blocks))


def text_of(body: str) -> str:
    subject, blocks = parse(body)
    return squeezed(subject) + words(blocks)


def expected_text(*values: str) -> str:
    """What `filled(*values)` should say: each value in place of a character no value has."""
    whole = text_of(filled(*("\ue000" * len(values))))
    share = len(whole.split("\ue000")[1:]) // len(values)
    for value in values:
        whole = whole.replace("\ue000", squeezed(value), share)
    return whole


PRINTABLE_VALUES = st.text(
    st.one_of(
        st.sampled_from("#*_-+.|1 \n\\`>[]()!&;:<{}%$@=/~'\""),
        st.characters(min_codepoint=0x20, max_codepoint=0x17F, exclude_categories=("Cc",)),
    ),
    min_size=1,
    max_size=60,
).filter(lambda value: any(c.isalnum() for c in value) and "\n" not in value.strip("\n"))


def test_the_hostile_values_are_ones_that_a_letter_may_hold() -> None:
    assert len(HOSTILE) > 500
    for value in HOSTILE:
        assert check_printable("value", value) == value


def test_no_hostile_value_changes_the_structure() -> None:
    blocks = shapes(parse(filled("x"))[1])
    page = html_structure(to_html(letter(filled("x"))))
    paragraphs = to_text(letter(filled("x"))).count("\n\n")
    for value in HOSTILE:
        shown = value[:80]
        assert shapes(parse(filled(value))[1]) == blocks, shown
        assert html_structure(to_html(letter(filled(value)))) == page, shown
        assert to_text(letter(filled(value))).count("\n\n") == paragraphs, shown


def test_every_hostile_value_is_in_the_letter_as_it_was_given() -> None:
    for value in HOSTILE:
        wanted = squeezed(value)
        assert text_of(filled(value)) == expected_text(value), value[:80]
        # Once more than in the text: the subject is the page's title too.
        assert html_text(to_html(letter(filled(value)))).count(wanted) > PLACES, value[:80]
        assert squeezed(to_text(letter(filled(value)))).count(wanted) >= PLACES, value[:80]


@pytest.mark.parametrize("values", [SHORT[i : i + 40] for i in range(0, len(SHORT), 40)])
def test_no_hostile_value_changes_a_pdf_or_word_document(values: list[str]) -> None:
    hostile = letter(filled(*values))
    expected = expected_text(*values)
    pdf, word = to_pdf(hostile), to_docx(hostile)

    assert (pdf_structure(pdf), docx_structure(word)) == benign_structures(len(values))
    # Counted, not compared: Hebrew is drawn from the right.
    missing = Counter(expected) - Counter(pdf_text(pdf))
    assert set(missing) <= UNSEEN
    body = docx_text(word).partition("Subject")[2].replace("Pleasereplyby14December2026", "", 1)
    assert body.startswith(expected.removeprefix("Subject"))


@given(PRINTABLE_VALUES)
@settings(max_examples=300, deadline=None)
def test_no_printable_value_changes_the_structure(value: str) -> None:
    assert shapes(parse(filled(value))[1]) == shapes(parse(filled("x"))[1])
    assert text_of(filled(value)) == expected_text(value)
    assert html_structure(to_html(letter(filled(value)))) == html_structure(
        to_html(letter(filled("x")))
    )


@given(st.lists(PRINTABLE_VALUES, min_size=1, max_size=5))
@settings(max_examples=25, deadline=None)
def test_no_printable_value_changes_a_pdf_or_word_document(values: list[str]) -> None:
    hostile = letter(filled(*values))
    structures = pdf_structure(to_pdf(hostile)), docx_structure(to_docx(hostile))
    assert structures == benign_structures(len(values))
