"""What waits for approval, back in Prefect after its database was deleted."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx
from prefect import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings
from sqlalchemy import Engine

from flows.gates import open_gates
from models.policy import Policy
from tests.benchmarks import transitions
from tests.benchmarks.measuring import Measured, copied, opened
from tests.support.council import Council
from tests.support.prefect_server import PrefectServer, eventually, flow_runner, prefect_server

HOW_MANY = 100
UNDER_WAY = 3  # runs that are at work when the server dies
PATIENCE = 900


def measure(
    folder: Path, founded: Path, policy: Policy, council: Council, how_many: int
) -> list[Measured]:
    """Seconds from the new server's first answer until everything waits again."""
    home = folder / "waits"
    home.mkdir()
    copied(founded, "waiting.db").rename(home / "scc.db")
    with opened(home / "scc.db") as engine, prefect_server(home / "prefect", home / "empty") as at:
        transitions.fill(engine, policy, council, how_many)
        list(transitions.propose_each(engine, policy, council))
        runner = flow_runner(at, home / "runner.log", SCC_HOME=str(home))
        runner.start()
        try:
            quiet = _rebuilt(engine, at, under_way=0)
            busy = _rebuilt(engine, at, under_way=UNDER_WAY)
        finally:
            runner.kill()
    wanted = 60 if how_many <= HOW_MANY else 240
    return [
        Measured(
            f"Prefect's database deleted with {how_many} proposals waiting: all of them wait there "
            "again, counted from the new server's first answer",
            f"{quiet:.0f} s; {busy:.0f} s with {UNDER_WAY} runs under way",
            f"within {wanted} s",
            max(quiet, busy) <= wanted,
        )
    ]


def _rebuilt(engine: Engine, server: PrefectServer, *, under_way: int) -> float:
    eventually(lambda: _all_wait(engine, set()), "every proposal to wait", PATIENCE)
    if under_way:
        _put_under_way(engine, server, under_way)
    before = {str(gate.run_id) for gate in open_gates(engine)}
    server.kill()
    server.forget()
    server.start()
    answered = time.monotonic()
    eventually(lambda: _all_wait(engine, before), "every proposal to wait again", PATIENCE)
    return time.monotonic() - answered


def _all_wait(engine: Engine, before: set[str]) -> bool:
    """Whether each proposal has a run that is not one from before; it is written down last."""
    gates = open_gates(engine)
    return all(gate.run_id and str(gate.run_id) not in before for gate in gates)


def _put_under_way(engine: Engine, server: PrefectServer, how_many: int) -> None:
    """Answer some with a code that nobody has: each is carried out, and waits on afterwards."""
    runs = [str(gate.run_id) for gate in open_gates(engine)[:how_many]]
    asyncio.run(_answer(server, runs))
    eventually(lambda: any(_runs(server, run) for run in runs), "a run")


async def _answer(server: PrefectServer, runs: Sequence[str]) -> None:
    with temporary_settings({PREFECT_API_URL: server.api_url}):
        async with get_client() as client:
            for run in runs:
                answer = {"decision": "approve", "code": f"nobody's, {datetime.now(UTC)}"}
                await client.resume_flow_run(run, run_input=answer)


def _runs(server: PrefectServer, run: str) -> bool:
    found = httpx.get(f"{server.api_url}/flow_runs/{run}", timeout=30)
    # It takes some tenths of a second, and may be over already.
    return found.is_success and (
        found.json()["state_type"] in ("PENDING", "RUNNING") or found.json()["run_count"] > 0
    )
