"""A case as files: all of it, for one pair of eyes, and on record."""

import io
import json
import stat
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from typer.testing import CliRunner

from cli.main import app
from models.clocks import london_date
from models.database import read, write
from models.events import Event
from models.evidence import keeping
from models.fairness.recording import FairnessToRecord, record_fairness
from models.people.acting import Acting
from models.policy import Policy
from models.record.events import CaseExported
from models.settings import Settings
from tests.support.cases import STAND_INS, Case
from tests.support.council import Council
from tests.support.statutory import inspected


@pytest.fixture
def home(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("PREFECT_API_URL", *(f"SCC_{name.upper()}" for name in Settings.model_fields)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SCC_DATABASE_URL", database_url)
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def export(*arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(app, ["export", "case", *arguments])
    assert result.exit_code == status, result.output
    assert "Traceback" not in result.output
    return result.output


def test_everything_is_in_the_file(
    home: Path, case: Case, council: Council, policy: Policy, engine: Engine, tmp_path: Path
) -> None:
    case.started(summary="Attainment fell: “naïve” plans.").climb_to("intervention").issue()
    add_note(case, council, policy, home)
    file = tmp_path / "case.zip"
    export(case.reference, "-o", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        whole = json.loads(archive.read("case.json"))
        events = json.loads(archive.read("events.json"))
        timeline = archive.read("timeline.txt").decode()
        note = archive.read("evidence/1-Note of the visit.txt")
        [issued, *_] = [name for name in names if name.endswith(".pdf")]
        assert archive.read(issued) == STAND_INS["pdf"]
    assert whole["summary"] == "Attainment fell: “naïve” plans."
    assert note == b"Seen on the day.\n"
    assert {
        "README.txt",
        "actions.json",
        "responses.json",
        "warning-notices.json",
        "evidence.json",
    } <= names
    assert len(events) == len(case.all(Event)) - 1, "all but that it was exported"
    assert [event["sequence"] for event in events] == sorted(each["sequence"] for each in events)
    assert "A proposal was made to move to step vii" in timeline
    with read(engine) as session:
        [exported] = session.exec(select(Event).where(Event.kind == CaseExported.kind))
    assert exported.matter_id == case.escalation.id
    assert exported.facts == {"file": "case.zip", "reference": case.reference}


def add_note(case: Case, council: Council, policy: Policy, home: Path) -> None:
    """Attach a note, as the pages do."""
    settings = Settings(home=home, _env_file=None)
    about = {"officer": council.seo, "now": case.now, "reference": case.reference}
    note = keeping.Upload("Note of the visit.txt", io.BytesIO(b"Seen on the day.\n"))
    with (
        keeping.receive(case.engine, policy, settings, upload=note, **about) as received,
        write(case.engine) as session,
    ):
        acting = Acting(session, policy, council.seo, case.now)
        keeping.add_evidence(
            acting, case.reference, received, keeping.Described(description="A note.")
        )


def test_how_a_notice_was_served_and_what_was_weighed_before_it_is_in_the_file(
    home: Path, case: Case, tmp_path: Path
) -> None:
    case.started().climb_to("warning_notice")
    weighed = FairnessToRecord(
        kind="equality_duty",
        step="warning_notice",
        done_on=london_date(case.now),
        reason="Pupils with plans lose most.",
    )
    with case.acting() as acting:
        record_fairness(acting, case.reference, weighed)
    case.issue()
    case.serve()
    inspected(case, "special_measures")
    file = tmp_path / "case.zip"
    export(case.reference, "-o", str(file))
    with zipfile.ZipFile(file) as archive:
        kept = {
            name: json.loads(archive.read(f"{name}.json"))
            for name in ("service", "services", "fairness", "inspections")
        }
    [notice] = kept["service"]
    [served] = kept["services"]
    assert (notice["state"], served["letter"]) == ("proven", notice["letter"])
    assert [each["method"] for each in served["services"]] == ["by_hand"]
    assert [each["reason"] for each in kept["fairness"]] == ["Pupils with plans lose most."]
    assert [each["category"] for each in kept["inspections"]] == ["special_measures"]


def test_a_damaged_file_is_named_and_the_rest_is_there(
    home: Path, case: Case, council: Council, policy: Policy, tmp_path: Path
) -> None:
    case.started()
    add_note(case, council, policy, home)
    [kept] = [path for path in (home / "evidence").rglob("*") if path.is_file()]
    kept.chmod(0o600)
    kept.write_bytes(b"Seen on another day.\n")
    said = export(case.reference, "-o", str(tmp_path / "case.zip"))
    assert "Attached file 1 is missing or damaged" in said
    with zipfile.ZipFile(tmp_path / "case.zip") as archive:
        assert not [name for name in archive.namelist() if name.startswith("evidence/")]


def test_what_cannot_be_leaves_nothing_behind(home: Path, case: Case, tmp_path: Path) -> None:
    case.started()
    there = tmp_path / "there.zip"
    there.write_text("mine")
    assert "already exists" in export(case.reference, "-o", str(there), status=1)
    assert there.read_text() == "mine"
    assert "no escalation" in export("ESC-2099-0001", "-o", str(tmp_path / "a.zip"), status=1)
    assert "cannot be written" in export(
        case.reference, "-o", str(tmp_path / "none" / "a.zip"), status=1
    )
    assert {path.name for path in tmp_path.glob("*.zip*")} == {"there.zip"}
    export(case.reference, status=2)
