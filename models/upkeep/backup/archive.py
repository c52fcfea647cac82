"""The file of a backup: how it is written so that it is whole or not there, and how it is read.

What is read is not trusted: the manifest says how long each member is and its SHA-256, members
have names of ours and no other, and nothing is used before all of it was checked.
"""

import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, ValidationError

from models.refusals import NotPossible

DATABASE = "database.sqlite"
_MANIFEST = "manifest.json"
_MOST_OF_MANIFEST = 64 * 2**20  # bytes: half a million files
_PIECE = 2**20
_FAST = 1  # of zlib: what fills a database, PDFs, is compressed already

Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
_Name = Annotated[
    str, StringConstraints(pattern=r"^(database\.sqlite|evidence/[0-9a-f]{2}/[0-9a-f]{62})$")
]


class Member(BaseModel):
    """One file within: its length in bytes and its SHA-256."""

    size: int = Field(ge=0)
    sha256: Sha256


class Manifest(BaseModel):
    """What a backup holds.

    `database` is the kind that it was made from, `head` the hash of the last event, `missing`
    the files that rows name and that were not there, or not as they were attached.
    """

    format: Literal["scc-backup-1"] = "scc-backup-1"
    made_at: AwareDatetime
    database: Literal["sqlite", "postgresql"]
    revision: str
    events: int
    head: Sha256
    members: dict[_Name, Member] = {}
    missing: list[Sha256] = []


def evidence_name(sha256: str) -> str:
    """The name of an attached file within the backup."""
    return f"evidence/{sha256[:2]}/{sha256[2:]}"


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file's content."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


# Writing -----------------------------------------------------------------------------------


def check_target(file: Path, *, replace: bool) -> None:
    """Raises NotPossible where a backup cannot be written, or must not.

    What `replace` lets it replace is a backup, never something else by a slip.
    """
    if not file.parent.is_dir():
        raise NotPossible(f"There is no folder {file.parent}. Make it first.")
    if not file.exists():
        return
    if not replace:
        raise NotPossible(f"{file} already exists. Choose another name, or add --force.")
    with opened(file):
        pass


@contextmanager
def workroom(folder: Path) -> Iterator[Path]:
    """A folder of its own for what is under way, for its owner alone, removed at the end."""
    with tempfile.TemporaryDirectory(prefix=".scc-backup-", dir=folder) as room:
        yield Path(room)


def write(
    manifest: Manifest, members: Mapping[str, Path], file: Path, room: Path, *, packed: bool = True
) -> None:
    """Write the file beside where it belongs, make it durable, and only then give it its name.

    Fills in the manifest's `members`. The file is its owner's alone (mode 0600). Packing takes
    more time than all the rest.
    """
    method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    part = room / "backup.part"
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w+b") as stream:
        with zipfile.ZipFile(stream, "w", method, compresslevel=_FAST) as archive:
            for name, source in members.items():
                manifest.members[name] = _add(archive, name, source)
            archive.writestr(_MANIFEST, manifest.model_dump_json(indent=1))
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(file)
    make_durable(file.parent)


def _add(archive: zipfile.ZipFile, name: str, source: Path) -> Member:
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as stream, archive.open(name, "w", force_zip64=True) as member:
        while piece := stream.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            member.write(piece)
    return Member(size=size, sha256=digest.hexdigest())


def make_durable(folder: Path) -> None:
    """Have the names in a folder outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# Reading -----------------------------------------------------------------------------------


class Archive:
    """A backup that is being read."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._archive = archive
        self.manifest = manifest

    def extract(self, name: str, target: Path) -> None:
        """Write one member to a new file, durably; raises NotPossible if it is not as it was."""
        member = self.manifest.members.get(name)
        if member is None:
            raise _damaged(f"{name} is missing")
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream, self._archive.open(name) as source:
            if _pour(source, stream, member.size) != (member.size, member.sha256):
                raise _damaged(f"{name} is not what was saved")
            stream.flush()
            os.fsync(stream.fileno())


def _pour(source: IO[bytes], target: IO[bytes], most: int) -> tuple[int, str]:
    """Copy, and give length and SHA-256; it stops soon after `most` bytes."""
    digest, size = hashlib.sha256(), 0
    while size <= most and (piece := source.read(_PIECE)):
        digest.update(piece)
        size += len(piece)
        target.write(piece)
    return size, digest.hexdigest()


@contextmanager
def opened(file: Path) -> Iterator[Archive]:
    """A backup, to be read. Raises NotPossible for what is none, or is damaged."""
    if not file.is_file():
        raise NotPossible(f"There is no file {file}.")
    try:
        with zipfile.ZipFile(file) as archive:
            yield Archive(archive, _manifest(archive))
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError) as error:
        raise _damaged(str(error)) from None


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    try:
        with archive.open(_MANIFEST) as stream:
            manifest = Manifest.model_validate(json.loads(stream.read(_MOST_OF_MANIFEST)))
    except (KeyError, ValueError, ValidationError):
        raise NotPossible(
            "This is no backup that this program can read: it has no manifest of ours."
        ) from None
    if DATABASE not in manifest.members:
        raise _damaged("it holds no database")
    return manifest


def _damaged(why: str) -> NotPossible:
    return NotPossible(f"The backup is damaged, and nothing was changed: {why}.")
