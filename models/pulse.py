"""A process's pulse: tells whoever started it that it lives, and that its work goes round.

It goes through a pipe, not a file: nobody is dead because a disk is full or can only be read.
"""

import os
import time
from contextlib import suppress
from threading import Thread

PULSE = "SCC_PULSE"  # the variable with the number of the pipe that the process inherits
BEAT = 5.0  # seconds
TURN_WITHIN = 90.0  # seconds: a turn may wait for a locked database for 30, more than once


class Pulse:
    """Beats in a thread of its own for as long as its owner's loop goes round.

    Times in seconds; without a pipe nobody listens, and it is silent.
    """

    def __init__(
        self, pipe: int | None, *, beat: float = BEAT, turn_within: float = TURN_WITHIN
    ) -> None:
        self._turned_at = time.monotonic()
        if pipe is not None:
            how = (pipe, beat, turn_within)
            Thread(target=self._go_on, args=how, daemon=True, name="pulse").start()

    def turn(self) -> None:
        """Note that the loop has come round once more."""
        self._turned_at = time.monotonic()

    def _go_on(self, pipe: int, beat: float, turn_within: float) -> None:
        with suppress(OSError):  # whoever listened has gone
            while True:
                if time.monotonic() - self._turned_at < turn_within:
                    os.write(pipe, b".")
                time.sleep(beat)


def begin(*, turn_within: float = TURN_WITHIN) -> Pulse:
    """The pulse of this process, from now on; silent unless whoever started it wants one."""
    pipe = os.environ.pop(PULSE, "")
    if not pipe:
        return Pulse(None)
    os.set_inheritable(int(pipe), False)  # what this process starts has no part in it
    return Pulse(int(pipe), turn_within=turn_within)
