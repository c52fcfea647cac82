"""The table of subsections in docs/law.md: where each is kept, and how many cases show it.

The rows are `tests/models/law/subsections.toml`; the cases are counted in `cases.toml` beside it.
`python -m tests.support.law_table` writes the table between its two marks; a test says when it is
stale.
"""

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "law.md"
LAW = ROOT / "tests" / "models" / "law"
BEGIN, END = "<!-- subsections: written by `make docs` -->\n", "<!-- end of subsections -->\n"
# A citation down to its subsection, and what is below that.
CITATION = re.compile(
    r"(s\.\d+[A-C]?(?:\(\d+[A-Z]?\))?"
    r"|Sch\. 6 para\. \d+(?:\(\d+\))?"
    r"|SSFA 1998 Sch\. 15 para\. 2"
    r"|EA 1996 s\.572"
    r"|EA 2005 s\.\d+(?:\(\d+\))?)"
    r"(?:\([a-z]\))*"
)


def rows() -> list[dict[str, Any]]:
    """The subsections, in the order of the Acts."""
    table = tomllib.loads((LAW / "subsections.toml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = table["row"]
    return found


def cited(section: str) -> list[str]:
    """The subsections that a case cites; raises ValueError for what cannot be read."""
    found = [CITATION.fullmatch(each) for each in section.split(", ")]
    if None in found:
        raise ValueError(f"not a list of subsections: {section}")
    return [each.group(1) for each in found if each]


def counted() -> dict[str, Counter[str]]:
    """Of each subsection that a case cites, how many cases of each kind do."""
    table = tomllib.loads((LAW / "cases.toml").read_text(encoding="utf-8"))
    del table["story"]
    found: dict[str, Counter[str]] = {}
    for kind, cases in table.items():
        for case in cases:
            for section in set(cited(case["section"])):
                found.setdefault(section, Counter())[kind] += 1
    return found


def subsections_of(row: dict[str, Any]) -> list[str]:
    """Whose cases count for a row."""
    return [row["section"], *row.get("takes", [])]


def drawing() -> str:
    """The table, as the rows and today's cases make it."""
    counts = counted()
    lines = [
        "| subsection | what it asks | where | cases | setting | legal services should say |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows():
        shown = sum((counts.get(each, Counter()) for each in subsections_of(row)), Counter[str]())
        kept = ", ".join(f"`{each}`" for each in row.get("where", []))
        cells = [row["section"], row["asks"], kept, _cases(shown, row), row.get("setting", "")]
        lines.append(f"| {' | '.join(each or '–' for each in [*cells, row.get('ask', '')])} |")
    return "\n".join(lines) + "\n"


def _cases(shown: Counter[str], row: dict[str, Any]) -> str:
    kinds = [f"{kind} {count}" for kind, count in shown.most_common()]
    return ", ".join([*kinds, *(f"`{Path(each).name}`" for each in row.get("also", []))])


def page(text: str) -> str:
    """The page with today's table between its marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{drawing()}{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
