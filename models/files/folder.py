"""The bytes of files on the disk: `ab/cdef…` by their SHA-256, for their owner's eyes alone.

What arrives is written under a temporary name in the same folder, so that it can be moved into
place as a whole: whatever dies when, a file in place is complete.
"""

import hashlib
import logging
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from models.refusals import InvalidInput, NotPossible
from models.trouble import trouble_of

LARGEST = 25 * 1024 * 1024  # bytes; "25 MB", however a browser or a desk counts
_CHUNK = 1 << 20
_ARRIVING = ".arriving-"
_IN_PLACE = re.compile("[0-9a-f]{2}/[0-9a-f]{62}")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bytes:
    """What arrived, under its temporary name; `size` in bytes."""

    path: Path
    size: int
    sha256: str


def path_of(folder: Path, sha256: str) -> Path:
    """Where the bytes with this SHA-256 lie."""
    return folder / sha256[:2] / sha256[2:]


def is_whole(path: Path, sha256: str) -> bool:
    """Whether the bytes are there, and the ones that were put there."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False


@contextmanager
def arriving(folder: Path, content: BinaryIO, largest: int = LARGEST) -> Iterator[Bytes]:
    """Write what arrives to the disk, and remove it in the end unless it was moved into place.

    Raises InvalidInput when there is nothing or more than `largest` bytes, NotPossible when the
    disk does not take it.
    """
    with _on_disk():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(prefix=_ARRIVING, dir=folder.absolute())
    path = Path(name)
    try:
        with _on_disk(), os.fdopen(number, "wb") as file:
            size, sha256 = _copy(content, file, largest)
            file.flush()
            os.fsync(number)
        yield Bytes(path, size, sha256)
    finally:
        with suppress(FileNotFoundError):
            path.unlink()


def _copy(content: BinaryIO, file: BinaryIO, largest: int) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    while chunk := content.read(_CHUNK):
        size += len(chunk)
        if size > largest:
            raise InvalidInput("file", f"The file must be {largest // 1024**2} MB or smaller.")
        digest.update(chunk)
        file.write(chunk)
    if not size:
        raise InvalidInput("file", "The file is empty.")
    return size, digest.hexdigest()


def put_in_place(arrived: Bytes) -> None:
    """Move what arrived to where it belongs; what lies there already is the same bytes.

    Inside the transaction that adds the row, for so it cannot meet `remove_old`.
    """
    folder = arrived.path.parent
    target = path_of(folder, arrived.sha256)
    with _on_disk():
        target.parent.mkdir(mode=0o700, exist_ok=True)
        arrived.path.replace(target)
        _sync(target.parent)
        _sync(folder)


def _sync(folder: Path) -> None:
    """Let a new name in this folder outlive a loss of power."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def _on_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if trouble_of(error) is not None:
            raise
        log.exception("A file could not be stored")
        raise NotPossible(
            "The file could not be stored, so nothing was changed. Try again, and tell your "
            "administrator if it happens again."
        ) from error


def temporary_files(folder: Path) -> list[Path]:
    """What is arriving, or was when its process died."""
    return sorted(folder.glob(f"{_ARRIVING}*"))


def files_in_place(folder: Path) -> dict[str, Path]:
    """All files that lie where they belong, by their SHA-256."""
    found = {}
    for path in folder.glob("??/*"):
        name = path.relative_to(folder).as_posix()
        if _IN_PLACE.fullmatch(name):
            found[name.replace("/", "")] = path
    return found


def remove_old(path: Path, before: float) -> bool:
    """Remove a file that was last written before this moment (seconds since 1970)."""
    try:
        if path.stat().st_mtime >= before:
            return False
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError:
        log.exception("What an upload left behind cannot be removed")
        return False
    return True
