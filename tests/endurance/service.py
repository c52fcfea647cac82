"""The real `scc up` from outside: started, its parts found, and what they use."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from models.settings import Settings
from tests.support.prefect_server import free_port

# The parts by what their command lines say.
PARTS = {
    "web": "-m web",
    "server": "-m flows.server",
    "runner": "-m flows",
    "delivery": "-m notifications",
}
START_PATIENCE = 180.0  # seconds
LOCKED = re.compile(rb"database is locked")


@dataclass(frozen=True)
class Used:
    """What a part uses, with the processes that it started."""

    megabytes: float
    files: int


class Service:
    """One `scc up` on a data folder, on ports that stay when it is started again."""

    def __init__(self, home: Path, mail_url: str) -> None:
        self.home = home
        self.port, self.prefect_port = free_port(), free_port()
        self._mail_url = mail_url
        self._up: subprocess.Popen[bytes] | None = None
        self._locked: dict[tuple[int, int], int] = {}  # by the log's device and inode

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def prefect_url(self) -> str:
        return f"http://127.0.0.1:{self.prefect_port}/api"

    def start(self) -> float:
        """Start it, again and again while its ports or folder are still held; seconds to a page."""
        begun = time.monotonic()
        while time.monotonic() < begun + START_PATIENCE:
            if self._up is None or self._up.poll() is not None:
                self._begin()
            if self.answers:
                return time.monotonic() - begun
            time.sleep(0.3)
        raise SystemExit(f"`scc up` did not start; see {self._output}")

    def _begin(self) -> None:
        ours = ("PREFECT_API_URL", *(f"SCC_{name.upper()}" for name in Settings.model_fields))
        inherited = {name: value for name, value in os.environ.items() if name not in ours}
        ports = ["--port", str(self.port), "--prefect-port", str(self.prefect_port)]
        with self._output.open("ab") as output:
            self._up = subprocess.Popen(
                [sys.executable, "-c", "from cli.main import run; run()", "up", *ports],
                env={**inherited, "SCC_HOME": str(self.home), "SCC_MAIL_URL": self._mail_url},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def _output(self) -> Path:
        return self.home.with_suffix(".output")

    @property
    def answers(self) -> bool:
        """Whether the web application gives a sign of life."""
        try:
            return httpx.get(f"{self.url}/health/live", timeout=5, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def supervisor(self) -> psutil.Process | None:
        """The process of `scc up` itself."""
        if self._up is None or self._up.poll() is not None:
            return None
        return psutil.Process(self._up.pid)

    def part(self, name: str) -> psutil.Process | None:
        """One part's process, the oldest of several; None while it is down."""
        return next(iter(self.processes(name)), None)

    def processes(self, name: str) -> list[psutil.Process]:
        """All processes of a part: the pages have as many as there are processors."""
        supervisor = self.supervisor()
        found: list[psutil.Process] = []
        if supervisor is not None:
            with suppress(psutil.Error):
                for child in supervisor.children():
                    if f"{PARTS[name]} " in " ".join([*child.cmdline(), ""]):
                        found.append(child)
        return found

    def flow_runs(self) -> list[psutil.Process]:
        """The processes in which flows run."""
        runner = self.part("runner")
        with suppress(psutil.Error):
            return runner.children() if runner is not None else []
        return []

    def kill_supervisor(self) -> None:
        """SIGKILL, and nobody to start anything again."""
        assert self._up is not None
        self._up.kill()
        self._up.wait()

    def forget_prefect(self) -> None:
        """Delete what Prefect knows, its server being killed first."""
        server = self.part("server")
        if server is not None:
            with suppress(psutil.Error):
                server.kill()
        for file in Settings(home=self.home, _env_file=None).prefect_folder.glob("prefect.db*"):
            file.unlink(missing_ok=True)

    def stop(self) -> None:
        """As Ctrl-C does; then whatever is left."""
        supervisor = self.supervisor()
        if supervisor is None or self._up is None:
            return
        family = supervisor.children(recursive=True)
        self._up.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self._up.wait(30)
        for process in [*family, supervisor]:
            with suppress(psutil.Error):
                process.kill()

    def used(self) -> Mapping[str, Used]:
        """What each part uses now."""
        supervisor = self.supervisor()
        parts = {"supervisor": [supervisor] if supervisor else []}
        parts |= {name: self.processes(name) for name in PARTS}
        return {name: _used(processes, name) for name, processes in parts.items() if processes}

    def read_logs(self) -> tuple[int, int]:
        """The bytes of all logs, and how often one has said that a database is locked.

        Called often enough, it counts in logs as well that are not kept.
        """
        size = 0
        for log in (self.home / "logs").glob("*"):
            with suppress(OSError):
                content, stat = log.read_bytes(), log.stat()
                size += stat.st_size
                key = (stat.st_dev, stat.st_ino)
                self._locked[key] = max(self._locked.get(key, 0), len(LOCKED.findall(content)))
        return size, sum(self._locked.values())


def _used(processes: list[psutil.Process], name: str) -> Used:
    family = [*processes]
    with suppress(psutil.Error):
        for process in processes if name != "supervisor" else []:
            family += process.children(recursive=True)
    memory, files = 0, 0
    for each in family:
        with suppress(psutil.Error):
            memory += each.memory_info().rss
            files += each.num_fds()
    return Used(memory / 1e6, files)
