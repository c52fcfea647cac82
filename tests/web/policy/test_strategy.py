"""The public page of the strategy: off unless switched on, and nothing in it but the policy."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.support.cases import Case
from tests.support.council import Council
from tests.support.visitors import Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_it_is_not_there_unless_it_is_switched_on(
    engine: Engine, council: Council, tmp_path: Path
) -> None:
    visitors = Visitors(engine, council, tmp_path)
    page = visitors.stranger().get("/strategy", 404)
    assert "Table 1" not in page.text
    assert "set-cookie" not in page.response.headers
    visitors.hos.get("/strategy", 404)


def test_anybody_reads_the_policy_and_gets_no_cookie(case: Case, tmp_path: Path) -> None:
    case.started(summary="Attainment fell.").climb_to("formal_headteacher")
    visitors = Visitors(case.engine, case.council, tmp_path, public_strategy=True)
    page = visitors.stranger().get("/strategy")
    headers = page.response.headers
    assert "set-cookie" not in headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert page.heading == "Our strategy for schools causing concern"
    for words in (
        "adopted on 14 July 2026",
        "Consultation from 20 April 2026 to 5 June 2026",
        "Attendance that stays low and is not being addressed",
        "High risk, high support",
        "the last inspection report says that the school requires special measures",
        "Up to 24 a year",
        "Formal letter to the governing body",
        "15 working days",
    ):
        assert words in page.text, words


def test_it_names_no_school_and_nobody(case: Case, tmp_path: Path) -> None:
    case.started().climb_to("formal_headteacher")
    visitors = Visitors(case.engine, case.council, tmp_path, public_strategy=True)
    text = visitors.stranger().get("/strategy").response.text
    for officer in case.council.officers.values():
        assert officer.name not in text
        assert officer.email not in text
    assert case.council.maintained.name not in text
    assert "ESC-" not in text


def test_whoever_is_signed_in_reads_the_same(
    engine: Engine, council: Council, tmp_path: Path
) -> None:
    visitors = Visitors(engine, council, tmp_path, public_strategy=True)
    known, unknown = visitors.hos.get("/strategy"), visitors.stranger().get("/strategy")
    assert known.response.text == unknown.response.text
