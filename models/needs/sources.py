"""What it is said at that more or less is needed: its day, and where it is read."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from models.actions.tables import ActionLine
from models.clocks import london_date, long_date
from models.matters.tables import Matter
from models.needs.tables import Need, NeedSource
from models.programme.tables import Review, SchoolVisit, WrittenReport
from models.rows import find, select_columns


class Source(NamedTuple):
    """One such thing: in words, of which day, and the path of its page."""

    words: str
    day: date
    path: str


_DATED: dict[NeedSource, tuple[Any, Any, str]] = {
    NeedSource.VISIT: (SchoolVisit, SchoolVisit.visited_on, "/visits/{}"),
    NeedSource.REPORT: (WrittenReport, WrittenReport.dated, "/reports/{}"),
    NeedSource.REVIEW: (Review, Review.held_on, "/reviews/{}"),
}


def words_of(source: NeedSource, day: date) -> str:
    """Such as "Visit of 3 November 2026"."""
    return f"{source.label} of {long_date(day)}"


def sources_of(session: Session, needs: Iterable[Need]) -> dict[int, Source]:
    """What each of these was said at, by its key; a query for each kind there is."""
    found: dict[int, Source] = {}
    by_source: dict[NeedSource, list[Need]] = {}
    for need in needs:
        by_source.setdefault(need.source, []).append(need)
    for source, theirs in by_source.items():
        dated = _dated(session, source, theirs)
        for need in theirs:
            day, path = dated[need.source_id]
            found[need.id] = Source(words_of(source, day), day, path)
    return found


def _dated(session: Session, source: NeedSource, needs: list[Need]) -> dict[int, tuple[date, str]]:
    keys = [need.source_id for need in needs]
    if source is NeedSource.ESCALATION:
        said = {need.source_id: london_date(need.said_at) for need in needs}
        references = select(Matter.id, Matter.reference).where(col(Matter.id).in_(keys))
        return {
            key: (said[key], f"/escalations/{reference}")
            for key, reference in find(session, references)
        }
    if source is NeedSource.ACTION_LINE:
        lines = (
            select_columns(ActionLine.id, Review.held_on, ActionLine.action_id)
            .join(Review, col(Review.id) == col(ActionLine.review_id))
            .where(col(ActionLine.id).in_(keys))
        )
        return {key: (day, f"/actions/{action}") for key, day, action in find(session, lines)}
    table, day, path = _DATED[source]
    days = select(table.id, day).where(col(table.id).in_(keys))
    return {key: (on, path.format(key)) for key, on in find(session, days)}
