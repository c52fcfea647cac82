"""Warning notices of section 60 as doors show them, with the powers proposed after them."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from models.approvals.tables import Proposal, ProposalState
from models.law import notices as notices_law
from models.law import powers as powers_law
from models.law.notices import Comparison, Ground, Recipient
from models.law.powers import Section
from models.law.service import serve_by
from models.letters.service_asked import served_from
from models.letters.tables import Letter, LetterState
from models.matters.case import Case, find_case, see_row_in_case
from models.paging import PER_PAGE, Page, paged
from models.people.access import Reader
from models.policy import Policy
from models.rows import find
from models.shown import Shown
from models.statutory import tables


class NamedInLaw(Shown):
    """Whom the law names, and why; one who is not `required` is offered a copy or asked."""

    role: str
    reason: str
    required: bool


class ProposedPowers(Shown):
    """A notice that powers are proposed (section 60(1)(d)); it runs from `served_from`."""

    id: int
    sections: list[Section]
    reasons: str
    working_days: int
    letter: int
    proposal: int | None
    letter_state: LetterState
    given_on: date | None
    served_from: date | None


class NoticeState(StrEnum):
    """Where a warning notice stands, in one word."""

    PROPOSED = "proposed"
    RETURNED = "returned"
    APPROVED = "approved"
    ISSUED = "issued"  # and not proven to have been served
    GIVEN = "given"
    COMPLIED = "complied"
    NOT_COMPLIED = "not_complied"
    CEASED = "ceased"


class WarningNotice(Shown):
    """A warning notice; `given_on` is the date of its letter once that is issued.

    `served_from` is the day from which it counts as served on the governing body, null while that
    is not proven, and `serve_by` the last day on which service leaves a compliance period.
    """

    id: int
    reference: str
    state: NoticeState
    grounds: list[Ground]
    comparisons: list[Comparison]
    comparison: str
    why_powers: str
    matters: str
    action_required: str
    compliance_ends_on: date
    action_minded: str
    why_support_is_not_enough: str
    copies: list[NamedInLaw]
    proposal: int
    letter: int
    given_on: date | None
    served_from: date | None
    serve_by: date
    last_day_for_powers: date | None
    complied: bool | None
    judged_on: date | None
    judgement_reasons: str
    judgement_words: str
    ceased_on: date | None
    ceased_because: str
    proposed_powers: list[ProposedPowers]


def warning_notices_of(
    session: Session,
    policy: Policy,
    reader: Reader,
    reference: str,
    *,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[WarningNotice]:
    """The warning notices of an escalation, the earliest first. Raises NotFound."""
    case = find_case(session, policy, reader, reference)
    return notices_in(case, page=page, per_page=per_page)


def notices_in(case: Case, *, page: int = 1, per_page: int = PER_PAGE) -> Page[WarningNotice]:
    """The same of a case that was found."""
    mine = tables.WarningNotice.escalation_id == case.escalation.id
    return paged(
        case.session,
        _notices(mine),
        tables.WarningNotice.id,
        lambda found: _described(case, found),
        page=page,
        per_page=per_page,
    )


def warning_notice(
    session: Session, policy: Policy, reader: Reader, notice_id: int
) -> WarningNotice:
    """One warning notice; raises NotFound."""
    _, case = see_row_in_case(session, policy, reader, tables.WarningNotice, notice_id)
    return _described(case, find(session, _notices(tables.WarningNotice.id == notice_id)))[0]


def _notices(which: Any) -> Any:
    return (
        select(tables.WarningNotice, Letter, Proposal)
        .join(Letter, col(Letter.id) == col(tables.WarningNotice.letter_id))
        .join(Proposal, col(Proposal.id) == col(tables.WarningNotice.proposal_id))
        .where(which)
        .order_by(col(tables.WarningNotice.id))
    )


def _described(case: Case, found: Sequence[tuple[Any, ...]]) -> list[WarningNotice]:
    proposed = _proposed(case.session, [notice.id for notice, *_ in found])
    served = served_from(case.session, (letter.id for _, letter, _ in found))
    return [
        _notice(case, notice, letter, proposal, proposed.get(notice.id, []), served.get(letter.id))
        for notice, letter, proposal in found
    ]


def _notice(
    case: Case,
    notice: tables.WarningNotice,
    letter: Letter,
    proposal: Proposal,
    proposed: list[ProposedPowers],
    served: date | None,
) -> WarningNotice:
    last_day = powers_law.last_day(Section.ARRANGEMENTS, notice.compliance_ends_on)
    return WarningNotice(
        id=notice.id,
        reference=case.matter.reference,
        state=_state(notice, letter, proposal, served),
        grounds=[Ground(ground) for ground in notice.grounds],
        comparisons=[Comparison(comparison) for comparison in notice.comparisons],
        comparison=notice.comparison,
        why_powers=notice.why_powers,
        matters=notice.matters,
        action_required=notice.action_required,
        compliance_ends_on=notice.compliance_ends_on,
        action_minded=notice.action_minded,
        why_support_is_not_enough=notice.why_support_is_not_enough,
        copies=named_in_law(notices_law.copies(case.school)),
        proposal=proposal.id,
        letter=letter.id,
        given_on=_given_on(letter),
        served_from=served,
        serve_by=serve_by(notice.compliance_ends_on),
        last_day_for_powers=last_day,
        complied=notice.complied,
        judged_on=notice.judged_on,
        judgement_reasons=notice.judgement_reasons,
        judgement_words=notice.judgement_words,
        ceased_on=notice.ceased_on,
        ceased_because=notice.ceased_because,
        proposed_powers=proposed,
    )


def _state(
    notice: tables.WarningNotice, letter: Letter, proposal: Proposal, served: date | None
) -> NoticeState:
    if proposal.state is ProposalState.AWAITING:
        return NoticeState.PROPOSED
    if proposal.state is not ProposalState.APPROVED:
        return NoticeState.RETURNED
    if notice.ceased_on is not None:
        return NoticeState.CEASED
    if notice.complied is not None:
        return NoticeState.COMPLIED if notice.complied else NoticeState.NOT_COMPLIED
    if letter.state is not LetterState.ISSUED:
        return NoticeState.APPROVED
    return NoticeState.GIVEN if served is not None else NoticeState.ISSUED


def _given_on(letter: Letter) -> date | None:
    return letter.dated if letter.state is LetterState.ISSUED else None


def named_in_law(those: Sequence[Recipient]) -> list[NamedInLaw]:
    """Whom the law names, each with the reason."""
    return [
        NamedInLaw(role=each.role, reason=each.reason, required=each.required) for each in those
    ]


def _proposed(session: Session, notice_ids: list[int]) -> dict[int, list[ProposedPowers]]:
    statement = (
        select(tables.ProposedPowers, Letter)
        .join(Letter, col(Letter.id) == col(tables.ProposedPowers.letter_id))
        .where(col(tables.ProposedPowers.notice_id).in_(notice_ids))
        .order_by(col(tables.ProposedPowers.id))
    )
    rows = find(session, statement)
    served = served_from(session, (letter.id for _, letter in rows))
    found: dict[int, list[ProposedPowers]] = {}
    for proposed, letter in rows:
        found.setdefault(proposed.notice_id, []).append(
            ProposedPowers(
                id=proposed.id,
                sections=[Section(section) for section in proposed.sections],
                reasons=proposed.reasons,
                working_days=proposed.working_days,
                letter=letter.id,
                proposal=letter.proposal_id,
                letter_state=letter.state,
                given_on=_given_on(letter),
                served_from=served.get(letter.id),
            )
        )
    return found
