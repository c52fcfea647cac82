"""Logs that others write to without end: nothing of a crash is lost, and all of it has a bound."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.logs import Log

NOW = datetime.now(UTC)
ECHO = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"


def everything(log: Log) -> str:
    """All that is kept, the oldest first."""
    return "".join(file.read_text() for file in [*reversed(log.kept), log.file])


def test_it_is_begun_anew_while_a_process_writes_to_it(tmp_path: Path) -> None:
    log = Log(tmp_path / "logs" / "part.log", most=200)
    lines = [f"line {number:03}\n" for number in range(100)]
    with (
        log.open(NOW) as file,
        subprocess.Popen(
            [sys.executable, "-c", ECHO], stdin=subprocess.PIPE, stdout=file, text=True
        ) as process,
    ):
        assert process.stdin is not None
        for number, line in enumerate(lines):
            process.stdin.write(line)
            process.stdin.flush()
            while line not in log.file.read_text():
                pass
            log.cut(NOW + timedelta(microseconds=number))
            assert log.file.stat().st_size <= 200
        process.stdin.close()
    assert len(log.kept) > 3
    assert "".join(everything(log).splitlines(keepends=True)[1:]) == "".join(lines)
    assert all(file.stat().st_mode & 0o77 == 0 for file in [log.file, *log.kept])


def test_all_of_it_has_a_bound(tmp_path: Path) -> None:
    log = Log(tmp_path / "part.log", most=100, most_kept=1000)
    for number in range(50):
        with log.open(NOW) as file:
            file.write(b"x" * 150)
        log.cut(NOW + timedelta(seconds=number))
    assert 700 < sum(file.stat().st_size for file in log.kept) <= 1000
    assert "000049" not in log.kept[-1].name


def test_the_words_of_a_crash_are_kept_over_ten_restarts(tmp_path: Path) -> None:
    for restart in range(11):
        log = Log(tmp_path / "part.log")
        with log.open(NOW) as file:
            file.write(b"RuntimeError: the crash\n" if restart == 0 else b"all is well\n")
        log.cut(NOW)
    assert "the crash" in everything(log)
    assert log.last_words() == "all is well"


def test_one_that_said_nothing_has_no_last_words_of_another(tmp_path: Path) -> None:
    log = Log(tmp_path / "part.log")
    with log.open(NOW) as file:
        file.write(b"of the one before\n")
    log.open(NOW).close()
    assert log.last_words() == ""


def test_each_week_has_its_own_and_what_is_old_goes(tmp_path: Path) -> None:
    log = Log(tmp_path / "part.log")
    log.open(NOW).close()
    for week in range(1, 3):
        log.cut(NOW + timedelta(weeks=week))
        log.cut(NOW + timedelta(weeks=week, seconds=1))
        log.open(NOW).close()
    assert len(log.kept) == 2
    log.file.write_text("")
    log.cut(NOW + timedelta(weeks=6))
    assert log.kept == []


def test_a_disk_that_takes_no_copy_costs_no_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    log = Log(tmp_path / "part.log", most=10)
    log.open(NOW).close()
    before = log.file.read_text()
    monkeypatch.setattr("cli.logs.shutil.copyfile", full)
    log.cut(NOW)
    assert log.file.read_text() == before
    assert log.kept == []
