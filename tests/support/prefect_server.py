"""A real Prefect server, runner and delivery worker, as processes of their own."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import httpx
import pytest

T = TypeVar("T")

# Starting the server takes 7 seconds on an idle machine and 30 on one that runs other tests.
PATIENCE = 120


def free_port() -> int:
    """A port on which nothing listens at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def eventually(look: Callable[[], T | None], what: str, seconds: float = PATIENCE) -> T:
    """The first answer that is not None or False; fails by name when there is none in time."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        answer = look()
        if answer:
            return answer
        time.sleep(0.2)
    raise AssertionError(f"waited {seconds:.0f} s in vain for: {what}")


class Process:
    """A child in a process group of its own, so that a kill reaches its children as well."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self._command, self._environment, self._log = command, environment, log
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                self._command,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def kill(self) -> None:
        """SIGKILL to all of it, as the machine's power failing would."""
        self._end(signal.SIGKILL)

    def ask_to_end(self) -> None:
        """SIGTERM, as a supervisor sends it."""
        assert self._child is not None
        self._child.send_signal(signal.SIGTERM)

    def stop(self) -> int:
        """Ask it to end, and wait for that; the exit status."""
        assert self._child is not None
        if self.alive:
            self.ask_to_end()
            try:
                self._child.wait(30)
            except subprocess.TimeoutExpired:
                self._end(signal.SIGKILL)
        return self._child.returncode

    def _end(self, number: signal.Signals) -> None:
        if self._child is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, number)
            self._child.wait(30)

    @property
    def left_over(self) -> bool:
        """Whether anything of its process group still lives."""
        assert self._child is not None
        try:
            os.killpg(self._child.pid, 0)
        except ProcessLookupError:
            return False
        return True

    @property
    def output(self) -> str:
        return self._log.read_text(errors="replace")


class PrefectServer(Process):
    """The server that `scc up` starts, with a home of its own.

    The first server of a run leaves its empty database in `empty`, and those after it begin with
    a copy: a database's hundreds of migrations take as long to compute as all the rest.
    """

    def __init__(self, home: Path, empty: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self._database, self._empty = home / "prefect.db", empty
        self.port = free_port()
        self.api_url = f"http://127.0.0.1:{self.port}/api"
        command = ["-m", "flows.server", "--host", "127.0.0.1", "--port", str(self.port)]
        super().__init__(
            [sys.executable, *command],
            self.environment(),
            home / "server.log",
        )

    def environment(self, **more: str) -> dict[str, str]:
        """What a process needs to speak with this server, and to be silent otherwise."""
        return {
            **os.environ,
            "PREFECT_HOME": str(self.home),
            "PREFECT_API_URL": self.api_url,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            **more,
        }

    def start(self) -> None:
        is_new = not self._database.exists()
        if is_new and self._empty.exists():
            shutil.copyfile(self._empty, self._database)
        super().start()
        eventually(self._answers, f"Prefect on port {self.port}\n{self.output[-2000:]}")
        if is_new and not self._empty.exists():
            with (
                closing(sqlite3.connect(self._database)) as database,
                closing(sqlite3.connect(self._empty)) as empty,
            ):
                database.backup(empty)

    def _answers(self) -> bool:
        # Plain HTTP: to read the certificates that it does not ask for takes 23 ms, at each call.
        try:
            return httpx.get(f"{self.api_url}/health", timeout=5, verify=False).is_success
        except httpx.HTTPError:
            return False

    def forget(self) -> None:
        """Delete all that Prefect knows; the server must not be running."""
        for file in self.home.glob("prefect.db*"):
            file.unlink()


@contextmanager
def prefect_server(home: Path, empty: Path) -> Iterator[PrefectServer]:
    """A server that answers, ended afterwards whatever happened."""
    server = PrefectServer(home, empty)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(home, ignore_errors=True)


def flow_runner(server: PrefectServer, log: Path, **settings: str) -> Process:
    """`python -m flows` against this server, to be started and killed by the caller."""
    return Process(
        [sys.executable, "-m", "flows"],
        server.environment(PREFECT_LOGGING_TO_API_ENABLED="false", **settings),
        log,
    )


def delivery_worker(log: Path, **settings: str) -> Process:
    """`python -m notifications` with these settings, to be started and killed by the caller."""
    return Process([sys.executable, "-m", "notifications"], {**os.environ, **settings}, log)


@pytest.fixture(scope="session")
def empty_prefect(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first server leaves its empty database for the others."""
    return tmp_path_factory.mktemp("empty-prefect") / "prefect.db"


SERVER = pytest.StashKey[PrefectServer]()


@pytest.fixture(scope="session")
def prefect_of_worker(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, empty_prefect: Path
) -> Iterator[PrefectServer]:
    """One server for all tests of a worker that leave it alive; no runner is attached to it."""
    with prefect_server(tmp_path_factory.mktemp("prefect"), empty_prefect) as server:
        request.config.stash[SERVER] = server
        yield server


@pytest.fixture
def prefect(prefect_of_worker: PrefectServer) -> PrefectServer:
    """The server of this worker, alive."""
    if not prefect_of_worker.alive:
        prefect_of_worker.start()
    return prefect_of_worker


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, None, None]:
    """Once no test of the flows comes next it ends: a server that is left alone works on."""
    yield
    server = item.config.stash.get(SERVER, None)
    if server and server.alive and (nextitem is None or "/flows/" not in nextitem.nodeid):
        server.kill()
