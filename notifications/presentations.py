"""Evaluations that are presented as PDF: accessible (PDF/UA-1), for the archive (PDF/A-2a)."""

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, cast

import typst

from models.clocks import london_date, long_date
from models.presentations.shown import Presentation, PresentedSchool
from models.schools.tables import RiskLevel
from models.text import as_printed
from notifications.letters.pdf import fonts

MOST_PRINTED = 500  # schools by name: a council may look at thousands as a list
_LAYOUT = Path(__file__).parents[1] / "templates" / "presentations" / "presentation.typ"
_THREAD = threading.local()
Block = dict[str, Any]


def presentation_pdf(
    council: str, found: Presentation, schools: Sequence[PresentedSchool]
) -> bytes:
    """What an officer or member reads of evaluations, on paper: of them those schools by name.

    The same evaluations read by the same person give the same bytes.
    """
    day = london_date(found.presented_at or found.compiled_at)
    told = {
        "title": found.title,
        "council": council,
        "date": {"year": day.year, "month": day.month, "day": day.day},
        "draft": found.presented_at is None,
        "state": _state(found),
        "blocks": list(_blocks(found, schools)),
    }
    pdf = _compiler().compile(
        format="pdf",
        sys_inputs={"presentation": as_printed(json.dumps(told, ensure_ascii=False))},
        pdf_standards=["a-2a", "ua-1"],
        timestamp=datetime.combine(day, time(), UTC),
    )
    return cast(bytes, pdf)


def _compiler() -> typst.Compiler:
    # A compiler belongs to its thread, and must not cross a fork.
    if not hasattr(_THREAD, "compiler"):
        _THREAD.compiler = typst.Compiler(_LAYOUT, root=_LAYOUT.parent, font_paths=fonts())
    return cast(typst.Compiler, _THREAD.compiler)


def _state(found: Presentation) -> str:
    if found.presented_at is None:
        compiled = long_date(london_date(found.compiled_at))
        return f"Draft, compiled on {compiled}: not presented yet"
    return f"Presented by {found.presented_by} on {long_date(london_date(found.presented_at))}"


def _blocks(found: Presentation, schools: Sequence[PresentedSchool]) -> Iterator[Block]:
    days = f"{long_date(found.first_day)} to {long_date(found.last_day)}"
    yield _paragraph(f"What the council’s support of schools achieved from {days}.")
    if found.summary:
        yield _paragraph(found.summary)
    if found.impact:
        yield _heading(2, "Impact of the council’s support")
        yield _paragraph(found.impact)
        yield _heading(2, "Impact of external support")
        yield _paragraph(found.external_impact or "Nothing was recorded.")
    yield _heading(2, "All schools")
    yield from _in_figures(found)
    yield _heading(2, "Each school")
    if len(schools) < found.figures.schools:
        yield _paragraph(
            f"These are the first {len(schools):,} of {found.figures.schools:,} schools. The rest "
            "are on the page and in its list as a file."
        )
    for school in schools:
        yield from _school(school)
    if not schools:
        yield _paragraph("There are none.")


def _in_figures(found: Presentation) -> Iterator[Block]:
    figures = found.figures
    rows = [
        [level_words(each.level), f"{each.schools:,}", f"{each.evaluated:,}"]
        for each in found.levels
    ]
    yield _table(["Level", "Schools", "Evaluated"], rows)
    counts = [
        ["Schools whose risk rose", figures.rose],
        ["Schools whose risk fell", figures.fell],
        ["Visits", figures.visits],
        ["Written reports", figures.reports],
        ["Meetings of School Improvement Strategy Groups", figures.meetings],
        ["Actions done", figures.actions_done],
        ["Actions still open", figures.actions_open],
    ]
    yield _table(["What was done", "Number"], [[str(what), f"{n:,}"] for what, n in counts])


def level_words(level: RiskLevel | None) -> str:
    """A level at the beginning of a line."""
    return level.label.capitalize() if level else "Not assessed"


def _school(school: PresentedSchool) -> Iterator[Block]:
    yield _heading(3, f"{school.school} (URN {school.urn})")
    moved = school.level_before is not None and school.level_before is not school.level
    before = f", {level_words(school.level_before).lower()} at the beginning" if moved else ""
    yield _labelled("Level", level_words(school.level) + before)
    yield _labelled("Done", done_words(school))
    if school.evaluated_on is None:
        yield _paragraph("No evaluation is on record.")
        return
    by = f", by {school.evaluated_by}" if school.evaluated_by else ""
    yield _labelled("Evaluated on", long_date(school.evaluated_on) + by)
    yield _labelled("Impact of the council’s support", school.impact or "Nothing was recorded.")
    for label, text in (
        ("Impact of external support", school.external_impact),
        ("Summary", school.summary),
        ("What the school says", school.school_view),
    ):
        if text:
            yield _labelled(label, text)


def done_words(school: PresentedSchool) -> str:
    """What was done for a school, in counts."""
    return ", ".join(
        (
            _count(school.visits, "visit"),
            _count(school.reports, "written report"),
            _count(school.meetings, "meeting"),
            _count(school.actions_done, "action") + " done",
            _count(school.actions_open, "action") + " open",
        )
    )


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _heading(level: int, text: str) -> Block:
    return {"kind": "heading", "level": level, "text": text}


def _paragraph(text: str) -> Block:
    return {"kind": "paragraph", "text": text}


def _labelled(label: str, text: str) -> Block:
    return {"kind": "labelled", "label": label, "text": text}


def _table(head: Iterable[str], rows: Iterable[Sequence[str]]) -> Block:
    return {"kind": "table", "head": list(head), "rows": [list(row) for row in rows]}
