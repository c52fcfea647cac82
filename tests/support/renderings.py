"""What can be read back from a finished letter: its structure and its text."""

import io
import re
from dataclasses import dataclass
from html.parser import HTMLParser

import docx
import pikepdf
from docx.oxml.ns import qn
from pikepdf import Array, Dictionary, Matrix, Object, Pdf, String

_POINTS_PER_MM = 72 / 25.4
_PAGE_HEIGHT = 297


@dataclass(frozen=True)
class Line:
    """A piece of printed text; millimetres from the page's left and top edge to its baseline."""

    page: int
    left: float
    baseline: float
    size: float
    text: str


def open_pdf(pdf: bytes) -> Pdf:
    return Pdf.open(io.BytesIO(pdf))


def pdf_structure(pdf: bytes) -> list[str]:
    """The tags of the structure tree in reading order, with their depth.

    Emphasis that a page break cuts in two counts once.
    """
    tags: list[str] = []

    def walk(node: Object, depth: int) -> None:
        if not isinstance(node, Dictionary):
            return
        if "/S" in node:
            tag = f"{depth}{node.S}"
            if tag not in tags[-1:] or node.S not in ("/Strong", "/Em"):
                tags.append(tag)
        kids = node.get("/K", Array())
        for kid in kids if isinstance(kids, Array) else [kids]:
            walk(kid, depth + 1)

    document = open_pdf(pdf)
    walk(document.Root.StructTreeRoot, 0)
    return tags


def pdf_lines(pdf: bytes) -> list[Line]:
    """The printed text, in the order in which it is drawn."""
    document = open_pdf(pdf)
    return [
        line
        for number, page in enumerate(document.pages, start=1)
        for line in _page_lines(number, page)
    ]


def pdf_text(pdf: bytes) -> str:
    """All printed text without any white space, which depends on where lines break."""
    return squeezed("".join(line.text for line in pdf_lines(pdf)))


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b]+", "", text)


def _page_lines(number: int, page: pikepdf.Page) -> list[Line]:
    fonts = {name: _unicode(font) for name, font in page.Resources.Font.items()}
    matrix, font, size, stack, lines = Matrix(), "", 0.0, [], []
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "q":
                stack.append(matrix)
            case "Q":
                matrix = stack.pop()
            case "cm":
                matrix = Matrix(*map(float, operands)) @ matrix
            case "Tf":
                font, size = str(operands[0]), float(operands[1])
            case "Tj" | "TJ" as shown:
                parts = operands if shown == "Tj" else operands[0]
                codes = b"".join(bytes(part) for part in parts if isinstance(part, String))
                text = "".join(
                    fonts[font].get(codes[i : i + 2].hex(), "") for i in range(0, len(codes), 2)
                )
                left, up = matrix.e / _POINTS_PER_MM, matrix.f / _POINTS_PER_MM
                lines.append(Line(number, left, _PAGE_HEIGHT - up, size, text))
    return lines


def _unicode(font: Object) -> dict[str, str]:
    cmap = font.ToUnicode.read_bytes().decode("ascii")
    return {
        code.lower(): bytes.fromhex(text).decode("utf-16-be")
        for code, text in re.findall(r"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>\n", cmap)
    }


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "br":
            self.tags.append(f"{tag} {attrs}")

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")

    def handle_comment(self, data: str) -> None:
        self.tags.append("comment")

    def handle_data(self, data: str) -> None:
        self.text += data


def html_structure(html: str) -> list[str]:
    """Every tag with its attributes but the line break, in order."""
    parser = _Tags()
    parser.feed(html)
    parser.close()
    return parser.tags


def html_text(html: str) -> str:
    parser = _Tags()
    parser.feed(html)
    parser.close()
    return squeezed(parser.text)


def docx_structure(file: bytes) -> list[str]:
    """Tables, cells and paragraphs with style, numbering and the faces of their runs."""
    body = docx.Document(io.BytesIO(file)).element.body
    structure = []
    for element in body.iter(qn("w:tbl"), qn("w:tr"), qn("w:tc"), qn("w:p")):
        if element.tag != qn("w:p"):
            structure.append(element.tag.partition("}")[2])
            continue
        style = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        faces = [
            (run.find(f".//{qn('w:b')}") is not None, run.find(f".//{qn('w:i')}") is not None)
            for run in element.iter(qn("w:r"))
        ]
        structure.append(f"p {None if style is None else style.get(qn('w:val'))} {faces}")
    return structure


def docx_text(file: bytes) -> str:
    body = docx.Document(io.BytesIO(file)).element.body
    return squeezed("".join(text.text or "" for text in body.iter(qn("w:t"))))
