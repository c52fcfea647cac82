"""What a spreadsheet takes for a formula, and how a cell is written that must not be one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.formulas import begins_formula, harmless, is_written_as_formula

FORMULAS = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\n1", "\tx", "\rx"),
    *(" =1", "   +x", "\u00a0-1", "\u3000@x", "\ufeff=1", "\u200b=1", "\u2060 \u200e=1", "\x00=1"),
    *("\u3164=1", "\u2800=1", "＝1", "＋1", "－1", "＠x", " ＝1", "﹦1", "﹢1", "﹣1", "﹫x"),
)
TEXTS = ("", " ", "1", "a=1", "School - East", "'=1", "–1", "—", "x\n=1", "\u200b", "Ann @ home")


@pytest.mark.parametrize("text", FORMULAS)
def test_what_is_taken_for_a_formula_is_written_as_text(text: str) -> None:
    assert begins_formula(text)
    assert harmless(text) == f"'{text}"
    assert not begins_formula(harmless(text))


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_none_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@given(st.text())
def test_a_cell_is_only_ever_marked(text: str) -> None:
    assert harmless(text) in (text, f"'{text}")


@pytest.mark.parametrize("text", ["-1", "+3 %", "-1,200.50", "-", "+44 (0)20 7946 0000", "-£12"])
def test_a_number_that_others_wrote_is_no_formula(text: str) -> None:
    assert not is_written_as_formula(text)
