"""Letters as PDF: accessible (PDF/UA-1) and fit for the archive (PDF/A-2a)."""

import json
import re
import threading
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, cast

import typst

from notifications.letters.document import (
    Block,
    Heading,
    Inline,
    LetterDocument,
    ListBlock,
    Paragraph,
    Table,
    parse,
)
from notifications.letters.wording import (
    CLOSING,
    DRAFT_NOTICE,
    contact_lines,
    copies_label,
    details,
    reply_request,
)

_LAYOUT = Path(__file__).parents[2] / "templates" / "letters" / "letter.typ"
_THREAD = threading.local()


def to_pdf(letter: LetterDocument) -> bytes:
    """The letter as PDF/A-2a and PDF/UA-1; the same letter gives the same bytes.

    Raises typst.TypstError when a character has no glyph in the letter's fonts: the standards
    forbid to print a box in its place.
    """
    pdf = _compiler().compile(
        format="pdf",
        sys_inputs={"letter": json.dumps(_data(letter), ensure_ascii=False)},
        pdf_standards=["a-2a", "ua-1"],
        timestamp=datetime.combine(letter.date, time(), UTC),
    )
    return cast(bytes, pdf)


@cache
def fonts() -> typst.Fonts:
    """The fonts that travel with the layout alone: any machine prints the same."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[_LAYOUT.parent / "fonts"],
    )


def _compiler() -> typst.Compiler:
    # A compiler belongs to its thread, and must not cross a fork.
    if not hasattr(_THREAD, "compiler"):
        _THREAD.compiler = typst.Compiler(_LAYOUT, root=_LAYOUT.parent, font_paths=fonts())
    return cast(typst.Compiler, _THREAD.compiler)


def _data(letter: LetterDocument) -> dict[str, Any]:
    subject, blocks = parse(letter.body)
    return {
        "title": subject,
        "subject": _broken(subject),
        "date": {"year": letter.date.year, "month": letter.date.month, "day": letter.date.day},
        "letterhead": {
            "council": letter.letterhead.council,
            "department": letter.letterhead.department,
            "contact": [_broken(line) for line in contact_lines(letter)],
        },
        "details": [[label, _broken(value)] for label, value in details(letter)],
        "addressee": [_broken(line) for line in letter.addressee],
        "respond_by": reply_request(letter),
        "blocks": [_node(block) for block in blocks],
        "closing": CLOSING,
        "signatory": {"name": letter.signatory.name, "job_title": letter.signatory.job_title},
        "copies_label": copies_label(letter),
        "copies": [_broken(line) for line in letter.copies],
        "draft": letter.draft,
        "draft_notice": DRAFT_NOTICE,
    }


def _node(block: Block) -> dict[str, Any]:
    match block:
        case Heading():
            return {"kind": "heading", "level": block.level, "runs": _runs(block.runs)}
        case Paragraph():
            return {"kind": "paragraph", "runs": _runs(block.runs)}
        case ListBlock():
            return {
                "kind": "bullets" if block.start is None else "numbers",
                "start": block.start,
                "items": [[_node(inner) for inner in item] for item in block.items],
            }
        case Table():
            longest = max(_LONGEST_IN_CELL, _LONGEST // len(block.head))
            return {
                "kind": "table",
                "head": [_runs(cell, longest) for cell in block.head],
                "rows": [[_runs(cell, longest) for cell in row] for row in block.rows],
            }


# In characters: the widest letter this many times still fits its line.
_LONGEST = 36
_LONGEST_IN_CELL = 20


def _runs(runs: Inline, longest: int = _LONGEST) -> list[dict[str, Any]]:
    return [
        {"text": _broken(run.text, longest), "bold": run.bold, "italic": run.italic} for run in runs
    ]


def _broken(text: str, longest: int = _LONGEST) -> str:
    """The text with places to break in words too long for a line, which would leave the page."""
    return re.sub(rf"\S{{{longest}}}(?=\S)", "\\g<0>\u200b", text)
