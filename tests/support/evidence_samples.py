"""One small real file of every kind that can be evidence, and files that only seem to be."""

import io
import struct
import zipfile
from email.message import EmailMessage
from typing import Any

import docx
import pikepdf
from PIL import Image

OFFICE = "application/vnd.openxmlformats-officedocument."
SHEET = f"{OFFICE}spreadsheetml.sheet.main+xml"
MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00" + bytes(200)


def pdf() -> bytes:
    """A PDF of one empty page."""
    file = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(file)
    return file.getvalue()


def word() -> bytes:
    """A Word document."""
    file = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("Minutes of the governing body")
    document.save(file)
    return file.getvalue()


def archive(packing: int = zipfile.ZIP_DEFLATED, **members: Any) -> bytes:
    """A zip archive of these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return file.getvalue()


def content_types(*types: str) -> str:
    """What an Office file says of its parts."""
    parts = "".join(f'<Override PartName="/p{n}" ContentType="{t}"/>' for n, t in enumerate(types))
    return f'<?xml version="1.0"?><Types>{parts}</Types>'


def office(main: str, **more: Any) -> bytes:
    """An Office file with this main part."""
    said = content_types("application/xml", main)
    return archive(**{"[Content_Types].xml": said, "p1": "<main/>", **more})


def open_document(kind: str, **more: Any) -> bytes:
    """An OpenDocument file."""
    said = f"application/vnd.oasis.opendocument.{kind}"
    return archive(mimetype=said, **{"content.xml": "<office/>", **more})


def image(format: str) -> bytes:
    """A picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, format)
    return file.getvalue()


def heic() -> bytes:
    """The beginning of a photograph as telephones take it."""
    brands = b"heic" + bytes(4) + b"mif1heic"
    box = struct.pack(">I", 8 + len(brands)) + b"ftyp" + brands
    return box + struct.pack(">I4s", 8, b"mdat")


def mail() -> bytes:
    """An e-mail as it is saved from a mail program."""
    message = EmailMessage()
    message["From"] = "headteacher@school-900001.example"
    message["To"] = "seo@fernshire.example"
    message["Date"] = "Mon, 23 Nov 2026 10:00:00 +0000"
    message["Subject"] = "The plan"
    message.set_content("The plan is attached – nearly.")
    return message.as_bytes()


SECTOR = 512
FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound(*root: str, nested: str = "", padding: int = 0) -> bytes:
    """A compound file whose root has these members; the first has one of its own if told.

    `padding` sectors stand before the directory: with many the sector table outgrows the header.
    """
    entries = [_entry("Root Entry", 5, child=1 if root else FREE)]
    for number, name in enumerate(root, 1):
        right = number + 1 if number < len(root) else FREE
        child = len(root) + 1 if nested and number == 1 else FREE
        entries.append(_entry(name, 1, right=right, child=child))
    entries += [_entry(nested, 2)] if nested else []
    entries += [bytes(128)] * (-len(entries) % 4)
    directory = b"".join(entries)
    return _sectors(padding, directory)


def _entry(name: str, kind: int, *, right: int = FREE, child: int = FREE) -> bytes:
    text = name.encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text) + 2, kind, 1)
    return (head + struct.pack("<III", FREE, right, child)).ljust(128, b"\0")


def _sectors(padding: int, directory: bytes) -> bytes:
    """Padding, the directory, the sectors of the table, and those that say where these are."""
    pages = len(directory) // SECTOR
    tables, more = 1, 0
    while tables * 128 < padding + pages + tables + more:
        tables += 1
        more = -(-max(0, tables - 109) // 127)
    first = padding + pages
    follows = [FREE] * padding
    follows += [*range(padding + 1, first), END]
    follows += [TABLE] * (tables + more)
    follows += [FREE] * (tables * 128 - len(follows))
    numbers = list(range(first, first + tables))
    header = bytearray(SECTOR)
    header[:8] = bytes.fromhex("D0CF11E0A1B11AE1")
    struct.pack_into("<HHHH", header, 24, 62, 3, 0xFFFE, 9)
    struct.pack_into("<I", header, 32, 6)
    struct.pack_into("<II", header, 44, tables, padding)
    struct.pack_into("<I", header, 56, 4096)
    struct.pack_into("<IIII", header, 60, END, 0, first + tables if more else END, more)
    struct.pack_into("<109I", header, 76, *(numbers + [FREE] * 109)[:109])
    chain = b""
    for number in range(more):
        here = (numbers[109 + 127 * number :] + [FREE] * 127)[:127]
        after = first + tables + number + 1 if number + 1 < more else END
        chain += struct.pack("<128I", *here, after)
    table = struct.pack(f"<{len(follows)}I", *follows)
    return bytes(header) + bytes(padding * SECTOR) + directory + table + chain


MESSAGE = ("__nameid_version1.0", "__properties_version1.0", "__substg1.0_0037001F")

SAMPLES: dict[str, tuple[str, bytes]] = {
    "plan.pdf": ("application/pdf", pdf()),
    "minutes.docx": (f"{OFFICE}wordprocessingml.document", word()),
    "results.xlsx": (
        f"{OFFICE}spreadsheetml.sheet",
        office(SHEET),
    ),
    "visit.pptx": (
        f"{OFFICE}presentationml.presentation",
        office(f"{OFFICE}presentationml.presentation.main+xml"),
    ),
    "minutes.odt": ("application/vnd.oasis.opendocument.text", open_document("text")),
    "results.ods": ("application/vnd.oasis.opendocument.spreadsheet", open_document("spreadsheet")),
    "visit.odp": ("application/vnd.oasis.opendocument.presentation", open_document("presentation")),
    "screen.png": ("image/png", image("PNG")),
    "playground.jpg": ("image/jpeg", image("JPEG")),
    "fence.jpeg": ("image/jpeg", image("JPEG")),
    "IMG_0001.HEIC": ("image/heic", heic()),
    "The plan.msg": ("application/vnd.ms-outlook", compound(*MESSAGE)),
    "The plan.eml": ("message/rfc822", mail()),
    "note.txt": ("text/plain", "A note – with a dash.\r\n".encode()),
    "old note.txt": ("text/plain", "A note – with a dash.\r\n".encode("cp1252")),
    "mail.txt": ("text/plain", mail()),
    "pupils.csv": ("text/csv", b"\xef\xbb\xbfyear,pupils\n2026,210\n"),
}

# Name, content, and what the refusal says.
DISGUISED: list[tuple[str, bytes, str]] = [
    ("report.pdf", PROGRAM, "ends in .pdf, but its content is not of that kind (PDF)"),
    ("report.docx", pdf(), "ends in .docx, but its content is of another kind: PDF (.pdf)"),
    ("report.pdf", word(), "another kind: Word document (.docx)"),
    ("photo.jpg", image("PNG"), "another kind: PNG image (.png)"),
    ("photo.png", b"<html><script>alert(1)</script></html>", "another kind: plain text (.txt)"),
    ("photo.png", b"\x89PNG\r\n\x1a\n", "not of that kind (PNG image)"),
    ("photo.heic", b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", "not of that kind (HEIC image)"),
    ("results.xlsx", word(), "another kind: Word document"),
    ("results.xlsx", archive(hello="there"), "not of that kind (Excel workbook)"),
    ("results.xlsx", b"PK\x03\x04 and no more", "not of that kind"),
    ("results.xlsx", office(MACROS), "has macros"),
    ("results.xlsx", office(SHEET, **{"xl/vbaProject.bin": "x"}), "has macros"),
    ("results.xlsx", office(SHEET, **{"xl/macrosheets/sheet1.xml": "x"}), "has macros"),
    ("results.xlsx", office(SHEET.replace("m", "&#109;")), "not of that kind"),
    ("minutes.docx", compound("EncryptedPackage", "EncryptionInfo"), "protected with a password"),
    ("minutes.docx", compound("WordDocument", "1Table"), "an old Word document"),
    ("The plan.msg", compound("Workbook"), "an old Excel workbook"),
    ("The plan.msg", compound("WordDocument", nested="__properties_version1.0"), "old Word"),
    ("The plan.msg", compound("Something"), "not of that kind (Outlook message)"),
    ("The plan.eml", b"Dear all,\nthere is no plan.\n", "another kind: plain text"),
    ("The plan.eml", b"From: a@b.example\nSubject: No date\n\nText\n", "another kind: plain text"),
    ("note.txt", b"a\x00b", "not of that kind (plain text)"),
    ("note.txt", "A note".encode("utf-16"), "not of that kind (plain text)"),
    ("note.txt", b"\x1b[31mred", "not of that kind (plain text)"),
    ("note.txt", "\u009b31mred".encode(), "not of that kind (plain text)"),
    ("note.txt", b"\x81\x8d", "not of that kind (plain text)"),
    ("minutes.odt", open_document("text", **{"Basic/Standard/M.xml": "x"}), "has macros"),
    ("minutes.odt", open_document("text-template"), "not of that kind"),
    ("minutes.doc", compound("WordDocument"), "Save it as .docx or as a PDF"),
    ("results.xlsm", office(MACROS), "Save it as .xlsx or as a PDF"),
    ("setup.exe", PROGRAM, "must have a name that ends in one of"),
    ("report", pdf(), "must have a name that ends in one of"),
    ("report.pdf.exe", pdf(), "must have a name that ends in one of"),
    (".pdf", pdf(), "must have a name that ends in one of"),
]
