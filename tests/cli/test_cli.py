"""The `scc` command as somebody at a terminal, or a script, meets it."""

import json
import re
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import Engine, text
from sqlmodel import func, select
from typer.testing import CliRunner

from cli import demonstration, doctor
from cli.main import app
from cli.running import Running, alone
from models.actions.tables import AgreedAction
from models.appointments.tables import Appointment
from models.approvals.tables import Proposal, ProposalState
from models.clocks import bank_holidays_known_until
from models.commissioning.tables import Commission, SupportRequest
from models.database import connect, read, write
from models.escalations.tables import Escalation, Status, Step, StepState
from models.events import Event, verify
from models.fairness.tables import FairnessRecord
from models.letters.tables import Letter, LetterState
from models.needs.tables import Need
from models.people import credentials, identity
from models.people.tables import Officer, digest
from models.policy import Policy
from models.priorities.tables import ImprovementPriority, PriorityMonth
from models.programme.tables import SchoolVisit
from models.record.verifying import examine
from models.refusals import NotIdentified
from models.school_record.tables import DepartmentNotice, RiseSupport, StatementOfAction
from models.schools.tables import School
from models.settings import Settings
from models.upkeep import clock, schema
from tests.support.cases import Case
from tests.support.council import Council

COMMANDS = (
    "up",
    "init",
    "demo",
    "doctor",
    "officer",
    "token",
    "code",
    "tick",
    "deliver",
    "verify",
    "import",
    "backup",
    "restore",
)


class Terminal:
    """Runs commands, with their words and their JSON kept apart."""

    def __call__(self, *arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(app, list(arguments))
        assert result.exit_code == status, (arguments, result.output, result.exception)
        assert "Traceback" not in result.output
        return result

    def json(self, *arguments: str, status: int = 0) -> Any:
        """The one JSON object on standard output."""
        return json.loads(self(*arguments, "--json", status=status).stdout)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own, and no settings from anywhere else."""
    for name in ("PREFECT_API_URL", *(f"SCC_{name.upper()}" for name in Settings.model_fields)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCC_HOME", str(tmp_path / "home"))
    # Nothing listens there: no test may find a Prefect that somebody runs on this machine.
    monkeypatch.setattr("cli.doctor.PREFECT_PORT", 9)
    return tmp_path / "home"


@pytest.fixture
def scc(home: Path) -> Terminal:
    """The command, on a data folder of its own without a database."""
    return Terminal()


@pytest.fixture
def on_database(home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """The command, on an empty database of either kind."""
    home.mkdir()
    monkeypatch.setenv("SCC_DATABASE_URL", database_url)
    return Terminal()


# Usage -------------------------------------------------------------------------------------


def test_it_says_its_version(scc: Terminal) -> None:
    assert scc("--version").stdout.strip() == "Schools Causing Concern 0.1.0"


def test_help_names_every_command(scc: Terminal) -> None:
    shown = scc("--help").stdout
    assert all(command in shown for command in COMMANDS)


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["tick", "--nonsense"],
        ["officer", "add", "a@b.example", "--name", "A"],
        ["officer", "add", "a@b.example", "--name", "A", "--role", "king"],
        ["officer", "add", "a@b.example", "--name", "A", "--role", "legal", "--phase", "tertiary"],
        ["token"],
        ["token", "a@b.example", "--days", "0"],
        ["officer", "link"],
        ["up", "--port", "0"],
        ["up", "--prefect-port", "65536"],
        ["tick", "--as-of", "26-12-01T09:00"],
        ["tick", "--as-of", "0026-12-01T09:00"],
        ["tick", "--as-of", "9999-12-31T09:00"],
        ["tick", "--as-of", "2026-12-01"],
        ["tick", "--as-of", "2026-02-30T09:00"],
        ["tick", "--as-of", "tomorrow"],
        ["tick", "--as-of", ""],
    ],
)
def test_wrong_usage_is_status_2(scc: Terminal, arguments: list[str]) -> None:
    result = scc(*arguments, status=2)
    assert result.stdout == ""
    assert result.stderr


def test_the_installed_command_answers_with_status_and_json(home: Path) -> None:
    command = [sys.executable, "-c", "from cli.main import run; run()"]

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)

    refused = run("verify", "--json")
    assert refused.returncode == 1
    assert "scc init" in json.loads(refused.stdout)["detail"]
    assert "Traceback" not in refused.stderr
    assert run("init").returncode == 0
    verified = json.loads(run("verify", "--json").stdout)
    assert (verified["events"], verified["intact"]) == (0, True)
    assert run("tick", "--when").returncode == 2


# The database ------------------------------------------------------------------------------


def test_init_makes_a_database_and_may_be_repeated(scc: Terminal, home: Path) -> None:
    for _ in range(2):
        assert scc.json("init") == {"database": f"sqlite:///{home / 'scc.db'}"}
    verified = scc.json("verify")
    assert (verified["events"], verified["intact"]) == (0, True)
    assert home.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("command", ["tick", "deliver", "verify", "token a@b.example"])
def test_without_a_database_every_command_says_how_to_make_one(scc: Terminal, command: str) -> None:
    assert "scc init" in scc(*command.split(), status=1).stderr


@pytest.mark.parametrize("command", ["init", "tick", "demo", "verify", "up --no-prefect"])
def test_a_database_of_a_newer_version_is_left_alone(
    on_database: Terminal, engine: Engine, command: str
) -> None:
    with engine.begin() as connection:
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        assert "newer version" in on_database(*command.split(), status=1).stderr
    finally:
        with engine.begin() as connection:
            back = text("UPDATE alembic_version SET version_num = :revision")
            connection.execute(back, {"revision": revision})
    assert count(engine, Event) == 0


def test_init_does_not_touch_somebody_elses_tables(scc: Terminal, home: Path) -> None:
    home.mkdir()
    with sqlite3.connect(home / "scc.db") as connection:
        connection.execute("CREATE TABLE library (book TEXT)")
    connection.close()
    assert "did not make" in scc("init", status=1).stderr
    assert schema_names(home) == ["library"]


def schema_names(home: Path) -> list[str]:
    connection = sqlite3.connect(home / "scc.db")
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
    connection.close()
    return names


def test_a_file_that_is_no_database_is_a_reason_not_a_traceback(scc: Terminal, home: Path) -> None:
    home.mkdir()
    (home / "scc.db").write_text("This is a letter and no database. " * 100)
    assert "not a database" in scc("tick", status=1).stderr


def test_a_data_folder_that_cannot_be_written_is_named(
    scc: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SCC_HOME", str(tmp_path / "file" / "home"))
    for command in ("init", "demo", "up"):
        refused = scc.json(command, status=1)
        assert str(tmp_path / "file" / "home") in refused["detail"]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "SCC_DATABASE_URL"),
        ("mysql://account:s3cret@db.example/scc", "SCC_DATABASE_URL"),
        ("oracle9://account:s3cret@db.example/scc", "SCC_DATABASE_URL"),
        ("postgresql+psycopg://account:s3cret@127.0.0.1:9/scc?connect_timeout=2", "127.0.0.1"),
    ],
)
def test_a_database_that_cannot_be_reached_is_a_reason_without_the_password(
    scc: Terminal, monkeypatch: pytest.MonkeyPatch, url: str, says: str
) -> None:
    monkeypatch.setenv("SCC_DATABASE_URL", url)
    for command in ("init", "tick", "doctor"):
        result = scc(command, "--json", status=1)
        assert says in result.output
        assert "s3cret" not in result.output
        json.loads(result.stdout)


# Officers ----------------------------------------------------------------------------------


def test_an_officer_is_added_and_gets_a_token_and_a_code(
    on_database: Terminal, engine: Engine
) -> None:
    added = on_database.json(
        *("officer", "add", "Ruth@Fernshire.Example", "--name", "Ruth Calloway"),
        *("--role", "service_manager", "--phase", "primary"),
    )
    link = added.pop("link")
    assert added == {
        "email": "ruth@fernshire.example",
        "name": "Ruth Calloway",
        "role": "service_manager",
        "phase": "primary",
    }
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/set-password/[\w-]{43}", link)
    token = on_database.json("token", "ruth@fernshire.example")["token"]
    first = on_database.json("code", "ruth@fernshire.example")["code"]
    second = on_database.json("code", "RUTH@fernshire.example")["code"]
    with read(engine) as session:
        now = datetime.now(UTC)
        assert credentials.officer_by_token(session, token, now=now).name == "Ruth Calloway"
        assert credentials.officer_by_code(session, second).name == "Ruth Calloway"
        with pytest.raises(Exception, match="not known"):
            credentials.officer_by_code(session, first)
        assert verify(session) is None


def test_the_first_administrator_is_let_in_by_a_link(
    on_database: Terminal, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCC_BASE_URL", "https://scc.fernshire.example/")
    first = on_database.json(
        *("officer", "add", "ada@f.example", "--name", "Ada Moss", "--role", "administrator")
    )["link"]
    assert first.startswith("https://scc.fernshire.example/set-password/")
    assert _invited(engine, first)
    second = on_database.json("officer", "link", "ADA@f.example")
    assert second["email"] == "ada@f.example"
    shown = on_database("officer", "link", "ada@f.example").stdout
    third = shown.splitlines()[-1]
    assert "Ada Moss" in shown
    assert "72 hours" in shown
    assert [_invited(engine, link) for link in (first, second["link"], third)] == [0, 0, 1]


def _invited(engine: Engine, link: str) -> bool:
    with read(engine) as session:
        try:
            mark = digest(link.rpartition("/")[2])
            return credentials.invited(session, mark, now=datetime.now(UTC))[1].name == "Ada Moss"
        except NotIdentified:
            return False


def test_an_officer_is_told_how_to_go_on(on_database: Terminal) -> None:
    shown = on_database("officer", "add", "leo@f.example", "--name", "Leo", "--role", "legal")
    assert "scc token leo@f.example" in shown.stdout
    assert "scc code leo@f.example" in shown.stdout
    assert shown.stderr == ""


def test_a_token_says_how_long_it_works(on_database: Terminal, engine: Engine) -> None:
    on_database("officer", "add", "leo@f.example", "--name", "Leo", "--role", "legal")
    for days, options in ((90, ()), (7, ("--days", "7"))):
        told = on_database.json("token", "leo@f.example", *options)
        ends = datetime.fromisoformat(told["expires_at"])
        assert abs(ends - datetime.now(UTC) - timedelta(days=days)) < timedelta(minutes=1)
        early, late = ends - timedelta(minutes=1), ends + timedelta(minutes=1)
        assert identity.caller(engine, now=early, token=told["token"])[1].name == "Leo"
        with pytest.raises(NotIdentified):
            identity.caller(engine, now=late, token=told["token"])
    assert "for 90 days" in on_database("token", "leo@f.example").stdout


def test_a_refused_officer_names_the_fields_and_adds_nobody(
    on_database: Terminal, engine: Engine
) -> None:
    refused = on_database.json(
        *("officer", "add", "no address", "--name", "two\nlines", "--role", "legal"), status=1
    )
    assert [error["field"] for error in refused["errors"]] == ["email", "name"]
    on_database("officer", "add", "leo@f.example", "--name", "Leo", "--role", "legal")
    again = ("officer", "add", "LEO@f.example", "--name", "Leo", "--role", "legal")
    assert "already" in on_database(*again, status=1).stderr
    assert count(engine, Officer) == 1


def test_nobody_unknown_or_gone_gets_a_token(
    on_database: Terminal, engine: Engine, council: Council
) -> None:
    with write(engine) as session:
        session.connection().execute(
            text("UPDATE officer SET active = false WHERE id = :id"), {"id": council.seo2.id}
        )
    before = count(engine, Event)
    for email in ("nobody@fernshire.example", council.seo2.email):
        on_database("token", email, status=1)
        on_database("officer", "link", email, status=1)
        on_database("code", email, status=1)
    assert count(engine, Event) == before


# The clock and the outbox ------------------------------------------------------------------


def test_a_pass_does_all_that_is_due_and_a_second_one_nothing(
    on_database: Terminal, case: Case
) -> None:
    case.started().discuss("headteacher")
    first = on_database.json("tick", "--as-of", "2026-12-08T09:00")
    assert first == {
        "as_of": "2026-12-08T09:00:00+00:00",
        "reminders": 3,
        "deadlines_missed": 1,
        "digests": first["digests"],
        "duties_reminded": 0,
        "batches_begun": 0,
        "evaluations_compiled": 0,
        "levels_asked_of": 0,
        "schools_reminded": 0,
        "letters_issued": 0,
    }
    assert first["digests"] > 0
    second = on_database.json("tick", "--as-of", "2026-12-08T09:00")
    assert set(second.values()) == {"2026-12-08T09:00:00+00:00", 0}


@pytest.mark.parametrize(
    ("typed", "as_of"),
    [
        ("2026-12-01T09:00", "2026-12-01T09:00:00+00:00"),
        ("2026-07-01 09:00", "2026-07-01T09:00:00+01:00"),
        ("2026-07-01T09:00Z", "2026-07-01T10:00:00+01:00"),
        ("2026-07-01T09:00-05:00", "2026-07-01T15:00:00+01:00"),
        # shown twice in October: the first; skipped in March: read on winter time
        ("2026-10-25T01:30", "2026-10-25T01:30:00+01:00"),
        ("2026-03-29T01:30", "2026-03-29T02:30:00+01:00"),
    ],
)
def test_a_moment_is_london_time_unless_it_says_otherwise(
    scc: Terminal, typed: str, as_of: str
) -> None:
    scc("init")
    assert scc.json("tick", "--as-of", typed)["as_of"] == as_of


def test_only_a_pass_as_of_now_counts_as_the_clock_having_gone_round(
    on_database: Terminal, engine: Engine
) -> None:
    on_database("tick", "--as-of", "2030-12-02T09:00")
    assert clock.last_pass(engine) is None
    on_database("tick")
    last = clock.last_pass(engine)
    assert last is not None
    assert abs((datetime.now(UTC) - last).total_seconds()) < 60


def test_a_pass_issues_approved_letters_and_delivery_keeps_them_in_the_mail_folder(
    on_database: Terminal, engine: Engine, case: Case, home: Path
) -> None:
    case.started().discuss("headteacher")
    with read(engine) as session:
        note = session.exec(select(Proposal)).one()
    case.approve(note)
    assert on_database.json("tick", "--as-of", "2026-11-23T11:00")["letters_issued"] == 1
    with read(engine) as session:
        assert session.exec(select(Letter.state)).one() is LetterState.ISSUED
    delivered = on_database.json("deliver")
    assert delivered.keys() == {"sent", "retry", "failed", "unknown", "dropped"}
    assert delivered["sent"] == len(list((home / "mail").glob("*.eml"))) > 0
    assert any(b"application/pdf" in mail.read_bytes() for mail in (home / "mail").glob("*.eml"))
    assert set(on_database.json("deliver").values()) == {0}


def links(home: Path) -> set[str]:
    """Where the links in the mails that were kept lead: scheme, host and port."""
    found = set()
    for file in (home / "mail").glob("*.eml"):
        mail = message_from_bytes(file.read_bytes(), policy=default)
        text = mail.get_body(("plain",)).get_content()
        found |= set(re.findall(r"https?://[^/\s]+(?=/escalations)", text))
        file.unlink()
    return found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_mails_lead_to_the_pages_that_run(
    on_database: Terminal, case: Case, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case.started().discuss("headteacher")

    def remind(day: str) -> set[str]:
        assert on_database.json("tick", "--as-of", f"{day}T09:00")["reminders"] > 0
        on_database("deliver")
        return links(home)

    with alone(home, Running(1, "http://127.0.0.1:8010", "http://127.0.0.1:4210/api")):
        assert remind("2026-12-08") == {"http://127.0.0.1:8010"}
        monkeypatch.setenv("SCC_BASE_URL", "https://concerns.fernshire.example")
        assert remind("2026-12-15") == {"https://concerns.fernshire.example"}
        monkeypatch.delenv("SCC_BASE_URL")
    # What it wrote down is still there; it no longer runs.
    assert remind("2026-12-22") == {"http://127.0.0.1:8000"}


def test_a_broken_policy_stops_the_clock_with_its_reason(
    scc: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scc("init")
    monkeypatch.setenv("SCC_POLICY", str(tmp_path / "nowhere"))
    for command in ("tick", "deliver", "demo", "up"):
        assert "policy" in scc(command, status=1).stderr


# The record --------------------------------------------------------------------------------


def test_the_record_is_verified_and_the_first_broken_event_named(
    on_database: Terminal, engine: Engine, council: Council
) -> None:
    events = count(engine, Event)
    whole = on_database.json("verify")
    assert (whole["events"], whole["intact"], whole["differs"]) == (events, True, [])
    with engine.begin() as connection:
        connection.execute(text("UPDATE event SET actor = 'nobody' WHERE sequence = 3"))
    broken = on_database.json("verify", status=1)
    assert (broken["intact"], broken["sequence"]) == (False, 3)
    assert broken["reason"] == "its content was changed"
    assert broken["differs"] == []
    assert "event 3" in on_database("verify", status=1).stdout


def test_rows_that_are_not_as_the_record_says_are_listed(
    on_database: Terminal, engine: Engine, council: Council
) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE officer SET role = 'director' WHERE id = 3"))
        connection.execute(
            text(
                "INSERT INTO credential (id, officer_id, kind, digest, label, created_at) VALUES "
                "(1, 7, 'token', 'planted', '', '2026-11-23 10:00:00')"
            )
        )
    found = on_database.json("verify", status=1)
    assert (found["intact"], found["differing"], found["sequence"]) == (False, 2, 3)
    assert found["differs"] == [
        {
            "row": "officer:3",
            "column": "role",
            "event": 3,
            "reason": "the role of an officer differs",
        },
        {
            "row": "credential:1",
            "column": None,
            "event": None,
            "reason": "a token, code or link is there of which no event speaks",
        },
    ]
    said = on_database("verify", status=1).stdout
    assert "2 things are not as it says" in said
    assert "officer 3: the role of an officer differs (event 3)" in said


# The doctor --------------------------------------------------------------------------------


def checks(answer: Any) -> dict[str, str]:
    return {check["check"]: check["state"] for check in answer["checks"]}


def test_the_doctor_finds_a_new_installation_healthy(on_database: Terminal, engine: Engine) -> None:
    answer = on_database.json("doctor")
    assert answer["healthy"] is True
    assert checks(answer) == {
        "data folder": "ok",
        "database": "ok",
        "disk": "ok",
        "clock": "warning",
        "running": "ok",
        "letters": "ok",
        "deliveries": "ok",
        "delivery worker": "warning",
        "policy": "ok",
        "Prefect": "warning",
        "flow runner": "ok",
        "mail": "warning",
        "malware scanner": "warning",
        "secret key": "ok",
        "council accounts": "ok",
        "time zone": "ok",
        "bank holidays": "ok",
    }
    clock.stamp(engine, datetime.now(UTC))
    clock.stamp(engine, datetime.now(UTC), clock.DELIVERY)
    well = checks(on_database.json("doctor"))
    assert (well["clock"], well["delivery worker"]) == ("ok", "ok")


@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        ("SCC_POLICY", "/nowhere", "policy"),
        ("SCC_MAIL_URL", "slack://A/B/C", "mail"),
        ("PREFECT_API_URL", "http://127.0.0.1:9/api", "Prefect"),
        ("SCC_BASE_URL", "https://concerns.fernshire.example", "secret key"),
        ("SCC_OIDC_ISSUER", "https://login.fernshire.example", "council accounts"),
        ("SCC_OIDC_CLIENT_SECRET", "s3cret", "council accounts"),
    ],
)
def test_the_doctor_names_a_problem_and_fails(
    scc: Terminal, monkeypatch: pytest.MonkeyPatch, name: str, value: str, check: str
) -> None:
    scc("init")
    monkeypatch.setenv(name, value)
    answer = scc.json("doctor", status=1)
    assert answer["healthy"] is False
    assert [name for name, state in checks(answer).items() if state == "problem"] == [check]


@pytest.mark.parametrize(
    ("issuer", "state"),
    [
        ("https://login.fernshire.example", "ok"),
        ("http://127.0.0.1:9000", "ok"),
        ("http://login.fernshire.example", "problem"),
        ("login.fernshire.example", "problem"),
        ("https://", "problem"),
    ],
)
def test_the_doctor_wants_an_identity_provider_that_nobody_overhears(
    home: Path, issuer: str, state: str
) -> None:
    settings = Settings(oidc_issuer=issuer, oidc_client_id="scc", oidc_client_secret="s3cret")
    found = {finding.about: finding for finding in doctor.examine(settings, datetime.now(UTC))}
    assert found["council accounts"].health == state
    assert settings.council_sign_in is (state == "ok")


def test_looking_changes_nothing(scc: Terminal, home: Path) -> None:
    assert checks(scc.json("doctor", status=1))["database"] == "problem"
    assert not home.exists()


def test_the_doctor_counts_what_waits_for_a_person(
    on_database: Terminal, engine: Engine, case: Case
) -> None:
    case.started().discuss("headteacher")
    with engine.begin() as connection:
        connection.execute(text("UPDATE letter SET state = 'approved'"))
        connection.execute(text("UPDATE message SET state = 'unknown'"))
    state = checks(on_database.json("doctor", status=1))
    assert (state["letters"], state["deliveries"]) == ("problem", "warning")


def test_the_doctor_warns_a_year_before_the_bank_holidays_run_out(home: Path) -> None:
    def state(now: datetime) -> str:
        found = doctor.examine(Settings(), now)
        return next(one.health.value for one in found if one.about == "bank holidays")

    until = bank_holidays_known_until()
    noon = datetime(until.year, 12, 31, 12, tzinfo=UTC)
    assert state(noon.replace(year=until.year - 1, day=30)) == "ok"
    assert state(noon.replace(year=until.year - 1, month=12, day=31)) == "ok"
    assert state(noon.replace(month=1, day=2)) == "warning"
    assert state(noon) == "warning"
    assert state(noon.replace(year=until.year + 1, month=1, day=1)) == "problem"


def test_the_doctor_shows_settings_without_secrets(
    scc: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCC_MAIL_URL", "mailtos://me:pw-one@mail.example?from=a@b.example&pass=pw2")
    monkeypatch.setenv("SCC_ALERTS_URL", "slack://pw-three/B/C, workflows://pw-four@host/x")
    monkeypatch.setenv("SCC_SECRET_KEY", "pw-five")
    monkeypatch.setenv("SCC_OIDC_CLIENT_SECRET", "pw-six")
    monkeypatch.setenv("SCC_DATABASE_URL", "postgresql+psycopg://me:pw-7@127.0.0.1:9/scc")
    monkeypatch.setenv("PREFECT_API_URL", "http://me:pw-8@127.0.0.1:9/api")
    result = scc("doctor", "--json", status=1)
    assert "pw-" not in result.output
    assert "pw2" not in result.output
    settings = json.loads(result.stdout)["settings"]
    assert settings["SCC_MAIL_URL"] == "mailtos://…@mail.example"
    assert settings["SCC_ALERTS_URL"] == "slack://******** workflows://********"
    assert settings["SCC_DATABASE_URL"] == "postgresql+psycopg://me:***@127.0.0.1:9/scc"


# The demonstration -------------------------------------------------------------------------


def count(engine: Engine, table: type) -> int:
    with read(engine) as session:
        return session.exec(select(func.count()).select_from(table)).one()


def standing(engine: Engine) -> set[tuple[str, Status, str, StepState]]:
    """Each escalation: its ladder, its status, its step and how that stands."""
    at = (Step.escalation_id == Escalation.id) & (Step.key == Escalation.step_key)
    with read(engine) as session:
        rows = session.exec(
            select(Escalation.ladder, Escalation.status, Escalation.step_key, Step.state).join(
                Step,
                at,
            )
        )
        return {tuple(row) for row in rows}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_demonstration_shows_escalations_at_every_turn_and_is_loaded_once(
    on_database: Terminal, engine: Engine, home: Path
) -> None:
    answer = on_database.json("demo")
    assert answer["loaded"] is True
    assert len(answer["officers"]) == 11
    assert {officer["code"] for officer in answer["officers"]} >= {"DEMO-MARGARET", "DEMO-PRIYA"}
    assert standing(engine) >= {
        ("maintained", Status.OPEN, "informal_headteacher", StepState.APPROVED),
        ("maintained", Status.OPEN, "informal_governing_body", StepState.AWAITING_RESPONSE),
        ("maintained", Status.OPEN, "formal_headteacher", StepState.AWAITING_RESPONSE),
        ("academy", Status.OPEN, "secretary_of_state", StepState.AWAITING_RESPONSE),
        ("maintained", Status.PAUSED, "informal_headteacher", StepState.AWAITING_RESPONSE),
        ("maintained", Status.RESOLVED, "informal_headteacher", StepState.SATISFACTORY),
        ("academy", Status.PROPOSED, "informal_headteacher", StepState.PROPOSED),
    }
    with read(engine) as session:
        assert examine(session, Settings().evidence_folder).differences == []
        moments = session.exec(select(Event.at).order_by(Event.sequence)).all()
        assert moments == sorted(moments)
        assert moments[-1] <= datetime.now(UTC)
        drafts = session.exec(select(Letter).where(Letter.state == LetterState.DRAFT)).all()
        assert {letter.template for letter in drafts} == {"formal_governing_body", "warning_notice"}
        kinds = {school.kind for school in session.exec(select(School))}
        assert len(kinds) == 3
        waiting = select(Proposal.action).where(Proposal.state == ProposalState.AWAITING)
        assert "intervene" in session.exec(waiting).all()
        assert [each.state for each in session.exec(select(StatementOfAction))] == ["owed"]
        assert len(session.exec(select(FairnessRecord)).all()) == 3
        assert [each.answered_on for each in session.exec(select(DepartmentNotice))] == [None]
        assert [each.adviser for each in session.exec(select(RiseSupport))] == ["Dr Imogen Vance"]
        assert session.exec(select(Appointment.kind)).all() == ["visit"]
        assert [each.state for each in session.exec(select(AgreedAction))] == ["open"] * 3
        needs = {(each.answer, each.state) for each in session.exec(select(Need))}
        assert needs == {("less", "closed"), ("more", "open")}
        assert [each.version for each in session.exec(select(ImprovementPriority))] == [2]
        assert [each.rating for each in session.exec(select(PriorityMonth))] == ["On track"]
        assert [each.days_agreed for each in session.exec(select(Commission))] == [2, 6]
        asked = session.exec(select(SupportRequest).order_by(SupportRequest.id))
        assert [each.state for each in asked] == ["accepted", "open"]
        led = select(SchoolVisit).where(SchoolVisit.led_by_consultant_id == 1)
        assert [each.urn for each in session.exec(led)] == [900005]
        of_record = select(Letter.state).where(Letter.template == "school_letter")
        assert session.exec(of_record).all() == [LetterState.ISSUED]
        missed = text("SELECT count(*) FROM deadline WHERE state = 'missed'")
        assert session.connection().execute(missed).scalar() >= 1
    mails = list((home / "mail").glob("*.eml"))
    assert mails
    assert all(b"application/pdf" in mail.read_bytes() for mail in mails)

    before = on_database.json("verify")
    again = on_database.json("demo")
    assert again["loaded"] is False
    assert len(again["officers"]) == 11
    assert on_database.json("verify") == before
    assert sorted((home / "mail").glob("*.eml")) == sorted(mails)


def test_the_demonstration_does_not_mix_with_real_schools(
    on_database: Terminal, engine: Engine, council: Council
) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE school SET demonstration = false WHERE urn = 900001"))
    before = count(engine, Event)
    assert "real schools" in on_database("demo", status=1).stderr
    assert count(engine, Event) == before


def test_half_a_demonstration_is_said_to_be_half(on_database: Terminal, council: Council) -> None:
    assert "cut short" in on_database("demo", status=1).stderr


@pytest.mark.parametrize(
    "day",
    [datetime(2026, 12, 27, 23, 30, tzinfo=UTC), datetime(2027, 3, 29, 0, 30, tzinfo=UTC)],
    ids=["christmas", "easter and the change of the clocks"],
)
def test_the_demonstration_loads_on_any_day(
    home: Path, sqlite_template: Path, policy: Policy, day: datetime
) -> None:

    home.mkdir()
    engine = connect(f"sqlite:///{home / 'scc.db'}")
    schema.migrate(engine)
    assert demonstration.load(engine, policy, Settings(), day)
    with read(engine) as session:
        assert examine(session, Settings().evidence_folder).differences == []
        assert session.exec(select(func.max(Event.at))).one() <= day
    engine.dispose()
