"""The same key and body give the first answer again, and one effect."""

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.support.callers import Caller, Callers, start
from tests.support.council import Council

BODY = {
    "urn": 900001,
    "triggers": ["safety"],
    "summary": "The school has not acted.",
    "case_officer": "seo@fernshire.example",
}
KEY = {"Idempotency-Key": "start-900001"}


@pytest.fixture
def callers(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    """Callers for everybody of the council."""
    return Callers(engine, council, tmp_path)


def post(caller: Caller, headers: Any = KEY, **changed: Any) -> Any:
    """Start an escalation with a key."""
    return caller.call("POST", "/escalations", json={**BODY, **changed}, headers=headers)


@pytest.mark.both_databases
def test_the_first_answer_is_given_again(callers: Callers) -> None:
    hos = callers.hos
    first = post(hos)
    assert first.status_code == 201
    proposal = hos.post(
        f"/escalations/{first.json()['reference']}/proposals", action="pause", reason="Illness."
    )
    callers.hos2.approve(proposal["id"])
    again = post(hos)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["content-type"] == "application/json"
    assert hos.get("/escalations")["total"] == 1


def test_spaces_and_order_do_not_make_another_body(callers: Callers) -> None:
    hos = callers.hos
    first = post(hos)
    turned = dict(reversed(BODY.items()))
    again = hos.call("POST", "/escalations", json=turned, headers=KEY)
    assert again.content == first.content


def test_the_same_key_for_something_else_is_refused(callers: Callers) -> None:
    hos = callers.hos
    reference = post(hos).json()["reference"]
    for address, body in (
        ("/escalations", {**BODY, "urn": 900003}),
        (f"/escalations/{reference}/proposals", BODY | {"action": "pause", "reason": "Illness."}),
    ):
        other = hos.call("POST", address, json=body, headers=KEY)
        assert other.status_code == 422
    assert post(hos, urn=900003).json()["errors"][0]["field"] == "Idempotency-Key"
    assert hos.get("/escalations")["total"] == 1


def test_a_key_is_the_officers_own(callers: Callers) -> None:
    assert post(callers.hos).status_code == 201
    assert post(callers.hos2, urn=900003).status_code == 201
    assert post(callers.hos2).status_code == 422


def test_a_refusal_is_an_answer_too(callers: Callers) -> None:
    started = start(callers.hos)
    refused = post(callers.hos)
    assert refused.status_code == 409
    proposal = callers.seo.post(
        f"/escalations/{started['reference']}/proposals", action="withdraw", reason="By mistake."
    )
    callers.hos.approve(proposal["id"])
    again = post(callers.hos)
    assert (again.status_code, again.content) == (409, refused.content)
    assert again.headers["content-type"] == "application/problem+json"
    assert post(callers.hos, headers={"Idempotency-Key": "another"}).status_code == 201


def test_without_a_key_every_post_counts(callers: Callers) -> None:
    assert post(callers.hos, headers={}).status_code == 201
    assert post(callers.hos, headers={}).status_code == 409


def test_a_key_too_long_is_refused(callers: Callers) -> None:
    refused = post(callers.hos, headers={"Idempotency-Key": "k" * 201})
    assert refused.json()["errors"][0]["field"].lower() == "idempotency-key"


@pytest.mark.both_databases
def test_two_at_once_have_one_effect(callers: Callers) -> None:
    hos = callers.hos
    ready = threading.Barrier(4)
    answers: list[Any] = []

    def call() -> None:
        ready.wait(timeout=30)
        answers.append(post(hos))

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1
    assert hos.get("/escalations")["total"] == 1


@pytest.mark.both_databases
def test_two_officers_deciding_at_once_have_one_effect(callers: Callers) -> None:
    started = start(callers.seo)
    [proposal] = callers.hos.get("/proposals")["items"]
    deciders = [callers.hos, callers.hos2]
    ready = threading.Barrier(2)
    answers: list[int] = []

    def decide(caller: Caller) -> None:
        address = f"/proposals/{proposal['id']}"
        body = {"decision": "approve", "seen": caller.get(address)["seen"]}
        ready.wait(timeout=30)
        answers.append(caller.call("POST", f"{address}/decision", json=body).status_code)

    threads = [threading.Thread(target=decide, args=(caller,)) for caller in deciders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(answers) == [200, 409]
    events = callers.seo.get(f"/escalations/{started['reference']}/events")["items"]
    assert [event["kind"] for event in events].count("escalation_opened") == 1
