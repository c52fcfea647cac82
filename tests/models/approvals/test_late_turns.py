"""Turns that a case can take out of the ordinary: joint meetings, late answers, a conversion."""

import pytest

from models.refusals import NotPossible
from tests.support.cases import Case


def test_a_joint_meeting_counts_in_whichever_order_it_is_written(case: Case) -> None:
    case.started().climb_to("performance_meetings")
    case.discuss("headteacher", "chair_of_governors", why_one_meeting="The chair asked for it.")
    assert case.states["performance_meetings"] == "awaiting_response"


def test_the_headteacher_alone_is_not_met_before_the_chair(case: Case) -> None:
    case.started().climb_to("performance_meetings")
    with pytest.raises(NotPossible, match="chair of governors comes first"):
        case.discuss("headteacher")


def test_a_deadline_is_not_extended_once_the_response_has_come(case: Case) -> None:
    case.started().discuss()
    case.respond()
    with pytest.raises(NotPossible, match="Judge it instead"):
        case.propose("extend", to=case.due_on.replace(day=28))


def test_after_a_conversion_to_an_earlier_step_the_later_ones_come_again(case: Case) -> None:
    case.started().climb_to("formal_governing_body")
    case.fail_step()
    case.change("convert", step="formal_headteacher")
    assert case.escalation.ladder == "academy"
    assert case.states["formal_headteacher"] == "unsatisfactory"
    assert case.states["formal_governing_body"] == "ahead"
    assert case.states["warning_notice"] == "fallen_away"
