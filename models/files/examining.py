"""What is inside a file: refused where it loads, runs or carries something, warned of in a PDF.

A hostile file may be made to break or to exhaust whatever takes it apart. So that is done in a
process of its own, with little memory and time and nothing of our settings: what gives no answer
there is not kept, or, a PDF, kept as one that could not be examined.
"""

import json
import os
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from models.files import compound, office, open_documents, pdf, tables
from models.files.archives import ODD, refusal
from models.files.cautions import Caution
from models.files.kinds import (
    EXCEL,
    KINDS,
    OPEN_SHEET,
    OPEN_SLIDES,
    OPEN_TEXT,
    OUTLOOK,
    PDF,
    POWERPOINT,
    TABLE,
    UNREADABLE,
    WORD,
    Kind,
)
from models.refusals import InvalidInput

PATIENCE = 90.0  # seconds
MOST_SECONDS = 45  # of a processor
MOST_MEMORY = 1_500_000_000  # bytes
_ROOT = Path(__file__).parent.parent.parent
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE")


def examine(path: Path, kind: Kind) -> list[Caution]:
    """What readers of this file are warned of; raises InvalidInput for what is not kept."""
    if kind not in _LOOKS:
        return []
    try:
        answer = json.loads(_ask(path, kind))
    except (subprocess.SubprocessError, ValueError):
        answer = {"cautions": [Caution.NOT_EXAMINED]} if kind == PDF else {"refusal": _NO_ANSWER}
    if "refusal" in answer:
        raise InvalidInput("file", answer["refusal"])
    return [Caution(each) for each in answer["cautions"]]


_NO_ANSWER = refusal("This file could not be examined.").message


def _ask(path: Path, kind: Kind) -> bytes:
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment["PYTHONPATH"] = str(_ROOT)
    arguments = [sys.executable, "-P", "-m", __name__, str(path.absolute()), kind.media_type]
    return subprocess.run(  # noqa: S603 - our own program, without a shell
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd="/",
        timeout=PATIENCE,
        check=True,
    ).stdout


def look(path: Path, kind: Kind) -> list[Caution]:
    """The same in this very process."""
    return _LOOKS[kind](path) if kind in _LOOKS else []


def _in_archive(check: Callable[[zipfile.ZipFile], None]) -> Callable[[Path], list[Caution]]:
    def look_at(path: Path) -> list[Caution]:
        try:
            with zipfile.ZipFile(path) as archive:
                check(archive)
        except UNREADABLE:
            raise refusal(ODD) from None
        return []

    return look_at


def _in_message(path: Path) -> list[Caution]:
    try:
        with path.open("rb") as file:
            names = compound.all_names(file)
    except ValueError:
        raise refusal("This message is damaged, so it could not be examined.") from None
    if names & _OBJECTS:
        raise refusal(office.OBJECT)
    return []


# How macros and objects are kept in compound files ([MS-OVBA], [MS-OLEDS], [MS-DOC]).
_OBJECTS = frozenset(
    (
        *("_VBA_PROJECT", "_VBA_PROJECT_CUR", "VBA", "Macros", "ObjectPool", "Package"),
        *("\x01Ole", "\x01Ole10Native", "\x01CompObj", "\x03ObjInfo", "\x03OCXNAME"),
    )
)
_LOOKS: Final[dict[Kind, Callable[[Path], list[Caution]]]] = {
    **dict.fromkeys((WORD, EXCEL, POWERPOINT), _in_archive(office.check)),
    **dict.fromkeys((OPEN_TEXT, OPEN_SHEET, OPEN_SLIDES), _in_archive(open_documents.check)),
    OUTLOOK: _in_message,
    PDF: pdf.cautions_in,
    TABLE: tables.cautions_in,
}


def main(path: str, media_type: str) -> None:
    """Answer the process that asked, on standard output."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    kind = next(kind for kind in KINDS if kind.media_type == media_type)
    try:
        answer: dict[str, object] = {"cautions": look(Path(path), kind)}
    except InvalidInput as refused:
        answer = {"refusal": refused.message}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
