"""The impact of commissioned support, as the school says and as the council says, kept apart.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 3 (“as well as the impact of
external support”); DCSF, A New Relationship with Schools, part 3.
"""

from sqlmodel import Session, col, select

from models.clocks import past_day
from models.commissioning.commissions import LONGEST, whom_of
from models.commissioning.events import ImpactEvaluated
from models.commissioning.tables import Commission, Difference, ImpactEvaluation, Party
from models.events import append
from models.inputs import Day, Input, Text, Word
from models.matters.at_hand import find_row
from models.matters.deadlines import close_deadline
from models.matters.tables import Deadline, DeadlineState
from models.people.access import Act
from models.people.acting import Acting
from models.refusals import InvalidInput
from models.rows import add, find, get_row
from models.text import check_line, check_prose


class ImpactSaid(Input):
    """What difference the support made, as the `school` or the `council` says, and how one sees it.

    `said_by` is who at the school said so.
    """

    party: Word
    said_by: Text = ""
    evaluated_on: Day
    difference: Word
    impact: Text


def evaluate_impact(acting: Acting, commission_id: int, given: ImpactSaid) -> ImpactEvaluation:
    """Put an evaluation on record; it is met once both the school and the council have said.

    What was said before stays. Raises NotFound, NotAllowed, InvalidInput.
    """
    session = acting.session
    its = find_row(session, acting.officer, Act.RECORD_COMMISSIONING, Commission, commission_id)
    _check(acting, its, given)
    party, difference = Party(given.party), Difference(given.difference)
    key = add(
        session,
        ImpactEvaluation,
        commission_id=its.id,
        party=party,
        said_by=given.said_by if party is Party.SCHOOL else "",
        evaluated_on=given.evaluated_on,
        difference=difference,
        impact=given.impact,
        recorded_by_id=acting.officer.id,
        recorded_at=acting.now,
    )
    evaluated = ImpactEvaluated(
        its.matter_id,
        commission=its.id,
        evaluation=key,
        whom=whom_of(session, its),
        party=party,
        difference=difference,
    )
    append(session, acting.now, acting.officer.email, evaluated)
    _settle(session, its)
    return get_row(session, ImpactEvaluation, key)


def _settle(session: Session, its: Commission) -> None:
    deadline = get_row(session, Deadline, its.deadline_id)
    if deadline.state in (DeadlineState.MET, DeadlineState.CANCELLED):
        return
    said = select(ImpactEvaluation.party).where(col(ImpactEvaluation.commission_id) == its.id)
    if set(find(session, said)) == set(Party):
        close_deadline(session, deadline, met=True)


def _check(acting: Acting, its: Commission, given: ImpactSaid) -> None:
    if given.party not in list(Party):
        raise InvalidInput("party", f"Choose from: {', '.join(Party)}.")
    if given.difference not in list(Difference):
        raise InvalidInput("difference", f"Choose from: {', '.join(Difference)}.")
    past_day("evaluated_on", given.evaluated_on, acting.now)
    if given.evaluated_on < its.first_day:
        raise InvalidInput("evaluated_on", "The date cannot be before its first day.")
    check_line("said_by", given.said_by, most=100, required=given.party == Party.SCHOOL)
    check_prose("impact", given.impact, most=LONGEST)
