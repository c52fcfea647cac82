"""A pass of the clock over 100,000 open deadlines of which 1,000 are due."""

import statistics
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert

from models.clocks import add_working_days, london_date, office_moment
from models.database import read, write
from models.escalations.tables import Escalation
from models.matters.tables import Deadline, Matter, Reminder
from models.policy import Policy
from models.upkeep.clock import due_reminders, overdue_deadlines, tick
from tests.benchmarks.measuring import Measured, copied, in_turns, opened, recorded, replay, seconds
from tests.support.council import NOW, Council

DEADLINES = 100_000
DUE = 1_000
ROWS_IN_A_TRANSACTION = 100
# Before the daily digest, which is no part of the measurement.
MORNING = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
# One reminder was due the day before, so that each pass measured is not its process's first.
EARLIER = datetime(2026, 11, 23, 8, 20, tzinfo=UTC)
TODAY = MORNING.date()


def fill(engine: Engine, council: Council) -> None:
    """One escalation with one open deadline each; the first thousand were due yesterday."""
    matters, escalations, deadlines, reminders = [], [], [], []
    for number in range(1, DEADLINES + 1):
        due_on = TODAY - timedelta(days=1) if number <= DUE else _later(number)
        matters.append(_matter(number, council))
        escalations.append(_escalation(number, council))
        deadlines.append(
            {
                "id": number,
                "matter_id": number,
                "step_key": "informal_headteacher",
                "kind": "response",
                "due_on": due_on,
                "rule": "10 working days after the discussion",
                "state": "open",
            }
        )
        at = office_moment(due_on) if number != DUE + 1 else EARLIER
        kind = "on_the_day" if number <= DUE else "before"
        reminders.append({"deadline_id": number, "kind": kind, "due_at": at, "state": "open"})
    with write(engine) as session:
        for table, rows in (
            (Matter, matters),
            (Escalation, escalations),
            (Deadline, deadlines),
            (Reminder, reminders),
        ):
            session.connection().execute(insert(table.__table__), rows)


def _later(number: int) -> date:
    return add_working_days(TODAY, 2 + number % 40)


def _matter(number: int, council: Council) -> dict[str, Any]:
    return {
        "id": number,
        "kind": "escalation",
        "reference": f"ESC-2020-{number:06d}",
        "urn": council.maintained.urn,
        "officer_id": council.seo.id if number % 2 else council.seo2.id,
        "restricted": False,
        "opened_on": london_date(NOW),
    }


def _escalation(number: int, council: Council) -> dict[str, Any]:
    return {
        "id": number,
        "year": 2020,
        "number": number,
        "ladder": "maintained",
        "status": "open",
        "step_key": "informal_headteacher",
        "triggers": ["underperformance"],
        "summary": "Attainment has fallen.",
        "head_performance_in_question": False,
        "not_engaging": False,
        "policy": "Policy",
        "guidance": "Guidance",
        "head_of_service_id": council.hos.id,
        "started_by_id": council.hos.id,
        "created_at": NOW,
    }


def measure(prepared: Path, policy: Policy) -> list[Measured]:
    """The time to find what is due, and the rate of queueing reminders against plain sqlite3."""
    with opened(prepared) as engine:
        finding = statistics.median(_seconds_to_find(engine) for _ in range(9))
        # Missed deadlines are marked at midnight; what is measured is the morning's reminders.
        tick(engine, policy, MORNING.replace(hour=0, minute=30))
    with opened(copied(prepared, "recorded.db")) as engine:
        tick(engine, policy, EARLIER)
        transactions = recorded(engine, lambda: tick(engine, policy, MORNING))
    hundreds = _in_hundreds(transactions)

    def ours() -> float:
        with opened(copied(prepared, "ours.db")) as engine:
            tick(engine, policy, EARLIER)
            return seconds(lambda: tick(engine, policy, MORNING))

    def theirs() -> float:
        file = copied(prepared, "theirs.db")
        with opened(file) as engine:
            tick(engine, policy, EARLIER)
        return seconds(lambda: replay(file, hundreds))

    mine, plain = in_turns(ours, theirs)
    return [
        Measured(
            f"Clock: finding the {DUE:,} that are due among {DEADLINES:,} open deadlines",
            f"{finding * 1000:.1f} ms",
            "under 50 ms",
            finding < 0.05,
        ),
        Measured(
            f"Clock: queueing {DUE:,} reminders ({sum(map(_rows, hundreds)):,} rows), "
            f"against plain `sqlite3` at {ROWS_IN_A_TRANSACTION} rows a transaction",
            f"{plain / mine:.2f} ({DUE / mine:,.0f} and {DUE / plain:,.0f} reminders a second)",
            "at least 0.4",
            plain / mine >= 0.4,
        ),
    ]


def _seconds_to_find(engine: Engine) -> float:
    def find() -> None:
        with read(engine) as session:
            assert len(overdue_deadlines(session, TODAY)) == DUE
            assert len(due_reminders(session, MORNING)) == DUE

    return seconds(find)


def _rows(writes: list[Any]) -> int:
    return sum(len(rows) for _, rows in writes)


def _in_hundreds(transactions: list[Any]) -> list[Any]:
    """The same rows in the same order, a hundred to a transaction."""
    single = [
        (statement, row) for writes in transactions for statement, rows in writes for row in rows
    ]
    starts = range(0, len(single), ROWS_IN_A_TRANSACTION)
    return [
        [(statement, [row]) for statement, row in single[start : start + ROWS_IN_A_TRANSACTION]]
        for start in starts
    ]
