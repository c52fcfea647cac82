"""The malware scanner: a command of the council's choice that is given a file.

Exit status 0 says that the file is clean and 1 that it is not, as `clamscan` and `clamdscan` have
it. Anything else, silence and a program that is not there all mean that nothing is known, and what
nothing is known of is not let in.
"""

import logging
import os
import shlex
import signal
import subprocess
import tempfile
from pathlib import Path

from models.evidence.tables import Scan
from models.refusals import NotPossible

PATIENCE = 60.0  # seconds for one file
LONGEST_SAYING = 2000  # characters of the scanner's words that are kept
_CLEAN, _INFECTED = 0, 1
# Of our own environment nothing else: it holds the secrets of the settings.
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")

log = logging.getLogger(__name__)


class Infected(Exception):  # noqa: N818 - what the scanner found, not an error
    """The scanner says that a file is malware; the message is its own words."""


def scan(command: str, path: Path) -> tuple[Scan, str]:
    """What the scanner says of the file, and in what words; without a command it was not asked.

    Raises Infected, and NotPossible when the scanner gives no answer.
    """
    if not command:
        return Scan.NOT_SCANNED, ""
    try:
        status, said = _run([*shlex.split(command), str(path.absolute())])
    except (OSError, ValueError, subprocess.TimeoutExpired) as trouble:
        log.error("The malware scanner gave no answer: %s", type(trouble).__name__)
        raise _unchecked() from trouble
    words = _words(said, path)
    if status == _INFECTED:
        raise Infected(words)
    if status != _CLEAN:
        log.error("The malware scanner ended with status %s: %s", status, words)
        raise _unchecked()
    return Scan.CLEAN, words


def works(command: str) -> bool:
    """Whether the scanner answers, and finds a harmless file harmless."""
    with tempfile.NamedTemporaryFile(prefix="scc-harmless-") as file:
        file.write(b"There is nothing in this file.\n")
        file.flush()
        try:
            scan(command, Path(file.name))
        except (Infected, NotPossible):
            return False
    return True


def _run(arguments: list[str]) -> tuple[int, bytes]:
    """Run it in a process group of its own, of which nothing is left when the time is up."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    with subprocess.Popen(  # noqa: S603 - the administrator's own command, without a shell
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd="/",
        start_new_session=True,
    ) as process:
        try:
            said, _ = process.communicate(timeout=PATIENCE)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return process.returncode, said


def _words(said: bytes, path: Path) -> str:
    """The scanner's words as they can be stored and shown, without where the file lay."""
    text = said.decode("utf-8", "replace").replace(str(path.absolute()), "the file")
    kept = "".join(char if char.isprintable() or char == "\n" else " " for char in text)
    return kept.strip()[:LONGEST_SAYING]


def _unchecked() -> NotPossible:
    return NotPossible(
        "The file could not be checked for malware, so it was not kept. Try again later, and "
        "tell your administrator if it happens again."
    )
