"""A national file as it was downloaded: which one it is, and its lines one by one.

Columns are found by their names, never by their place, and lines may stand above those names. A
file is used whole or not at all: what is wrong with any line is told with its number, and nothing
of the file is taken.
"""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from models.national_files.tables import NationalFile
from models.policy.results import Results
from models.refusals import InvalidInput
from models.register.gias.files import LONGEST_LINE

AGAIN = {
    NationalFile.INSPECTIONS: (
        "Download “Management information – state-funded schools – latest inspections” as CSV from "
        "GOV.UK again, and give that file."
    ),
    NationalFile.RESULTS: (
        "Download the data set as CSV from Explore Education Statistics again, and give that file."
    ),
}
EITHER = (
    "Give Ofsted’s monthly management information, or a data set of Explore Education Statistics, "
    "as CSV."
)
SEARCHED = 30  # lines, above which the names of the columns stand
NAMED = 20  # lines that a refusal names
OF_INSPECTIONS = ("urn", "publication date")


class LineRejected(Exception):  # noqa: N818 - not an error: the line is told with this reason
    """Why a line is not what the file says that it is, in a sentence."""


@dataclass
class Faults:
    """What is wrong with the lines of a file; the first of them are named."""

    named: list[tuple[int, str]] = field(default_factory=list)
    number: int = 0

    def add(self, line: int, reason: object) -> None:
        """One more line that is wrong."""
        self.number += 1
        if len(self.named) < NAMED:
            self.named.append((line, str(reason)))

    def refuse(self) -> None:
        """Raise InvalidInput where a line is wrong, with the first of them and why."""
        if not self.number:
            return
        lines = " ".join(f"Line {line}: {reason}" for line, reason in self.named)
        more = self.number - len(self.named)
        rest = f" And {more:,} more." if more else ""
        what = "1 line is" if self.number == 1 else f"{self.number:,} lines are"
        raise InvalidInput(
            "file", f"Nothing was taken over, because {what} not as expected. {lines}{rest}"
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One line below the names of the columns: its number in the file, and its cells."""

    number: int
    cells: Sequence[str]


class Lines:
    """The lines of an open file, to be iterated over once; what cannot be read goes to `faults`."""

    def __init__(self, lines: Iterator[str], results: Results, faults: Faults) -> None:
        self._reader = csv.reader(lines, strict=True)
        self._faults = faults
        self.file, self.names = self._header(results)
        twice = {name for name in self.names if name and self.names.count(name) > 1}
        self.places = {name: place for place, name in enumerate(self.names) if name not in twice}
        self.twice = twice

    def __iter__(self) -> Iterator[Line]:
        width, empty = len(self.names), True
        while (cells := self._next()) is not None:
            if not any(map(str.strip, cells)):
                continue
            empty = False
            number = self._reader.line_num
            if len(cells) != width:
                self._faults.add(number, f"It has {len(cells)} cells, not {width}.")
                continue
            yield Line(number, cells)
        if empty:
            raise _refusal("The file has no lines below the names of its columns.", self.file)

    def place(self, name: str) -> int | None:
        """Where a column stands, by its name in any capitals; None where there is none.

        Raises InvalidInput for one that stands there twice.
        """
        plain = plain_name(name)
        if plain in self.twice:
            raise _refusal(f"The file has the column “{name}” twice.", self.file)
        return self.places.get(plain)

    def places_of(self, names: Sequence[str]) -> list[int]:
        """Where these columns stand; raises InvalidInput naming all that are missing."""
        found = {name: self.place(name) for name in names}
        missing = [f"“{name}”" for name, place in found.items() if place is None]
        if missing:
            raise _refusal(f"These columns are missing: {', '.join(missing)}.", self.file)
        return [place for place in found.values() if place is not None]

    def _header(self, results: Results) -> tuple[NationalFile, list[str]]:
        of_results = {plain_name(each) for each in (results.urn, results.year, results.level)}
        for _ in range(SEARCHED):
            cells = self._next()
            if cells is None:
                break
            names = [plain_name(cell) for cell in cells]
            if set(OF_INSPECTIONS) <= set(names):
                return NationalFile.INSPECTIONS, names
            if of_results <= set(names):
                return NationalFile.RESULTS, names
        raise InvalidInput(
            "file",
            f"None of its first {SEARCHED} lines names the columns of a national file: neither "
            f"“URN” and “Publication date” nor “{results.urn}”, “{results.year}” and "
            f"“{results.level}”. {EITHER}",
        )

    def _next(self) -> list[str] | None:
        try:
            return next(self._reader, None)
        except csv.Error:
            number = self._reader.line_num
            raise InvalidInput(
                "file", f"Line {number} is no line of a CSV file: a quote is left open. {EITHER}"
            ) from None


def plain_name(name: str) -> str:
    """The name of a column whatever its capitals and spaces."""
    return " ".join(name.split()).casefold()


@contextmanager
def open_file(path: Path, results: Results, faults: Faults) -> Iterator[Lines]:
    """The lines of a file that was examined. Raises InvalidInput when it is no national file."""
    with path.open("rb") as file:
        yield Lines(_decoded(file), results, faults)


def _decoded(file: BinaryIO) -> Iterator[str]:
    """Each line as UTF-8 if it is that, else as Windows-1252, in which Ofsted writes."""
    number = 0
    while raw := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(raw) > LONGEST_LINE:
            raise InvalidInput("file", f"Line {number} is too long for a CSV file. {EITHER}")
        line = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
        yield line.decode() if line.isascii() else _text(line, number)


def _text(line: bytes, number: int) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput("file", f"Line {number} holds bytes that are no text. {EITHER}")


def _refusal(what: str, file: NationalFile) -> InvalidInput:
    return InvalidInput("file", f"{what} {AGAIN[file]}")
