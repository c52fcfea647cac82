"""Killed at any statement, an import of the national register is applied whole or not at all."""

import io
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlmodel import Session

from models import work
from models.database import write
from models.people.acting import Acting
from models.register.importing import FileGiven, give, import_file, read_register, receive
from models.register.tables import RegisterImport
from models.schools.tables import School
from models.settings import Settings
from tests.support.cases import Case
from tests.support.council import NOW
from tests.support.killing import POLICY, content, run_killed_at
from tests.support.register_files import closed, head, school, trust, written
from tests.support.register_files import content as file_content

BEFORE = [school(900001, "Ashfield Primary School"), school(900101, "Oakwood School")]
AFTER = [
    school(900001, "Ashfield Primary School", closed()),  # a live case is told of it
    school(900101, "Oakwood School", head("Carys Drake"), Street="2 New Road"),
    school(900102, "Elm Academy", trust("ELM TRUST")),
]


def ready(case: Case, home: Path) -> None:
    """A live case, and an import that is read."""
    case.started()
    with write(case.engine) as session:
        file = written(home / "first.csv", BEFORE)
        import_file(session, POLICY, now=NOW, by="a test", path=file)
        # The import to be applied is the first.
        _forget(session)
    settings = Settings(home=home, _env_file=None)
    admin = case.council.admin
    with (
        receive(settings, io.BytesIO(file_content(AFTER))) as arrived,
        write(case.engine) as session,
    ):
        give(Acting(session, POLICY, admin, NOW), arrived, "register.csv", FileGiven())
    [job] = work.free_jobs(case.engine, NOW)
    hold = work.take(case.engine, job.id, lambda: NOW)
    assert hold is not None
    read_register(hold, POLICY, settings)


def _forget(session: Session) -> None:
    for table in ("register_finding", "register_import"):
        session.connection().execute(delete(RegisterImport.metadata.tables[table]))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_import_is_applied_whole_or_not_at_all(
    case: Case, database_url: str, tmp_path: Path
) -> None:
    ready(case, tmp_path)
    before, place = content(case.engine), 1
    while run_killed_at(place, "apply_register", database_url, NOW, home=tmp_path):
        now = content(case.engine)
        if now != before:
            break  # it was killed after its commit: while it tidied up
        place += 1
    assert place > 15
    after = content(case.engine)
    assert len(after["school"]) == len(before["school"]) + 1
    kinds = [event["kind"] for event in after["event"][len(before["event"]) :]]
    assert set(kinds) == {"register_changed_school", "level_changed", "register_imported"}
    with write(case.engine) as session:
        school_ = session.get_one(School, 900101)
        assert school_.register_head == "Ms Carys Drake"
