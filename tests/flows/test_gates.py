"""A proposal that waits is a suspended run in Prefect, and is decided there by the same rules."""

import pytest
from sqlmodel import col, select

from models.database import read, write
from models.escalations import Decision, Proposal
from models.events import Event, EventKind
from models.letters import Letter
from models.officers import Officer, Phase
from models.reading.sentences import Names, sentence
from models.schools import School
from models.statements import change
from tests.cases import Case
from tests.flows.clockwork import Clockwork, formal_letter_proposed, record_of

pytestmark = pytest.mark.asyncio(loop_scope="session")
ONCE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def refusals(clockwork: Clockwork, kind: EventKind) -> list[Event]:
    return [event for event in record_of(clockwork) if event.kind is kind]


def warning_notice_proposed(clockwork: Clockwork) -> tuple[Case, Proposal]:
    """Every step below has failed, and a warning notice waits for Legal Services."""
    case = clockwork.case.started().climb_to("performance_meetings")
    case.fail_step()
    case.warn(approved=False)
    return case, case.awaiting[-1]


@ONCE
async def test_a_waiting_proposal_is_a_suspended_run_named_after_school_and_step(
    clockwork: Clockwork,
) -> None:
    proposal = formal_letter_proposed(clockwork)

    run = await clockwork.open_gate(proposal)

    assert run.name == "Ashfield Primary School – Formal letter to the headteacher"
    assert run.state.is_paused()
    form = await clockwork.form(run)
    assert "Sam Ellison proposed" in form
    assert "> Nothing has improved\\." in form
    assert f"/escalations/{clockwork.case.reference}" in form


async def test_an_approval_in_prefect_issues_the_letter_and_ends_the_run(
    clockwork: Clockwork,
) -> None:
    proposal = formal_letter_proposed(clockwork)
    run = await clockwork.open_gate(proposal)

    ended = await clockwork.answer(run, decision="approve", code=clockwork.code("hos"))

    assert ended.state.is_completed()
    assert ended.state.message.startswith("Approved by Harriet Osborne on ")
    letter = next(each for each in clockwork.case.all(Letter) if each.proposal_id == proposal.id)
    assert letter.state == "issued"
    assert clockwork.case.states["formal_headteacher"] == "awaiting_response"
    posted = [message for message in clockwork.case.messages if message.letter_id == letter.id]
    assert {message.state for message in posted} == {"pending"}, "a run waits for no mail"


@ONCE
async def test_the_code_does_not_stay_in_prefect(clockwork: Clockwork) -> None:
    proposal = formal_letter_proposed(clockwork)
    run = await clockwork.open_gate(proposal)

    await clockwork.answer(run, decision="approve", code="no such code")
    waiting = await clockwork.kept(run)
    await clockwork.answer(run, decision="approve", code=clockwork.code("hos"))

    assert not any(key.endswith("-response") for key in waiting)
    assert await clockwork.kept(run) == []


@ONCE
@pytest.mark.parametrize(
    ("officer", "answer", "why", "kept"),
    [
        (None, {"decision": "approve"}, "not known", ["sign_in_refused"]),
        ("seo", {"decision": "approve"}, "decided by", ["access_refused"]),
        ("aed", {"decision": "approve"}, "decided by", ["access_refused"]),
        ("hos", {"decision": "return"}, "Reason: ", []),
    ],
)
async def test_a_refused_answer_leaves_it_waiting_and_says_why(
    clockwork: Clockwork, officer: str | None, answer: dict[str, str], why: str, kept: list[str]
) -> None:
    proposal = formal_letter_proposed(clockwork)
    run = await clockwork.open_gate(proposal)
    code = clockwork.code(officer) if officer else "0000-0000-0000-0000"
    before = len(record_of(clockwork))

    again = await clockwork.answer(run, **answer, code=code)

    assert again.state.is_paused()
    first_line = (await clockwork.form(run)).replace("\\", "").splitlines()[0]
    assert first_line.startswith("**It still waits.**")
    assert why in first_line
    assert [event.kind.value for event in record_of(clockwork)[before:]] == kept


@ONCE
async def test_who_was_refused_in_prefect_is_on_record(clockwork: Clockwork) -> None:
    proposal = formal_letter_proposed(clockwork)
    run = await clockwork.open_gate(proposal)

    await clockwork.answer(run, decision="approve", code=clockwork.code("seo"))
    [refused] = refusals(clockwork, EventKind.ACCESS_REFUSED)
    await clockwork.answer(run, decision="approve", code="0000-TYPED-0000-TYPED")
    [unknown] = refusals(clockwork, EventKind.SIGN_IN_REFUSED)

    assert refused.actor == "seo@fernshire.example"
    assert refused.facts["address"] == f"Prefect: decide proposal {proposal.id}"
    assert "decided by" in refused.facts["why"]
    assert "TYPED" not in str(unknown.facts)
    words = sentence(Names(clockwork.record.policy), unknown.kind, unknown.facts)
    assert words == (
        "Somebody who is not known here could not sign in with a personal code: "
        "nobody has this code."
    )


@ONCE
async def test_a_case_that_is_not_theirs_to_see_names_it_in_the_refusal(
    clockwork: Clockwork,
) -> None:
    case = clockwork.case.started()
    proposal = case.propose("pause", by="hos")
    run = await clockwork.open_gate(proposal)
    with write(case.engine) as session:
        change(session, Officer, {"id": case.council.officers["sm"].id}, phase=Phase.PRIMARY)
        change(session, School, {"urn": case.escalation.urn}, phase="Secondary")

    await clockwork.answer(run, decision="approve", code=clockwork.code("sm"))

    [refused] = refusals(clockwork, EventKind.ACCESS_REFUSED)
    assert refused.escalation_id == case.escalation.id
    assert refused.facts["why"] == f"There is no proposal {proposal.id}."


@ONCE
async def test_who_guesses_on_does_not_fill_the_record(clockwork: Clockwork) -> None:
    run = await clockwork.open_gate(formal_letter_proposed(clockwork))

    for _ in range(3):
        await clockwork.answer(run, decision="approve", code="0000-0000-0000-0000")

    assert len(refusals(clockwork, EventKind.SIGN_IN_REFUSED)) == 1


@ONCE
async def test_the_proposer_cannot_approve_in_prefect_either(clockwork: Clockwork) -> None:
    case = clockwork.case.started()
    proposal = case.propose("pause", by="hos")
    run = await clockwork.open_gate(proposal)

    await clockwork.answer(run, decision="approve", code=clockwork.code("hos"))
    assert "somebody else must decide" in await clockwork.form(run)

    ended = await clockwork.answer(run, decision="approve", code=clockwork.code("hos2"))
    assert ended.state.is_completed()
    assert case.escalation.status == "paused"


async def test_a_decision_taken_elsewhere_ends_the_wait(clockwork: Clockwork) -> None:
    proposal = formal_letter_proposed(clockwork)
    run = await clockwork.open_gate(proposal)

    clockwork.case.decide(proposal, "hos", "return", "Too early.")
    await clockwork.dispatch()
    ended = await clockwork.perform(run.id)

    assert ended.state.is_completed()
    assert ended.state.message.startswith("Returned by Harriet Osborne")
    assert await clockwork.kept(run) == []
    late = await clockwork.client.resume_flow_run(
        run.id, run_input={"decision": "approve", "code": "x"}
    )
    assert late.status.value == "ABORT"


@ONCE
async def test_whoever_answers_second_in_prefect_is_told_that_it_was_decided(
    clockwork: Clockwork,
) -> None:
    proposal = formal_letter_proposed(clockwork)
    run = await clockwork.open_gate(proposal)

    answer = {"decision": "return", "reason": "No.", "code": clockwork.code("hos2")}
    await clockwork.client.resume_flow_run(run.id, run_input=answer)
    clockwork.case.decide(proposal, "hos")
    ended = await clockwork.perform(run.id)

    assert ended.state.is_completed()
    assert "decided already" in ended.state.message
    assert "Approved by Harriet Osborne" in ended.state.message
    with read(clockwork.record.engine) as session:
        decisions = session.exec(
            select(Decision).where(col(Decision.proposal_id) == proposal.id)
        ).all()
    assert [decision.decision for decision in decisions] == ["approve"]


@ONCE
async def test_after_the_first_of_two_approvers_it_waits_for_the_second(
    clockwork: Clockwork,
) -> None:
    case, proposal = warning_notice_proposed(clockwork)
    run = await clockwork.open_gate(proposal)
    assert "Waits for: Legal" in await clockwork.form(run)

    again = await clockwork.answer(run, decision="approve", code=clockwork.code("legal"))
    form = await clockwork.form(again)
    assert "Signed off by Leo Galloway" in form
    assert "Waits for: Director" in form

    ended = await clockwork.answer(run, decision="approve", code=clockwork.code("dcs"))
    assert ended.state.is_completed()
    assert case.states["warning_notice"] == "awaiting_response"


@ONCE
async def test_a_sign_off_elsewhere_changes_whom_the_form_names(clockwork: Clockwork) -> None:
    case, proposal = warning_notice_proposed(clockwork)
    run = await clockwork.open_gate(proposal)

    case.decide(proposal, "legal")
    await clockwork.reconcile()
    await clockwork.perform(run.id)

    assert "Waits for: Director" in await clockwork.form(run)


@ONCE
async def test_what_officers_typed_is_shown_as_text(clockwork: Clockwork) -> None:
    case = clockwork.case.started()
    typed = "# <b>Ask</b> [here](http://x.example)\n![](http://x.example)\n1. a"
    proposal = case.propose("pause", reason=typed)
    run = await clockwork.open_gate(proposal)

    quoted = [line for line in (await clockwork.form(run)).splitlines() if line.startswith(">")]

    assert quoted == [
        "> \\# \\<b\\>Ask\\<\\/b\\> \\[here\\]\\(http\\:\\/\\/x\\.example\\)  ",
        "> \\!\\[\\]\\(http\\:\\/\\/x\\.example\\)  ",
        "> 1\\. a  ",
    ]


@ONCE
async def test_an_academy_waits_on_its_own_ladder(clockwork: Clockwork) -> None:
    [proposal] = clockwork.case.started(by="seo", school="academy").awaiting

    run = await clockwork.open_gate(proposal)

    assert (await clockwork.client.read_flow(run.flow_id)).name == "Academy ladder"
    ended = await clockwork.answer(run, decision="approve", code=clockwork.code("hos"))
    assert ended.state.is_completed()
    assert clockwork.case.escalation.status == "open"


@ONCE
async def test_a_run_started_by_hand_for_a_proposal_of_another_ends_at_once(
    clockwork: Clockwork,
) -> None:
    proposal = formal_letter_proposed(clockwork)
    run = await clockwork.open_gate(proposal)
    parameters = {"proposal_id": proposal.id, "attempt": 1}
    other = await clockwork.client.create_flow_run_from_deployment(
        run.deployment_id, parameters=parameters
    )

    ended = await clockwork.perform(other.id)

    assert ended.state.is_cancelled()
    assert (await clockwork.gate(proposal)).id == run.id
