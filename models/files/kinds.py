"""What a file is by its content: the short list of kinds that can be evidence.

Neither the name nor the browser's word counts, but the name must agree with the content, so that
nobody opens something else than they think. What can carry macros is not on the list: of the
current Office formats only those without, and the old ones (.doc, .xls, .ppt) not at all, for
their macros cannot be told without taking their streams apart.
"""

import codecs
import mmap
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import BinaryIO, Final

from models.files import compound
from models.refusals import InvalidInput

FIELD = "file"
MOST_MEMBERS = 10_000  # of a zip archive; a long presentation has hundreds
LARGEST_UNPACKED = 500_000_000  # bytes, of all members of a zip archive together
LONGEST_DESCRIPTION = 1_000_000  # bytes of the one member that says what an Office file is
LONGEST_HEADERS = 256_000  # bytes before the text of a mail
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Kind:
    """A kind of file: what people call it, how it is served, how its name may end."""

    label: str
    media_type: str
    endings: tuple[str, ...]


_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
PDF = Kind("PDF", "application/pdf", (".pdf",))
WORD = Kind("Word document", f"{_OFFICE}wordprocessingml.document", (".docx",))
EXCEL = Kind("Excel workbook", f"{_OFFICE}spreadsheetml.sheet", (".xlsx",))
POWERPOINT = Kind("PowerPoint presentation", f"{_OFFICE}presentationml.presentation", (".pptx",))
OPEN_TEXT = Kind("OpenDocument text", f"{_OPEN}text", (".odt",))
OPEN_SHEET = Kind("OpenDocument spreadsheet", f"{_OPEN}spreadsheet", (".ods",))
OPEN_SLIDES = Kind("OpenDocument presentation", f"{_OPEN}presentation", (".odp",))
PNG = Kind("PNG image", "image/png", (".png",))
JPEG = Kind("JPEG image", "image/jpeg", (".jpg", ".jpeg"))
HEIC = Kind("HEIC image", "image/heic", (".heic",))
OUTLOOK = Kind("Outlook message", "application/vnd.ms-outlook", (".msg",))
MAIL = Kind("e-mail", "message/rfc822", (".eml",))
TEXT = Kind("plain text", "text/plain", (".txt",))
TABLE = Kind("CSV table", "text/csv", (".csv",))

KINDS: Final = (
    *(PDF, WORD, EXCEL, POWERPOINT, OPEN_TEXT, OPEN_SHEET, OPEN_SLIDES),
    *(PNG, JPEG, HEIC, OUTLOOK, MAIL, TEXT, TABLE),
)
ENDINGS: Final = tuple(ending for kind in KINDS for ending in kind.endings)
_SAVE_AS = {
    **dict.fromkeys((".doc", ".docm", ".dot", ".dotm", ".rtf"), ".docx"),
    **dict.fromkeys((".xls", ".xlsm", ".xlsb"), ".xlsx"),
    **dict.fromkeys((".ppt", ".pptm", ".ppsm", ".pps"), ".pptx"),
}


def kind_of(path: Path, name: str) -> Kind:
    """What the file at `path` is, if that can be evidence and `name` says the same.

    Raises InvalidInput that names both, or says how to save the file so that it can be kept.
    """
    ending = Path(name).suffix.lower()
    if ending in _SAVE_AS:
        raise _refusal(f"“{name}” may hold macros. Save it as {_SAVE_AS[ending]} or as a PDF.")
    if ending not in ENDINGS:
        raise _refusal(f"“{name}” must have a name that ends in one of: {', '.join(ENDINGS)}.")
    with path.open("rb") as file:
        found = _kinds_in(file)
    for kind in found:
        if ending in kind.endings:
            return kind
    if not found:
        named = next(kind.label for kind in KINDS if ending in kind.endings)
        raise _refusal(
            f"“{name}” ends in {ending}, but its content is not of that kind ({named}). "
            "Check that it opens, and save it again."
        )
    raise _refusal(
        f"“{name}” ends in {ending}, but its content is of another kind: {found[0].label} "
        f"({found[0].endings[0]}). Rename it if that is right."
    )


def _refusal(message: str) -> InvalidInput:
    return InvalidInput(FIELD, message)


def _kinds_in(file: BinaryIO) -> tuple[Kind, ...]:
    """The kinds that the content can be; several where only the name tells texts apart."""
    head = file.read(64)
    looks = (look for begins, look in _BY_BEGINNING if re.match(begins, head, re.DOTALL))
    return next(looks, _texts)(file)


def _heic(file: BinaryIO) -> tuple[Kind, ...]:
    """A photograph as telephones take it: its first box names HEVC images (ISO/IEC 23008-12)."""
    file.seek(0)
    head = file.read(256)
    box = head[: int.from_bytes(head[:4])]
    brands = {box[8:12], *(box[start : start + 4] for start in range(16, len(box), 4))}
    return (HEIC,) if brands & {b"heic", b"heix", b"heim", b"heis"} else ()


# Archives ----------------------------------------------------------------------------------

_MAIN_PARTS = {
    f"{_OFFICE}wordprocessingml.document.main+xml": WORD,
    f"{_OFFICE}spreadsheetml.sheet.main+xml": EXCEL,
    f"{_OFFICE}presentationml.presentation.main+xml": POWERPOINT,
}
_OPEN_DOCUMENTS = {kind.media_type: kind for kind in (OPEN_TEXT, OPEN_SHEET, OPEN_SLIDES)}
_CONTENT_TYPE = re.compile(r"""ContentType\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_MACRO_TYPE = re.compile("macroenabled|vbaproject|macrosheet", re.IGNORECASE)
_MACRO_MEMBER = re.compile(
    r"(.*/)?vbaProject[^/]*\.bin|xl/macrosheets/.*|Basic/.*|Scripts/.*", re.IGNORECASE
)
_MACROS = (
    "This file has macros, which are programs. Save it without them (.docx, .xlsx or .pptx) or as "
    "a PDF, and choose that."
)
_ENTRY = b"PK\x01\x02"  # begins each entry of the directory of an archive
_TOO_MUCH_INSIDE = (
    "This file is far larger when unpacked than it should be. Save it as a PDF and choose that."
)
UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError),
    *(ValueError, KeyError, EOFError, OSError),
)


def _archive(file: BinaryIO) -> tuple[Kind, ...]:
    """An Office file: a zip archive that says in one of its members what it is."""
    _check_member_count(file)
    try:
        with zipfile.ZipFile(file) as archive:
            _check_members(archive.infolist())
            return office_kinds(archive)
    except UNREADABLE:
        return ()


def _check_member_count(file: BinaryIO) -> None:
    """Before the directory of an archive is read into memory: see that it is not immense."""
    count = 0
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        place = content.find(_ENTRY)
        while place >= 0 and count <= MOST_MEMBERS:
            count += 1
            place = content.find(_ENTRY, place + 1)
    if count > MOST_MEMBERS:
        raise _refusal(_TOO_MUCH_INSIDE)


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    if sum(member.file_size for member in members) > LARGEST_UNPACKED:
        raise _refusal(_TOO_MUCH_INSIDE)
    if any(_MACRO_MEMBER.fullmatch(member.filename) for member in members):
        raise _refusal(_MACROS)


def office_kinds(archive: zipfile.ZipFile) -> tuple[Kind, ...]:
    """The kinds that an archive says it is; raises InvalidInput for macros, ValueError."""
    names = set(archive.namelist())
    if "[Content_Types].xml" in names:
        return _office_open(_member(archive, "[Content_Types].xml"))
    if "mimetype" in names:
        said = _member(archive, "mimetype").decode("ascii", "replace")
        return (_OPEN_DOCUMENTS[said],) if said in _OPEN_DOCUMENTS else ()
    return ()


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    """The content of one member, unpacked no further than it may be long; ValueError beyond."""
    info = archive.getinfo(name)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError("Office files are not packed this way")  # and these unpack without a limit
    with archive.open(info) as member:
        content = member.read(LONGEST_DESCRIPTION + 1)
    if len(content) > LONGEST_DESCRIPTION:
        raise ValueError("this member is too long")
    return content


def _office_open(content_types: bytes) -> tuple[Kind, ...]:
    """By the type of the main part (ECMA-376, part 2, section 7.2.3).

    Looked for, not parsed: nothing in it can then expand. No type needs an escaped character.
    """
    text = content_types.decode("utf-8")
    types = {double or single for double, single in _CONTENT_TYPE.findall(text)}
    if any("&" in one for one in types) or "<!" in text or "\0" in text:
        return ()
    if any(_MACRO_TYPE.search(one) for one in types):
        raise _refusal(_MACROS)
    found = {_MAIN_PARTS[one] for one in types if one in _MAIN_PARTS}
    return tuple(found) if len(found) == 1 else ()


# Compound files ----------------------------------------------------------------------------

_OLD = {
    "WordDocument": "an old Word document: open it, save it as .docx",
    "Workbook": "an old Excel workbook: open it, save it as .xlsx",
    "Book": "an old Excel workbook: open it, save it as .xlsx",
    "PowerPoint Document": "an old PowerPoint presentation: open it, save it as .pptx",
    "EncryptedPackage": "protected with a password: open it, save it without one",
}


def _compound(file: BinaryIO) -> tuple[Kind, ...]:
    """A message of Outlook ([MS-OXMSG], section 2.2.3); raises InvalidInput for old Office."""
    try:
        names = compound.root_names(file)
    except ValueError:
        return ()
    if {"__properties_version1.0", "__nameid_version1.0"} <= names:
        return (OUTLOOK,)
    for name, advice in _OLD.items():
        if name in names:
            raise _refusal(f"This is {advice} or as a PDF, and choose that.")
    return ()


# Texts -------------------------------------------------------------------------------------

_CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_CONTROL_CHARACTERS = re.compile("[\x80-\x84\x86-\x9f]")
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")


def _texts(file: BinaryIO) -> tuple[Kind, ...]:
    """Text in UTF-8, or as Windows wrote it before (cp1252), without control characters."""
    for encoding in ("utf-8", "cp1252"):
        try:
            if _has_controls(file, encoding):
                return ()
            return (MAIL, TEXT, TABLE) if _is_mail(file) else (TEXT, TABLE)
        except UnicodeDecodeError:
            continue
    return ()


def _has_controls(file: BinaryIO, encoding: str) -> bool:
    """Reads until it finds one; raises UnicodeDecodeError for what is not in this encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    while chunk := file.read(_CHUNK):
        if _CONTROL_BYTES.search(chunk) or _CONTROL_CHARACTERS.search(decoder.decode(chunk)):
            return True
    decoder.decode(b"", final=True)
    return False


def _is_mail(file: BinaryIO) -> bool:
    """Whether it begins with the headers of a mail (RFC 5322): who, when and about what."""
    file.seek(0)
    head = _END_OF_HEADERS.split(file.read(LONGEST_HEADERS), maxsplit=1)[0]
    message = BytesHeaderParser().parsebytes(head + b"\n\n")
    return not message.defects and all(message[name] for name in ("From", "Date", "Subject"))


def _is(kind: Kind) -> Callable[[BinaryIO], tuple[Kind, ...]]:
    return lambda _: (kind,)


# How a file begins, and what looks closer; what begins otherwise can only be text.
_BY_BEGINNING: tuple[tuple[bytes, Callable[[BinaryIO], tuple[Kind, ...]]], ...] = (
    (rb"%PDF-[12]\.[0-9]", _is(PDF)),
    (rb"\x89PNG\r\n\x1a\n.{4}IHDR", _is(PNG)),
    (rb"\xff\xd8\xff", _is(JPEG)),
    (rb".{4}ftyp", _heic),
    (rb"PK\x03\x04", _archive),
    (re.escape(compound.SIGNATURE), _compound),
)
