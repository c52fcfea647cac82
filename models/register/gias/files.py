"""A file of the register: which one it is, whether it is whole, and its rows one by one.

Columns are found by their names, never by their place: exports have between 120 and 135 of them,
and their order has changed. What is wrong with a file as a whole raises InvalidInput with what to
do about it; what is wrong with one row is told with that row, and the others go on.
"""

import csv
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

from models.refusals import InvalidInput
from models.register.gias.establishments import COLUMNS as ESTABLISHMENT_COLUMNS
from models.register.gias.groups import GROUP_COLUMNS, LINK_COLUMNS
from models.register.tables import RegisterFile

_CHUNK = 1 << 20
# Old exports hold bytes of Windows-1252 that somebody's program took for control characters before
# it wrote UTF-8: U+0092 is an apostrophe.
_MISTAKEN = {
    code: char
    for code in range(0x80, 0xA0)
    if (char := bytes([code]).decode("cp1252", "replace")) != "\ufffd"
}
LONGEST_LINE = 1 << 20  # bytes; the register's own have about a thousand
NEEDED = {
    RegisterFile.ESTABLISHMENTS: ESTABLISHMENT_COLUMNS,
    RegisterFile.GROUP_LINKS: LINK_COLUMNS,
    RegisterFile.GROUPS: GROUP_COLUMNS,
}
AGAIN = "Download it again from Get Information About Schools, and give that file."


@dataclass(frozen=True)
class Examined:
    """What is known of a file before its rows are read; `lines` is about how many rows it has."""

    sha256: str
    lines: int


@dataclass(frozen=True, slots=True)
class Record:
    """One row: the values of the needed columns in their order, or why it cannot be read.

    `row` counts the line of column names as 1, as a spreadsheet shows it. `urn` is the URN, or the
    group's number, as it stands in the file.
    """

    row: int
    urn: str
    values: tuple[str, ...]
    rejection: str = ""


def examine(path: Path, again: str = AGAIN) -> Examined:
    """Look at every byte once. Raises InvalidInput for what is no text, or nothing.

    `again` says where the file is to be had.
    """
    digest, lines, start = hashlib.sha256(), 0, b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            start = start or chunk[:512]
            _check_text(start, chunk, again)
            digest.update(chunk)
            lines += chunk.count(b"\n")
    if not start.strip(b"\xef\xbb\xbf\r\n\t ,"):
        raise _refusal("The file is empty.", again)
    return Examined(digest.hexdigest(), lines)


def _check_text(start: bytes, chunk: bytes, again: str) -> None:
    if start.startswith(b"PK\x03\x04"):
        raise _refusal(
            "This is a spreadsheet or a zip file, not a CSV file.",
            "Unpack the zip, or save the spreadsheet as “CSV UTF-8”, and give that file.",
        )
    if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise _refusal("This is a web page, not a CSV file: the download failed.", again)
    if b"\0" in chunk:
        raise _refusal(
            "The file holds NUL bytes, which no CSV file does: it is damaged, or of another kind.",
            again,
        )


class RegisterRows:
    """The rows of an open file, to be iterated over once; `file` says which file it is."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._reader = csv.reader(lines, strict=True)
        self._row = 0
        header = [" ".join(name.split()) for name in self._next() or []]
        self.file = _which(header)
        needed = NEEDED[self.file]
        _check_columns(header, needed)
        self._width = len(header)
        self._take = itemgetter(*(header.index(name) for name in needed))
        self._key = header.index(needed[0])

    def __iter__(self) -> Iterator[Record]:
        """Each row; one with too few fields is held back, for as the last one it is no row."""
        short: Record | None = None
        empty = True
        while (fields := self._next()) is not None:
            if not any(map(str.strip, fields)):
                continue
            empty = False
            if short is not None:
                yield short
                short = None
            if len(fields) == self._width:
                values = self._take(fields)
                yield Record(self._row, fields[self._key].strip(), values)
                continue
            record = self._rejected(fields)
            if len(fields) < self._width:
                short = record
            else:
                yield record
        if short is not None:
            raise _refusal(
                f"The file ends in the middle of row {short.row}: it was not saved or downloaded "
                "whole.",
                AGAIN,
            )
        if empty:
            raise _refusal("The file has no rows below the names of its columns.", AGAIN)

    def _rejected(self, fields: list[str]) -> Record:
        urn = fields[self._key].strip() if len(fields) > self._key else ""
        found, named = f"{len(fields)} fields", f"{self._width} columns"
        return Record(self._row, urn, (), f"It has {found}, and the file names {named}.")

    def _next(self) -> list[str] | None:
        self._row += 1
        try:
            return next(self._reader, None)
        except csv.Error as error:
            if "unexpected end" in str(error) or "field limit" in str(error):
                what = "A quotation mark is opened in or after row {} and never closed."
            else:
                what = "Row {} is not a row of a CSV file."
            raise _refusal(f"{what.format(self._row)} The file is damaged.", AGAIN) from None


def _which(header: list[str]) -> RegisterFile:
    if "Group UID" in header:
        return RegisterFile.GROUP_LINKS if "URN" in header else RegisterFile.GROUPS
    if "URN" in header or "EstablishmentName" in header:
        return RegisterFile.ESTABLISHMENTS
    raise _refusal(
        "This is not a file of the national register: its first line names neither a column “URN” "
        "nor “Group UID”.",
        "Give the file of establishments, of group links or of groups, as it was downloaded.",
    )


def _check_columns(header: list[str], needed: tuple[str, ...]) -> None:
    missing = [f"“{name}”" for name in needed if name not in header]
    if missing:
        columns = f"column {missing[0]} is" if len(missing) == 1 else "columns "
        if len(missing) > 1:
            columns += f"{', '.join(missing[:-1])} and {missing[-1]} are"
        raise _refusal(
            f"The {columns} missing.",
            "Download the file with all fields, and do not remove or rename columns.",
        )
    double = [name for name in needed if header.count(name) > 1]
    if double:
        raise _refusal(f"The file has the column “{double[0]}” twice.", AGAIN)


@contextmanager
def open_register(path: Path) -> Iterator[RegisterRows]:
    """The rows of a file that was examined. Raises InvalidInput when it is none of the register's.

    Iterating raises it too: whoever acts on rows undoes that when a later one shows that the file
    is not whole.
    """
    with path.open("rb") as file:
        yield RegisterRows(_lines(file))


def _lines(file: BinaryIO) -> Iterator[str]:
    """Each line as UTF-8 if it is that, else as Windows-1252, which the register long used."""
    first = True
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise _refusal("A line of the file is longer than any of the register’s.", AGAIN)
        if first:
            line, first = line.removeprefix(b"\xef\xbb\xbf"), False
        yield line.decode() if line.isascii() else _decoded(line)


def _decoded(line: bytes) -> str:
    try:
        return line.decode().translate(_MISTAKEN)
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def _refusal(what: str, to_do: str) -> InvalidInput:
    return InvalidInput("file", f"{what} {to_do}")
