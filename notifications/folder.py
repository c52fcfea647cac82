"""The mail folder: the way out of a council that has configured no mail."""

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from pathlib import Path

from models.upkeep.findings import Finding
from notifications.way_out import Delivery, Outcome, Parcel, one_line

SERVICE = "Schools Causing Concern"
IN_THE_FOLDER = "folder"
# A sender for mail that no server will see; .invalid can never be anybody's (RFC 2606).
UNCONFIGURED_SENDER = Address(SERVICE, "not-configured", "mail.invalid")


@dataclass(frozen=True)
class Folder:
    """Keeps each message as an .eml file, readable by its owner alone: they are about named people.

    A Message-ID gives one file however often it is kept. Names sort by time.
    """

    path: Path
    name: str = IN_THE_FOLDER
    at_once: int = 1
    longest: float = 0.0
    trouble: str | None = None
    reply_to: str = ""

    @property
    def sender(self) -> Address:
        """Nobody's."""
        return UNCONFIGURED_SENDER

    def deliver(self, parcel: Parcel) -> Delivery:
        """Keeps it."""
        try:
            name = self._write_once(parcel)
        except OSError as error:
            trouble = f"The mail folder {self.path} cannot be written: {error.strerror or error}."
            return Delivery(Outcome.RETRY, None, one_line(trouble), of_the_server=True)
        return Delivery(Outcome.SENT, None, f"Kept as {name}: no mail server is configured.")

    def examine(self, now: datetime) -> list[Finding]:  # noqa: ARG002 - as every way out
        """Nothing: it sends none of them."""
        return []

    def _write_once(self, parcel: Parcel) -> str:
        """Writes the file whole or not at all and returns its name, old or new."""
        folder = self.path
        folder.mkdir(parents=True, exist_ok=True)
        identity = hashlib.sha256(parcel.message_id.encode()).hexdigest()[:16]
        kept = next(folder.glob(f"*-{identity}.eml"), None)
        if kept:
            return kept.name
        moment = parcel.date.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        readable = re.sub(r"[^A-Za-z0-9@._-]+", "_", parcel.message_id.strip("<>"))[:80]
        name = f"{moment}-{readable}-{identity}.eml"
        handle, draft = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(parcel.content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, folder / name)
        except OSError:
            Path(draft).unlink(missing_ok=True)
            raise
        _make_durable(folder)
        return name


def _make_durable(folder: Path) -> None:
    """A rename survives a power cut only once its folder is written too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
