"""Killed in between, a pass of the school year tells nobody twice and forgets nobody."""

import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from models.database import connect, read, write
from models.events import verify
from models.policy import Policy
from models.rows import change
from models.schools.tables import RiskLevel, School
from models.upkeep.school_year import SchoolYearPass
from tests.support.council import found_council
from tests.support.databases import sqlite_url
from tests.support.killing import run_killed_at
from tests.support.programme import WHOLE_YEAR, Programme, at

LATE = date(2026, 12, 21)


@pytest.mark.parametrize("place", [1, 8, 15, 22, 30, 38, 45, 49, 52, 54, 56])
def test_killed_in_between_nobody_is_told_twice_or_not_at_all(
    sqlite_template: Path, policy: Policy, tmp_path: Path, place: int
) -> None:
    file = tmp_path / "scc.db"
    shutil.copyfile(sqlite_template, file)
    engine = connect(sqlite_url(file))
    programme = Programme(engine, policy, found_council(engine))
    programme.evaluates(programme.council.seo)
    with write(engine) as session:
        change(session, School, {"urn": 900001}, risk_level=RiskLevel.HIGH)
    programme.level(RiskLevel.MEDIUM, urn=900003, on=WHOLE_YEAR)
    moment = at(LATE)
    engine.dispose()
    killed = run_killed_at(place, "school_year", sqlite_url(file), moment)
    assert killed or place > 52
    programme.pass_(moment)
    told = Counter(
        (message.to_email, duty)
        for message in programme.messages
        for duty in message.data["duties"]
    )
    assert set(told.values()) == {1}
    open_ = [
        duty
        for duty in programme.duties(urn=900001) + programme.duties(urn=900003)
        if duty.state == "planned" and duty.due_on < date(2026, 12, 29)
    ]
    assert open_
    assert {duty.id for duty in open_} == {duty for _, duty in told}
    with read(engine) as session:
        assert verify(session) is None
    assert programme.pass_(moment) == SchoolYearPass(moment, 0, 0, 0, 0)
    engine.dispose()
