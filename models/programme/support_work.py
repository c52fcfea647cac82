"""What was done in the support programme as doors show it: visits, written reports, reviews."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypedDict, TypeVar, Unpack

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, String, cast, func, or_
from sqlmodel import Session, col, select

from models.consultants.shown import DoneBy, Keys, done_by
from models.needs.tables import Needed
from models.paging import PER_PAGE, Page, chosen, paged, words_found
from models.people.access import Reader
from models.people.shown import officer_names
from models.people.tables import Officer
from models.policy.programme import school_year_of
from models.programme import tables
from models.programme.supporters_shown import check_officer_asked, known_officer
from models.programme.tables import OF_A_SCHOOL, OF_THE_COUNCIL, DutyKind
from models.refusals import NotFound
from models.reports.shown import Accuracy, Checked, checked_of
from models.reports.tables import ReportState
from models.rows import find, find_one
from models.schools.sight import seen_by
from models.schools.tables import School
from models.shown import Shown


class Filters(TypedDict, total=False):
    """What a list may be narrowed to, and the page of it; whatever is None narrows nothing.

    `query` finds words of a school's name and of its URN, `needed` is what was answered, `officer`
    is the e-mail address of who recorded it, `consultant` the key of who led or wrote it; a school
    year is named by the year in which it begins.
    """

    query: str
    needed: str | None
    urn: int | None
    officer: str | None
    consultant: int | None
    school_year: int | None
    page: int
    per_page: int


class SupportWork(Shown):
    """What was done to support schools; `duty` is what was planned and is met by it.

    `needed` says whether the school needs more or less than it gets, null where nobody said.
    """

    id: int
    officer: str
    officer_name: str
    duty: int | None
    needed: Needed | None
    needed_because: str
    recorded_at: AwareDatetime


class Attendee(Shown):
    """Somebody of the school who was there at a visit, and their name if it was recorded."""

    who: tables.AtVisit
    name: str

    @property
    def words(self) -> str:
        """As it stands in a list."""
        if self.who is tables.AtVisit.OTHER:
            return self.name
        return f"{self.who.label}: {self.name}" if self.name else self.who.label


class SchoolVisit(SupportWork):
    """A visit to a school; `attendees` are those of the school who were there, as far as said.

    `led_by` is null where whoever recorded it led it.
    """

    urn: int
    school: str
    led_by: DoneBy | None
    visited_on: date
    purpose: str
    notes: str
    agreed_actions: str
    attendees: list[Attendee]

    @property
    def who_was_there(self) -> str:
        """All of them as one text, a line each; empty where nobody said."""
        return "\n".join(each.words for each in self.attendees)

    good_practice: str


class ReportSection(Shown):
    """One section of a written report."""

    title: str
    text: str


class WrittenReport(SupportWork):
    """A written report on a school.

    `officer` is who drafted it, `author` who wrote it, null where that is the same. `accuracy` says
    what became of asking the school about its facts: `not_asked`, `asked`, `accurate`, `inaccurate`
    or `no_answer`. A draft, and one that waits for approval, is not with the school; of before
    reports were sent from here all are issued.
    """

    urn: int
    school: str
    author: DoneBy | None
    dated: date
    sections: list[ReportSection]
    kind: str
    state: ReportState
    version: int
    issued_on: date | None
    withdrawn_because: str
    accuracy: Accuracy
    answer_by: date | None

    @property
    def what(self) -> str:
        """What kind of report it is, in words."""
        named = self.kind.replace("_", " ")
        return f"{named[:1].upper()}{named[1:]}"

    @property
    def whole(self) -> str:
        """All its sections as one text."""
        return "\n\n".join(f"{section.title}\n{section.text}" for section in self.sections)


class SupportReview(SupportWork):
    """A review of a school's support; one of the whole register has no URN.

    `impact` is that of the council's own support, `external_impact` that of support from others.
    """

    urn: int | None
    school: str | None
    kind: DutyKind
    title: str
    held_on: date
    summary: str
    impact: str
    external_impact: str
    school_view: str
    council_response: str
    leaders_response: str


Work = TypeVar("Work", bound=SupportWork)


@dataclass(frozen=True)
class _Kind(Generic[Work]):
    """One kind of record: its table, its day, what it is called, and how a row is shown.

    `show` takes the row, who did it, what all kinds have, and what `more` found of it, if anything;
    `by` names the columns of who did.
    """

    table: Any
    day: Any
    word: str
    show: Callable[..., Work]
    by: str | None = None
    more: Callable[[Session, Sequence[Any]], Mapping[int, Any]] = lambda _, __: {}

    def keys(self, row: Any) -> Keys:
        """Who led or wrote it, if the row says so: an officer's key, a consultant's key."""
        if self.by is None:
            return None, None
        return getattr(row, f"{self.by}_officer_id"), getattr(row, f"{self.by}_consultant_id")


def _visit(found: tables.SchoolVisit, by: DoneBy | None, **common: Any) -> SchoolVisit:
    return SchoolVisit(
        **common,
        led_by=by,
        visited_on=found.visited_on,
        purpose=found.purpose,
        notes=found.notes,
        agreed_actions=found.agreed_actions,
        attendees=[Attendee.model_validate(each) for each in found.attendees or ()],
        good_practice=found.good_practice,
    )


def _report(
    found: tables.WrittenReport,
    by: DoneBy | None,
    checked: Checked | None = None,
    **common: Any,
) -> WrittenReport:
    checked = checked or Checked()
    return WrittenReport(
        **common,
        author=by,
        dated=found.dated,
        sections=[ReportSection(**section) for section in found.sections],
        kind=found.kind,
        state=found.state,
        version=found.version,
        issued_on=found.issued_on,
        withdrawn_because=found.withdrawn_because,
        accuracy=checked.accuracy,
        answer_by=checked.answer_by,
    )


def _review(found: tables.Review, _: None, **common: Any) -> SupportReview:
    return SupportReview(
        **common,
        kind=found.kind,
        title=found.kind.label,
        held_on=found.held_on,
        summary=found.summary,
        impact=found.impact,
        external_impact=found.external_impact,
        school_view=found.school_view,
        council_response=found.council_response,
        leaders_response=found.leaders_response,
    )


_VISIT = _Kind(tables.SchoolVisit, tables.SchoolVisit.visited_on, "visit", _visit, "led_by")
_REPORT = _Kind(
    tables.WrittenReport, tables.WrittenReport.dated, "report", _report, "author", checked_of
)
_REVIEW = _Kind(tables.Review, tables.Review.held_on, "review", _review)
_KINDS: tuple[_Kind[Any], ...] = (_VISIT, _REPORT, _REVIEW)
# What reviews are of, beside the kinds that there are.
REVIEWS_OF = {"schools": OF_A_SCHOOL, "register": OF_THE_COUNCIL}


def visits(session: Session, reader: Reader, **filters: Unpack[Filters]) -> Page[SchoolVisit]:
    """The visits to the schools that this reader sees, the latest first. Raises InvalidInput."""
    check_officer_asked(reader, filters.get("officer"))
    return _list(session, _VISIT, filters, seen_by(reader, tables.SchoolVisit.urn))


def good_practice(
    session: Session, reader: Reader, **filters: Unpack[Filters]
) -> Page[SchoolVisit]:
    """The visits at which good practice was seen, the latest first.

    `query` finds words of what was seen as well. Raises InvalidInput.
    """
    shown = col(tables.SchoolVisit.good_practice) != "", seen_by(reader, tables.SchoolVisit.urn)
    return _list(session, _VISIT, filters, *shown, searched=tables.SchoolVisit.good_practice)


def visit(session: Session, reader: Reader, visit_id: int) -> SchoolVisit:
    """One visit, to a school that this reader sees; raises NotFound."""
    return _one(session, _VISIT, visit_id, seen_by(reader, tables.SchoolVisit.urn))


def reports(
    session: Session, *, state: str | None = None, **filters: Unpack[Filters]
) -> Page[WrittenReport]:
    """The written reports, the latest first; those in a state, where one is named. InvalidInput."""
    if not state:
        return _list(session, _REPORT, filters)
    stands = col(tables.WrittenReport.state) == chosen("state", state, ReportState)
    return _list(session, _REPORT, filters, stands)


def report(session: Session, report_id: int) -> WrittenReport:
    """One written report; raises NotFound."""
    return _one(session, _REPORT, report_id)


def reviews(
    session: Session, *, kind: str | None = None, **filters: Unpack[Filters]
) -> Page[SupportReview]:
    """The reviews of schools and of the whole register, the latest first.

    `kind` is one of their kinds or of `REVIEWS_OF`. Raises InvalidInput.
    """
    if kind is None:
        return _list(session, _REVIEW, filters)
    kinds = REVIEWS_OF.get(kind) or (chosen("kind", kind, DutyKind),)
    return _list(session, _REVIEW, filters, col(tables.Review.kind).in_(kinds))


def review(session: Session, review_id: int) -> SupportReview:
    """One review; raises NotFound."""
    return _one(session, _REVIEW, review_id)


def school_years(session: Session, today: date) -> list[int]:
    """The school years since the first of which anything is on record, the running one first."""
    first = (find_one(session, select(func.min(col(kind.day)))) for kind in _KINDS)
    running = school_year_of(today)
    begun = min((school_year_of(day) for day in first if day is not None), default=running)
    return list(range(running, begun - 1, -1))


def recorders(session: Session) -> list[tuple[str, str]]:
    """E-mail address and name of everybody who has recorded anything, by name."""
    recorded = or_(*(col(Officer.id).in_(select(kind.table.officer_id)) for kind in _KINDS))
    statement = select(Officer.email, Officer.name).where(recorded)
    return list(find(session, statement.order_by(col(Officer.name), col(Officer.id))))


def _list(
    session: Session,
    kind: _Kind[Work],
    filters: Filters,
    *its: ColumnElement[bool],
    searched: Any = School.name,
) -> Page[Work]:
    day, table = col(kind.day), kind.table
    statement = _with_school(table).where(*its).order_by(day.desc(), table.id.desc())
    urn, officer, year = filters.get("urn"), filters.get("officer"), filters.get("school_year")
    if query := filters.get("query"):
        number = cast(col(School.urn), String)
        statement = statement.where(words_found(query, School.name, number, searched))
    if needed := filters.get("needed"):
        statement = statement.where(table.needed == chosen("needed", needed, Needed))
    if urn is not None:
        statement = statement.where(table.urn == urn)
    if officer is not None:
        statement = statement.where(table.officer_id == known_officer(session, officer).id)
    consultant = filters.get("consultant")
    if consultant is not None and kind.by is not None:
        statement = statement.where(getattr(table, f"{kind.by}_consultant_id") == consultant)
    if year is not None:
        statement = statement.where(day >= date(year, 9, 1), day < date(year + 1, 9, 1))
    return paged(
        session,
        statement,
        table.id,
        lambda found: _describe(session, kind, found),
        page=filters.get("page", 1),
        per_page=filters.get("per_page", PER_PAGE),
    )


def _one(session: Session, kind: _Kind[Work], key: int, *its: ColumnElement[bool]) -> Work:
    found = find(session, _with_school(kind.table).where(kind.table.id == key, *its))
    if not found:
        raise NotFound(f"There is no {kind.word} {key}.")
    return _describe(session, kind, found)[0]


def _with_school(table: Any) -> Any:
    return select(table, School).outerjoin(School, col(School.urn) == table.urn)


def _describe(
    session: Session, kind: _Kind[Work], found: Sequence[tuple[Any, School | None]]
) -> list[Work]:
    names = officer_names(session, (each.officer_id for each, _ in found))
    people = done_by(session, (kind.keys(each) for each, _ in found))
    more = kind.more(session, [each for each, _ in found])
    return [
        kind.show(
            each,
            people.get(kind.keys(each)),
            *([more[each.id]] if each.id in more else []),
            id=each.id,
            urn=each.urn,
            school=school.name if school else None,
            officer=names[each.officer_id][0],
            officer_name=names[each.officer_id][1],
            duty=each.duty_id,
            needed=each.needed,
            needed_because=each.needed_because,
            recorded_at=each.recorded_at,
        )
        for each, school in found
    ]
