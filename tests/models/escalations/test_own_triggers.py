"""Triggers of a council's own: on which ladder they are given, in letters, kept by the case."""

from pathlib import Path

import pytest
from sqlmodel import select

from models.database import read
from models.escalations import shown
from models.letters.tables import LetterVersion
from models.policy import Policy
from models.refusals import InvalidInput
from tests.support.cases import Case
from tests.support.policies import council_policy

OF_ACADEMIES = (("policy.toml", 'key = "attendance"', 'key = "attendance"\nladders = ["academy"]'),)


@pytest.fixture
def of_academies(tmp_path: Path) -> Policy:
    return council_policy(tmp_path / "policy", *OF_ACADEMIES)


def words_of(case: Case) -> list[str]:
    with read(case.engine) as session:
        found = shown.escalation_now(
            session, case.policy, case.council.hos, case.reference, now=case.now
        )
    return found.trigger_words


def test_it_stands_in_letters_like_the_six(case: Case) -> None:
    case.started(triggers=["attendance", "safety"]).climb_to("formal_headteacher")
    with read(case.engine) as session:
        bodies = session.exec(select(LetterVersion.body)).all()
    assert any("attendance that stays low" in body for body in bodies)
    assert words_of(case) == [
        "attendance that stays low and is not being addressed",
        "the safety and well-being of pupils",
    ]


def test_it_is_given_on_its_ladder_alone(case: Case, of_academies: Policy) -> None:
    case.policy = of_academies
    with pytest.raises(InvalidInput, match="There is no trigger 'attendance'"):
        case.started(triggers=["attendance"])
    case.started(school="academy", triggers=["attendance"])
    assert words_of(case) == ["attendance that stays low and is not being addressed"]


def test_a_case_keeps_its_words_when_the_policy_drops_it(case: Case, tmp_path: Path) -> None:
    case.started(triggers=["attendance"])
    case.policy = council_policy(
        tmp_path / "policy",
        ("policy.toml", '[[triggers]]\nkey = "attendance"', ""),
        ("policy.toml", 'text = "attendance that stays low and is not being addressed"', ""),
    )
    assert words_of(case) == ["attendance that stays low and is not being addressed"]
