"""What becomes of it that more or less is needed: assessed, escalated, or closed with a reason."""

from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.clocks import add_working_days, london_date
from models.escalations.tables import LIVE, Escalation
from models.events import append
from models.happened import Happened
from models.inputs import Input, Text, Word
from models.matters.at_hand import find_row, sees
from models.matters.deadlines import close_deadline, move_deadline
from models.matters.tables import Deadline, Matter
from models.needs.events import (
    NeedAnswered,
    NeedAssessed,
    NeedClosed,
    NeedEscalated,
    NeedReopened,
)
from models.needs.sources import sources_of
from models.needs.tables import Need, Needed, NeedState
from models.people.access import Act
from models.people.acting import Acting
from models.people.tables import Officer
from models.policy import Policy
from models.refusals import InvalidInput, NotPossible
from models.rows import change, find, get_row
from models.text import check_prose


class NeedSettled(Input):
    """Why neither an assessment nor a new escalation comes of it.

    `escalation` names the school's escalation that deals with it already, by its reference.
    """

    reason: Text
    escalation: Word | None = None


def find_open_need(session: Session, officer: Officer, act: Act, number: int) -> Need:
    """One that was not answered, for an officer who is about to.

    Raises NotAllowed, NotFound, and NotPossible for one that was answered.
    """
    need = find_row(session, officer, act, Need, number)
    if need.state is not NeedState.OPEN:
        raise NotPossible("This has been answered already.")
    return need


def settle_need(acting: Acting, number: int, given: NeedSettled) -> Need:
    """Close it with a reason, or say which escalation deals with it.

    Raises NotAllowed, NotFound, InvalidInput, and NotPossible for one that was answered.
    """
    need = find_open_need(acting.session, acting.officer, Act.CLOSE_NEED, number)
    check_prose("reason", given.reason)
    if given.escalation is not None and given.escalation.strip():
        escalation = _dealing_with(acting, need, given.escalation.strip())
        escalated_by(acting, need, escalation.id, given.reason)
    else:
        closed = NeedClosed(need.matter_id, need=need.id, answer=need.answer, reason=given.reason)
        _settle(acting, need, NeedState.CLOSED, closed, closed_because=given.reason)
    return get_row(acting.session, Need, need.id)


def assessed_by(acting: Acting, need: Need, assessment_id: int) -> None:
    """An assessment rests on it."""
    happened = NeedAssessed(
        need.matter_id, need=need.id, answer=need.answer, assessment=assessment_id
    )
    _settle(acting, need, NeedState.ASSESSED, happened, assessment_id=assessment_id)


def escalated_by(acting: Acting, need: Need, escalation_id: int, reason: str = "") -> None:
    """An escalation rests on it, or deals with it.

    The record of the school says no more than that it was answered: whoever reads that may not
    see the escalation.
    """
    source = sources_of(acting.session, [need])[need.id]
    escalated = NeedEscalated(
        escalation_id,
        need=need.id,
        answer=need.answer,
        source=need.source,
        source_id=need.source_id,
        on=source.day,
    )
    answered = NeedAnswered(need.matter_id, need=need.id, answer=need.answer)
    happened = [escalated] if need.matter_id == escalation_id else [answered, escalated]
    _settle(
        acting,
        need,
        NeedState.ESCALATED,
        *happened,
        escalation_id=escalation_id,
        closed_because=reason,
    )


def live_escalation(acting: Acting, urn: int | None) -> Matter | None:
    """The escalation of a school that is not closed, if the officer sees it."""
    found = find(acting.session, _live(urn))
    seen = [
        each
        for each in found
        if sees(acting.session, acting.officer, each.id, restricted=each.restricted)
    ]
    return seen[0] if seen else None


def _live(urn: int | None) -> SelectOfScalar[Matter]:
    return (
        select(Matter)
        .join(Escalation, col(Escalation.id) == col(Matter.id))
        .where(col(Matter.urn) == urn, col(Escalation.status).in_(LIVE))
    )


def _dealing_with(acting: Acting, need: Need, reference: str) -> Matter:
    about = get_row(acting.session, Matter, need.matter_id)
    live = live_escalation(acting, about.urn)
    if live is None or live.reference != reference:
        raise InvalidInput(
            "escalation", "Name an escalation of this school that is not closed, or clear this."
        )
    return live


def _settle(
    acting: Acting, need: Need, state: NeedState, *happened: Happened, **values: object
) -> None:
    session: Session = acting.session
    changed = change(
        session,
        Need,
        {"id": need.id, "state": NeedState.OPEN},
        state=state,
        settled_by_id=acting.officer.id,
        settled_at=acting.now,
        **values,
    )
    if not changed:
        raise NotPossible("This has been answered already.")
    close_deadline(session, get_row(session, Deadline, need.deadline_id), met=True)
    append(session, acting.now, acting.officer.email, *happened)


def ask_again(
    session: Session, policy: Policy, escalation_id: int, now: datetime
) -> list[Happened]:
    """What an escalation that did not begin rested on is open again, with a day of its own."""
    rested_on = select(Need).where(
        col(Need.escalation_id) == escalation_id, col(Need.state) == NeedState.ESCALATED
    )
    due_on = add_working_days(london_date(now), policy.programme.needs.answer_working_days)
    found = find(session, rested_on)
    for need in found:
        change(
            session,
            Need,
            {"id": need.id},
            state=NeedState.OPEN,
            escalation_id=None,
            closed_because="",
            settled_by_id=None,
            settled_at=None,
        )
        deadline = get_row(session, Deadline, need.deadline_id)
        move_deadline(session, policy, deadline, due_on, deadline.rule, now)
    return [NeedReopened(each.matter_id, need=each.id, answer=each.answer) for each in found]


def check_more(need: Need) -> None:
    """Refuse an escalation of a school that needs less; raises InvalidInput."""
    if need.answer is not Needed.MORE:
        raise InvalidInput("need", "Less is needed there: that is no ground for an escalation.")
