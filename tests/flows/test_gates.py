"""A proposal that waits is a suspended run in Prefect, and is decided there by the same rules."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prefect.artifacts import Artifact
from prefect.client.orchestration import PrefectClient
from prefect.states import Scheduled
from sqlmodel import col, select

from flows import showing
from flows.waiting import read_waiting
from flows.waits import ask_again
from models.approvals.tables import Decision, Proposal
from models.clocks import london_date, long_date
from models.database import read, write
from models.events import Event
from models.letters.tables import Letter
from models.letters.writing import DraftText, edit_letter
from models.people.acting import Acting
from models.people.events import SignInRefused
from models.people.tables import Officer, Phase
from models.record.events import AccessRefused
from models.record.vocabulary import Titles, happened_in
from models.rows import change
from models.schools.contacts import NewContact, set_contact
from models.schools.tables import School
from models.upkeep.asking_prefect import Told, ask
from notifications import issuing
from notifications.issuing import issue_letter
from tests.support.cases import Case
from tests.support.clockwork import Clockwork, formal_letter_proposed, record_of, return_the_notes
from tests.support.policies import POLICY

pytestmark = pytest.mark.asyncio(loop_scope="session")
ONCE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DECISION = "Take the decision of the Head of Service, Learning and Standards"
ACTS = [
    DECISION,
    "Issue the letter to the headteacher",
    "Set the response date",
    "Deliver to the headteacher",
]


def refusals(clockwork: Clockwork, kind: str) -> list[Event]:
    return [event for event in record_of(clockwork) if event.kind == kind]


def letters_of(clockwork: Clockwork, proposal: Proposal) -> list[Letter]:
    return [each for each in clockwork.case.all(Letter) if each.proposal_id == proposal.id]


def rewrite(clockwork: Clockwork, letter: Letter) -> None:
    """Somebody writes a letter anew while its proposal waits."""
    case = clockwork.case
    with write(case.engine) as session:
        body = "Dear {{ addressee.name }}\n\nThis says something else."
        edit_letter(
            Acting(session, POLICY, case.council.seo, case.now), letter.id, DraftText(body=body)
        )


def divert(clockwork: Clockwork) -> None:
    """Somebody changes the address to which the letter goes."""
    case = clockwork.case
    with write(case.engine) as session:
        set_contact(
            Acting(session, POLICY, case.council.seo, case.now),
            case.matter.urn,
            "headteacher",
            NewContact(
                name="Somebody Else",
                email="other@ashfield.example",
                address=["School Lane", "Fernminster", "FM1 1AA"],
            ),
        )


def warning_notice_proposed(clockwork: Clockwork) -> tuple[Case, Proposal]:
    """Every step below has failed, and a warning notice waits for Legal Services."""
    case = clockwork.case.started().climb_to("performance_meetings")
    case.fail_step()
    return_the_notes(case)
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
    assert run.run_count == 0  # no process was needed to let it wait
    form = await clockwork.form(run)
    assert "Sam Ellison proposed" in form
    assert "> Nothing has improved\\." in form
    assert f"/escalations/{clockwork.case.reference}" in form


@ONCE
async def test_the_form_lists_what_approval_sends(clockwork: Clockwork) -> None:
    proposal = formal_letter_proposed(clockwork)
    [letter] = letters_of(clockwork, proposal)
    rewrite(clockwork, letter)

    form = await clockwork.form(await clockwork.open_gate(proposal))

    [line] = [line for line in form.splitlines() if line.startswith("- ")]
    page = f"http://127.0.0.1:8000/letters/{letter.id}"
    assert line.replace("\\", "") == (
        f"- [Formal letter to the headteacher]({page}), version 2, to Headteacher of Ashfield "
        "Primary School, headteacher (headteacher@school-900001.example)"
    )


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
    assert await clockwork.acts(ended, len(ACTS)) == ACTS
    artifacts = await clockwork.artifacts(ended)
    reference = clockwork.case.reference.lower()
    assert set(artifacts) == {f"{reference}-letter-{letter.number}", f"{reference}-deadlines"}
    text = artifacts[f"{reference}-letter-{letter.number}"].replace("\\", "").splitlines()
    assert text[0] == "# Formal letter to the headteacher"
    assert "> Dear Headteacher of Ashfield Primary School,  " in text
    assert not any("⟦" in line for line in text)
    due, *reminders = json.loads(artifacts[f"{reference}-deadlines"])
    assert due["what"] == "Response date"
    assert due["when"] == long_date(clockwork.case.deadline.due_on)
    assert [line["what"] for line in reminders] == [
        "Reminder before it",
        "Reminder before it",
        "Reminder on the day",
        "Reminder while it is overdue",
    ]


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
    assert first_line.startswith("**It is still waiting.**")
    assert why in first_line
    assert [event.kind for event in record_of(clockwork)[before:]] == kept


@ONCE
async def test_who_was_refused_in_prefect_is_on_record(clockwork: Clockwork) -> None:
    proposal = formal_letter_proposed(clockwork)
    run = await clockwork.open_gate(proposal)

    await clockwork.answer(run, decision="approve", code=clockwork.code("seo"))
    [refused] = refusals(clockwork, AccessRefused.kind)
    await clockwork.answer(run, decision="approve", code="0000-TYPED-0000-TYPED")
    [unknown] = refusals(clockwork, SignInRefused.kind)

    assert refused.actor == "seo@fernshire.example"
    assert refused.facts["address"] == f"Prefect: decide proposal {proposal.id}"
    assert "decided by" in refused.facts["why"]
    assert "TYPED" not in str(unknown.facts)
    words = happened_in(unknown).sentence(Titles(clockwork.record.policy))
    assert words == (
        "Somebody who has no account here could not sign in with a personal code: "
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
        change(session, School, {"urn": case.matter.urn}, phase="Secondary")

    await clockwork.answer(run, decision="approve", code=clockwork.code("sm"))

    [refused] = refusals(clockwork, AccessRefused.kind)
    assert refused.matter_id == case.escalation.id
    assert refused.facts["why"] == f"There is no proposal {proposal.id}."


@ONCE
async def test_who_guesses_on_does_not_fill_the_record(clockwork: Clockwork) -> None:
    run = await clockwork.open_gate(formal_letter_proposed(clockwork))

    for _ in range(3):
        await clockwork.answer(run, decision="approve", code="0000-0000-0000-0000")

    assert len(refusals(clockwork, SignInRefused.kind)) == 1


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
    assert await clockwork.acts(ended, 1) == [DECISION]
    assert await clockwork.artifacts(ended) == {}
    assert await clockwork.kept(run) == []
    late = await clockwork.client.resume_flow_run(
        run.id, run_input={"decision": "approve", "code": "x"}
    )
    assert late.status.value == "ABORT"


@ONCE
async def test_a_run_that_was_approved_elsewhere_shows_the_same(clockwork: Clockwork) -> None:
    case, proposal = clockwork.case, formal_letter_proposed(clockwork)
    run = await clockwork.open_gate(proposal)

    case.now = datetime.now(UTC)
    case.decide(proposal, "hos")
    await clockwork.dispatch()
    ended = await clockwork.perform(run.id)

    assert ended.state.is_completed()
    assert ended.state.message.endswith("Issued: Formal letter to the headteacher.")
    assert letters_of(clockwork, proposal)[0].state == "issued"
    assert await clockwork.acts(ended, len(ACTS)) == ACTS
    taken = await clockwork.act(ended, DECISION)
    assert taken.message.startswith("Approved by Harriet Osborne, ")
    assert len(await clockwork.artifacts(ended)) == 2


@ONCE
async def test_where_nobody_carries_it_out_its_wait_is_ended_all_the_same(
    clockwork: Clockwork,
) -> None:
    proposal = formal_letter_proposed(clockwork)
    run = await clockwork.open_gate(proposal)

    clockwork.case.decide(proposal, "hos")
    await clockwork.dispatch()
    await clockwork.dispatch(datetime.now(UTC) + timedelta(minutes=1))
    assert (await clockwork.state(run)).is_scheduled()
    await clockwork.dispatch(datetime.now(UTC) + timedelta(minutes=3))

    ended = await clockwork.state(run)
    assert ended.is_completed()
    assert ended.message.endswith("To be issued: Formal letter to the headteacher.")
    assert await clockwork.kept(run) == []


@ONCE
async def test_a_letter_that_cannot_be_issued_does_not_hold_up_the_end_of_the_wait(
    clockwork: Clockwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = formal_letter_proposed(clockwork)
    run = await clockwork.open_gate(proposal)

    def unprintable(*_: object) -> dict[str, bytes]:
        raise ValueError

    monkeypatch.setattr(issuing, "render", unprintable)
    ended = await clockwork.answer(run, decision="approve", code=clockwork.code("hos"))

    assert ended.state.is_completed()
    assert ended.state.message.endswith("To be issued: Formal letter to the headteacher.")
    assert (await clockwork.act(ended, ACTS[1])).is_failed()


@ONCE
async def test_an_act_that_is_tried_again_has_one_effect(
    clockwork: Clockwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is cut off after the letter was frozen, and begins anew."""
    proposal = formal_letter_proposed(clockwork)
    run = await clockwork.open_gate(proposal)
    tries: list[object] = []

    def cut_off(*arguments: Any) -> bool:
        issued = issue_letter(*arguments)
        tries.append(issued)
        if len(tries) == 1:
            raise OSError("the line was cut")
        return issued

    monkeypatch.setattr(showing, "issue_letter", cut_off)
    monkeypatch.setattr(showing, "RETRY_AFTER", [0.0])
    ended = await clockwork.answer(run, decision="approve", code=clockwork.code("hos"))

    assert ended.state.is_completed()
    assert tries == [True, True]
    assert await clockwork.acts(ended, len(ACTS)) == ACTS
    [letter] = letters_of(clockwork, proposal)
    posted = [message for message in clockwork.case.messages if message.letter_id == letter.id]
    assert len(posted) == len(letter.recipients)
    issued = [event for event in clockwork.case.all(Event) if event.kind == "letter_issued"]
    assert [event.facts["letter"] for event in issued].count(letter.id) == 1


@ONCE
async def test_what_prefect_does_not_take_is_not_shown_and_the_work_goes_on(
    clockwork: Clockwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = formal_letter_proposed(clockwork)
    run = await clockwork.open_gate(proposal)

    async def away(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(Artifact, "acreate", away)
    monkeypatch.setattr(PrefectClient, "read_task_runs", away)
    ended = await clockwork.answer(run, decision="approve", code=clockwork.code("hos"))

    assert ended.state.is_completed()
    assert letters_of(clockwork, proposal)[0].state == "issued"


@ONCE
async def test_what_was_rewritten_after_the_form_was_made_is_not_approved_by_it(
    clockwork: Clockwork,
) -> None:
    proposal = formal_letter_proposed(clockwork)
    [letter] = letters_of(clockwork, proposal)
    run = await clockwork.open_gate(proposal)
    code = clockwork.code("hos")
    rewrite(clockwork, letter)

    again = await clockwork.answer(run, decision="approve", code=code)

    assert again.state.is_paused()
    assert letters_of(clockwork, proposal)[0].state == "draft"
    form = (await clockwork.form(run)).replace("\\", "")
    assert form.startswith(
        "**It is still waiting.** A letter, an address to which it goes, or what lets it go there"
    )
    assert "version 2" in form
    ended = await clockwork.answer(run, decision="approve", code=code)
    assert ended.state.is_completed()
    assert letters_of(clockwork, proposal)[0].state == "issued"


@ONCE
async def test_the_form_is_renewed_when_an_address_is_changed(clockwork: Clockwork) -> None:
    proposal = formal_letter_proposed(clockwork)
    run = await clockwork.open_gate(proposal)
    before = await clockwork.kept(run)
    divert(clockwork)

    await clockwork.reconcile()

    form = await clockwork.form(run)
    assert form.startswith("**This form is new.**")
    assert "other@ashfield.example" in form.replace("\\", "")
    kept = await clockwork.kept(run)
    assert len(kept) == 2
    assert not set(kept) & set(before)
    ended = await clockwork.answer(run, decision="approve", code=clockwork.code("hos"))
    assert ended.state.is_completed()


@ONCE
async def test_an_answer_that_comes_while_the_form_is_renewed_is_not_lost(
    clockwork: Clockwork,
) -> None:
    """The dispatcher saw the run wait; it is answered before the new form is put there."""
    proposal = formal_letter_proposed(clockwork)
    as_seen = await clockwork.open_gate(proposal)
    divert(clockwork)
    answer = {"decision": "approve", "code": clockwork.code("hos")}
    await clockwork.client.resume_flow_run(as_seen.id, run_input=answer)

    record, today = clockwork.record, london_date(datetime.now(UTC))
    waiting = read_waiting(record.engine, record.policy, proposal.id, today)
    await ask_again(record, clockwork.client, as_seen, waiting)

    assert (await clockwork.state(as_seen)).is_scheduled()
    again = await clockwork.perform(as_seen.id)
    assert again.state.is_paused()
    assert "was changed after this form was made" in await clockwork.form(as_seen)
    assert not any(key.endswith("-response") for key in await clockwork.kept(as_seen))


@ONCE
async def test_an_answer_that_does_not_fit_the_form_is_asked_for_again(
    clockwork: Clockwork,
) -> None:
    run = await clockwork.open_gate(formal_letter_proposed(clockwork))
    key = run.state.state_details.run_input_keyset["response"]
    await clockwork.client.create_flow_run_input(run.id, key, '{"decision": "maybe"}')
    await clockwork.client.set_flow_run_state(run.id, Scheduled())

    again = await clockwork.perform(run.id)

    assert again.state.is_paused()
    assert "did not fit the form" in await clockwork.form(run)


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
    assert "already been decided" in ended.state.message
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
    assert await clockwork.acts(ended, 9) == [
        "Take the decision of Legal Services",
        "Take the decision of the Director of Children’s Services",
        "Issue the letter to the chair of governors",
        "Set the end of the compliance period",
        "Set the last day for the powers",
        "Deliver to the chair of governors",
        "Deliver to the headteacher",
        "Deliver to Ofsted",
        "Deliver to the Secretary of State",
    ]


@ONCE
async def test_a_sign_off_elsewhere_changes_whom_the_form_names(clockwork: Clockwork) -> None:
    case, proposal = warning_notice_proposed(clockwork)
    run = await clockwork.open_gate(proposal)

    case.decide(proposal, "legal")
    await clockwork.reconcile()

    assert "Waits for: Director" in await clockwork.form(run)
    ended = await clockwork.answer(run, decision="approve", code=clockwork.code("dcs"))
    assert ended.state.is_completed()


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


@ONCE
async def test_a_wait_that_was_deleted_in_prefect_is_missed_at_once(clockwork: Clockwork) -> None:
    proposal = formal_letter_proposed(clockwork)
    run = await clockwork.open_gate(proposal)
    url = str(clockwork.client.api_url)
    settings = clockwork.record.settings

    assert await asyncio.to_thread(ask, settings, url, [str(run.id)]) == Told(True, missing=0)
    await clockwork.client.delete_flow_run(run.id)
    assert await asyncio.to_thread(ask, settings, url, [str(run.id)]) == Told(True, missing=1)
