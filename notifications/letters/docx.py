"""Letters as Word documents, for officers who work on one outside the product."""

import io
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime, time

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import _Cell
from docx.text.paragraph import Paragraph as DocxParagraph

from notifications.letters.document import (
    Block,
    Heading,
    Inline,
    LetterDocument,
    ListBlock,
    Paragraph,
    Run,
    Table,
    parse,
    plain,
)
from notifications.letters.wording import (
    CLOSING,
    DRAFT_NOTICE,
    contact_lines,
    copies_label,
    details,
    reply_request,
)

_INK = RGBColor(0x1D, 0x2B, 0x44)
_TEXT_WIDTH = Mm(210 - 25 - 22)


def to_docx(letter: LetterDocument) -> bytes:
    """The letter as a Word document; the same letter gives the same bytes.

    Raises ValueError when the text holds a control character, which XML cannot carry.
    """
    subject, blocks = parse(letter.body)
    document = docx.Document()
    _set_up(document, letter, subject)
    _opening(document, letter)
    document.add_heading(subject, 1)
    if request := reply_request(letter):
        _add(document, (Run(request, bold=True),))
    for block in blocks:
        _block(document, block)
    _ending(document, letter)
    return _same_bytes(document)


def _set_up(document: Document, letter: LetterDocument, subject: str) -> None:
    moment = datetime.combine(letter.date, time(), UTC)
    properties = document.core_properties
    properties.title = subject[:_LONGEST_PROPERTY]
    properties.author = properties.last_modified_by = letter.letterhead.council
    properties.created = properties.modified = moment
    properties.language = "en-GB"
    properties.comments = ""
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin, page.right_margin = Mm(25), Mm(22)
    page.top_margin, page.bottom_margin = Mm(15), Mm(22)
    _set_up_styles(document)
    _footer(page.footer.paragraphs[0], letter)


# The limit of the format, for a title.
_LONGEST_PROPERTY = 255


def _set_up_styles(document: Document) -> None:
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")
    sizes = {"Normal": 11, "Heading 1": 13, "Heading 2": 11.5, "Heading 3": 11}
    for name, size in sizes.items():
        style = document.styles[name]
        assert isinstance(style, ParagraphStyle)  # noqa: S101 - tells the type checker
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        fonts.attrib.clear()
        for script in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{script}"), "Arial")
        style.font.size = Pt(size)
        if name == "Normal":
            style.paragraph_format.space_after = Pt(8)
        else:
            style.font.color.rgb = _INK
            style.paragraph_format.space_before = Pt(12)
            style.paragraph_format.space_after = Pt(6)


def _footer(paragraph: DocxParagraph, letter: LetterDocument) -> None:
    if letter.draft:
        paragraph.add_run(f"{DRAFT_NOTICE}   ").bold = True
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for words, field in (("Page ", "PAGE"), (" of ", "NUMPAGES")):
        paragraph.add_run(words)
        simple = OxmlElement("w:fldSimple")
        simple.set(qn("w:instr"), field)
        paragraph._p.append(simple)


def _opening(document: Document, letter: LetterDocument) -> None:
    head = letter.letterhead
    if letter.draft:
        _add(document, (Run(DRAFT_NOTICE, bold=True),))
    council = document.add_paragraph()
    council.paragraph_format.space_after = Pt(0)
    name = council.add_run(head.council)
    name.bold, name.font.size, name.font.color.rgb = True, Pt(17), _INK
    document.add_paragraph(head.department)
    _lines(document, contact_lines(letter)).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _lines(document, letter.addressee)
    _lines(document, (f"{label}: {value}" for label, value in details(letter)))


def _ending(document: Document, letter: LetterDocument) -> None:
    closing = document.add_paragraph(CLOSING)
    closing.paragraph_format.keep_with_next = True
    closing.paragraph_format.space_after = Mm(14)
    signatory = letter.signatory
    _add(document, (Run(signatory.name, bold=True), Run(f"\n{signatory.job_title}")))
    if letter.copies:
        document.add_paragraph(copies_label(letter)).paragraph_format.keep_with_next = True
        for copy in letter.copies:
            document.add_paragraph(copy, "List Bullet")


def _block(document: Document, block: Block, depth: int = 0) -> None:
    match block:
        case Heading():
            _fill(document.add_heading("", block.level), block.runs)
        case Paragraph():
            _add(document, block.runs, "List Continue" + _SUFFIXES[depth] if depth else None)
        case ListBlock():
            _list(document, block, depth + 1)
        case Table():
            _table(document, block)


# Word has a style for each depth of a list; they end at three, as lists do here.
_SUFFIXES = {0: "", 1: "", 2: " 2", 3: " 3"}


def _list(document: Document, block: ListBlock, depth: int) -> None:
    style = ("List Bullet" if block.start is None else "List Number") + _SUFFIXES[depth]
    numbering = None if block.start is None else _numbering(document, style, block.start)
    for item in block.items:
        first, rest = (item[0], item[1:]) if item and isinstance(item[0], Paragraph) else ((), item)
        paragraph = _add(document, first.runs if isinstance(first, Paragraph) else (), style)
        if numbering is not None:
            paragraph._p.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = numbering
        for inner in rest:
            _block(document, inner, depth)


def _numbering(document: Document, style: str, start: int) -> int:
    """A numbering of the list's own: without it Word counts on from the list before."""
    numberings = document.part.numbering_part.element
    style_numbering = document.styles[style].element.pPr.numPr.numId.val
    abstract = numberings.num_having_numId(style_numbering).abstractNumId.val
    numbering = numberings.add_num(abstract)
    numbering.add_lvlOverride(ilvl=0).add_startOverride(start)
    return int(numbering.numId)


def _table(document: Document, block: Table) -> None:
    table = document.add_table(rows=1 + len(block.rows), cols=len(block.head), style="Table Grid")
    table.autofit = False
    widths = _widths(block)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    texts = (tuple(Run(run.text, True, run.italic) for run in cell) for cell in block.head)
    for row, runs in zip(table.rows, (tuple(texts), *block.rows), strict=True):
        for cell, width, inline in zip(row.cells, widths, runs, strict=True):
            _cell(cell, width, inline)
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    # Two tables that touch become one in Word.
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _cell(cell: _Cell, width: Length, runs: Inline) -> None:
    cell.width = width
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(2)
    _fill(paragraph, runs)


def _widths(block: Table) -> list[Length]:
    """The text's width, shared by the longest cell of each column within reason."""
    columns = zip(block.head, *block.rows, strict=True)
    shares = [min(max(8, *(len(plain(cell)) for cell in column)), 50) for column in columns]
    return [Length(_TEXT_WIDTH * share // sum(shares)) for share in shares]


def _add(document: Document, runs: Inline, style: str | None = None) -> DocxParagraph:
    paragraph = document.add_paragraph(style=style)
    _fill(paragraph, runs)
    return paragraph


def _lines(document: Document, lines: Iterable[str]) -> DocxParagraph:
    return _add(document, (Run("\n".join(lines)),))


def _fill(paragraph: DocxParagraph, runs: Inline) -> None:
    for run in runs:
        added = paragraph.add_run(run.text)
        # Nothing said is the style's own face: a heading stays bold.
        added.bold, added.italic = run.bold or None, run.italic or None


def _same_bytes(document: Document) -> bytes:
    """The file without the time of day, which python-docx writes into the archive."""
    written, result = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(result, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            target.writestr(entry, source.read(name), zipfile.ZIP_DEFLATED)
    return result.getvalue()
