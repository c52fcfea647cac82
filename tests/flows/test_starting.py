"""An escalation started from Prefect's own form."""

from typing import Any

import pytest
from prefect.client.schemas.objects import FlowRun
from sqlmodel import select

from flows.dispatch import STARTING
from models.database import read
from models.escalations.tables import Escalation
from models.people.events import SignInRefused
from models.record.audit import SOMEBODY
from models.record.events import AccessRefused
from tests.support.clockwork import Clockwork, record_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

ENTERED = {
    "urn": "900001",
    "triggers": ["safety", "leadership"],
    "summary": "Gates were <b>left</b> open.",
    "case_officer": "seo@fernshire.example",
}


async def begun(clockwork: Clockwork, **entered: Any) -> FlowRun:
    """The run as it is after somebody has sent the form."""
    deployment = await clockwork.client.read_deployment_by_name(STARTING)
    run = await clockwork.client.create_flow_run_from_deployment(
        deployment.id, parameters={**ENTERED, **entered}
    )
    return await clockwork.perform(run.id)


def escalations(clockwork: Clockwork) -> list[Escalation]:
    with read(clockwork.record.engine) as session:
        return list(session.exec(select(Escalation)))


async def test_it_asks_for_the_code_and_then_starts(clockwork: Clockwork) -> None:
    run = await begun(clockwork)

    assert run.name == "Start an escalation for URN 900001"
    assert run.state.is_paused()
    assert escalations(clockwork) == []
    form = await clockwork.form(run)
    assert "**Ashfield Primary School**" in form
    assert "> Gates were \\<b\\>left\\<\\/b\\> open\\." in form

    ended = await clockwork.answer(run, code=clockwork.code("hos"))

    assert ended.state.is_completed()
    [escalation] = escalations(clockwork)
    assert ended.state.message == "ESC-2026-0001 was started by Harriet Osborne."
    assert escalation.status == "open"
    assert escalation.triggers == ["safety", "leadership"]
    assert escalation.summary == ENTERED["summary"]
    assert await clockwork.kept(run) == []


async def test_the_code_is_no_parameter_of_the_run(clockwork: Clockwork) -> None:
    run = await begun(clockwork)
    code = clockwork.code("hos")

    ended = await clockwork.answer(run, code=code)

    assert code not in ended.model_dump_json()


@pytest.mark.parametrize(
    ("officer", "entered", "why"),
    [
        (None, {}, "not known"),
        ("viewer", {}, "does not let you start an escalation"),
        ("hos", {"urn": "900004"}, "neither a maintained school nor an academy"),
        ("hos", {"urn": "123"}, "A URN has six digits"),
        ("hos", {"case_officer": "nobody@fernshire.example"}, "Case officer: "),
        ("hos", {"triggers": []}, "Choose at least one trigger"),
        ("hos", {"not_engaging": True}, "Only an academy"),
        ("hos", {"summary": " "}, "Summary: "),
    ],
)
async def test_a_refusal_is_shown_and_the_run_waits_on(
    clockwork: Clockwork, officer: str | None, entered: dict[str, Any], why: str
) -> None:
    run = await begun(clockwork, **entered)

    code = clockwork.code(officer) if officer else "0000-0000-0000-0000"
    again = await clockwork.answer(run, code=code)

    assert again.state.is_paused()
    first_line = (await clockwork.form(run)).replace("\\", "").splitlines()[0]
    assert first_line.startswith("**Not started.**")
    assert why in first_line
    assert escalations(clockwork) == []


@pytest.mark.parametrize(
    ("officer", "kind", "actor"),
    [
        ("viewer", AccessRefused.kind, "viewer@fernshire.example"),
        (None, SignInRefused.kind, SOMEBODY),
    ],
)
async def test_who_was_refused_is_on_record(
    clockwork: Clockwork, officer: str | None, kind: str, actor: str
) -> None:
    run = await begun(clockwork)

    code = clockwork.code(officer) if officer else "0000-0000-0000-0000"
    await clockwork.answer(run, code=code)

    event = record_of(clockwork)[-1]
    assert (event.kind, event.actor) == (kind, actor)
    assert event.matter_id is None
    if officer:
        assert event.facts["address"] == "Prefect: start an escalation"


async def test_a_second_escalation_for_the_same_school_is_refused(clockwork: Clockwork) -> None:
    clockwork.case.started()
    run = await begun(clockwork)

    await clockwork.answer(run, code=clockwork.code("hos2"))

    assert "already has an escalation" in await clockwork.form(run)
    assert len(escalations(clockwork)) == 1
