"""The guard of the improvement partner: silence does not pass, and old answers are asked again."""

from datetime import timedelta

import pytest

from models.clocks import add_working_days, london_date, office_moment
from models.refusals import InvalidInput, NotPossible
from models.statutory.tables import Support, WarningNotice
from tests.support.cases import ANSWERS, Case
from tests.support.statutory import turn

SILENT = dict.fromkeys(ANSWERS) | {"support_evidence": ""}
COUNTS_FOR = 20  # working days


def refused(case: Case, **answers: object) -> list[str]:
    with pytest.raises(InvalidInput) as invalid:
        case.warn(**answers)
    assert case.all(WarningNotice) == []
    return [field for field, _ in invalid.value.errors]


def test_silence_does_not_pass(case: Case) -> None:
    turn(case)
    assert refused(case, **SILENT) == ["aware_of_problem", "working_with_partner"]


def test_half_an_answer_does_not_pass(case: Case) -> None:
    turn(case)
    assert refused(case, **{**SILENT, "aware_of_problem": False}) == ["working_with_partner"]
    assert refused(case, support_evidence=" ") == ["support_evidence"]


def test_what_the_form_is_answered_goes_on_record(case: Case) -> None:
    turn(case).warn()
    [support] = case.all(Support)
    assert (support.aware_of_problem, support.working_with_partner) == (True, False)
    assert "support_recorded" in case.kinds


def test_an_answer_that_support_works_wants_the_reason(case: Case) -> None:
    turn(case)
    assert refused(case, working_with_partner=True) == ["why_support_is_not_enough"]
    case.warn(working_with_partner=True, why_support_is_not_enough="Pupils are at risk today.")
    assert case.notice.why_support_is_not_enough == "Pupils are at risk today."


def answered(case: Case) -> None:
    """An answer of today is on record; nothing came of it."""
    turn(case).warn(approved=False)
    case.decide(case.awaiting[-1], "legal", "return", "Not yet.")


def test_an_answer_counts_for_twenty_working_days(case: Case) -> None:
    answered(case)
    last = add_working_days(london_date(case.now), COUNTS_FOR)
    case.now = office_moment(last)
    case.warn(approved=False)
    assert len(case.all(Support)) == 1


def test_an_older_answer_is_asked_again(case: Case) -> None:
    answered(case)
    last = add_working_days(london_date(case.now), COUNTS_FOR)
    case.now = office_moment(last + timedelta(days=1))
    with pytest.raises(InvalidInput, match="improvement partner"):
        case.warn()
    case.warn(**ANSWERS, approved=False)
    assert len(case.all(Support)) == 2


def test_an_answer_that_grew_old_while_the_notice_waited_stops_its_approval(case: Case) -> None:
    turn(case).warn(approved=False, compliance_ends_on=add_working_days(london_date(case.now), 60))
    proposal = case.decide(case.awaiting[-1], "legal")
    case.now = office_moment(add_working_days(london_date(case.now), COUNTS_FOR + 1))
    with pytest.raises(NotPossible, match="not answered within the last 20 working days"):
        case.decide(proposal, "dcs")
