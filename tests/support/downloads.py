"""The files that lists can be had as, read as whoever gets them reads them."""

import csv
import io
import re
import zipfile

from lxml import etree

from tests.support.visitors import Visitor

SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def as_csv(visitor: Visitor, address: str) -> list[dict[str, str]]:
    """The rows of a list as CSV, by its headings."""
    response = visitor.client.get(address)
    assert response.status_code == 200, address
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment; filename=" in response.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def sheet(content: bytes) -> list[list[str]]:
    """The cells of the first sheet as text, read from the file itself; one left out is empty."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = etree.fromstring(book.read("xl/sharedStrings.xml"))
        texts = ["".join(each.itertext()) for each in names.iter(f"{SPACE}si")]
        tree = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert not list(tree.iter(f"{SPACE}f"))  # no formula
    rows = [{_place(cell): _text(cell, texts) for cell in row} for row in tree.iter(f"{SPACE}row")]
    width = len(rows[0])
    return [[row.get(place, "") for place in range(width)] for row in rows]


def _place(cell: etree._Element) -> int:
    """The place of the column that a cell such as C7 stands in."""
    place = 0
    for letter in re.sub("[0-9]", "", cell.get("r")):
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def _text(cell: etree._Element, texts: list[str]) -> str:
    value = cell.findtext(f"{SPACE}v") or ""
    return texts[int(value)] if cell.get("t") == "s" else value
