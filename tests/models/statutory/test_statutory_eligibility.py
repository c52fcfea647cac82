"""From the notice to eligibility: both clocks, compliance, the four facts, a further notice."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from models.approvals.tables import Decision
from models.database import read, write
from models.law.powers import Section
from models.people import officers
from models.refusals import InvalidInput, NotPossible
from models.statutory import following
from models.statutory.tables import PowerState, WarningNotice
from tests.support.cases import ANSWERS, Case
from tests.support.council import NOW
from tests.support.statutory import (
    ENDS_ON,
    GIVEN,
    LAST_DAY,
    act,
    at,
    blocked,
    eligible,
    facts,
    failed,
    letters,
    of_kind,
    reminded,
    roles,
    suspended,
    text,
    ticks,
    told,
    turn,
    warned,
)

# --- the clocks


def test_both_clocks_begin_with_the_notice(case: Case) -> None:
    warned(case)
    [compliance], [last] = of_kind(case, "compliance"), of_kind(case, "powers")
    assert (compliance.due_on, compliance.state) == (ENDS_ON, "open")
    assert (last.due_on, last.state) == (LAST_DAY, "open")
    assert case.eligibility.last_day_for_powers == {
        "63": LAST_DAY,
        "64": LAST_DAY,
        "65": None,
        "66": LAST_DAY,
    }
    with pytest.raises(NotPossible, match=r"fixed by its warning notice \(section 60\)"):
        case.propose("extend", to=date(2026, 12, 20))


# End of the compliance period; the last day by the corresponding date; the days of the alerts:
# 20, 10 and 5 working days before it, and on it or on the last working day before.
LAST_DAYS = [
    # a Saturday
    ("2026-11-30", "2027-01-30", ["2027-01-04", "2027-01-18", "2027-01-25", "2027-01-29"]),
    # the end of a short month, a Sunday
    ("2026-12-31", "2027-02-28", ["2027-02-01", "2027-02-15", "2027-02-22", "2027-02-26"]),
    # Good Friday
    ("2027-01-26", "2027-03-26", ["2027-02-26", "2027-03-12", "2027-03-19", "2027-03-25"]),
    # a working day after Easter: Good Friday and Easter Monday, 26 and 29 March, do not count
    ("2027-02-06", "2027-04-06", ["2027-03-05", "2027-03-19", "2027-03-30", "2027-04-06"]),
]


@pytest.mark.parametrize("paused", [False, True], ids=["open", "paused"])
@pytest.mark.parametrize(("ends_on", "last", "days"), LAST_DAYS)
def test_everybody_in_charge_is_alerted_to_the_last_day(
    case: Case, ends_on: str, last: str, days: list[str], paused: bool
) -> None:
    with write(case.engine) as session:
        officers.add_officer(
            session, now=NOW, email="d2@fernshire.example", name="Dan Frost", role="director"
        )
    turn(case).warn(compliance_ends_on=date.fromisoformat(ends_on))
    case.issue()
    if paused:
        case.change("pause")
    due_on = date.fromisoformat(last)
    [deadline] = of_kind(case, "powers")
    assert deadline.due_on == due_on
    ticks(case, date.fromisoformat(days[0]) - timedelta(days=5), due_on + timedelta(days=3))
    people = {f"{name}@fernshire.example" for name in ("seo", "hos", "dcs", "d2")}
    assert reminded(case, deadline) == [(day, people) for day in days]
    [after] = of_kind(case, "powers")
    assert after.state == "missed"
    mine = {message.to_email for message in case.messages if message.kind == "reminder"}
    assert people <= mine


def test_the_compliance_period_is_reminded_of_while_paused(case: Case) -> None:
    warned(case)
    case.change("pause")
    ticks(case, GIVEN, date(2026, 12, 8))
    [compliance] = of_kind(case, "compliance")
    days = [day for day, _ in reminded(case, compliance)]
    assert days == ["2026-11-27", "2026-11-30", "2026-12-07"]
    assert compliance.state == "missed"


def test_a_response_is_not_compliance(case: Case) -> None:
    warned(case)
    with pytest.raises(NotPossible, match="compliance with the warning notice is judged"):
        case.respond("satisfactory")
    case.respond(None)
    [compliance] = of_kind(case, "compliance")
    assert compliance.state == "open", "an answer in time is not compliance in time"


# --- judging compliance


def test_judged_complied_ends_both_clocks(case: Case) -> None:
    notice = warned(case)
    case.now = at(date(2026, 11, 26))
    judged = case.judge_compliance(complied=True)
    assert (judged.complied, judged.judged_on) == (True, date(2026, 11, 26))
    assert case.states["warning_notice"] == "satisfactory"
    assert [each.state for each in of_kind(case, "compliance")] == ["met"]
    assert [each.state for each in of_kind(case, "powers")] == ["cancelled"]
    before = len(case.messages)
    ticks(case, date(2027, 1, 1), LAST_DAY)
    reminders = [each for each in case.messages[before:] if each.kind == "reminder"]
    assert reminders == []
    with pytest.raises(NotPossible, match="already been judged"):
        case.judge_compliance(complied=False)
    with pytest.raises(NotPossible, match="complied with the warning notice"):
        case.propose_powers("65")
    with pytest.raises(NotPossible, match="complied with the warning notice"):
        case.prepare("63")
    assert not case.eligibility.eligible
    case.change("resolve")
    assert case.escalation.status == "resolved"
    assert case.notice.id == notice.id


def test_not_complied_is_judged_only_once_the_period_is_over(case: Case) -> None:
    warned(case)
    for day in (GIVEN, ENDS_ON):
        case.now = at(day, 23)
        with pytest.raises(NotPossible, match="can be judged from 1 December 2026"):
            case.judge_compliance(complied=False)
    case.now = at(date(2026, 12, 1), 0)
    case.judge_compliance(complied=False)
    assert case.states["warning_notice"] == "unsatisfactory"
    assert [each.state for each in of_kind(case, "compliance")] == ["missed"]
    assert [each.state for each in of_kind(case, "powers")] == ["open"]


def test_an_approved_notice_is_not_judged_before_it_is_given(case: Case) -> None:
    turn(case).warn(compliance_ends_on=ENDS_ON)
    with pytest.raises(NotPossible, match="has not been given"):
        case.judge_compliance(complied=True)


# --- the notice of proposed powers, and the four facts


def test_powers_are_proposed_only_after_a_failure(case: Case) -> None:
    warned(case)
    with pytest.raises(NotPossible, match="Judge first"):
        case.propose_powers("65")
    case.now = at(date(2026, 12, 1))
    case.judge_compliance(complied=False)
    with pytest.raises(InvalidInput, match="at least one"):
        act(
            case,
            following.propose_powers,
            notice_id=case.notice.id,
            sections=[],
            reasons="The governing body has not acted.",
        )
    with pytest.raises(InvalidInput, match="Choose from: 63, 64, 65, 66"):
        case.propose_powers("67")
    case.propose_powers("65", "66")
    [letter] = letters(case, "proposed_powers")
    assert (letter.state, letter.dated) == ("issued", date(2026, 12, 1))
    assert roles(letter) == ["chair_of_governors", "headteacher"]
    says = text(case, letter)
    assert "section 60(1)(d)" in says
    assert "ended at the end of ⟦30 November 2026⟧" in says
    with read(case.engine) as session:
        decided = session.exec(
            select(Decision).where(Decision.proposal_id == letter.proposal_id)
        ).one()
        assert decided.officer_id == case.council.dcs.id


def test_the_four_facts_come_one_by_one_each_with_its_day(case: Case) -> None:
    turn(case)
    keys = ["notice_given", "period_over", "not_complied", "powers_proposed"]
    assert facts(case) == [(key, None) for key in keys]
    case.warn(compliance_ends_on=ENDS_ON)
    assert facts(case)[0] == ("notice_given", None), "approved is not given"
    case.issue()
    assert facts(case)[0] == ("notice_given", None), "issued is not served"
    case.serve()
    assert [on for _, on in facts(case)] == [GIVEN, None, None, None]
    case.now = at(ENDS_ON, 23)
    assert [on for _, on in facts(case)] == [GIVEN, None, None, None]
    case.now = at(date(2026, 12, 1))
    over = date(2026, 12, 1)
    assert [on for _, on in facts(case)] == [GIVEN, over, None, None]
    case.now = at(date(2026, 12, 2))
    case.judge_compliance(complied=False)
    assert [on for _, on in facts(case)] == [GIVEN, over, date(2026, 12, 2), None]
    case.propose_powers("65")
    assert facts(case)[3] == ("powers_proposed", None), "five working days are reasonable notice"
    with pytest.raises(NotPossible, match="not eligible for intervention"):
        case.propose("advance")
    case.now = at(date(2026, 12, 9), 23)
    assert facts(case)[3] == ("powers_proposed", None)
    case.now = at(date(2026, 12, 10))
    assert facts(case)[3] == ("powers_proposed", date(2026, 12, 10))
    assert case.eligibility.eligible
    case.change("advance")
    assert case.states["intervention"] == "approved"


def test_eligibility_is_looked_at_again_when_the_step_is_approved(case: Case) -> None:
    failed(case)
    case.propose_powers("65")
    case.now = at(date(2026, 12, 9))
    proposal = case.propose("advance")
    told(case, "warning_notice")
    with pytest.raises(NotPossible, match="not eligible for intervention"):
        case.decide(proposal, "dcs")
    assert case.escalation.step_key == "warning_notice"


# --- a further notice


def test_a_further_notice_renews_the_two_months(case: Case) -> None:
    eligible(case)
    case.now = at(date(2027, 2, 1))
    assert set(blocked(case)) == {"63", "64", "66"}
    case.warn(compliance_ends_on=date(2027, 2, 22), **ANSWERS)
    assert case.escalation.step_key == "warning_notice"
    assert case.states["intervention"] == "ahead"
    case.issue()
    case.serve()
    assert [on for _, on in facts(case)] == [date(2027, 2, 1), None, None, None]
    assert case.eligibility.last_day_for_powers[Section.ARRANGEMENTS] == date(2027, 4, 22)
    old, new = case.all(WarningNotice)
    with pytest.raises(NotPossible, match="or a later one has"):
        act(case, following.judge_compliance, notice_id=old.id, complied=True, reasons="Late.")
    assert [each.due_on for each in of_kind(case, "powers") if each.state == "open"] == [
        date(2027, 4, 22)
    ]
    case.now = at(date(2027, 2, 23))
    case.judge_compliance(complied=False)
    case.propose_powers("66")
    case.now = at(date(2027, 3, 3))
    case.change("advance")
    assert case.used("66").state is PowerState.IN_FORCE
    assert new.id == case.notice.id


def test_a_further_notice_leaves_a_suspended_budget_under_review(case: Case) -> None:
    eligible(case)
    suspended(case)
    case.warn(compliance_ends_on=date(2026, 12, 18))
    case.issue()
    assert [each.state for each in of_kind(case, "budget_review")] == ["open"]
    case.judge_compliance(complied=True)
    assert [each.state for each in of_kind(case, "budget_review")] == ["open"]


def test_the_secretary_of_states_notice_leaves_a_suspended_budget_under_review(
    case: Case,
) -> None:
    eligible(case)
    suspended(case)
    told(case, "warning_notice")
    assert [each.state for each in of_kind(case, "budget_review")] == ["open"]
