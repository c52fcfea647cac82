"""Bad input is refused with its field named, and nothing that is sent makes the API fail."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.support.callers import Callers, start
from tests.support.cases import Case
from tests.support.council import Council

REFERENCE = "ESC-2026-0001"
HUGE = "9" * 30
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def callers(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    """Callers for everybody of the council."""
    return Callers(engine, council, tmp_path)


def fields(response: Any) -> list[str]:
    """The fields that a 422 names."""
    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == 422
    assert problem["title"]
    assert all(error["message"] for error in problem["errors"])
    assert all(error["field"] in problem["detail"] for error in problem["errors"])
    return [error["field"] for error in problem["errors"]]


START = {
    "urn": 900001,
    "triggers": ["safety"],
    "summary": "The school has not acted.",
    "case_officer": "seo@fernshire.example",
}
BAD_STARTS: list[tuple[dict[str, Any], str]] = [
    ({"urn": True}, "urn"),
    ({"urn": 900001.5}, "urn"),
    ({"urn": None}, "urn"),
    ({"urn": 10**40}, "urn"),
    ({"urn": "90000a"}, "urn"),
    ({"urn": 900099}, "urn"),
    ({"urn": 900004}, "urn"),
    ({"triggers": "safety"}, "triggers"),
    ({"triggers": []}, "triggers"),
    ({"triggers": [1]}, "triggers"),
    ({"triggers": ["weather"]}, "triggers"),
    ({"triggers": ["safety", "safety"]}, "triggers"),
    ({"summary": 5}, "summary"),
    ({"summary": ""}, "summary"),
    ({"summary": "nul \0"}, "summary"),
    ({"summary": "surrogate \ud800"}, "summary"),
    ({"summary": "emoji \U0001f600"}, "summary"),
    ({"summary": "x" * 20_001}, "summary"),
    ({"case_officer": "nobody@fernshire.example"}, "case_officer"),
    ({"case_officer": "\0"}, "case_officer"),
    ({"case_officer": ["seo@fernshire.example"]}, "case_officer"),
    ({"not_engaging": "yes"}, "not_engaging"),
    ({"not_engaging": True}, "not_engaging"),
    ({"head_performance_in_question": 1}, "head_performance_in_question"),
    ({"colour": "red"}, "colour"),
]


def test_a_start_is_refused_by_field(callers: Callers) -> None:
    caller = callers.hos
    for changed, field in BAD_STARTS:
        body = json.dumps({**START, **changed})  # as ASCII, so that a surrogate gets through
        response = caller.call("POST", "/escalations", content=body, headers=JSON)
        assert (changed, fields(response)) == (changed, [field])
    assert caller.get("/escalations")["total"] == 0


def test_every_missing_field_is_named(callers: Callers) -> None:
    response = callers.hos.call("POST", "/escalations", json={"sumary": "A slip."})
    assert fields(response) == ["urn", "triggers", "summary", "case_officer", "sumary"]


NOT_OBJECTS = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"NaN",
    b"\xff\xfe{}",
    b"[" * 50_000,
    b'{"urn": ' + b"9" * 5_000 + b"}",
    b'{"\\ud800": 1}',
]


def test_a_body_must_be_an_object(callers: Callers) -> None:
    caller = callers.hos
    for body in NOT_OBJECTS:
        response = caller.call("POST", "/escalations", content=body, headers=JSON)
        assert (body[:20], fields(response)) == (body[:20], ["body"])


def test_a_body_must_say_that_it_is_json(callers: Callers) -> None:
    response = callers.hos.call("POST", "/escalations", content=b'{"urn": 900001}')
    assert fields(response) == ["body"]
    assert "application/json" in response.json()["detail"]


BAD_DATES = [
    ("2026-02-30", "no such day"),
    ("0026-11-20", "four digits"),
    ("26-11-20", "such as 2026-11-30"),
    ("20.11.2026", "such as 2026-11-30"),
    ("2026-11-20T10:00:00Z", "such as 2026-11-30"),
    (20261120, "such as 2026-11-30"),
    ("2026-11-24", "today or in the past"),
]


def test_a_bad_date_is_refused(callers: Callers, case: Case) -> None:
    case.started()
    seo = callers.seo
    for day, words in BAD_DATES:
        body = {"held_on": day, "with": ["headteacher"], "notes": "We met."}
        response = seo.call("POST", f"/escalations/{case.reference}/contacts", json=body)
        assert (day, fields(response)) == (day, ["held_on"])
        assert words in response.json()["detail"]


BAD_QUERIES = [
    ("/escalations?page=0", "page"),
    ("/escalations?page=x", "page"),
    (f"/escalations?page={HUGE}", "page"),
    ("/escalations?page=" + "9" * 5_000, "page"),
    ("/escalations?per_page=0", "per_page"),
    ("/escalations?per_page=201", "per_page"),
    ("/escalations?stauts=open", "stauts"),
    ("/escalations?status=closed", "status"),
    ("/escalations?ladder=church", "ladder"),
    ("/escalations?step=seventh", "step"),
    (f"/escalations?urn={HUGE}", "urn"),
    ("/escalations?overdue=perhaps", "overdue"),
    ("/escalations?case_officer=%00", "case_officer"),
    ("/escalations?query=%00", "query"),
    ("/escalations?sort=colour", "sort"),
    ("/schools?query=%00", "query"),
    ("/schools?level=severe", "level"),
    ("/deadlines?due_before=2026-02-30", "due_before"),
    ("/deadlines?due_before=26-11-20", "due_before"),
    ("/deadlines?state=late", "state"),
    ("/proposals?state=new", "state"),
]


def test_a_query_is_refused_by_name(callers: Callers) -> None:
    legal = callers.legal
    for address, field in BAD_QUERIES:
        assert (address, fields(legal.call("GET", address))) == (address, [field])


def test_a_parameter_without_a_value_counts_as_not_given(callers: Callers, case: Case) -> None:
    case.started()
    address = "/escalations?status=&ladder=&step=&urn=&case_officer=&overdue="
    assert callers.viewer.call("GET", address).json()["total"] == 1


NOWHERE = [
    ("GET", "/"),
    ("GET", "/schools/"),
    ("GET", "/nowhere"),
    ("GET", "/schools/900099"),
    ("GET", f"/schools/{HUGE}"),
    ("GET", "/schools/-1"),
    ("GET", "/schools/%00"),
    ("GET", "/escalations/ESC-2026-9999"),
    ("GET", "/escalations/%00"),
    ("GET", "/escalations/ESC-2026-0001%00/events"),
    ("GET", "/escalations/x/letters"),
    ("GET", "/letters/1"),
    ("GET", f"/letters/{HUGE}"),
    ("GET", f"/letters/{2**31}"),
    ("GET", "/letters/0"),
    ("GET", "/letters/-1"),
    ("GET", "/letters/١"),
    ("GET", f"/letters/{HUGE}.pdf"),
    ("GET", "/letters/1.pdf"),
    ("GET", f"/proposals/{HUGE}"),
    ("POST", f"/proposals/{HUGE}/decision"),
    ("POST", f"/messages/{HUGE}/decision"),
    ("POST", "/messages/1/decision"),
    ("POST", "/proposals/1/decision"),
]


def test_what_is_not_there_is_404(callers: Callers) -> None:
    hos = callers.hos
    for method, address in NOWHERE:
        body = {"decision": "approve", "reason": "Yes."} if method == "POST" else None
        response = hos.call(method, address, json=body)
        assert (address, response.status_code) == (address, 404)
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["detail"]


def test_a_wrong_method_is_405(callers: Callers) -> None:
    response = callers.hos.call("DELETE", "/schools")
    assert response.status_code == 405
    assert response.headers["content-type"] == "application/problem+json"
    assert "GET" in response.headers["allow"]


STRANGERS: list[dict[str, str | bytes]] = [
    {},
    {"Authorization": ""},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer wrong"},
    {"Authorization": "Basic c2VvOnNlbw=="},
    {"Authorization": b"Bearer \xe9\xff"},
]


def test_no_call_without_a_known_token(callers: Callers) -> None:
    for headers in STRANGERS:
        for address in ("/escalations", "/schools/900001", "/letters/1.pdf", "/proposals"):
            response = callers.client.get(f"/api/v1{address}", headers=headers)
            assert (headers, response.status_code) == (headers, 401)
            assert response.headers["content-type"] == "application/problem+json"
            assert response.headers["www-authenticate"] == "Bearer"


def test_roles_and_states_refuse_with_their_reason(callers: Callers) -> None:
    refused = callers.viewer.call("POST", "/escalations", json=START)
    assert refused.status_code == 403
    assert "Viewer" in refused.json()["detail"]
    start(callers.hos)
    again = callers.hos.call("POST", "/escalations", json=START)
    assert again.status_code == 409
    assert REFERENCE in again.json()["detail"]


def test_unusual_text_is_kept_exactly(callers: Callers) -> None:
    summary = "Ł’s {{ 7*7 }} #set page <b>bold</b> ‘; DROP TABLE school;--\n\ttab \r\n"
    assert start(callers.hos, summary=summary)["summary"] == summary


def test_a_contact_is_put_and_refused_by_field(callers: Callers) -> None:
    address = "/schools/900001/contacts/clerk"
    lines = ["School Lane", "Fernminster"]
    body = {"name": "Clare Kerr", "email": "clerk@a.example", "address": lines}
    school = callers.seo.call("PUT", address, json=body).json()
    [clerk] = [contact for contact in school["contacts"] if contact["role"] == "clerk"]
    assert (clerk["name"], clerk["email"], clerk["address"]) == (
        "Clare Kerr",
        "clerk@a.example",
        lines,
    )
    for changed, field in (
        ({"name": ""}, "name"),
        ({"email": "two@a.example, three@a.example"}, "email"),
        ({"address": ["x"] * 8}, "address"),
        ({"address": "School Lane"}, "address"),
        ({"telephone": "1"}, "telephone"),
    ):
        body = {"name": "Clare Kerr", **changed}
        assert fields(callers.seo.call("PUT", address, json=body)) == [field]
    wrong = callers.seo.call("PUT", "/schools/900001/contacts/janitor", json={"name": "Jan"})
    assert wrong.status_code == 404
    refused = callers.viewer.call("PUT", address, json={"name": "Clare Kerr"})
    assert refused.status_code == 403
