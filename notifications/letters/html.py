"""Letters as HTML: the e-mail's HTML part, and the preview on a page."""

from collections.abc import Iterable
from html import escape

from notifications.letters.document import (
    Block,
    Heading,
    Inline,
    LetterDocument,
    ListBlock,
    Paragraph,
    Table,
    parse,
)
from notifications.letters.wording import (
    CLOSING,
    DRAFT_NOTICE,
    contact_lines,
    copies_label,
    details,
    reply_request,
)

# Classes and one style sheet, no style attributes: the pages' content security policy forbids them.
LETTER_STYLE = """\
.letter { max-width: 42em; color: #0b0c0c; font: 1em/1.5 "Liberation Sans", Arial, Helvetica, \
sans-serif; overflow-wrap: anywhere; }
.letter h1, .letter h2, .letter h3, .letter-council { color: #1d2b44; line-height: 1.3; }
.letter h1 { font-size: 1.3em; margin: 1.5em 0 0.8em; }
.letter h2 { font-size: 1.1em; margin: 1.6em 0 0.6em; }
.letter h3 { font-size: 1em; margin: 1.4em 0 0.5em; }
.letter p, .letter ul, .letter ol { margin: 0 0 1em; }
.letter li > p { margin: 0 0 0.4em; }
.letter table { border-collapse: collapse; margin: 0 0 1.2em; }
.letter th, .letter td { border-bottom: 1px solid #b1b4b6; padding: 0.4em 0.8em 0.4em 0; \
text-align: left; vertical-align: top; }
.letter th { border-bottom-color: #1d2b44; overflow-wrap: break-word; }
.letter p.letter-council { font-size: 1.5em; font-weight: bold; margin: 0; }
.letter p.letter-contact { color: #505a5f; font-size: 0.85em; }
.letter p.letter-draft { border: 2px solid #1d2b44; display: inline-block; font-weight: bold; \
padding: 0.2em 0.6em; }
.letter p.letter-respond-by { border-left: 4px solid #1d2b44; font-weight: bold; \
padding-left: 0.8em; }
.letter p.letter-signature { margin-top: 2.5em; }
"""


def to_html(letter: LetterDocument) -> str:
    """The letter as a whole HTML document that needs no other file."""
    subject, _ = parse(letter.body)
    return (
        '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(subject)}</title>\n"
        f"<style>\nbody {{ margin: 1.5em; }}\n{LETTER_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{to_html_fragment(letter)}</main>\n</body>\n</html>\n"
    )


def to_html_fragment(letter: LetterDocument) -> str:
    """The letter alone, one `article` without ids, to stand in a page that has `LETTER_STYLE`."""
    subject, blocks = parse(letter.body)
    head = letter.letterhead
    parts = [
        '<article class="letter" lang="en-GB">',
        f'<p class="letter-draft">{DRAFT_NOTICE}</p>' if letter.draft else "",
        f'<p class="letter-council">{escape(head.council)}</p>',
        f"<p>{escape(head.department)}</p>",
        f'<p class="letter-contact">{_lines(contact_lines(letter))}</p>',
        f"<p>{_lines(letter.addressee)}</p>",
        f"<p>{_lines(f'{label}: {value}' for label, value in details(letter))}</p>",
        f"<h1>{escape(subject)}</h1>",
        f'<p class="letter-respond-by">{request}</p>' if (request := reply_request(letter)) else "",
        *(_block(block) for block in blocks),
        f"<p>{CLOSING}</p>",
        f'<p class="letter-signature"><strong>{escape(letter.signatory.name)}</strong><br>'
        f"{escape(letter.signatory.job_title)}</p>",
        _copies(letter),
        "</article>",
    ]
    return "".join(f"{part}\n" for part in parts if part)


def _copies(letter: LetterDocument) -> str:
    if not letter.copies:
        return ""
    items = "".join(f"<li>{escape(copy)}</li>" for copy in letter.copies)
    return f"<p>{copies_label(letter)}</p>\n<ul>{items}</ul>"


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"<h{block.level}>{_inline(block.runs)}</h{block.level}>"
        case Paragraph():
            return f"<p>{_inline(block.runs)}</p>"
        case ListBlock():
            items = "".join(f"<li>{''.join(map(_block, item))}</li>" for item in block.items)
            return (
                f"<ul>{items}</ul>"
                if block.start is None
                else f'<ol start="{block.start}">{items}</ol>'
            )
        case Table():
            head = "".join(f'<th scope="col">{_inline(cell)}</th>' for cell in block.head)
            rows = "".join(
                f"<tr>{''.join(f'<td>{_inline(cell)}</td>' for cell in row)}</tr>"
                for row in block.rows
            )
            return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _inline(runs: Inline) -> str:
    html = ""
    for run in runs:
        text = _lines(run.text.split("\n"))
        text = f"<em>{text}</em>" if run.italic else text
        html += f"<strong>{text}</strong>" if run.bold else text
    return html


def _lines(lines: Iterable[str]) -> str:
    return "<br>".join(escape(line) for line in lines)
