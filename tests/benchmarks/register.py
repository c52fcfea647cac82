"""Importing the national register: 50,000 establishments of 120 columns, in a process of its own.

A process of its own, for what is measured is the most memory that it ever had. Linux says it in
/proc, in kilobytes; what `getrusage` says begins with what the parent had.
"""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import Measured, copied
from tests.support.register_files import COLUMNS, head, school, trust

ROWS = 50_000
SECONDS = 30
MEGABYTES = 300
_FIRST = 900_101  # the lowest URN: the council's own schools are there already
_CHILD = """
import json, sys, time
from datetime import UTC, datetime
from pathlib import Path
from models.register.importing import import_file
from models.database import connect, write
from models.policy import load_policy
from models.settings import DEFAULT_POLICY

policy = load_policy(DEFAULT_POLICY)
engine = connect(sys.argv[1])
begun = time.perf_counter()
with write(engine) as session:
    now = datetime.now(UTC)
    imported = import_file(session, policy, now=now, by="a benchmark", path=Path(sys.argv[2]))
seconds = time.perf_counter() - begun
[peak] = [
    int(line.split()[1]) / 1024
    for line in Path("/proc/self/status").read_text().splitlines()
    if line.startswith("VmHWM:")
]
print(json.dumps({"seconds": seconds, "peak": peak, **imported.tally.counts()}))
"""


def measure(founded: Path) -> list[Measured]:
    """A first import into an empty register, then the same file again."""
    register, file = copied(founded, "register.db"), founded.with_name("register.csv")
    _write(file)
    first, again = (_imported(register, file) for _ in range(2))
    assert (first["created"], again["unchanged"]) == (ROWS, ROWS)
    return [
        _line("Importing the national register, 50,000 new schools", first),
        _line("The same file again, nothing changed", again),
    ]


def _write(file: Path) -> None:
    with file.open("w", encoding="cp1252", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        writer.writerows([row.get(name, "") for name in COLUMNS] for row in _rows())


def _rows() -> Iterator[dict[str, str]]:
    """Half of them academies, in two thousand trusts."""
    for number in range(ROWS):
        more = trust(f"FERNSHIRE LEARNING TRUST {number % 2000}") if number % 2 else {}
        yield school(
            _FIRST + number,
            f"St Brannoc’s School {number}",
            head(f"Asha Archer{chr(97 + number % 26)}"),
            more,
            Locality=f"Parish {number % 900}",
            Town=f"Town {number % 700}",
        )


def _imported(database: Path, file: Path) -> dict[str, Any]:
    command = [sys.executable, "-c", _CHILD, f"sqlite:///{database}", str(file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _line(what: str, found: dict[str, Any]) -> Measured:
    good = found["seconds"] < SECONDS and found["peak"] < MEGABYTES
    said = f"{found['seconds']:.1f} s, {found['peak']:.0f} MB at most"
    return Measured(what, said, f"under {SECONDS} s, under {MEGABYTES} MB", good)
