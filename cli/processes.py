"""Child processes that are started together, started again when they die, and ended together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Self

from cli.orphans import signal_group

GRACE = 3.0  # seconds between asking a child to end and killing it
FIRST_WAIT = 0.5  # seconds before a child is started again; doubled each time, up to
LONGEST_WAIT = 30.0
HAS_SETTLED = 60.0  # a child that lived so long begins again with the first wait


@dataclass
class Child:
    """One process with all that it starts, in a process group and a log file of its own."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    deaths: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _started_at: float = 0.0
    _start_again_at: float | None = None

    def start(self) -> int:
        """Start it; the number of its process group."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command, no shell
                self.command,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._started_at = time.monotonic()
        self._start_again_at = None
        return self._process.pid

    @property
    def group(self) -> int | None:
        """The number of its process group, which is that of the process; None when it is down."""
        return self._process.pid if self._process else None

    def died(self) -> int | None:
        """The exit status if it has died since this was last asked; else None."""
        status = self._process.poll() if self._process else None
        if self._process is None or status is None:
            return None
        # What it had started still holds its port.
        signal_group(self._process.pid, signal.SIGKILL)
        settled = time.monotonic() - self._started_at > HAS_SETTLED
        self.deaths = 1 if settled else self.deaths + 1
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (self.deaths - 1))
        self._start_again_at = time.monotonic() + wait
        self._process = None
        return status

    @property
    def is_due(self) -> bool:
        """Whether it is down and has waited long enough to be started again."""
        return self._start_again_at is not None and time.monotonic() >= self._start_again_at

    def ask_to_end(self) -> None:
        """SIGTERM to the process itself, which ends its own children in order."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.terminate()

    @property
    def runs(self) -> bool:
        """Whether the process has not ended yet."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End whatever is left of it and of what it started."""
        if self._process is not None:
            signal_group(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def last_words(self, lines: int = 15) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


class Family:
    """Children that live and end together; a context manager."""

    def __init__(self, children: Sequence[Child], say: Callable[[str], None], hurry: Event) -> None:
        self.children = children
        self._say = say
        self._hurry = hurry
        self.watch = subprocess.Popen(
            [sys.executable, "-m", "cli.orphans"],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        for child in self.children:
            self._tell(f"+{child.start()}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def tend(self) -> None:
        """Start again what has died."""
        for child in self.children:
            group, status = child.group, child.died()
            if status is not None:
                self._tell(f"-{group}")
                self._say(f"The {child.name} ended (status {status}); it is started again.")
            if child.is_due:
                self._tell(f"+{child.start()}")

    def _tell(self, line: str) -> None:
        """Tell those who stay behind, should this process be killed."""
        with suppress(OSError):
            assert self.watch.stdin is not None  # noqa: S101 - it was opened as a pipe
            self.watch.stdin.write(line + "\n")
            self.watch.stdin.flush()

    def _end(self) -> None:
        for child in self.children:
            child.ask_to_end()
        give_up = time.monotonic() + GRACE
        while any(child.runs for child in self.children) and time.monotonic() < give_up:
            if self._hurry.wait(0.05):
                break
        for child in self.children:
            child.kill()
            if child.group is not None:  # one that is down was told of when it died
                self._tell(f"-{child.group}")
        with suppress(OSError):
            self.watch.communicate()


def new_log(folder: Path, name: str) -> Path:
    """An empty log of this name; the one before is kept as `.old`."""
    folder.mkdir(mode=0o700, exist_ok=True)
    log = folder / f"{name}.log"
    if log.exists():
        os.replace(log, log.with_suffix(".old"))
    log.touch(mode=0o600)
    return log
