"""The statutory steps as doors show them: notices, powers, what the law says of them today."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from models.escalations.tables import Proposal, ProposalState
from models.law import notices as notices_law
from models.law import powers as powers_law
from models.law import standing as standing_law
from models.law.powers import Section
from models.letters.addressing import sitting_board
from models.letters.tables import Letter, LetterState
from models.matters.case import Case, find_case, see_row, see_row_in_case
from models.paging import PER_PAGE, Found, Page, paged, rows
from models.people.access import Reader
from models.people.shown import officer_names
from models.policy import Policy
from models.statutory.legal import latest_support, legal_standing
from models.statutory.one_power import consulted, preparation
from models.statutory.tables import (
    BudgetReview,
    Power,
    PowerState,
    ProposedPowers,
    Representation,
    SecretaryOfStateNotice,
    Service,
    WarningNotice,
)


def eligibility(
    session: Session, policy: Policy, reader: Reader, reference: str, *, today: date
) -> Found:
    """Whether the school is eligible for intervention, and what stands in each power's way.

    Raises NotFound.
    """
    case = find_case(session, policy, reader, reference)
    standing = legal_standing(case, today)
    notice = standing.notice
    in_force = notice is not None and notice.ceased_on is None
    board = sitting_board(session, case.school.urn, today)
    return {
        "reference": reference,
        "eligible": standing_law.eligible(standing, today),
        "facts": [
            {"key": fact.key, "holds": fact.holds, "on": fact.on, "says": fact.says}
            for fact in standing_law.facts(standing, today)
        ],
        "last_day_for_powers": {
            section.value: powers_law.last_day(section, notice.compliance_ends_on)
            if notice and in_force
            else None
            for section in Section
        },
        "blocked_by": [
            {"section": block.section.value, "rule": block.rule}
            for block in standing_law.blocked_by(standing, today)
        ],
        "notice_refused_because": standing_law.notice_refusal(standing, today),
        "board_sits_since": board.starts_on if board else None,
    }


def support_of(session: Session, policy: Policy, reader: Reader, reference: str) -> Found | None:
    """What was recorded last about support for the school; None where nothing was."""
    support = latest_support(find_case(session, policy, reader, reference))
    if support is None:
        return None
    email, name = officer_names(session, [support.recorded_by_id])[support.recorded_by_id]
    return {
        "aware_of_problem": support.aware_of_problem,
        "working_with_partner": support.working_with_partner,
        "plan_on_track": support.plan_on_track,
        "works": support.works,
        "evidence": support.evidence,
        "recorded_by": email,
        "recorded_by_name": name,
        "recorded_at": support.recorded_at,
    }


def warning_notices_of(
    session: Session,
    policy: Policy,
    reader: Reader,
    reference: str,
    *,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Found]:
    """The warning notices of an escalation, the earliest first. Raises NotFound."""
    case = find_case(session, policy, reader, reference)
    mine = WarningNotice.escalation_id == case.escalation.id
    return paged(
        session,
        _notices(mine),
        WarningNotice.id,
        lambda found: _described(case, found),
        page=page,
        per_page=per_page,
    )


def warning_notice(session: Session, policy: Policy, reader: Reader, notice_id: int) -> Found:
    """One warning notice; raises NotFound."""
    _, case = see_row_in_case(session, policy, reader, WarningNotice, notice_id)
    return _described(case, rows(session, _notices(WarningNotice.id == notice_id)))[0]


def _notices(which: Any) -> Any:
    return (
        select(WarningNotice, Letter, Proposal)
        .join(Letter, col(Letter.id) == col(WarningNotice.letter_id))
        .join(Proposal, col(Proposal.id) == col(WarningNotice.proposal_id))
        .where(which)
        .order_by(col(WarningNotice.id))
    )


def _described(case: Case, found: Sequence[tuple[Any, ...]]) -> list[Found]:
    proposed = _proposed(case.session, [notice.id for notice, *_ in found])
    return [
        _notice(case, notice, letter, proposal, proposed.get(notice.id, []))
        for notice, letter, proposal in found
    ]


def _notice(
    case: Case, notice: WarningNotice, letter: Letter, proposal: Proposal, proposed: list[Found]
) -> Found:
    last_day = powers_law.last_day(Section.ARRANGEMENTS, notice.compliance_ends_on)
    return {
        "id": notice.id,
        "reference": case.escalation.reference,
        "state": _state(notice, letter, proposal),
        "grounds": list(notice.grounds),
        "comparisons": list(notice.comparisons),
        "comparison": notice.comparison,
        "why_powers": notice.why_powers,
        "matters": notice.matters,
        "action_required": notice.action_required,
        "compliance_ends_on": notice.compliance_ends_on,
        "action_minded": notice.action_minded,
        "why_support_is_not_enough": notice.why_support_is_not_enough,
        "copies": recipients(notices_law.copies(case.school)),
        "proposal": proposal.id,
        "letter": letter.id,
        "given_on": letter.dated if letter.state is LetterState.ISSUED else None,
        "last_day_for_powers": last_day,
        "complied": notice.complied,
        "judged_on": notice.judged_on,
        "judgement_reasons": notice.judgement_reasons,
        "judgement_words": notice.judgement_words,
        "ceased_on": notice.ceased_on,
        "ceased_because": notice.ceased_because,
        "proposed_powers": proposed,
    }


def _state(notice: WarningNotice, letter: Letter, proposal: Proposal) -> str:
    """Where a notice stands, in one word."""
    if proposal.state is ProposalState.AWAITING:
        return "proposed"
    if proposal.state is not ProposalState.APPROVED:
        return "returned"
    if notice.ceased_on is not None:
        return "ceased"
    if notice.complied is not None:
        return "complied" if notice.complied else "not_complied"
    return "given" if letter.state is LetterState.ISSUED else "approved"


def recipients(those: Sequence[notices_law.Recipient]) -> list[Found]:
    """Whom the law names, each with the reason."""
    return [{"role": each.role, "reason": each.reason} for each in those]


def _proposed(session: Session, notice_ids: list[int]) -> dict[int, list[Found]]:
    statement = (
        select(ProposedPowers, Letter)
        .join(Letter, col(Letter.id) == col(ProposedPowers.letter_id))
        .where(col(ProposedPowers.notice_id).in_(notice_ids))
        .order_by(col(ProposedPowers.id))
    )
    found: dict[int, list[Found]] = {}
    for proposed, letter in rows(session, statement):
        found.setdefault(proposed.notice_id, []).append(
            {
                "id": proposed.id,
                "sections": list(proposed.sections),
                "reasons": proposed.reasons,
                "working_days": proposed.working_days,
                "letter": letter.id,
                "proposal": letter.proposal_id,
                "letter_state": letter.state.value,
                "given_on": letter.dated if letter.state is LetterState.ISSUED else None,
            }
        )
    return found


def powers_of(
    session: Session,
    policy: Policy,
    reader: Reader,
    reference: str,
    *,
    today: date,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Found]:
    """The powers that were prepared in an escalation, the earliest first. Raises NotFound."""
    case = find_case(session, policy, reader, reference)
    standing = legal_standing(case, today)
    mine = select(Power).where(Power.escalation_id == case.escalation.id)
    return paged(
        session,
        mine.order_by(col(Power.id)),
        Power.id,
        lambda found: [_power(case, standing, power, today) for power in found],
        page=page,
        per_page=per_page,
    )


def power(session: Session, policy: Policy, reader: Reader, power_id: int, *, today: date) -> Found:
    """One power; raises NotFound."""
    _, case = see_row_in_case(session, policy, reader, Power, power_id)
    [found] = rows(session, select(Power).where(Power.id == power_id))
    return _power(case, legal_standing(case, today), found, today)


def _power(case: Case, standing: standing_law.Standing, power: Power, today: date) -> Found:
    session, section = case.session, power.section
    ends_on = standing.notice.compliance_ends_on if standing.notice else None
    waits = power.state in (PowerState.PREPARED, PowerState.PROPOSED)
    blocks = standing_law.blocked_by(standing, today) if waits else ()
    missing = powers_law.not_ready(preparation(session, power), case.school, today) if waits else ()
    suspended = section is Section.DELEGATED_BUDGET and power.state is PowerState.IN_FORCE
    return {
        "id": power.id,
        "reference": case.escalation.reference,
        "section": section.value,
        "title": section.title,
        "state": power.state.value,
        "reason": power.reason,
        "words": power.words,
        "arrangements": power.details["arrangements"],
        "governors": power.details["governors"],
        "members": power.details["members"],
        "starts_on": power.starts_on,
        "last_day": powers_law.last_day(section, ends_on) if ends_on else None,
        "consultees": recipients(powers_law.consultees(section, case.school)),
        "consultations": [
            {"with": each.role, "consulted_on": each.consulted_on, "said": each.said}
            for each in consulted(session, power)
        ],
        "secretary_of_state": {
            "needed": powers_law.notification(section),
            "on": power.secretary_of_state_on,
            "evidence": power.secretary_of_state_evidence,
        },
        "missing": list(missing),
        "blocked_by": [block.rule for block in blocks if block.section is section],
        "proposal": power.proposal_id,
        "letter": power.letter_id,
        "used_on": power.used_on,
        "effective_on": power.effective_on,
        "received_evidence": power.received_evidence,
        "review_by": powers_law.review_by(power.effective_on, today)
        if suspended and power.effective_on
        else None,
        "representations": _representations(session, power),
        "reviews": _reviews(session, power),
        "ended_on": power.ended_on,
        "end_reason": power.end_reason,
    }


def _representations(session: Session, power: Power) -> list[Found]:
    statement = select(Representation).where(Representation.power_id == power.id)
    return [
        {"from": each.role, "received_on": each.received_on, "said": each.said}
        for each in session.exec(statement.order_by(col(Representation.id)))
    ]


def _reviews(session: Session, power: Power) -> list[Found]:
    statement = select(BudgetReview).where(BudgetReview.power_id == power.id)
    return [
        {
            "outcome": each.outcome.value,
            "reasons": each.reasons,
            "proposal": each.proposal_id,
            "letter": each.letter_id,
            "decided_on": each.decided_on,
        }
        for each in session.exec(statement.order_by(col(BudgetReview.id)))
    ]


def secretary_of_state_notices_of(
    session: Session,
    policy: Policy,
    reader: Reader,
    reference: str,
    *,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Found]:
    """What the Secretary of State told the authority about the school. Raises NotFound."""
    case = find_case(session, policy, reader, reference)
    mine = select(SecretaryOfStateNotice).where(SecretaryOfStateNotice.urn == case.school.urn)
    return paged(
        session,
        mine.order_by(col(SecretaryOfStateNotice.id)),
        SecretaryOfStateNotice.id,
        lambda found: [secretary_of_state_notice(notice) for notice in found],
        page=page,
        per_page=per_page,
    )


def secretary_of_state_notice(notice: SecretaryOfStateNotice) -> Found:
    """One notice of the Secretary of State."""
    return {
        "id": notice.id,
        "kind": notice.kind.value,
        "received_on": notice.received_on,
        "summary": notice.summary,
        "released_on": notice.released_on,
        "release_note": notice.release_note,
    }


def services_of(
    session: Session, reader: Reader, letter_id: int, *, page: int = 1, per_page: int = PER_PAGE
) -> Page[Found]:
    """How a letter was served on those it is for, apart from its e-mails. Raises NotFound."""
    see_row(session, reader, Letter, letter_id)
    mine = select(Service).where(Service.letter_id == letter_id)
    return paged(
        session,
        mine.order_by(col(Service.id)),
        Service.id,
        lambda found: _services(session, found),
        page=page,
        per_page=per_page,
    )


def service(session: Session, reader: Reader, service_id: int) -> Found:
    """One service of a letter; raises NotFound."""
    return _services(session, [see_row(session, reader, Service, service_id)])[0]


def _services(session: Session, found: Sequence[Service]) -> list[Found]:
    people = officer_names(session, (each.recorded_by_id for each in found))
    return [
        {
            "to": each.role,
            "method": each.method.value,
            "served_on": each.served_on,
            "evidence": each.evidence,
            "recorded_by": people[each.recorded_by_id][0],
            "recorded_by_name": people[each.recorded_by_id][1],
        }
        for each in found
    ]
