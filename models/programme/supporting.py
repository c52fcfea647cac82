"""The support programme as it is carried out: visits, reports and reviews on record, and who helps.

Source: Barnsley, School Improvement and Quality Assurance Policy, parts 3 and 4 (Table 1).
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, SQLModel, col, select

from models.clocks import past_day
from models.events import append
from models.people.access import Act, may, require
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
from models.schools.contacts import find_school
from models.schools.tables import RiskLevel, School
from models.statements import add, by_key, change, find
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

_PLANNED = (
    select(Duty)
    .where(
        col(Duty.kind) == bindparam("kind"),
        col(Duty.school_year) == bindparam("school_year"),
        col(Duty.state) == DutyState.PLANNED.value,
    )
    .order_by(col(Duty.due_on), col(Duty.id))
    .limit(1)
)
_PLANNED_OF_SCHOOL = _PLANNED.where(col(Duty.urn) == bindparam("urn"))
_PLANNED_OF_COUNCIL = _PLANNED.where(col(Duty.urn).is_(None))


# Visits, reports, reviews ------------------------------------------------------------------


def record_visit(
    session: Session,
    *,
    officer: Officer,
    now: datetime,
    urn: object,
    visited_on: date,
    purpose: str,
    notes: str,
    agreed_actions: str = "",
    duty: int | None = None,
) -> SchoolVisit:
    """An officer visited a school; their note of it.

    It is the visit that was planned as `duty`; else, of the planned visits of the school year in
    which it was made, the one that was due first: so what is late is made up first. Where none is
    planned it counts as one more. Raises NotAllowed, NotFound, InvalidInput; NotPossible when it
    is on record already, and for a duty that is done or cancelled.
    """
    require(officer, Act.RECORD_SUPPORT_WORK)
    school = find_school(session, urn)
    past_day("visited_on", visited_on, now)
    check_line("purpose", purpose)
    check_prose("notes", notes)
    check_prose("agreed_actions", agreed_actions, required=False)
    visit = {"urn": school.urn, "visited_on": visited_on, "officer_id": officer.id}
    _check_new(session, SchoolVisit, {**visit, "purpose": purpose}, "This visit")
    met = _meet(session, DutyKind.VISIT, school, visited_on, duty)
    number = add(
        session,
        SchoolVisit,
        **visit,
        purpose=purpose,
        notes=notes,
        agreed_actions=agreed_actions,
        duty_id=met,
        recorded_at=now,
    )
    happened = VisitRecorded(
        None, visit=number, urn=school.urn, school=school.name, visited_on=visited_on
    )
    append(session, now, officer.email, happened)
    return session.get_one(SchoolVisit, number)


def record_report(
    session: Session,
    policy: Policy,
    *,
    officer: Officer,
    now: datetime,
    urn: object,
    dated: date,
    sections: Mapping[str, str],
    duty: int | None = None,
) -> WrittenReport:
    """A written report on a school: a text for each section that the policy names.

    Which duty it meets is as for `record_visit`. Raises NotAllowed, NotFound, InvalidInput (of
    the third section the field is `section-3`); NotPossible when the officer has a report of this
    day on record, and for a duty that is done or cancelled.
    """
    require(officer, Act.RECORD_SUPPORT_WORK)
    school = find_school(session, urn)
    past_day("dated", dated, now)
    texts = _checked_sections(policy, sections)
    report = {"urn": school.urn, "dated": dated, "officer_id": officer.id}
    _check_new(session, WrittenReport, report, "A report of yours of this day")
    met = _meet(session, DutyKind.REPORT, school, dated, duty)
    number = add(session, WrittenReport, **report, sections=texts, duty_id=met, recorded_at=now)
    happened = ReportRecorded(None, report=number, urn=school.urn, school=school.name, dated=dated)
    append(session, now, officer.email, happened)
    return session.get_one(WrittenReport, number)


def _checked_sections(policy: Policy, sections: Mapping[str, str]) -> list[dict[str, str]]:
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
            empty = isinstance(text, str) and not text.strip()
            what = f"Enter the section “{title}”."
            errors.append((f"section-{place}", what if empty else f"“{title}”: {invalid.message}"))
    if errors:
        raise InvalidInput.many(errors)
    return [{"title": title, "text": sections[title]} for title in wanted]


def record_review(
    session: Session,
    *,
    officer: Officer,
    now: datetime,
    kind: str,
    held_on: date,
    summary: str,
    impact: str = "",
    urn: object = None,
    duty: int | None = None,
) -> Review:
    """A review that was held (`REVIEWS`): of one school, or without a URN of the whole register.

    The monthly evaluation of a school is written by its School Evaluation Officer, if it has one,
    or by whoever may assign support. An evaluation and a report to the Challenge Board say what
    the impact was. Which duty it meets is as for `record_visit`. Raises NotAllowed, NotFound,
    InvalidInput; NotPossible when it is on record already, and for a duty that is done or
    cancelled.
    """
    require(officer, Act.RECORD_SUPPORT_WORK)
    what = _review_kind(kind, urn)
    school = find_school(session, urn) if urn is not None else None
    past_day("held_on", held_on, now)
    check_prose("summary", summary)
    check_prose("impact", impact, required=what in WITH_IMPACT)
    if school is not None and what is DutyKind.EVALUATION:
        _check_evaluator(session, officer, school, held_on)
    review = {"kind": what, "urn": school.urn if school else None, "held_on": held_on}
    _check_new(session, Review, review, "Such a review of this day")
    met = _meet(session, what, school, held_on, duty)
    number = add(
        session,
        Review,
        **review,
        officer_id=officer.id,
        summary=summary,
        impact=impact,
        duty_id=met,
        recorded_at=now,
    )
    happened = ReviewRecorded(
        None,
        review=number,
        kind_=what,
        held_on=held_on,
        urn=school.urn if school else None,
        school=school.name if school else None,
    )
    append(session, now, officer.email, happened)
    return session.get_one(Review, number)


def _review_kind(kind: str, urn: object) -> DutyKind:
    if kind not in REVIEWS:
        raise InvalidInput("kind", f"Choose from: {', '.join(REVIEWS)}.")
    what = DutyKind(kind)
    if what in OF_A_SCHOOL and urn is None:
        raise InvalidInput("urn", f"Say of which school. {what.label} is about one.")
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
    columns = table.__table__.c  # type: ignore[attr-defined]
    same = [
        columns[name].is_(None) if value is None else columns[name] == value
        for name, value in values.items()
    ]
    if session.exec(select(columns.id).where(*same)).first() is not None:
        raise NotPossible(f"{what} is on record already.")


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
    given = {"kind": kind, "school_year": school_year_of(day)}
    if school is None:
        return next(iter(find(session, _PLANNED_OF_COUNCIL, **given)), None)
    return next(iter(find(session, _PLANNED_OF_SCHOOL, **given, urn=school.urn)), None)


def find_duty(session: Session, duty_id: int) -> Duty:
    """The duty with this key as it is now; raises NotFound."""
    duty = by_key(session, Duty, duty_id)
    if duty is None:
        raise NotFound(f"There is no duty {duty_id}.")
    session.refresh(duty)
    return duty


def _check_planned(duty: Duty) -> None:
    if duty.state is DutyState.DONE:
        raise NotPossible("This is done already.")
    if duty.state is DutyState.CANCELLED:
        raise NotPossible("This was cancelled: it is not due any more.")


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


def cancel_duty(
    session: Session, policy: Policy, *, officer: Officer, now: datetime, duty_id: int, reason: str
) -> Duty:
    """What was planned is not to be done, and why; see `may_cancel` for who can say so.

    Raises NotAllowed, NotFound, InvalidInput; NotPossible when it is done or cancelled.
    """
    require(officer, Act.RECORD_SUPPORT_WORK)
    duty = find_duty(session, duty_id)
    check_prose("reason", reason, most=2000)
    if not may_cancel(officer, policy, duty.kind, duty.level):
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
    append(session, now, officer.email, cancelled)
    return find_duty(session, duty_id)
