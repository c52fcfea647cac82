"""XML of strangers, read from front to back: nothing expands, nothing is fetched or kept."""

from collections.abc import Callable
from typing import IO
from xml.parsers import expat  # nosec B407 - declarations, which alone could expand, are refused

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
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
    declarations: bool = False,
) -> None:
    """Tell of each element; names are `namespace local`, or `local` without a namespace.

    A type of document may be declared only with `declarations`. Raises Unreadable.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    if not declarations:
        parser.StartDoctypeDeclHandler = _refuse
        parser.EntityDeclHandler = _refuse
    try:
        while piece := file.read(_PIECE):
            parser.Parse(piece)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError) as error:
        raise Unreadable(str(error)) from error


def _refuse(*_: object) -> None:
    raise Unreadable("a document of this kind declares nothing")
