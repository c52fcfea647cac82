"""The school year as a flow."""

from datetime import UTC, datetime

import pytest

from flows.school_year import school_year
from models.clocks import london_date
from models.database import write
from models.policy.programme import school_year_of
from models.rows import change
from models.schools.tables import RiskLevel, School
from models.upkeep.school_year import run
from tests.support.clockwork import Clockwork
from tests.support.programme import Programme

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_run_plans_what_is_left_of_the_year(clockwork: Clockwork) -> None:
    record = clockwork.record
    with write(record.engine) as session:
        change(session, School, {"urn": 900001}, risk_level=RiskLevel.HIGH)

    await school_year()

    now = datetime.now(UTC)
    programme = Programme(record.engine, record.policy, clockwork.case.council, now)
    known = record.policy.programme.year(school_year_of(london_date(now)))
    left = known is not None and known.terms[-1].last_day >= london_date(now)
    assert bool(programme.duties()) == left
    assert run(record.engine, record.policy, now).duties_planned == 0, "the run did it all"
