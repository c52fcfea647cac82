"""What actions come from: a discussion, a visit, a report of ours or of Ofsted’s, a response."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from models.actions.tables import ActionSource, AgreedAction
from models.clocks import long_date
from models.escalations.tables import Discussion, Response
from models.matters.tables import Matter
from models.programme.tables import DutyKind, Review, SchoolVisit, WrittenReport
from models.refusals import InvalidInput
from models.rows import find, find_first
from models.schools.tables import InspectionOutcome

NEWEST = 20  # of each kind that a form offers
_MEETING = col(Review.kind) == DutyKind.SISG_MEETING


@dataclass(frozen=True)
class _Kind:
    """Where the rows of a source are, and by which of their columns they have a day."""

    table: Any
    day: Any


_KINDS = {
    ActionSource.DISCUSSION: _Kind(Discussion, Discussion.held_on),
    ActionSource.VISIT: _Kind(SchoolVisit, SchoolVisit.visited_on),
    ActionSource.MEETING: _Kind(Review, Review.held_on),
    ActionSource.REPORT: _Kind(WrittenReport, WrittenReport.dated),
    ActionSource.REVIEW: _Kind(Review, Review.held_on),
    ActionSource.RESPONSE: _Kind(Response, Response.received_on),
    ActionSource.INSPECTION: _Kind(InspectionOutcome, InspectionOutcome.published_on),
}


@dataclass(frozen=True)
class Source:
    """One thing that an action can come from."""

    source: ActionSource
    id: int
    day: date

    @property
    def words(self) -> str:
        """Such as "Visit of 3 November 2026"."""
        return f"{self.source.label} of {long_date(self.day)}"


def sources_of(session: Session, matter: Matter) -> list[Source]:
    """What an action on this matter can come from, the newest of each kind first."""
    found = []
    for source, kind in _KINDS.items():
        newest = (
            select(kind.table.id, kind.day)
            .where(_on(source, matter))
            .order_by(col(kind.day).desc(), col(kind.table.id).desc())
            .limit(NEWEST)
        )
        found += [Source(source, key, day) for key, day in find(session, newest)]
    return found


def check_source(
    session: Session, matter: Matter, source: str | None, key: int | None
) -> ActionSource | None:
    """What an action is said to come from, if anything; raises InvalidInput."""
    if source is None:
        if key is not None:
            raise InvalidInput("source", f"Choose from: {', '.join(ActionSource)}.")
        return None
    if source not in list(ActionSource):
        raise InvalidInput("source", f"Choose from: {', '.join(ActionSource)}.")
    known = ActionSource(source)
    table = _KINDS[known].table
    its = select(table.id).where(col(table.id) == key, _on(known, matter))
    if key is None or find_first(session, its) is None:
        raise InvalidInput("source_id", f"There is no such {known} here. Choose one that is.")
    return known


def in_words(session: Session, actions: Iterable[AgreedAction]) -> dict[int, str]:
    """What each of these actions came from, by its key, where it came from something."""
    named = {
        each.id: (each.source, each.source_id)
        for each in actions
        if each.source is not None and each.source_id is not None
    }
    known: dict[tuple[ActionSource, int], str] = {}
    for source in {source for source, _ in named.values()}:
        kind = _KINDS[source]
        keys = [key for which, key in named.values() if which is source]
        days = select(kind.table.id, kind.day).where(col(kind.table.id).in_(keys))
        known |= {(source, key): Source(source, key, day).words for key, day in find(session, days)}
    return {action: known[its] for action, its in named.items()}


def _on(source: ActionSource, matter: Matter) -> ColumnElement[bool]:
    """The condition that a row of this source belongs to a matter."""
    if source is ActionSource.DISCUSSION:
        return col(Discussion.matter_id) == matter.id
    if source is ActionSource.RESPONSE:
        return col(Response.escalation_id) == matter.id
    if source is ActionSource.INSPECTION:
        return col(InspectionOutcome.urn) == matter.urn
    if source is ActionSource.VISIT:
        return col(SchoolVisit.urn) == matter.urn
    if source is ActionSource.REPORT:
        return col(WrittenReport.urn) == matter.urn
    theirs = col(Review.urn) == matter.urn
    if source is ActionSource.MEETING:
        return _MEETING & theirs
    return ~_MEETING & or_(theirs, col(Review.urn).is_(None))
