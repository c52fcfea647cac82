"""Processes that a killed `scc up` left behind, found by the mark that their environment carries.

A process number alone proves nothing: by now it may be another's.
"""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

MARK = "SCC_FAMILY"  # the variable in which everything that one `scc up` starts carries its name
GRACE = 5.0  # seconds between asking and killing
PROCESSES = Path("/proc")


def can_be_found() -> bool:
    """Whether this system shows what processes were told."""
    return (PROCESSES / str(os.getpid()) / "environ").exists()


def of(family: str) -> list[int]:
    """The processes of a family that still run, by number."""
    mark = f"{MARK}={family}".encode()
    numbers = [int(entry.name) for entry in PROCESSES.iterdir() if entry.name.isdigit()]
    return [number for number in numbers if number != os.getpid() and mark in _told(number)]


def _told(number: int) -> list[bytes]:
    """What a process was told when it was started; nothing of one that has gone or is another's."""
    with suppress(OSError):
        return (PROCESSES / str(number) / "environ").read_bytes().split(b"\0")
    return []


def end(family: str, *, grace: float = GRACE) -> int:
    """End all of a family; how many there were."""
    found = of(family)
    _signal(found, signal.SIGTERM)
    give_up = time.monotonic() + grace
    while (left := of(family)) and time.monotonic() < give_up:
        time.sleep(0.05)
    _signal(left, signal.SIGKILL)
    while left and of(family) and time.monotonic() < give_up + grace:
        time.sleep(0.05)
    return len(found)


def _signal(processes: list[int], number: int) -> None:
    for process in processes:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(process, number)
