"""`scc doctor` asks a Prefect server of one's own how long it keeps the names of schools."""

import base64
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app

PASSWORD = "admin:not-a-secret"
Answer = tuple[int, Any]


def settings(kept: str, vacuumed: Any, *, persisted: bool = True) -> dict[str, Any]:
    """As Prefect 3.8 answers, and some more, which nobody asked for."""
    services = {
        "db_vacuum": {"enabled": vacuumed, "loop_seconds": 3600.0},
        "event_persister": {"enabled": persisted},
    }
    events = {"retention_period": kept, "maximum_size_bytes": 1500000}
    return {"home": "/prefect", "server": {"events": events, "services": services}}


@pytest.fixture
def prefect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[int, Any], dict[str, str]]]:
    """What the doctor says of the events of a server that gives this answer."""
    said: list[Answer] = []

    class Server(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = (200, True) if self.path.endswith("/health") else said[-1]
            wanted = f"Basic {base64.b64encode(PASSWORD.encode()).decode()}"
            if status == 401 and self.headers["Authorization"] == wanted:
                status = 200
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode() if isinstance(body, str) else json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCC_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PREFECT_API_AUTH_STRING", raising=False)

    def ask(status: int, body: Any) -> dict[str, str]:
        said.append((status, body))
        result = CliRunner().invoke(app, ["doctor", "--json"])
        found = json.loads(result.stdout)["checks"]
        return next(each for each in found if each["check"] == "Prefect’s events")

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{server.server_port}/api")
        yield ask
        server.shutdown()


@pytest.mark.parametrize(
    ("body", "state", "says"),
    [
        (settings("PT1H", ["events", "flow_runs"]), "ok", "kept for 1 hour"),
        (settings("PT600S", True), "ok", "kept for 10 minutes"),
        (settings("P7D", ["events"]), "warning", "for 7 days, with the names of schools"),
        (settings("P7D", False), "warning", "for 7 days"),
        (settings("PT1H", ["flow_runs"]), "warning", "for ever"),
        (settings("PT1H", None), "warning", "for ever"),
        (settings("P7D", None, persisted=False), "ok", "kept for no time"),
        ({"server": {}}, "warning", "does not show its settings"),
        ("<html>", "warning", "does not show its settings"),
    ],
)
def test_what_the_server_tells_is_weighed(
    prefect: Callable[[int, Any], dict[str, str]], body: Any, state: str, says: str
) -> None:
    found = prefect(200, body)
    assert (found["state"], says in found["detail"]) == (state, True), found
    assert state == "ok" or "PREFECT_SERVER_EVENTS_RETENTION_PERIOD=PT3600S" in found["detail"]


def test_a_server_that_does_not_tell_is_said_not_to(
    prefect: Callable[[int, Any], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "does not show its settings" in prefect(404, {})["detail"]
    short = settings("PT1H", ["events"])
    assert "set PREFECT_API_AUTH_STRING" in prefect(401, short)["detail"]
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", PASSWORD)
    assert prefect(401, short)["state"] == "ok"
