"""From which step of its ladder on a level does not fit, as the policy says."""

import pytest
from sqlalchemy import Engine

from models.database import read
from models.people.access import THE_MACHINE
from models.policy import Policy
from models.policy.programme import AtOddsRule
from models.risk.at_odds import count_at_odds, live_escalations
from models.schools.tables import RiskLevel
from tests.support.cases import Case
from tests.support.council import Council
from tests.support.programme import Programme

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
STEPS = (
    "informal_headteacher",
    "informal_governing_body",
    "formal_headteacher",
    "formal_governing_body",
)


@pytest.mark.parametrize("named", [None, *STEPS[1:]])
def test_a_level_does_not_fit_from_the_named_step_on(
    engine: Engine, policy: Policy, council: Council, named: str | None
) -> None:
    rule = AtOddsRule(from_step={"maintained": named} if named else {})
    programme = policy.programme.model_copy(update={"at_odds": rule})
    asked = policy.model_copy(update={"programme": programme})
    Programme(engine, policy, council).level(RiskLevel.NONE)
    case = Case(engine, policy, council).started()
    first = STEPS.index(named or "formal_headteacher")
    for place, step in enumerate(STEPS):
        case.climb_to(step)
        with read(engine) as session:
            counted = count_at_odds(session, asked, THE_MACHINE, case.now.date())
            [live] = live_escalations(session, asked, THE_MACHINE, [900001]).values()
        assert (counted, live.at_odds) == (int(place >= first), place >= first), step


@pytest.mark.parametrize("change", ["pause", "resolve", "withdraw"])
def test_it_fits_again_once_the_escalation_is_closed(
    engine: Engine, policy: Policy, council: Council, change: str
) -> None:
    Programme(engine, policy, council).level(RiskLevel.NONE)
    case = Case(engine, policy, council).started().climb_to("formal_headteacher")
    case.issue()
    if change == "resolve":
        case.respond("satisfactory")
    case.change(change)
    with read(engine) as session:
        counted = count_at_odds(session, policy, THE_MACHINE, case.now.date())
    assert counted == int(change == "pause")
