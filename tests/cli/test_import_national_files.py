"""`scc import inspections` and `scc import results`: at the command line, in words and as JSON."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from cli.main import app
from models.database import read
from models.people.officers import AT_THE_MACHINE
from models.policy import Policy
from models.results.shown import results_of
from models.schools.inspections_shown import inspections
from models.settings import Settings
from tests.support.council import Council
from tests.support.national_files import card, ees, england, line, ofsted, result, written

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Run = Callable[..., Any]


@pytest.fixture
def run(
    engine: Engine,
    council: Council,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """The command on the database of a council."""
    for name in ("PREFECT_API_URL", *(f"SCC_{name.upper()}" for name in Settings.model_fields)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SCC_DATABASE_URL", database_url)

    def run(which: str, file: Path, *options: str, status: int = 0) -> Any:
        done = CliRunner().invoke(app, ["import", which, str(file), *options])
        assert done.exit_code == status, (done.output, done.exception)
        assert "Traceback" not in done.output
        return json.loads(done.stdout) if "--json" in options else done.output

    return run


def test_ofsteds_file_is_taken_over(run: Run, engine: Engine, tmp_path: Path) -> None:
    file = written(tmp_path / "mi.csv", ofsted([line(900001, card(category="SM")), line(999999)]))
    found = run("inspections", file, "--json")
    assert found == {
        "id": 1,
        "file": "inspections",
        "lines": 2,
        "unknown": 1,
        "added": 1,
        "changed": 0,
        "unchanged": 0,
        "kept": 0,
        "left_out": 0,
        "tasks": 1,
    }
    with read(engine) as session:
        [outcome] = inspections(session, 900001).items
    assert outcome.recorded_by == AT_THE_MACHINE
    again = run("inspections", file)
    assert "Ofsted’s management information, 2 lines:" in again
    assert "  unchanged                    1" in again


def test_in_words_it_names_what_to_look_at(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path / "mi.csv", ofsted([line(900001, card(category="SM"))]))
    said = run("inspections", file)
    assert "Line 4, Ashfield Primary School (900001): New category." in said


def test_results_are_taken_over(run: Run, engine: Engine, policy: Policy, tmp_path: Path) -> None:
    file = written(tmp_path / "ks2.csv", ees([result(900001, "48"), england("62")]))
    assert run("results", file, "--json")["added"] == 1
    with read(engine) as session:
        [found] = results_of(session, policy, 900001).items
    assert (found.value, found.benchmark, found.recorded_by) == (48.0, 62.0, AT_THE_MACHINE)


def test_a_file_that_is_wrong_is_refused_with_its_lines(run: Run, tmp_path: Path) -> None:
    wrong = written(tmp_path / "mi.csv", ofsted([line(900001, card(Inclusion="?"))]))
    refused = run("inspections", wrong, "--json", status=1)
    [error] = refused["errors"]
    assert error["field"] == "file"
    assert "Line 4: “Inclusion” is none of the words that are known" in error["message"]
    assert "This is another file" in run("results", wrong, "--json", status=1)["detail"]
    nothing = tmp_path / "none.csv"
    assert "There is no file" in run("inspections", nothing, "--json", status=1)["detail"]
