"""A letter to test with, and values that try to be more than text."""

from datetime import date
from typing import Any

from notifications.letters import LetterDocument, Letterhead, Signatory

BODY = """\
# Formal letter about ⟦St Brannoc’s Primary School⟧

Dear ⟦Mrs Adeyemi-Clarke⟧,

I write about ⟦St Brannoc’s Primary School⟧, and I ask the governing body for a **full** reply.

## What concerns us

⟦Attainment has fallen for three years.⟧

1. Agree an *action plan*.
2. Send us:
   - the minutes;
   - the timetable.

### What happens next

| Step | When |
|---|---|
| Warning notice | ⟦After 14 December 2026⟧ |
"""


def letter(body: str = BODY, **changes: Any) -> LetterDocument:
    fields: dict[str, Any] = {
        "letterhead": Letterhead(
            council="Northmere County Council",
            department="Children’s Services",
            address=("County Hall", "Northmere", "NM1 1AA"),
            telephone="01632 960 001",
            email="schools@northmere.example",
            website="www.northmere.example",
        ),
        "reference": "ESC-2026-0042/3",
        "date": date(2026, 11, 23),
        "addressee": ("Mrs F. Adeyemi-Clarke", "Chair of Governors", "Quayside", "NM4 7QP"),
        "body": body,
        "respond_by": date(2026, 12, 14),
        "signatory": Signatory("Priya Raman", "Director of Children’s Services"),
        "copies": ("Mr J. Okonkwo, Headteacher", "Diocese of Northmere"),
        "draft": False,
    }
    return LetterDocument(**{**fields, **changes})


# A value in every place where a template may put one.
EVERYWHERE = """\
# Subject ⟦{v}⟧

⟦{v}⟧

Dear ⟦{v}⟧, **bold ⟦{v}⟧** and *italic* words.
⟦{v}⟧ begins a line.

## ⟦{v}⟧

- ⟦{v}⟧
- item
  1. ⟦{v}⟧

| ⟦{v}⟧ | B |
|---|---|
| ⟦{v}⟧ | **⟦{v}⟧** |

End.
"""

_MARKUP = [
    # Markdown
    *("# heading", "## heading", "###### x", "- item", "* item", "+ item", "1. first", "1) first"),
    *("2026. A year", "> quote", "```\ncode\n```", "~~~", "    code", "---", "***", "- - -", "==="),
    *("**bold**", "*it*", "__b__", "_i_", "***", "**", "*", "_", "`code`", "~~gone~~", "\\*", "\\"),
    *("[link](https://a.example)", "![i](x.png)", "[a]: /b", "<https://a.example>", "[^1]", "[ ]"),
    *(
        "| a | b |",
        "|---|---|",
        "|",
        "a|b",
        "| a |\n|---|\n| b |",
        "||||",
        ":--|--:",
        "&amp;",
        "&#35;",
    ),
    *("a  \nb", "a\\\nb", "- a\n  - b\n    - c", "x\n===", "x\n---", "<!-- c -->", "![[x]]", ":::"),
    # Jinja and other templates
    *(
        "{{ 7 * 7 }}",
        "{% raw %}",
        "{# c #}",
        "{%- if x -%}",
        "{{ self }}",
        "{{",
        "}}",
        "${x}",
        "{v}",
    ),
    *("{{ ''.__class__.__mro__ }}", "%s", "%(a)s", "{0}", "{}", "<%= x %>", "#{x}", "$x", "@x"),
    # Typst
    *("#import", '#read("/etc/passwd")', "#set page(width: 1mm)", "$ x^2 $", "= Heading", "== H"),
    *(
        "#[x]",
        "#let a = 1",
        "@label",
        "<label>",
        "*strong*",
        "_emph_",
        "\\u{41}",
        "/ term: x",
        "--",
    ),
    *("#pagebreak()", "#panic()", "//", "/*", "*/", "~", "---", "...", "'q'", '"q"', "#", "[", "]"),
    # HTML and XML
    *("<b>x</b>", "<script>alert(1)</script>", "</p>", "</article>", "<br>", "<h1>x</h1>", "<!--"),
    *(
        "<img src=x onerror=y>",
        '" onclick="x',
        "' style='x",
        "</style>",
        "</title>",
        "<table>",
        "&",
    ),
    *("<![CDATA[x]]>", "]]>", "<?xml?>", "<w:p/>", "</w:t>", "&lt;b&gt;", "&nbsp;", "<", ">", "<p"),
    # SQL, shells, spreadsheets, e-mail
    *(
        "'; DROP TABLE letter; --",
        "1 OR 1=1",
        "$(reboot)",
        "`id`",
        "; ls",
        "=1+1",
        "+1",
        "-1",
        "@A1",
    ),
    *(
        "a\nBcc: x@b.example",
        ".",
        "..",
        "%0a",
        "C:\\new\\table",
        "\\\\share\\x",
        "NULL",
        "None",
        "0",
    ),
    # people
    *("O’Neill", "O'Neill & Sons", "Zoë Ångström", "Łukasz", "St. John’s (CE)", "№ 5", "½", "50%"),
    *(
        "100 %",
        "5 * 3 * 2",
        "snake_case_name",
        "a*b*c",
        "A+ B- C#",
        "#1 school",
        "(i)",
        "i.",
        "a) b",
    ),
    *(
        "1.",
        "10. Downing Street",
        "23.11.2026",
        "07:30–08:15",
        "£5",
        "…",
        "“quoted”",
        "שלום",
        "Ωμέγα",
    ),
    *(
        "a\tb",
        "\ta",
        " a",
        "a ",
        "a\u00a0b",
        "a\u200bb",
        "a\u200eb",
        "a\u200fb",
        "a\u00adb",
        "Привет",
    ),
    *("a\nb", "a\n", "\na", "a\r\nb", "a\rb", "- a\n- b", "1. a\n2. b", "# a\n# b"),
    *("W" * 20_000, "word " * 4_000, "*" * 2_000, "# " * 500, "- " * 500, "|" * 500, "_a" * 500),
]

# Each alone, after a word and before one.
HOSTILE = [*_MARKUP, *(f"St {value}" for value in _MARKUP), *(f"{value} end" for value in _MARKUP)]
