"""A school's own record through the JSON API: letters, deadlines, files, and who sees them."""

import shlex
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from models.clocks import office_moment
from models.database import read
from models.outbox import Message
from models.policy import Policy
from models.upkeep.clock import tick
from notifications.outbox import deliver
from tests.support.callers import Caller, Callers
from tests.support.cases import Case
from tests.support.council import NOW, Council
from tests.support.school_records import NOTE, SchoolRecord

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HERE = "/schools/900001/record"
LETTER = {
    "to": "headteacher",
    "copies": ["chair_of_governors"],
    "subject": "Our visit of 20 November",
    "words": "Thank you for having us.\n\nPlease send us the plan.",
    "reason": "It was agreed on the visit.",
}
NONE_YET = {
    "urn": 900001,
    "school": "Ashfield Primary School",
    "reference": None,
    "officer": None,
    "officer_name": None,
    "opened_on": None,
    "restricted": False,
    "officers": [],
    "letters": 0,
    "proposals_awaiting": 0,
    "deadlines_to_do": 0,
    "files": 0,
}
LISTS = ("letters", "proposals", "deadlines", "files", "events", "held-contacts")
EMPTY = {"items": [], "page": 1, "pages": 1, "total": 0}


@pytest.fixture
def callers(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    """Callers for everybody of the council."""
    return Callers(engine, council, tmp_path)


@pytest.fixture
def record(engine: Engine, council: Council, policy: Policy) -> SchoolRecord:
    """The record of Ashfield Primary School, on which nothing is yet."""
    return SchoolRecord(engine, policy, council)


def send(caller: Caller, content: bytes = NOTE, name: str = "note.txt", key: str = "") -> Any:
    """Put a file on the record."""
    return caller.call(
        "POST",
        f"{HERE}/files",
        files={"file": (name, content, "text/plain")},
        data={"description": "A note of the visit."},
        headers={"Idempotency-Key": key} if key else {},
    )


def readings(engine: Engine, callers: Callers) -> list[str]:
    """Which addresses of the restricted record somebody read, by the record itself."""
    events = callers.dcs.get(f"{HERE}/events", per_page=200)["items"]
    return [e["data"]["address"] for e in events if e["kind"] == "restricted_case_read"]


def test_a_letter_goes_all_its_way(
    callers: Callers, case: Case, record: SchoolRecord, policy: Policy
) -> None:
    assert callers.legal.get(HERE) == NONE_YET
    assert all(callers.legal.get(f"{HERE}/{name}") == EMPTY for name in LISTS)
    hos = callers.hos
    proposal = hos.post(f"{HERE}/letters", **LETTER)
    assert (proposal["reference"], proposal["step"]) == ("SCH-900001", None)
    assert (proposal["action"], proposal["approvers"]) == ("letter", ["head_of_service"])
    assert callers.legal.get(HERE) == NONE_YET | {
        "reference": "SCH-900001",
        "officer": "hos@fernshire.example",
        "officer_name": "Harriet Osborne",
        "opened_on": "2026-11-23",
        "letters": 1,
        "proposals_awaiting": 1,
    }
    hos.approve(proposal["id"], 403)
    callers.seo.approve(proposal["id"], 403)
    body = {"decision": "approve", "seen": "0" * 64}
    assert callers.hos2.post(f"/proposals/{proposal['id']}/decision", 409, **body)
    assert callers.hos2.approve(proposal["id"])["state"] == "approved"
    [letter] = callers.legal.get(f"{HERE}/letters")["items"]
    assert (letter["state"], letter["to"], letter["step"]) == ("approved", "headteacher", None)
    case.issue()
    deliver(case.engine, policy, callers.app.state.settings, lambda: NOW)
    [letter] = callers.legal.get(f"{HERE}/letters")["items"]
    assert (letter["state"], letter["signed_by"]) == ("issued", "Henry Okafor")
    assert [(sent["to"], sent["state"]) for sent in letter["deliveries"]] == [
        ("headteacher@school-900001.example", "sent"),
        ("chair.of.governors@school-900001.example", "sent"),
    ]
    assert callers.legal.get(f"/letters/{letter['id']}")["body"].startswith("# ⟦Our visit of 20")
    assert record.kinds == [event["kind"] for event in hos.get(f"{HERE}/events")["items"]]
    assert record.kinds[:4] == [
        "school_record_opened",
        "change_proposed",
        "letter_drafted",
        "proposal_approved",
    ]


def test_a_deadline_is_reminded_missed_and_settled(
    callers: Callers, record: SchoolRecord, policy: Policy
) -> None:
    made = callers.seo.post(f"{HERE}/deadlines", what="Send the plan", due_on="2026-12-14")
    assert (made["kind"], made["state"], made["step"]) == ("agreed", "open", None)
    assert (made["rule"], made["case_officer"]) == ("Send the plan", "seo@fernshire.example")
    day = office_moment(date(2026, 12, 14))
    reminded = []
    for days in (0, 7):
        tick(record.engine, policy, day + timedelta(days=days))
        with read(record.engine) as session:
            told = session.exec(select(Message.to_email).where(Message.kind == "reminder"))
            reminded.append(set(told))
    chased = {"hos@fernshire.example", "hos2@fernshire.example"}
    assert reminded == [{"seo@fernshire.example"}, {"seo@fernshire.example"} | chased]
    callers.at(day + timedelta(days=7))
    assert callers.legal.get(f"{HERE}/deadlines")["items"][0]["state"] == "missed"
    assert callers.legal.get(HERE)["deadlines_to_do"] == 1
    outcome = f"/deadlines/{made['id']}/outcome"
    assert callers.seo.post(outcome, 422, done=False)["errors"][0]["field"] == "note"
    assert callers.legal.post(outcome, 403, done=True)["status"] == 403
    assert callers.seo.post(outcome, 200, done=True)["state"] == "met"
    assert callers.seo.post(outcome, 409, done=True)["detail"].endswith("already been settled.")
    assert callers.legal.get(HERE)["deadlines_to_do"] == 0
    assert callers.seo.post("/deadlines/99/outcome", 404, done=True)["status"] == 404


def test_the_deadline_of_a_case_is_not_settled_so(callers: Callers, case: Case) -> None:
    case.started().climb_to("formal_headteacher").issue()
    outcome = f"/deadlines/{case.deadline.id}/outcome"
    answer = callers.seo.post(outcome, 404, done=True)
    assert answer["detail"] == f"There is no deadline {case.deadline.id}."


def test_a_file_is_kept_once_and_downloaded(callers: Callers, record: SchoolRecord) -> None:
    first = send(callers.legal, key="one")
    assert first.status_code == 201, first.text
    made = first.json()
    assert (made["reference"], made["step"]) == ("SCH-900001", None)
    assert send(callers.legal, key="one").content == first.content
    listed = callers.seo.get(f"{HERE}/files")
    assert listed["items"] == [made]
    assert callers.seo.call("GET", f"/files/{made['id']}").content == NOTE
    again = send(callers.seo)
    assert again.status_code == 409
    assert again.json()["detail"] == "This file is already on the school’s record, as “note.txt”."
    assert record.kinds == ["school_record_opened", "evidence_added"]


def test_what_is_refused_opens_no_record(callers: Callers, record: SchoolRecord) -> None:
    seo = callers.seo
    assert send(seo, name="note.pdf").status_code == 422
    seo.post(f"{HERE}/letters", 422, **LETTER | {"to": "king", "words": " "})
    seo.post(f"{HERE}/letters", 409, **LETTER | {"copies": ["clerk"]})
    seo.post(f"{HERE}/deadlines", 422, what="Send the plan", due_on="2026-11-23")
    callers.hos.post(f"{HERE}/restriction/end", 404, reason="It is over.")
    callers.viewer.post(f"{HERE}/letters", 403, **LETTER)
    assert send(callers.viewer).status_code == 403
    assert record.matter is None
    seo.post("/schools/999999/record/letters", 404, **LETTER)
    for name in ("", *(f"/{name}" for name in LISTS)):
        assert seo.call("GET", f"/schools/999999/record{name}").status_code == 404
        assert callers.viewer.call("GET", f"{HERE}{name}").status_code == 403


def test_malware_is_on_the_record_of_the_school(callers: Callers, record: SchoolRecord) -> None:
    program = "import sys; print('Fence.Test'); sys.exit(1)"
    settings = callers.app.state.settings
    command = shlex.join([sys.executable, "-c", program])
    callers.app.state.settings = settings.model_copy(update={"scanner": command})
    assert send(callers.seo).status_code == 422
    assert record.kinds == ["school_record_opened", "evidence_refused"]


def test_what_is_wrong_with_a_letter_is_named_at_once(callers: Callers) -> None:
    wrong = {"to": "king", "copies": ["queen"], "subject": "", "words": " ", "reason": "\u200b"}
    errors = callers.seo.post(f"{HERE}/letters", 422, **wrong)["errors"]
    assert [error["field"] for error in errors] == list(wrong)
    assert callers.seo.post(f"{HERE}/letters", 422)["status"] == 422


def test_a_restricted_record_is_none_to_others_and_reading_it_is_on_record(
    engine: Engine, callers: Callers, record: SchoolRecord
) -> None:
    proposal, deadline = record.letter(), record.deadline()
    file = send(callers.seo).json()
    restricted = callers.hos.post(
        f"{HERE}/restriction", 200, officers=["hos2@fernshire.example"], reason="It is delicate."
    )
    assert restricted["restricted"]
    assert restricted["officers"] == ["hos2@fernshire.example", "hos@fernshire.example"]
    before = len(readings(engine, callers))
    blind = callers.seo2
    assert blind.get(HERE) == NONE_YET
    assert all(blind.get(f"{HERE}/{name}") == EMPTY for name in LISTS)
    rows = (f"/letters/{proposal.id}", f"/proposals/{proposal.id}", f"/files/{file['id']}")
    assert all(blind.call("GET", address).status_code == 404 for address in rows)
    blind.post(f"/deadlines/{deadline.id}/outcome", 404, done=True)
    assert blind.get("/deadlines")["total"] == 0
    refused = blind.post(f"{HERE}/letters", 409, **LETTER)
    assert "Ask the Director" in refused["detail"]
    assert "Ask the Director" in send(blind).json()["detail"]
    assert len(readings(engine, callers)) == before + 1, "only that we looked ourselves"
    for name in ("", *(f"/{name}" for name in LISTS)):
        callers.hos2.get(f"{HERE}{name}")
        assert readings(engine, callers)[-2:] == [f"/api/v1{HERE}{name}", f"/api/v1{HERE}/events"]
    assert callers.hos2.approve(proposal.id)["state"] == "approved"
    opened = callers.dcs.post(f"{HERE}/restriction/end", 200, reason="It is over.")
    assert (opened["restricted"], opened["officers"]) == (False, [])
    assert blind.get(f"{HERE}/letters")["total"] == 1


def test_a_record_is_restricted_before_anything_is_on_it(
    callers: Callers, record: SchoolRecord
) -> None:
    callers.hos.post(f"{HERE}/restriction", 200, officers=[], reason="Of somebody known here.")
    assert record.kinds == ["school_record_opened", "case_restricted"]
    assert callers.seo.get(HERE) == NONE_YET


def test_another_officer_looks_after_it(callers: Callers, record: SchoolRecord) -> None:
    given = {"case_officer": "seo2@fernshire.example", "reason": "Leave."}
    callers.hos.post(f"{HERE}/officer", 404, **given)
    record.letter()
    assert callers.hos.post(f"{HERE}/officer", 200, **given)["officer_name"] == "Sofia Eze"
    assert callers.hos.post(f"{HERE}/officer", 422, **given)["errors"][0]["field"] == "case_officer"
    callers.seo.post(f"{HERE}/officer", 403, **given)


def test_a_contact_changed_by_somebody_blind_is_held_for_its_letters(
    callers: Callers, record: SchoolRecord
) -> None:
    record.letter()
    record.restrict()
    new = {"name": "Somebody Else", "email": "else@elsewhere.example"}
    callers.seo2.put("/schools/900001/contacts/headteacher", **new)
    [held] = callers.seo.get(f"{HERE}/held-contacts")["items"]
    assert held["after"]["name"] == "Somebody Else"
    choice = {"decision": "confirm", "seen": held["seen"]}
    address = f"{HERE}/held-contacts/headteacher"
    callers.seo2.post(address, 404, **choice)
    callers.seo.post(address, 200, **choice)
    assert callers.seo.get(f"{HERE}/held-contacts") == EMPTY
    assert "contact_confirmed" in record.kinds


def test_a_proposal_of_a_record_waits_for_whoever_decides(
    callers: Callers, record: SchoolRecord
) -> None:
    made = record.letter()
    [waiting] = callers.hos.get("/proposals")["items"]
    assert (waiting["id"], waiting["reference"]) == (made.id, "SCH-900001")
    assert callers.seo.get("/proposals")["total"] == 0
