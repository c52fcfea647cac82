"""The caseload and the pages of one escalation, as the officers of a council read them."""

from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from models.database import read, write
from models.escalations.tables import Escalation
from models.outbox import Message, MessageState
from models.policy import Policy
from models.rows import change
from notifications.issuing import issue_letters
from tests.support.cases import Case
from tests.support.council import Council
from tests.support.visitors import Visitors


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    """The pages, and everybody of the council."""
    return Visitors(engine, council, tmp_path)


def address(case: Case) -> str:
    return f"/escalations/{case.reference}"


def test_the_caseload_begins_with_ones_own_cases(visitors: Visitors, case: Case) -> None:
    case.started()
    mine = visitors.seo.get("/")
    assert mine.title.startswith("My cases")
    assert "Ashfield Primary School" in mine.text
    all_cases = visitors.hos.get("/")
    assert all_cases.title.startswith("All cases")
    assert all_cases.links["My cases"] == "/escalations?view=mine"
    assert "Sam Ellison" in all_cases.text
    none = visitors.hos.get("/escalations", view="mine")
    assert "You are not the case officer of any" in none.text


def test_the_caseload_is_filtered_and_sorted(
    visitors: Visitors, engine: Engine, policy: Policy, council: Council
) -> None:
    cases = [Case(engine, policy, council) for _ in range(3)]
    for case, school in zip(cases, ("maintained", "academy", "church"), strict=True):
        case.started(school=school)
    cases[0].discuss()
    visitors.at(visitors.now + timedelta(days=30))
    references = [case.reference for case in cases]

    def found(**query: str) -> list[str]:
        page = visitors.hos.get(f"/escalations?view=all&{urlencode(query)}")
        return [words for words in page.links if words in references]

    assert found(sort="-reference") == references[::-1]
    assert found(sort="school") == references
    assert found(ladder="academy") == references[1:2]
    assert found(overdue="yes") == references[:1]
    assert found(query="brannoc") == references[2:]
    assert found(query="900002") == references[1:2]
    assert found(status="resolved") == []
    assert found(status="any", case_officer="seo@fernshire.example", sort="reference") == references
    assert found(case_officer="seo2@fernshire.example") == []
    assert found(step="ofsted") == []


def test_a_filter_that_is_none_is_told(visitors: Visitors) -> None:
    page = visitors.hos.get("/escalations?ladder=rope", 422)
    assert page.errors[0][1] == "#ladder"
    assert page.has("ladder")


def test_what_to_do_next_follows_the_case(visitors: Visitors, case: Case, policy: Policy) -> None:
    case.started()

    def told(who: str = "seo") -> str:
        return getattr(visitors, who).get(address(case)).next_step

    assert told() == "Hold the discussion with the headteacher, then record it"
    case.discuss()
    assert told() == "Record the response when it comes"
    assert told("hos") == "Decide whether to send the note of the discussion"
    response = case.respond()
    page = visitors.seo.get(address(case))
    assert page.next_step == "Judge the response"
    assert page.links["Judge the response"] == f"/responses/{response.id}/judgement"
    case.respond("unsatisfactory")
    assert told() == "Propose to move to step ii: Informal discussion with the governing body"
    proposal = case.propose("advance")
    assert told().startswith("Wait for the decision on whether to move to step ii")
    assert told("hos").startswith("Decide whether to move to step ii")
    case.approve(proposal)
    case.fail_step()
    case.change("advance")
    assert told() == "Nothing for now: the letter is on its way"
    issue_letters(visitors.engine, policy, visitors.now)
    assert told() == "Record the response when it comes"
    visitors.at(visitors.now + timedelta(days=30))
    assert told() == "Decide what to do next: no response has come"
    case.respond("satisfactory")
    assert told() == "Propose to resolve the concern"
    case.change("pause")
    assert told() == "Resume the escalation when the reason for the pause has gone"
    case.change("withdraw")
    page = visitors.seo.get(address(case))
    assert page.next_step == "Nothing more to do"
    assert "Propose a change" not in page.links


def test_the_guidance_that_a_case_follows_is_one_click_away(
    visitors: Visitors, case: Case, policy: Policy
) -> None:
    case.started()
    page = visitors.seo.get(address(case))
    assert page.links[policy.guidance.address or ""] == policy.guidance.address
    with write(case.engine) as session:
        change(session, Escalation, {"id": case.escalation.id}, guidance_address="the intranet")
    page = visitors.seo.get(address(case))
    assert f"{policy.guidance.title} (edition of" in page.text
    assert ", the intranet" in page.text
    assert "the intranet" not in page.links


def test_whether_step_v_is_needed_is_for_the_officer_to_say(visitors: Visitors, case: Case) -> None:
    case.started().climb_to("formal_governing_body")
    case.fail_step()
    page = visitors.seo.get(address(case))
    assert page.next_step == "Decide whether step v is needed"
    choice = page.follow("Propose a change")
    meetings = choice.follow("Move to step v: Meetings with the chair and the headteacher")
    unconfirmed = meetings.submit(422, reason="He is absent.")
    assert unconfirmed.errors == [
        ("Confirm this before you propose the change", "#head_performance_in_question")
    ]
    proposed = meetings.submit(reason="He is absent.", head_performance_in_question="yes")
    assert "Goes on record The headteacher’s performance is in question" in proposed.text
    assert "Decided by Assistant Executive Director" in proposed.text


def test_an_informal_step_of_an_academy_is_passed_over(visitors: Visitors, case: Case) -> None:
    case.started(school="academy")
    form = visitors.seo.get(f"{address(case)}/propose/pass_over")
    assert form.heading == "Pass over step i: Informal discussion with the headteacher"
    proposal = form.submit(reason="It does not answer.", not_engaging="yes")
    case.approve(case.awaiting[0])
    page = visitors.seo.get(address(case))
    assert "Passed over" in page.text
    assert "It does not answer." in page.text
    assert proposal.heading == form.heading


def test_legal_services_read_and_are_asked_for_nothing(visitors: Visitors, case: Case) -> None:
    case.started().discuss()
    page = visitors.legal.get(address(case))
    assert page.next_step == "Record the response when it comes"
    assert not {"Record a response", "Propose a change", "Record a discussion"} & set(page.links)
    assert visitors.legal.get(f"{address(case)}/letters").status == 200


@pytest.mark.parametrize("who", ["viewer", "admin"])
def test_an_outline_says_where_a_case_stands_and_nothing_else(
    visitors: Visitors, case: Case, who: str
) -> None:
    case.started().discuss(notes="He said that he is ill.")
    page = getattr(visitors, who).get(address(case))
    assert "Your role lets you see the outline of this case" in page.text
    assert "Informal discussion with the headteacher" in page.text
    assert "Response at step i" in page.text
    for secret in ("Attainment has fallen", "safety", "He said that he is ill", "Waiting for a"):
        assert secret not in page.response.text
    for kept in ("letters", "discussions", "record", "law"):
        getattr(visitors, who).get(f"{address(case)}/{kept}", 403)


def test_a_viewer_is_refused_every_form(visitors: Visitors, case: Case) -> None:
    case.started().discuss()
    for form in ("discussions/new", "responses/new", "propose", "propose/resolve"):
        refused = visitors.viewer.get(f"{address(case)}/{form}", 403)
        assert "Your role (Viewer) does not let you" in refused.text


def test_only_what_the_rules_allow_is_offered(visitors: Visitors, case: Case) -> None:
    case.started()
    offered = set(visitors.seo.get(f"{address(case)}/propose").links)
    assert "Pause the escalation" in offered
    assert not [words for words in offered if words.startswith(("Move to step", "Extend"))]
    refused = visitors.seo.post(f"{address(case)}/propose/advance", 409, {"reason": "Now."})
    assert "Step i is approved but has not been carried out" in refused.text
    visitors.seo.get(f"{address(case)}/propose/start", 404)
    case.propose("pause")
    waits = visitors.seo.get(f"{address(case)}/propose")
    assert "Another proposal is waiting for a decision" in waits.text


def test_deliveries_are_shown_and_an_unknown_one_asks_for_a_decision(
    visitors: Visitors, case: Case, policy: Policy
) -> None:
    case.started().climb_to("formal_headteacher")
    issue_letters(visitors.engine, policy, visitors.now)
    with write(visitors.engine) as session:
        [message] = session.exec(select(Message.id).where(Message.kind == "letter")).all()
        lost = {"state": MessageState.UNKNOWN, "detail": "The line broke."}
        change(session, Message, {"id": message}, **lost)
    page = visitors.seo.get(address(case))
    assert page.next_step.startswith("Say what became of the letter to Headteacher")
    decision = page.follow("Look at the delivery")
    assert "Outcome unknown" in decision.text
    assert "The line broke." in decision.text
    assert decision.submit(422).errors == [
        ("Choose what you decide", "#decision"),
        ("Enter a reason", "#reason"),
    ]
    letter = decision.submit(decision="send_again", reason="The school has nothing.")
    assert "Your decision about the message has been recorded" in letter.text
    assert "Waiting to be sent" in letter.text
    visitors.seo.post(f"/messages/{message}", 409, {"decision": "sent", "reason": "x"})
    assert "no longer" not in visitors.legal.get(f"/messages/{message}").text
    with read(visitors.engine) as session:
        assert len(session.exec(select(Message).where(Message.kind == "letter")).all()) == 2


def test_the_record_tells_everything_newest_first(visitors: Visitors, case: Case) -> None:
    case.started().discuss()
    page = visitors.seo.get(f"{address(case)}/record")
    assert f"{len(case.kinds)} events" in page.text
    first, last = (
        page.text.index(f"Escalation {case.reference} was started"),
        page.text.index("A discussion with the headteacher"),
    )
    assert last < first
    assert "23 November 2026 at 10am" in page.text


def test_a_school_that_converts_goes_on_under_the_academy_ladder(
    visitors: Visitors, case: Case
) -> None:
    case.started()
    form = visitors.seo.get(f"{address(case)}/propose/convert")
    form.submit(reason="It converted.", step="informal_headteacher")
    case.approve(case.awaiting[0])
    page = visitors.seo.get(address(case))
    assert "Formal letter to the Secretary of State" in page.text
    assert "Steps that fell away" in page.text


def test_a_deadline_is_extended(visitors: Visitors, case: Case) -> None:
    case.started().discuss()
    form = visitors.seo.get(f"{address(case)}/propose/extend")
    assert "The response is now due by 7 December 2026" in form.text
    early = form.submit(422, reason="Illness.", to=date(2026, 12, 1))
    assert early.errors == [("The new date must be later than the one it replaces.", "#to-day")]
    proposed = form.submit(reason="Illness.", to=date(2026, 12, 21))
    assert "New date of the deadline 21 December 2026" in proposed.text
    case.approve(next(each for each in case.awaiting if each.action == "extend"))
    assert "due 21 December 2026, 20 working days left" in visitors.seo.get(address(case)).text


def test_mail_that_is_not_configured_is_told_on_every_page(
    visitors: Visitors, engine: Engine, council: Council, tmp_path: Path
) -> None:
    told = "Mail is not configured"
    assert told in visitors.seo.get("/escalations").text
    configured = Visitors(engine, council, tmp_path, mail_url="mailto://mail.fernshire.example")
    assert told not in configured.seo.get("/escalations").text
