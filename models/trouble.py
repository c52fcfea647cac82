"""What is the matter with the database or the disk when either refuses, by the driver's own codes.

The one place that knows them: SQLite's result codes (https://www.sqlite.org/rescode.html) and
PostgreSQL's SQLSTATE (its documentation, appendix A). What is not named here is a fault of ours.
"""

import errno
from datetime import timedelta
from enum import Enum

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFreeError


class Trouble(Enum):
    """What is the matter, in words for people, and when another try is worth it."""

    BUSY = ("Somebody else is saving something that takes a long time.", timedelta(seconds=10))
    FULL = (
        "There is no room left on the disk. Whoever runs the service has to make some.",
        timedelta(minutes=1),
    )
    NOT_WRITABLE = (
        "The database can be read but not written to. Whoever runs the service must find out why.",
        timedelta(minutes=1),
    )
    AWAY = ("The database does not answer.", timedelta(seconds=10))
    DISK_FAILS = (
        "The disk that holds the database does not work as it should. Whoever runs the service "
        "has to look at it.",
        timedelta(minutes=1),
    )
    DAMAGED = (
        "The database is damaged. Whoever runs the service has to restore a backup.",
        timedelta(minutes=5),
    )

    def __init__(self, words: str, wait: timedelta) -> None:
        self.words = words
        self.wait = wait


_SQLITE = {
    5: Trouble.BUSY,
    6: Trouble.BUSY,
    8: Trouble.NOT_WRITABLE,
    10: Trouble.DISK_FAILS,
    11: Trouble.DAMAGED,
    13: Trouble.FULL,
    14: Trouble.AWAY,  # the file cannot be opened
    26: Trouble.DAMAGED,  # the file is no database
}
_POSTGRESQL = {
    "25006": Trouble.NOT_WRITABLE,  # a standby, or a server that was told to take no writes
    "40001": Trouble.BUSY,
    "40P01": Trouble.BUSY,
    "53100": Trouble.FULL,
    "55P03": Trouble.BUSY,  # a lock that did not come free in time
    "58030": Trouble.DISK_FAILS,
}
_POSTGRESQL_CLASSES = {
    "08": Trouble.AWAY,
    "53": Trouble.BUSY,  # no memory, or no connection, left
    "57": Trouble.AWAY,  # shutting down, starting up, recovering
    "58": Trouble.DISK_FAILS,
    "XX": Trouble.DAMAGED,
}
_FILES = {
    errno.ENOSPC: Trouble.FULL,
    errno.EDQUOT: Trouble.FULL,
    errno.EFBIG: Trouble.FULL,
    errno.EROFS: Trouble.NOT_WRITABLE,
    errno.EIO: Trouble.DISK_FAILS,
}


class CommitLost(Exception):  # noqa: N818 - neither done nor undone, as far as anybody knows
    """The database went away while it was told to commit: it may have been saved or not."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.words)
        self.trouble = trouble


def trouble_of(error: BaseException) -> Trouble | None:
    """What is the matter; None where an error does not speak of database or disk."""
    match error:
        case CommitLost():
            return error.trouble
        case NoConnectionFreeError():
            return Trouble.BUSY
        case DBAPIError():
            return _of_driver(error) or _of_what_came_before(error)
        case OSError():
            return _FILES.get(error.errno or 0)
    return None


def _of_what_came_before(error: BaseException) -> Trouble | None:
    """Undoing fails where the database has undone everything by itself: that is not the matter."""
    before = error.__cause__ or error.__context__
    while before is not None and not isinstance(before, DBAPIError):
        before = before.__cause__ or before.__context__
    return trouble_of(before) if before is not None else None


def _of_driver(error: DBAPIError) -> Trouble | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF)
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return _POSTGRESQL.get(state) or _POSTGRESQL_CLASSES.get(state[:2])
    # The driver of PostgreSQL speaks so of a server that it could not reach, or no longer.
    lost = error.connection_invalidated or hasattr(error.orig, "pgconn")
    return Trouble.AWAY if lost and isinstance(error, OperationalError | InterfaceError) else None
