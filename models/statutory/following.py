"""What follows a warning notice: compliance judged, powers proposed, the notice ceasing."""

from datetime import date

from models.approvals.approving import approve_letters
from models.approvals.effects import Taken
from models.approvals.putting_forward import Draft, put_forward
from models.escalations.tables import Step, StepState
from models.events import append
from models.happened import Happened
from models.inputs import Input, Text, Words
from models.law import powers as powers_law
from models.law import standing as standing_law
from models.letters.service_asked import stop_asking
from models.letters.tables import LetterState
from models.letters.words import words_for_school
from models.matters.at_hand import see_row
from models.matters.case import Case, find_in_case
from models.matters.deadlines import cancel_deadline, cancel_statutory, settle_deadline
from models.matters.tables import DeadlineKind, DeadlineState
from models.people.access import THE_MACHINE, Act
from models.people.acting import Acting
from models.refusals import InvalidInput, NotPossible
from models.rows import add, change, get_row
from models.statutory.events import ComplianceJudged, WarningNoticeCeased
from models.statutory.in_words import ProposedPowersLetter, SectionInWords
from models.statutory.legal import (
    LawToday,
    check_at_work,
    letters_under,
    notices_of,
    withdraw_unissued,
)
from models.statutory.one_notice import (
    CLOCKS,
    check_failed,
    notice_in_words,
    notice_rule,
    powers_rule,
    to_both,
    word_of,
)
from models.statutory.one_power import newest_deadline
from models.statutory.proposed import NoticeOfPowers
from models.statutory.tables import ProposedPowers, WarningNotice
from models.statutory.words import why_complied, why_powers
from models.text import check_printable, check_prose


class ComplianceJudgement(Input):
    """Whether the governing body complied to the authority's satisfaction.

    Later letters quote the `words`, and never the `reasons`.
    """

    complied: bool
    reasons: Text
    words: Text = ""


def judge_compliance(acting: Acting, notice_id: int, given: ComplianceJudgement) -> WarningNotice:
    """Whether the governing body complied to the authority's satisfaction, and why.

    Later letters quote the `words`; the `reasons` stay on record.
    Raises NotFound, NotAllowed, InvalidInput, and NotPossible before the compliance period is
    over (not complied), after a judgement, or for a notice that was not given or has ceased.
    """
    session, officer, today = acting.session, acting.officer, acting.today
    notice, case = find_in_case(
        session, acting.policy, officer, Act.JUDGE_COMPLIANCE, WarningNotice, notice_id
    )
    complied = given.complied
    check_judging(LawToday(case, today), notice, complied=complied)
    check_printable("reasons", check_prose("reasons", given.reasons))
    judgement = {"complied": complied, "judged_on": today, "judged_by_id": officer.id}
    change(
        session,
        WarningNotice,
        {"id": notice.id},
        **judgement,
        judgement_reasons=given.reasons,
        judgement_words=words_for_school(given.words, why_complied(notice, complied=complied)),
    )
    state = StepState.SATISFACTORY if complied else StepState.UNSATISFACTORY
    step = case.steps[notice_rule(case).key]  # the escalation may stand at the powers already
    change(session, Step, {"id": step.id}, state=state, changed_on=today)
    compliance = newest_deadline(case, DeadlineKind.COMPLIANCE)
    if compliance is not None and compliance.state is not DeadlineState.CANCELLED:
        settle_deadline(session, compliance, met=complied)
    if complied:
        cancel_statutory(session, case.escalation.id, *CLOCKS)
        stop_asking(session, letters_under(session, notice))
    judged = ComplianceJudged(
        case.escalation.id, notice=notice.id, complied=complied, reasons=given.reasons
    )
    append(session, acting.now, officer.email, judged)
    return get_row(session, WarningNotice, notice.id)


def check_judging(law: LawToday, notice: WarningNotice, *, complied: bool) -> None:
    """Refuse a judgement of compliance that may not be made today; raises NotPossible."""
    check_at_work(law.case)
    _check_in_hand(law, notice)
    if notice.complied is not None:
        raise NotPossible("Compliance with this notice has already been judged.")
    assert law.standing.notice is not None  # noqa: S101 - it is in hand
    refused = standing_law.judgement_refusal(law.standing.notice, complied, law.today)
    if refused:
        raise NotPossible(refused)


def _check_in_hand(law: LawToday, notice: WarningNotice) -> None:
    """Only the newest notice that was given can be acted on, and none while another goes out."""
    if law.given is None or law.given.notice.id != notice.id or law.notice_goes_out:
        raise NotPossible("This warning notice has not been given, or a later one has.")


class PowersToPropose(Input):
    """Notice that powers are proposed: which sections, and why."""

    sections: Words
    reasons: Text
    words: Text = ""


def propose_powers(acting: Acting, notice_id: int, given: PowersToPropose) -> ProposedPowers:
    """Give the governing body written notice that powers are proposed (section 60(1)(d)).

    The letter is drafted, with the `words` and not the `reasons`, and put forward to the
    approvers of the step of the powers; how many
    working days are reasonable is the policy's. Raises NotFound, NotAllowed, InvalidInput, and
    NotPossible until it was judged that the governing body did not comply: the letter says so.
    """
    session, officer = acting.session, acting.officer
    notice, case = find_in_case(
        session, acting.policy, officer, Act.PROPOSE_POWERS, WarningNotice, notice_id
    )
    check_proposing_powers(LawToday(case, acting.today), notice)
    if not given.sections:
        raise InvalidInput("sections", "Choose at least one power.")
    sections = dict.fromkeys(given.sections)
    chosen = [word_of("sections", name, powers_law.Section) for name in sections]
    check_printable("reasons", check_prose("reasons", given.reasons))
    powers = powers_rule(case)
    draft = Draft(
        "proposed_powers",
        to_both(powers),
        (
            ProposedPowersLetter(
                notice=notice_in_words(case),
                powers=[SectionInWords(section=each.value, title=each.title) for each in chosen],
                words=words_for_school(given.words, why_powers(notice)),
            ),
        ),
    )
    placed = put_forward(
        case,
        officer,
        acting.now,
        NoticeOfPowers(powers_after=notice.id),
        powers,
        given.reasons,
        drafts=[draft],
        roles=powers.approvers,
    )
    proposed_id = add(
        session,
        ProposedPowers,
        notice_id=notice.id,
        letter_id=placed.letter_ids[0],
        sections=[each.value for each in chosen],
        reasons=given.reasons,
        working_days=case.policy.statutory.notice_of_powers_working_days,
    )
    append(session, acting.now, officer.email, *placed.happenings)
    return get_row(session, ProposedPowers, proposed_id)


def check_proposing_powers(law: LawToday, notice: WarningNotice) -> None:
    """Refuse a notice of proposed powers before the other three facts; raises NotPossible."""
    check_at_work(law.case)
    _check_in_hand(law, notice)
    check_failed(notice)


def notice_of_powers_approved(case: Case, taken: Taken[NoticeOfPowers]) -> list[Happened]:
    """The letter goes out, unless what it says has ceased to be so; raises NotPossible."""
    approve_letters(case, taken.proposal, taken.approver, taken.today, None)
    check_failed(see_row(case.session, THE_MACHINE, WarningNotice, taken.asks.powers_after))
    return []


def cease_notices(case: Case, today: date, because: str) -> list[Happened]:
    """Every notice of this case ceases to have effect, and its clocks with it.

    What was approved and not yet issued does not go out any more.
    """
    happenings: list[Happened] = []
    for notice, dated, *_ in notices_of(case, LetterState.APPROVED, LetterState.ISSUED):
        if notice.ceased_on is None and not notice.complied:
            ceased = {"ceased_on": max(today, dated), "ceased_because": because}
            change(case.session, WarningNotice, {"id": notice.id}, **ceased)
            event = WarningNoticeCeased(case.escalation.id, notice=notice.id, because=because)
            happenings += [event, *_withdraw_letters(case, notice)]
            stop_asking(case.session, letters_under(case.session, notice))
    if happenings:
        _stop_clocks(case)
    return happenings


def _withdraw_letters(case: Case, notice: WarningNotice) -> list[Happened]:
    letters = letters_under(case.session, notice)
    return [each for letter_id in letters for each in withdraw_unissued(case, letter_id)]


def _stop_clocks(case: Case) -> None:
    """Nobody is chased about a notice that ceased, even when its period was over."""
    cancel_statutory(case.session, case.escalation.id, *CLOCKS)
    compliance = newest_deadline(case, DeadlineKind.COMPLIANCE)
    if compliance is not None:
        cancel_deadline(case.session, compliance)
