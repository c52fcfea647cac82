"""Ofsted's file is checked as a whole, and then taken over report by report.

By the same rule and command as by hand (`models.inspections.recording`). What an officer entered
or corrected stays; where an earlier file said otherwise it is corrected, with the reason.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from models.clocks import long_date
from models.escalations.tables import LIVE, Escalation
from models.events import append
from models.inspections.recording import Inspected, checked, columns, put_on_record
from models.law.statements import ADVERSE
from models.matters.tables import Matter
from models.national_files.events import InspectionsRead
from models.national_files.inspections import Columns, Said
from models.national_files.reading import Faults, Line, LineRejected, open_file
from models.national_files.tables import NationalFindingKind
from models.national_files.tally import AT_ONCE, Tally
from models.people.acting import Acting
from models.refusals import InvalidInput
from models.rows import add_each, find
from models.schools.inspections import entered_of, standing, that_counts
from models.schools.tables import InspectionOutcome, School

SAYS_OTHERWISE = "Ofsted’s monthly management information says otherwise now."
_COMPARED = ("inspected_on", "safeguarding", "grades", "outcome")
_LIVE = (
    select(Matter.urn)
    .join(Escalation, col(Escalation.id) == col(Matter.id))
    .where(col(Escalation.status).in_(LIVE))
)
_Told = tuple[int, Said]


def check_inspections(acting: Acting, path: Path) -> None:
    """Read every line, and take nothing. Raises InvalidInput naming the lines that are wrong."""
    faults, seen = Faults(), dict[int, int]()
    for number, said in _told(acting, path, faults):
        if said.urn in seen:
            faults.add(number, f"The URN is already in line {seen[said.urn]}.")
        seen.setdefault(said.urn, number)
        for report in said.reports:
            try:
                checked((), report, acting.now)
            except InvalidInput as invalid:
                faults.add(number, invalid.errors[0][1])
    faults.refuse()


def take_inspections(acting: Acting, path: Path, tally: Tally) -> None:
    """Take over what the file says of schools of the register, in the transaction in hand."""
    live = {urn for urn in find(acting.session, _LIVE) if urn is not None}
    told = _told(acting, path, Faults())
    while part := list(islice(told, AT_ONCE)):
        _Part(acting, tally, live, part).take()
    tally.flush()


def _told(acting: Acting, path: Path, faults: Faults) -> Iterator[_Told]:
    with open_file(path, acting.policy.results, faults) as lines:
        places = Columns.of(lines)
        for line in lines:
            said = _said(places, line, faults)
            if said is not None:
                yield line.number, said


def _said(places: Columns, line: Line, faults: Faults) -> Said | None:
    try:
        return places.said(line)
    except LineRejected as reason:
        faults.add(line.number, reason)
        return None


class _Part:
    """Some lines of the file, with what is on record of their schools read at once."""

    def __init__(self, acting: Acting, tally: Tally, live: set[int], told: Sequence[_Told]) -> None:
        self._acting = acting
        self._tally = tally
        self._live = live
        self._told = told
        urns = [said.urn for _, said in told]
        schools = select(School).where(col(School.urn).in_(urns))
        self._schools = {each.urn: each for each in find(acting.session, schools)}
        self._entered: dict[int, list[InspectionOutcome]] = defaultdict(list)
        theirs = (
            select(InspectionOutcome)
            .where(col(InspectionOutcome.urn).in_(urns))
            .order_by(col(InspectionOutcome.id))
        )
        for each in find(acting.session, theirs):
            self._entered[each.urn].append(each)
        self._rows: list[dict[str, Any]] = []

    def take(self) -> None:
        """Each line of it; rows from which nothing follows are written together."""
        for number, said in self._told:
            self._tally.count("lines")
            school = self._schools.get(said.urn)
            if school is None:
                self._tally.count("unknown")
            else:
                self._take(number, said, school)
        keys = add_each(self._acting.session, InspectionOutcome, self._rows)
        if keys:
            read = InspectionsRead(None, import_=self._tally.import_id, number=len(keys))
            append(self._acting.session, self._acting.now, self._acting.officer.email, read)

    def _take(self, number: int, said: Said, school: School) -> None:
        self._tally.count("left_out", said.left_out)
        if said.homeless is not None:
            what = f"The school {said.homeless.label}; no report is named."
            self._tally.find(number, school.urn, NationalFindingKind.NO_REPORT, what)
        new = [
            (report, values)
            for report in said.reports
            if (values := self._compared(number, school.urn, report)) is not None
        ]
        if self._by_themselves(school.urn, new):
            for report, _ in new:
                self._put(number, school, report)
            return
        for _, values in new:
            self._rows.append(columns(self._acting, school.urn, values, self._tally.import_id))

    def _compared(self, number: int, urn: int, report: Inspected) -> dict[str, Any] | None:
        """What is to be entered of a report; None where nothing is."""
        entered = self._entered[urn]
        day = report.published_on
        there = next((each for each in standing(entered) if each.published_on == day), None)
        if there is not None and _says_as_much(there, report):
            self._tally.count("unchanged")
            return None
        if _by_hand(entered, report):
            self._tally.count("kept")
            self._tally.find(number, urn, NationalFindingKind.KEPT, _words(report))
            return None
        self._tally.count("changed" if there is not None else "added")
        return _values(entered, report, there, self._acting)

    def _by_themselves(self, urn: int, new: Iterable[tuple[Inspected, dict[str, Any]]]) -> bool:
        """Whether something may follow: a category comes or goes, or a case is to tell of it."""
        before = that_counts(self._entered[urn])
        return (
            urn in self._live
            or (before is not None and before.category in ADVERSE)
            or any(
                values["category"] in ADVERSE or values["corrects_id"] is not None
                for _, values in new
            )
        )

    def _put(self, number: int, school: School, report: Inspected) -> None:
        session = self._acting.session
        entered = entered_of(session, school.urn)
        before = that_counts(entered)
        day = report.published_on
        there = next((each for each in standing(entered) if each.published_on == day), None)
        values = _values(entered, report, there, self._acting)
        put_on_record(self._acting, school, entered, values, self._tally.import_id)
        after = that_counts(entered_of(session, school.urn))
        if after is None or after.category not in ADVERSE:
            return
        if before is None or before.category is not after.category:
            self._tally.count("tasks")
            self._tally.find(number, school.urn, NationalFindingKind.NEW_CATEGORY, _words(report))


def _values(
    entered: Sequence[InspectionOutcome],
    report: Inspected,
    there: InspectionOutcome | None,
    acting: Acting,
) -> dict[str, Any]:
    if there is not None:
        correction = {"corrects": there.id, "reason": SAYS_OTHERWISE}
        report = report.model_copy(update=correction)
    return checked(entered, report, acting.now)


def _says_as_much(there: InspectionOutcome, report: Inspected) -> bool:
    """Whether the file says nothing else; of what an officer left empty it may say more."""
    return there.category == report.category and all(
        getattr(there, name) == getattr(report, name)
        or (there.import_id is None and not getattr(there, name))
        for name in _COMPARED
    )


def _by_hand(entered: Sequence[InspectionOutcome], report: Inspected) -> bool:
    """Whether an officer entered or corrected what is on record of the report of that day."""
    day = report.published_on
    of_day = {each.id for each in entered if each.published_on == day}
    return any(
        each.import_id is None and (each.id in of_day or each.corrects_id in of_day)
        for each in entered
    )


def _words(report: Inspected) -> str:
    published = long_date(report.published_on)
    category = (report.category or "none").replace("_", " ")
    return f"Report published on {published}: category {category}"
