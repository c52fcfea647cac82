"""Prefect's server as we start it: asked by many at once it refuses nobody."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from flows import server
from tests.support.prefect_server import PrefectServer

AT_ONCE = 8
EACH = 4


def test_many_who_write_at_once_all_have_their_turn(prefect: PrefectServer) -> None:
    with httpx.Client(
        base_url=prefect.api_url, timeout=60, trust_env=False, verify=False
    ) as client:
        flow = client.post("/flows/", json={"name": "Asked by many"}).json()["id"]
        new = {"name": "asked-by-many", "flow_id": flow, "enforce_parameter_schema": False}
        deployment = client.post("/deployments/", json=new).json()["id"]

        def ask(number: int) -> list[int]:
            """Make runs, one after the other; each call reads before it writes."""
            address = f"/deployments/{deployment}/create_flow_run"
            keys = [f"{number}-{count}" for count in range(EACH)]
            return [client.post(address, json={"idempotency_key": key}).status_code for key in keys]

        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = [status for asked in pool.map(ask, range(AT_ONCE)) for status in asked]
        client.delete(f"/flows/{flow}")
    assert answers == [201] * (AT_ONCE * EACH)


@asynccontextmanager
async def begun(writers: server.OneWriter) -> AsyncIterator[int]:
    """A transaction of Prefect's that has asked the database something: how long it may wait."""
    engine = await writers.engine()
    async with await writers.session(engine) as session, writers.begin_transaction(session):
        yield (await session.execute(text("PRAGMA busy_timeout"))).scalar_one()


def test_whoever_waits_for_a_turn_waits_in_the_event_loop(tmp_path: Path) -> None:
    """A thread that waits inside SQLite can keep the whole server from running."""

    async def two() -> None:
        writers = server.OneWriter(f"sqlite+aiosqlite:///{tmp_path / 'prefect.db'}")
        over, done = asyncio.Event(), []

        async def write(name: str, until: Awaitable[object]) -> None:
            async with begun(writers) as patience:
                assert patience == server.WITHIN_SQLITE
                done.append(name)
                await until

        first = asyncio.create_task(write("first", over.wait()))
        while not done:
            await asyncio.sleep(0)
        second = asyncio.create_task(write("second", asyncio.sleep(0)))
        for _ in range(100):
            await asyncio.sleep(0)
        engine = await writers.engine()
        assert "Connections in pool: 0" in engine.pool.status()
        assert "Current Checked out connections: 1" in engine.pool.status()
        over.set()
        await asyncio.gather(first, second)
        assert done == ["first", "second"]

    asyncio.run(two())


def test_a_transaction_within_another_is_refused_and_does_not_wait_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LONGEST_WAIT", 0.01)
    monkeypatch.setattr(server, "WITHIN_SQLITE", 1)

    async def nested() -> None:
        writers = server.OneWriter(f"sqlite+aiosqlite:///{tmp_path / 'prefect.db'}")
        async with begun(writers):
            with pytest.raises(OperationalError, match="locked"):
                async with begun(writers):
                    pass
        async with begun(writers):
            pass

    asyncio.run(nested())
