"""XML of strangers, read from front to back: nothing expands, nothing is fetched or kept.

Only declared entities can expand, and declarations are refused (but in drawings, where expat holds
them within bounds).
"""

from collections.abc import Callable
from typing import IO
from xml.parsers import expat  # nosec B407

Attributes = dict[str, str]
_PIECE = 1 << 18
# A byte order mark or none, in any of the encodings that XML must have.
_BEGINNINGS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\0", b"\xfe\xff\0<", b"<\0", b"\0<")


class Unreadable(ValueError):  # noqa: N818 - what the file is, not a fault of ours
    """This is not well formed, or declares more than elements."""


def is_markup(head: bytes) -> bool:
    """Whether a content that begins so is read as XML."""
    return head.lstrip(b" \t\r\n").startswith(_BEGINNINGS)


def local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition(" ")[2]


def walk(
    file: IO[bytes],
    *,
    start: Callable[[str, Attributes], object],
    text: Callable[[str], None] | None = None,
    end: Callable[[], None] | None = None,
    doctype: bool = False,
    entities: bool = False,
) -> None:
    """Tell of each element; names are `namespace local`, or `local` without a namespace.

    Of the elements for which `start` answers with truth `text` is told what is written in them,
    and `end` that they end. A type of document may be declared only with `doctype`, entities only
    with `entities` (expat bounds how far they expand). Raises Unreadable.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    depth = 0

    def begin(name: str, said: Attributes) -> None:
        nonlocal depth
        if start(name, said) or depth:
            depth += 1  # of millions of cells and runs nobody asks for the text
            parser.CharacterDataHandler, parser.EndElementHandler = text, finish

    def finish(_: str) -> None:
        nonlocal depth
        depth -= 1
        if not depth:
            parser.CharacterDataHandler = parser.EndElementHandler = None
            if end:
                end()

    parser.StartElementHandler = begin
    if not doctype:
        parser.StartDoctypeDeclHandler = _refuse
    if not entities:
        parser.EntityDeclHandler = _refuse
    try:
        while piece := file.read(_PIECE):
            parser.Parse(piece)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError) as error:
        raise Unreadable(str(error)) from error


def _refuse(*_: object) -> None:
    raise Unreadable("a document of this kind declares nothing")
