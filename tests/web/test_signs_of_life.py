"""What `/health/ready`, the administrator's page and the doctor say: the same, and what is so."""

import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from cli.doctor import examine
from models.database import connect, write
from models.outbox import MailServer, Message, MessageKind, MessageState
from models.rows import add, change
from models.settings import Settings
from models.upkeep.clock import DELIVERY, stamp
from tests.support.application import Application
from tests.support.cases import Case
from tests.support.council import NOW
from tests.support.visitors import Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MAIL = "mailto://127.0.0.1:9?from=scc@fernshire.example"  # where nobody listens
SERVER = "mail:127.0.0.1:9"


class Watched:
    """The system as all three see it."""

    def __init__(self, case: Case, home: Path, **settings: str) -> None:
        url = case.engine.url.render_as_string(hide_password=False)
        self.settings = Settings(home=home, database_url=url, _env_file=None, **settings)
        self.visitors = Visitors(case.engine, case.council, home)
        app = Application(self.settings, case.engine)
        self.now = NOW
        app.state.clock = lambda: self.now
        self.client = TestClient(app, base_url="http://127.0.0.1:8000")
        self.visitors.app.state.settings = self.settings

    def ready(self) -> tuple[int, dict[str, str]]:
        answer = self.client.get("/health/ready")
        return answer.status_code, answer.json()["parts"]

    def states(self, about: str) -> tuple[str, str, str]:
        """Of one part: what ready says, the page's tag, the doctor's word."""
        _, parts = self.ready()
        self.visitors.at(self.now)
        page = self.visitors.admin.get("/administration")
        rows = page.tree.xpath("//main//div[contains(@class, 'govuk-summary-list__row')]")
        [row] = [row for row in rows if row.findtext("dt").strip().lower() == about.lower()]
        tag = " ".join(row.xpath("dd//p")[0].text_content().split())
        [doctor] = [each for each in examine(self.settings, self.now) if each.about == about]
        return parts[about], tag, doctor.health.value


@pytest.fixture
def watched(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """A system whose clock and delivery have just gone round, with a mail server."""
    monkeypatch.setattr("web.pages.upkeep.system.PREFECT", "http://127.0.0.1:9/api")
    stamp(case.engine, NOW)
    stamp(case.engine, NOW, DELIVERY)
    return Watched(case, tmp_path, mail_url=MAIL)


def test_all_three_find_it_well(watched: Watched) -> None:
    status, parts = watched.ready()
    assert (status, set(parts.values())) == (200, {"ready"})
    for about in ("clock", "delivery worker", "letters", "mail", "disk", "database"):
        assert watched.states(about) == ("ready", "Well", "ok")


@pytest.mark.parametrize(("name", "about"), [("clock", "clock"), (DELIVERY, "delivery worker")])
def test_a_stamp_from_the_future_is_a_problem_until_the_next_pass(
    watched: Watched, case: Case, name: str, about: str
) -> None:
    stamp(case.engine, NOW + timedelta(days=1), name)
    said, tag, doctor = watched.states(about)
    assert "clock was wrong" in said
    assert (tag, doctor) == ("Problem", "problem")
    assert watched.ready()[0] == 503
    stamp(case.engine, NOW, name)
    assert watched.states(about) == ("ready", "Well", "ok")


@pytest.mark.parametrize(
    ("about", "after"),
    [("clock", timedelta(minutes=11)), ("delivery worker", timedelta(minutes=3))],
)
def test_what_hangs_shows_by_what_it_does_not_do(
    watched: Watched, about: str, after: timedelta
) -> None:
    watched.now = NOW + after
    said, tag, doctor = watched.states(about)
    assert said != "ready"
    assert (tag, doctor) == ("Problem", "problem")


def test_a_letter_that_is_approved_and_not_issued_is_a_problem_after_five_minutes(
    watched: Watched, case: Case
) -> None:
    case.started().discuss("headteacher")
    with case.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE letter SET state = 'approved'")
    assert watched.states("letters") == ("ready", "Well", "ok")
    watched.now = NOW + timedelta(minutes=6)
    said, tag, doctor = watched.states("letters")
    assert said == "Letters are approved and not issued."
    assert (tag, doctor) == ("Problem", "problem")


# Mail --------------------------------------------------------------------------------------


def message(engine: Engine, number: int, state: MessageState) -> None:
    with write(engine) as session:
        add(
            session,
            Message,
            key=f"m{number}",
            kind=MessageKind.ALERT,
            to_name="Sam Ellison",
            to_email="seo@fernshire.example",
            data={},
            state=state,
            queued_at=NOW,
            next_attempt_at=NOW,
            claimed_by=f"{SERVER}#1",
            settled_at=NOW + timedelta(seconds=number),
        )


def test_mail_is_as_its_last_messages_were(watched: Watched, case: Case) -> None:
    message(case.engine, 1, MessageState.FAILED)
    assert watched.states("mail") == ("The mail server takes no messages.", "Problem", "problem")
    message(case.engine, 2, MessageState.SENT)
    assert watched.states("mail") == ("ready", "Look at this", "warning")
    for number in range(3, 13):
        message(case.engine, number, MessageState.SENT)
    assert watched.states("mail") == ("ready", "Well", "ok")


def test_a_mail_server_that_takes_nothing_is_a_problem_and_one_that_is_slow_is_not(
    watched: Watched, case: Case
) -> None:
    with write(case.engine) as session:
        add(session, MailServer, name=SERVER, ailing_since=NOW, said="Connection refused")
    assert watched.states("mail")[1:] == ("Problem", "problem")
    with write(case.engine) as session:
        change(session, MailServer, {"name": SERVER}, taken_at=NOW + timedelta(seconds=30))
    assert watched.states("mail") == ("ready", "Look at this", "warning")


def test_a_mail_server_that_asked_to_be_left_alone_is_to_be_looked_at(
    watched: Watched, case: Case
) -> None:
    until = NOW + timedelta(minutes=2)
    ailing = {"ailing_since": NOW, "said": "puts us off: 429", "wait_until": until}
    with write(case.engine) as session:
        add(session, MailServer, name=SERVER, **ailing)
    assert watched.states("mail") == ("ready", "Look at this", "warning")
    watched.now = until
    assert watched.states("mail")[1:] == ("Problem", "problem")


# Disk and database -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "tag", "health"),
    [(90_000_000, "Problem", "problem"), (900_000_000, "Look at this", "warning")],
)
def test_a_disk_that_fills_is_seen(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, left: int, tag: str, health: str
) -> None:
    usage = shutil.disk_usage("/")._replace(free=left)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert watched.states("disk")[1:] == (tag, health)
    assert watched.ready()[0] == (503 if health == "problem" else 200)


def test_a_locked_database_is_told_and_ready_does_not_hang(
    watched: Watched, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.upkeep.vital_signs.WRITER_WAITS", 0.05)
    other = connect(case.engine.url.render_as_string(hide_password=False))
    with write(other):
        status, parts = watched.ready()
        [doctor] = [each for each in examine(watched.settings, NOW) if each.about == "database"]
    other.dispose()
    assert (status, parts["database"]) == (503, "The database is locked.")
    assert doctor.health == "problem"
    assert watched.ready()[0] == 200


def test_ready_waits_for_no_part_that_hangs(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go = threading.Event()
    monkeypatch.setattr("web.health.WITHIN", 0.05)
    monkeypatch.setattr("web.health.signs.of_database", lambda *_, **__: let_go.wait())
    status, parts = watched.ready()
    let_go.set()
    assert status == 503
    assert "no answer" in parts["database"]


# Prefect -----------------------------------------------------------------------------------


@contextmanager
def prefect(counts: int | None) -> Iterator[str]:
    """A Prefect that wants its token against forged requests, and knows so many of the runs."""

    class Server(http.server.BaseHTTPRequestHandler):
        def _answer(self, status: int, body: Any) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def do_GET(self) -> None:
            token = urlsplit(self.path).path.endswith("/csrf-token")
            self._answer(200, {"token": "the-token"} if token else True)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Prefect-Csrf-Token"] != "the-token":
                self._answer(403, {"detail": "Missing CSRF token"})
            else:
                self._answer(200 if counts is not None else 500, counts)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}/api"
        server.shutdown()
        serving.join()


@pytest.mark.parametrize(
    ("counts", "states"),
    [
        (1, ("ready", "Well", "ok")),
        (0, ("Proposals that wait are missing in Prefect.", "Problem", "problem")),
        (None, ("ready", "Look at this", "warning")),
    ],
)
def test_waits_that_prefect_has_lost_are_counted_now(
    case: Case, tmp_path: Path, counts: int | None, states: tuple[str, str, str]
) -> None:
    case.started()
    case.propose("withdraw", reason="The school has put it right.")
    with case.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE proposal SET gate_run_id = 'a' || id")
    stamp(case.engine, NOW)
    with prefect(counts) as url:
        watched = Watched(case, tmp_path, prefect_api_url=url, PREFECT_API_URL=url)
        assert watched.states("Prefect") == ("ready", "Well", "ok")
        assert watched.states("flow runner") == states


def test_a_prefect_that_does_not_answer_is_told_with_no_setting_that_nobody_set(
    case: Case, tmp_path: Path
) -> None:
    stamp(case.engine, NOW)
    watched = Watched(case, tmp_path, PREFECT_API_URL="http://127.0.0.1:9/api")
    assert watched.states("Prefect") == ("Prefect does not answer.", "Problem", "problem")
    [doctor] = [each for each in examine(watched.settings, NOW) if each.about == "Prefect"]
    assert "PREFECT_API_URL" not in doctor.says
    assert watched.ready()[0] == 503
