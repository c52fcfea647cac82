"""Ends the processes of `scc up` when `scc up` itself was killed and could not.

Its standard input is a pipe that only `scc up` holds: lines `+GROUP` and `-GROUP` say which
process groups run, and the pipe's end says that `scc up` is gone, however it went.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

GRACE = 5.0  # seconds between asking and killing


def watch(lines: Iterable[str]) -> None:
    """Follow what runs until the pipe ends, then end what still does."""
    running: set[int] = set()
    for line in lines:
        group = int(line[1:])
        if line.startswith("+"):
            running.add(group)
        else:
            running.discard(group)
    end_groups(running)


def end_groups(groups: Iterable[int]) -> None:
    """Ask each group to end, and kill what has not after a while."""
    left = {group for group in groups if signal_group(group, signal.SIGTERM)}
    give_up = time.monotonic() + GRACE
    while left and time.monotonic() < give_up:
        time.sleep(0.1)
        left = {group for group in left if signal_group(group, 0)}
    for group in left:
        signal_group(group, signal.SIGKILL)


def signal_group(group: int, number: int) -> bool:
    """Send a signal to a process group; whether there was anybody to have it."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


if __name__ == "__main__":
    watch(sys.stdin)
