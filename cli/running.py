"""What runs on a data folder: `scc up` writes its addresses down, and the other commands ask."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from cli.answers import CommandError
from models.settings import Settings


@dataclass(frozen=True)
class Running:
    """One `scc up`: its process, the address in mails, and Prefect's API if it uses one.

    `family` names all that it starts (`cli.leftovers`).
    """

    process: int
    base_url: str
    prefect_api_url: str | None
    family: str = ""


def settings_in_force() -> Settings:
    """The settings; an address that is not set is that of the `scc up` on the data folder."""
    settings = Settings()
    running = find(settings.home)
    if running is None:
        return settings
    addresses = {"base_url": running.base_url, "prefect_api_url": running.prefect_api_url}
    known = {
        name: address
        for name, address in addresses.items()
        if address and name not in settings.model_fields_set
    }
    return settings.model_copy(update=known)


def find(home: Path) -> Running | None:
    """The `scc up` that runs on a data folder, if one does."""
    try:
        with _lock_file(home).open() as lock:
            return _read(lock) if _is_held(lock) else None
    except FileNotFoundError:
        return None


@contextmanager
def alone(home: Path, running: Running) -> Iterator[Running | None]:
    """Hold the data folder for one `scc up`; the one before, if that was killed.

    Raises CommandError while another holds it. The system lets go of it when the process ends,
    however it ends.
    """
    with _lock_file(home).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = find(home)
            process = f" (process {other.process})" if other else ""
            raise CommandError(
                f"`scc up` is already running on {home.absolute()}{process}."
            ) from None
        lock.seek(0)
        killed = _read(lock)
        lock.truncate(0)
        json.dump(asdict(running), lock)
        lock.flush()
        try:
            yield killed
        finally:
            lock.truncate(0)


def _lock_file(home: Path) -> Path:
    return home / "up.lock"


def _read(lock: TextIO) -> Running | None:
    try:
        return Running(**json.loads(lock.read()))
    except (ValueError, TypeError):
        return None


def _is_held(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
