"""What the statutory steps allow now: each act asks what its command asks."""

from collections.abc import Iterator
from functools import partial

from models.approvals.putting_forward import Way
from models.fairness.gates import Subject, check_proposing
from models.letters.addressing import Addressing
from models.letters.serving import check_serving
from models.matters.case import Case
from models.matters.possible import CaseAct, Gate
from models.people.access import Act
from models.policy.ladder import Standing, approvers
from models.proposed import Action
from models.statutory import (
    budgets,
    ending,
    following,
    giving,
    matching,
    preparing,
    secretary_of_state,
    using,
)
from models.statutory.legal import LawToday, check_at_work
from models.statutory.one_notice import notice_rule, powers_rule, to_both
from models.statutory.one_power import check_prepared, whom_it_concerns
from models.statutory.tables import Power, PowerState, WarningNotice

LIVE = (PowerState.PREPARED, PowerState.PROPOSED, PowerState.IN_FORCE)


def gates_in_law(law: LawToday, at: Standing, way: Way) -> Iterator[Gate]:
    """Every act of the statutory steps on a case, on its newest notice and on its live powers."""
    case = law.case
    yield Gate(CaseAct.RECORD_SUPPORT, Act.RECORD_SUPPORT, partial(check_at_work, case))
    yield Gate(
        CaseAct.GIVE_WARNING_NOTICE,
        Act.PROPOSE_NOTICE,
        partial(giving.check_turn, law, at),
        way=partial(_notice_goes, law, way),
    )
    for letter in law.to_be_served:
        yield Gate(
            CaseAct.RECORD_SERVICE, Act.RECORD_SERVICE, partial(check_serving, letter), letter.id
        )
    if law.notices:
        yield from _after_notice(law, law.notices[0].notice, way)
    yield Gate(
        CaseAct.PREPARE_POWER,
        Act.PREPARE_POWER,
        partial(preparing.check_preparing, law),
        way=partial(_preparation_goes, law, way),
    )
    for power in law.powers_that_are(*LIVE):
        yield from _on_power(law, at, power, way)
    yield Gate(
        CaseAct.RECORD_SECRETARY_OF_STATE_NOTICE,
        Act.RECORD_SECRETARY_OF_STATE,
        partial(secretary_of_state.check_receiving, case),
    )
    for notice in law.told:
        yield Gate(
            CaseAct.RELEASE_SECRETARY_OF_STATE_NOTICE,
            Act.RECORD_SECRETARY_OF_STATE,
            partial(secretary_of_state.check_releasing, case, notice),
            notice.id,
        )


def _after_notice(law: LawToday, notice: WarningNotice, way: Way) -> Iterator[Gate]:
    # That it complied is the judgement that may be made soonest; that it did not waits for the end.
    judging = partial(following.check_judging, law, notice, complied=True)
    yield Gate(CaseAct.JUDGE_COMPLIANCE, Act.JUDGE_COMPLIANCE, judging, notice.id)
    yield Gate(
        CaseAct.PROPOSE_POWERS,
        Act.PROPOSE_POWERS,
        partial(following.check_proposing_powers, law, notice),
        notice.id,
        way=partial(_powers_proposed, law.case, way),
    )


def _on_power(law: LawToday, at: Standing, power: Power, way: Way) -> Iterator[Gate]:
    case = law.case
    yield Gate(
        CaseAct.RECORD_CONSULTATION,
        Act.RECORD_CONSULTATION,
        partial(preparing.check_consulting, case, power),
        power.id,
    )
    yield Gate(
        CaseAct.RECORD_SECRETARY_OF_STATE_TOLD,
        Act.RECORD_SECRETARY_OF_STATE,
        partial(check_prepared, case, power),
        power.id,
    )
    yield Gate(
        CaseAct.USE_POWER,
        Act.USE_POWER,
        partial(using.check_using, law, power, at),
        power.id,
        way=partial(_use_goes, case, power, way),
    )
    yield Gate(
        CaseAct.RECORD_MATCHING_GOVERNOR,
        Act.RECORD_MATCHING_GOVERNOR,
        partial(matching.check_matching, law, power),
        power.id,
    )
    receiving = partial(budgets.check_receipt, power)
    yield Gate(CaseAct.RECORD_RECEIPT, Act.RECORD_RECEIPT, receiving, power.id)
    suspended = partial(budgets.check_suspended, power)
    yield Gate(CaseAct.RECORD_REPRESENTATION, Act.RECORD_REPRESENTATION, suspended, power.id)
    review = partial(_to_both, case, way)
    yield Gate(CaseAct.REVIEW_BUDGET, Act.REVIEW_BUDGET, suspended, power.id, way=review)
    by_notice = ending.ends_by_notice(law, power)
    yield Gate(
        CaseAct.END_POWER,
        Act.END_POWER,
        partial(ending.check_ending, law, power),
        power.id,
        way=partial(_to_all_concerned, case, power, way) if by_notice else None,
    )


def _notice_goes(law: LawToday, way: Way) -> None:
    rule = notice_rule(law.case)
    roles = approvers(law.case.policy, Action.ADVANCE, rule)
    way.check(roles, giving.copies_by_law(law.case, rule))
    check_proposing(law.case, Subject("warning_notice", rule), way.now)


def _preparation_goes(law: LawToday, way: Way) -> None:
    # Whom else it is for depends on the section; the Secretary of State is told of each.
    roles = approvers(law.case.policy, Action.LETTER, powers_rule(law.case))
    way.check(roles, Addressing("secretary_of_state"))


def _to_both(case: Case, way: Way) -> None:
    rule = powers_rule(case)
    way.check(rule.approvers, to_both(rule))


def _powers_proposed(case: Case, way: Way) -> None:
    _to_both(case, way)
    check_proposing(case, Subject("notice_of_powers", powers_rule(case)), way.now)


def _use_goes(case: Case, power: Power, way: Way) -> None:
    _to_all_concerned(case, power, way)
    check_proposing(case, Subject("power", powers_rule(case), power.section), way.now)


def _to_all_concerned(case: Case, power: Power, way: Way) -> None:
    rule = powers_rule(case)
    way.check(rule.approvers, whom_it_concerns(case, power, rule))
