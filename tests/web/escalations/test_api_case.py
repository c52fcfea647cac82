"""A whole case by the JSON API alone: from the first discussion to the resolution."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from models.database import write
from models.outbox import Message, MessageState
from models.policy import Policy
from models.rows import change
from models.upkeep.clock import tick
from notifications.issuing import issue_letters
from notifications.outbox import deliver
from tests.support.callers import Caller, Callers, start
from tests.support.cases import ANSWERS, NOTICE
from tests.support.council import Council

LATER = datetime(2026, 12, 16, 9, 30, tzinfo=UTC)


@pytest.fixture
def council_at(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    """Callers for everybody of the council."""
    return Callers(engine, council, tmp_path)


def send_letters(callers: Callers, policy: Policy) -> None:
    """What the clockwork does in between: issue what is approved and send what waits."""
    issue_letters(callers.engine, policy, callers.now)
    deliver(callers.engine, policy, callers.app.state.settings, lambda: callers.now)


def hold_and_fail(callers: Callers, reference: str, *people: str) -> None:
    """Hold the discussion of an informal step, and judge its response unsatisfactory."""
    seo = callers.seo
    held = {"held_on": "2026-11-23", "notes": "The review was discussed.", "with": list(people)}
    seo.post(f"/escalations/{reference}/contacts", **held)
    answer = seo.post(
        f"/escalations/{reference}/responses", received_on="2026-11-23", summary="None yet."
    )
    assert answer["judgement"] is None
    judged = seo.post(
        f"/responses/{answer['id']}/judgement", 200, judgement="unsatisfactory", reason="No plan."
    )
    assert judged["judgement"] == "unsatisfactory"


def advance(callers: Callers, reference: str) -> Any:
    """Propose the next step and approve it as a Head of Service."""
    proposal = callers.seo.post(
        f"/escalations/{reference}/proposals", action="advance", reason="It did not help."
    )
    assert proposal["state"] == "awaiting"
    approved = callers.hos.approve(proposal["id"])
    assert approved["state"] == "approved"
    return approved


def test_a_case_from_start_to_resolution(council_at: Callers, policy: Policy) -> None:
    callers = council_at
    escalation = start(callers.hos)
    reference = escalation["reference"]
    assert (escalation["status"], escalation["ladder"]) == ("open", "maintained")
    assert escalation["step"]["key"] == "informal_headteacher"
    assert [step["state"] for step in escalation["steps"]] == ["approved"] + [None] * 6

    hold_and_fail(callers, reference, "headteacher")
    advance(callers, reference)
    hold_and_fail(callers, reference, "chair_of_governors")
    proposal = callers.seo.post(
        f"/escalations/{reference}/proposals", action="advance", reason="Nothing has changed."
    )
    [letter_id] = proposal["letters"]
    assert (proposal["action"], proposal["step"]) == ("advance", "formal_headteacher")
    assert proposal["proposed_by"] == "seo@fernshire.example"

    edit_the_draft(callers.seo, letter_id)
    waiting = callers.hos.get("/proposals", state="awaiting")["items"]
    assert proposal["id"] in [item["id"] for item in waiting]
    callers.hos.approve(proposal["id"])

    step = callers.seo.get(f"/escalations/{reference}")["step"]
    assert (step["key"], step["deadline"]) == ("formal_headteacher", "2026-12-07")
    send_letters(callers, policy)
    look_at_the_issued_letter(callers, letter_id)

    callers.at(LATER)
    tick(callers.engine, policy, LATER)
    deliver(callers.engine, policy, callers.app.state.settings, lambda: LATER)
    look_at_the_missed_deadline(callers, reference)

    resolve(callers, reference)
    check_the_record(callers, reference)


def edit_the_draft(seo: Caller, letter_id: int) -> None:
    draft = seo.get(f"/letters/{letter_id}")
    assert (draft["state"], draft["version"], draft["to"]) == ("draft", 1, "headteacher")
    edited = seo.put(f"/letters/{letter_id}", body=draft["body"] + "\n\nPlease telephone us.\n")
    assert (edited["version"], len(edited["versions"])) == (2, 2)
    text = seo.call("GET", f"/letters/{letter_id}.txt").text
    assert "Please telephone us." in text
    assert "DRAFT" in text


def look_at_the_issued_letter(callers: Callers, letter_id: int) -> None:
    letter = callers.legal.get(f"/letters/{letter_id}")
    assert letter["state"] == "issued"
    [delivery] = letter["deliveries"]
    assert delivery["to"] == "headteacher@school-900001.example"
    assert (delivery["channel"], delivery["state"]) == ("email", "sent")
    pdf = callers.legal.call("GET", f"/letters/{letter_id}.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    assert sha256(pdf.content) == letter["sha256"]
    assert "Please telephone us." in callers.legal.call("GET", f"/letters/{letter_id}.html").text
    assert callers.legal.call("GET", f"/letters/{letter_id}.docx").content.startswith(b"PK")
    callers.seo.put(f"/letters/{letter_id}", 409, body="# Something else")


def look_at_the_missed_deadline(callers: Callers, reference: str) -> None:
    missed = callers.seo.get("/deadlines", state="missed", due_before="2026-12-08")
    [deadline] = missed["items"]
    assert (deadline["reference"], deadline["due_on"]) == (reference, "2026-12-07")
    sent = [reminder for reminder in deadline["reminders"] if reminder["sent_at"]]
    assert sent
    assert callers.seo.get("/deadlines", state="missed", due_before="2026-12-07")["total"] == 0
    [mine] = callers.seo.get("/escalations", overdue=True)["items"]
    assert mine["reference"] == reference


def resolve(callers: Callers, reference: str) -> None:
    callers.seo.post(
        f"/escalations/{reference}/responses",
        received_on="2026-12-16",
        summary="The plan is in place.",
        judgement="satisfactory",
    )
    proposal = callers.seo.post(
        f"/escalations/{reference}/proposals", action="resolve", reason="The plan works."
    )
    callers.hos2.approve(proposal["id"])
    closed = callers.seo.get(f"/escalations/{reference}")
    assert (closed["status"], closed["closed_on"]) == ("resolved", "2026-12-16")
    assert (closed["next_deadline"], closed["overdue"]) == (None, False)


def check_the_record(callers: Callers, reference: str) -> None:
    events = callers.legal.get(f"/escalations/{reference}/events", per_page=200)["items"]
    kinds = [event["kind"] for event in events]
    assert kinds[:2] == ["escalation_started", "escalation_opened"]
    for kind in ("letter_issued", "message_sent", "deadline_missed", "escalation_resolved"):
        assert kind in kinds
    assert [event["sequence"] for event in events] == sorted(event["sequence"] for event in events)
    judged = next(event for event in events if event["kind"] == "response_judged")
    assert (judged["actor"], judged["actor_name"]) == ("seo@fernshire.example", "Sam Ellison")
    assert judged["data"]["reason"] == "No plan."


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_start_by_an_officer_waits_for_a_head_of_service(council_at: Callers) -> None:
    escalation = start(council_at.seo, urn="900001")
    assert (escalation["status"], escalation["step"]["state"]) == ("proposed", "proposed")
    assert escalation["opened_on"] is None
    [proposal] = council_at.hos.get("/proposals")["items"]
    assert proposal["action"] == "start"
    council_at.hos.approve(proposal["id"], reason="")
    opened = council_at.seo.get(f"/escalations/{escalation['reference']}")
    assert (opened["status"], opened["head_of_service"]) == ("open", "hos@fernshire.example")


def test_two_approvers_sign_a_warning_notice_in_turn(case: Any, council_at: Callers) -> None:
    case.started().climb_to("performance_meetings")
    case.fail_step()
    its_own_form = f"/escalations/{case.reference}/warning-notices"
    refused = council_at.seo.post(
        f"/escalations/{case.reference}/proposals",
        409,
        action="advance",
        reason="Nothing has helped.",
    )
    assert its_own_form in refused["detail"]
    notice = council_at.seo.post(its_own_form, **NOTICE, **ANSWERS, compliance_ends_on="2026-12-14")
    address = f"/proposals/{notice['proposal']}"
    proposal = council_at.seo.get(address)
    assert (proposal["waits_for"], proposal["approvers"]) == ("legal", ["legal", "director"])
    assert proposal["id"] not in ids(council_at.dcs.get("/proposals"))
    council_at.dcs.approve(proposal["id"], 403)
    council_at.legal.approve(proposal["id"], reason="Lawful.")
    assert ids(council_at.legal.get("/proposals")) == []
    assert proposal["id"] in ids(council_at.dcs.get("/proposals"))
    approved = council_at.dcs.approve(proposal["id"])
    assert approved["state"] == "approved"
    assert [decision["officer_name"] for decision in approved["decisions"]] == [
        "Leo Galloway",
        "Dina Castle-Smith",
    ]
    council_at.dcs.approve(proposal["id"], 409)


def ids(page: Any) -> list[int]:
    return [item["id"] for item in page["items"]]


def test_a_refused_delivery_is_settled(case: Any, council_at: Callers, policy: Policy) -> None:
    case.started().climb_to("formal_headteacher")
    issue_letters(council_at.engine, policy, council_at.now)
    [letter] = [
        letter
        for letter in council_at.seo.get(f"/escalations/{case.reference}/letters")["items"]
        if letter["state"] == "issued"
    ]
    [delivery] = letter["deliveries"]
    council_at.seo.post(
        f"/messages/{delivery['id']}/decision", 409, decision="sent", reason="It was handed over."
    )
    fail_delivery(council_at, delivery["id"])
    council_at.viewer.post(
        f"/messages/{delivery['id']}/decision", 403, decision="sent", reason="I think so."
    )
    settled = council_at.seo.post(
        f"/messages/{delivery['id']}/decision", 200, decision="send_again", reason="Address fixed."
    )
    assert settled["state"] == "settled"
    states = [
        delivery["state"]
        for delivery in council_at.seo.get(f"/letters/{letter['id']}")["deliveries"]
    ]
    assert states == ["settled", "pending"]


def fail_delivery(callers: Callers, message_id: int) -> None:
    """As when the mail server refused the address."""
    with write(callers.engine) as session:
        change(session, Message, {"id": message_id}, state=MessageState.FAILED, code=550)


def test_a_case_says_what_can_be_done_now_and_what_comes_next(
    case: Any, council_at: Callers
) -> None:
    case.started().discuss()
    address = f"/escalations/{case.reference}"
    found = council_at.seo.get(address)
    said = {each["act"]: each for each in found["possible"]}
    assert set(said["extend"]) == {"act", "id", "allowed", "why"}
    assert said["extend"] == {"act": "extend", "id": None, "allowed": True, "why": None}
    assert said["advance"]["allowed"] is False
    told = council_at.seo.post(f"{address}/proposals", 409, action="advance", reason="It is time.")
    assert said["advance"]["why"] == told["detail"]
    assert found["next"] == {
        "what": "Record the response when it comes",
        "why": "The school is due to respond by 7 December 2026. You will be reminded before then.",
        "act": "record_response",
        "id": None,
        "others": [{"act": "choose_change", "id": None}],
    }
    [waiting] = [each for each in council_at.hos.get(address)["possible"] if each["id"]]
    assert (waiting["act"], waiting["allowed"]) == ("decide", True)
    legal = council_at.legal.get(address)
    assert {each["allowed"] for each in legal["possible"]} == {False}
    assert legal["next"]["act"] is None


def test_nothing_is_said_to_who_sees_an_outline_alone_and_nothing_in_lists(
    case: Any, council_at: Callers
) -> None:
    case.started().discuss()
    outline = council_at.viewer.get(f"/escalations/{case.reference}")
    assert (outline["possible"], outline["next"]) == ([], None)
    case.restrict("hos", by="dcs")
    assert council_at.seo2.call("GET", f"/escalations/{case.reference}").status_code == 404
    for caller in (council_at.seo, council_at.viewer):
        for listed in caller.get("/escalations")["items"]:
            assert not {"possible", "next"} & set(listed)


def test_the_api_takes_and_shows_who_held_and_who_answered(case: Any, council_at: Callers) -> None:
    case.started().climb_to("performance_meetings")
    contacts = f"/escalations/{case.reference}/contacts"
    met = {"held_on": case.now.date().isoformat(), "notes": "We met."}
    both = {"with": ["chair_of_governors", "headteacher"], "held_by": "aed@fernshire.example"}
    refused = council_at.seo.post(contacts, 422, **met, **both)
    assert [each["field"] for each in refused["errors"]] == ["why_one_meeting"]
    held = council_at.seo.post(contacts, **met, **both, why_one_meeting="The chair asked.")
    assert (held["held_by"], held["why_one_meeting"]) == ("Amira Edwards", "The chair asked.")
    answered = council_at.seo.post(
        f"/escalations/{case.reference}/responses",
        received_on=met["held_on"],
        summary="Yes.",
        **{"from": "clerk"},
    )
    assert answered["from"] == "clerk"
