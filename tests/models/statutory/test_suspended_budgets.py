"""The suspended budget: its receipt, its reviews, the representations, and its end."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from models.database import read
from models.refusals import InvalidInput, NotPossible
from models.statutory import budgets
from models.statutory.tables import BudgetReview, Power, PowerState, Representation
from models.upkeep import clock
from tests.support.cases import Case
from tests.support.statutory import (
    at,
    eligible,
    end,
    letters,
    of_kind,
    receive,
    reminded,
    review,
    roles,
    suspended,
    text,
    ticks,
)


def hear(case: Case, power: Power, role: str) -> Representation:
    return case.on_power(
        budgets.record_representation,
        power.id,
        from_whom=role,
        received_on=case.now.date(),
        said=f"The {role.replace('_', ' ')} asks for the budget back.",
    )


def test_a_suspension_takes_effect_when_it_is_received(case: Case) -> None:
    eligible(case)
    power = case.used("66")
    assert power.effective_on is None
    for too_soon in (hear, review):
        with pytest.raises(NotPossible, match="when the governing body received"):
            too_soon(case, power, "headteacher" if too_soon is hear else "continue")
    with pytest.raises(InvalidInput, match="before it was issued"):
        receive(case, power, date(2026, 12, 8))
    with pytest.raises(InvalidInput, match="today or in the past"):
        receive(case, power, date(2026, 12, 10))
    case.now = at(date(2026, 12, 14))
    assert receive(case, power, date(2026, 12, 11)).effective_on == date(2026, 12, 11)
    [deadline] = of_kind(case, "budget_review")
    assert (deadline.due_on, deadline.state) == (date(2027, 3, 31), "open")
    with pytest.raises(NotPossible, match="already received on 11 December 2026"):
        receive(case, power, date(2026, 12, 11))
    with pytest.raises(NotPossible, match="already in force"):
        case.prepare("66")


@pytest.mark.parametrize(
    ("received", "due_on"),
    [
        (date(2027, 1, 29), date(2027, 3, 31)),
        (date(2027, 2, 1), date(2027, 3, 31)),  # two months before 1 April, to the day
        (date(2027, 2, 2), date(2028, 3, 31)),  # less than two months
        (date(2027, 3, 31), date(2028, 3, 31)),
    ],
)
def test_the_first_review_is_before_the_financial_year(
    case: Case, received: date, due_on: date
) -> None:
    eligible(case)
    case.now = at(date(2027, 1, 29))
    power = case.used("66")
    case.now = at(date(2027, 4, 2))
    receive(case, power, received)
    assert of_kind(case, "budget_review")[-1].due_on == due_on, "a receipt put on record late"


def test_the_review_is_alerted_and_runs_on_while_paused(case: Case) -> None:
    eligible(case)
    suspended(case)
    case.change("pause")
    ticks(case, date(2027, 2, 24), date(2027, 4, 1))
    [deadline] = of_kind(case, "budget_review")
    days = [day for day, _ in reminded(case, deadline)]
    # Good Friday and Easter Monday, 26 and 29 March, are no working days.
    assert days == ["2027-03-01", "2027-03-15", "2027-03-22", "2027-03-31"]
    assert deadline.state == "missed"


def test_representations_are_weighed_and_the_decision_goes_to_both(case: Case) -> None:
    eligible(case)
    power = suspended(case)
    with pytest.raises(InvalidInput, match="Choose from: chair_of_governors, headteacher"):
        hear(case, power, "parents")
    hear(case, power, "headteacher")
    hear(case, power, "chair_of_governors")
    case.now = at(date(2027, 3, 1))
    with pytest.raises(InvalidInput, match="continue"):
        review(case, power, "maybe")
    proposal = review(case, power)
    assert proposal.approvers == ["director"]
    assert [each.decided_on for each in of_power(case, BudgetReview, power)] == [None]
    case.approve(proposal)
    case.issue()
    [letter] = letters(case, "budget_review_decision")
    assert roles(letter) == ["chair_of_governors", "headteacher"]
    says = text(case, letter)
    assert says.count("asks for the budget back") == 2
    assert "⟦31 March 2028⟧" in says
    met, following = of_kind(case, "budget_review")
    assert (met.state, following.due_on) == ("met", date(2028, 3, 31))
    assert [each.decided_on for each in of_power(case, BudgetReview, power)] == [date(2027, 3, 1)]


def of_power(case: Case, table: Any, power: Power) -> list[Any]:
    with read(case.engine) as session:
        return list(session.exec(select(table).where(table.power_id == power.id)))


def test_a_late_review_does_not_skip_the_next_year(case: Case) -> None:
    eligible(case)
    power = suspended(case)
    case.now = at(date(2027, 3, 30))
    proposal = review(case, power)
    case.now = at(date(2027, 4, 6))
    clock.tick(case.engine, case.policy, case.now)
    case.approve(proposal)
    missed, following = of_kind(case, "budget_review")
    assert (missed.state, missed.due_on) == ("missed", date(2027, 3, 31))
    assert (following.state, following.due_on) == ("open", date(2028, 3, 31))


def test_a_suspension_ends_by_its_review(case: Case) -> None:
    eligible(case)
    power = suspended(case)
    with pytest.raises(NotPossible, match="ends by its review"):
        end(case, power, case.now.date())
    going_on, ending = review(case, power), review(case, power, "end")
    case.approve(ending)
    ended = case.power(power.id)
    assert (ended.state, ended.ended_on) == (PowerState.ENDED, date(2026, 12, 9))
    with pytest.raises(NotPossible, match="ended by now"):
        case.decide(going_on, "dcs")
    assert [each.state for each in of_kind(case, "budget_review")] == ["met"]
    for command in (hear, receive, review):
        given = {hear: "headteacher", receive: case.now.date(), review: "end"}[command]
        with pytest.raises(NotPossible):
            command(case, power, given)
