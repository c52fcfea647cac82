"""The roads of sections 61 and 62: from the published report to a power, without any notice."""

from datetime import date, timedelta

import pytest

from models.database import read
from models.letters.tables import Letter
from models.refusals import InvalidInput, NotAllowed, NotFound, NotPossible
from models.schools.inspections import outcomes_of
from models.statutory import using
from models.upkeep import clock
from tests.support.cases import BOARD, NEEDS, Case
from tests.support.council import NOW
from tests.support.statutory import (
    LAST_DAY,
    at,
    blocked,
    eligible,
    inspected,
    letters,
    of_kind,
    text,
    told,
    turn,
    warned,
)

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TODAY = NOW.date()


def at_powers(case: Case, category: str = "special_measures") -> Case:
    """A school in a category, whose escalation went straight to step vii."""
    case.started()
    inspected(case, category)
    case.change("intervene", by="hos", reason="The report leaves no other way.")
    return case


def said(case: Case, letter: Letter) -> str:
    """What a letter says, without the marks of what was filled in."""
    return text(case, letter).replace("⟦", "").replace("⟧", "")


def open_roads(case: Case) -> list[str]:
    return [each.section for each in case.eligibility.roads if each.holds]


# --- from the report to the powers


@pytest.mark.parametrize(
    ("category", "road"), [("significant_improvement", "61"), ("special_measures", "62")]
)
def test_every_power_can_be_used_without_a_notice(case: Case, category: str, road: str) -> None:
    at_powers(case, category)
    assert (case.eligibility.eligible, open_roads(case)) == (True, [road])
    assert blocked(case) == {}
    for section, template in (
        ("63", "notice_of_arrangements"),
        ("64", "appointment_of_governors"),
        ("66", "suspension_of_budget"),
    ):
        assert case.used(section).state == "in_force"
        [letter] = letters(case, template)
        assert f"by virtue of section {road} of the Act" in said(case, letter)
        assert "warning notice" not in said(case, letter)
        assert "within the period of two months" not in said(case, letter)
    assert of_kind(case, "powers") == of_kind(case, "compliance") == []
    assert letters(case, "warning_notice") == letters(case, "proposed_powers") == []
    assert "deadlines_missed" not in case.kinds


def test_special_measures_to_a_board(case: Case) -> None:
    at_powers(case)
    assert case.used("65").state == "in_force"
    [letter] = letters(case, "notice_of_board")
    assert "by virtue of section 62" in said(case, letter)
    for template in ("consultation", "request_for_consent"):
        [asked] = letters(case, template)
        assert "published on 23 November 2026 says that the school requires special" in said(
            case, asked
        )


def test_the_step_in_hand_is_left_and_those_ahead_are_passed_over(case: Case) -> None:
    case.started().discuss()
    due = case.deadline.id
    inspected(case, "special_measures")
    proposal = case.propose("intervene", by="hos", reason="The report leaves no other way.")
    assert tuple(proposal.approvers) == ("director",)
    assert case.states["intervention"] == "proposed"
    with pytest.raises(NotPossible, match="waiting for a decision"):
        case.propose("intervene", by="hos")
    case.approve(proposal)
    states = case.states
    assert states["informal_headteacher"] == "carried_out"
    assert states["intervention"] == "approved"
    assert set(states.values()) == {"carried_out", "passed_over", "approved"}
    [deadline] = [each for each in of_kind(case, "response") if each.id == due]
    assert deadline.state == "cancelled"
    clock.tick(case.engine, case.policy, at(TODAY + timedelta(days=60)))
    assert "reminder_queued" not in case.kinds
    assert case.kinds[-1] == "moved_to_powers"


def test_a_return_leaves_the_ladder_as_it_was(case: Case) -> None:
    case.started()
    inspected(case, "special_measures")
    before = case.states
    case.decide(case.propose("intervene", by="hos"), "dcs", "return")
    assert case.states == before
    assert case.escalation.step_key == "informal_headteacher"


def test_only_a_head_of_service_proposes_it_and_only_in_a_category(case: Case) -> None:
    case.started()
    with pytest.raises(NotPossible, match=r"section 61.* or requires special.*section 62"):
        case.propose("intervene", by="hos")
    inspected(case, "special_measures")
    for by in ("seo", "sm", "aed", "dcs"):
        with pytest.raises(NotAllowed, match="straight to the powers"):
            case.propose("intervene", by=by)
    case.change("intervene", by="hos")
    with pytest.raises(NotPossible, match="already at step vii"):
        case.propose("intervene", by="hos")


def test_the_report_is_asked_for_again_when_the_director_decides(case: Case) -> None:
    case.started()
    inspected(case, "special_measures", published_on=TODAY - timedelta(days=1))
    proposal = case.propose("intervene", by="hos")
    inspected(case, "none")
    with pytest.raises(NotPossible, match="in no category"):
        case.approve(proposal)
    assert case.escalation.step_key == "informal_headteacher"


def test_without_the_step_of_the_powers_nothing_is_prepared(case: Case) -> None:
    case.started()
    with pytest.raises(NotPossible, match="warning notice has been given"):
        case.prepare("65")
    inspected(case, "special_measures")
    with pytest.raises(NotPossible, match="Move the escalation to step vii first"):
        case.prepare("65")


def test_an_academy_in_special_measures_is_refused(case: Case) -> None:
    case.started(school="academy")
    inspected(case, "special_measures")
    for attempt in (lambda: case.propose("intervene", by="hos"), lambda: case.prepare("65")):
        with pytest.raises(NotPossible, match=r"academy|maintained schools only"):
            attempt()


def test_a_later_report_bars_what_was_prepared_and_ends_nothing_in_force(case: Case) -> None:
    at_powers(case)
    governors = case.used("64")
    power = case.prepare("63")
    case.ready(power)
    case.now += timedelta(days=1)
    inspected(case, "none")
    with pytest.raises(NotPossible, match="in no category"):
        case.on_power(using.use_power, power.id, reason="Now.", **NEEDS["63"](TODAY))
    with pytest.raises(NotPossible):
        case.prepare("66")
    assert case.power(governors.id).state == "in_force"


def test_a_letter_is_not_approved_on_another_ground_than_it_was_drafted_on(case: Case) -> None:
    at_powers(case)
    power = case.prepare("64")
    case.ready(power)
    proposal = case.on_power(using.use_power, power.id, reason="Now.", **NEEDS["64"](TODAY))
    case.now += timedelta(days=1)
    inspected(case, "significant_improvement")
    with pytest.raises(NotPossible, match="has changed since this was proposed"):
        case.approve(proposal)
    case.decide(proposal, "dcs", "return")
    case.approve(case.on_power(using.use_power, power.id, reason="Now."))
    *_, letter = letters(case, "appointment_of_governors")
    assert "by virtue of section 61 of the Act" in said(case, letter)


# --- both roads


def test_the_freer_road_outlasts_the_two_months(case: Case) -> None:
    eligible(case)
    power = case.prepare("64")
    case.ready(power)
    case.now = at(LAST_DAY + timedelta(days=2))
    with pytest.raises(NotPossible, match="last day for section 64"):
        case.on_power(using.use_power, power.id, reason="Now.", **NEEDS["64"](TODAY))
    inspected(case, "special_measures")
    assert open_roads(case) == ["60", "62"]
    assert case.eligibility.last_day_for_powers["64"] is None
    case.approve(case.on_power(using.use_power, power.id, reason="Now.", **NEEDS["64"](TODAY)))
    [letter] = letters(case, "appointment_of_governors")
    assert "virtue of section 62 of the Act" in said(case, letter)
    assert "virtue of section 60 of the Act as well" in said(case, letter)
    assert "two months" not in said(case, letter)


def test_a_notice_that_runs_stands_beside_the_move_and_is_judged_there(case: Case) -> None:
    warned(case)
    inspected(case, "special_measures")
    case.change("intervene", by="hos")
    assert case.escalation.step_key == "intervention"
    assert case.states["warning_notice"] == "awaiting_response"
    [compliance] = of_kind(case, "compliance")
    assert compliance.state == "open"
    case.now = at(date(2026, 12, 1))
    case.judge_compliance(complied=False)
    assert case.states["warning_notice"] == "unsatisfactory"
    assert case.states["intervention"] == "approved"
    assert of_kind(case, "compliance")[0].state == "missed"
    case.propose_powers("65")
    case.now = at(date(2026, 12, 9))
    assert open_roads(case) == ["60", "62"]


def test_her_notice_ends_ours_and_leaves_the_road_of_the_report(case: Case) -> None:
    warned(case)
    inspected(case, "special_measures")
    case.change("intervene", by="hos")
    told(case, "warning_notice")
    assert of_kind(case, "compliance")[0].state == "cancelled"
    assert open_roads(case) == ["62"]
    assert case.used("65", members=BOARD).state == "in_force"


def test_a_notice_on_pay_and_conditions_is_refused_by_its_name(case: Case) -> None:
    turn(case)
    with pytest.raises(InvalidInput, match="section 60A"):
        case.warn(grounds=["pay_and_conditions"])
    says = [each.facts[0].says for each in case.eligibility.roads if each.section == "60A"]
    assert says
    assert "neither given nor recorded here" in says[0]


# --- what is entered


def stands(case: Case) -> list[tuple[str, date]]:
    with read(case.engine) as session:
        found = outcomes_of(session, case.council.maintained.urn)
        return [(each.category.value, each.published_on) for each in found if each.category]


def test_a_correction_stands_in_place_of_what_was_wrong(case: Case) -> None:
    case.started()
    wrong = inspected(case, "special_measures")
    right = inspected(
        case, "significant_improvement", corrects=wrong.id, reason="The report was misread."
    )
    assert stands(case) == [("significant_improvement", TODAY)]
    assert open_roads(case) == ["61"]
    with pytest.raises(InvalidInput, match="corrected already"):
        inspected(case, "none", corrects=wrong.id, reason="Again.")
    inspected(case, None, corrects=right.id, reason="It was another school.")
    assert stands(case) == []
    assert not case.eligibility.eligible
    assert case.kinds[-3:] == ["inspection_recorded", *["inspection_corrected"] * 2]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"category": "inadequate"}, "category"),
        ({"category": None}, "category"),
        ({"published_on": TODAY + timedelta(days=1)}, "published_on"),
        ({"source": " "}, "source"),
        ({"reason": "Because."}, "reason"),
        ({"corrects": 999, "reason": "Because."}, "corrects"),
        ({"corrects": 999}, "reason"),
    ],
)
def test_what_is_no_outcome_is_refused_at_its_field(
    case: Case, values: dict[str, object], field: str
) -> None:
    case.started()
    with pytest.raises(InvalidInput) as refused:
        inspected(case, **{"category": "special_measures", **values})
    assert [name for name, _ in refused.value.errors] == [field]
    assert stands(case) == []


def test_the_same_report_is_not_entered_twice(case: Case) -> None:
    case.started()
    inspected(case, "special_measures")
    with pytest.raises(InvalidInput, match="already on record"):
        inspected(case, "none")


def test_who_may_enter_it(case: Case) -> None:
    case.started()
    for by in ("legal", "viewer", "admin"):
        with pytest.raises(NotAllowed, match="outcome of an inspection"):
            inspected(case, "special_measures", by=by)
    with pytest.raises(NotFound):
        inspected(case, "special_measures", urn=900999)
    inspected(case, "special_measures", by="sm")
