"""What Prefect knew of a case that was restricted since is taken from it again.

Runs go by Prefect's API, and with them their forms and logs. Of its events, in which the names of
runs and the references stand as well, the API deletes none: where the server is ours, on SQLite,
the rows go from its database as Prefect's own vacuum would take them, only sooner. Elsewhere they
stay until that server forgets its events.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType

from flows.gates import GATE, Hidden, hidden_cases
from flows.record import Record
from flows.runs import found
from flows.telling import ABOUT
from flows.waits import forget
from models.clocks import is_recent

SETTLED = timedelta(seconds=30)  # by then the server has written the events of a run that ended
_PATIENCE = 10.0  # seconds to wait for the server's own writing
_AT_ONCE = 500  # parameters of one statement

_log = logging.getLogger("prefect.scc")


async def forget_restricted(record: Record, client: PrefectClient, now: datetime) -> None:
    """Delete the runs of cases that were restricted since, and the events about them.

    Events that the server had not written yet go with the next pass.
    """
    cases = hidden_cases(record.engine)
    if not cases:
        return
    runs = [run for case in cases for run in await _gates(client, case)]
    runs += await _starts(client, cases, now)
    for run in runs:
        await forget(client, run.id)
    about = [f"prefect.flow-run.{run.id}" for run in runs]
    about += [f"prefect.tag.{case.reference}" for case in cases]
    about += [f"{ABOUT}{case.reference}" for case in cases]
    await asyncio.to_thread(forget_events, record.settings.prefect_database, about)


async def _gates(client: PrefectClient, case: Hidden) -> list[FlowRun]:
    tagged = FlowRunFilter(tags=FlowRunFilterTags(all_=[GATE, case.reference]))
    return [run async for run in found(client, tagged) if case.owns(run.idempotency_key)]


async def _starts(client: PrefectClient, cases: Sequence[Hidden], now: datetime) -> list[FlowRun]:
    """The runs that started the cases from Prefect's own form, once their events are there."""
    ended = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.COMPLETED]))
    )
    form = DeploymentFilter(name=DeploymentFilterName(any_=["start-an-escalation"]))
    return [
        run
        async for run in found(client, ended, form)
        if run.state is not None
        and not is_recent(run.state.timestamp, now, SETTLED)
        and any(case.began_with(run.parameters, run.state.message) for case in cases)
    ]


def forget_events(database: Path, about: Sequence[str]) -> None:
    """Delete the events about these resources from the database of a Prefect server of ours.

    Without such a database, or where its tables are not as expected, nothing happens: the server
    forgets its events by itself.
    """
    if not database.is_file():
        return
    try:
        with closing(_opened(database)) as opened:
            _delete_events(opened, about)
            # What was deleted is written over in the file itself, and its log emptied.
            opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as trouble:
        _log.warning("Prefect's events could not be removed now: %s", trouble)


def _opened(database: Path) -> sqlite3.Connection:
    address = f"{database.absolute().as_uri()}?mode=rw"
    opened = sqlite3.connect(address, uri=True, timeout=_PATIENCE, isolation_level=None)
    opened.execute("PRAGMA secure_delete = ON")
    return opened


def _delete_events(opened: sqlite3.Connection, about: Sequence[str]) -> None:
    events = _all_events(opened, about)
    if not events:
        return
    # What an automation did about one of them may say what it sent, and was answered.
    followed = [f"prefect.event.{event}" for (event,) in events]
    events = sorted({*events, *_all_events(opened, followed)})
    opened.execute("BEGIN IMMEDIATE")
    opened.executemany("DELETE FROM event_resources WHERE event_id = ?", events)
    opened.executemany("DELETE FROM events WHERE id = ?", events)
    opened.execute("COMMIT")


def _all_events(opened: sqlite3.Connection, about: Sequence[str]) -> list[tuple[str]]:
    return sorted(
        {
            event
            for first in range(0, len(about), _AT_ONCE)
            for event in _events(opened, about[first : first + _AT_ONCE])
        }
    )


def _events(opened: sqlite3.Connection, about: Sequence[str]) -> list[tuple[str]]:
    marks = ", ".join("?" * len(about))
    found = f"resource_id IN ({marks})"
    statement = f"SELECT event_id FROM event_resources WHERE {found}"  # noqa: S608 # nosec B608
    return opened.execute(statement, about).fetchall()
