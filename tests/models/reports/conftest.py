"""A school at high risk, and a report on it."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.policy import Policy
from models.schools.tables import RiskLevel
from models.settings import Settings
from tests.support.council import Council
from tests.support.programme import WHOLE_YEAR, Programme
from tests.support.reports import Report


@pytest.fixture
def programme(engine: Engine, policy: Policy, council: Council) -> Programme:
    """A school at high risk since September; the day is Monday 23 November 2026."""
    found = Programme(engine, policy, council)
    found.level(RiskLevel.HIGH, on=WHOLE_YEAR)
    return found


@pytest.fixture
def report(programme: Programme, tmp_path: Path) -> Report:
    """A report that is not written yet."""
    settings = Settings(home=tmp_path, _env_file=None)
    return Report(programme.engine, programme.policy, programme.council, settings)
