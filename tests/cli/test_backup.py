"""A backup is whole, goes into either kind of database, and restoring it is all or nothing."""

import hashlib
import json
import os
import shutil
import sqlite3
import stat
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from click.testing import Result
from sqlalchemy import Engine, delete
from sqlmodel import col, select
from typer.testing import CliRunner

from cli import demonstration
from cli.main import app
from models.approvals.events import ProposalApproved
from models.approvals.tables import Proposal
from models.database import connect, read, write
from models.escalations import starting
from models.escalations.events import DiscussionRecorded
from models.events import Event
from models.evidence.tables import EvidenceFile, Scan
from models.files.folder import path_of
from models.matters.tables import Matter, NamedOfficer
from models.outbox import Message, MessageKind, MessageState
from models.people import cover, credentials, identity
from models.people import officers as people_officers
from models.people.acting import Acting
from models.people.tables import Credential, CredentialKind, Delegation, Officer, Role, SignIn
from models.policy import Policy
from models.policy.guidance import Guidance
from models.record.verifying import examine
from models.refusals import NotIdentified, NotPossible
from models.rows import add, change
from models.settings import Settings
from models.upkeep import schema
from models.upkeep.backup import back_up, restore
from models.upkeep.backup.copying import copied_tables
from models.upkeep.clock import tick
from models.upkeep.events import BackupMade, BackupRestored
from notifications.outbox import deliver
from tests.support import databases
from tests.support.appointments import invitations, invite, move, plan
from tests.support.cases import Case
from tests.support.council import NOW, found_council
from tests.support.killing import run_killed_at
from tests.support.policies import POLICY

LATER = NOW + timedelta(days=42)  # a Monday too
PAPER = b"%PDF-1.7 minutes of a meeting"
PAPER_SHA256 = hashlib.sha256(PAPER).hexdigest()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own, and no settings from anywhere else."""
    for name in ("PREFECT_API_URL", *(f"SCC_{name.upper()}" for name in Settings.model_fields)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCC_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def scc(home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command: `url` says on which database."""

    def run(*arguments: str, url: str = "", status: int = 0) -> Result:
        monkeypatch.setenv("SCC_DATABASE_URL", url)
        result = CliRunner().invoke(app, list(arguments))
        assert result.exit_code == status, (arguments, result.output, result.exception)
        assert "Traceback" not in result.output
        return result

    return run


@pytest.fixture
def new_sqlite(tmp_path: Path, sqlite_template: Path) -> str:
    """The URL of an empty SQLite database, beside the one that `engine` may be."""
    file = tmp_path / "second.db"
    shutil.copyfile(sqlite_template, file)
    return databases.sqlite_url(file)


@pytest.fixture
def folder(home: Path) -> Path:
    """Where attached files lie."""
    return home / "evidence"


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """The file of a backup that is not made yet."""
    return tmp_path / "backups" / "scc.zip"


@pytest.fixture(autouse=True)
def _shelf(backup: Path) -> None:
    backup.parent.mkdir()


def lived_in(case: Case, folder: Path) -> Case:
    """A case with rows in many tables, letters and an attached file."""
    case.started().climb_to("intervention")
    case.prepare("65")
    file = path_of(folder, PAPER_SHA256)
    file.parent.mkdir(parents=True)
    file.write_bytes(PAPER)
    with write(case.engine) as session:
        add(
            session,
            EvidenceFile,
            matter_id=case.matter.id,
            step_key="intervention",
            name="minutes.pdf",
            media_type="application/pdf",
            size=len(PAPER),
            sha256=PAPER_SHA256,
            description="Minutes – “final”",
            scan=Scan.NOT_SCANNED,
            scan_result="",
            added_by_id=case.council.seo.id,
            added_at=NOW,
        )
        add(
            session,
            Delegation,
            from_officer_id=case.council.hos.id,
            to_officer_id=case.council.hos2.id,
            role=Role.HEAD_OF_SERVICE,
            first_day=date(2026, 12, 1),
            last_day=date(2026, 12, 24),
            reason="Leave",
            made_at=NOW,
        )
        credentials.issue_token(session, now=NOW, officer=case.council.seo)
    return case


def held(engine: Engine) -> dict[str, list[Any]]:
    """All that a backup holds, by table, in the order of its keys."""
    rows = databases.rows(engine)
    return {
        table.name: sorted((tuple(row.values()) for row in rows[table]), key=lambda row: row[0])
        for table in copied_tables()
    }


def settled(engine: Engine) -> None:
    """Nothing waits to leave, so that restoring changes no row."""
    with write(engine) as session:
        for message in session.exec(select(Message)):
            change(session, Message, {"id": message.id}, state=MessageState.SENT)


def record_of(engine: Engine) -> list[str]:
    with read(engine) as session:
        found = examine(session)
        assert (found.broken, found.differences) == (None, [])
        return list(session.exec(select(Event.kind).order_by(col(Event.sequence))))


@contextmanager
def engine_of(url: str) -> Iterator[Engine]:
    engine = connect(url)
    yield engine
    engine.dispose()


# There and back ----------------------------------------------------------------------------


def test_what_is_saved_on_either_kind_of_database_comes_back_on_sqlite(
    scc: Callable[..., Result],
    case: Case,
    folder: Path,
    backup: Path,
    database_url: str,
    new_sqlite: str,
) -> None:
    lived_in(case, folder)
    settled(case.engine)
    before = held(case.engine)

    made = json.loads(scc("backup", str(backup), "--json", url=database_url).stdout)
    shutil.rmtree(folder)
    told = json.loads(scc("restore", str(backup), "--json", url=new_sqlite).stdout)

    assert made["sha256"] == hashlib.sha256(backup.read_bytes()).hexdigest()
    assert (made["files"], made["missing"], made["intact"]) == (1, [], True)
    assert (told["events"], told["head"]) == (made["events"], made["head"])
    assert path_of(folder, PAPER_SHA256).read_bytes() == PAPER
    with engine_of(new_sqlite) as restored:
        check_same(restored, before)


def test_what_is_saved_on_sqlite_comes_back_on_postgresql_which_goes_on_counting(
    scc: Callable[..., Result],
    new_sqlite: str,
    postgresql_url: str,
    policy: Policy,
    folder: Path,
    backup: Path,
) -> None:
    with engine_of(new_sqlite) as engine, engine_of(postgresql_url) as target:
        databases.empty(target)
        case = lived_in(Case(engine, policy, found_council(engine)), folder)
        settled(engine)
        before = held(engine)

        scc("backup", str(backup), url=new_sqlite)
        scc("restore", str(backup), url=postgresql_url)

        check_same(target, before)
        again = Case(target, policy, case.council, case.reference, now=case.now)
        again.prepare("64")  # new rows have keys of their own
        with write(target) as session:
            credentials.issue_token(session, now=LATER, officer=case.council.seo)
        record_of(target)


def check_same(restored: Engine, before: dict[str, list[Any]]) -> None:
    """Every row is there as it was; the record goes on from there and says that it was restored."""
    after = held(restored)
    new = {"event", "chain_head"}
    assert {name for name in before if after[name] != before[name]} == new
    assert after["event"][: len(before["event"])] == before["event"]
    assert record_of(restored)[-1] == BackupRestored.kind
    filled = {name for name, rows in before.items() if rows}
    assert filled >= {"issued_file", "letter", "power", "evidence_file", "delegation", "credential"}


def test_the_demonstration_comes_back(
    scc: Callable[..., Result], home: Path, policy: Policy, backup: Path, new_sqlite: str
) -> None:
    scc("demo")
    scc("backup", str(backup))
    with engine_of(f"sqlite:///{home / 'scc.db'}") as engine:
        before = held(engine)

    scc("restore", str(backup), url=new_sqlite)

    assert "intact" in scc("verify", url=new_sqlite).stdout
    with engine_of(new_sqlite) as restored:
        after = held(restored)
        assert len(before["issued_file"]) > 10
        assert after["issued_file"] == before["issued_file"]
        assert after["escalation"] == before["escalation"]
        assert demonstration.sign_ins(restored)


def test_the_file_is_its_owners_and_holds_no_secret_and_no_session(
    scc: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
    case: Case,
    backup: Path,
    database_url: str,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("SCC_SECRET_KEY", "a-very-secret-key")
    monkeypatch.setenv("SCC_MAIL_URL", "mailtos://account:a-very-secret-password@mail.example")
    with write(case.engine) as session:
        identity.sign_in(session, now=NOW, officer=case.council.seo)
        token = credentials.issue_token(session, now=NOW, officer=case.council.seo)

    scc("backup", str(backup), url=database_url)

    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert os.listdir(backup.parent) == [backup.name]
    with zipfile.ZipFile(backup) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
        archive.extract("database.sqlite", tmp_path / "looked-at")
    assert b"a-very-secret" not in everything
    assert token.encode() not in everything
    looked_at = sqlite3.connect(tmp_path / "looked-at" / "database.sqlite")
    assert looked_at.execute("SELECT count(*) FROM sign_in").fetchone() == (0,)
    assert looked_at.execute("SELECT count(*) FROM officer").fetchone() == (11,)
    looked_at.close()


def test_a_backup_is_on_record_after_it_is_complete(
    scc: Callable[..., Result], case: Case, backup: Path, database_url: str
) -> None:
    made = json.loads(scc("backup", str(backup), "--json", url=database_url).stdout)

    with read(case.engine) as session:
        last = session.exec(select(Event).order_by(col(Event.sequence).desc())).first()
    assert last is not None
    assert last.kind == BackupMade.kind
    assert last.sequence == made["events"] + 1
    assert last.facts["sha256"] == made["sha256"]


def test_no_file_is_replaced_but_a_backup_that_is_meant(
    scc: Callable[..., Result], case: Case, backup: Path, database_url: str
) -> None:
    scc("backup", str(backup), url=database_url)
    first = backup.read_bytes()

    assert "--force" in scc("backup", str(backup), url=database_url, status=1).stderr
    assert backup.read_bytes() == first
    scc("backup", str(backup), "--force", url=database_url)
    assert backup.read_bytes() != first

    backup.write_bytes(b"my thesis")
    scc("backup", str(backup), "--force", url=database_url, status=1)
    assert backup.read_bytes() == b"my thesis"
    nowhere = str(backup.parent / "nowhere" / "scc.zip")
    assert "Make it first" in scc("backup", nowhere, url=database_url, status=1).stderr


def test_an_attached_file_that_is_gone_is_named_and_stops_nothing(
    scc: Callable[..., Result],
    case: Case,
    folder: Path,
    backup: Path,
    database_url: str,
    new_sqlite: str,
) -> None:
    lived_in(case, folder)
    path_of(folder, PAPER_SHA256).write_bytes(b"something else")

    made = json.loads(scc("backup", str(backup), "--json", url=database_url).stdout)
    told = scc("restore", str(backup), url=new_sqlite)

    assert (made["files"], made["missing"]) == (0, [PAPER_SHA256])
    assert PAPER_SHA256 in told.stdout


def test_a_broken_record_is_saved_said_to_be_broken_and_not_restored(
    scc: Callable[..., Result], case: Case, backup: Path, database_url: str, new_sqlite: str
) -> None:
    with case.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE event SET actor = 'nobody' WHERE sequence = 3")

    told = scc("backup", str(backup), url=database_url, status=1)
    assert "broken at event 3" in told.stdout
    refused = scc("restore", str(backup), url=new_sqlite, status=1)

    assert "broken at event 3" in refused.stderr
    with engine_of(new_sqlite) as target:
        assert not any(held(target).values())


# While others write ------------------------------------------------------------------------


@contextmanager
def somebody_writing(engine: Engine, policy: Policy, reference: str) -> Iterator[list[int]]:
    """A thread that records one discussion after the other; what it yields grows with each."""
    done: list[int] = []
    over = threading.Event()
    failed: list[BaseException] = []

    def work() -> None:
        case = Case(engine, policy, found, reference)
        try:
            while not over.is_set():
                done.append(case.discuss("headteacher").id)
        except BaseException as error:
            failed.append(error)

    with read(engine) as session:
        found = _council_of(session)
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield done
    finally:
        over.set()
        thread.join(60)
    assert not thread.is_alive()
    assert failed == []


def _council_of(session: Any) -> Any:
    officers = session.exec(select(Officer)).all()
    named = {officer.email.partition("@")[0]: officer for officer in officers}
    return type("Officers", (), {"officers": named})


MOST_BACKUPS = 100  # beside which somebody must have come to write


def test_a_backup_is_of_one_moment_however_much_is_written(
    case: Case, policy: Policy, folder: Path, backup: Path, new_sqlite: str
) -> None:
    case.started()
    with somebody_writing(case.engine, policy, case.reference) as written:
        made, tries = [back_up(case.engine, folder, backup, now=NOW)], 0
        # On a busy machine the writer may have no moment of the first ones.
        while made[-1].manifest.events == made[0].manifest.events and tries < MOST_BACKUPS:
            made.append(back_up(case.engine, folder, backup, now=NOW, replace=True))
            tries += 1

    assert all(each.broken is None for each in made)
    assert made[-1].manifest.events > made[0].manifest.events, "backups held the writer up"
    assert written
    with engine_of(new_sqlite) as target:
        restore(target, folder, backup, now=LATER)
        record_of(target)


def test_restoring_makes_writers_wait_and_nothing_is_half(
    case: Case, policy: Policy, folder: Path, backup: Path
) -> None:
    case.started()
    back_up(case.engine, folder, backup, now=NOW)
    safety = backup.parent / "safety.zip"
    with somebody_writing(case.engine, policy, case.reference) as written:
        while not written:
            pass
        restored = restore(case.engine, folder, backup, now=LATER, safety=safety)
        at = len(written)
        while len(written) < at + 2:
            pass

    kinds = record_of(case.engine)
    assert kinds[restored.manifest.events] == BackupRestored.kind
    assert DiscussionRecorded.kind in kinds[restored.manifest.events :]
    # What was written before is in the file beside: nothing fell between.
    with zipfile.ZipFile(safety) as archive:
        kept = json.loads(archive.read("manifest.json"))
    assert kept["events"] == restored.manifest.events + restored.forgotten


@pytest.mark.parametrize("place", [1, 5, 20, 45, 70])
def test_a_restoring_that_is_killed_leaves_what_was_there(
    case: Case, folder: Path, backup: Path, database_url: str, place: int
) -> None:
    case.started(by="seo")
    back_up(case.engine, folder, backup, now=NOW)
    case.approve(case.awaiting[0])
    before = held(case.engine)

    killed = run_killed_at(place, "restore", database_url, LATER, file=backup, folder=folder)

    assert killed
    assert held(case.engine) == before
    restore(case.engine, folder, backup, now=LATER)
    assert ProposalApproved.kind not in record_of(case.engine)


# What is not a backup ----------------------------------------------------------------------


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def altered(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(bytes(content))


def something_else(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("letter.docx", b"Dear all")


def no_zip(file: Path) -> None:
    file.write_text("Dear all")


def rewritten(file: Path, **changes: Any) -> None:
    """The same members, with a manifest that says something else."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = {**json.loads(members["manifest.json"]), **changes}
    members["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def of_other_members(file: Path) -> None:
    rewritten(file, members={"database.sqlite": {"size": 5, "sha256": "0" * 64}})


def climbing_out(file: Path) -> None:
    rewritten(file, members={"../../evil": {"size": 5, "sha256": "0" * 64}})


def of_another_record(file: Path) -> None:
    rewritten(file, head="0" * 64)


def of_the_future(file: Path) -> None:
    rewritten(file, revision="9999")


@pytest.mark.parametrize(
    "spoil",
    [
        cut_short,
        altered,
        something_else,
        no_zip,
        of_other_members,
        climbing_out,
        of_another_record,
        of_the_future,
        Path.unlink,
    ],
)
def test_what_is_no_whole_backup_changes_nothing(
    scc: Callable[..., Result],
    case: Case,
    backup: Path,
    database_url: str,
    spoil: Callable[[Path], None],
    folder: Path,
) -> None:
    lived_in(case, folder)
    back_up(case.engine, folder, backup, now=NOW)
    spoil(backup)
    before = held(case.engine)

    refused = scc("restore", str(backup), "--yes", url=database_url, status=1)

    assert refused.stderr
    assert held(case.engine) == before


def repacked(file: Path, inner: Path, revision: str) -> None:
    """Put another database of another version into a backup, and let its manifest agree."""
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    content = inner.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    manifest["members"] = {"database.sqlite": {"size": len(content), "sha256": sha256}}
    manifest["revision"] = revision
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("database.sqlite", content)
        archive.writestr("manifest.json", json.dumps(manifest))


def taken_out(file: Path, folder: Path) -> Path:
    with zipfile.ZipFile(file) as archive:
        return Path(archive.extract("database.sqlite", folder))


@contextmanager
def by_hand(file: Path) -> Iterator[sqlite3.Connection]:
    database = sqlite3.connect(file, isolation_level=None)
    yield database
    database.close()


def test_a_backup_of_a_newer_version_is_refused_with_what_to_do(
    case: Case, folder: Path, backup: Path, tmp_path: Path
) -> None:
    back_up(case.engine, folder, backup, now=NOW)
    inner = taken_out(backup, tmp_path)
    with by_hand(inner) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    repacked(backup, inner, "9999")
    before = held(case.engine)

    with pytest.raises(NotPossible, match=r"newer version .*9999.*Install that version"):
        restore(case.engine, folder, backup, now=LATER)

    assert held(case.engine) == before


def test_a_backup_with_more_than_plain_tables_is_refused(
    case: Case, folder: Path, backup: Path, tmp_path: Path
) -> None:
    back_up(case.engine, folder, backup, now=NOW)
    inner = taken_out(backup, tmp_path)
    with by_hand(inner) as database:
        database.execute("CREATE TRIGGER strange AFTER INSERT ON event BEGIN SELECT 1; END")
    repacked(backup, inner, schema.current_revision(case.engine) or "")

    with pytest.raises(NotPossible, match="damaged"):
        restore(case.engine, folder, backup, now=LATER)


def test_a_backup_of_an_older_version_is_brought_up_to_date(
    case: Case, folder: Path, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "keep", lambda *_: None)  # it kept no editions of the policy
    title_alone = Guidance(title=case.policy.guidance.title)  # nor of the guidance
    case.policy = case.policy.model_copy(update={"guidance": title_alone})
    case.started()
    back_up(case.engine, folder, backup, now=NOW)
    inner, older = taken_out(backup, tmp_path), tmp_path / "older.db"
    with engine_of(databases.sqlite_url(older)) as engine:
        schema.migrate(engine, "0002")
    with by_hand(older) as database:
        fill_from(database, inner)
    repacked(backup, older, "0002")

    restored = restore(case.engine, folder, backup, now=LATER)

    assert restored.manifest.revision == "0002"
    assert record_of(case.engine)[-1] == BackupRestored.kind
    with read(case.engine) as session:
        assert session.exec(select(Matter.restricted)).all() == [False]


def fill_from(old: sqlite3.Connection, newer: Path) -> None:
    """What the tables of an older version have room for.

    Of rows as they were before there were matters: what moved then has the names that it had.
    """
    before = Path(shutil.copyfile(newer, newer.with_suffix(".before")))
    engine = connect(databases.sqlite_url(before))
    with schema.altering(engine) as config:
        command.downgrade(config, "0012")
    engine.dispose()
    old.execute("ATTACH ? AS newer", [str(before)])
    for (table,) in old.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'"):
        columns = [row[1] for row in old.execute(f"PRAGMA main.table_info({table})")]
        if table != "alembic_version":
            names = ", ".join(columns)
            old.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM newer.{table}")


# What is there already ---------------------------------------------------------------------


def test_what_is_there_is_not_replaced_unasked(
    scc: Callable[..., Result], case: Case, backup: Path, database_url: str
) -> None:
    scc("backup", str(backup), url=database_url)
    before = held(case.engine)

    refused = scc("restore", str(backup), url=database_url, status=1)

    assert "--yes" in refused.stderr
    assert held(case.engine) == before
    assert os.listdir(backup.parent) == [backup.name]


def test_what_is_replaced_can_be_brought_back(
    scc: Callable[..., Result], case: Case, backup: Path, folder: Path, database_url: str
) -> None:
    scc("backup", str(backup), url=database_url)
    lived_in(case, folder)
    settled(case.engine)
    before = held(case.engine)

    told = json.loads(scc("restore", str(backup), "--yes", "--json", url=database_url).stdout)
    assert told["forgotten"] > 10
    assert held(case.engine)["escalation"] == []
    shutil.rmtree(folder)  # nothing names the file any more
    safety = Path(told["safety"])
    assert stat.S_IMODE(safety.stat().st_mode) == 0o600
    scc("restore", str(safety), "--yes", url=database_url)

    after = held(case.engine)
    assert {name for name in before if after[name] != before[name]} == {"event", "chain_head"}
    assert path_of(folder, PAPER_SHA256).read_bytes() == PAPER
    with read(case.engine) as session:
        last = session.exec(select(Event).order_by(col(Event.sequence).desc())).first()
    assert last is not None
    assert last.facts["replaced"]["events"] > 0


# What has left, or was taken away, since ---------------------------------------------------


@pytest.fixture
def posted(case: Case) -> Case:
    """Letters wait to be sent, and officers to be told."""
    case.started().climb_to("formal_governing_body")
    case.issue()
    return case


def sent(case: Case, home: Path) -> int:
    """One pass of the outbox in the middle of the day."""
    settings = Settings(_env_file=None, home=home)
    return deliver(case.engine, case.policy, settings, lambda: LATER).sent


def test_nothing_that_waited_to_leave_leaves_again(
    posted: Case, folder: Path, backup: Path, home: Path
) -> None:
    back_up(posted.engine, folder, backup, now=NOW)
    waiting = [message for message in posted.messages if message.state is MessageState.PENDING]
    letters = [message for message in waiting if message.kind is MessageKind.LETTER]
    assert len(waiting) > len(letters) > 0
    assert sent(posted, home) > len(letters)

    restored = restore(posted.engine, folder, backup, now=LATER)

    assert restored.undecided == len(letters)
    states = {message.id: message.state for message in posted.messages}
    for message in waiting:
        letter = message.kind is MessageKind.LETTER
        assert states[message.id] is (MessageState.UNKNOWN if letter else MessageState.DROPPED)
    # Only that there is something to decide is told, once for each letter.
    assert sent(posted, home) == len(letters)
    assert posted.kinds.count("message_became_unknown") == len(letters)


def test_an_invitation_that_may_have_left_is_sent_again_by_an_officer_in_a_higher_version(
    case: Case, folder: Path, backup: Path, home: Path
) -> None:
    made = plan(case.started(), on=LATER.date() + timedelta(days=3))
    back_up(case.engine, folder, backup, now=NOW)
    move(case, made.id, on=LATER.date() + timedelta(days=4))
    sent(case, home)

    assert restore(case.engine, folder, backup, now=LATER).undecided == 2
    assert {each.state for each in invitations(case.engine)} == {MessageState.UNKNOWN}
    case.now = LATER
    invite(case, made.id)
    again = invitations(case.engine)[2:]
    assert [each.data["sequence"] for each in again] == [1001, 1001]
    with read(case.engine) as session:
        assert examine(session).intact


def test_a_letter_that_was_approved_waits_for_an_officer_once_it_is_issued(
    case: Case, folder: Path, backup: Path, home: Path
) -> None:
    case.started().climb_to("formal_headteacher")
    back_up(case.engine, folder, backup, now=NOW)
    case.issue()
    sent(case, home)

    restored = restore(case.engine, folder, backup, now=LATER)
    case.issue()

    assert restored.undecided > 0
    letters = [message for message in case.messages if message.kind is MessageKind.LETTER]
    assert {message.state for message in letters} == {MessageState.UNKNOWN}
    assert len(letters) == restored.undecided
    assert sent(case, home) == 0


def test_what_is_approved_after_restoring_leaves_as_ever(
    case: Case, folder: Path, backup: Path, home: Path
) -> None:
    case.started().climb_to("informal_governing_body")
    back_up(case.engine, folder, backup, now=NOW)
    restore(case.engine, folder, backup, now=LATER)
    case.fail_step()
    case.change("advance")
    case.issue()

    letters = [message for message in case.messages if message.kind is MessageKind.LETTER]
    assert {message.state for message in letters} == {MessageState.PENDING}


def test_the_digest_of_a_day_is_not_sent_twice(
    case: Case, folder: Path, backup: Path, new_sqlite: str, policy: Policy
) -> None:
    case.started(by="seo")
    back_up(case.engine, folder, backup, now=NOW)
    assert tick(case.engine, policy, LATER).digests > 0

    restore(case.engine, folder, backup, now=LATER)
    assert tick(case.engine, policy, LATER + timedelta(minutes=1)).digests == 0
    with engine_of(new_sqlite) as elsewhere:
        restore(elsewhere, folder, backup, now=LATER)
        assert tick(elsewhere, policy, LATER + timedelta(minutes=1)).digests == 0
        assert tick(elsewhere, policy, LATER + timedelta(days=1)).digests > 0


def test_gates_are_opened_anew(case: Case, folder: Path, backup: Path) -> None:
    [waiting] = case.started(by="seo").awaiting
    with write(case.engine) as session:
        change(session, Proposal, {"id": waiting.id}, gate_attempt=1, gate_run_id="a-run")
    back_up(case.engine, folder, backup, now=NOW)

    restore(case.engine, folder, backup, now=LATER)

    [waiting] = case.awaiting
    assert (waiting.gate_attempt, waiting.gate_run_id, waiting.gate_closed) == (2, None, False)


def test_what_was_taken_from_somebody_since_stays_taken(
    case: Case, folder: Path, backup: Path
) -> None:
    case.started()
    officers = case.council.officers
    names = {"matter_id": case.matter.id}
    with write(case.engine) as session:
        for name in ("aed", "hos2"):
            add(session, NamedOfficer, **names, officer_id=officers[name].id)
        token = credentials.issue_token(session, now=NOW, officer=officers["seo"])
        kept = credentials.issue_token(session, now=NOW, officer=officers["hos"])
        credentials.issue_invitation(
            session, now=NOW, officer=officers["sm"], by="an administrator"
        )
        identity.sign_in(session, now=NOW, officer=officers["hos"])
    back_up(case.engine, folder, backup, now=NOW)
    with write(case.engine) as session:
        change(session, Officer, {"id": officers["seo2"].id}, active=False)
        change(session, Officer, {"id": officers["hos2"].id}, role=Role.VIEWER)
        change(session, Matter, {"reference": case.reference}, restricted=True)
        session.connection().execute(
            delete(NamedOfficer).where(col(NamedOfficer.officer_id) == officers["hos2"].id)
        )
        mine = select(Credential).where(Credential.officer_id == officers["seo"].id)
        change(session, Credential, {"id": session.exec(mine).one().id}, revoked_at=NOW)

    restore(case.engine, folder, backup, now=LATER)

    assert case.matter.restricted
    assert [named.officer_id for named in case.all(NamedOfficer)] == [officers["aed"].id]
    with read(case.engine) as session:
        assert not people_officers.find_officer(session, "seo2@fernshire.example").active
        assert people_officers.find_officer(session, "hos2@fernshire.example").role is Role.VIEWER
        invitations = select(Credential).where(Credential.kind == CredentialKind.INVITATION)
        assert all(link.revoked_at for link in session.exec(invitations))
        assert session.exec(select(SignIn)).all() == []
    with write(case.engine) as session:
        with pytest.raises(NotIdentified):
            credentials.officer_by_token(session, token, now=NOW)
        assert credentials.officer_by_token(session, kept, now=NOW).id == officers["hos"].id


def linked(case: Case) -> dict[str, tuple[str | None, str | None]]:
    """Which council account each officer has."""
    accounts = select(Officer.email, Officer.oidc_issuer, Officer.oidc_subject)
    with read(case.engine) as session:
        return {email: (issuer, subject) for email, issuer, subject in session.exec(accounts)}


def link(case: Case, name: str, subject: str | None) -> None:
    issuer = "https://id.fernshire.example" if subject else None
    officer = {"id": case.council.officers[name].id}
    with write(case.engine) as session:
        change(session, Officer, officer, oidc_issuer=issuer, oidc_subject=subject)


def test_a_case_that_went_to_somebody_else_stays_with_them(
    case: Case, folder: Path, backup: Path
) -> None:
    case.started()
    officers = case.council.officers
    assert case.matter.officer_id == officers["seo"].id
    back_up(case.engine, folder, backup, now=NOW)
    with write(case.engine) as session:
        where = {"reference": case.reference}
        holder = officers["seo2"].id
        change(session, Matter, where, officer_id=holder, restricted=True)

    restore(case.engine, folder, backup, now=LATER)

    assert case.matter.officer_id == officers["seo2"].id


def test_cover_that_was_ended_stays_ended(case: Case, folder: Path, backup: Path) -> None:
    officers = case.council.officers
    with write(case.engine) as session:
        for name in ("seo", "hos2"):
            cover.delegate(
                Acting(session, POLICY, officers["hos"], NOW),
                cover.Cover(
                    colleague=officers[name].email,
                    first_day=NOW.date(),
                    last_day=(NOW + timedelta(days=60)).date(),
                    reason="On leave.",
                ),
            )
    with read(case.engine) as session:
        ended, kept = session.exec(select(Delegation).order_by(col(Delegation.id)))
    back_up(case.engine, folder, backup, now=NOW)
    with write(case.engine) as session:
        change(session, Delegation, {"id": ended.id}, ended_at=NOW + timedelta(days=1))

    restore(case.engine, folder, backup, now=LATER)

    with read(case.engine) as session:
        ends = dict(session.exec(select(Delegation.id, Delegation.ended_at)).all())
    assert ends == {ended.id: NOW + timedelta(days=1), kept.id: None}


def test_a_council_account_is_whose_it_was_a_moment_ago(
    case: Case, folder: Path, backup: Path
) -> None:
    for name, subject in {"hos": "one", "seo": "two", "sm": "three"}.items():
        link(case, name, subject)
    back_up(case.engine, folder, backup, now=NOW)
    for name in ("hos", "seo", "sm"):  # unlinked, and two of them linked the other way round
        link(case, name, None)
    for name, subject in {"hos": "two", "seo": "one", "aed": "four"}.items():
        link(case, name, subject)
    before = linked(case)

    restore(case.engine, folder, backup, now=LATER)

    assert linked(case) == before
    assert before["sm@fernshire.example"] == (None, None)
