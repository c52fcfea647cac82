"""PDF (ISO 32000-2): what acts on its own, wherever in the file it stands.

Every object is looked at, also those to which nothing leads: then it does not matter by which of
its many ways (opening, a page, a form field, a bookmark, the tree of names) an action is reached.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pikepdf

from models.files.archives import refusal
from models.files.cautions import Caution

LARGEST_STREAM = 200_000_000  # bytes, of one stream of objects
WITH_PASSWORD = "This PDF is protected with a password, so nobody else could read it."  # noqa: S105
WITHOUT_PASSWORD = "Save it without one and add that instead."  # noqa: S105

_SIGNS = {
    Caution.JAVASCRIPT: "JS|JavaScript",
    Caution.LAUNCH: "S /(?:Launch|GoToR|GoToE)",
    Caution.SENDS: "S /(?:SubmitForm|ImportData)",
    Caution.FORM: "XFA",
    Caution.MEDIA: "Subtype /(?:RichMedia|3D|Screen|Movie|Sound)",
    Caution.ATTACHED_FILES: "EF|EmbeddedFiles?",
}
_ANY = "|".join(f"(?P<{caution}>{sign})" for caution, sign in _SIGNS.items())
_LOOK = re.compile(rf"/(?:{_ANY})(?![^\s/<>\[\](){{}}%])".encode())  # whole names alone
_STRING = re.compile(rb"\((?:[^\\)]+|\\.)*\)", re.DOTALL)  # as qpdf writes them
_DAMAGED = re.compile("damaged|reconstruct|recover", re.IGNORECASE)


def cautions_in(path: Path) -> list[Caution]:
    """What readers are warned of; raises InvalidInput for a PDF that needs a password."""
    pikepdf.settings.set_qpdf_limits(flate_max_memory=LARGEST_STREAM)
    found = set()
    try:
        with pikepdf.open(path) as pdf:
            for content in _contents(pdf):
                found |= {Caution(str(each.lastgroup)) for each in _LOOK.finditer(content)}
            if _opens_address(pdf.Root):
                found.add(Caution.SENDS)
            if any(_DAMAGED.search(warning) for warning in map(str, pdf.get_warnings())):
                found.add(Caution.NOT_EXAMINED)  # another program may put it together otherwise
    except pikepdf.PasswordError:
        raise refusal(WITH_PASSWORD, WITHOUT_PASSWORD) from None
    except pikepdf.PdfError:
        found.add(Caution.NOT_EXAMINED)
    return [caution for caution in Caution if caution in found]


def _contents(pdf: pikepdf.Pdf) -> Iterator[bytes]:
    """Every object with its names written plainly and no texts; of a stream its dictionary."""
    for thing in (*pdf.objects, pdf.trailer):
        shown = thing.stream_dict if isinstance(thing, pikepdf.Stream) else thing
        if isinstance(shown, pikepdf.Object):
            yield _STRING.sub(b"", shown.unparse(resolved=True))


def _opens_address(root: pikepdf.Object) -> bool:
    """Whether an address is called up as soon as the file is opened."""
    action = root.get("/OpenAction")
    return isinstance(action, pikepdf.Dictionary) and action.get("/S") == "/URI"
