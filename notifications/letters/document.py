"""What a letter is before it has a format: its fields, and its body read into a small tree.

The body is Markdown in which every value that came from data stands between the marks ⟦ and ⟧.
Such a value is text and nothing else: it is cut out before Markdown is read and put back
afterwards, so whatever it holds, it cannot become a heading, a list or emphasis.
"""

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.list import list_block
from markdown_it.token import Token

from models.letters.drafting import LITERAL_CLOSE, LITERAL_OPEN
from models.policy import Policy

MISSING_SUBJECT = "Letter"


@dataclass(frozen=True)
class Letterhead:
    """The council, as it stands at the top of its letters."""

    council: str
    department: str
    address: tuple[str, ...]
    telephone: str
    email: str
    website: str

    @classmethod
    def of(cls, policy: Policy) -> "Letterhead":
        """As a council's policy has it."""
        head = policy.letterhead
        return cls(
            council=head.council,
            department=head.department,
            address=head.address,
            telephone=head.telephone,
            email=head.email,
            website=head.website,
        )


@dataclass(frozen=True)
class Signatory:
    """Who signs."""

    name: str
    job_title: str


@dataclass(frozen=True)
class LetterDocument:
    """All that is printed on a letter. Equal documents give equal bytes in every format.

    `reference` is ours (`ESC-2026-0042/3`); `date` is printed and becomes the file's own date;
    `addressee` is the name and the address lines, at most seven for the window of an envelope;
    `body` is the Markdown subset of `parse`; `respond_by` asks for a reply by that day; `copies`
    names who else receives it; `draft` prints on every page that it has not been issued.
    """

    letterhead: Letterhead
    reference: str
    date: datetime.date
    addressee: tuple[str, ...]
    body: str
    respond_by: datetime.date | None
    signatory: Signatory
    copies: tuple[str, ...]
    draft: bool


@dataclass(frozen=True)
class Run:
    """A piece of text in one face. A newline in it is a line break."""

    text: str
    bold: bool = False
    italic: bool = False


Inline = tuple[Run, ...]


@dataclass(frozen=True)
class Heading:
    """A heading below the subject: level 2, or 3 once there was a 2."""

    level: int
    runs: Inline


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    runs: Inline


@dataclass(frozen=True)
class ListBlock:
    """A list; `start` is the first number of an ordered one and None for bullets."""

    start: int | None
    items: tuple[tuple["Block", ...], ...]


@dataclass(frozen=True)
class Table:
    """A table; every row has as many cells as the head."""

    head: tuple[Inline, ...]
    rows: tuple[tuple[Inline, ...], ...]


Block = Heading | Paragraph | ListBlock | Table


def parse(body: str) -> tuple[str, tuple[Block, ...]]:
    """The subject and the blocks of a letter's body. Any text at all gives a tree.

    The subject is the `# ` heading the body starts with, or "Letter" where it has none. Marks
    without their partner are plain text.
    """
    literals: list[str] = []

    def cut(found: re.Match[str]) -> str:
        literals.append(found[0] if found[1] is None else found[1])
        return _placeholder(len(literals) - 1)

    blocks = _Reader(literals).blocks(_MARKDOWN.parse(_CUT.sub(cut, body)))
    match blocks:
        case [Heading(level=1, runs=runs), *rest]:
            return plain(runs), _clamped(rest)
        case _:
            return MISSING_SUBJECT, _clamped(blocks)


def plain(runs: Inline) -> str:
    """The text alone, on one line."""
    return " ".join("".join(run.text for run in runs).split())


# Two private-use characters hold a literal's place: letters to Markdown, and enough pairs for any
# length of text. One that an officer typed is itself cut out, so it cannot pass for a placeholder.
_FIRST, _SECOND, _PLANE = 0xF0000, 0x100000, 0x10000
_CUT = re.compile(
    f"{LITERAL_OPEN}([^{LITERAL_OPEN}{LITERAL_CLOSE}]*){LITERAL_CLOSE}|[\U000f0000-\U0010ffff]"
)
_PLACEHOLDER = re.compile("([\U000f0000-\U000fffff])([\U00100000-\U0010ffff])")

_LINE_END = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
# An override that is never closed would print the rest of its paragraph backwards.
_DIRECTION_OVERRIDES = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def _placeholder(index: int) -> str:
    first, second = divmod(index, _PLANE)
    return chr(_FIRST + first) + chr(_SECOND + second)


def _tidy(text: str) -> str:
    return _LINE_END.sub("\n", text).translate(_DIRECTION_OVERRIDES).replace("\t", " ")


class _Reader:
    """Turns Markdown's tokens into blocks and puts the literals back."""

    def __init__(self, literals: Sequence[str]) -> None:
        self._literals = literals

    def blocks(self, tokens: Sequence[Token]) -> list[Block]:
        return list(self._until(iter(tokens), ""))

    def _until(self, tokens: Iterator[Token], end: str) -> Iterator[Block]:
        for token in tokens:
            match token.type:
                case kind if kind == end:
                    return
                case "heading_open":
                    runs = self._inline(next(tokens))
                    if plain(runs):
                        yield Heading(int(token.tag[1]), runs)
                case "paragraph_open":
                    yield from self._paragraphs(next(tokens))
                case "bullet_list_open":
                    yield ListBlock(None, self._items(tokens, "bullet_list_close"))
                case "ordered_list_open":
                    start = int(token.attrs.get("start", 1))
                    yield ListBlock(start, self._items(tokens, "ordered_list_close"))
                case "table":
                    head, *rows = [
                        tuple(self._inline(_MARKDOWN.parseInline(cell)[0]) for cell in row)
                        for row in token.meta["rows"]
                    ]
                    yield Table(head, tuple(rows))

    def _items(self, tokens: Iterator[Token], end: str) -> tuple[tuple[Block, ...], ...]:
        items = []
        for token in tokens:
            if token.type == end:
                break
            items.append(tuple(self._until(tokens, "list_item_close")))
        return tuple(items)

    def _paragraphs(self, token: Token) -> Iterator[Paragraph]:
        if alone := _PLACEHOLDER.fullmatch(token.content):
            texts = _BLANK_LINES.split(self._literal(alone))
            inlines: list[Inline] = [(Run(text.strip("\n")),) for text in texts]
        else:
            inlines = [self._inline(token)]
        yield from (Paragraph(runs) for runs in inlines if plain(runs))

    def _inline(self, token: Token) -> Inline:
        runs: list[Run] = []
        bold = italic = 0
        for child in token.children or ():
            text = ""
            match child.type:
                case "text":
                    text = _PLACEHOLDER.sub(self._literal, _tidy(child.content))
                case "softbreak":
                    text = " "
                case "hardbreak":
                    text = "\n"
                case "strong_open" | "strong_close":
                    bold += child.nesting
                case "em_open" | "em_close":
                    italic += child.nesting
            if not text:
                continue
            if runs and (runs[-1].bold, runs[-1].italic) == (bold > 0, italic > 0):
                text = runs.pop().text + text
            runs.append(Run(text, bold > 0, italic > 0))
        return tuple(runs)

    def _literal(self, found: re.Match[str]) -> str:
        index = (ord(found[1]) - _FIRST) * _PLANE + ord(found[2]) - _SECOND
        return _tidy(self._literals[index]).strip("\n")


def _clamped(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Headings at 2, or 3 below a 2: a PDF/UA file may not skip a level."""
    clamped: list[Block] = []
    level = 1
    for block in blocks:
        if isinstance(block, Heading):
            level = min(max(block.level, 2), 3, level + 1)
            block = Heading(level, block.runs)
        clamped.append(_without_headings(block) if isinstance(block, ListBlock) else block)
    return tuple(clamped)


def _without_headings(block: ListBlock) -> ListBlock:
    """The same list, a heading in an item being a bold paragraph: it opens no section."""

    def item_block(inner: Block) -> Block:
        match inner:
            case Heading(runs=runs):
                return Paragraph(tuple(Run(run.text, True, run.italic) for run in runs))
            case ListBlock():
                return _without_headings(inner)
            case _:
                return inner

    return ListBlock(
        block.start, tuple(tuple(item_block(inner) for inner in item) for item in block.items)
    )


_DEEPEST_LIST = 3
_LEVELS_PER_LIST = 2


def _list(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """Lists three deep; a deeper marker is text, where Markdown would drop what it cannot nest."""
    if state.level >= _DEEPEST_LIST * _LEVELS_PER_LIST:
        return False
    return list_block(state, first, last, silent)


def _table(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """Tables whose lines all start with a pipe.

    Markdown's own rule drops the cells a row has beyond those of the head; here the head grows.
    """
    if first + 1 >= last or not _is_row(state, first) or not _is_row(state, first + 1):
        return False
    if not re.fullmatch(r"[|:\s]*-[-|:\s]*", _line(state, first + 1)):
        return False
    if silent:
        return True
    end = first + 2
    while end < last and _is_row(state, end):
        end += 1
    rows = [_cells(_line(state, line)) for line in range(first, end) if line != first + 1]
    width = max(len(row) for row in rows)
    token = state.push("table", "", 0)
    token.meta = {"rows": [row + [""] * (width - len(row)) for row in rows]}
    state.line = end
    return True


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].strip()


def _is_row(state: StateBlock, line: int) -> bool:
    return state.sCount[line] >= state.blkIndent and _line(state, line).startswith("|")


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")]


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("zero")
    interrupts_paragraph: RuleOptionsType = {"alt": ["paragraph"]}
    markdown.block.ruler.at("list", _list, interrupts_paragraph)
    markdown.block.ruler.at("table", _table, interrupts_paragraph)
    return markdown.enable(["heading", "list", "table", "emphasis", "newline"])


_MARKDOWN = _markdown()
