"""Where a file of the register lies until its import is applied, refused or withdrawn."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Engine
from sqlmodel import col, select

from models.database import write
from models.files import folder as on_disk
from models.files.folder import Bytes
from models.register.tables import ImportState, RegisterImport
from models.rows import find
from models.settings import Settings

LARGEST = 120 * 1024 * 1024  # bytes
_LEFT_BEHIND = timedelta(hours=1)  # after which no upload can still be on its way
_WANTED = (ImportState.WAITING, ImportState.READY)


@contextmanager
def receive(settings: Settings, content: BinaryIO) -> Iterator[Bytes]:
    """Take in a file, outside any transaction; removed in the end unless `give` keeps it.

    Raises InvalidInput when it is empty or larger than `LARGEST`, NotPossible when the disk does
    not take it.
    """
    with on_disk.arriving(settings.register_folder, content, LARGEST) as arrived:
        yield arrived


def place_of(settings: Settings, sha256: str) -> Path:
    """Where the file with this SHA-256 lies."""
    return on_disk.path_of(settings.register_folder, sha256)


def tidy(engine: Engine, settings: Settings, now: datetime) -> int:
    """Remove the files that no import waits for any more; how many they were.

    In a write transaction, for only in one can a file get its import.
    """
    folder = settings.register_folder
    before = (now - _LEFT_BEHIND).timestamp()
    removed = sum(on_disk.remove_old(path, before) for path in on_disk.temporary_files(folder))
    files = on_disk.files_in_place(folder)
    if not files:
        return removed
    with write(engine) as session:
        wanted = select(RegisterImport.sha256).where(col(RegisterImport.state).in_(_WANTED))
        unwanted = files.keys() - set(find(session, wanted))
        return removed + sum(on_disk.remove_old(files[sha256], _EVER) for sha256 in unwanted)


_EVER = float("inf")
