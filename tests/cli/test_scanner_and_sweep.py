"""The malware scanner as `scc doctor` finds it, and the sweep that `scc tick` makes."""

import json
import os
import shlex
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own with an empty database."""
    monkeypatch.chdir(tmp_path)
    for name in ("SCC_DATABASE_URL", "SCC_SCANNER", "PREFECT_API_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SCC_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("cli.doctor.PREFECT_PORT", 9)
    scc("init")
    return tmp_path / "home"


def scc(*arguments: str) -> Any:
    """The JSON object that a command gives."""
    return json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)


def python(program: str) -> str:
    """A command that runs this program."""
    return shlex.join([sys.executable, "-c", program])


@pytest.mark.parametrize(
    ("command", "state"),
    [
        ("", "warning"),
        ("none", "warning"),
        (python("import sys; open(sys.argv[-1]).read()"), "ok"),
        (python("raise SystemExit(1)"), "problem"),
        (python("raise SystemExit(2)"), "problem"),
        ("/no/such/scanner --key=the-key", "problem"),
        ("'unbalanced the-key", "problem"),
    ],
)
def test_doctor_tries_the_scanner(
    home: Path, monkeypatch: pytest.MonkeyPatch, command: str, state: str
) -> None:
    monkeypatch.setenv("SCC_SCANNER", command)
    found = scc("doctor")
    [check] = [check for check in found["checks"] if check["check"] == "malware scanner"]
    assert check["state"] == state, check
    assert "the-key" not in json.dumps(found)


def test_a_pass_sweeps_what_died_uploads_left(home: Path) -> None:
    folder = home / "evidence"
    folder.mkdir()
    left, young = folder / ".arriving-left", folder / ".arriving-young"
    for path in (left, young):
        path.write_bytes(b"half a file")
    long_ago = (datetime.now(UTC) - timedelta(hours=2)).timestamp()
    os.utime(left, (long_ago, long_ago))
    scc("tick", "--as-of", "2030-01-07T09:00")
    assert left.exists(), "a pass of another time looks at no file"
    assert young.exists()
    scc("tick")
    assert not left.exists()
    assert young.exists()
