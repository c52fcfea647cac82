"""What lies at the root of a compound file: Outlook's messages, old or encrypted Office files.

The format is Microsoft's [MS-CFB]. Only the directory is read, never the content of a stream, and
never more of it than `MOST_ENTRIES`, whatever a file says of itself.
"""

import struct
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, NamedTuple

SIGNATURE = bytes.fromhex("D0CF11E0A1B11AE1")
MOST_ENTRIES = 20_000  # streams and storages; a message with many attachments has hundreds

_HEADER = struct.Struct("<8s22xH16xI16xI4x109I")
_ENTRY = struct.Struct("<64sH2x3I48x")
_NUMBER = struct.Struct("<I")
_LAST_SECTOR = 0xFFFFFFFA  # what is greater says "free" or "end", and is no sector


class _Entry(NamedTuple):
    name: str
    left: int
    right: int
    child: int


def root_names(file: BinaryIO) -> frozenset[str]:
    """The names of the streams and storages at the root; ValueError for what has not this form."""
    try:
        entries = list(islice(_Compound(file).entries(), MOST_ENTRIES))
        return frozenset(_below_root(entries))
    except (struct.error, IndexError) as error:
        raise ValueError("this is not a whole compound file") from error


def all_names(file: BinaryIO) -> frozenset[str]:
    """The names of all streams and storages; ValueError for what has not this form or too many."""
    try:
        entries = list(islice(_Compound(file).entries(), MOST_ENTRIES + 1))
    except (struct.error, IndexError) as error:
        raise ValueError("this is not a whole compound file") from error
    if len(entries) > MOST_ENTRIES:
        raise ValueError("this compound file has more in it than can be right")
    return frozenset(entry.name for entry in entries)


def _below_root(entries: list[_Entry]) -> Iterator[str]:
    """Each storage holds its members as a binary tree of numbers of entries."""
    seen = set()
    ahead = [entries[0].child]
    while ahead:
        number = ahead.pop()
        if number <= _LAST_SECTOR and number not in seen:
            seen.add(number)
            entry = entries[number]
            yield entry.name
            ahead += (entry.left, entry.right)


class _Compound:
    """A compound file as sectors, and the table that says which sector follows which."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        signature, shift, self._directory, more, *table = _HEADER.unpack(self._read(0, 512))
        if signature != SIGNATURE or shift not in (9, 12):
            raise ValueError("this is not a compound file")
        self._sector_size: int = 1 << shift
        self._table: list[int] = [sector for sector in table if sector <= _LAST_SECTOR]
        self._add_to_table(more)

    def entries(self) -> Iterator[_Entry]:
        """The directory's entries, the root's first."""
        sector, seen = self._directory, set[int]()
        while sector <= _LAST_SECTOR and sector not in seen:
            seen.add(sector)
            content = self._sector(sector)
            for name, length, *numbers in _ENTRY.iter_unpack(content):
                text = name[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
                yield _Entry(text, *numbers)
            sector = self._after(sector)

    def _add_to_table(self, sector: int) -> None:
        """The numbers of the table's own sectors that had no room in the header."""
        seen = set[int]()
        while sector <= _LAST_SECTOR and sector not in seen:
            seen.add(sector)
            *more, sector = (number for (number,) in _NUMBER.iter_unpack(self._sector(sector)))
            self._table += [number for number in more if number <= _LAST_SECTOR]

    def _after(self, sector: int) -> int:
        which, place = divmod(sector, self._sector_size // _NUMBER.size)
        start = self._start(self._table[which]) + place * _NUMBER.size
        return int.from_bytes(self._read(start, _NUMBER.size), "little")

    def _sector(self, sector: int) -> bytes:
        return self._read(self._start(sector), self._sector_size)

    def _start(self, sector: int) -> int:
        return (sector + 1) * self._sector_size

    def _read(self, start: int, size: int) -> bytes:
        """Exactly so many bytes; struct.error where the file ends before."""
        self._file.seek(start)
        content = self._file.read(size)
        if len(content) != size:
            raise struct.error("the file ends too early")
        return content
