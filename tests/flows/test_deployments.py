"""prefect.yaml deploys what the runner serves."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import yaml
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.utilities.callables import parameter_schema

from flows.inside import Inside, Served
from flows.runner import LANES, _registered, deployments
from flows.starting import start_an_escalation
from models.policy import load_policy
from models.policy.triggers import Trigger
from models.settings import DEFAULT_POLICY
from tests.support.prefect_server import PrefectServer

ROOT = Path(__file__).parent.parent.parent


def prefect_command(server: PrefectServer, *arguments: str) -> str:
    """Call Prefect's command line in the project's folder; it must succeed."""
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", *arguments],
        cwd=ROOT,
        env=server.environment(),
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def known(server: PrefectServer) -> dict[str, dict[str, Any]]:
    """The deployments that the server knows, by name."""
    answer = httpx.post(f"{server.api_url}/deployments/filter", json={}, timeout=30, verify=False)
    return {deployment["name"]: deployment for deployment in answer.json()}


def schedules(deployment: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (each["slug"], each["schedule"]["cron"], each["schedule"]["timezone"])
        for each in deployment["schedules"]
    ]


async def test_prefect_yaml_names_the_same_flows_as_the_runner() -> None:
    written = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]

    served = await deployments(load_policy(DEFAULT_POLICY))

    assert [(each["name"], each["entrypoint"]) for each in written] == [
        (each.name, each.entrypoint) for each in served
    ]
    queues = {each["name"]: each["work_pool"]["work_queue_name"] for each in written}
    assert queues == LANES


def test_the_clock_stands_in_no_queue_behind_anything_else() -> None:
    assert [name for name, lane in LANES.items() if lane == LANES["clock"]] == ["clock"]
    behind = {LANES[name] for name in ("import-the-register", "letters-in-bulk")}
    assert LANES["maintained-school-ladder"] not in behind


def test_deploy_all_works_and_twice_changes_nothing(prefect: PrefectServer) -> None:
    pool = {"name": "scc", "type": "process"}
    httpx.post(
        f"{prefect.api_url}/work_pools/", json=pool, timeout=30, verify=False
    ).raise_for_status()
    prefect_command(prefect, "deploy", "--all")
    first = known(prefect)
    prefect_command(prefect, "deploy", "--all")
    second = known(prefect)

    assert set(first) == {
        "maintained-school-ladder",
        "academy-ladder",
        "start-an-escalation",
        "clock",
        "school-year",
        "import-the-register",
        "letters-in-bulk",
        "level-letters-due",
        "school-record",
    }
    assert {each["work_pool_name"] for each in first.values()} == {"scc"}
    assert {name: each["work_queue_name"] for name, each in first.items()} == LANES
    assert all(each["work_queue_id"] for each in first.values())
    assert schedules(first["clock"]) == [("every-minute", "* * * * *", "Europe/London")]
    assert schedules(first["school-year"]) == [("weekdays-0815", "15 8 * * 1-5", "Europe/London")]
    for name, deployment in first.items():
        assert second[name]["id"] == deployment["id"]
        assert schedules(second[name]) == schedules(deployment)

    # A runner that starts beside the pool leaves it its runs.
    assert all(served.has_pool for served in served_inside(prefect))
    registered = known(prefect)
    assert {each["work_pool_name"] for each in registered.values()} == {"scc"}

    # And says of the ladders what the policy has.
    assert "- Step vi: Warning notice\n" in registered["maintained-school-ladder"]["description"]
    academy = registered["academy-ladder"]["description"]
    assert academy.startswith("One transition of an academy's escalation.")
    assert "- Step vi: Formal letter to Ofsted\n" in academy


def served_inside(server: PrefectServer) -> list[Served]:
    """What a runner that starts now would carry out in its own process."""

    async def registered() -> Inside:
        _, inside = await _registered(load_policy(DEFAULT_POLICY), asyncio.Event(), set())
        return inside

    with temporary_settings({PREFECT_API_URL: server.api_url}):
        return list(asyncio.run(registered()).served.values())


def test_the_form_asks_with_words_and_choices() -> None:
    form = parameter_schema(start_an_escalation).model_dump()

    assert form["required"] == ["urn", "triggers", "summary", "case_officer"]
    assert form["definitions"]["Trigger"]["enum"] == [trigger.value for trigger in Trigger]
    assert all(each.get("description") for each in form["properties"].values())
