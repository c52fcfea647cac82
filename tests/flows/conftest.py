"""A case with a Prefect server beside it."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prefect import get_client
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    PREFECT_HOME,
    PREFECT_LOGGING_TO_API_ENABLED,
    temporary_settings,
)
from sqlalchemy import Engine

from flows.dispatch import NotRegisteredError, registered
from flows.record import Record, opened
from models.policy import Policy
from tests.support.cases import Case
from tests.support.clockwork import Clockwork
from tests.support.council import found_council
from tests.support.prefect_server import PrefectServer


@pytest.fixture
def case(engine: Engine, policy: Policy) -> Case:
    """A case in our own time: flows read the clock themselves."""
    now = datetime.now(UTC)
    return Case(engine, policy, found_council(engine, now), now=now)


@pytest.fixture
def record(
    database_url: str, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Record]:
    """The record as a flow run finds it."""
    monkeypatch.chdir(tmp_path)  # no .env of a developer's
    monkeypatch.setenv("SCC_HOME", str(tmp_path))
    monkeypatch.setenv("SCC_DATABASE_URL", database_url)
    with opened() as record:
        yield record


@pytest.fixture
async def clockwork(prefect: PrefectServer, record: Record, case: Case) -> AsyncIterator[Clockwork]:
    """The case with Prefect in hand, which knows our flows."""
    changes = {
        PREFECT_API_URL: prefect.api_url,
        PREFECT_HOME: prefect.home,
        PREFECT_LOGGING_TO_API_ENABLED: False,
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
    }
    with temporary_settings(changes):
        async with get_client() as client:
            clockwork = Clockwork(record, client, case)
            try:
                await registered(client)
            except NotRegisteredError:
                await clockwork.register()
            yield clockwork
