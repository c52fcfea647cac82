"""Letters: one document, four renderings that say the same."""

from notifications.letters.document import LetterDocument, Letterhead, Signatory, parse
from notifications.letters.docx import to_docx
from notifications.letters.html import LETTER_STYLE, to_html, to_html_fragment
from notifications.letters.pdf import to_pdf
from notifications.letters.text import to_text

__all__ = [
    "LETTER_STYLE",
    "LetterDocument",
    "Letterhead",
    "Signatory",
    "parse",
    "to_docx",
    "to_html",
    "to_html_fragment",
    "to_pdf",
    "to_text",
]
