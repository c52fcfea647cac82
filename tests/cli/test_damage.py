"""A SQLite file that is really damaged: `scc up` refuses it, and `scc restore` replaces it."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli import running
from cli.main import app
from models.database import connect, read
from models.events import verify
from models.policy import Policy
from models.upkeep.backup import back_up
from tests.support.cases import Case
from tests.support.council import NOW, found_council
from tests.support.databases import sqlite_url

Damage = Callable[[Path], None]


def overwritten(file: Path) -> None:
    with file.open("r+b") as bytes_of:
        bytes_of.seek(4096 * 8)
        bytes_of.write(os.urandom(4096 * 20))


def cut_off(file: Path) -> None:
    with file.open("r+b") as bytes_of:
        bytes_of.truncate(file.stat().st_size // 2)


def replaced(file: Path) -> None:
    file.write_bytes(os.urandom(40_000))


@pytest.fixture
def scc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command on a data folder of its own."""
    for name in [name for name in os.environ if name.startswith(("SCC_", "PREFECT_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SCC_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == status, result.output
        return result

    return run


@pytest.fixture
def file(tmp_path: Path, sqlite_template: Path, policy: Policy) -> Path:
    """The database of a council with a case, and its backup beside it, `scc.zip`."""
    file = tmp_path / "home" / "scc.db"
    file.parent.mkdir()
    shutil.copyfile(sqlite_template, file)
    engine = connect(sqlite_url(file))
    Case(engine, policy, found_council(engine)).started()
    back_up(engine, file.parent / "evidence", tmp_path / "scc.zip", now=NOW)
    engine.dispose()
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


@pytest.mark.parametrize("damage", [overwritten, cut_off, replaced])
def test_up_refuses_it_and_restoring_over_it_works(
    scc: Callable[..., Result], file: Path, damage: Damage
) -> None:
    damage(file)
    broken = file.read_bytes()

    for command in (["up", "--no-prefect"], ["init"]):
        refused = scc(*command, status=1).output
        assert "damaged" in refused
        assert "scc restore FILE" in refused
    assert "damaged" in scc("doctor", status=1).output
    assert file.read_bytes() == broken, "looking changes nothing"

    assert "--yes" in scc("restore", "scc.zip", status=1).output
    told = scc("restore", "scc.zip", "--yes").output

    [kept] = file.parent.glob("scc.db-damaged-*")
    assert str(kept) in told
    assert (kept / "scc.db").read_bytes() == broken
    scc("verify")
    engine = connect(sqlite_url(file))
    with read(engine) as session:
        assert verify(session) is None
        found = session.connection().exec_driver_sql("SELECT count(*) FROM escalation").scalar_one()
    engine.dispose()
    assert found == 1
    assert not list(file.parent.glob("*.restoring*"))


def test_a_backup_that_is_none_leaves_the_damaged_file_where_it_is(
    scc: Callable[..., Result], file: Path, tmp_path: Path
) -> None:
    replaced(file)
    broken = file.read_bytes()
    (tmp_path / "other.zip").write_text("no backup")
    scc("restore", "other.zip", "--yes", status=1)
    assert file.read_bytes() == broken
    assert not list(file.parent.glob("scc.db-damaged-*"))


def test_nothing_is_replaced_under_an_up_that_runs(scc: Callable[..., Result], file: Path) -> None:
    overwritten(file)
    here = running.Running(1, "http://127.0.0.1:8000", None)
    with running.alone(file.parent, here):
        assert "running" in scc("restore", "scc.zip", "--yes", status=1).output
