"""Lists as files: CSV that a spreadsheet opens as it is meant, and XLSX.

No cell is ever a formula, whoever wrote its text.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import xlsxwriter

from models.clocks import london_time
from models.formulas import harmless

Cell = str | int | float | date | None
Row = TypeVar("Row")
_WIDEST = 60  # characters
_LONGEST = 32_767  # characters of a cell, Excel's own limit
_CUT = "… (cut: the text is longer than a cell can be)"


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column: its heading, and what of a row of the list stands in it."""

    heading: str
    value: Callable[[Row], Any]


def _cell(value: Any) -> Cell:
    """A value as a spreadsheet has it: days as days, moments in London's time."""
    if isinstance(value, datetime):
        return f"{london_time(value):%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, int | float | date):
        return value
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def as_csv(columns: Sequence[Column[Row]], rows: Iterable[Row]) -> bytes:
    """The rows as CSV in UTF-8, marked as such for Excel; days are ISO 8601."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.heading for column in columns])
    for row in rows:
        cells = (_cell(column.value(row)) for column in columns)
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in cells])
    return text.getvalue().encode("utf-8-sig", "replace")


def as_xlsx(title: str, columns: Sequence[Column[Row]], rows: Iterable[Row]) -> bytes:
    """The rows as one sheet, with its headings fixed and filters on them."""
    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "d mmm yyyy",
    }
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet(title)
        bold = book.add_format({"bold": True, "bottom": 1})
        widths = [len(column.heading) + 2 for column in columns]
        sheet.write_row(0, 0, [column.heading for column in columns], bold)
        last = 0
        for last, row in enumerate(rows, 1):
            for place, column in enumerate(columns):
                cell = _cell(column.value(row))
                _write(sheet, last, place, cell)
                widths[place] = max(widths[place], min(len(str(cell)), _WIDEST))
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width + 1)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, last, len(columns) - 1)
    return file.getvalue()


def _write(sheet: Any, row: int, place: int, cell: Cell) -> None:
    if isinstance(cell, date):
        sheet.write_datetime(row, place, datetime(cell.year, cell.month, cell.day))  # noqa: DTZ001
    elif isinstance(cell, int | float):
        sheet.write_number(row, place, cell)
    elif cell:
        whole = len(cell) <= _LONGEST
        sheet.write_string(row, place, cell if whole else cell[: _LONGEST - len(_CUT)] + _CUT)
