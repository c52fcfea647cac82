"""The Interim Executive Board: its members, its days, what it locks, and its end."""

from datetime import date
from typing import Any

import pytest

from models.refusals import InvalidInput, NotPossible
from models.statutory import using
from models.statutory.tables import Power, PowerState
from tests.support.cases import BOARD, Case, somebody
from tests.support.statutory import (
    at,
    blocked,
    eligible,
    end,
    letters,
    of_kind,
    posted,
    roles,
    suspended,
    text,
)


def board(case: Case, **values: Any) -> Power:
    """A board prepared and ready, but for what is given."""
    power = case.prepare("65", **values)
    case.ready(power)
    return power


def test_a_board_has_two_members_and_a_day_to_start(case: Case) -> None:
    eligible(case)
    power = board(case)
    start = {"starts_on": date(2027, 1, 4)}
    one, twice = [BOARD[0]], [BOARD[0], BOARD[0]]
    for members in ([], one, twice):
        with pytest.raises(NotPossible, match="at least two members"):
            case.on_power(using.use_power, power.id, reason="Now.", members=members, **start)
    with pytest.raises(NotPossible, match="starts is not stated"):
        case.on_power(using.use_power, power.id, reason="Now.", members=BOARD)
    early = {"starts_on": date(2026, 12, 8)}
    with pytest.raises(NotPossible, match="cannot start on 8 December 2026"):
        case.on_power(using.use_power, power.id, reason="Now.", members=BOARD, **early)
    assert case.power(power.id).needs.members == [], "what was refused left nothing"
    no_address = [BOARD[0], {"name": "Omar Finch"}]
    with pytest.raises(InvalidInput):
        case.on_power(using.use_power, power.id, reason="Now.", members=no_address, **start)


def test_a_board_is_not_planned_to_start_before_those_consulted_answer(case: Case) -> None:
    eligible(case)
    with pytest.raises(InvalidInput, match="Choose a day after 23 December 2026"):
        case.prepare("65", starts_on=date(2026, 12, 23))
    assert case.prepare("65", starts_on=date(2026, 12, 24)).starts_on == date(2026, 12, 24)


def test_a_governor_sits_on_the_board_only_when_confirmed(case: Case) -> None:
    eligible(case)
    power = board(case, starts_on=date(2027, 1, 4))
    members = [BOARD[0], somebody("Gil Grey", governor=True)]
    with pytest.raises(NotPossible, match="Gil Grey is a current governor of the school"):
        case.on_power(using.use_power, power.id, reason="Now.", members=members)
    members = [BOARD[0], somebody("Gil Grey", governor=True, governor_confirmed=True)]
    assert case.on_power(using.use_power, power.id, reason="Now.", members=members)


def test_a_board_whose_day_has_gone_is_not_approved(case: Case) -> None:
    eligible(case)
    power = board(case, members=BOARD)
    start = {"starts_on": date(2026, 12, 10)}
    proposal = case.on_power(using.use_power, power.id, reason="Now.", **start)
    case.now = at(date(2026, 12, 11))
    with pytest.raises(NotPossible, match="cannot start on 10 December 2026"):
        case.decide(proposal, "dcs")


def test_each_member_and_each_governor_has_a_copy(case: Case) -> None:
    eligible(case)
    power = board(case, members=BOARD, starts_on=date(2027, 1, 4))
    governors = [somebody("Gil Grey"), somebody("Hana Pike")]
    case.approve(case.on_power(using.use_power, power.id, reason="Now.", governors=governors))
    case.issue()
    [letter] = letters(case, "notice_of_board")
    people = [(person["name"], person["email"]) for person in letter.recipients or ()][2:]
    assert people == [
        ("Ingrid Bell", "ingrid@people.example"),
        ("Omar Finch", "omar@people.example"),
        ("Gil Grey", "gil@people.example"),
        ("Hana Pike", "hana@people.example"),
    ]
    assert {message.to_email for message in posted(case, letter)} >= {mail for _, mail in people}


def addressee(case: Case) -> str:
    """Who has a letter to the governing body that is written and approved now."""
    case.prepare("63")
    case.approve(case.awaiting[-1])
    case.issue()
    return (letters(case, "consultation")[-1].recipients or [{}])[0]["name"]


@pytest.mark.parametrize(
    ("day", "to"),
    [
        (date(2026, 12, 15), "Chair of governors of Ashfield Primary School"),
        (date(2026, 12, 16), "Ingrid Bell, Chair of the Interim Executive Board"),
    ],
)
def test_letters_go_to_the_board_from_the_day_it_starts(case: Case, day: date, to: str) -> None:
    eligible(case)
    assert case.used("65").starts_on == date(2026, 12, 16)
    case.now = at(day)
    assert addressee(case) == to


def test_no_governors_and_no_suspension_while_a_board_sits(case: Case) -> None:
    eligible(case)
    governors = case.prepare("64", governors=[somebody("Una Marsh")])
    case.ready(governors)
    proposal = case.on_power(using.use_power, governors.id, reason="Now.")
    case.decide(proposal, "dcs", "return", "A board first.")
    case.used("65")
    budget = case.prepare("66")
    case.ready(budget)
    with pytest.raises(NotPossible, match=r"16 December 2026.*paragraph 12"):
        case.on_power(using.use_power, budget.id, reason="Now.")
    assert "64" not in blocked(case), "the board does not sit yet"
    case.now = at(date(2026, 12, 16))
    for power, source in ((governors, "paragraph 14"), (budget, r"paragraph 12\(3\)")):
        with pytest.raises(NotPossible, match=source):
            case.on_power(using.use_power, power.id, reason="Now.")
    assert set(blocked(case)) == {"64", "66"}
    with pytest.raises(NotPossible, match="section 65 is already in force"):
        case.prepare("65")
    assert case.used("63").state is PowerState.IN_FORCE


def test_a_board_ends_a_suspended_budget(case: Case) -> None:
    eligible(case)
    budget = suspended(case)
    case.used("65")
    ended = case.power(budget.id)
    assert (ended.state, ended.ended_on) == (PowerState.ENDED, date(2026, 12, 16))
    assert "paragraph 12(1)" in ended.end_reason
    assert [each.state for each in of_kind(case, "budget_review")] == ["cancelled"]


def test_a_board_ends_by_a_notice_on_a_day_to_come(case: Case) -> None:
    eligible(case)
    sits = case.used("65")
    with pytest.raises(InvalidInput, match="on or after the day the power took effect"):
        end(case, sits, date(2026, 12, 15))
    case.now = at(date(2027, 2, 1))
    with pytest.raises(InvalidInput, match="today or a later day"):
        end(case, sits, date(2027, 1, 31))
    end(case, sits, date(2027, 2, 20))
    assert case.power(sits.id).state is PowerState.IN_FORCE, "its end is proposed"
    [proposal] = [each for each in case.awaiting if "end_of" in each.details]
    assert proposal.approvers == ["director"]
    case.approve(proposal)
    case.issue()
    [letter] = letters(case, "end_of_board")
    assert roles(letter)[:2] == ["chair_of_governors", "secretary_of_state"]
    assert "paragraph 17(1)" in text(case, letter)
    assert case.power(sits.id).ended_on == date(2027, 2, 20)
    case.now = at(date(2027, 2, 19))
    assert "paragraph 14" in blocked(case)["64"], "it sits until the day in the notice"
    assert addressee(case) == "Ingrid Bell, Chair of the Interim Executive Board"
    case.now = at(date(2027, 2, 20))
    assert "paragraph 14" not in blocked(case).get("64", "")


def test_a_board_ends_once(case: Case) -> None:
    eligible(case)
    sits = case.used("65")
    case.now = at(date(2027, 2, 1))
    end(case, sits, date(2027, 2, 20))
    end(case, sits, date(2027, 3, 20))
    first, second = [each for each in case.awaiting if "end_of" in each.details]
    case.approve(first)
    with pytest.raises(NotPossible, match="ended by now"):
        case.decide(second, "dcs")
    assert case.power(sits.id).ended_on == date(2027, 2, 20)


def test_the_end_of_a_board_is_not_approved_after_its_day(case: Case) -> None:
    eligible(case)
    sits = case.used("65")
    case.now = at(date(2027, 2, 1))
    end(case, sits, date(2027, 2, 2))
    case.now = at(date(2027, 2, 3))
    [proposal] = [each for each in case.awaiting if "end_of" in each.details]
    with pytest.raises(NotPossible, match="has gone"):
        case.decide(proposal, "dcs")
