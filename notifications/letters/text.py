"""Letters as plain text: the e-mail's text part, readable in any program and aloud."""

import textwrap
from collections.abc import Iterable

from notifications.letters.document import (
    Block,
    Heading,
    Inline,
    LetterDocument,
    ListBlock,
    Paragraph,
    Table,
    parse,
    plain,
)
from notifications.letters.wording import (
    CLOSING,
    DRAFT_NOTICE,
    contact_lines,
    copies_label,
    details,
    reply_request,
)

_WIDTH = 72


def to_text(letter: LetterDocument) -> str:
    """The letter as text in lines of at most 72 characters; emphasis is left out."""
    subject, blocks = parse(letter.body)
    head = letter.letterhead
    copies = [copies_label(letter), *(f"- {copy}" for copy in letter.copies)]
    parts = [
        DRAFT_NOTICE.upper() if letter.draft else "",
        _wrapped([head.council, head.department, *contact_lines(letter)]),
        _wrapped(letter.addressee),
        _wrapped(f"{label}: {value}" for label, value in details(letter)),
        _underlined(subject, "="),
        reply_request(letter) or "",
        *(_block(block, _WIDTH) for block in blocks),
        CLOSING,
        _wrapped([letter.signatory.name, letter.signatory.job_title]),
        _wrapped(copies) if letter.copies else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _block(block: Block, width: int) -> str:
    match block:
        case Heading():
            return _underlined(plain(block.runs), "-")
        case Paragraph():
            return _wrapped(_text(block.runs).split("\n"), width)
        case ListBlock():
            return _list(block, width)
        case Table():
            # A row as lines of "heading: cell": columns do not survive a narrow window.
            return "\n\n".join(
                _wrapped(_row(block.head, row), width) for row in block.rows or ((),)
            )


def _row(head: Iterable[Inline], row: tuple[Inline, ...]) -> list[str]:
    if not row:
        return [plain(title) for title in head]
    pairs = zip(map(plain, head), map(plain, row), strict=True)
    return [f"{title}: {cell}" if title else cell for title, cell in pairs]


def _list(block: ListBlock, width: int) -> str:
    items = []
    for place, item in enumerate(block.items):
        marker = "- " if block.start is None else f"{block.start + place}. "
        inner = "\n\n".join(_block(part, width - len(marker)) for part in item)
        items.append(marker + textwrap.indent(inner, " " * len(marker)).lstrip(" "))
    return "\n".join(items)


def _text(runs: Inline) -> str:
    return "".join(run.text for run in runs)


def _underlined(text: str, mark: str) -> str:
    lines = textwrap.wrap(text, _WIDTH)
    return "\n".join([*lines, mark * max(map(len, lines))])


def _wrapped(lines: Iterable[str], width: int = _WIDTH) -> str:
    return "\n".join(textwrap.fill(line, width, break_on_hyphens=False) for line in lines)
