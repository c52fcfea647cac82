"""What the Secretary of State tells the authority about a school, and its release."""

from datetime import date, datetime

from sqlmodel import Session

from models.clocks import past_day
from models.escalations.tables import Status
from models.events import append
from models.happened import Happened
from models.matters.case import Case, enter, find_in_case
from models.people.access import Act
from models.people.tables import Officer
from models.policy import Policy
from models.refusals import InvalidInput, NotPossible
from models.statements import add, change
from models.statutory.events import (
    SecretaryOfStateNoticeRecorded,
    SecretaryOfStateNoticeReleased,
)
from models.statutory.following import cease_notices
from models.statutory.legal import check_applies
from models.statutory.tables import SecretaryOfStateKind, SecretaryOfStateNotice
from models.text import check_prose

SUPERSEDED = "the Secretary of State has given the governing body a warning notice (section 60)"


def record_secretary_of_state_notice(
    session: Session,
    policy: Policy,
    *,
    officer: Officer,
    now: datetime,
    reference: str,
    kind: str,
    received_on: date,
    summary: str,
) -> SecretaryOfStateNotice:
    """A notice has come: her warning notice ends ours; her intention to act locks our powers.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible where Part 4 is not for the school.
    """
    case = enter(session, policy, officer, Act.RECORD_SECRETARY_OF_STATE, reference)
    check_receiving(case)
    if kind not in list(SecretaryOfStateKind):
        raise InvalidInput("kind", f"Choose from: {', '.join(SecretaryOfStateKind)}.")
    past_day("received_on", received_on, now)
    check_prose("summary", summary)
    notice_id = add(
        session,
        SecretaryOfStateNotice,
        escalation_id=case.escalation.id,
        urn=case.school.urn,
        kind=SecretaryOfStateKind(kind),
        received_on=received_on,
        summary=summary,
        recorded_by_id=officer.id,
        recorded_at=now,
    )
    recorded = SecretaryOfStateNoticeRecorded(
        case.escalation.id, notice=notice_id, kind_=kind, received_on=received_on
    )
    happenings: list[Happened] = [recorded]
    if kind == SecretaryOfStateKind.WARNING_NOTICE:
        happenings += cease_notices(case, received_on, SUPERSEDED)
    append(session, now, officer.email, *happenings)
    return session.get_one(SecretaryOfStateNotice, notice_id)


def check_receiving(case: Case) -> None:
    """Refuse a notice where Part 4 does not apply or the case is closed; raises NotPossible."""
    check_applies(case)
    if case.escalation.status not in (Status.OPEN, Status.PAUSED):
        raise NotPossible("The escalation is closed: nothing can be added to it.")


def release_secretary_of_state_notice(
    session: Session,
    policy: Policy,
    *,
    officer: Officer,
    now: datetime,
    notice_id: int,
    released_on: date,
    note: str,
) -> SecretaryOfStateNotice:
    """The Secretary of State has told the authority that it may act again.

    Raises NotFound, NotAllowed, InvalidInput, NotPossible.
    """
    act = Act.RECORD_SECRETARY_OF_STATE
    notice, case = find_in_case(session, policy, officer, act, SecretaryOfStateNotice, notice_id)
    check_releasing(case, notice)
    past_day("released_on", released_on, now)
    if released_on < notice.received_on:
        raise InvalidInput("released_on", "The release cannot be earlier than the notice.")
    check_prose("note", note)
    columns = {"released_on": released_on, "release_note": note}
    change(session, SecretaryOfStateNotice, {"id": notice.id}, **columns)
    released = SecretaryOfStateNoticeReleased(
        case.escalation.id, notice=notice.id, kind_=notice.kind.value, released_on=released_on
    )
    append(session, now, officer.email, released)
    session.refresh(notice)
    return notice


def check_releasing(case: Case, notice: SecretaryOfStateNotice) -> None:
    """Refuse to release a notice twice, or where Part 4 does not apply; raises NotPossible."""
    if notice.released_on is not None:
        raise NotPossible("This notice was released already.")
    check_applies(case)
