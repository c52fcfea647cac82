"""Killed at any moment of an upload, nothing is lost and nothing is doubled."""

import shlex
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from models.database import read
from models.events import Event, verify
from models.evidence.events import EvidenceAdded
from models.evidence.tables import EvidenceFile
from models.files.folder import files_in_place, is_whole, temporary_files
from models.refusals import NotPossible
from tests.support.cases import Case
from tests.support.council import NOW
from tests.support.killing import copied, opened, perform, run_killed_at

CONTENT = b"Seen on the visit: the fence is down.\n" * 60_000  # more than one piece
HARMLESS = shlex.join([sys.executable, "-c", "print('OK')"])


def rows(url: str) -> list[EvidenceFile]:
    """Every row, once each is on record exactly once and the chain holds."""
    with opened(url) as engine, read(engine) as session:
        assert verify(session) is None
        found = list(session.exec(select(EvidenceFile)))
        added = session.exec(select(Event).where(Event.kind == EvidenceAdded.kind)).all()
    assert [row.sha256 for row in found] == [event.facts["sha256"] for event in added]
    return found


def holds(url: str, folder: Path) -> int:
    """No row is without its bytes and whatever lies in place is whole; how many rows there are."""
    placed = files_in_place(folder)
    assert all(is_whole(path, sha256) for sha256, path in placed.items())
    found = rows(url)
    assert {row.sha256 for row in found} <= placed.keys()
    return len(found)


def prepared(case: Case) -> Path:
    """The database with one case, as a file."""
    case.started()
    case.engine.dispose()
    return Path(case.engine.url.database)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("scanner", ["", HARMLESS], ids=["unscanned", "scanned"])
def test_an_upload_that_was_killed_is_whole_or_swept(
    case: Case, tmp_path: Path, scanner: str
) -> None:
    database = prepared(case)
    ends = set()
    place, killed = 1, True
    while killed:
        url, home = copied(database, tmp_path / "copy.db"), tmp_path / f"home-{place}"
        more = {"home": home, "scanner": scanner, "content": CONTENT}
        killed = run_killed_at(place, "attach", url, NOW, **more)
        folder = home / "evidence"
        kept = holds(url, folder)
        ends.add((kept, len(files_in_place(folder)), len(temporary_files(folder))))
        sweep_up(url, home)
        assert len(files_in_place(folder)) == kept
        assert not temporary_files(folder)
        try:
            perform("attach", url, NOW, **more)
            assert not kept
        except NotPossible:
            assert kept
        assert holds(url, folder) == 1
        place += 1
    assert place > 15
    # Nothing yet; only arriving; in place and nobody's; kept. And never anything else.
    assert ends == {(0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 1, 0)}


def sweep_up(url: str, home: Path) -> None:
    """A sweep two hours later."""
    perform("sweep", url, datetime.now(UTC) + timedelta(hours=2), home=home)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_sweep_that_was_killed_has_removed_nothing_of_a_case(case: Case, tmp_path: Path) -> None:
    database = prepared(case)
    later = datetime.now(UTC) + timedelta(hours=2)
    place, killed = 1, True
    while killed:
        url, home = copied(database, tmp_path / "copy.db"), tmp_path / f"home-{place}"
        perform("attach", url, NOW, home=home, scanner="", content=CONTENT)
        folder = home / "evidence"
        leave_behind(folder)
        killed = run_killed_at(place, "sweep", url, later, home=home)
        assert holds(url, folder) == 1
        sweep_up(url, home)
        assert holds(url, folder) == len(files_in_place(folder)) == 1
        assert not temporary_files(folder)
        place += 1
    assert place > 5


def leave_behind(folder: Path) -> None:
    """What two uploads left: one that was arriving, one that had no row yet."""
    (folder / ".arriving-dead").write_bytes(b"half")
    sha256 = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"  # of "x"
    (folder / sha256[:2]).mkdir()
    (folder / sha256[:2] / sha256[2:]).write_bytes(b"x")
