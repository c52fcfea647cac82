"""Log files that others write to without end: cut by size and by week, and bounded in all.

A child holds its file open and only appends. So the file is copied and emptied, and never renamed;
nor is it a pipe through us, which would break when we are killed. A line that is written between
the two is lost.
"""

import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import FileIO
from pathlib import Path

MOST = 2_000_000  # bytes of a file, before it is begun anew
MOST_KEPT = 8_000_000  # bytes of all that came before it
KEPT_FOR = timedelta(weeks=3)  # from then on: a file holds a week, and is dropped at a week's end
MARK = "=== Started at "
TAIL = 64_000  # bytes: more last words nobody reads


class Log:
    """One log, begun anew in time; what came before lies beside it under the moment it was cut."""

    def __init__(self, file: Path, *, most: int = MOST, most_kept: int = MOST_KEPT) -> None:
        self.file, self._most, self._most_kept = file, most, most_kept
        file.parent.mkdir(mode=0o700, exist_ok=True)
        file.touch(mode=0o600)
        written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        self._week = written.isocalendar()[:2]

    def open(self, now: datetime) -> FileIO:
        """The file, to be appended to by a process that starts now."""
        opened = FileIO(os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a")
        with suppress(OSError):  # a full disk keeps nobody from starting
            opened.write(f"{MARK}{now:%Y-%m-%d %H:%M:%S} UTC\n".encode())
        return opened

    def cut(self, now: datetime) -> None:
        """Begin anew if it is too long or of another week; drop what is too old or too much.

        On a disk that takes no copy it stays as it is.
        """
        week = now.isocalendar()[:2]
        with suppress(OSError):
            size = self.file.stat().st_size
            if size > self._most or week != self._week:
                if size:
                    self._put_aside(now)
                self._drop_oldest(now)
            self._week = week

    def _put_aside(self, now: datetime) -> None:
        copy = self.file.with_stem(f"{self.file.stem}-{now:%Y%m%dT%H%M%S%f}")
        try:
            copy.touch(mode=0o600)
            shutil.copyfile(self.file, copy)
        except OSError:
            copy.unlink(missing_ok=True)
            raise
        os.truncate(self.file, 0)

    @property
    def kept(self) -> list[Path]:
        """What came before, the newest first."""
        return sorted(self.file.parent.glob(f"{self.file.stem}-*.log"), reverse=True)

    def _drop_oldest(self, now: datetime) -> None:
        size = 0
        for file in self.kept:
            found = file.stat()
            size += found.st_size
            age = now - datetime.fromtimestamp(found.st_mtime, UTC)
            if size > self._most_kept or age > KEPT_FOR:
                file.unlink()

    def last_words(self, lines: int = 15) -> str:
        """The end of what was written since the last start."""
        with suppress(OSError), self.file.open("rb") as file:
            file.seek(max(0, self.file.stat().st_size - TAIL))
            _, mark, since = file.read().decode(errors="replace").rpartition(MARK)
            return "\n".join(since.splitlines()[1 if mark else 0 :][-lines:])
        return ""
