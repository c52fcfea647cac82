"""Word, Excel and PowerPoint files (ECMA-376): what in them loads, runs or carries something.

What a file brings from elsewhere stands in its relationships (part 2, section 6.5); a link that
a reader clicks is the one kind that may lead outside. Charts carry a workbook with their numbers,
which is looked into as well; every other file within a file is refused.
"""

import io
import posixpath
import re
import zipfile
from typing import Final, NamedTuple

from models.files import markup
from models.files.archives import TOO_MUCH_INSIDE, check_members, is_archive, refusal
from models.files.compound import SIGNATURE
from models.files.fields import Fields, Formulas
from models.files.kinds import EXCEL, office_kinds
from models.files.markup import Attributes, local

LARGEST_INSIDE = 25_000_000  # bytes of a chart's workbook, unpacked
_PROGRAM = b"MZ"

OUTSIDE = "This file loads something from elsewhere when it is opened."
TEMPLATE = "This file is tied to a template that lies elsewhere, and loads it when it is opened."
LINKED_DATA = "This file takes data from another file or a database."
OBJECT = "This file has another file or object embedded in it, which can hold programs."
CONTROL = "This file has ActiveX controls, which are programs."
PROGRAMS = "This file has macros or scripts, which are programs."
DDE = "This file has a link that starts another program (DDE)."
BUTTON = "This file has a button or link that starts a program."

# By the last part of the relationship's type; whether inside or outside, none of these is kept.
_REFUSED: Final = {
    **dict.fromkeys(("vbaproject", "wordvbadata", "xlmacrosheet", "xlintlmacrosheet"), PROGRAMS),
    **dict.fromkeys(("dialogsheet", "attachedtoolbars", "extensibility"), PROGRAMS),
    **dict.fromkeys(("webextension", "webextensiontaskpanes"), PROGRAMS),
    **dict.fromkeys(("oleobject", "package", "afchunk"), OBJECT),
    **dict.fromkeys(("control", "activexcontrol", "activexcontrolbinary"), CONTROL),
    **dict.fromkeys(("externallink", "externallinkpath", "connections"), LINKED_DATA),
    "volatiledependencies": LINKED_DATA,
    **dict.fromkeys(("subdocument", "frame"), OUTSIDE),
    "attachedtemplate": TEMPLATE,
}
_ELEMENTS: Final = {
    **dict.fromkeys(("OLEObject", "oleObj", "oleObject", "objectEmbed", "altChunk"), OBJECT),
    **dict.fromkeys(("objectLink", "subDoc"), OUTSIDE),
    **dict.fromkeys(("ddeLink", "oleLink"), DDE),
}
_LINKS: Final = frozenset(("hyperlink", "hlinkClick", "hlinkHover", "hlinkMouseOver"))
_PICTURED: Final = frozenset(("imagedata", "fill", "stroke"))  # VML may name an address itself
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//|.*\\", re.IGNORECASE)
_ACTION = re.compile("ppaction://(program|macro|ole)", re.IGNORECASE)
_WATCHED: Final = _LINKS | _PICTURED | _ELEMENTS.keys() | Fields.ELEMENTS | Formulas.ELEMENTS
_RELATIONS = re.compile(r"(?P<folder>(?:.*/)?)_rels/(?P<part>[^/]*)\.rels", re.IGNORECASE)


class _Relations(NamedTuple):
    """Of one part: which of its references are links to click, and which workbooks it carries."""

    links: frozenset[str]
    workbooks: frozenset[str]


_NONE = _Relations(frozenset(), frozenset())


def check(archive: zipfile.ZipFile, *, inside: bool = False) -> None:
    """Raises InvalidInput for what loads, runs or carries something; BadZipFile, Unreadable."""
    check_members(archive)
    parts = [member for member in archive.infolist() if not member.is_dir()]
    relations = {}
    for member in parts:
        found = _RELATIONS.fullmatch(member.filename)
        if found:
            source = posixpath.join(found["folder"], found["part"])
            relations[source.casefold()] = _read_relations(archive, member, source)
    workbooks = frozenset[str]().union(*(each.workbooks for each in relations.values()))
    for member in parts:
        name = member.filename.casefold()
        with archive.open(member) as file:
            head = file.read(64)
        if markup.is_markup(head):
            _check_part(archive, member, relations.get(name, _NONE).links)
        elif is_archive(head):
            if name not in workbooks or inside:
                raise refusal(OBJECT)
            _check_workbook(archive, member)
        elif head.startswith((SIGNATURE, _PROGRAM)):
            raise refusal(OBJECT)


def _read_relations(archive: zipfile.ZipFile, member: zipfile.ZipInfo, source: str) -> _Relations:
    links, workbooks = set(), set()

    def start(name: str, said: Attributes) -> None:
        if local(name) != "Relationship":
            return
        kind = said.get("Type", "").rpartition("/")[2].casefold()
        target = said.get("Target", "").strip()
        outside = said.get("TargetMode", "").strip().casefold() == "external"
        if kind == "hyperlink":
            links.update([said.get("Id", "")] if outside else [])
        elif kind == "package" and not outside and "/charts/" in f"/{source.casefold()}":
            workbooks.add(_resolved(source, target))
        elif kind in _REFUSED and not (outside and _REFUSED[kind] == OBJECT):
            raise refusal(_REFUSED[kind])
        elif outside or _ELSEWHERE.match(target):
            raise refusal(OUTSIDE)

    with archive.open(member) as file:
        markup.walk(file, start=start)
    return _Relations(frozenset(links), frozenset(workbooks))


def _resolved(source: str, target: str) -> str:
    """The name of the member to which a part's relationship leads."""
    path = posixpath.join("/", posixpath.dirname(source), target)
    return posixpath.normpath(path).lstrip("/").casefold()


def _check_part(archive: zipfile.ZipFile, member: zipfile.ZipInfo, links: frozenset[str]) -> None:
    fields, formulas = Fields(), Formulas()

    def start(name: str, said: Attributes) -> bool:
        what = local(name)
        if not links.isdisjoint(said.values()) and what not in _LINKS and _refers(said, links):
            raise refusal(TEMPLATE if what == "attachedTemplate" else OUTSIDE)
        if what not in _WATCHED:
            return False
        if what in _ELEMENTS:
            raise refusal(_ELEMENTS[what])
        if what in _LINKS and _ACTION.match(said.get("action", "")):
            raise refusal(BUTTON)
        if what in _PICTURED and any(
            _ELSEWHERE.match(value) for key, value in said.items() if local(key) in ("src", "href")
        ):
            raise refusal(OUTSIDE)
        return fields.start(what, said) or formulas.start(what)

    def text(written: str) -> None:
        fields.text(written)
        formulas.text(written)

    drawing = member.filename.casefold().endswith(".svg")
    with archive.open(member) as file:
        markup.walk(
            file, start=start, text=text, end=formulas.end, doctype=drawing, entities=drawing
        )
    fields.close()


def _refers(said: Attributes, links: frozenset[str]) -> bool:
    return any(value in links for name, value in said.items() if "/relationships " in name)


def _check_workbook(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """The numbers of a chart, which are a whole workbook of their own."""
    if member.file_size > LARGEST_INSIDE:
        raise refusal(TOO_MUCH_INSIDE)
    with zipfile.ZipFile(io.BytesIO(archive.read(member))) as workbook:
        if office_kinds(workbook) != (EXCEL,):
            raise refusal(OBJECT)
        check(workbook, inside=True)
