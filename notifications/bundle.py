"""The print bundle: every letter that goes by post in one PDF, ready for both sides of the paper.

Each letter begins on a right-hand page. The frozen letters are read one by one and their pages
written out at once, so that the bundle takes as much memory as a letter and not as all of them:
what stays is where each object stands in the file, and which streams are there already.
"""

import hashlib
import io
import os
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import pikepdf

PAGES_OF_A_NODE = 200
# Of a page that stands by itself. What refers to the whole letter, its tags, stays behind.
_KEPT = ("/MediaBox", "/Resources", "/Rotate", "/Group", "/Contents")


@dataclass(frozen=True)
class Bundle:
    """A bundle that was written: its SHA-256 and its pages, those that are blank too."""

    sha256: str
    pages: int


def write_bundle(file: Path, part: Path, letters: Iterable[bytes]) -> Bundle:
    """Write these letters, PDF files as they were frozen, in this order.

    It is written to `part` and gets its name once it is whole and on disk; the same letters give
    the same bytes.
    """
    with part.open("wb") as content:
        written = _Writer(content)
        for letter in letters:
            written.add(letter)
        bundle = written.finish()
        content.flush()
        os.fsync(content.fileno())
    part.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return bundle


class _Writer:
    """Writes a PDF from its first byte to its last without going back."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._sha256 = hashlib.sha256()
        self._length = 0
        self._places = array("Q", [0])  # where each object begins, by its number
        self._streams: dict[bytes, int] = {}  # the number of each stream, by its digest
        self._nodes: list[tuple[int, int]] = []  # parts of the page tree, and the pages of each
        self._node, self._kids = 0, array("Q")
        self._pages = 0
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        self._root = self._number()

    def add(self, letter: bytes) -> None:
        """The pages of one letter, and a blank one where they would end on a right-hand page."""
        with pikepdf.open(io.BytesIO(letter)) as pdf:
            copied: dict[tuple[int, int], int] = {}
            for page in pdf.pages:
                self._page({name: page.obj[name] for name in _KEPT if name in page.obj}, copied)
            if len(pdf.pages) % 2:
                self._page({"/MediaBox": page.obj["/MediaBox"], "/Resources": {}}, copied)

    def finish(self) -> Bundle:
        """The page tree, where everything stands, and the end."""
        self._close_node()
        kids = " ".join(f"{number} 0 R" for number, _ in self._nodes)
        tree = f"<< /Type /Pages /Count {self._pages} /Kids [ {kids} ] >>"
        self._object(self._root, tree.encode())
        catalogue = self._number()
        self._object(catalogue, f"<< /Type /Catalog /Pages {self._root} 0 R >>".encode())
        begins = self._length
        count = len(self._places)
        self._write(f"xref\n0 {count}\n0000000000 65535 f \n".encode())
        for first in range(1, count, 10_000):
            places = self._places[first : first + 10_000]
            self._write(b"".join(b"%010d 00000 n \n" % place for place in places))
        trailer = (
            f"trailer\n<< /Size {count} /Root {catalogue} 0 R >>\nstartxref\n{begins}\n%%EOF\n"
        )
        self._write(trailer.encode())
        return Bundle(self._sha256.hexdigest(), self._pages)

    def _page(self, parts: dict[str, Any], copied: dict[tuple[int, int], int]) -> None:
        if not self._node:
            self._node = self._number()
        own = b" ".join(
            name.encode() + b" " + self._text(value, copied) for name, value in parts.items()
        )
        page = self._number()
        self._object(page, b"<< /Type /Page /Parent %d 0 R %b >>" % (self._node, own))
        self._kids.append(page)
        self._pages += 1
        if len(self._kids) == PAGES_OF_A_NODE:
            self._close_node()

    def _close_node(self) -> None:
        if not self._kids:
            return
        kids = " ".join(f"{page} 0 R" for page in self._kids)
        count = len(self._kids)
        node = f"<< /Type /Pages /Parent {self._root} 0 R /Count {count} /Kids [ {kids} ] >>"
        self._object(self._node, node.encode())
        self._nodes.append((self._node, count))
        self._node, self._kids = 0, array("Q")

    def _text(self, value: Any, copied: dict[tuple[int, int], int]) -> bytes:
        """A value as it stands in the bundle; what it refers to is written before."""
        if isinstance(value, pikepdf.Object) and value.is_indirect:
            key = value.objgen
            if key not in copied:
                copied[key] = self._copy(value, copied)
            return b"%d 0 R" % copied[key]
        return self._direct(value, copied)

    def _direct(self, value: Any, copied: dict[tuple[int, int], int]) -> bytes:
        match value:
            case pikepdf.Array():
                return b"[ " + b" ".join(self._text(item, copied) for item in value) + b" ]"
            case pikepdf.Dictionary() | dict():
                return self._dictionary(value, copied)
            case pikepdf.Object():
                return value.unparse()
            case None:
                return b"null"
            case bool():
                return b"true" if value else b"false"
            case Decimal():
                return format(value, "f").encode()
            case _:
                return str(value).encode()

    def _dictionary(self, value: Any, copied: dict[tuple[int, int], int]) -> bytes:
        parts = (
            pikepdf.Name(name).unparse() + b" " + self._text(part, copied)
            for name, part in value.items()
            if name != "/Length"  # of a stream, which says its own
        )
        return b"<< " + b" ".join(parts) + b" >>"

    def _copy(self, value: pikepdf.Object, copied: dict[tuple[int, int], int]) -> int:
        """Write an object of a letter; a stream that another letter has too is written once."""
        if not isinstance(value, pikepdf.Stream):
            number = self._number()
            copied[value.objgen] = number
            self._object(number, self._direct(value, copied))
            return number
        content = value.read_raw_bytes()
        about = self._dictionary(value, copied)[:-2] + b"/Length %d >>" % len(content)
        digest = hashlib.sha256(about + content).digest()
        if digest not in self._streams:
            number = self._streams[digest] = self._number()
            self._object(number, about + b"\nstream\n" + content + b"\nendstream")
        return self._streams[digest]

    def _number(self) -> int:
        self._places.append(0)
        return len(self._places) - 1

    def _object(self, number: int, content: bytes) -> None:
        self._places[number] = self._length
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, content))

    def _write(self, content: bytes) -> None:
        self._file.write(content)
        self._sha256.update(content)
        self._length += len(content)
