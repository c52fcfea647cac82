"""Giving a warning notice (section 60): its content, the guard, and what its approval begins."""

from datetime import date, timedelta

from pydantic import Field

from models.approvals.approving import approve_letters
from models.approvals.effects import Taken
from models.approvals.putting_forward import Draft, put_forward
from models.clocks import long_date
from models.escalations.tables import Escalation, Status, Step, StepState
from models.events import append
from models.happened import Happened
from models.inputs import Day, Input, Text, Words
from models.law import notices as law
from models.law import standing as standing_law
from models.law.roads import NO_PAY_NOTICE
from models.letters.addressing import Addressing
from models.letters.service_asked import stop_asking
from models.letters.tables import LetterState
from models.matters.case import Case, enter
from models.matters.deadlines import cancel_statutory, set_deadline, settle_deadline
from models.matters.tables import DeadlineKind
from models.people.access import Act
from models.people.acting import Acting
from models.policy import StepRule
from models.policy.ladder import Standing, refusal
from models.proposed import Action
from models.refusals import InvalidInput, NotPossible
from models.rows import add, change, get_row
from models.statutory.events import SupportRecorded
from models.statutory.guard import check_still_answered, take_answers
from models.statutory.in_words import GroundInWords, NoticeToGive, WarningNoticeLetter
from models.statutory.legal import (
    LawToday,
    check_applies,
    check_at_work,
    latest_support,
    letters_under,
    notices_of,
)
from models.statutory.one_notice import CLOCKS, of_proposal, set_last_day, word_of
from models.statutory.proposed import GiveWarningNotice
from models.statutory.tables import Support, WarningNotice
from models.text import check_printable, check_prose

PAY_AND_CONDITIONS = "pay_and_conditions"  # of section 60A: no ground of section 60(2)
TEXTS = ("comparison", "why_powers", "matters", "action_required", "action_minded")


class HowSupportWorks(Input):
    """How the school and the authority work together on the problem."""

    aware_of_problem: bool
    working_with_partner: bool
    plan_on_track: bool
    evidence: Text


def record_support(acting: Acting, reference: str, given: HowSupportWorks) -> Support:
    """How school and authority work together on the problem, with the evidence for it.

    The guard before a warning notice looks at the latest. Raises NotFound, NotAllowed,
    InvalidInput, NotPossible.
    """
    session, officer = acting.session, acting.officer
    case = enter(session, acting.policy, officer, Act.RECORD_SUPPORT, reference)
    check_at_work(case)
    check_prose("evidence", given.evidence)
    answers = {
        "aware_of_problem": given.aware_of_problem,
        "working_with_partner": given.working_with_partner,
        "plan_on_track": given.plan_on_track,
    }
    support_id = add(
        session,
        Support,
        escalation_id=case.escalation.id,
        **answers,
        evidence=given.evidence,
        recorded_by_id=officer.id,
        recorded_at=acting.now,
    )
    recorded = SupportRecorded(case.escalation.id, support=support_id, **answers)
    append(session, acting.now, officer.email, recorded)
    return get_row(session, Support, support_id)


class NewWarningNotice(Input):
    """A warning notice, whole: what section 60 wants of it is checked by the command.

    `comparisons`, `comparison` and `why_powers` belong to the ground `standards`;
    `why_support_is_not_enough` is needed while support is recorded as working. The answers on the
    school's awareness and its improvement partner are needed, with their evidence, unless they are
    on record and not too old.
    """

    grounds: Words
    comparisons: Words = Field(default=[])
    comparison: Text = ""
    why_powers: Text = ""
    matters: Text
    action_required: Text
    compliance_ends_on: Day
    action_minded: Text
    why_support_is_not_enough: Text = ""
    aware_of_problem: bool | None = None
    working_with_partner: bool | None = None
    plan_on_track: bool | None = None
    support_evidence: Text = ""


def give_notice(acting: Acting, reference: str, given: NewWarningNotice) -> WarningNotice:
    """Put a warning notice forward, whole: its letter is drafted with every copy it must have.

    It is given when the last of its approvers has approved it. Raises NotFound, NotAllowed,
    InvalidInput for whatever section 60 wants and is missing, and NotPossible when no notice
    may be given now or somebody who must have a copy has no address.
    """
    session, officer = acting.session, acting.officer
    case = enter(session, acting.policy, officer, Act.PROPOSE_NOTICE, reference)
    at = case.standing(acting.now, transition_awaiting=case.transition_awaiting())
    rule = check_turn(LawToday(case, acting.today), at)
    content = _content(given)
    longest_days = case.policy.statutory.longest_compliance_days
    _check_content(content, given.compliance_ends_on, acting.today, longest_days)
    take_answers(acting, case, given)
    guarded = check_guard(case, given.why_support_is_not_enough)
    reason = "To give a warning notice under section 60 of the Education and Inspections Act 2006."
    if guarded:
        reason += f" Support is not enough because: {given.why_support_is_not_enough}"
    placed = put_forward(
        case,
        officer,
        acting.now,
        GiveWarningNotice(compliance_ends_on=given.compliance_ends_on),
        rule,
        reason,
        drafts=[Draft(rule.letter or "", copies_by_law(case, rule), (described(content),))],
    )
    notice_id = add(
        session,
        WarningNotice,
        escalation_id=case.escalation.id,
        proposal_id=placed.proposal_id,
        letter_id=placed.letter_ids[0],
        grounds=list(content.grounds),
        comparisons=list(content.comparisons),
        compliance_ends_on=given.compliance_ends_on,
        why_support_is_not_enough=given.why_support_is_not_enough if guarded else "",
        **{name: getattr(content, name) for name in TEXTS},
    )
    append(session, acting.now, officer.email, *placed.happenings)
    return get_row(session, WarningNotice, notice_id)


def check_turn(law_today: LawToday, at: Standing) -> StepRule:
    """The ladder's rule for the notice, when it is its turn or a notice may be given again.

    Raises NotPossible when the ladder or the law does not allow one now.
    """
    check_applies(law_today.case)
    rule = next(step for step in at.ladder.steps if step.kind == "notice")
    refused = not_its_turn(rule, at) or _not_lawful(law_today)
    if refused:
        raise NotPossible(refused)
    return rule


def not_its_turn(rule: StepRule, at: Standing) -> str | None:
    """Why the ladder allows no warning notice now; None when it does."""
    if at.step.statutory:
        return _given_again(at)
    refused = refusal(Action.ADVANCE, at)
    if refused is None and at.ladder.after(at.step.key) != rule:
        return f"Step {rule.number} comes later: steps are taken in order."
    return refused


def _not_lawful(law_today: LawToday) -> str | None:
    refused = standing_law.notice_refusal(law_today.standing, law_today.today)
    if refused is None and law_today.notice_goes_out:
        return "A warning notice was approved and has not been issued yet."
    return refused


def _given_again(at: Standing) -> str | None:
    """A further notice may be given while the case stands at one, or at the powers after it."""
    if at.transition_awaiting:
        return "Another proposal for this escalation is waiting for a decision."
    return None if at.status is Status.OPEN else f"The escalation is {at.status.value}."


def _content(given: NewWarningNotice) -> law.Content:
    """What was entered, as the law reads it; a comparison belongs to ground (a) alone."""
    if PAY_AND_CONDITIONS in given.grounds:
        raise InvalidInput("grounds", NO_PAY_NOTICE)
    grounds = [word_of("grounds", name, law.Ground) for name in given.grounds]
    comparisons = [word_of("comparisons", name, law.Comparison) for name in given.comparisons]
    texts = {name: getattr(given, name) for name in TEXTS}
    for name, text in texts.items():
        check_printable(name, check_prose(name, text, required=False))
    return law.Content(
        grounds=tuple(dict.fromkeys(grounds)),
        comparisons=tuple(dict.fromkeys(comparisons)),
        compliance_ends_on=given.compliance_ends_on,
        **texts,
    )


def _check_content(content: law.Content, ends_on: date, today: date, longest_days: int) -> None:
    """Refuse a notice that lacks something, or whose compliance period is no period."""
    missing = law.missing(content, today)
    if missing:
        raise InvalidInput.many(missing)
    if ends_on > today + timedelta(days=longest_days):
        raise InvalidInput(
            "compliance_ends_on",
            f"Enter a date within {longest_days} days. The Act sets no longest compliance period: "
            "this one is a setting of the council’s policy (longest_compliance_days).",
        )


def check_guard(case: Case, why_support_is_not_enough: str) -> bool:
    """Whether support works, so that a notice needs a reason; raises InvalidInput without one.

    Source: The SIP's Brief, part 4: the authority should refrain from a notice while the school
    is aware of the problem and works well with its partner.
    """
    support = latest_support(case)
    if support is None or not support.works:
        return False
    check_prose("why_support_is_not_enough", why_support_is_not_enough)
    return True


def copies_by_law(case: Case, rule: StepRule) -> Addressing:
    """The governing body, and everybody who must have a copy at the same time (s.60(6))."""
    copies = law.copies(case.school)
    return Addressing(rule.to, law.must(copies), law.offered(copies))


def described(content: law.Content) -> WarningNoticeLetter:
    """The notice in words, for its letter."""
    standards = law.Ground.STANDARDS in content.grounds
    ends_on = content.compliance_ends_on
    notice = NoticeToGive(
        grounds=[GroundInWords(key=each.value, statute=each.statute) for each in content.grounds],
        comparisons=[each.statute for each in content.comparisons] if standards else [],
        comparison=content.comparison if standards else "",
        why_powers=content.why_powers if standards else "",
        matters=content.matters,
        action_required=content.action_required,
        compliance_ends_on=long_date(ends_on) if ends_on else "",
        action_minded=content.action_minded,
    )
    return WarningNoticeLetter(notice=notice)


def give_approved(case: Case, taken: Taken[GiveWarningNotice]) -> list[Happened]:
    """The Director has approved: the letter goes out, and both statutory clocks begin.

    Raises NotPossible when the law has come to stand in its way meanwhile.
    """
    proposal, today, now = taken.proposal, taken.today, taken.now
    at = case.standing(now, transition_awaiting=False)
    check_turn(LawToday(case, today), at)
    notice = of_proposal(case.session, proposal)
    if notice.compliance_ends_on <= today:
        ends_on = long_date(notice.compliance_ends_on)
        raise NotPossible(f"The compliance period proposed ends on {ends_on}. Return the proposal.")
    check_still_answered(case, today)
    _check_guard_again(case, notice)
    approve_letters(case, proposal, taken.approver, today, notice.compliance_ends_on)
    _begin_step(case, proposal.step, today)
    compliance = set_deadline(
        case.session,
        case.policy,
        case.matter.id,
        step_key=proposal.step,
        kind=DeadlineKind.COMPLIANCE,
        due_on=notice.compliance_ends_on,
        rule="The end of the compliance period in the warning notice",
        now=now,
    )
    return [compliance, set_last_day(case, notice.compliance_ends_on, now)]


def _check_guard_again(case: Case, notice: WarningNotice) -> None:
    """Support may have come to work while the notice waited; then its approvers need the reason."""
    support = latest_support(case)
    if support is not None and support.works and not notice.why_support_is_not_enough:
        raise NotPossible(
            "It was recorded meanwhile that support works, and the notice does not say why that "
            "is not enough. Return the proposal."
        )


def _begin_step(case: Case, key: str, today: date) -> None:
    """The case stands at the notice now, whether for the first time or again."""
    if case.step.state is StepState.AWAITING_RESPONSE:
        no_response = StepState.NO_RESPONSE
        change(case.session, Step, {"id": case.step.id}, state=no_response, changed_on=today)
        if case.deadline is not None:
            settle_deadline(case.session, case.deadline, met=False)
    cancel_statutory(case.session, case.escalation.id, *CLOCKS)
    for before in notices_of(case, LetterState.ISSUED):
        stop_asking(case.session, letters_under(case.session, before.notice))
    for later in case.ladder.following(key):
        ahead = {"state": StepState.AHEAD, "changed_on": today}
        change(case.session, Step, {"id": case.steps[later.key].id}, **ahead)
    approved = {"state": StepState.APPROVED, "changed_on": today}
    change(case.session, Step, {"id": case.steps[key].id}, **approved)
    change(case.session, Escalation, {"id": case.escalation.id}, step_key=key)
