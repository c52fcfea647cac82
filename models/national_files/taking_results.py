"""A data set of Explore Education Statistics is checked as a whole, and then taken over.

Which columns have which measure says the policy (`results.toml`). What an officer entered stays.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import update
from sqlmodel import Session, col, select

from models.national_files.reading import AGAIN, Faults, Line, LineRejected, Lines, open_file
from models.national_files.tables import NationalFile, NationalFindingKind
from models.national_files.tally import AT_ONCE, Tally
from models.people.acting import Acting
from models.policy.results import Measure, Results
from models.refusals import InvalidInput
from models.register.gias.values import RowRejected, shortened, urn_of
from models.results.recording import FIRST_YEAR, check_value, year_words
from models.results.tables import SchoolResult
from models.rows import add_all, carry_out, find, select_columns, stream, table_of
from models.schools.tables import School

# What the file has in place of a number that is not published, not available or not applicable.
_NO_NUMBER = frozenset(
    {"", "z", "c", "x", "k", ":", "~", "low", "high", "u", "na", "n/a", "ne", "supp", "null", "-"}
)
_YEAR = re.compile("(20[0-9]{2})[/-]?(?:20)?([0-9]{2})")
Key = tuple[int, int, str]  # URN, school year, measure


class Figure(NamedTuple):
    """A value, and the line in which it stands."""

    value: float
    line: int


@dataclass(frozen=True)
class _Place:
    """Where a measure stands in one file, and what other cells of its lines must be."""

    measure: Measure
    column: int
    where: tuple[tuple[int, str], ...]
    national: tuple[tuple[int, str], ...]


@dataclass
class Figures:
    """What a whole file says of schools of the register, and of England."""

    schools: dict[Key, Figure] = field(default_factory=dict)
    england: dict[tuple[int, str], Figure] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)
    lines: int = 0
    left_out: int = 0  # cells without a number


def read_results(acting: Acting, path: Path) -> Figures:
    """Read every line, and take nothing. Raises InvalidInput naming the lines that are wrong."""
    faults = Faults()
    with open_file(path, acting.policy.results, faults) as lines:
        reader = _Reader(acting.session, acting.policy.results, lines)
        for line in lines:
            try:
                reader.read(line)
            except (LineRejected, RowRejected) as reason:
                faults.add(line.number, reason)
    faults.refuse()
    return reader.figures


class _Reader:
    def __init__(self, session: Session, rule: Results, lines: Lines) -> None:
        self.figures = Figures()
        self._rule = rule
        self._urn, self._year, self._level = lines.places_of((rule.urn, rule.year, rule.level))
        self._measures = _places(rule, lines)
        self._ours = set(find(session, select(School.urn)))
        self._of_school = rule.of_school.casefold()
        self._of_england = rule.of_england.casefold()

    def read(self, line: Line) -> None:
        """Take what a line says; raises LineRejected, RowRejected."""
        level = line.cells[self._level].strip().casefold()
        self.figures.lines += 1
        if level == self._of_school:
            self._read_school(line)
        elif level == self._of_england:
            self._read_england(line)

    def _read_school(self, line: Line) -> None:
        here = [each for each in self._measures if _fits(line, each.where)]
        if not here:
            return
        urn = urn_of(line.cells[self._urn].strip())
        if urn not in self._ours:
            self.figures.unknown.add(urn)
            return
        year = _school_year(line.cells[self._year])
        for each in here:
            value = self._number(line, each)
            if value is not None:
                key = (urn, year, each.measure.key)
                _note(self.figures.schools, key, Figure(value, line.number), each.measure)

    def _read_england(self, line: Line) -> None:
        for each in self._measures:
            if _fits(line, each.where) and _fits(line, each.national):
                year, value = _school_year(line.cells[self._year]), self._number(line, each)
                if value is not None:
                    key = (year, each.measure.key)
                    _note(self.figures.england, key, Figure(value, line.number), each.measure)

    def _number(self, line: Line, place: _Place) -> float | None:
        text = line.cells[place.column].strip()
        if text.casefold() in _NO_NUMBER:
            self.figures.left_out += 1
            return None
        name = place.measure.column
        try:
            return check_value(name, place.measure, float(text))
        except (ValueError, InvalidInput):
            known = shortened(text)
            raise LineRejected(f"“{name}” is no such measure’s number: “{known}”.") from None


def _places(rule: Results, lines: Lines) -> list[_Place]:
    """The measures that the file has; raises InvalidInput when it has none."""
    found = []
    for measure in rule.measures:
        column = lines.place(measure.column)
        where = {lines.place(name): value for name, value in measure.where.items()}
        # A file that has no such column has one kind of line about England.
        national = {lines.place(name): value for name, value in measure.national.items()}
        if column is not None and None not in where:
            found.append(_Place(measure, column, _wanted(where), _wanted(national)))
    if not found:
        wanted = ", ".join(dict.fromkeys(f"“{each.column}”" for each in rule.measures))
        raise InvalidInput(
            "file",
            "None of the measures of the policy is in this file. It was looked for the columns "
            f"{wanted} and those of `where`: compare results.toml with the first line of the "
            f"file. {AGAIN[NationalFile.RESULTS]}",
        )
    return found


def _wanted(cells: dict[int | None, str]) -> tuple[tuple[int, str], ...]:
    return tuple((place, text.casefold()) for place, text in cells.items() if place is not None)


def _fits(line: Line, wanted: tuple[tuple[int, str], ...]) -> bool:
    return all(line.cells[place].strip().casefold() == text for place, text in wanted)


def _note(known: dict[Any, Figure], key: Any, figure: Figure, measure: Measure) -> None:
    """One figure for each; raises LineRejected where another line says another."""
    before = known.setdefault(key, figure)
    if before.value != figure.value:
        raise LineRejected(
            f"Line {before.line} has another value of “{measure.title}”: say more in `where` or "
            "`national` of results.toml."
        )


def _school_year(text: str) -> int:
    """The year in which a school year begins, of "202425", "2024/25" or "2024/2025"."""
    known = _YEAR.fullmatch(text.strip())
    begins = int(known[1]) if known else 0
    if known is None or begins < FIRST_YEAR or (begins + 1) % 100 != int(known[2]):
        raise LineRejected(f"This is no school year, such as 202425: “{shortened(text)}”.")
    return begins


def take_results(acting: Acting, figures: Figures, tally: Tally, source: str) -> None:
    """Take over what is new or another value now, in the transaction in hand."""
    tally.count("lines", figures.lines)
    tally.count("unknown", len(figures.unknown))
    tally.count("left_out", figures.left_out)
    wanted = dict(figures.schools)
    gone = _compare(acting, wanted, figures, tally)
    tally.count("changed", len(gone))
    tally.count("added", len(wanted) - len(gone))
    _replace(acting.session, gone)
    rows = (
        _row(acting, key, figure, figures, tally.import_id, source)
        for key, figure in wanted.items()
    )
    while part := list(islice(rows, AT_ONCE)):
        add_all(acting.session, SchoolResult, part)
    tally.flush()


def _compare(
    acting: Acting, wanted: dict[Key, Figure], figures: Figures, tally: Tally
) -> list[int]:
    """Leave of `wanted` what is to be written; the keys of those in whose place it stands."""
    years = {year for _, year, _ in wanted}
    result, gone = SchoolResult, []
    counting = select_columns(
        col(result.id),
        col(result.urn),
        col(result.school_year),
        col(result.measure),
        col(result.value),
        col(result.benchmark),
        col(result.import_id),
    ).where(~col(result.replaced), col(result.school_year).in_(years))
    for number, urn, year, measure, value, benchmark, import_id in stream(acting.session, counting):
        key = (urn, year, measure)
        figure = wanted.get(key)
        if figure is None:
            continue
        newest = _benchmark(acting, figures, year, measure)
        if value == figure.value and (import_id is None or newest in (None, benchmark)):
            tally.count("unchanged")
            del wanted[key]
        elif import_id is None:
            tally.count("kept")
            what = f"{acting.policy.results.title(measure)}, {year_words(year)}: "
            what += acting.policy.results.in_words(measure, figure.value)
            tally.find(figure.line, urn, NationalFindingKind.KEPT, what)
            del wanted[key]
        else:
            gone.append(number)
    return gone


def _replace(session: Session, keys: Sequence[int]) -> None:
    """What earlier files said stays, and counts no more; the record does not speak of it."""
    table = table_of(SchoolResult)
    for start in range(0, len(keys), AT_ONCE):
        part = keys[start : start + AT_ONCE]
        carry_out(session, update(table).where(table.c.id.in_(part)).values(replaced=True))


def _row(
    acting: Acting, key: Key, figure: Figure, figures: Figures, import_id: int, source: str
) -> dict[str, Any]:
    urn, year, measure = key
    return {
        "urn": urn,
        "school_year": year,
        "measure": measure,
        "value": figure.value,
        "benchmark": _benchmark(acting, figures, year, measure),
        "source": source,
        "reason": "",
        "replaced": False,
        "recorded_by_id": acting.officer.id,
        "recorded_at": acting.now,
        "import_id": import_id,
    }


def _benchmark(acting: Acting, figures: Figures, year: int, measure: str) -> float | None:
    """The national figure: the file's, else the policy's."""
    own = figures.england.get((year, measure))
    if own is not None:
        return own.value
    known = acting.policy.results.measure(measure)
    return known.benchmarks.get(year) if known else None
