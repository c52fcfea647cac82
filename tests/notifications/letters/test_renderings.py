"""What each rendering says, and that the PDF keeps to its standards."""

import hashlib
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
import page
import pytest
import typst
from docx.oxml.ns import qn
from fontTools.ttLib import TTFont

from models.refusals import InvalidInput
from models.text import check_printable
from notifications.letters import to_docx, to_html, to_html_fragment, to_pdf, to_text
from tests.support.letter_samples import BODY, EVERYWHERE, letter
from tests.support.renderings import (
    docx_structure,
    docx_text,
    html_structure,
    html_text,
    open_pdf,
    pdf_lines,
    pdf_structure,
    pdf_text,
    squeezed,
)

FONTS = Path(__file__).parents[3] / "templates" / "letters" / "fonts"
LONG_BODY = BODY + "\n⟦The action plan has not been started.⟧\n" * 70
LETTERS = {
    "plain": letter(),
    "draft": letter(draft=True),
    "long": letter(LONG_BODY),
    "bare": letter("", respond_by=None, copies=(), addressee=()),
    "odd": letter("- # a\n- - b\n-\n\n| |\n|-|\n\n| a | b |\n|---|---|\n\n7. x\n\n> y\n"),
    "full": letter(EVERYWHERE.replace("{v}", "W" * 200)),
}
SAID = [
    "Northmere County Council",
    "Children’s Services",
    "County Hall",
    "01632 960 001",
    "schools@northmere.example",
    "www.northmere.example",
    "ESC-2026-0042/3",
    "23 November 2026",
    "Mrs F. Adeyemi-Clarke",
    "NM4 7QP",
    "Please reply by 14 December 2026",
    "Dear Mrs Adeyemi-Clarke,",
    "After 14 December 2026",
    "Yours sincerely,",
    "Priya Raman",
    "Director of Children’s Services",
    "Copies to:",
    "Mr J. Okonkwo, Headteacher",
    "Diocese of Northmere",
]
RENDERED_TEXT = {
    "pdf": lambda document: pdf_text(to_pdf(document)),
    "docx": lambda document: docx_text(to_docx(document)),
    "html": lambda document: html_text(to_html_fragment(document)),
    "text": lambda document: squeezed(to_text(document)),
}


@pytest.mark.parametrize("form", RENDERED_TEXT)
def test_every_rendering_says_the_same(form: str) -> None:
    text = RENDERED_TEXT[form](letter())
    for words in SAID:
        assert squeezed(words) in text
    assert "draft" not in text.lower()


@pytest.mark.parametrize("form", RENDERED_TEXT)
def test_a_draft_says_so(form: str) -> None:
    assert "draft–notissued" in RENDERED_TEXT[form](letter(draft=True)).lower()


@pytest.mark.parametrize("form", RENDERED_TEXT)
def test_a_letter_without_reply_date_or_copies_asks_for_neither(form: str) -> None:
    text = RENDERED_TEXT[form](letter(respond_by=None, copies=()))
    assert "Pleasereply" not in text
    assert "Cop" not in text
    assert "Copyto:" in RENDERED_TEXT[form](letter(copies=("Diocese of Northmere",)))


@pytest.mark.parametrize("render", [to_pdf, to_docx, to_html, to_text])
def test_the_same_letter_gives_the_same_bytes(render: Callable[..., Any]) -> None:
    first = render(letter())
    assert render(letter(reference="ESC-2026-0042/4")) != first
    with ThreadPoolExecutor(2) as threads:
        assert set(threads.map(render, [letter()] * 4)) == {first}


def test_another_process_prints_the_same_bytes() -> None:
    program = (
        "import hashlib; from notifications.letters import to_docx, to_pdf;"
        "from tests.support.letter_samples import letter;"
        "print(hashlib.sha256(to_pdf(letter()) + to_docx(letter())).hexdigest())"
    )
    root = Path(__file__).parents[3]
    printed = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    here = hashlib.sha256(to_pdf(letter()) + to_docx(letter())).hexdigest()
    assert printed.stdout.strip() == here


# The PDF


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("profile", ["ua1", "2a"])
def test_pdfs_keep_to_their_standards(name: str, profile: str) -> None:
    report = page.validate_pdf_bytes(to_pdf(LETTERS[name]), profile=profile)
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    assert report.is_compliant


def test_the_pdf_declares_what_it_is() -> None:
    pdf = open_pdf(to_pdf(letter()))
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang) == "en-GB"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    with pdf.open_metadata() as xmp:
        assert (xmp["pdfuaid:part"], xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == (
            "1",
            "2",
            "A",
        )
        assert xmp["dc:title"] == "Formal letter about St Brannoc’s Primary School"
        assert xmp["dc:creator"] == ["Northmere County Council"]
        assert xmp["xmp:CreateDate"] == "2026-11-23T00:00:00Z"
    fonts = {str(font.BaseFont) for font in pdf.pages[0].Resources.Font.values()}
    assert fonts
    assert all("+LiberationSans" in font for font in fonts)


def test_headings_lists_and_tables_are_tagged() -> None:
    tags = [tag.lstrip("0123456789") for tag in pdf_structure(to_pdf(letter()))]
    assert [tag for tag in tags if tag.startswith("/H")] == ["/H1", "/H2", "/H3"]
    # Two lists of the body and the copies.
    assert (tags.count("/L"), tags.count("/LI")) == (3, 6)
    assert (tags.count("/TH"), tags.count("/TD")) == (2, 2)


def test_every_page_is_numbered() -> None:
    for document in (letter(LONG_BODY), letter(LONG_BODY, draft=True)):
        pages: dict[int, str] = {}
        for line in pdf_lines(to_pdf(document)):
            if line.baseline > 275:
                pages[line.page] = pages.get(line.page, "") + line.text
        notice = "Draft – not issued" if document.draft else ""
        assert list(pages.values()) == [f"{notice}Page {number} of 3" for number in (1, 2, 3)]


def test_the_address_stands_in_the_window_and_nothing_else_does() -> None:
    address = ("Mrs F. Adeyemi-Clarke", *(f"Line {number} gy" for number in range(2, 7)), "NM4 7QP")
    lines = [line for line in pdf_lines(to_pdf(letter(addressee=address))) if line.page == 1]
    # Rounded to a twentieth of a millimetre; a descender is a fifth of the size below the line.
    in_window = [
        line.text for line in lines if line.left < 120 and 39.5 < line.baseline < 66.3 + 10
    ]
    assert squeezed("".join(in_window)) == squeezed("".join(address))
    placed = [line for line in lines if line.text in address]
    assert len(placed) == 7
    for line in placed:
        assert line.left >= 24.59
        size = line.size * 25.4 / 72
        assert line.baseline - 0.73 * size >= 39.5
        assert line.baseline + 0.21 * size <= 66.3


def test_the_text_starts_below_the_window_and_keeps_the_margins() -> None:
    for name, document in LETTERS.items():
        lines = pdf_lines(to_pdf(document))
        heading = next(line for line in lines if line.size == 13 or "Draft" in line.text)
        assert heading.page == 1, name
        assert heading.baseline - 13 * 0.73 * 25.4 / 72 >= 95, name
        for line in lines:
            assert line.left >= 15, name
            assert 5 < line.baseline < 292, name


def test_a_long_address_moves_the_letter_down() -> None:
    address = tuple(f"Line {number} " + "of a very long address " * 8 for number in range(12))
    lines = pdf_lines(to_pdf(letter(addressee=address)))
    last = max((line.page, line.baseline) for line in lines if "of a very long" in line.text)
    subject = next((line.page, line.baseline) for line in lines if line.size == 13)
    assert subject > last


def test_a_word_too_long_for_a_line_stays_on_the_page() -> None:
    lines = pdf_lines(to_pdf(letter("# S\n\n⟦" + "W" * 20_000 + "⟧\n")))
    printed = [line for line in lines if squeezed(line.text).strip("W") == ""]
    assert sum(line.text.count("W") for line in printed) == 20_000
    widest_letter = 0.944 * 11 * 25.4 / 72
    assert max(line.left + line.text.count("W") * widest_letter for line in printed) <= 195


def test_the_signature_never_stands_alone() -> None:
    for paragraphs in range(8, 24):
        lines = pdf_lines(to_pdf(letter("# S\n\n" + "⟦Some words.⟧\n\n" * paragraphs)))
        pages = {line.text: line.page for line in lines}
        signed = pages["Yours sincerely,"]
        assert any(line.page == signed and "Some words" in line.text for line in lines)
        assert pages["Priya Raman"] == signed


def test_every_character_a_letter_may_hold_can_be_printed() -> None:
    accepted = []
    for code in TTFont(FONTS / "LiberationSans-Regular.ttf").getBestCmap():
        with suppress(InvalidInput):
            accepted.append(check_printable("value", chr(code)))
    assert len(accepted) > 2_000
    value = " ".join(accepted)
    body = f"# S ⟦{value}⟧\n\n⟦{value}⟧\n\n**⟦{value}⟧** *⟦{value}⟧* ***⟦{value}⟧***\n"
    document = letter(body, addressee=(value,), copies=(value,))
    assert page.is_pdf_compliant_bytes(to_pdf(document), profile="ua1")
    assert squeezed(value) in docx_text(to_docx(document))


def test_a_character_without_a_glyph_is_refused_and_not_left_out() -> None:
    with pytest.raises(typst.TypstError, match="😀"):
        to_pdf(letter("# S\n\n⟦😀⟧"))


# The Word document


def test_the_word_document_has_real_headings_lists_and_tables() -> None:
    structure = docx_structure(to_docx(letter()))
    styles = [part.split()[1] for part in structure if part.startswith("p ")]
    assert [style for style in styles if style.startswith("Heading")] == [
        "Heading1",
        "Heading2",
        "Heading3",
    ]
    lists = [style for style in styles if style.startswith("List")]
    assert lists == ["ListNumber", "ListNumber", *["ListBullet2"] * 2, *["ListBullet"] * 2]
    assert structure.count("tbl") == 1


def test_the_word_document_knows_its_title_author_language_and_date() -> None:
    document = docx.Document(io.BytesIO(to_docx(letter())))
    properties = document.core_properties
    assert properties.title == "Formal letter about St Brannoc’s Primary School"
    assert properties.author == "Northmere County Council"
    assert properties.language == "en-GB"
    assert properties.created.replace(tzinfo=None) == datetime(2026, 11, 23)  # noqa: DTZ001
    assert {
        language.get(qn("w:val")) for language in document.styles.element.iter(qn("w:lang"))
    } == {"en-GB"}


def test_word_tables_fill_the_width_and_repeat_their_head() -> None:
    document = docx.Document(io.BytesIO(to_docx(letter())))
    (table,) = document.tables
    section = document.sections[0]
    widths = [column.width for column in table.columns]
    text_width = section.page_width - section.left_margin - section.right_margin
    assert sum(widths) == pytest.approx(text_width, rel=0.01)
    assert [cell.width for cell in table.rows[1].cells] == widths
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_each_word_list_counts_from_its_own_number() -> None:
    file = to_docx(letter("# S\n\n1. a\n2. b\n\nthen\n\n1. c\n\nthen\n\n7. d\n"))
    document = docx.Document(io.BytesIO(file))
    used = [
        paragraph._p.pPr.numPr.numId.val
        for paragraph in document.paragraphs
        if paragraph.style.name == "List Number"
    ]
    assert used[0] == used[1]
    assert len(set(used)) == 3
    numbering = document.part.numbering_part.element
    starts = [
        numbering.num_having_numId(number).lvlOverride_lst[0].startOverride.val for number in used
    ]
    assert starts == [1, 1, 1, 7]


def test_the_word_footer_counts_pages() -> None:
    with zipfile.ZipFile(io.BytesIO(to_docx(letter(draft=True)))) as file:
        footer = file.read("word/footer1.xml").decode()
    assert "PAGE" in footer
    assert "NUMPAGES" in footer
    assert "Draft – not issued" in footer


# HTML and text


def test_the_page_is_whole_and_the_fragment_is_its_letter() -> None:
    whole, fragment = to_html(letter()), to_html_fragment(letter())
    assert fragment in whole
    tags = html_structure(whole)
    assert tags[0] == "html [('lang', 'en-GB')]"
    assert not [tag for tag in tags if "style=" in tag or "'style'" in tag or "src" in tag]
    assert not [tag for tag in tags if "'id'" in tag]
    assert "th [('scope', 'col')]" in tags


def test_the_text_reads_well() -> None:
    assert to_text(letter()) == (Path(__file__).parent / "letter.txt").read_text(encoding="utf-8")
