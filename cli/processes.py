"""Child processes that start in turn, are started again when they die or hang, and end together."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event
from types import TracebackType
from typing import Self

from cli.life import Sign
from cli.logs import Log
from cli.orphans import signal_group
from models.pulse import PULSE

GRACE = 3.0  # seconds between asking a child to end and killing it
FIRST_WAIT = 0.5  # seconds before a child is started again; doubled each time, up to
LONGEST_WAIT = 30.0
HAS_SETTLED = 60.0  # a child that lived so long begins again with the first wait
SILENCE = 30.0  # seconds without a sign of life, after which a child is taken to hang
STARTING = 120.0  # seconds that one may take to its first sign of life
HEAD_START = 10.0  # seconds that those of a later turn wait for those before
WATCH_AGAIN = 5.0  # seconds from one that watches over us to the next
GLANCE = 0.3  # seconds between two looks at the children
# So long between two looks at the children we were away ourselves, stopped or asleep.
AWAY = 10.0  # seconds


@dataclass
class Child:
    """One process with all that it starts, in a process group and a log file of its own.

    One that `holds` waits at its first start for a line on its standard input: `let_go`. What it
    `inherits` are descriptors of ours, such as the socket that it shares with others.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Log
    sign: Sign | None = None  # how it shows that it lives; None: it only has to run
    starting: float = STARTING
    silence: float = SILENCE
    turn: int = 0
    holds: bool = False
    inherits: Sequence[int] = ()
    first_wait: float = FIRST_WAIT
    was_started: bool = False
    lives: bool = False  # whether it has shown so since it was started
    stillborn: int = 0  # how often in a row it ended by itself before it showed that it lives
    deaths: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _started_at: float = 0.0
    _heard_at: float = 0.0
    _start_again_at: float | None = None
    _hung: str = ""

    def start(self) -> int:
        """Start it; the number of its process group. Raises OSError when that cannot be done."""
        self.was_started, self.lives, self._hung, self._process = True, False, "", None
        self._started_at = self._heard_at = time.monotonic()
        try:
            self._process = self._run()
        except OSError:
            self._wait_to_start()
            raise
        self._start_again_at = None
        return self._process.pid

    def _run(self) -> subprocess.Popen[bytes]:
        if self.sign is None:
            return self._run_with(None)
        with self.sign.of_a_new_one() as pipe:
            return self._run_with(pipe)

    def _run_with(self, pipe: int | None) -> subprocess.Popen[bytes]:
        pulse = {} if pipe is None else {PULSE: str(pipe)}
        with self.log.open(datetime.now(UTC)) as log:
            return subprocess.Popen(  # noqa: S603 - our own command, no shell
                self.command,
                env={**self.environment, **pulse},
                pass_fds=[*self.inherits, *([] if pipe is None else [pipe])],
                stdin=subprocess.PIPE if self.holds else subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def let_go(self) -> None:
        """Let one that holds begin, now and whenever it is started again."""
        self.holds = False
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.write(b"\n")
                self._process.stdin.close()
        self.give_time()

    @property
    def group(self) -> int | None:
        """The number of its process group, which is that of the process; None when it is down."""
        return self._process.pid if self._process else None

    def give_time(self) -> None:
        """Count its silence from now."""
        self._heard_at = time.monotonic()

    def look(self) -> None:
        """Ask for its sign of life, and kill it when it has shown none for too long."""
        if self.sign is None or self._process is None or self.holds:
            return
        if self.sign.shown():
            self.lives, self.stillborn = True, 0
            self.give_time()
        silence = time.monotonic() - self._heard_at
        if silence > (self.silence if self.lives else self.starting) and not self._hung:
            since = "" if self.lives else " after it was started"
            self._hung = f"gave no sign of life for {silence:.0f} seconds{since}"
            signal_group(self._process.pid, signal.SIGKILL)  # one that was stopped hears no other

    def died(self) -> str | None:
        """What became of it, in words, if it has died since this was last asked; else None."""
        status = self._process.poll() if self._process else None
        if self._process is None or status is None:
            return None
        # What it had started still holds its port.
        signal_group(self._process.pid, signal.SIGKILL)
        self._process = None
        if not self.lives and status >= 0:
            self.stillborn += 1
        self._wait_to_start()
        return self._hung or f"ended (status {status})"

    def _wait_to_start(self) -> None:
        settled = time.monotonic() - self._started_at > HAS_SETTLED
        self.deaths = 1 if settled else self.deaths + 1
        self._start_again_at = time.monotonic() + self.pause

    @property
    def pause(self) -> float:
        """Seconds from its last death until it is started again."""
        return min(LONGEST_WAIT, self.first_wait * 2.0 ** min(self.deaths - 1, 16))

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


class Family:
    """Children that live and end together; a context manager, which starts those of turn 0."""

    def __init__(
        self,
        children: Sequence[Child],
        say: Callable[[str], None],
        hurry: Event,
        *,
        head_start: float = HEAD_START,
    ) -> None:
        self.children = children
        self._say = say
        self._hurry = hurry
        self._head_start = head_start
        self._looked_at = self._turn_at = time.monotonic()
        self._turn = 0
        self.watch = _watch()
        self._watch_due = 0.0

    def __enter__(self) -> Self:
        self._start_turn()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    @property
    def all_started(self) -> bool:
        """Whether every child had its turn."""
        return all(child.was_started for child in self.children)

    def let_go(self) -> None:
        """Let those begin that hold."""
        for child in self.children:
            if child.holds:
                child.let_go()
        self._looked_at = self._turn_at = time.monotonic()

    def tend(self) -> None:
        """Start what has its turn, and again what has died or hangs."""
        self._replace_watch()
        away = time.monotonic() - self._looked_at > AWAY
        self._looked_at = time.monotonic()
        for child in self.children:
            if away:  # nobody could be heard, and they may have been stopped with us
                child.give_time()
            child.look()
            group, death = child.group, child.died()
            if death is not None:
                self._tell(f"-{group}")
                self._say(_obituary(child, death))
            if child.is_due:
                self._start(child)
            child.log.cut(datetime.now(UTC))
        self._go_on()

    def _go_on(self) -> None:
        """Let the next turn begin when all of those before live, or had their head start."""
        if self.all_started:
            return
        started = [child for child in self.children if child.was_started]
        waited = time.monotonic() - self._turn_at
        if waited > self._head_start or all(child.lives for child in started):
            self._turn, self._turn_at = self._turn + 1, time.monotonic()
            self._start_turn()

    def _start_turn(self) -> None:
        for child in self.children:
            if child.turn <= self._turn and not child.was_started:
                self._start(child)

    def _start(self, child: Child) -> None:
        try:
            self._tell(f"+{child.start()}")
        except OSError as error:
            self._say(f"The {child.name} cannot be started ({error.strerror}); it is tried again.")

    def _replace_watch(self) -> None:
        if self.watch.poll() is None or time.monotonic() < self._watch_due:
            return
        self._watch_due = time.monotonic() + WATCH_AGAIN
        self.watch.communicate()
        try:
            self.watch = _watch()
        except OSError:  # no room for one more process just now
            return
        self._say("The process that tidies up after a killed `scc up` ended; another replaces it.")
        for child in self.children:
            if child.group is not None:
                self._tell(f"+{child.group}")

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
        try:
            self.watch.communicate(timeout=GRACE)
        except subprocess.TimeoutExpired:  # it was stopped
            self.watch.kill()
            self.watch.wait()


def _watch() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "cli.orphans"],
        stdin=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _obituary(child: Child, death: str) -> str:
    """What became of a child and what happens next, with its last words if it never lived."""
    when = f" in {child.pause:.0f} seconds" if child.pause > 1 else ""
    said = f"The {child.name} {death}; it is started again{when}."
    words = "" if child.lives else child.log.last_words(3)
    return f"{said}\n{words}" if words else said
