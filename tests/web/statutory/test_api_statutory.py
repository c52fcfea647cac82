"""The statutory steps by the JSON API alone: its paths, its refusals, its roles."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from models.policy import Policy
from tests.support.callers import Callers
from tests.support.cases import ANSWERS, BOARD, Case
from tests.support.council import NOW, Council
from tests.support.statute import (
    CONTENT,
    EACH,
    ENDS_ON,
    SENT,
    SUPPORT,
    Statute,
    existing,
    problem,
    rows,
)

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ACADEMY_STEPS = ("the letter to the Secretary of State", "the letter to Ofsted")

CHAIR = "chair_of_governors"


@pytest.fixture
def callers(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    """Callers for everybody of the council."""
    return Callers(engine, council, tmp_path)


@pytest.fixture
def statute(callers: Callers, case: Case) -> Statute:
    """An escalation at its warning notice."""
    statute = Statute(callers, case)
    callers.at(NOW)
    return statute


# --- from notice to board, and from notice to compliance


def test_from_a_notice_to_an_interim_executive_board(statute: Statute, policy: Policy) -> None:
    seo, address = statute.callers.seo, statute.address
    notice = seo.post(f"{address}/warning-notices", **CONTENT)
    assert (notice["state"], notice["given_on"]) == ("proposed", None)
    assert [copy["role"] for copy in notice["copies"]] == [
        "headteacher",
        "ofsted",
        "secretary_of_state",
    ]
    assert all("section 60(6" in copy["reason"] for copy in notice["copies"])
    statute.approve(notice["proposal"], "legal", "dcs")
    [notice] = seo.get(f"{address}/warning-notices")["items"]
    assert (notice["state"], notice["given_on"]) == ("issued", "2026-11-23")
    assert (notice["served_from"], notice["serve_by"]) == (None, "2026-11-29")
    assert notice["last_day_for_powers"] == "2027-01-30"
    letter = seo.get(f"/letters/{notice['letter']}")
    assert [each["to"] for each in letter["deliveries"]] == [
        "chair.of.governors@school-900001.example",
        "headteacher@school-900001.example",
        policy.bodies["ofsted"].email,
        policy.bodies["secretary_of_state"].email,
    ]
    kinds = {each["kind"]: each["due_on"] for each in seo.get(f"{address}/deadlines")["items"]}
    assert (kinds["compliance"], kinds["powers"]) == (ENDS_ON, "2027-01-30")
    assert kinds["service"] == "2026-11-29", "five working days, and not after the last day"
    statute.serve(notice["letter"])
    [notice] = seo.get(f"{address}/warning-notices")["items"]
    assert (notice["state"], notice["served_from"]) == ("given", "2026-11-23")

    statute.at("2026-12-01")
    judged = seo.post(
        f"/warning-notices/{notice['id']}/compliance", 200, complied=False, reasons="No plan."
    )
    assert (judged["state"], judged["judged_on"]) == ("not_complied", "2026-12-01")
    proposed = seo.post(
        f"/warning-notices/{notice['id']}/proposed-powers", sections=["65"], reasons="No plan."
    )
    statute.approve(proposed["proposed_powers"][0]["proposal"], "dcs")
    statute.serve(proposed["proposed_powers"][0]["letter"])
    assert not statute.eligibility["eligible"]
    statute.at("2026-12-09")
    assert statute.eligibility["eligible"]
    advance = seo.post(f"{address}/proposals", action="advance", reason="It failed.")
    statute.approve(advance["id"], "dcs")

    power = seo.post(f"{address}/powers", section="65", reason="They cannot act.")
    assert (power["state"], power["last_day"]) == ("prepared", None)
    assert [each["role"] for each in power["consultees"]] == ["chair_of_governors"]
    assert power["secretary_of_state"] == {"needed": "consent", "on": None, "evidence": ""}
    assert len(power["missing"]) == 4
    use = f"/powers/{power['id']}/use"
    body = {"reason": "Now.", "members": BOARD, "starts_on": "2027-01-04"}
    assert "consent" in problem(seo, use, 409, **body)["detail"]
    seo.post(
        f"/powers/{power['id']}/consultations",
        **{"with": "chair_of_governors", "consulted_on": "2026-12-09", "said": "No."},
    )
    seo.post(f"/powers/{power['id']}/secretary-of-state", 200, on="2026-12-09", evidence="Letter.")
    used = seo.post(use, **body)
    assert (used["state"], used["missing"], used["blocked_by"]) == ("proposed", [], [])
    statute.approve(used["proposal"], "dcs")
    board = statute.power(power["id"])
    assert (board["state"], board["used_on"], board["effective_on"]) == (
        "in_force",
        "2026-12-09",
        "2027-01-04",
    )
    assert [member["name"] for member in board["members"]] == ["Ingrid Bell", "Omar Finch"]
    statute.at("2027-01-04")
    sections = [block["section"] for block in statute.eligibility["blocked_by"]]
    assert sections == ["64", "66"]
    refused = problem(seo, f"{address}/proposals", 409, action="resolve", reason="It is done.")
    assert "section 65 is in force" in refused["detail"]
    ended = seo.post(f"/powers/{power['id']}/end", 200, ended_on="2027-02-01", reason="Done.")
    assert ended["state"] == "in_force"


def test_from_a_notice_to_compliance(statute: Statute) -> None:
    notice, seo = statute.given(), statute.callers.seo
    statute.at("2026-11-27")
    judged = seo.post(
        f"/warning-notices/{notice['id']}/compliance", 200, complied=True, reasons="It is written."
    )
    assert (judged["state"], judged["complied"]) == ("complied", True)
    states = {
        each["kind"]: each["state"] for each in seo.get(f"{statute.address}/deadlines")["items"]
    }
    assert (states["compliance"], states["powers"]) == ("met", "cancelled")
    proposal = seo.post(f"{statute.address}/proposals", action="resolve", reason="It complied.")
    statute.approve(proposal["id"], "hos")
    assert seo.get(statute.address)["status"] == "resolved"


def test_a_suspended_budget_from_receipt_to_its_end(statute: Statute) -> None:
    statute.eligible()
    power, seo = statute.used("66"), statute.callers.seo
    address = f"/powers/{power['id']}"
    assert (power["state"], power["effective_on"], power["last_day"]) == (
        "in_force",
        None,
        "2027-01-30",
    )
    heard = {"from": "headteacher", "received_on": "2026-12-09", "said": "It hurts."}
    assert "received" in problem(seo, f"{address}/representations", 409, **heard)["detail"]
    received = seo.post(
        f"{address}/receipt", 200, received_on="2026-12-09", evidence="Signed by the clerk."
    )
    assert (received["effective_on"], received["review_by"]) == ("2026-12-09", "2027-03-31")
    assert seo.post(f"{address}/representations", **heard)["representations"] == [heard]
    assert (
        "ends by its review"
        in problem(seo, f"{address}/end", 409, ended_on="2026-12-09", reason="Enough.")["detail"]
    )
    reviewed = seo.post(f"{address}/reviews", outcome="end", reasons="The budget is sound.")
    [review] = reviewed["reviews"]
    assert (review["outcome"], review["decided_on"]) == ("end", None)
    statute.approve(review["proposal"], "dcs")
    ended = statute.power(power["id"])
    assert (ended["state"], ended["ended_on"]) == ("ended", "2026-12-09")
    assert ended["reviews"][0]["decided_on"] == "2026-12-09"
    [decision] = [
        each
        for each in seo.get(f"{statute.address}/letters")["items"]
        if each["template"] == "budget_review_decision"
    ]
    assert decision["copies"] == ["headteacher"]


# --- eligibility


def test_eligibility_is_four_facts_and_what_blocks(statute: Statute) -> None:
    before = statute.eligibility
    assert set(before) == {
        "reference",
        "eligible",
        "roads",
        "facts",
        "last_day_for_powers",
        "blocked_by",
        "notice_refused_because",
        "board_sits_since",
    }
    keys = ["notice_given", "period_over", "not_complied", "powers_proposed"]
    assert [fact["key"] for fact in before["facts"]] == keys
    assert all(set(fact) == {"key", "holds", "on", "says"} for fact in before["facts"])
    assert before["last_day_for_powers"] == dict.fromkeys(["63", "64", "65", "66"])
    assert [block["section"] for block in before["blocked_by"]] == ["63", "64", "65", "66"]
    assert all(set(block) == {"section", "rule"} for block in before["blocked_by"])
    assert before["notice_refused_because"] is None
    assert [(road["section"], road["holds"]) for road in before["roads"]] == [
        ("60", False),
        ("60A", False),
        ("61", False),
        ("62", False),
    ]
    assert before["roads"][0]["facts"] == before["facts"]
    statute.eligible()
    after = statute.eligibility
    assert (after["eligible"], after["blocked_by"]) == (True, [])
    assert [(fact["holds"], fact["on"]) for fact in after["facts"]] == [
        (True, "2026-11-23"),
        (True, "2026-12-01"),
        (True, "2026-12-01"),
        (True, "2026-12-09"),
    ]
    last = "2027-01-30"
    assert after["last_day_for_powers"] == {"63": last, "64": last, "65": None, "66": last}
    statute.at("2027-01-31")
    late = statute.eligibility
    assert late["eligible"]
    assert [block["section"] for block in late["blocked_by"]] == ["63", "64", "66"]
    assert all("corresponding date" in block["rule"] for block in late["blocked_by"])


# --- refusals


def test_a_notice_names_each_part_that_is_missing(statute: Statute) -> None:
    seo, address = statute.callers.seo, f"{statute.address}/warning-notices"
    empty = {**CONTENT, "grounds": [], "matters": "", "action_required": "", "action_minded": " "}
    refused = problem(seo, address, 422, **empty, key="once")
    assert [error["field"] for error in refused["errors"]] == [
        "grounds",
        "matters",
        "action_required",
        "action_minded",
    ]
    late = problem(seo, address, 422, **{**CONTENT, "compliance_ends_on": "2026-11-23"})
    assert [error["field"] for error in late["errors"]] == ["compliance_ends_on"]
    for wrong in ("26-12-01", "2026-02-30", None):
        found = problem(seo, address, 422, **{**CONTENT, "compliance_ends_on": wrong})
        assert [error["field"] for error in found["errors"]] == ["compliance_ends_on"]
    without = {name: value for name, value in CONTENT.items() if name != "matters"}
    assert problem(seo, address, 422, **without)["errors"][0]["field"] == "matters"
    extra = problem(seo, address, 422, **CONTENT, given_on="2026-11-23")
    assert extra["errors"][0]["field"] == "given_on"
    assert seo.get(address)["total"] == 0


def test_a_notice_without_an_answer_about_the_partner_is_refused(statute: Statute) -> None:
    content = {name: value for name, value in CONTENT.items() if name not in ANSWERS}
    address = f"{statute.address}/warning-notices"
    refused = problem(statute.callers.seo, address, 422, **content)
    fields = [error["field"] for error in refused["errors"]]
    assert fields == ["aware_of_problem", "working_with_partner"]


def test_a_guarded_notice_needs_its_reason(statute: Statute) -> None:
    seo, address = statute.callers.seo, f"{statute.address}/warning-notices"
    support = seo.post(f"{statute.address}/support", **SUPPORT)
    assert (support["works"], support["recorded_by"]) == (True, "seo@fernshire.example")
    content = {name: value for name, value in CONTENT.items() if name not in ANSWERS}
    refused = problem(seo, address, 422, **content)
    assert [error["field"] for error in refused["errors"]] == ["why_support_is_not_enough"]
    notice = seo.post(address, **content, why_support_is_not_enough="Three plans failed.")
    proposal = statute.callers.legal.get("/proposals")["items"][0]
    assert proposal["id"] == notice["proposal"]
    assert "Three plans failed." in proposal["reason"]


def test_what_does_not_exist_is_not_found(statute: Statute) -> None:
    seo = statute.callers.seo
    bodies: dict[str, dict[str, Any]] = {
        "/escalations/ESC-2026-9999/support": SUPPORT,
        "/escalations/ESC-2026-9999/warning-notices": CONTENT,
        "/escalations/ESC-2026-9999/powers": {"section": "63", "reason": "None."},
        "/escalations/ESC-2026-9999/secretary-of-state-notices": SENT,
        **{address: body for address, body in EACH.items() if address.startswith("/")},
    }
    for address, body in bodies.items():
        problem(seo, address, 404, **body)
    for address in ("eligibility", "warning-notices", "powers", "secretary-of-state-notices"):
        response = seo.call("GET", f"/escalations/ESC-2026-9999/{address}")
        assert response.status_code == 404
    assert seo.call("GET", "/letters/999/services").status_code == 404


def test_an_unknown_field_or_a_missing_one_is_named(statute: Statute) -> None:
    seo = statute.callers.seo
    for address, body in existing(statute).items():
        assert problem(seo, address, 422, **body, more="x")["errors"][0]["field"] == "more"
        for field in body:
            less = {name: value for name, value in body.items() if name != field}
            if field != "said":
                assert problem(seo, address, 422, **less)["errors"][0]["field"] == field


def test_what_is_not_possible_is_a_conflict_with_its_reason(statute: Statute) -> None:
    notice, seo = statute.given(), statute.callers.seo
    compliance = f"/warning-notices/{notice['id']}/compliance"
    early = problem(seo, compliance, 409, complied=False, reasons="Not yet.")
    assert "1 December 2026" in early["detail"]
    again = problem(seo, f"{statute.address}/warning-notices", 409, **CONTENT)
    assert "still runs" in again["detail"]
    advance = problem(seo, f"{statute.address}/proposals", 409, action="advance", reason="Go on.")
    assert advance["title"] == "Not possible now"
    proposed = problem(
        seo, f"/warning-notices/{notice['id']}/proposed-powers", 409, sections=["65"], reasons="No."
    )
    assert "Judge first" in proposed["detail"]
    unknown = problem(
        seo, f"{statute.address}/powers", 422, section="67", reason="To take the land."
    )
    assert unknown["errors"][0]["field"] == "section"
    power = statute.prepared("66")
    use = problem(seo, f"/powers/{power['id']}/use", 409, reason="Now.")
    assert "step of the powers" in use["detail"]
    twice = problem(seo, f"{statute.address}/powers", 409, section="66", reason="Again.")
    assert "already being prepared" in twice["detail"]
    end = problem(
        seo, f"/powers/{power['id']}/end", 409, ended_on="2026-11-23", reason="It is done."
    )
    assert "not in force" in end["detail"]


def test_the_director_is_refused_the_day_after_the_last(statute: Statute) -> None:
    statute.eligible()
    statute.at("2027-01-30")
    power = statute.prepared("66")
    used = statute.callers.seo.post(f"/powers/{power['id']}/use", reason="Now.")
    statute.at("2027-01-31")
    refused = statute.callers.dcs.approve(used["proposal"], 409)
    assert "30 January 2027" in refused["detail"]
    assert statute.power(power["id"])["state"] == "proposed"


# --- who may


def test_who_looks_may_not_act(statute: Statute) -> None:
    address = statute.address
    acts: dict[str, dict[str, Any]] = {
        f"{address}/support": SUPPORT,
        f"{address}/warning-notices": CONTENT,
        f"{address}/powers": {"section": "63", "reason": "They cannot act."},
        f"{address}/secretary-of-state-notices": SENT,
        **existing(statute),
    }
    viewer, legal, admin = (getattr(statute.callers, who) for who in ("viewer", "legal", "admin"))
    client = statute.callers.client
    before = rows(statute.callers.engine)
    for each, body in acts.items():
        for caller in (viewer, legal, admin):
            found = problem(caller, each, 403, **body)
            assert found["title"] == "Your role does not allow this"
        nobody = client.post(f"/api/v1{each}", json=body)
        assert nobody.status_code == 401, each
        assert nobody.headers["www-authenticate"] == "Bearer"
    assert rows(statute.callers.engine) == before
    for each in ("eligibility", "warning-notices", "powers", "secretary-of-state-notices"):
        assert client.get(f"/api/v1{address}/{each}").status_code == 401
        legal.get(f"{address}/{each}")
    [letter] = [each for each in acts if each.startswith("/letters/")]
    legal.get(letter)


# --- idempotency


def test_a_notice_sent_twice_is_put_forward_once(statute: Statute) -> None:
    seo, address = statute.callers.seo, f"{statute.address}/warning-notices"
    first = seo.post(address, key="notice-1", **CONTENT)
    assert seo.post(address, key="notice-1", **CONTENT) == first
    assert seo.get(address)["total"] == 1
    other = {**CONTENT, "matters": "Something else."}
    assert problem(seo, address, 422, **other, key="notice-1")


def test_a_power_sent_twice_is_used_once_and_a_refusal_is_kept(statute: Statute) -> None:
    statute.eligible()
    seo = statute.callers.seo
    power = seo.post(f"{statute.address}/powers", key="p", section="66", reason="They cannot act.")
    again = seo.post(f"{statute.address}/powers", key="p", section="66", reason="They cannot act.")
    assert again == power
    use = f"/powers/{power['id']}/use"
    before = rows(statute.callers.engine)
    refused = problem(seo, use, 409, reason="Now.", key="early")
    assert rows(statute.callers.engine) == before, "a refusal leaves nothing"
    seo.post(f"/powers/{power['id']}/secretary-of-state", 200, on="2026-12-09", evidence="Letter.")
    assert problem(seo, use, 409, reason="Now.", key="early") == refused
    used = seo.post(use, key="now", reason="Now.")
    assert seo.post(use, key="now", reason="Now.") == used
    assert "already proposed" in problem(seo, use, 409, reason="Now.")["detail"]


# --- the Secretary of State, service


def test_the_secretary_of_states_notice_locks_until_released(statute: Statute) -> None:
    notice, seo = statute.given(), statute.callers.seo
    address = f"{statute.address}/secretary-of-state-notices"
    hers = seo.post(address, **{**SENT, "kind": "warning_notice"})
    assert (hers["kind"], hers["released_on"]) == ("warning_notice", None)
    [ours] = seo.get(f"{statute.address}/warning-notices")["items"]
    assert (ours["id"], ours["state"], ours["ceased_on"]) == (notice["id"], "ceased", "2026-11-23")
    assert "section 60(4A)" in statute.eligibility["notice_refused_because"]
    assert "60(4A)" in problem(seo, f"{statute.address}/warning-notices", 409, **CONTENT)["detail"]
    assert problem(seo, address, 422, **{**SENT, "kind": "letter"})["errors"][0]["field"] == "kind"
    future = {**SENT, "received_on": "2026-11-24"}
    assert problem(seo, address, 422, **future)["errors"][0]["field"] == "received_on"
    release = f"/secretary-of-state-notices/{hers['id']}/release"
    released = seo.post(release, 200, released_on="2026-11-23", note="An e-mail.")
    assert released["released_on"] == "2026-11-23"
    problem(seo, release, 409, released_on="2026-11-23", note="An e-mail.")
    assert statute.eligibility["notice_refused_because"] is None
    assert seo.get(address)["items"] == [released]


def test_an_intention_locks_three_powers(statute: Statute) -> None:
    statute.eligible()
    statute.callers.seo.post(f"{statute.address}/secretary-of-state-notices", **SENT)
    blocks = statute.eligibility["blocked_by"]
    assert [block["section"] for block in blocks] == ["63", "64", "66"]
    assert all("section 70B(2)" in block["rule"] for block in blocks)


def test_service_is_recorded_apart_from_delivery(statute: Statute) -> None:
    seo = statute.callers.seo
    notice = seo.post(f"{statute.address}/warning-notices", **CONTENT)
    address = f"/letters/{notice['letter']}/services"
    served = {
        "to": "chair_of_governors",
        "method": "by_hand",
        "served_on": "2026-11-23",
        "evidence": "Handed to the clerk.",
    }
    assert "issued" in problem(seo, address, 409, **served)["detail"]
    statute.approve(notice["proposal"], "legal", "dcs")
    service = seo.post(address, **served)
    assert service == {
        "id": 1,
        **served,
        "arrived_on": None,
        "counts_from": "2026-11-23",
        "undone_on": None,
        "undone_because": "",
        "recorded_by": "seo@fernshire.example",
        "recorded_by_name": "Sam Ellison",
    }
    for field, wrong in (("to", "diocese"), ("method", "owl"), ("served_on", "2026-11-22")):
        refused = problem(seo, address, 422, **{**served, field: wrong})
        assert [error["field"] for error in refused["errors"]] == [field]
    assert seo.get(address)["items"] == [service]
    states = {each["state"] for each in seo.get(f"/letters/{notice['letter']}")["deliveries"]}
    assert states == {"pending"}


def test_how_far_a_notice_is_served_and_what_is_wanting(statute: Statute) -> None:
    seo, legal = statute.callers.seo, statute.callers.legal
    notice = seo.post(f"{statute.address}/warning-notices", **CONTENT)
    statute.approve(notice["proposal"], "legal", "dcs")

    def service() -> Any:
        [found] = legal.get(f"{statute.address}/service")["items"]
        return found

    found = service()
    assert (found["letter"], found["state"]) == (notice["letter"], "unproven")
    assert (found["serve_by"], found["prove_by"]) == ("2026-11-29", "2026-11-29")
    assert [each["to"] for each in found["recipients"] if each["addressee"]] == [CHAIR]
    nxt = seo.get(statute.address)["next"]
    assert (nxt["act"], nxt["id"]) == ("record_service", notice["letter"])
    body = {"to": CHAIR, "served_on": "2026-11-23", "evidence": "Sent by Sam Ellison."}
    by_email = {**body, "method": "email"}
    address = f"/letters/{notice['letter']}/services"
    [error] = problem(seo, address, 422, **by_email)["errors"]
    assert (error["field"], "had agreed" in error["message"]) == ("method", True)
    agreed = {
        "role": CHAIR,
        "email": "chair.of.governors@school-900001.example",
        "agrees": True,
        "said_on": "2026-11-20",
        "evidence": "The chair's letter.",
    }
    said = seo.post("/schools/900001/email-agreements", **agreed)
    assert (said["counts"], said["recorded_by_name"]) == (True, "Sam Ellison")
    assert problem(statute.callers.viewer, "/schools/900001/email-agreements", 403, **agreed)
    recorded = seo.post(address, **by_email)
    assert recorded["counts_from"] == "2026-11-24"
    assert (service()["state"], service()["recipients"][0]["method"]) == ("proven", "email")
    undoing = f"/services/{recorded['id']}/withdrawal"
    undone = seo.post(undoing, 200, reason="It was the address of last year.")
    assert undone["undone_on"] == "2026-11-23"
    assert problem(seo, undoing, 409, reason="Again.")["detail"].endswith("undone already.")
    assert service()["state"] == "unproven"
    withdrawn = seo.post("/schools/900001/email-agreements", **{**agreed, "agrees": False})
    listed = legal.get("/schools/900001/email-agreements")["items"]
    assert [(each["id"], each["counts"]) for each in listed] == [
        (withdrawn["id"], True),
        (said["id"], False),
    ]


# --- academies


def test_an_academy_is_refused_everything_with_the_two_steps(callers: Callers, case: Case) -> None:
    case.started(school="academy")
    address, seo = f"/escalations/{case.reference}", callers.seo
    bodies: dict[str, dict[str, Any]] = {
        "support": SUPPORT,
        "warning-notices": CONTENT,
        "powers": {"section": "65", "reason": "They cannot act."},
        "secretary-of-state-notices": SENT,
    }
    for each, body in bodies.items():
        refused = problem(seo, f"{address}/{each}", 409, **body)
        assert all(step in refused["detail"] for step in ACADEMY_STEPS), each
    found = seo.get(f"{address}/eligibility")
    assert not found["eligible"]
    assert len(found["blocked_by"]) >= 4
    assert all(step in found["notice_refused_because"] for step in ACADEMY_STEPS)


def test_a_converted_school_is_refused_what_it_had(statute: Statute) -> None:
    notice, seo = statute.given(), statute.callers.seo
    power = statute.prepared("66")
    convert = seo.post(
        f"{statute.address}/proposals",
        action="convert",
        reason="It converted.",
        step="formal_headteacher",
    )
    statute.approve(convert["id"], "hos")
    assert seo.get(statute.address)["ladder"] == "academy"
    for each, body in EACH.items():
        if each.startswith("/warning-notices"):
            refused = problem(seo, each.replace("999", str(notice["id"])), 409, **body)
            assert all(step in refused["detail"] for step in ACADEMY_STEPS)
        if each.startswith("/powers") and not each.endswith("consultations"):
            problem(seo, each.replace("999", str(power["id"])), 409, **body)
    assert statute.power(power["id"])["state"] == "dropped"
