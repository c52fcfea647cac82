"""Files that officers attach to a case; the bytes lie in the data folder, by their SHA-256."""

import re
import unicodedata
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field

from models.database import UtcDateTime
from models.of_matter import OfMatter
from models.words import word

LONGEST_NAME = 150  # characters
# Control characters, formats (which may turn the order of letters round, so that a name seems to
# end otherwise than it does), lone surrogates, private use, line and paragraph separators.
_NOT_IN_NAMES = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}

# What no file may be called on Windows, with any ending (Microsoft, "Naming files").
_FORBIDDEN = re.compile('[<>:"|?*]')
_DEVICE = re.compile(
    r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])\s*(\.|$)", re.IGNORECASE
)
# Windows hides the last ending, and then "letter.exe.pdf" seems to be a program, or the other way.
_PROGRAMS = (
    *("exe", "com", "scr", "pif", "bat", "cmd", "msi", "msp", "jar", "lnk", "url", "hta", "cpl"),
    *("js", "jse", "vbs", "vbe", "wsf", "wsh", "ps1", "reg", "dll", "iso", "img", "zip", "rar"),
)
_DOCUMENTS = (
    *("pdf", "doc", "docx", "docm", "dot", "dotm", "rtf", "xls", "xlsx", "xlsm", "xlsb", "csv"),
    *("ppt", "pptx", "pptm", "odt", "ods", "odp", "txt", "htm", "html", "svg", "xml", "eml", "msg"),
    *("png", "jpg", "jpeg", "heic", "gif"),
)
_ENDING_BEFORE = re.compile(
    rf"\.({'|'.join((*_PROGRAMS, *_DOCUMENTS))})(\s*\.[^.]*)$", re.IGNORECASE
)


class Scan(StrEnum):
    """What the malware scanner said of a file."""

    CLEAN = "clean"
    NOT_SCANNED = "not_scanned"  # switched off by name, or a file of the demonstration


class EvidenceFile(OfMatter, table=True):
    """One file of a case. The same bytes attached to the same case are one file."""

    __tablename__ = "evidence_file"
    __table_args__ = (Index("file_of_matter", "matter_id", "sha256", unique=True),)

    missing: ClassVar[str] = "There is no file {}."

    id: int = Field(default=None, primary_key=True)
    matter_id: int = Field(foreign_key="matter.id")
    step_key: str | None = None  # of an escalation
    name: str
    media_type: str
    size: int  # bytes
    sha256: str
    description: str
    scan: Scan = word(Scan)
    scan_result: str  # the scanner's own words
    # What readers are warned of (`models.files.cautions`).
    cautions: list[str] = Field(
        default_factory=list,
        sa_column=Column(JSON, nullable=False, server_default='["added_before"]'),
    )
    added_by_id: int = Field(foreign_key="officer.id")
    added_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


def safe_name(typed: str) -> str:
    """The name of a file as it was typed, less what could mislead a person or a program.

    Without folders, control characters, what Windows forbids or keeps for devices, and an ending
    before the ending; at most `LONGEST_NAME` characters, of which the ending is kept. Empty when
    nothing is left. A safe name stays as it is.
    """
    last = typed.replace("\\", "/").rpartition("/")[2]
    plain = "".join(char for char in last if unicodedata.category(char) not in _NOT_IN_NAMES)
    name = _without_edges(" ".join(_FORBIDDEN.sub("_", plain).split()))
    if _DEVICE.match(name):
        name = f"_{name}"
    stem, dot, ending = name.rpartition(".")
    if len(name) > LONGEST_NAME and stem and len(ending) < LONGEST_NAME // 2:
        name = _without_edges(stem[: LONGEST_NAME - len(ending) - 1]) + dot + ending
    return _ENDING_BEFORE.sub(r"_\1\2", _without_edges(name[:LONGEST_NAME]))


def _without_edges(name: str) -> str:
    """Windows drops dots and spaces at the end; spaces at the beginning only mislead."""
    kept = name.strip()
    while kept.endswith("."):
        kept = kept.rstrip(".").rstrip()
    return kept
