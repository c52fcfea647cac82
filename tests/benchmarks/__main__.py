"""Measure how fast it is and write the table to docs/benchmarks.md (`make bench`)."""

import platform
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from models.policy import load_policy
from models.settings import DEFAULT_POLICY
from tests.benchmarks import (
    bulk_letters,
    clock_pass,
    crowd,
    flood,
    letters,
    month_end,
    national_files,
    pages,
    register,
    rounds,
    transitions,
    waits,
)
from tests.benchmarks.measuring import Measured, copied, opened
from tests.support.council import found_council
from tests.support.databases import migrated_file

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
IN_BULK = "bulk_letters"
INTRODUCTION = """\
# How fast it is

`make bench` measures this and writes this page. Each ratio was taken within one run, in turns, on
copies of one SQLite file (write-ahead log, `synchronous=FULL`), the median of five; plain
`sqlite3` is Python's own module, which writes the same rows and nothing else. Nothing here is
asserted in the tests: it depends on the machine, and on what else the machine does.

"At once" means without pause: twenty clients on the same machine, each of which asks again as soon
as it is answered, a real `scc up` with the clock and the delivery worker at work beside it.

The two ratios to plain `sqlite3` follow the disk: where it is slow they rise, because both wait for
it. In quiet runs a transition came to between 0.29, where plain `sqlite3` did 1,700 a second, and
0.23, where it did 3,100; reminders to between 0.57, where it wrote 38,000 a second, and 0.31, where
it wrote 62,000, and ours about 20,000 each time.
"""


def main() -> None:
    """Measure everything that is quick; parts named on the command line alone are not written.

    Letters in bulk take long: they are measured when they are named, and their lines then stand
    on the page until they are measured again. `waits 500` measures as many waits.
    """
    with tempfile.TemporaryDirectory() as folder:
        found = _measure(Path(folder), set(sys.argv[1:]))
    if not sys.argv[1:]:
        PAGE.write_text(_page([*map(_line, found), *_lines_in_bulk()]), "utf-8")
    elif IN_BULK in sys.argv[1:]:
        others = [line for line in PAGE.read_text("utf-8").splitlines() if not _in_bulk(line)]
        PAGE.write_text("\n".join([*others, *map(_line, found), ""]), "utf-8")


def _lines_in_bulk() -> list[str]:
    return [line for line in PAGE.read_text("utf-8").splitlines() if _in_bulk(line)]


def _in_bulk(line: str) -> bool:
    return line.startswith("| Letters in bulk:")


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

    how_many = next((int(name) for name in wanted if name.isdecimal()), waits.HOW_MANY)
    parts: dict[str, Callable[[], list[Measured]]] = {
        "transitions": lambda: transitions.measure(climbing, policy, council),
        "clock": in_the_clock,
        "letters": in_letters,
        "pages": lambda: pages.measure(folder, founded, policy, council),
        "crowd": lambda: crowd.measure(folder, founded, policy, council),
        "flood": lambda: flood.measure(folder, founded, council),
        "register": lambda: register.measure(founded),
        "national_files": lambda: national_files.measure(founded),
        "month_end": lambda: month_end.measure(founded, policy, council),
        "rounds": lambda: rounds.measure(founded, policy, council),
        "waits": lambda: waits.measure(folder, founded, policy, council, how_many),
    }
    if IN_BULK in wanted:
        files = [Path(name) for name in wanted if name.endswith(".csv")]
        file = files[0] if files else None
        parts[IN_BULK] = lambda: bulk_letters.measure(folder, founded, policy, council, file)
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


def _page(lines: list[str]) -> str:
    versions = f"CPython {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    table = ["| What | Found | Wanted |", "|---|---|---|", *lines]
    notes = f"Measured with {versions} on {platform.system()} {platform.machine()}. For pages and\n"
    notes += (
        f"lists: how many times as long at {pages.SCHOOLS:,} schools and {pages.ESCALATIONS:,} "
        f"escalations as with\n{pages.FEW} of each."
    )
    return "\n".join([INTRODUCTION, notes, "", *table, ""])


if __name__ == "__main__":
    main()
