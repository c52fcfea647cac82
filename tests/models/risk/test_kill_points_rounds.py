"""Publishing the round in a process that is killed at any of its statements: all of it, or none."""

from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select

from models.database import read
from models.events import verify
from models.policy import Policy
from models.programme.tables import Duty
from models.risk.tables import Assessment, AssessmentRound, LevelChange
from models.schools.tables import School
from tests.support.assessing import JULY, SEPTEMBER, Register
from tests.support.council import Council
from tests.support.killing import run_killed_at

MOST = 200


@pytest.fixture
def register(engine: Engine, policy: Policy, council: Council) -> Register:
    """A round in which every level is agreed."""
    register = Register(engine, policy, council, now=JULY)
    register.open_round()
    register.agree_all("medium")
    return register


def standing(register: Register) -> tuple[Any, ...]:
    """What publishing changes."""
    with read(register.engine) as session:
        assert verify(session) is None
        return (
            session.exec(select(AssessmentRound.state)).one(),
            set(session.exec(select(Assessment.state))),
            set(session.exec(select(School.risk_level))),
            session.exec(select(func.count(LevelChange.id))).one(),
            session.exec(select(func.count(Duty.id))).one() > 0,
        )


def test_publishing_happens_whole_or_not_at_all(register: Register, database_url: str) -> None:
    nothing = ("open", {"agreed"}, {None}, 0, False)
    whole = ("published", {"in_force"}, {"medium"}, 4, True)
    assert standing(register) == nothing
    place, struck = 1, 0
    while run_killed_at(place, "publish", database_url, SEPTEMBER, school_year=2027):
        assert standing(register) == nothing, place
        struck += 1
        place += 3
        assert place < MOST
    assert struck > 3
    assert standing(register) == whole
