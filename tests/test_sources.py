"""What `docs/sources.md` says of itself: tests, pages and numbers are there, counts are right."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.visitors import routes

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "sources.md"
STATES = ("yes", "partly", "not yet", "not wanted")
# How many things each source asks for, as they were counted in its text.
ASKED = {"000": 18, "001": 77, "002": 23, "003": 87, "004": 15}


class Row(NamedTuple):
    """Something that a source asks for."""

    number: str
    asked: str
    state: str
    where: str
    tests: str

    @property
    def source(self) -> str:
        """The part of its number before the dot."""
        return self.number.partition(".")[0]


def cells() -> list[list[str]]:
    """Every line of a table, by its cells."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [line.strip("|").split("|") for line in lines if line.startswith("| ")]


@cache
def rows() -> list[Row]:
    numbered = [[cell.strip() for cell in line] for line in cells()]
    return [Row(*line) for line in numbered if re.fullmatch(r"\d{3}\.\d+", line[0])]


def test_no_row_of_a_source_is_missing() -> None:
    wanted = [f"{source}.{n}" for source, most in ASKED.items() for n in range(1, most + 1)]
    assert [row.number for row in rows()] == wanted
    assert {row.state for row in rows()} <= set(STATES)


def test_the_counts_at_the_head_are_right() -> None:
    head = {
        line[0].strip().partition(":")[0]: [int(cell) for cell in line[1:]]
        for line in cells()
        if len(line) == len(STATES) + 2 and line[1].strip().isdigit()
    }
    counted = Counter((row.source, row.state) for row in rows())
    counted += Counter(("all", row.state) for row in rows())
    for source in (*ASKED, "all"):
        numbers = [counted[source, state] for state in STATES]
        assert head.pop(source) == [*numbers, sum(numbers)], source
    assert not head


@pytest.mark.parametrize("state", STATES)
def test_a_row_says_what_its_state_wants(state: str) -> None:
    """What is there says where and is tested, what is half there says what is wanting."""
    for row in rows():
        if row.state != state:
            continue
        place = "`/" in row.where or ".md)" in row.where or "`scc " in row.where
        nothing = (row.where, row.tests) == ("–", "–")
        assert row.asked, row.number
        assert nothing == (state == "not yet"), row.number
        assert place == (state in ("yes", "partly")), row.number
        assert ("Wanting: " in row.where) == (state == "partly"), row.number
        assert state != "yes" or "::" in row.tests, row.number


def test_every_test_that_is_named_is_there() -> None:
    there = {path.name: path for path in (ROOT / "tests").rglob("test_*.py")}
    named = sorted({name for row in rows() for name in re.findall(r"`([^`]*)`", row.tests)})
    assert named
    found: dict[str, set[str]] = {}
    for file in {name.partition("::")[0] for name in named}:
        tree = ast.parse(there[file].read_text(encoding="utf-8"))
        functions = {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
        found[file] = {name for name in functions if name.startswith("test_")}
    missing = [name for name in named if name.partition("::")[2] not in found[name.split("::")[0]]]
    assert missing == []


def test_every_page_that_is_named_is_there() -> None:
    known = {path for _, path in routes()}
    named = {page for row in rows() for page in re.findall(r"`(/[^`]*)`", row.where)}
    assert named
    assert named <= known
    text = PAGE.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)", text):
        assert (PAGE.parent / link).is_file(), link
