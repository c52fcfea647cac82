"""Letters printed by the thousand: processes of their own that turn documents into PDF.

`python -m notifications.press` is one such process. It reads a document as one line of JSON and
answers with its pages, a length and so many bytes; when its input ends, so does it: whatever
becomes of the process that started it, none stays behind.
"""

import io
import json
import os
import struct
import subprocess
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from queue import LifoQueue
from typing import Any, BinaryIO

import pikepdf
import typst

from models.refusals import InvalidInput, NotPossible
from notifications.letters.document import LetterDocument, Letterhead, Signatory
from notifications.letters.pdf import to_pdf

PROCESSES = 2
_ANSWER = struct.Struct(">iI")
_NOT_FIT, _BROKEN = -1, -2  # instead of the pages: the letter's own fault, or not the letter's
# How typst begins what it says of the layout and its fonts, and not of the letter.
_NOT_THE_LETTER = ("file not found", "failed to load")


@dataclass(frozen=True)
class Printed:
    """A letter as PDF with the number of its pages, or the reason why it cannot be printed."""

    content: bytes = b""
    pages: int = 0
    trouble: str = ""


class Press:
    """Processes that print; threads may share it, and each then has one to itself."""

    def __init__(self, processes: int = PROCESSES) -> None:
        self._free: LifoQueue[_Child] = LifoQueue()
        for _ in range(processes):
            self._free.put(_Child())

    def print(self, documents: Sequence[LetterDocument]) -> list[Printed]:
        """Print these letters in order; waits for a process that is free.

        Raises EOFError when the process dies under it; NotPossible when what went wrong is no
        fault of the letter, so that the same letter can be printed later.
        """
        child = self._free.get()
        try:
            return [child.print(document) for document in documents]
        except BaseException:
            child.end()
            raise
        finally:
            self._free.put(child)

    def close(self) -> None:
        """End the processes, those too that are printing."""
        for child in tuple(self._free.queue):
            child.end()


@contextmanager
def press(processes: int = PROCESSES) -> Iterator[Press]:
    """A press for as long as it is needed."""
    made = Press(processes)
    try:
        yield made
    finally:
        made.close()


class _Child:
    """One process, started when it is first needed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def print(self, document: LetterDocument) -> Printed:
        process = self._process or self._start()
        assert process.stdin is not None  # noqa: S101 - it was opened as a pipe
        assert process.stdout is not None  # noqa: S101
        try:
            process.stdin.write(_as_line(document))
            process.stdin.flush()
        except BrokenPipeError:
            raise EOFError("the process that prints letters has died") from None
        pages, length = _ANSWER.unpack(_exactly(process.stdout, _ANSWER.size))
        content = _exactly(process.stdout, length)
        if pages == _NOT_FIT:
            return Printed(trouble=content.decode())
        if pages == _BROKEN:
            raise NotPossible(
                f"A letter could not be printed ({content.decode()}), which is no fault of the "
                "letter. See that the machine has memory and disk to spare, then let it go on."
            )
        return Printed(content, pages)

    def _start(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "notifications.press"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "RAYON_NUM_THREADS": "1"},
        )
        return self._process

    def end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _exactly(stream: Any, length: int) -> bytes:
    content: bytes = stream.read(length)
    if len(content) < length:
        raise EOFError("the process that prints letters has died")
    return content


# Within the process ------------------------------------------------------------------------


def serve(documents: BinaryIO, answers: BinaryIO) -> None:
    """Print what comes, line by line, until there is no more."""
    for line in documents:
        pages, content = _printed(line)
        answers.write(_ANSWER.pack(pages, len(content)) + content)
        answers.flush()


def _printed(line: bytes) -> tuple[int, bytes]:
    try:
        content = to_pdf(_from_line(line))
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return len(pdf.pages), content
    except (typst.TypstError, InvalidInput) as trouble:
        if not str(trouble).startswith(_NOT_THE_LETTER):
            return _NOT_FIT, str(trouble).encode("utf-8", "replace")
        return _broken(trouble)
    except Exception as trouble:
        return _broken(trouble)


def _broken(trouble: Exception) -> tuple[int, bytes]:
    """Its kind alone is told; the rest is for who looks after the machine."""
    traceback.print_exception(trouble)
    return _BROKEN, type(trouble).__name__.encode()


def _as_line(document: LetterDocument) -> bytes:
    plain = {**asdict(document), "date": document.date.isoformat()}
    plain["respond_by"] = document.respond_by.isoformat() if document.respond_by else None
    return json.dumps(plain).encode() + b"\n"


def _from_line(line: bytes) -> LetterDocument:
    plain: dict[str, Any] = json.loads(line)
    head = plain["letterhead"]
    respond_by = plain["respond_by"]
    return LetterDocument(
        **{
            **plain,
            "letterhead": Letterhead(**{**head, "address": tuple(head["address"])}),
            "date": date.fromisoformat(plain["date"]),
            "addressee": tuple(plain["addressee"]),
            "respond_by": date.fromisoformat(respond_by) if respond_by else None,
            "signatory": Signatory(**plain["signatory"]),
            "copies": tuple(plain["copies"]),
        }
    )


if __name__ == "__main__":
    # Answers go where standard output went; whatever else is printed joins the errors.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers)
