"""What a transaction has written, until the next event says it.

Commands write rows and then append events; which rows an event speaks of follows from that, so
that no command can forget one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, SQLModel

from models.covered import COVERED, Covered, Values
from models.happened import Happened
from models.matters.tables import Matter
from models.of_matter import OfMatter

_KEY = "record"

Rows = dict[str, dict[str, Any] | None]  # by a row's name its columns; None of one that is gone


@dataclass
class Note:
    """One row that was written."""

    covered: Covered
    about: dict[str, Any]  # the values that are known of it, for finding its event
    columns: dict[str, Any] | None


@dataclass
class Notes:
    """What one transaction has written and not said, and the event that it appended last."""

    rows: dict[str, Note] = field(default_factory=dict)
    last: dict[str, Any] | None = None


def notes_of(session: Session) -> Notes:
    """The notes of the transaction in hand."""
    notes: Notes = session.info.setdefault(_KEY, Notes())
    return notes


def forget(session: Session) -> None:
    """What was written has been undone: nothing is to be said of it."""
    session.info.pop(_KEY, None)


def added(session: Session, model: type[SQLModel], values: Values) -> None:
    """A row was inserted, with these values and its key."""
    covered = COVERED.get(model)
    if covered is None or not covered.from_the_first:
        return
    if covered.only is not None and not covered.only.holds(values):
        return
    whole = {**covered.defaults, **values}
    columns = {name: covered.said(name, whole[name]) for name in covered.noted & whole.keys()}
    _note(session, covered, whole, columns)


def concerns(model: type[SQLModel], names: Iterable[str]) -> Covered | None:
    """What is covered of a table, if a change of these columns is."""
    covered = COVERED.get(model)
    return covered if covered and not covered.noted.isdisjoint(names) else None


def changed(session: Session, covered: Covered, row: Values, values: Values) -> None:
    """Columns of a row were set; `row` has the columns that name it."""
    about = {**row, **values}
    if covered.only is None or covered.only.holds(about):
        names = covered.noted & values.keys()
        _note(session, covered, about, {name: covered.said(name, values[name]) for name in names})


def state(session: Session, model: type[SQLModel], row: Values, **values: Any) -> None:
    """Let the next event say these columns of a row, whoever wrote them; `row` names it."""
    covered = COVERED[model]
    columns = {name: covered.said(name, value) for name, value in values.items()}
    _note(session, covered, dict(row), columns)


def removed(session: Session, covered: Covered, row: Values) -> None:
    """A row was deleted."""
    notes_of(session).rows[covered.name_of(row)] = Note(covered, dict(row), None)


def _note(session: Session, covered: Covered, about: Values, columns: dict[str, Any]) -> None:
    rows = notes_of(session).rows
    name = covered.name_of(about)
    before = rows.get(name)
    if before is not None and before.columns is not None:
        before.about.update(about)
        before.columns.update(columns)
        return
    rows[name] = Note(covered, dict(about), columns)


def spread(session: Session, happenings: Sequence[Happened]) -> list[Rows]:
    """Which rows each of these events speaks of; what fits none of them is kept for later."""
    notes = notes_of(session)
    spoken: list[Rows] = [{} for _ in happenings]
    if not notes.rows:
        return spoken
    places = _Places(happenings)
    later = {}
    for name, note in notes.rows.items():
        place = places.of(note)
        if place is None:
            later[name] = note
        else:
            spoken[place][name] = note.columns
    notes.rows = later
    return spoken


def left(session: Session) -> Rows:
    """What no event has said by the end of the transaction."""
    notes = notes_of(session)
    rows = {name: note.columns for name, note in notes.rows.items()}
    notes.rows = {}
    return rows


def merged(rows: Rows, later: Rows) -> Rows:
    """What two say of rows, one after the other."""
    whole = dict(rows)
    for name, columns in later.items():
        before = whole.get(name)
        whole[name] = {**before, **columns} if before and columns else columns
    return whole


class _Places:
    """Finds the event that a row belongs to: the last that names it, or the first of its matter."""

    def __init__(self, happenings: Sequence[Happened]) -> None:
        self._named: dict[tuple[str, Any], int] = {}
        self._of_matter: dict[int | None, int] = {}
        for place, happening in enumerate(happenings):
            self._of_matter.setdefault(happening.matter_id, place)
            for fact, value in happening.facts.items():
                if isinstance(value, int):
                    self._named[fact, value] = place

    def of(self, note: Note) -> int | None:
        covered, about = note.covered, note.about
        if covered.named is not None:
            fact, column = covered.named
            place = self._named.get((fact, about.get(column)))
            if place is not None:
                return place
        if not covered.of_matter:
            return self._of_matter.get(None)
        matter = about.get(_names_matter(covered.model))
        if matter is not None:
            return self._of_matter.get(matter)
        # A part of something on a matter; events of one transaction are on one matter.
        return next(iter(self._of_matter.values()), None)


def _names_matter(model: type[SQLModel]) -> str:
    """The column of a table that names the matter, if one does."""
    if model is Matter:
        return "id"
    return model.by if issubclass(model, OfMatter) else ""
