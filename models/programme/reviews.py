"""Reviews put on record: of one school, or of the whole register.

Source: Barnsley, School Improvement and Quality Assurance Policy, parts 3 and 4 (Table 1).
"""

from datetime import date
from typing import Annotated

from pydantic import Field
from sqlmodel import Session

from models.actions.following import ProgressOf
from models.actions.reviewing import Reviewed, check_review, keep_answers, put_lines
from models.appointments.following import took_place_at_school
from models.appointments.tables import AppointmentKind
from models.clocks import past_day
from models.events import append
from models.inputs import Day, RowKey, Text, Urn, Word
from models.needs.asking import HowMuch, checked_answer, keep_answer
from models.needs.tables import NeedSource
from models.paging import MOST_AT_ONCE
from models.people.access import Act, may
from models.people.acting import Acting
from models.people.officers import officers_in
from models.people.tables import Officer, Role
from models.priorities.months import HowFarOf, Said, check_months, put_months
from models.programme.duties import check_new, meet
from models.programme.events import ReviewRecorded
from models.programme.supporters import evaluation_officer
from models.programme.tables import (
    OF_A_SCHOOL,
    DutyKind,
    Review,
)
from models.programme.told import ProgressEvaluated
from models.refusals import InvalidInput, NotAllowed
from models.rows import add, get_row
from models.schools.contacts import find_school
from models.schools.tables import School
from models.telling import tell
from models.text import check_prose

# What is recorded as a review; visits and reports have records of their own.
REVIEWS = (
    DutyKind.EVALUATION,
    DutyKind.SISG_MEETING,
    DutyKind.ACTION_REVIEW,
    DutyKind.BOARD_REPORT,
    DutyKind.QUARTERLY_REVIEW,
)
# Of these the policy wants to know what came of the support (part 3).
WITH_IMPACT = (DutyKind.EVALUATION, DutyKind.BOARD_REPORT)

# What a monthly evaluation says of the response to the priorities of the improvement plan (part 3).
RESPONSES = ("council_response", "leaders_response")


class ReviewHeld(HowMuch):
    """A review of a school, or without a URN of the whole register.

    `kind` is `evaluation` or `sisg_meeting` of a school, else `action_review`, `board_report` or
    `quarterly_review`. `impact` is that of the council's own support, `external_impact` that of
    support from others; `school_view`, of an evaluation, is what the school says of its standing.
    `lines` are what an `action_review` says of open actions, each once; where they are given, every
    overdue one that is reviewed weekly needs a line, and no `summary` is needed beside them. An
    `evaluation` may say how well the council (`council_response`) and the school's leaders,
    governors among them (`leaders_response`), responded to the priorities of its improvement plan,
    and how far each is in its month (`priorities`).
    """

    kind: Word
    urn: Urn | None = None
    held_on: Day
    summary: Text = ""
    impact: Text = ""
    external_impact: Text = ""
    school_view: Text = ""
    council_response: Text = ""
    leaders_response: Text = ""
    duty: RowKey | None = None
    priorities: Annotated[list[HowFarOf], Field(max_length=MOST_AT_ONCE)] = Field(default=[])
    lines: Annotated[list[ProgressOf], Field(max_length=MOST_AT_ONCE)] | None = None


def record_review(acting: Acting, given: ReviewHeld) -> Review:
    """A review that was held (`REVIEWS`): of one school, or without a URN of the whole register.

    The monthly evaluation of a school is written by its School Evaluation Officer, if it has one,
    or by whoever may assign support. An evaluation and a report to the Challenge Board say what
    the impact was; a review of actions has a line on each, kept with the action. The evaluation of
    a school is told to the Heads of Service where the policy says so of its level. Which duty it
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
    _check_only("external_impact", given.external_impact, what, WITH_IMPACT)
    _check_only("school_view", given.school_view, what, (DutyKind.EVALUATION,))
    responses = _responses(what, given)
    months = _months(acting, what, school, given)
    if school is None and given.needed is not None:
        raise InvalidInput("needed", "Say it of one school, or with the line on an action.")
    answer = checked_answer(given)
    if school is not None and what is DutyKind.EVALUATION:
        _check_evaluator(session, officer, school, held_on)
    review = {"kind": what, "urn": school.urn if school else None, "held_on": held_on}
    check_new(session, Review, review, "A review of this kind on this day")
    met = meet(session, what, school, held_on, given.duty)
    number = add(
        session,
        Review,
        **review,
        officer_id=officer.id,
        summary=given.summary,
        impact=given.impact,
        external_impact=given.external_impact,
        school_view=given.school_view,
        **responses,
        **answer.columns,
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
    how_far = put_months(acting, months, held_on, number)
    held = []
    if school is not None and what is DutyKind.SISG_MEETING:
        meeting = AppointmentKind.MEETING
        held = took_place_at_school(session, school.urn, meeting, held_on, acting.now)
    append(session, acting.now, officer.email, happened, *held, *said, *how_far)
    if school is not None and what is DutyKind.EVALUATION:
        _advise(acting, school, number, held_on)
    keep_answers(acting, reviewed, said, held_on)
    if school is not None:
        keep_answer(acting, school, answer, NeedSource.REVIEW, number, held_on)
    return get_row(session, Review, number)


def _advise(acting: Acting, school: School, review: int, held_on: date) -> None:
    """Tell the Heads of Service of progress, at a level of which the policy has them advised."""
    level = school.risk_level
    if level is None or not acting.policy.programme.levels[level].progress_to_heads_of_service:
        return
    told = ProgressEvaluated(
        path=f"/reviews/{review}",
        review=review,
        school=school.name,
        level=level.label,
        held_on=held_on,
        written_by=acting.officer.name,
    )
    heads = officers_in(acting.session, Role.HEAD_OF_SERVICE, but=acting.officer.id)
    key = f"progress_evaluated:{review}"
    tell(acting.session, acting.now, heads, key=key, about=None, told=told)


def _reviewed(acting: Acting, what: DutyKind, given: ReviewHeld) -> list[Reviewed]:
    """What is said of actions, checked; only a review of actions may say it."""
    if given.lines is None:
        return []
    if what is not DutyKind.ACTION_REVIEW:
        raise InvalidInput("lines", f"Leave out the lines. {what.label} says nothing of actions.")
    return check_review(acting, given.lines)


def _check_only(field: str, text: str, what: DutyKind, kinds: tuple[DutyKind, ...]) -> None:
    """Text that only some kinds of review have; raises InvalidInput."""
    check_prose(field, text, required=False)
    if text.strip() and what not in kinds:
        raise InvalidInput(field, f"Leave this out. {what.label} does not say it.")


def _responses(what: DutyKind, given: ReviewHeld) -> dict[str, str]:
    """How council and leaders responded to the priorities; only a monthly evaluation says so."""
    found = {name: getattr(given, name) for name in RESPONSES}
    for name, text in found.items():
        check_prose(name, text, required=False)
        if text.strip() and what is not DutyKind.EVALUATION:
            raise InvalidInput(name, "Clear this: only a monthly evaluation says it.")
    return found


def _months(acting: Acting, what: DutyKind, school: School | None, given: ReviewHeld) -> list[Said]:
    """How far priorities are, checked; only a monthly evaluation says so."""
    if not given.priorities:
        return []
    if school is None or what is not DutyKind.EVALUATION:
        raise InvalidInput("priorities", "Leave these out: only a monthly evaluation says it.")
    return check_months(acting, school.urn, given.priorities, given.held_on)


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
