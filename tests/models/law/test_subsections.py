"""The table of subsections in docs/law.md is whole, points at what is there, and is not stale."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from models.policy import Policy
from tests.support.law_table import PAGE, cited, counted, page, rows, subsections_of

TESTS = Path(__file__).parents[1]
# What binds a local authority, by hand from the Acts: every one has a row, and a case or a test.
BINDING = (
    *("s.59(1)", "s.59(2)", "s.60(1)", "s.60(2)", "s.60(3)", "s.60(4)", "s.60(4A)", "s.60(4B)"),
    *("s.60(6)", "s.60(6A)", "s.60A(1)", "s.61(1)", "s.62(1)", "s.63(1)", "s.63(2)", "s.63(3)"),
    *("s.64(1)", "s.64(2)", "s.64(4)", "s.65(1)", "s.65(2)", "s.66(1)", "s.66(2)", "s.66(3)"),
    *("s.67(6)", "s.70A(1)", "s.70B(2)", "s.70C", "s.72"),
    *(f"Sch. 6 para. {each}" for each in ("3(1)", "3(2)", "4(1)", "4(2)", "6(1)", "12(1)")),
    *(f"Sch. 6 para. {each}" for each in ("12(3)", "14", "17")),
    *("SSFA 1998 Sch. 15 para. 2", "EA 2005 s.13(3)", "EA 2005 s.14(4)"),
    *("EA 2005 s.15(1)", "EA 2005 s.15(2)", "EA 2005 s.15(3)"),
)
# Kept by no rule of the tracker: the row says what to ask instead.
NOT_KEPT = {"EA 2005 s.14(4)"}
# Settings of which the Act says nothing.
OF_THE_COUNCIL = {"guard_working_days"}

every_row = pytest.mark.parametrize(
    "row", [pytest.param(each, id=each["section"]) for each in rows()]
)


def test_what_binds_a_local_authority_has_a_row_and_nothing_has_two() -> None:
    named = [each for row in rows() for each in subsections_of(row)]
    assert len(named) == len(set(named))
    assert set(BINDING) <= set(named)


def test_every_case_cites_subsections_that_have_a_row() -> None:
    named = {each for row in rows() for each in subsections_of(row)}
    assert set(counted()) <= named


@pytest.mark.parametrize("section", ["s.63-66", "s.60(2), (4)", "section 60", "s.60(1) and (2)"])
def test_a_citation_that_cannot_be_read_is_refused(section: str) -> None:
    with pytest.raises(ValueError, match="not a list"):
        cited(section)


@every_row
def test_a_row_is_shown_by_cases_or_by_tests_of_commands(row: dict[str, Any]) -> None:
    shown = any(each in counted() for each in subsections_of(row)) or row.get("also")
    assert bool(shown) is (row["section"] not in NOT_KEPT)
    assert shown or row["ask"]
    for each in row.get("also", []):
        assert (TESTS / each).is_file(), each


@every_row
def test_what_keeps_a_row_is_there(row: dict[str, Any]) -> None:
    for each in row.get("where", []):
        module, _, name = each.rpartition(".")
        room = "models" if "." in module or module == "clocks" else "models.law"
        assert callable(getattr(import_module(f"{room}.{module}"), name)), each


def test_every_setting_that_the_act_leaves_open_is_named(policy: Policy) -> None:
    named = re.findall(r"`\[statutory\] (\w+)`", " ".join(row.get("setting", "") for row in rows()))
    assert set(named) == set(policy.statutory.model_dump()) - OF_THE_COUNCIL


def test_the_page_is_what_rows_and_cases_say() -> None:
    assert PAGE.read_text("utf-8") == page(PAGE.read_text("utf-8")), (
        "run `python -m tests.support.law_table`"
    )
