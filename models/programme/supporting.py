"""The support programme as it is carried out: visits, reports and reviews on record, and who helps.

Source: Barnsley, School Improvement and Quality Assurance Policy, parts 3 and 4 (Table 1).
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlmodel import Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.actions.agreed_at import Actions, agree_all
from models.actions.following import ProgressOf
from models.actions.reviewing import Reviewed, check_review, put_lines
from models.actions.tables import ActionSource
from models.appointments.following import took_place_at_school
from models.appointments.tables import AppointmentKind
from models.clocks import past_day
from models.events import append
from models.inputs import Day, Input, Reason, RowKey, Text, Urn, Word
from models.paging import MOST_AT_ONCE
from models.people.access import Act, may
from models.people.acting import Acting
from models.people.tables import Officer, Role
from models.policy import Policy
from models.policy.programme import school_year_of
from models.programme.events import DutyCancelled, ReportRecorded, ReviewRecorded, VisitRecorded
from models.programme.supporters import evaluation_officer
from models.programme.tables import (
    OF_A_SCHOOL,
    Duty,
    DutyKind,
    DutyState,
    Review,
    SchoolVisit,
    WrittenReport,
)
from models.refusals import InvalidInput, NotAllowed, NotFound, NotPossible
from models.rows import add, by_key, change, find_first, get_row, kept, table_of
from models.school_record.opening import enter_record
from models.schools.contacts import find_school
from models.schools.tables import RiskLevel, School
from models.text import check_line, check_prose

# What is recorded as a review; visits and reports have records of their own.
REVIEWS = (
    DutyKind.EVALUATION,
    DutyKind.SISG_MEETING,
    DutyKind.ACTION_REVIEW,
    DutyKind.BOARD_REPORT,
)
# Of these the policy wants to know what came of the support (part 3).
WITH_IMPACT = (DutyKind.EVALUATION, DutyKind.BOARD_REPORT)


@kept
def _planned(
    kind: DutyKind, school_year: int, urn: int | None, *, of_school: bool
) -> SelectOfScalar[Duty]:
    return (
        select(Duty)
        .where(
            col(Duty.urn) == urn if of_school else col(Duty.urn).is_(None),
            col(Duty.kind) == kind,
            col(Duty.school_year) == school_year,
            col(Duty.state) == DutyState.PLANNED.value,
        )
        .order_by(col(Duty.due_on), col(Duty.id))
        .limit(1)
    )


# Visits, reports, reviews ------------------------------------------------------------------


class VisitMade(Input):
    """A visit to a school; `duty` is the planned one that it was, else it is the first due.

    `actions` go on the school's own record, each to be followed by itself.
    """

    urn: Urn
    visited_on: Day
    purpose: Text
    notes: Text
    agreed_actions: Text = ""
    actions: Actions = Field(default=[])
    duty: RowKey | None = None


def record_visit(acting: Acting, given: VisitMade) -> SchoolVisit:
    """An officer visited a school; their note of it.

    It is the visit that was planned as `duty`; else, of the planned visits of the school year in
    which it was made, the one that was due first: so what is late is made up first. Where none is
    planned it counts as one more. Raises NotAllowed, NotFound, InvalidInput; NotPossible when it
    is on record already, and for a duty that is done or cancelled.
    """
    acting.require(Act.RECORD_SUPPORT_WORK)
    session, officer = acting.session, acting.officer
    school = find_school(session, given.urn)
    past_day("visited_on", given.visited_on, acting.now)
    check_line("purpose", given.purpose)
    check_prose("notes", given.notes)
    check_prose("agreed_actions", given.agreed_actions, required=False)
    visit = {"urn": school.urn, "visited_on": given.visited_on, "officer_id": officer.id}
    _check_new(session, SchoolVisit, {**visit, "purpose": given.purpose}, "This visit")
    met = _meet(session, DutyKind.VISIT, school, given.visited_on, given.duty)
    number = add(
        session,
        SchoolVisit,
        **visit,
        purpose=given.purpose,
        notes=given.notes,
        agreed_actions=given.agreed_actions,
        duty_id=met,
        recorded_at=acting.now,
    )
    happened = VisitRecorded(
        None, visit=number, urn=school.urn, school=school.name, visited_on=given.visited_on
    )
    held = took_place_at_school(
        session, school.urn, AppointmentKind.VISIT, given.visited_on, acting.now
    )
    append(session, acting.now, officer.email, happened, *held)
    if given.actions:
        record = enter_record(acting, Act.RECORD_ACTION, school.urn)
        agree_all(acting, record, given.actions, ActionSource.VISIT, number)
    return get_row(session, SchoolVisit, number)


class SectionWritten(Input):
    """One section of a written report, by the title that the policy gives it."""

    title: Word
    text: Text


class ReportWritten(Input):
    """A written report on a school; `duty` is the planned one that it was, else the first due."""

    urn: Urn
    dated: Day
    sections: Annotated[list[SectionWritten], Field(max_length=50)]
    duty: RowKey | None = None


def record_report(acting: Acting, given: ReportWritten) -> WrittenReport:
    """A written report on a school: a text for each section that the policy names, each once.

    Which duty it meets is as for `record_visit`. Raises NotAllowed, NotFound, InvalidInput (of
    the third section the field is `section-3`); NotPossible when the officer has a report of this
    day on record, and for a duty that is done or cancelled.
    """
    acting.require(Act.RECORD_SUPPORT_WORK)
    session, officer, dated = acting.session, acting.officer, given.dated
    written = _each_once(given.sections)
    school = find_school(session, given.urn)
    past_day("dated", dated, acting.now)
    texts = _checked_sections(acting.policy, written)
    report = {"urn": school.urn, "dated": dated, "officer_id": officer.id}
    _check_new(session, WrittenReport, report, "A report by you for this day")
    met = _meet(session, DutyKind.REPORT, school, dated, given.duty)
    recorded = {"sections": texts, "duty_id": met, "recorded_at": acting.now}
    number = add(session, WrittenReport, **report, **recorded)
    happened = ReportRecorded(None, report=number, urn=school.urn, school=school.name, dated=dated)
    append(session, acting.now, officer.email, happened)
    return get_row(session, WrittenReport, number)


def _each_once(sections: Sequence[SectionWritten]) -> dict[str, str]:
    texts = {section.title: section.text for section in sections}
    if len(texts) < len(sections):
        raise InvalidInput("sections", "Send each section once.")
    return texts


def _checked_sections(policy: Policy, sections: dict[str, str]) -> list[dict[str, str]]:
    wanted = policy.programme.report_sections
    unknown = [title for title in sections if title not in wanted]
    if unknown:
        raise InvalidInput("sections", f"The sections of a report are: {', '.join(wanted)}.")
    errors: list[tuple[str, str]] = []
    for place, title in enumerate(wanted, start=1):
        text = sections.get(title, "")
        try:
            check_prose(f"section-{place}", text)
        except InvalidInput as invalid:
            what = f"Enter the section “{title}”."
            wrong = f"“{title}”: {invalid.message}" if text.strip() else what
            errors.append((f"section-{place}", wrong))
    if errors:
        raise InvalidInput.many(errors)
    return [{"title": title, "text": sections[title]} for title in wanted]


class ReviewHeld(Input):
    """A review of a school, or without a URN of the whole register.

    `kind` is `evaluation` or `sisg_meeting` of a school, else `action_review` or `board_report`.
    `lines` are what an `action_review` says of open actions, each once; where they are given, every
    overdue one that is reviewed weekly needs a line, and no `summary` is needed beside them.
    """

    kind: Word
    urn: Urn | None = None
    held_on: Day
    summary: Text = ""
    impact: Text = ""
    duty: RowKey | None = None
    lines: Annotated[list[ProgressOf], Field(max_length=MOST_AT_ONCE)] | None = None


def record_review(acting: Acting, given: ReviewHeld) -> Review:
    """A review that was held (`REVIEWS`): of one school, or without a URN of the whole register.

    The monthly evaluation of a school is written by its School Evaluation Officer, if it has one,
    or by whoever may assign support. An evaluation and a report to the Challenge Board say what
    the impact was; a review of actions has a line on each, kept with the action. Which duty it
    meets is as for `record_visit`. Raises NotAllowed, NotFound, InvalidInput; NotPossible when it
    is on record already, and for a duty that is done or cancelled.
    """
    acting.require(Act.RECORD_SUPPORT_WORK)
    session, officer, held_on = acting.session, acting.officer, given.held_on
    what = _review_kind(given.kind, given.urn)
    school = find_school(session, given.urn) if given.urn is not None else None
    past_day("held_on", held_on, acting.now)
    reviewed = _reviewed(acting, what, given)
    check_prose("summary", given.summary, required=not reviewed)
    check_prose("impact", given.impact, required=what in WITH_IMPACT)
    if school is not None and what is DutyKind.EVALUATION:
        _check_evaluator(session, officer, school, held_on)
    review = {"kind": what, "urn": school.urn if school else None, "held_on": held_on}
    _check_new(session, Review, review, "A review of this kind on this day")
    met = _meet(session, what, school, held_on, given.duty)
    number = add(
        session,
        Review,
        **review,
        officer_id=officer.id,
        summary=given.summary,
        impact=given.impact,
        duty_id=met,
        recorded_at=acting.now,
    )
    happened = ReviewRecorded(
        None,
        review=number,
        kind_=what,
        held_on=held_on,
        urn=school.urn if school else None,
        school=school.name if school else None,
    )
    said = put_lines(acting, reviewed, number)
    held = []
    if school is not None and what is DutyKind.SISG_MEETING:
        meeting = AppointmentKind.MEETING
        held = took_place_at_school(session, school.urn, meeting, held_on, acting.now)
    append(session, acting.now, officer.email, happened, *held, *said)
    return get_row(session, Review, number)


def _reviewed(acting: Acting, what: DutyKind, given: ReviewHeld) -> list[Reviewed]:
    """What is said of actions, checked; only a review of actions may say it."""
    if given.lines is None:
        return []
    if what is not DutyKind.ACTION_REVIEW:
        raise InvalidInput("lines", f"Leave out the lines. {what.label} says nothing of actions.")
    return check_review(acting, given.lines)


def _review_kind(kind: str, urn: object) -> DutyKind:
    if kind not in REVIEWS:
        raise InvalidInput("kind", f"Choose from: {', '.join(REVIEWS)}.")
    what = DutyKind(kind)
    if what in OF_A_SCHOOL and urn is None:
        raise InvalidInput("urn", f"Say which school. {what.label} is about one.")
    if what not in OF_A_SCHOOL and urn is not None:
        raise InvalidInput("urn", f"Leave out the school. {what.label} is about all of them.")
    return what


def _check_evaluator(session: Session, officer: Officer, school: School, day: date) -> None:
    responsible = evaluation_officer(session, school.urn, day)
    if responsible is None or responsible.id == officer.id or may(officer, Act.ASSIGN_SUPPORT):
        return
    raise NotAllowed(
        f"The monthly evaluation of {school.name} is written by its School Evaluation Officer, "
        f"{responsible.name}."
    )


def _check_new(session: Session, table: type[SQLModel], values: dict[str, Any], what: str) -> None:
    """Refuse what is on record already: a form that was sent twice. Raises NotPossible."""
    columns = table_of(table).c
    same = [
        columns[name].is_(None) if value is None else columns[name] == value
        for name, value in values.items()
    ]
    if find_first(session, select(columns.id).where(*same)) is not None:
        raise NotPossible(f"{what} is already on record.")


# Duties ------------------------------------------------------------------------------------


def _meet(
    session: Session, kind: DutyKind, school: School | None, done_on: date, chosen: int | None
) -> int | None:
    """Mark the duty that is met by what was done as done; its key, None where none is planned."""
    if chosen is not None:
        duty = find_duty(session, chosen)
        if duty.kind is not kind or duty.urn != (school.urn if school else None):
            raise InvalidInput("duty", "Choose a duty of this kind, of the same school.")
        _check_planned(duty)
    else:
        first = _first_planned(session, kind, school, done_on)
        if first is None:
            return None
        duty = first
    planned = {"id": duty.id, "state": DutyState.PLANNED}
    change(session, Duty, planned, state=DutyState.DONE, done_on=done_on)
    return duty.id


def _first_planned(
    session: Session, kind: DutyKind, school: School | None, day: date
) -> Duty | None:
    year, urn = school_year_of(day), school.urn if school else None
    return find_first(session, _planned(kind, year, urn, of_school=school is not None))


def find_duty(session: Session, duty_id: int) -> Duty:
    """The duty with this key as it is now; raises NotFound."""
    duty = by_key(session, Duty, duty_id)
    if duty is None:
        raise NotFound(f"There is no duty {duty_id}.")
    return duty


def _check_planned(duty: Duty) -> None:
    if duty.state is DutyState.DONE:
        raise NotPossible("This has already been done.")
    if duty.state is DutyState.CANCELLED:
        raise NotPossible("This was cancelled: it is no longer due.")


def may_cancel(officer: Officer, policy: Policy, kind: DutyKind, level: RiskLevel | None) -> bool:
    """Whether an officer can cancel a duty of this kind that was planned for this level.

    A Head of Service can cancel any; others only a visit at a level for which Table 1 says “up
    to” so many.
    """
    if not may(officer, Act.RECORD_SUPPORT_WORK):
        return False
    if officer.role is Role.HEAD_OF_SERVICE:
        return True
    at_most = level is not None and policy.programme.levels[level].visits_are_at_most
    return kind is DutyKind.VISIT and at_most


def cancel_duty(acting: Acting, duty_id: int, given: Reason) -> Duty:
    """What was planned is not to be done, and why; see `may_cancel` for who can say so.

    Raises NotAllowed, NotFound, InvalidInput; NotPossible when it is done or cancelled.
    """
    acting.require(Act.RECORD_SUPPORT_WORK)
    session, officer, reason = acting.session, acting.officer, given.reason
    duty = find_duty(session, duty_id)
    check_prose("reason", reason, most=2000)
    if not may_cancel(officer, acting.policy, duty.kind, duty.level):
        raise NotAllowed(
            "Only a Head of Service can cancel this: the policy leaves open only how many visits "
            "a school has at a level of “up to” so many."
        )
    _check_planned(duty)
    planned = {"id": duty.id, "state": DutyState.PLANNED}
    change(session, Duty, planned, state=DutyState.CANCELLED, reason=reason)
    school = find_school(session, duty.urn) if duty.urn is not None else None
    cancelled = DutyCancelled(
        None,
        duty=duty.id,
        kind_=duty.kind,
        due_on=duty.due_on,
        reason=reason,
        urn=school.urn if school else None,
        school=school.name if school else None,
    )
    append(session, acting.now, officer.email, cancelled)
    return find_duty(session, duty_id)
