"""What every answer carries, how much may be sent, and whether the service says it is ready."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from models.database import connect
from models.settings import Settings
from models.upkeep import schema
from models.upkeep.clock import stamp
from tests.support.callers import Callers
from tests.support.council import NOW, Council
from web.__main__ import main as serve
from web.app import create_app
from web.protection import LONGEST_BODY


@pytest.fixture
def callers(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    """Callers for everybody of the council."""
    return Callers(engine, council, tmp_path)


def ready(callers: Callers) -> Any:
    return callers.client.get("/health/ready")


def test_ready_once_the_clock_goes_round(callers: Callers) -> None:
    assert callers.client.get("/health/live").status_code == 200
    waiting = ready(callers)
    assert waiting.status_code == 503
    assert waiting.json()["parts"]["database"] == "ready"
    assert "never" in waiting.json()["parts"]["clock"]
    stamp(callers.engine, NOW)
    parts = ("database", "disk", "clock", "delivery worker", "letters", "deliveries", "mail")
    assert ready(callers).json() == {"status": "ready", "parts": dict.fromkeys(parts, "ready")}
    callers.at(NOW + timedelta(minutes=11))
    stale = ready(callers)
    assert stale.status_code == 503
    assert "2026-11-23T10:00:00" in stale.json()["parts"]["clock"]


@pytest.mark.both_databases
def test_a_database_without_tables_is_not_ready(callers: Callers) -> None:
    schema.migrate(callers.engine, "base")
    answer = ready(callers)
    schema.migrate(callers.engine)
    assert answer.status_code == 503
    assert "scc init" in answer.json()["parts"]["database"]


def test_a_database_that_is_away_is_told_without_its_address(tmp_path: Path) -> None:
    url = "postgresql+psycopg://scc:the-password@127.0.0.1:1/scc"
    callers = create_app(Settings(home=tmp_path, _env_file=None), connect(url))
    here = "http://127.0.0.1:8000"
    client = TestClient(callers, base_url=here, raise_server_exceptions=False)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["parts"]["database"] == "The database does not answer."
    api = client.get("/api/v1/schools", headers={"Authorization": "Bearer anything"})
    assert api.status_code == 503
    assert api.headers["content-type"] == "application/problem+json"
    page = client.get("/sign-in")
    for text in (answer.text, api.text, page.text):
        assert "the-password" not in text
        assert "127.0.0.1:1" not in text


@pytest.mark.parametrize(
    ("options", "base_url"),
    [(["--host", "0.0.0.0"], "http://127.0.0.1:8000"), ([], "https://concerns.fernshire.example")],
)
def test_beyond_this_machine_the_web_by_itself_needs_a_secret(
    monkeypatch: pytest.MonkeyPatch, options: list[str], base_url: str
) -> None:
    monkeypatch.setattr("sys.argv", ["web", *options])
    monkeypatch.setenv("SCC_BASE_URL", base_url)
    monkeypatch.delenv("SCC_SECRET_KEY", raising=False)
    with pytest.raises(SystemExit, match="SCC_SECRET_KEY"):
        serve()


ANYWHERE = ("/api/v1/schools", "/api/v1/nowhere", "/nowhere", "/health/live", "/static/scc.css")


def test_every_answer_is_protected(callers: Callers) -> None:
    for address in ANYWHERE:
        headers = callers.client.get(address).headers
        assert headers["x-content-type-options"] == "nosniff"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        if not address.startswith("/static"):
            assert headers["cache-control"] == "no-store"


def test_static_files_are_kept_only_under_a_stamped_address(callers: Callers) -> None:
    plain = callers.client.get("/static/scc.css")
    assert "immutable" not in plain.headers.get("cache-control", "")
    stamped = callers.client.get("/static/scc.css?v=0123456789ab")
    assert "immutable" in stamped.headers["cache-control"]
    assert callers.client.get("/static/../app.py").status_code == 404


def test_an_unknown_address_is_a_page_outside_the_api(callers: Callers) -> None:
    answer = callers.client.get("/nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


def test_a_body_has_an_end(callers: Callers) -> None:
    hos = callers.hos
    longest = b" " * LONGEST_BODY
    fits = hos.call("POST", "/escalations", content=longest)
    assert fits.status_code == 422
    stated = hos.call("POST", "/escalations", content=longest + b" ")
    assert stated.status_code == 413
    assert stated.headers["content-type"] == "application/problem+json"
    parts = (b" " * 100_000 for _ in range(LONGEST_BODY // 100_000 + 1))
    in_parts = hos.call("POST", "/escalations", content=parts)
    assert in_parts.status_code == 413
    page = callers.client.post("/sign-in", content=longest + b" ")
    assert page.status_code == 413
    assert page.headers["content-type"].startswith("text/html")
