"""Measure how fast it is and write the table to docs/benchmarks.md (`make bench`)."""

import platform
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from models.policy import load_policy
from models.settings import DEFAULT_POLICY
from tests.benchmarks import clock_pass, letters, pages, transitions
from tests.benchmarks.measuring import Measured, copied, opened
from tests.council import found_council
from tests.databases import migrated_file

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
INTRODUCTION = """\
# How fast it is

`make bench` measures this and writes this page. Each ratio was taken within one run, in turns, on
copies of one SQLite file (write-ahead log, `synchronous=FULL`), the median of five; plain
`sqlite3` is Python's own module, which writes the same rows and nothing else. Nothing here is
asserted in the tests: it depends on the machine, and on what else the machine does.

The two ratios to plain `sqlite3` follow the disk: where it is slow they rise, because both wait for
it. In quiet runs on a fast disk a transition came to between 0.27 and 0.29 and reminders to
between 0.43 and 0.57.
"""


def main() -> None:
    """Measure everything; parts named on the command line alone are measured but not written."""
    with tempfile.TemporaryDirectory() as folder:
        found = _measure(Path(folder), set(sys.argv[1:]))
    if not sys.argv[1:]:
        PAGE.write_text(_page(found), "utf-8")


def _measure(folder: Path, wanted: set[str]) -> list[Measured]:
    policy = load_policy(DEFAULT_POLICY)
    founded = migrated_file(folder / "founded.db")
    with opened(founded) as engine:
        council = found_council(engine)
    climbing = copied(founded, "climbing.db")
    with opened(climbing) as engine:
        transitions.fill(engine, policy, council)
    due = copied(founded, "due.db")
    climbed = copied(climbing, "climbed.db")

    def in_letters() -> list[Measured]:
        with opened(climbed) as engine:
            transitions.climb(engine, policy, council)
        return letters.measure(climbed, policy)

    def in_the_clock() -> list[Measured]:
        with opened(due) as engine:
            clock_pass.fill(engine, council)
        return clock_pass.measure(due, policy)

    parts: dict[str, Callable[[], list[Measured]]] = {
        "transitions": lambda: transitions.measure(climbing, policy, council),
        "clock": in_the_clock,
        "letters": in_letters,
        "pages": lambda: pages.measure(folder, founded, policy, council),
    }
    found: list[Measured] = []
    for name, part in parts.items():
        if not wanted or name in wanted:
            for measured in part():
                print(_line(measured), flush=True)
                found.append(measured)
    return found


def _line(measured: Measured) -> str:
    verdict = "" if measured.good else " **not met**"
    return f"| {measured.what} | {measured.found} | {measured.wanted}{verdict} |"


def _page(found: list[Measured]) -> str:
    versions = f"CPython {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    table = ["| What | Found | Wanted |", "|---|---|---|", *map(_line, found)]
    notes = f"Measured with {versions} on {platform.system()} {platform.machine()}. For pages and\n"
    notes += (
        f"lists: how many times as long at {pages.SCHOOLS:,} schools and {pages.ESCALATIONS:,} "
        f"escalations as with\n{pages.FEW} of each."
    )
    return "\n".join([INTRODUCTION, notes, "", *table, ""])


if __name__ == "__main__":
    main()
