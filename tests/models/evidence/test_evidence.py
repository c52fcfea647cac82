"""Evidence: what may be kept, how it is named and scanned, where it lies, and what is swept."""

import io
import os
import shlex
import stat
import sys
import threading
import time
import tracemalloc
import unicodedata
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from models.database import read
from models.events import Event
from models.evidence import keeping
from models.evidence.events import EvidenceAdded, EvidenceRefused
from models.evidence.keeping import Described, Upload, add_evidence, receive, sweep
from models.evidence.shown import evidence_of
from models.evidence.tables import LONGEST_NAME, EvidenceFile, Scan, safe_name
from models.files import scanner
from models.files.folder import LARGEST, path_of
from models.files.kinds import MOST_MEMBERS, kind_of
from models.inputs import refusing
from models.people.access import THE_MACHINE
from models.record import timeline
from models.refusals import InvalidInput, NotAllowed, NotFound, NotPossible, Refused
from models.settings import Settings
from tests.support.cases import Case
from tests.support.evidence_samples import (
    DISGUISED,
    MESSAGE,
    SAMPLES,
    archive,
    compound,
    content_types,
    pdf,
)

NOTE = ("note.txt", b"Seen on the visit: the fence is down.\n")


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """Settings with a data folder and no scanner."""
    return Settings(home=tmp_path / "data", _env_file=None)


def attach(
    case: Case,
    home: Settings,
    name: str = NOTE[0],
    content: bytes = NOTE[1],
    by: str = "seo",
    description: str = "A note of the visit.",
) -> EvidenceFile:
    """Attach a file as a door does."""
    given = {"officer": case.council.officers[by], "now": case.now, "reference": case.reference}
    upload = Upload(name, io.BytesIO(content))
    with (
        receive(case.engine, case.policy, home, **given, upload=upload) as received,
        case.acting(by) as acting,
    ):
        with refusing():
            described = Described(description=description)
        return add_evidence(acting, case.reference, received, described)


def on_disk(home: Settings) -> list[str]:
    """Every file in the folder of evidence."""
    folder = home.evidence_folder
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def on_record(case: Case) -> list[EvidenceFile]:
    """Every row of the case."""
    return case.all(EvidenceFile)


# What may be kept ----------------------------------------------------------------------------


def kind(tmp_path: Path, name: str, content: bytes) -> str:
    """The media type that is found."""
    path = tmp_path / "arriving"
    path.write_bytes(content)
    return kind_of(path, name).media_type


@pytest.mark.parametrize("name", SAMPLES)
def test_every_kind_is_known_by_its_content(tmp_path: Path, name: str) -> None:
    media_type, content = SAMPLES[name]
    assert kind(tmp_path, name, content) == media_type
    assert kind(tmp_path, name.upper(), content) == media_type


@pytest.mark.parametrize(("name", "content", "says"), DISGUISED)
def test_what_only_seems_to_be_of_a_kind_is_refused(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        kind(tmp_path, name, content)
    assert says in refusal.value.message
    assert refusal.value.errors[0][0] == "file"


def test_a_large_outlook_message_is_known(tmp_path: Path) -> None:
    content = compound(*MESSAGE, padding=30_000)  # its sector table outgrows the header
    assert kind(tmp_path, "large.msg", content) == "application/vnd.ms-outlook"


def test_an_archive_of_too_many_members_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = {f"m{number}": "" for number in range(MOST_MEMBERS + 1)}
    content = archive(zipfile.ZIP_STORED, **members)
    monkeypatch.setattr("models.files.kinds.zipfile.ZipFile", None)
    with pytest.raises(InvalidInput, match="far larger when unpacked than it should be"):
        kind(tmp_path, "bomb.docx", content)


def test_an_archive_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.files.kinds.LARGEST_UNPACKED", 5_000_000)
    said = content_types("application/xml")
    content = archive(**{"[Content_Types].xml": said, "word/a.xml": bytes(5_000_000)})
    with pytest.raises(InvalidInput, match="far larger when unpacked than it should be"):
        kind(tmp_path, "bomb.docx", content)


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_no_member_is_unpacked_whole(tmp_path: Path, packing: int) -> None:
    content = archive(packing, **{"[Content_Types].xml": bytes(50_000_000)})
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInput, match="not of that kind"):
            kind(tmp_path, "bomb.docx", content)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(sorted(SAMPLES)),
    place=st.floats(0, 1, exclude_max=True),
    other=st.binary(min_size=1, max_size=40),
    cut=st.booleans(),
)
def test_no_damaged_file_is_a_fault(
    tmp_path_factory: pytest.TempPathFactory, name: str, place: float, other: bytes, cut: bool
) -> None:
    _, content = SAMPLES[name]
    start = int(place * len(content))
    damaged = content[:start] + other + (b"" if cut else content[start + len(other) :])
    with suppress(InvalidInput):
        kind(tmp_path_factory.getbasetemp(), name, damaged)


# Names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Plan 2026.pdf", "Plan 2026.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\seo\\plan.pdf", "plan.pdf"),
        ("a/../b\\c.pdf", "c.pdf"),
        ("plan\x00.pdf\r\nX: y", "plan.pdfX_ y"),
        ('<plan>: "a|b"? *.pdf', "_plan__ _a_b__ _.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("nul", "_nul"),
        ("Lpt1 .x.pdf", "_Lpt1 .x.pdf"),
        ("com³.txt", "_com³.txt"),
        ("CON" + " " * 200 + ".pdf", "_CON .pdf"),
        ("console.pdf", "console.pdf"),
        ("invoice.exe.pdf", "invoice_exe.pdf"),
        ("invoice.EXE  .pdf", "invoice_EXE .pdf"),
        ("plan.pdf.docx", "plan_pdf.docx"),
        ("Minutes 3.6.2026 v1.2.docx", "Minutes 3.6.2026 v1.2.docx"),
        ("plan.pdf. . .", "plan.pdf"),
        ("gnp.\u202efdp.exe", "gnp.fdp.exe"),
        ("Bericht für Öl – 学校.pdf", "Bericht für Öl – 学校.pdf"),
        ("\ud800.pdf", ".pdf"),
        ("...", ""),
        ("folder/", ""),
        ("", ""),
    ],
)
def test_a_name_is_kept_as_typed_less_what_misleads(typed: str, kept: str) -> None:
    assert safe_name(typed) == kept


def test_a_long_name_keeps_its_ending() -> None:
    name = safe_name("x" * 300 + ".docx")
    assert len(name) == LONGEST_NAME
    assert name.endswith("x.docx")


@given(
    st.text(st.characters(), max_size=400)
    | st.text("./\\ \u202e\x00a", max_size=400)
    | st.lists(st.sampled_from(["con", "nul", ".", " ", "exe", "pdf", "x" * 90]), max_size=12).map(
        "".join
    )
)
def test_every_name_is_safe(typed: str) -> None:
    name = safe_name(typed)
    assert len(name) <= LONGEST_NAME
    assert not set('/\\<>:"|?*') & set(name)
    assert name.partition(".")[0].strip().upper() not in ("CON", "PRN", "AUX", "NUL", "COM1")
    assert not {unicodedata.category(char) for char in name} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert name == name.strip()
    assert not name.endswith(".")
    assert safe_name(name) == name


def test_a_file_without_a_name_is_refused(case: Case, home: Settings) -> None:
    case.started()
    with pytest.raises(InvalidInput, match="no name"):
        attach(case, home, name="..")


# On the case ---------------------------------------------------------------------------------


def test_a_file_is_kept_with_its_row_and_event(case: Case, home: Settings) -> None:
    case.started()
    content = pdf()
    kept = attach(case, home, "Plan.pdf", content)
    lies = path_of(home.evidence_folder, kept.sha256)
    assert lies.read_bytes() == content
    assert on_disk(home) == [f"{kept.sha256[:2]}/{kept.sha256[2:]}"]
    assert stat.S_IMODE(lies.stat().st_mode) == 0o600
    for folder in (lies.parent, home.evidence_folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    [row] = on_record(case)
    assert (row.name, row.media_type, row.size) == ("Plan.pdf", "application/pdf", len(content))
    assert (row.scan, row.scan_result, row.step_key) == (
        Scan.NOT_SCANNED,
        "",
        "informal_headteacher",
    )
    event = case.all(Event)[-1]
    assert event.kind == EvidenceAdded.kind
    assert event.actor == "seo@fernshire.example"
    assert event.facts["sha256"] == kept.sha256
    with read(case.engine) as session:
        told = timeline.timeline(session, case.policy, THE_MACHINE, case.reference).items[0]
        [shown] = evidence_of(session, case.policy, THE_MACHINE, case.reference).items
    assert told.sentence == "The file “Plan.pdf” was added as evidence."
    assert shown.added_by_name == "Sam Ellison"
    assert shown.kind == "PDF"


def test_the_same_bytes_are_on_a_case_once(case: Case, home: Settings) -> None:
    case.started()
    attach(case, home)
    with pytest.raises(NotPossible, match="already on the case, as “note"):
        attach(case, home, name="another.txt")
    assert len(on_record(case)) == 1
    assert len(on_disk(home)) == 1
    other = Case(case.engine, case.policy, case.council).started(school="church")
    attach(other, home)
    assert len(on_record(other)) == 1
    assert len(on_disk(home)) == 1


def test_of_two_at_once_one_is_kept(case: Case, home: Settings) -> None:
    case.started()
    ready = threading.Barrier(4)
    answers: list[str] = []

    def add() -> None:
        ready.wait(timeout=30)
        try:
            attach(case, home)
            answers.append("kept")
        except NotPossible as refusal:
            answers.append(refusal.message)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(answers) == ["This file is already on the case, as “note.txt”."] * 3 + ["kept"]
    assert len(on_record(case)) == 1
    assert len(on_disk(home)) == 1


@pytest.mark.parametrize("by", ["viewer", "admin"])
def test_who_does_not_see_a_case_whole_adds_nothing(case: Case, home: Settings, by: str) -> None:
    case.started()
    with pytest.raises(NotAllowed, match="add evidence"):
        attach(case, home, by=by)
    assert not on_disk(home)


def test_a_case_that_is_not_there_gets_nothing(case: Case, home: Settings) -> None:
    case.started()
    case.reference = "ESC-2026-9999"
    with pytest.raises(NotFound):
        attach(case, home)


def test_a_closed_case_gets_nothing(case: Case, home: Settings) -> None:
    case.started().change("withdraw")
    with pytest.raises(NotPossible, match="withdrawn: no evidence can be added"):
        attach(case, home)


def test_what_is_refused_leaves_nothing(case: Case, home: Settings) -> None:
    case.started()
    before = case.kinds
    for name, content, description in (
        ("note.txt", b"", "Empty."),
        ("note.txt", b"x" * (LARGEST + 1), "Too large."),
        ("note.pdf", NOTE[1], "Disguised."),
        ("note.txt", NOTE[1], " "),
        ("note.txt", NOTE[1], "x" * 2001),
        ("note.txt", NOTE[1], "a\x00b"),
    ):
        with pytest.raises(InvalidInput):
            attach(case, home, name, content, description=description)
    assert not on_disk(home)
    assert not on_record(case)
    assert case.kinds == before


def test_the_largest_file_is_kept(case: Case, home: Settings) -> None:
    case.started()
    assert attach(case, home, content=b"x" * LARGEST).size == LARGEST


def test_a_folder_that_cannot_be_written_to_is_told(case: Case, home: Settings) -> None:
    case.started()
    home.home.mkdir()
    home.evidence_folder.write_text("in the way")
    with pytest.raises(NotPossible, match="could not be stored"):
        attach(case, home)


# The scanner ---------------------------------------------------------------------------------


@pytest.fixture
def scanning(home: Settings, tmp_path: Path) -> Callable[[str], Settings]:
    """Settings with a scanner that is this Python program; `path` is the file to look at."""

    def make(program: str) -> Settings:
        script = tmp_path / "a scanner.py"
        script.write_text(f"import os, sys, time\npath = sys.argv[-1]\n{program}\n")
        command = shlex.join([sys.executable, str(script), "--no-summary"])
        return home.model_copy(update={"scanner": command})

    return make


LIKE_CLAMSCAN = """
found = b"fence" in open(path, "rb").read()
print(f"{path}: Fence.Test FOUND" if found else f"{path}: OK")
sys.exit(1 if found else 0)
"""


def test_a_clean_file_is_kept_with_the_scanners_words(
    case: Case, scanning: Callable[[str], Settings]
) -> None:
    case.started()
    kept = attach(case, scanning(LIKE_CLAMSCAN), content=b"All is well.\n")
    assert (kept.scan, kept.scan_result) == (Scan.CLEAN, "the file: OK")


def test_malware_is_refused_removed_and_on_record(
    case: Case, scanning: Callable[[str], Settings]
) -> None:
    case.started()
    settings = scanning(LIKE_CLAMSCAN)
    with pytest.raises(InvalidInput, match="The malware scanner found something"):
        attach(case, settings)
    assert not on_disk(settings)
    assert not on_record(case)
    event = case.all(Event)[-1]
    assert event.kind == EvidenceRefused.kind
    assert event.facts["reason"] == "the file: Fence.Test FOUND"
    with read(case.engine) as session:
        told = timeline.timeline(session, case.policy, THE_MACHINE, case.reference).items[0]
    assert told.sentence.startswith("The file “note.txt” was refused")
    assert told.text == "the file: Fence.Test FOUND"


BROKEN = {
    "another status": "sys.exit(2)",
    "a signal": "os.kill(os.getpid(), 9)",
    "too slow": "open(path + '.pid', 'w').write(str(os.getpid())); time.sleep(600)",
}


@pytest.mark.parametrize("why", BROKEN)
def test_what_could_not_be_checked_is_refused(
    case: Case,
    scanning: Callable[[str], Settings],
    monkeypatch: pytest.MonkeyPatch,
    why: str,
) -> None:
    case.started()
    monkeypatch.setattr(scanner, "PATIENCE", 2.0)
    settings = scanning(BROKEN[why])
    refuses(case, settings)


@pytest.mark.parametrize("command", ["/no/such/scanner", "'unbalanced", "/etc/hostname -x"])
def test_a_scanner_that_is_not_there_lets_nothing_through(
    case: Case, home: Settings, command: str
) -> None:
    case.started()
    refuses(case, home.model_copy(update={"scanner": command}))


def refuses(case: Case, settings: Settings) -> None:
    """Nothing is kept, and nothing that the scanner was is left running."""
    before = case.kinds
    with pytest.raises(NotPossible, match="could not be checked for malware"):
        attach(case, settings)
    left = [name for name in on_disk(settings) if not name.endswith(".pid")]
    assert not left
    assert not on_record(case)
    assert case.kinds == before
    for written in settings.evidence_folder.glob("*.pid"):
        with pytest.raises(ProcessLookupError):
            os.kill(int(written.read_text()), 0)


def test_a_scanner_gets_no_secret_and_its_words_have_an_end(
    case: Case, scanning: Callable[[str], Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    case.started()
    monkeypatch.setenv("SCC_SECRET_KEY", "the-secret-key")
    monkeypatch.setenv("SCC_DATABASE_URL", "postgresql://account:password@host/database")
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", "name:word")
    program = "print(dict(os.environ)); print('\\x1b[31m\\x00' + 'x' * 5000)"
    said = attach(case, scanning(program)).scan_result
    assert "secret" not in said
    assert "password" not in said
    assert "name:word" not in said
    assert len(said) == 2000
    assert not {"\x1b", "\x00"} & set(said)


# The sweep -----------------------------------------------------------------------------------


def aged(path: Path, now: datetime, **age: Any) -> Path:
    """A file that was last written so long ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_bytes(b"left behind")
    moment = (now - timedelta(**age)).timestamp()
    os.utime(path, (moment, moment))
    return path


def test_the_sweep_removes_what_is_old_and_nobodys(case: Case, home: Settings) -> None:
    case.started()
    folder, now = home.evidence_folder, datetime.now(UTC)
    kept = aged(path_of(folder, attach(case, home).sha256), now, days=400)
    young = aged(folder / ".arriving-young", now, minutes=59)
    old = aged(folder / ".arriving-old", now, minutes=61)
    nobodys = aged(path_of(folder, "ab" * 32), now, minutes=61)
    nobodys_young = aged(path_of(folder, "cd" * 32), now, minutes=59)
    strange = aged(folder / "README", now, days=400)
    assert sweep(case.engine, home, now) == 2
    assert not old.exists()
    assert not nobodys.exists()
    assert all(path.exists() for path in (kept, young, nobodys_young, strange))
    assert sweep(case.engine, home, now) == 0


def test_a_sweep_without_a_folder_finds_nothing(engine: Engine, home: Settings) -> None:
    assert sweep(engine, home, datetime.now(UTC)) == 0
    assert not home.evidence_folder.exists()


def test_a_sweep_never_meets_a_file_that_is_being_kept(
    case: Case, home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bytes of an old upload that died are attached anew while the sweep looks at them."""
    case.started()
    now = datetime.now(UTC)
    kept = attach(case, home)
    lies = aged(path_of(home.evidence_folder, kept.sha256), now, hours=2)
    other = Case(case.engine, case.policy, case.council).started(school="church")
    look = keeping._on_record
    looked: list[bool] = []

    def attach_between(session: Any) -> set[str]:
        if not looked:  # the row is not there at the first look, and is at the second
            looked.append(True)
            look(session)
            thread = threading.Thread(target=attach, args=(other, home))
            thread.start()
            thread.join(timeout=30)
            return set()
        return look(session)

    monkeypatch.setattr(keeping, "_on_record", attach_between)
    assert sweep(case.engine, home, now) == 0
    assert lies.read_bytes() == NOTE[1]
    assert len(on_record(other)) == 1


def test_every_refusal_is_one(case: Case, home: Settings) -> None:
    case.started()
    started = time.monotonic()
    for name, content, _ in DISGUISED:
        with pytest.raises(Refused):
            attach(case, home, name, content)
    assert time.monotonic() - started < 60
    assert not on_disk(home)
