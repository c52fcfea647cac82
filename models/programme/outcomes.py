"""What came of what was due with an outcome: an audit, a place on a programme, an induction.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 4 (Table 1).
"""

from models.clocks import past_day
from models.events import append
from models.inputs import Day, Input, Text
from models.people.access import Act
from models.people.acting import Acting
from models.programme.duties import find_duty, meet
from models.programme.events import OutcomeRecorded
from models.programme.tables import WITH_OUTCOME, Duty, Review
from models.refusals import NotPossible
from models.rows import add
from models.schools.contacts import find_school
from models.text import check_prose


class DutyOutcome(Input):
    """When it was done, and what came of it."""

    done_on: Day
    outcome: Text


def record_outcome(acting: Acting, duty_id: int, given: DutyOutcome) -> Duty:
    """Put on record when an audit, a place or an induction was done, and what came of it.

    Raises NotAllowed, NotFound, InvalidInput; NotPossible when it is done or cancelled, and for a
    duty that is met by a visit, a written report or a review.
    """
    acting.require(Act.RECORD_SUPPORT_WORK)
    session, officer = acting.session, acting.officer
    duty = find_duty(session, duty_id)
    if duty.kind not in WITH_OUTCOME or duty.urn is None:
        raise NotPossible("This is done by a visit, a written report or a review: record that.")
    past_day("done_on", given.done_on, acting.now)
    check_prose("outcome", given.outcome)
    school = find_school(session, duty.urn)
    meet(session, duty.kind, school, given.done_on, duty.id)
    number = add(
        session,
        Review,
        kind=duty.kind,
        urn=school.urn,
        duty_id=duty.id,
        officer_id=officer.id,
        held_on=given.done_on,
        summary=given.outcome,
        recorded_at=acting.now,
    )
    happened = OutcomeRecorded(
        None,
        review=number,
        kind_=duty.kind,
        done_on=given.done_on,
        urn=school.urn,
        school=school.name,
    )
    append(session, acting.now, officer.email, happened)
    return find_duty(session, duty.id)
