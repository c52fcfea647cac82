"""Letters about the levels of all schools of the country, drafted, issued and bundled.

    python -m tests.benchmarks bulk_letters [SCHOOLS.csv]

Without a file the schools are made up. A file has the columns urn, name, town and postcode; what
it lacks of an address is the name of the school. Nothing of it is kept.
"""

import csv
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Engine, insert
from sqlmodel import select

from models.database import read, write
from models.level_letters import approving, batches, opening
from models.level_letters.tables import BatchSample
from models.people.acting import Acting
from models.policy import Policy
from models.risk.tables import Assessment, AssessmentRound, LevelChange
from models.rows import add
from models.schools.tables import Contact, RiskLevel, School
from models.settings import Settings
from notifications import bulk
from tests.benchmarks.measuring import Measured, copied, opened
from tests.support.council import NOW, Council

SCHOOLS = 22_000
MINUTES, MEGABYTES = 15, 600
ROWS_OF_A_STATEMENT = 5_000


def fill(engine: Engine, schools: list[dict[str, str]]) -> None:
    """Schools with an agreed level each; heads have an e-mail address, chairs have none."""
    levels = list(RiskLevel)
    with write(engine) as session:
        round_id = add(
            session,
            AssessmentRound,
            school_year=2026,
            publish_on=NOW.date(),
            state="published",
            opened_by="hos@fernshire.example",
            opened_at=NOW,
        )
        every: dict[Any, list[dict[str, Any]]] = {
            table: [] for table in (School, Contact, Assessment, LevelChange)
        }
        for place, row in enumerate(schools, start=1):
            urn, level = int(row["urn"]), levels[place % len(levels)]
            every[School].append(_school(urn, row))
            every[Contact].append(_head(urn))
            about = {"urn": urn, "level": level, "reason": "What the evidence of the year shows."}
            every[Assessment].append(_assessment(place, round_id, about))
            every[LevelChange].append(_level_change(place, about))
        for table, rows in every.items():
            for first in range(0, len(rows), ROWS_OF_A_STATEMENT):
                some = rows[first : first + ROWS_OF_A_STATEMENT]
                session.connection().execute(insert(table.__table__), some)


def _school(urn: int, row: dict[str, str]) -> dict[str, Any]:
    return {
        "urn": urn,
        "name": row["name"],
        "type_code": 1,
        "type_name": "Community school",
        "phase": "Primary",
        "town": row["town"],
        "postcode": row["postcode"],
        "address": [row["name"]],
        "demonstration": False,
    }


def _head(urn: int) -> dict[str, Any]:
    return {
        "urn": urn,
        "role": "headteacher",
        "name": "The Headteacher",
        "email": f"head@school-{urn}.example",
        "address": [],
        "source": "made up",
        "changed_at": NOW,
    }


def _assessment(number: int, round_id: int, about: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": number,
        **about,
        "round_id": round_id,
        "occasion": "annual",
        "state": "in_force",
        "version": 1,
        "begun_at": NOW,
        "moderation_reason": "",
        "withdrawn_because": "",
    }


def _level_change(number: int, about: dict[str, Any]) -> dict[str, Any]:
    return {
        **about,
        "on": NOW.date(),
        "assessment_id": number,
        "occasion": "annual",
        "changed_by": "hos@fernshire.example",
        "at": NOW,
    }


def made_up(number: int) -> list[dict[str, str]]:
    """Schools of which none exists."""
    return [
        {
            "urn": str(900_101 + place),
            "name": f"School {place} of Fernshire",
            "town": "Fernminster",
            "postcode": f"FM{place % 90 + 1} {place % 9 + 1}A{chr(65 + place % 26)}",
        }
        for place in range(number)
    ]


def listed(file: Path) -> list[dict[str, str]]:
    """The schools of a file whose place is known."""
    with file.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["town"] and row["postcode"]]


def measure(
    folder: Path, founded: Path, policy: Policy, council: Council, file: Path | None
) -> list[Measured]:
    """How long it takes from the opening of a batch to its bundle, and in how much memory."""
    schools = listed(file) if file else made_up(SCHOOLS)
    database = copied(founded, "bulk.db")
    settings = Settings(home=folder, _env_file=None)
    with opened(database) as engine:
        fill(engine, schools)
        with peak_memory() as memory:
            drafting = _drafted(engine, policy, settings, council)
            issuing = _issued(engine, policy, settings, council)
        with read(engine) as session:
            batch = batches.find_batch(session, 1)
            letters = 2 * len(schools)
            assert batch.state == "issued"
            assert batch.bundle_pages
    bundle = settings.home / "bundles" / "1.pdf"
    sizes = f"{database.stat().st_size / 1e6:,.0f} MB database"
    sizes += f", {bundle.stat().st_size / 1e6:,.0f} MB bundle of {batch.bundle_pages:,} pages"
    seconds = drafting + issuing
    allowed = MINUTES * 60 * letters / 44_000
    return [
        Measured(
            f"Letters in bulk: {letters:,} letters drafted, printed, frozen and, half of them, "
            "bundled",
            f"{seconds / 60:.1f} minutes ({drafting:.0f} s drafting, {letters / issuing:.0f} "
            f"letters a second after that; {sizes})",
            f"under {MINUTES} minutes for 44,000",
            seconds < allowed,
        ),
        Measured(
            "Letters in bulk: memory of all processes together at its peak",
            f"{memory[0] / 1e6:.0f} MB",
            f"under {MEGABYTES} MB",
            memory[0] < MEGABYTES * 1e6,
        ),
    ]


def _drafted(engine: Engine, policy: Policy, settings: Settings, council: Council) -> float:
    before = time.perf_counter()
    with write(engine) as session:
        acting = Acting(session, policy, council.hos2, NOW)
        opening.open_batch(acting, opening.NewLetterBatch(about="annual"))
    assert bulk.carry_on(engine, policy, settings, _clock).done == 1
    return time.perf_counter() - before


def _issued(engine: Engine, policy: Policy, settings: Settings, council: Council) -> float:
    with write(engine) as session:
        for letter in session.exec(select(BatchSample.letter_id)).all():
            approving.look_at(Acting(session, policy, council.hos, NOW), letter)
        approving.approve(Acting(session, policy, council.hos, NOW), 1)
    before = time.perf_counter()
    assert bulk.carry_on(engine, policy, settings, _clock).done == 1
    return time.perf_counter() - before


def _clock() -> datetime:
    return datetime.now(UTC)


@contextmanager
def peak_memory() -> Iterator[list[int]]:
    """The most bytes that this process and its children held together, seen ten times a second."""
    peak, over = [0], threading.Event()
    me = psutil.Process()

    def watch() -> None:
        while not over.wait(0.1):
            held = 0
            for process in (me, *me.children(recursive=True)):
                try:
                    held += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            peak[0] = max(peak[0], held)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()
