"""A letter as a file: the frozen bytes of an issued one, any other as it stands."""

from collections.abc import Callable
from dataclasses import dataclass

from models.database import read
from models.letters.shown import issued_file
from models.letters.tables import Letter
from models.matters.at_hand import see_row
from models.people.access import Reader
from models.refusals import NotFound
from notifications.issuing import letter_document
from notifications.letters import LetterDocument, to_docx, to_html, to_pdf, to_text
from web.door import Door

FORMATS: dict[str, tuple[str, Callable[[LetterDocument], bytes]]] = {
    "pdf": ("application/pdf", to_pdf),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", to_docx),
    "html": ("text/html; charset=utf-8", lambda letter: to_html(letter).encode()),
    "txt": ("text/plain; charset=utf-8", lambda letter: to_text(letter).encode()),
}


@dataclass(frozen=True)
class LetterFile:
    """One rendering, with the name under which it is kept: reference and number of the letter."""

    content: bytes
    media_type: str
    name: str


def letter_file(door: Door, reader: Reader, letter_id: int, format: str) -> LetterFile:
    """A letter in one of `FORMATS`. Raises NotFound. Rendering takes a while: not for the loop."""
    if format not in FORMATS:
        raise NotFound(f"A letter can be had as: {', '.join(FORMATS)}.")
    media_type, render = FORMATS[format]
    with read(door.engine) as session:
        content = issued_file(session, reader, letter_id, format)
        letter = see_row(session, reader, Letter, letter_id)
        document = letter_document(session, door.policy, letter, today=door.today)
    name = f"{document.reference.replace('/', '-')}.{format}"
    return LetterFile(render(document) if content is None else content, media_type, name)
