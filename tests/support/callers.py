"""Callers of the JSON API: one for each officer of the fictional council, with a token."""

from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine

from models.database import write
from models.people.credentials import issue_token
from models.people.tables import Officer
from models.settings import Settings
from tests.support.application import Application, Client
from tests.support.council import NOW, Council


class Caller:
    """One officer's token; addresses are those below /api/v1."""

    def __init__(self, client: TestClient, token: str) -> None:
        self.client = client
        self.token = token
        self.headers = {"Authorization": f"Bearer {token}"}

    def call(self, method: str, address: str, **options: Any) -> Response:
        headers = {**self.headers, **options.pop("headers", {})}
        return self.client.request(method, f"/api/v1{address}", headers=headers, **options)

    def get(self, address: str, **query: Any) -> Any:
        """The answer to a GET that must succeed."""
        response = self.call("GET", address, params=query)
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, address: str, status: int = 201, key: str = "", **body: Any) -> Any:
        """The answer to a POST, which must have this status."""
        headers = {"Idempotency-Key": key} if key else {}
        response = self.call("POST", address, json=body, headers=headers)
        assert response.status_code == status, response.text
        return response.json()

    def approve(self, proposal: int, status: int = 200, key: str = "", **said: Any) -> Any:
        """The answer to approving a proposal as it stands now, which must have this status."""
        seen = self.call("GET", f"/proposals/{proposal}").json().get("seen")
        body = {"decision": "approve", "seen": seen, **said}
        return self.post(f"/proposals/{proposal}/decision", status, key, **body)

    def put(self, address: str, status: int = 200, **body: Any) -> Any:
        """The answer to a PUT, which must have this status."""
        response = self.call("PUT", address, json=body)
        assert response.status_code == status, response.text
        return response.json()


class Callers:
    """The application on a database, and a caller for each officer by the council's names."""

    def __init__(self, engine: Engine, council: Council, home: Path) -> None:
        self.engine = engine
        self.council = council
        self.app = Application(Settings(home=home, _env_file=None), engine)
        self.now = NOW
        self.app.state.clock = lambda: self.now
        self.client = Client(
            self.app, raise_server_exceptions=False, base_url="http://127.0.0.1:8000"
        )

    def at(self, now: datetime) -> None:
        """Let it be another time."""
        self.now = now

    def __getattr__(self, name: str) -> Caller:
        return self.of(getattr(self.council, name))

    def of(self, officer: Officer) -> Caller:
        """A caller with a new token of this officer."""
        with write(self.engine) as session:
            return Caller(self.client, issue_token(session, now=self.now, officer=officer))


def start(caller: Caller, urn: int = 900001, **changed: Any) -> Any:
    """Start an escalation with everything in order, but for what is changed."""
    body = {
        "urn": urn,
        "triggers": ["safety"],
        "summary": "The school has not acted on its safeguarding review.",
        "case_officer": "seo@fernshire.example",
        **changed,
    }
    return caller.post("/escalations", **body)
