"""What locks the statutory steps: the Secretary of State, an academy, conversion, and a role."""

from datetime import date, timedelta
from typing import Any

import pytest

from models.database import write
from models.matters.tables import Deadline
from models.refusals import InvalidInput, NotAllowed, NotPossible
from models.rows import change
from models.schools.tables import School
from models.statutory import budgets, ending, following, secretary_of_state, using
from models.statutory import preparing as statutory_preparing
from models.statutory.tables import Power, PowerState, SecretaryOfStateNotice, WarningNotice
from tests.support.cases import Case
from tests.support.statutory import (
    ENDS_ON,
    GIVEN,
    act,
    at,
    blocked,
    eligible,
    end,
    facts,
    failed,
    letters,
    of_kind,
    posted,
    reminded,
    support,
    suspended,
    ticks,
    told,
    turn,
    waiting,
    warned,
)

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ACADEMY_STEPS = ("the letter to the Secretary of State", "the letter to Ofsted")


def released(case: Case, notice: SecretaryOfStateNotice) -> None:
    """The Secretary of State lets the authority act again."""
    act(
        case,
        secretary_of_state.release_secretary_of_state_notice,
        notice_id=notice.id,
        released_on=case.now.date(),
        note="An e-mail of the Regional Director.",
    )


# --- the Secretary of State


@ON_SQLITE
def test_once_she_has_appointed_governors_no_budget_is_suspended(case: Case) -> None:
    power = eligible(case).prepare("66")
    case.ready(power)
    proposal = case.on_power(using.use_power, power.id, reason="Now.")
    hers = told(case, "appointed_governors")
    with pytest.raises(NotPossible, match=r"section 67\(6\)"):
        case.approve(proposal)
    case.decide(proposal, "dcs", "return")
    assert list(blocked(case)) == ["66"]
    released(case, hers)
    assert blocked(case) == {}


@ON_SQLITE
def test_a_suspension_ends_then_when_the_governing_body_asks(case: Case) -> None:
    power = suspended(eligible(case))
    with pytest.raises(NotPossible, match="ends by its review"):
        end(case, power, case.now.date())
    told(case, "appointed_governors")
    with pytest.raises(InvalidInput, match="on or after the day the power took effect"):
        end(case, power, case.now.date() - timedelta(days=1))
    assert end(case, power, case.now.date()).state == "ended"
    assert [each.state for each in of_kind(case, "budget_review")] == ["cancelled"]
    assert not [each for each in case.awaiting if each.action != "letter"]


@ON_SQLITE
def test_a_board_that_she_took_over_is_not_ours_to_end(case: Case) -> None:
    eligible(case)
    with pytest.raises(NotPossible, match=r"no Interim Executive Board.*section 70C"):
        told(case, "takes_over_board")
    board = case.used("65")
    case.now = at(board.starts_on)
    end(case, board, case.now.date() + timedelta(days=9))
    ours = waiting(case)
    hers = told(case, "takes_over_board")
    with pytest.raises(NotPossible, match="section 70C"):
        case.approve(ours)
    case.decide(ours, "dcs", "return")
    with pytest.raises(NotPossible, match="section 65 is already in force"):
        case.prepare("65")
    assert "section 70C" in blocked(case)["65"]
    assert end(case, board, case.now.date()).state == "ended"
    assert letters(case, "end_of_board")[-1].state == "withdrawn"
    released(case, hers)
    assert "65" not in blocked(case)


def test_a_notice_of_the_secretary_of_state_supersedes_and_locks(case: Case) -> None:
    failed(case)
    hers = told(case, "warning_notice")
    notice = case.notice
    assert notice.ceased_on == case.now.date()
    assert "Secretary of State" in notice.ceased_because
    assert {each.state for each in of_kind(case, "powers")} == {"cancelled"}
    assert [on for _, on in facts(case)] == [None] * 4
    for refused in (
        case.warn,
        lambda: case.propose_powers("65"),
        lambda: case.prepare("65"),
    ):
        with pytest.raises(NotPossible, match="Secretary of State"):
            refused()
    assert "section 60(4A)" in case.eligibility.notice_refused_because
    released(case, hers)
    assert [on for _, on in facts(case)] == [None] * 4, "a release does not revive our notice"
    with pytest.raises(NotPossible, match="already been released"):
        released(case, hers)
    case.warn(compliance_ends_on=date(2026, 12, 18))
    case.issue()
    case.serve()
    assert facts(case)[0] == ("notice_given", date(2026, 12, 1))


def test_a_superseded_notice_is_chased_no_more(case: Case) -> None:
    warned(case)
    ticks(case, date(2026, 12, 1), date(2026, 12, 2))
    assert [each.state for each in of_kind(case, "compliance")] == ["missed"]
    case.now = at(date(2026, 12, 2), 11)
    told(case, "warning_notice")
    before = case.kinds.count("reminder_queued")
    ticks(case, date(2026, 12, 3), date(2027, 2, 2))
    assert case.kinds.count("reminder_queued") == before


def test_a_notice_that_waits_is_not_given_over_the_secretary_of_states(case: Case) -> None:
    turn(case).warn(approved=False)
    proposal = waiting(case)
    case.decide(proposal, "legal")
    told(case, "warning_notice")
    with pytest.raises(NotPossible, match=r"section 60\(4A\)"):
        case.decide(proposal, "dcs")


def test_an_approved_notice_does_not_go_out_after_the_secretary_of_states(case: Case) -> None:
    turn(case).warn(compliance_ends_on=ENDS_ON)
    hers = told(case, "warning_notice")
    case.issue()
    [letter] = letters(case, "warning_notice")
    assert letter.state == "withdrawn"
    assert posted(case, letter) == []
    released(case, hers)
    assert facts(case)[0] == ("notice_given", None)
    case.warn(compliance_ends_on=ENDS_ON)
    case.issue()
    case.serve()
    assert facts(case)[0] == ("notice_given", GIVEN)
    assert case.states["warning_notice"] == "awaiting_response"


def test_proposed_powers_are_not_approved_once_the_notice_has_ceased(case: Case) -> None:
    failed(case)
    act(
        case,
        following.propose_powers,
        notice_id=case.notice.id,
        sections=["65"],
        reasons="The governing body has not acted.",
    )
    case.prepare("65")
    told(case, "warning_notice")
    proposing, preparing = case.awaiting[-2:]
    with pytest.raises(NotPossible, match="ceased to have effect"):
        case.decide(proposing, "dcs")
    with pytest.raises(NotPossible, match="ceased to have effect"):
        case.decide(preparing, "hos")
    assert case.issue() == []


def test_an_intention_to_act_locks_three_powers_and_not_the_board(case: Case) -> None:
    eligible(case)
    budget = case.prepare("66")
    case.ready(budget)
    proposal = case.on_power(using.use_power, budget.id, reason="Now.")
    hers = told(case, "intends_to_act")
    assert set(blocked(case)) == {"63", "64", "66"}
    assert all("section 70B(2)" in rule for rule in blocked(case).values())
    assert case.eligibility.eligible, "eligible, and locked"
    with pytest.raises(NotPossible, match=r"section 70B\(2\)"):
        case.decide(proposal, "dcs")
    case.decide(proposal, "dcs", "return", "Wait for the Secretary of State.")
    for section in ("63", "64"):
        power = case.prepare(section)
        case.ready(power)
        with pytest.raises(NotPossible, match=r"section 70B\(2\)"):
            case.on_power(using.use_power, power.id, reason="Now.")
    assert case.used("65").state is PowerState.IN_FORCE
    released(case, hers)
    assert blocked(case) == {}


def test_what_the_secretary_of_state_sends_is_checked(case: Case) -> None:
    warned(case)
    with pytest.raises(InvalidInput, match="Choose from: warning_notice, intends_to_act"):
        told(case, "letter")
    with pytest.raises(InvalidInput, match="today or in the past"):
        told(case, "warning_notice", GIVEN + timedelta(days=1))
    hers = told(case, "warning_notice", GIVEN - timedelta(days=3))
    assert case.notice.ceased_on == GIVEN, "not before it was given"
    with pytest.raises(InvalidInput, match="earlier than the notice"):
        act(
            case,
            secretary_of_state.release_secretary_of_state_notice,
            notice_id=hers.id,
            released_on=GIVEN - timedelta(days=4),
            note="An e-mail.",
        )


def test_a_lock_outlives_the_escalation(case: Case) -> None:
    turn(case)
    told(case, "warning_notice")
    case.change("withdraw")
    turn(case)
    assert "section 60(4A)" in case.eligibility.notice_refused_because
    with pytest.raises(NotPossible, match=r"section 60\(4A\)"):
        case.warn()


# --- academies and conversion


def test_an_academy_is_refused_everything_with_the_two_steps_that_exist(case: Case) -> None:
    case.started(school="academy")
    refused = [
        case.warn,
        lambda: case.prepare("65"),
        lambda: support(case, plan_on_track=True),
        lambda: told(case, "warning_notice"),
        lambda: told(case, "intends_to_act"),
    ]
    for command in refused:
        with pytest.raises(NotPossible) as refusal:
            command()
        assert all(step in refusal.value.message for step in ACADEMY_STEPS)
        assert "section 59(1)" in refusal.value.message
    assert set(blocked(case)) == {"63", "64", "65", "66"}
    assert not case.eligibility.eligible
    assert case.all(WarningNotice) + case.all(Power) == []


def test_a_school_that_converts_loses_the_statutory_steps(case: Case) -> None:
    eligible(case)
    budget, prepared = suspended(case), case.prepare("63")
    proposal = case.propose("convert", step="formal_headteacher")
    case.approve(proposal)
    assert (case.escalation.ladder, case.escalation.step_key) == ("academy", "formal_headteacher")
    assert case.notice.ceased_because == "the school became an academy"
    assert case.power(budget.id).state is PowerState.ENDED
    assert case.power(prepared.id).state is PowerState.DROPPED
    statutory = [each for each in case.all(Deadline) if each.kind != "response"]
    assert {each.state for each in statutory} <= {"cancelled", "missed", "met"}
    assert case.states["warning_notice"] == case.states["intervention"] == "fallen_away"
    [letters_of_63] = [
        each for each in case.awaiting if each.details.get("prepares") == prepared.id
    ]
    with pytest.raises(NotPossible, match="ceased to have effect"):
        case.decide(letters_of_63, "hos")
    after = [
        case.warn,
        lambda: case.judge_compliance(complied=True),
        lambda: case.propose_powers("65"),
        lambda: case.prepare("65"),
        lambda: support(case),
        lambda: told(case, "warning_notice"),
    ]
    for command in after:
        with pytest.raises(NotPossible) as refusal:
            command()
        assert all(step in refusal.value.message for step in ACADEMY_STEPS)
    for use in (using.use_power, budgets.review_budget, ending.end_power):
        values: dict[Any, dict[str, Any]] = {
            using.use_power: {"reason": "Now."},
            budgets.review_budget: {"outcome": "end", "reasons": "Now."},
            ending.end_power: {"ended_on": case.now.date(), "reason": "Now."},
        }
        for power in (budget, prepared):
            with pytest.raises(NotPossible):
                case.on_power(use, power.id, **values[use])
    before = [reminded(case, each) for each in statutory]
    ticks(case, date(2026, 12, 10), date(2027, 4, 2))
    assert [reminded(case, each) for each in statutory] == before


@pytest.mark.parametrize("step", [None, "formal_headteacher", "informal_governing_body"])
def test_a_notice_falls_at_conversion_and_the_case_goes_on_where_an_officer_says(
    case: Case, step: str | None
) -> None:
    warned(case)
    case.change("convert", **({"step": step} if step else {}))
    assert case.escalation.step_key == (step or "formal_governing_body")
    assert case.notice.ceased_on == GIVEN
    assert [on for _, on in facts(case)] == [None] * 4
    assert "open" not in {each.state for each in of_kind(case, "compliance")}
    assert "warning_notice_ceased" in case.kinds


def test_a_notice_that_was_approved_does_not_reach_an_academy(case: Case) -> None:
    turn(case).warn(compliance_ends_on=ENDS_ON)
    case.change("convert")
    case.issue()
    assert [letter.state for letter in letters(case, "warning_notice")] == ["withdrawn"]


def test_a_power_that_was_approved_does_not_reach_an_academy(case: Case) -> None:
    eligible(case)
    power = case.prepare("66")
    case.ready(power)
    case.approve(case.on_power(using.use_power, power.id, reason="Now."))
    case.change("convert")
    case.issue()
    assert [letter.state for letter in letters(case, "suspension_of_budget")] == ["withdrawn"]


@pytest.mark.parametrize("type_code", [14, 11, 34])
def test_part_4_is_not_for_every_school(case: Case, type_code: int) -> None:
    turn(case)
    with write(case.engine) as session:
        change(session, School, {"urn": case.council.maintained.urn}, type_code=type_code)
    for refused in (case.warn, lambda: case.prepare("65")):
        with pytest.raises(NotPossible, match=r"section 59\(1\)"):
            refused()


# --- who may


@pytest.mark.parametrize("by", ["viewer", "admin", "legal"])
def test_only_caseworkers_act(case: Case, by: str) -> None:
    eligible(case)
    power = case.used("66")
    today = case.now.date()
    values: dict[Any, dict[str, Any]] = {
        budgets.record_receipt: {"received_on": today, "evidence": "Signed."},
        budgets.record_representation: {
            "from_whom": "headteacher",
            "received_on": today,
            "said": "No.",
        },
        budgets.review_budget: {"outcome": "end", "reasons": "It is sound."},
        ending.end_power: {"ended_on": today, "reason": "It is done."},
        using.use_power: {"reason": "Now."},
        statutory_preparing.record_secretary_of_state_told: {"on": today, "evidence": "A letter."},
        statutory_preparing.record_consultation: {
            "with_whom": "chair_of_governors",
            "consulted_on": today,
            "said": "",
        },
    }
    for command, given in values.items():
        with pytest.raises(NotAllowed):
            case.on_power(command, power.id, by, **given)
    for refused in (
        lambda: case.warn(by=by),
        lambda: case.judge_compliance(complied=True, by=by),
        lambda: case.propose_powers("65", by=by),
        lambda: case.prepare("63", by=by),
    ):
        with pytest.raises(NotAllowed):
            refused()
