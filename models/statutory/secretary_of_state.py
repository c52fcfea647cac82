"""What the Secretary of State tells the authority about a school, and its release."""

from models.clocks import past_day
from models.escalations.tables import Status
from models.events import append
from models.happened import Happened
from models.inputs import Day, Input, Text, Word
from models.law.powers import Section
from models.matters.case import Case, enter, find_in_case
from models.people.access import Act
from models.people.acting import Acting
from models.refusals import InvalidInput, NotPossible
from models.rows import add, change, get_row
from models.statutory.events import (
    SecretaryOfStateNoticeRecorded,
    SecretaryOfStateNoticeReleased,
)
from models.statutory.following import cease_notices
from models.statutory.legal import check_applies, powers_of
from models.statutory.tables import PowerState, SecretaryOfStateKind, SecretaryOfStateNotice
from models.text import check_prose

SUPERSEDED = "the Secretary of State has given the governing body a warning notice (section 60)"


class NoticeReceived(Input):
    """A notice of the Secretary of State, or what she has done, by its kind."""

    kind: Word
    received_on: Day
    summary: Text


def record_secretary_of_state_notice(
    acting: Acting, reference: str, given: NoticeReceived
) -> SecretaryOfStateNotice:
    """A notice has come: her warning notice ends ours; the other kinds lock our powers.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible where Part 4 is not for the school.
    """
    session, officer = acting.session, acting.officer
    case = enter(session, acting.policy, officer, Act.RECORD_SECRETARY_OF_STATE, reference)
    check_receiving(case)
    if given.kind not in list(SecretaryOfStateKind):
        raise InvalidInput("kind", f"Choose from: {', '.join(SecretaryOfStateKind)}.")
    if given.kind == SecretaryOfStateKind.TAKES_OVER_BOARD:
        _check_board(case)
    past_day("received_on", given.received_on, acting.now)
    check_prose("summary", given.summary)
    notice_id = add(
        session,
        SecretaryOfStateNotice,
        escalation_id=case.escalation.id,
        urn=case.school.urn,
        kind=SecretaryOfStateKind(given.kind),
        received_on=given.received_on,
        summary=given.summary,
        recorded_by_id=officer.id,
        recorded_at=acting.now,
    )
    recorded = SecretaryOfStateNoticeRecorded(
        case.escalation.id, notice=notice_id, kind_=given.kind, received_on=given.received_on
    )
    happenings: list[Happened] = [recorded]
    if given.kind == SecretaryOfStateKind.WARNING_NOTICE:
        happenings += cease_notices(case, given.received_on, SUPERSEDED)
    append(session, acting.now, officer.email, *happenings)
    return get_row(session, SecretaryOfStateNotice, notice_id)


def check_receiving(case: Case) -> None:
    """Refuse a notice where Part 4 does not apply or the case is closed; raises NotPossible."""
    check_applies(case)
    if case.escalation.status not in (Status.OPEN, Status.PAUSED):
        raise NotPossible("The escalation is closed: nothing can be added to it.")


def _check_board(case: Case) -> None:
    """Only a board of the authority's own can be taken over; raises NotPossible."""
    in_force = powers_of(case, PowerState.IN_FORCE)
    if Section.INTERIM_EXECUTIVE_BOARD not in [each.section for each in in_force]:
        raise NotPossible(
            "The local authority has constituted no Interim Executive Board here (section 65) "
            "that the Secretary of State could take over (section 70C)."
        )


class Release(Input):
    """The Secretary of State has told the authority that it may act again."""

    released_on: Day
    note: Text


def release_secretary_of_state_notice(
    acting: Acting, notice_id: int, given: Release
) -> SecretaryOfStateNotice:
    """The Secretary of State has told the authority that it may act again.

    Raises NotFound, NotAllowed, InvalidInput, NotPossible.
    """
    session, officer, act = acting.session, acting.officer, Act.RECORD_SECRETARY_OF_STATE
    notice, case = find_in_case(
        session, acting.policy, officer, act, SecretaryOfStateNotice, notice_id
    )
    check_releasing(case, notice)
    past_day("released_on", given.released_on, acting.now)
    if given.released_on < notice.received_on:
        raise InvalidInput("released_on", "The release cannot be earlier than the notice.")
    check_prose("note", given.note)
    columns = {"released_on": given.released_on, "release_note": given.note}
    change(session, SecretaryOfStateNotice, {"id": notice.id}, **columns)
    released = SecretaryOfStateNoticeReleased(
        case.escalation.id,
        notice=notice.id,
        kind_=notice.kind.value,
        released_on=given.released_on,
    )
    append(session, acting.now, officer.email, released)
    return get_row(session, SecretaryOfStateNotice, notice.id)


def check_releasing(case: Case, notice: SecretaryOfStateNotice) -> None:
    """Refuse to release a notice twice, or where Part 4 does not apply; raises NotPossible."""
    if notice.released_on is not None:
        raise NotPossible("This notice has already been released.")
    check_applies(case)
