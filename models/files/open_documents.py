"""OpenDocument files (ISO/IEC 26300): what in them loads, runs or carries something.

Whatever an attribute `xlink:href` names outside the file is loaded, but for what a reader clicks.
An object within a file that is OpenDocument itself (a chart, a formula) is looked into with it.
"""

import re
import zipfile
from typing import Final

from models.files import markup
from models.files.archives import AS_PDF, WITH_PASSWORD, check_members, is_archive, refusal
from models.files.compound import SIGNATURE
from models.files.markup import Attributes
from models.files.office import DDE, OBJECT, OUTSIDE, PROGRAMS, TEMPLATE

WITHOUT_PASSWORD = "Save it without one and add that instead."  # noqa: S105
_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:"
_HREF = "http://www.w3.org/1999/xlink href"
_MANIFEST = "meta-inf/manifest.xml"
_REFUSED: Final = {
    **dict.fromkeys(("script event-listener", "office script"), PROGRAMS),
    **dict.fromkeys(("text script", "text execute-macro", "drawing applet"), PROGRAMS),
    **dict.fromkeys(("text dde-connection-decl", "text dde-connection"), DDE),
    **dict.fromkeys(("office dde-source", "table dde-link"), DDE),
    "drawing object-ole": OBJECT,
}
_LINKS: Final = frozenset(
    ("text a", "drawing a", "drawing area-rectangle", "drawing area-circle", "drawing area-polygon")
)
_RUNS = frozenset(("execute", "macro", "verb"))  # what a click in a presentation can do
_SUBMISSION = "http://www.w3.org/2002/xforms submission"
_CALLS_PROGRAM = re.compile(
    r"\s*(macro|script|javascript|service|slot|\.uno|vnd\.sun\.star\.script"
    r"|vnd\.libreoffice\.command):",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(r"\s*([a-z][a-z0-9+.-]*:|/|\\|(.*/)?\.\.(/|$))", re.IGNORECASE)
_INSIDE = re.compile(r"vnd\.sun\.star\.(package|graphicobject):", re.IGNORECASE)
_FETCHES = re.compile(r"\b(DDE|WEBSERVICE)\s*\(", re.IGNORECASE)
_FORMULAS = ("formula", "condition")


def check(archive: zipfile.ZipFile) -> None:
    """Raises InvalidInput for what loads, runs or carries something; BadZipFile, Unreadable."""
    check_members(archive)
    parts = [member for member in archive.infolist() if not member.is_dir()]
    for member in parts:  # what is protected is no XML any more, so this is asked first
        if member.filename.casefold() == _MANIFEST:
            with archive.open(member) as file:
                markup.walk(file, start=_check_manifest, doctype=True)
    for member in parts:
        with archive.open(member) as file:
            head = file.read(64)
        if markup.is_markup(head):
            drawing = member.filename.casefold().endswith(".svg")
            with archive.open(member) as file:
                markup.walk(file, start=_check_element, doctype=True, entities=drawing)
        elif is_archive(head) or head.startswith((SIGNATURE, b"MZ")):
            raise refusal(OBJECT)


def _check_manifest(name: str, _: Attributes) -> None:
    if name.endswith(" encryption-data"):
        raise refusal(WITH_PASSWORD, WITHOUT_PASSWORD)


def _check_element(name: str, said: Attributes) -> None:
    what = _short(name)
    if what in _REFUSED:
        raise refusal(_REFUSED[what])
    if name == _SUBMISSION:
        raise refusal(OUTSIDE)
    for attribute, value in said.items():
        if attribute == _HREF:
            _check_href(what, said, value)
        elif attribute.endswith(_FORMULAS) and _FETCHES.search(value):
            raise refusal(DDE if "dde" in value.casefold() else OUTSIDE, AS_PDF)


def _check_href(what: str, said: Attributes, target: str) -> None:
    if _CALLS_PROGRAM.match(target):
        raise refusal(PROGRAMS)
    clicked = what in _LINKS
    if what == "presentation event-listener":
        clicked = said.get(f"{_NAMESPACE}presentation:1.0 action") not in _RUNS
        if not clicked:
            raise refusal(PROGRAMS)
    if not clicked and _ELSEWHERE.match(target) and not _INSIDE.match(target):
        raise refusal(TEMPLATE if what == "meta template" else OUTSIDE)


def _short(name: str) -> str:
    """`text a` for the element `a` of the namespace of texts."""
    space, _, own = name.rpartition(" ")
    return f"{space.removeprefix(_NAMESPACE).partition(':')[0]} {own}"
