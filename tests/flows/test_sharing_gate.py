"""A sharing decision is authorised in Prefect, and a letter that waits for it says so there."""

import pytest

from models.database import read
from models.rows import get_row
from models.sharing.tables import SharingDecision, SharingState
from tests.support.clockwork import Clockwork
from tests.support.sharing import ask, letter_on, proposal_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_sharing_decision_is_authorised_in_prefect(clockwork: Clockwork) -> None:
    case = clockwork.case.started()
    decision = ask(case)
    letter = await clockwork.open_gate(letter_on(case, decision))
    assert "nothing lets it go to Fernshire Police" in await clockwork.form(letter)

    run = await clockwork.open_gate(proposal_of(case, decision))
    assert run.name == "Ashfield Primary School – Share information"
    assert "The police look into what happened" in await clockwork.form(run)
    ended = await clockwork.answer(run, decision="approve", code=clockwork.code("hos"))

    assert ended.state is not None
    assert ended.state.is_completed()
    with read(case.engine) as session:
        kept = get_row(session, SharingDecision, decision.id)
    assert kept.state is SharingState.AUTHORISED
    assert await clockwork.acts(ended, 2) == [
        "Take the decision of the Head of Service, Learning and Standards",
        "Set the review of the sharing decision",
    ]
