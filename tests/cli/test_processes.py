"""Child processes that live and end together, and whoever ends them when we were killed."""

import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import pytest

from cli import leftovers, processes, up
from cli.answers import Answer
from cli.life import Answers, Pulse
from cli.listening import bound
from cli.logs import Log
from cli.processes import LONGEST_WAIT, SILENCE, STARTING, Child, Family
from cli.running import Running
from models import pulse
from models.database import connect
from models.policy import Policy
from models.settings import Settings
from models.upkeep import schema
from notifications import worker
from tests.support.prefect_server import eventually, free_port

SLEEPS = "import time; time.sleep(60)"
BEATS = """
import os, time
time.sleep({before})
while True:
    os.write(int(os.environ["SCC_PULSE"]), b".")
    time.sleep(0.02)
"""


class Never:
    """A sign that is never shown."""

    @contextmanager
    def of_a_new_one(self) -> Iterator[None]:
        yield

    def shown(self) -> bool:
        return False


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The supervisor's own clock, put on by hand."""
    own = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(processes, "time", SimpleNamespace(monotonic=lambda: own.seconds))
    return own


def child(folder: Path, code: str, **how: object) -> Child:
    log = Log(folder / "part.log")
    return Child("part", [sys.executable, "-c", code], os.environ, log, **how)  # type: ignore[arg-type]


def family_of(*children: Child, said: list[str] | None = None) -> Family:
    at_once = Event()
    at_once.set()
    return Family(children, [].append if said is None else said.append, at_once)


def replaced(family: Family) -> bool:
    """Whether the first child runs in another process now."""
    before = family.children[0].group
    assert before is not None

    def another() -> bool:
        family.tend()
        return family.children[0].group not in (None, before)

    return eventually(another, "another process")


def test_who_stays_behind_understands_the_end_of_a_family_with_one_that_is_down(
    tmp_path: Path,
) -> None:
    """It has gone by the end: nothing that was told made it stumble."""
    short, long = child(tmp_path, "pass"), child(tmp_path, SLEEPS)
    with family_of(short, long) as family:
        eventually(lambda: short.died() == "ended (status 0)", "the end of the short one")
    assert family.watch.returncode == 0
    assert not long.runs


def test_a_process_that_is_stopped_is_replaced_whose_pulse_was_felt(tmp_path: Path) -> None:
    said: list[str] = []
    beating = child(tmp_path, BEATS.format(before=0), sign=Pulse(), silence=0.5)
    with family_of(beating, said=said) as family:
        _stop_and_see_replaced(family)
    assert len(said) == 1
    assert "gave no sign of life" in said[0]


def test_a_server_that_is_stopped_is_replaced(tmp_path: Path) -> None:
    port = free_port()
    serves = f"import http.server as h; h.test(h.SimpleHTTPRequestHandler, port={port})"
    answers = Answers(f"http://127.0.0.1:{port}/none", every=0.05, within=0.2)
    with family_of(child(tmp_path, serves, sign=answers, silence=1)) as family:
        _stop_and_see_replaced(family)


def _stop_and_see_replaced(family: Family) -> None:
    [hanging] = family.children

    def lives() -> bool:
        family.tend()
        return hanging.lives

    eventually(lives, "a sign of life")
    assert hanging.group is not None
    os.kill(hanging.group, signal.SIGSTOP)
    assert replaced(family)
    eventually(lives, "a sign of life of the new one")


def test_one_that_starts_has_longer(tmp_path: Path) -> None:
    slow = child(tmp_path, BEATS.format(before=0.5), sign=Pulse(), silence=0.2)
    with family_of(slow) as family:

        def lives() -> bool:
            family.tend()
            return slow.lives

        eventually(lives, "its first sign of life")
        assert slow.deaths == 0


@pytest.mark.parametrize(("lives", "patience"), [(True, SILENCE), (False, STARTING)])
def test_silence_is_not_counted_while_the_supervisor_was_away(
    tmp_path: Path, watch: SimpleNamespace, lives: bool, patience: float
) -> None:
    quiet = child(tmp_path, SLEEPS, sign=Never())
    said: list[str] = []
    with family_of(quiet, said=said) as family:
        quiet.lives = lives
        watch.seconds += 3600  # the machine slept
        for _ in range(int(patience)):
            family.tend()
            watch.seconds += 1
        assert not said
        watch.seconds += 1
        family.tend()
        eventually(lambda: not quiet.runs, "its end")
        family.tend()
    assert f"gave no sign of life for {patience + 1:.0f} seconds" in said[0]


def test_it_is_started_again_after_a_pause_that_grows(
    tmp_path: Path, watch: SimpleNamespace
) -> None:
    failing = child(tmp_path, "raise SystemExit('no such setting')", sign=Never())
    said: list[str] = []
    pauses = []
    with family_of(failing, said=said) as family:
        for _ in range(8):
            eventually(lambda: not failing.runs, "its end")
            family.tend()
            pauses.append(failing.pause)
            watch.seconds += failing.pause
            family.tend()
    assert pauses == [0.5, 1, 2, 4, 8, 16, LONGEST_WAIT, LONGEST_WAIT]
    assert failing.stillborn == 8
    assert "ended (status 1); it is started again in 8 seconds.\nno such setting" in said[4]


def test_one_that_was_killed_was_not_set_up_wrongly(tmp_path: Path) -> None:
    victim = child(tmp_path, SLEEPS, sign=Never(), first_wait=0.0)
    with family_of(victim) as family:
        for _ in range(3):
            assert victim.group is not None
            os.kill(victim.group, signal.SIGKILL)
            assert replaced(family)
        assert (victim.deaths, victim.stillborn) == (3, 0)


def test_who_stays_behind_is_replaced_and_told_of_all_that_runs(tmp_path: Path) -> None:
    said: list[str] = []
    living = child(tmp_path, SLEEPS)
    family = family_of(living, said=said).__enter__()
    try:
        before = family.watch
        before.kill()
        before.wait()
        family.tend()
        assert family.watch.pid != before.pid
        assert "replaces it" in said[0]
        assert family.watch.stdin is not None
        family.watch.stdin.close()  # as when we are gone
        eventually(lambda: not living.runs, "an end to what we left")
    finally:
        living.kill()
        family.watch.wait()


def test_the_end_does_not_wait_for_a_watcher_that_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "GRACE", 0.1)
    with family_of(child(tmp_path, SLEEPS)) as family:
        os.kill(family.watch.pid, signal.SIGSTOP)
    assert family.watch.returncode == -signal.SIGKILL


def test_what_a_killed_supervisor_left_is_found_by_its_mark_and_nobody_else(
    tmp_path: Path,
) -> None:
    def marked(name: str) -> Child:
        environment = {**os.environ, leftovers.MARK: name}
        log = Log(tmp_path / f"{name}.log")
        return Child(name, [sys.executable, "-c", SLEEPS], environment, log)

    ours, stopped, others = marked("ours"), marked("ours"), marked("theirs")
    with family_of(ours, stopped, others):
        assert stopped.group is not None
        os.kill(stopped.group, signal.SIGSTOP)
        eventually(lambda: len(leftovers.of("ours")) == 2, "both, with what they were told")
        assert leftovers.end("ours", grace=0.2) == 2
        eventually(lambda: not ours.runs and not stopped.runs, "an end to both")
        assert others.runs
    assert leftovers.end("ours") == 0


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder with an empty database."""
    engine = connect(f"sqlite:///{tmp_path / 'scc.db'}")
    schema.migrate(engine)
    engine.dispose()
    return tmp_path


def test_where_processes_cannot_be_looked_at_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(leftovers, "PROCESSES", tmp_path / "none")
    killed = Running(4711, "http://127.0.0.1:8000", None, "ours")
    up.end_leftovers(killed, Answer(as_json=False))
    said = capsys.readouterr().out
    assert "process 4711" in said
    assert "cannot be found out on this system" in said


def test_pages_worker_and_runner_have_a_pulse(home: Path) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}/api"
    environment = {**os.environ, "SCC_HOME": str(home), "PREFECT_API_URL": nowhere}

    def part(module: str, *options: str, **how: Any) -> Child:
        command = [sys.executable, "-m", module, *options]
        log = Log(home / f"{module}.log")
        return Child(module, command, environment, log, sign=Pulse(), **how)

    with bound("127.0.0.1", free_port(), "--port") as sockets:
        shared = [each.fileno() for each in sockets]
        pages = part("web", "--sockets", *map(str, shared), inherits=shared)
        _all_live(pages, part("notifications"), part("flows"))


def _all_live(*parts: Child) -> None:
    with family_of(*parts) as family:

        def live() -> bool:
            family.tend()
            return all(each.lives for each in parts)

        eventually(live, "a beat of each")


def test_the_delivery_worker_notes_its_turns(home: Path, policy: Policy) -> None:
    stop, turns = Event(), []

    def turn() -> None:
        turns.append(1)
        if len(turns) > 3:
            stop.set()

    engine = connect(f"sqlite:///{home / 'scc.db'}")
    told = (engine, policy, Settings(home=home, _env_file=None), lambda: datetime.now(UTC))
    working = Thread(target=worker.run, args=(*told, stop, turn), daemon=True)
    working.start()
    eventually(lambda: not working.is_alive(), "turn after turn")
    engine.dispose()


def test_a_pulse_stops_with_the_loop_and_not_before() -> None:
    hear, pipe = os.pipe()
    beating = pulse.Pulse(pipe, beat=0.01, turn_within=0.2)

    def beats() -> bool:
        felt = bool(select.select([hear], [], [], 0.1)[0])
        return felt and bool(os.read(hear, 4096))

    eventually(beats, "a beat")
    eventually(lambda: not beats(), "silence, as nothing goes round")
    beating.turn()
    eventually(beats, "a beat again")
    os.close(hear)
