"""Removing events from a database of Prefect: nothing else is touched, and nothing is made."""

import sqlite3
from contextlib import closing
from pathlib import Path

from flows.forgetting import forget_events

REFERENCE = "ESC-2026-7311"


def test_a_database_that_is_none_of_ours_is_left_alone(tmp_path: Path) -> None:
    about = [f"prefect.tag.{REFERENCE}"]
    forget_events(tmp_path / "prefect.db", about)
    assert not list(tmp_path.iterdir())
    another = tmp_path / "prefect.db"
    with closing(sqlite3.connect(another)) as opened:
        opened.execute("CREATE TABLE event_resources (resource_id TEXT)")
        opened.execute("INSERT INTO event_resources VALUES (?)", about)
        opened.commit()
        forget_events(another, about)
        assert opened.execute("SELECT resource_id FROM event_resources").fetchall() == [(about[0],)]
