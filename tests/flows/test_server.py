"""Prefect's server as we start it: asked by many at once it refuses nobody."""

from concurrent.futures import ThreadPoolExecutor

import httpx

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
