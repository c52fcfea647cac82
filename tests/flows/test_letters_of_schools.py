"""A letter that belongs to no escalation waits in Prefect, and is decided there as on its page."""

import pytest
from sqlmodel import select

from models.database import read
from models.letters.tables import Letter
from tests.support.clockwork import Clockwork
from tests.support.school_records import SchoolRecord

pytestmark = pytest.mark.asyncio(loop_scope="session")
ONCE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def record_of(clockwork: Clockwork) -> SchoolRecord:
    case = clockwork.case
    return SchoolRecord(case.engine, case.policy, case.council, now=case.now)


@ONCE
async def test_a_letter_to_a_school_is_approved_in_prefect(clockwork: Clockwork) -> None:
    proposal = record_of(clockwork).letter()

    run = await clockwork.open_gate(proposal)

    flow = await clockwork.client.read_flow(run.flow_id)
    assert flow.name == "School record"
    assert run.name == "Ashfield Primary School – Letter to the school"
    assert "SCH-900001" in run.tags
    form = await clockwork.form(run)
    assert "/schools/900001/record" in form
    assert "Step" not in form

    ended = await clockwork.answer(run, decision="approve", code=clockwork.code("hos"))

    assert ended.state is not None
    assert ended.state.is_completed()
    assert str(ended.state.message).startswith("Approved by Harriet Osborne on ")
    with read(clockwork.record.engine) as session:
        [letter] = session.exec(select(Letter)).all()
    assert letter.state == "issued"
    assert await clockwork.acts(ended, 3) == [
        "Take the decision of the Head of Service, Learning and Standards",
        "Issue the letter to the headteacher",
        "Deliver to the headteacher",
    ]


@ONCE
async def test_its_writer_cannot_approve_it_there(clockwork: Clockwork) -> None:
    run = await clockwork.open_gate(record_of(clockwork).letter())
    waits = await clockwork.answer(run, decision="approve", code=clockwork.code("seo"))
    assert waits.state is not None
    assert waits.state.is_paused()
    assert "It is still waiting" in await clockwork.form(waits)


@ONCE
async def test_of_a_restricted_record_nothing_waits_in_prefect(clockwork: Clockwork) -> None:
    record = record_of(clockwork)
    proposal = record.letter()
    record.restrict("hos2")
    await clockwork.dispatch()
    assert await clockwork.gate(proposal) is None
