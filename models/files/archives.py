"""The members of a zip archive: that every program which opens it finds the same ones.

Two members of one name, or a name that one program reads otherwise than the next, let a file show
a scanner one thing and its reader another.
"""

import re
import zipfile
from typing import Final
from urllib.parse import unquote

from models.files.kinds import LARGEST_UNPACKED
from models.refusals import InvalidInput

MOST_TIMES_PACKED: Final = 300  # of one member; text packs to a tenth, seldom to a hundredth
_SMALL = 10_000_000  # bytes to which anything may unpack
_SIGNATURE: Final = b"PK\x03\x04"
_ENCRYPTED = 0x1
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ODD_NAME = re.compile(
    r"""^[/\\]           # absolute
      | ^[A-Za-z]:       # on a drive
      | [\\\x00-\x1f\x7f-\x9f]
      | (^|/)\s*\.{1,2}\s*(/|$)
      | //
      | [. ](/|$)        # Windows drops these
      | [\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]""",
    re.VERBOSE,
)

AS_PDF = "Save it as a PDF and add that instead."
TOO_MUCH_INSIDE = "This file is far larger when unpacked than it should be."
WITH_PASSWORD = "This file is protected with a password, so nobody else could read it."  # noqa: S105
ODD = "This file is not put together as an Office program does it, so it could not be examined."


def refusal(reason: str, instead: str = AS_PDF) -> InvalidInput:
    """Why the file is not kept, and what to do instead."""
    return InvalidInput("file", f"{reason} {instead}")


def check_members(archive: zipfile.ZipFile) -> None:
    """Raises InvalidInput for members that may mean one thing here and another elsewhere."""
    members = archive.infolist()
    if archive.comment or min((member.header_offset for member in members), default=0):
        raise refusal(ODD)  # there may be another archive before or behind
    if sum(member.file_size for member in members) > LARGEST_UNPACKED:
        raise refusal(TOO_MUCH_INSIDE)
    seen = set[str]()
    for member in members:
        _check_member(member)
        name = plain_name(member)
        if name in seen:
            raise refusal(ODD)
        seen.add(name)


def _check_member(member: zipfile.ZipInfo) -> None:
    if member.flag_bits & _ENCRYPTED:
        raise refusal(WITH_PASSWORD)
    if any(_ODD_NAME.search(name) for name in (member.orig_filename, unquote(member.filename))):
        raise refusal(ODD)
    if member.compress_type not in _PACKED:
        raise refusal(ODD)
    packed = max(member.compress_size, 1)
    if member.file_size > max(_SMALL, packed * MOST_TIMES_PACKED):
        raise refusal(TOO_MUCH_INSIDE)


def plain_name(member: zipfile.ZipInfo) -> str:
    """A member's name as those see it who tell no case apart (ECMA-376, part 2, section 6.2.2)."""
    return unquote(member.filename).casefold().rstrip("/")


def is_archive(head: bytes) -> bool:
    """Whether a content that begins so is a zip archive itself."""
    return head.startswith(_SIGNATURE)
