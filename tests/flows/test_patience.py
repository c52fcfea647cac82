"""A Prefect server that is busy is asked again at once; one that goes on being busy is told of."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import httpx
import pytest
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_CLIENT_CSRF_SUPPORT_ENABLED,
    temporary_settings,
)

from flows import patience
from flows.patience import patient_client

pytestmark = pytest.mark.asyncio(loop_scope="session")


@contextmanager
def server_that_is_busy(times: int) -> Iterator[list[str]]:
    """A server that answers 503 so often and then knows of no deployment; what it was asked."""
    asked: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(self.path)
            self.send_response(503 if len(asked) <= times else 200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"[]")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings = {
        PREFECT_API_URL: f"http://127.0.0.1:{server.server_port}/api",
        PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: False,
    }
    try:
        with temporary_settings(settings):
            yield asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def test_a_busy_server_is_asked_until_it_answers() -> None:
    with server_that_is_busy(3) as asked:
        async with patient_client() as client:
            assert await client.read_deployments() == []

    assert len(asked) == 4


async def test_a_server_that_is_busy_all_the_time_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "PAUSES", (0.01, 0.01))
    with server_that_is_busy(100) as asked:
        async with patient_client() as client:
            with pytest.raises(httpx.HTTPStatusError):
                await client.read_deployments()

    assert len(asked) == 3
