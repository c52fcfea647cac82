"""The two national files with 22,000 schools in the register, in a process of its own.

Ofsted's file has 22,000 lines; of every other school it tells of a report card and of the older
grades, and of one in two hundred of a category. The data set of results has seven measures' lines
for each school, with breakdowns that are not taken.
"""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.database import write
from models.rows import add_all
from models.schools.tables import School
from tests.benchmarks.measuring import Measured, copied, opened
from tests.support.national_files import (
    ABOVE,
    EES,
    OFSTED,
    card,
    england,
    graded,
    line,
    result,
    ungraded,
)

SCHOOLS = 22_000
IN_A_CATEGORY = 200  # one school of so many
SECONDS = 30
MEGABYTES = 300
_FIRST = 900_101
_CHILD = """
import json, sys, time
from datetime import UTC, datetime
from pathlib import Path
from models.national_files.importing import at_the_machine, import_file
from models.database import connect, write
from models.policy import load_policy
from models.settings import DEFAULT_POLICY

policy = load_policy(DEFAULT_POLICY)
engine = connect(sys.argv[1])
begun = time.perf_counter()
with write(engine) as session:
    acting = at_the_machine(session, policy, datetime.now(UTC))
    done = import_file(acting, Path(sys.argv[2]), "a benchmark.csv")
seconds = time.perf_counter() - begun
[peak] = [
    int(line.split()[1]) / 1024
    for line in Path("/proc/self/status").read_text().splitlines()
    if line.startswith("VmHWM:")
]
counts = {name: getattr(done, name) for name in ("added", "unchanged", "tasks")}
print(json.dumps({"seconds": seconds, "peak": peak, **counts}))
"""


def measure(founded: Path) -> list[Measured]:
    """Each file into a register that knows every school, then the same again."""
    database = copied(founded, "national.db")
    with opened(database) as engine, write(engine) as session:
        add_all(session, School, [_school(number) for number in range(SCHOOLS)])
    inspections = founded.with_name("inspections.csv")
    _write(inspections, ABOVE, OFSTED, _lines(), "cp1252")
    first, again = (_imported(database, inspections) for _ in range(2))
    assert first["tasks"] == SCHOOLS // IN_A_CATEGORY
    assert (again["added"], again["tasks"], again["unchanged"]) == (0, 0, first["added"])
    results = founded.with_name("results.csv")
    _write(results, (), EES, _results(), "utf-8")
    read, once_more = (_imported(database, results) for _ in range(2))
    assert (once_more["added"], once_more["unchanged"]) == (0, read["added"])
    reports, tasks = f"{first['added']:,}", first["tasks"]
    return [
        _line(f"Ofsted’s file, {SCHOOLS:,} lines, {reports} reports and {tasks} tasks", first),
        _line("The same file again, nothing changed", again),
        _line(f"A data set of results, {read['added']:,} results", read),
        _line("The same data set again, nothing changed", once_more),
    ]


def _school(number: int) -> dict[str, Any]:
    return {
        "urn": _FIRST + number,
        "name": f"St Brannoc’s School {number}",
        "type_code": 1,
        "type_name": "Community school",
        "phase": "Primary",
        "address": [],
    }


def _lines() -> Iterator[dict[str, str]]:
    for number in range(SCHOOLS):
        urn = _FIRST + number
        if number % IN_A_CATEGORY == 1:
            yield line(urn, graded(), card(category="RSI"))
        elif number % 2:
            yield line(urn, graded(), card())
        else:
            yield line(urn, graded(), ungraded())


def _results() -> Iterator[dict[str, str]]:
    yield england("62")
    for number in range(SCHOOLS):
        row = result(_FIRST + number, str(number % 101)) | {"higher_standard_pupil_percent": "9"}
        yield row
        for subject in ("Reading", "Maths"):
            yield row | {"subject": subject, "average_scaled_score": "104"}
        for breakdown in ("Boys", "Girls", "Disadvantaged"):
            yield row | {"breakdown": breakdown}


def _write(
    file: Path, above: Any, columns: list[str], lines: Iterator[dict[str, str]], encoding: str
) -> None:
    with file.open("w", encoding=encoding, newline="") as out:
        writer = csv.writer(out)
        writer.writerows([each] for each in above)
        writer.writerow(columns)
        writer.writerows([row.get(name, "") for name in columns] for row in lines)


def _imported(database: Path, file: Path) -> dict[str, Any]:
    command = [sys.executable, "-c", _CHILD, f"sqlite:///{database}", str(file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _line(what: str, found: dict[str, Any]) -> Measured:
    good = found["seconds"] < SECONDS and found["peak"] < MEGABYTES
    said = f"{found['seconds']:.1f} s, {found['peak']:.0f} MB at most"
    return Measured(what, said, f"under {SECONDS} s, under {MEGABYTES} MB", good)
