"""The risk register through the JSON API."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from models.policy import Policy
from models.risk.tables import RiskEvidenceKind
from tests.support.assessing import JULY, SEPTEMBER, Register
from tests.support.callers import Caller, Callers
from tests.support.council import Council

ASHFIELD = 900001


@pytest.fixture
def callers(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    """Callers for everybody of the council."""
    return Callers(engine, council, tmp_path)


@pytest.fixture
def register(engine: Engine, policy: Policy, council: Council) -> Register:
    """The same register, by its commands."""
    return Register(engine, policy, council)


def begun(caller: Caller, urn: int | str = ASHFIELD) -> str:
    """An assessment in the year; its address."""
    return f"/assessments/{caller.post('/assessments', urn=urn)['id']}"


def add(caller: Caller, address: str, kind: str = "data_analysis", **changed: Any) -> Any:
    """Add a piece of evidence."""
    evidence = {
        "kind": kind,
        "source": "Key stage 2 results",
        "dated": "2026-11-02",
        "summary": "Reading fell by nine points.",
        **changed,
    }
    return caller.post(f"{address}/evidence", **evidence)


def test_a_level_is_changed_in_the_year(callers: Callers) -> None:
    seo, hos = callers.seo, callers.hos
    address = begun(seo, "900001")
    draft = seo.get(address)
    assert (draft["state"], draft["occasion"], draft["round"]) == ("draft", "in_year", None)
    assert (draft["level_before"], draft["begun_by"]) == (None, "seo@fernshire.example")
    assert draft["missing"] == list(RiskEvidenceKind)
    with_evidence = add(seo, address)
    assert with_evidence["missing"] == []
    [piece] = with_evidence["evidence"]
    assert piece["dated"] == "2026-11-02"
    assert piece["added_by"] == "seo@fernshire.example"
    proposed = seo.post(f"{address}/proposal", 200, level="medium", reason="Reading fell.")
    assert (proposed["state"], proposed["proposed_level"]) == ("proposed", "medium")
    agreed = hos.post(
        f"{address}/moderation",
        200,
        decision="agree",
        level="high",
        reason="For three years now.",
        words="Reading has fallen for three years.",
        version=proposed["version"],
    )
    assert (agreed["state"], agreed["level"]) == ("in_force", "high")
    assert agreed["moderated_by_name"] == "Harriet Osborne"
    assert seo.get(f"/schools/{ASHFIELD}")["risk_level"] == "high"
    history = callers.legal.get(f"/schools/{ASHFIELD}/levels")
    assert history["total"] == 1
    assert history["items"][0] == {
        "id": 1,
        "on": "2026-11-23",
        "before": None,
        "level": "high",
        "reason": "For three years now.",
        "words": "Reading has fallen for three years.",
        "occasion": "in_year",
        "assessment": agreed["id"],
        "changed_by": "hos@fernshire.example",
        "changed_by_name": "Harriet Osborne",
        "at": history["items"][0]["at"],
    }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_evidence_is_replaced_and_removed(callers: Callers) -> None:
    seo = callers.seo
    address = begun(seo)
    add(seo, address)
    [piece] = add(seo, address, "ofsted_outcomes")["evidence"][1:]
    changed = seo.put(
        f"{address}/evidence/{piece['id']}",
        kind="local_intelligence",
        source="A visit",
        dated="2026-11-20",
        summary="Staff are leaving.",
    )
    assert [each["source"] for each in changed["evidence"]] == ["Key stage 2 results", "A visit"]
    answer = seo.call("DELETE", f"{address}/evidence/{piece['id']}")
    assert [each["kind"] for each in answer.json()["evidence"]] == ["data_analysis"]
    assert seo.call("DELETE", f"{address}/evidence/{piece['id']}").status_code == 404
    assert seo.call("DELETE", f"{address}/evidence/x").status_code == 404


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_refusals_say_what_is_wrong(callers: Callers) -> None:
    seo, hos = callers.seo, callers.hos
    assert seo.post("/assessments", 404, urn=999999)["title"] == "Not found"
    assert seo.post("/assessments", 422, urn=None)["errors"][0]["field"] == "urn"
    address = begun(seo)
    assert "already" in seo.post("/assessments", 409, urn=ASHFIELD)["detail"]
    early = seo.post(f"{address}/proposal", 409, level="low", reason="So.")
    assert "Add evidence first" in early["detail"]
    future = seo.post(
        f"{address}/evidence",
        422,
        kind="hearsay",
        source="x",
        dated="2026-12-24",
        summary="y",
    )
    assert {error["field"] for error in future["errors"]} == {"kind", "dated"}
    add(seo, address)
    proposed = seo.post(f"{address}/proposal", 200, level="low", reason="So.")
    version = proposed["version"]
    moderation = f"{address}/moderation"
    assert seo.post(moderation, 403, decision="agree", version=version)["status"] == 403
    stale = hos.post(moderation, 409, decision="agree", version=version - 1)
    assert stale["title"] == "Changed since you looked"
    silent = hos.post(moderation, 422, decision="agree", level="high", version=version)
    assert silent["errors"][0]["field"] == "reason"
    assert hos.post(moderation, 422, decision="return", version=version)["errors"]
    assert hos.post(moderation, 422, decision="agree")["errors"][0]["field"] == "version"
    assert hos.post(moderation, 422, decision="agree", version="1")["errors"]
    withdrawn = hos.post(f"{address}/withdrawal", 200, reason="In error.")
    assert (withdrawn["state"], withdrawn["withdrawn_because"]) == ("withdrawn", "In error.")
    assert hos.post(moderation, 409, decision="agree", version=version)["status"] == 409
    assert callers.viewer.call("GET", address).status_code == 403


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whatever_is_sent_twice_with_one_key_is_done_once(callers: Callers) -> None:
    seo, hos = callers.seo, callers.hos
    first = seo.post("/assessments", key="one", urn=ASHFIELD)
    assert seo.post("/assessments", key="one", urn=ASHFIELD) == first
    address = f"/assessments/{first['id']}"
    evidence = {"kind": "data_analysis", "source": "x", "dated": "2026-11-02", "summary": "y"}
    for _ in range(2):
        answer = seo.post(f"{address}/evidence", key="two", **evidence)
    assert len(answer["evidence"]) == 1
    for _ in range(2):
        proposed = seo.post(f"{address}/proposal", 200, key="three", level="low", reason="So.")
    decision = {"decision": "agree", "version": proposed["version"]}
    for _ in range(2):
        agreed = hos.post(f"{address}/moderation", 200, key="four", **decision)
    assert agreed["state"] == "in_force"
    assert seo.get(f"/schools/{ASHFIELD}/levels")["total"] == 1


def test_a_round_is_opened_filled_and_published(callers: Callers, register: Register) -> None:
    callers.now = register.now = JULY
    hos = callers.hos
    opened = hos.post("/rounds", key="open", school_year=2027)
    assert hos.post("/rounds", key="open", school_year=2027) == opened
    assert (opened["schools"], opened["drafts"], opened["publish_on"]) == (4, 4, "2027-09-04")
    early = hos.post("/rounds/2027/publication", 409)["detail"]
    assert "can be published from 27 August 2027" in early
    register.agree_all("low", but=[ASHFIELD])
    now = hos.get("/rounds/2027")
    assert (now["drafts"], now["agreed"], now["levels"]["low"]) == (1, 3, 3)
    [waiting] = hos.get("/assessments", round=2027, state="draft")["items"]
    assert (waiting["urn"], waiting["round"]) == (ASHFIELD, 2027)
    register.agree_all("high")
    callers.now = SEPTEMBER
    published = hos.post("/rounds/2027/publication", 200, key="publish")
    assert hos.post("/rounds/2027/publication", 200, key="publish") == published
    assert (published["state"], published["in_force"]) == ("published", 4)
    assert published["levels"] == {"high": 1, "medium": 0, "low": 3, "none": 0}
    assert hos.post("/rounds/2027/publication", 409)["status"] == 409
    assert callers.seo.get("/rounds")["items"] == [published]
    assert callers.seo.get(f"/schools/{ASHFIELD}")["risk_level"] == "high"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_rounds_that_there_are_not(callers: Callers) -> None:
    hos = callers.hos
    for number in ("2031", "1", "x", "99999999999999999999"):
        assert hos.call("GET", f"/rounds/{number}").status_code == 404
        assert hos.call("POST", f"/rounds/{number}/publication", json={}).status_code == 404
    assert hos.post("/rounds", 409, school_year=10**30)["status"] == 409
    assert hos.post("/rounds", 422, school_year="2026")["errors"][0]["field"] == "school_year"
    assert hos.call("GET", "/assessments", params={"round": "2031"}).status_code == 404
    assert callers.seo.post("/rounds", 403, school_year=2026)["status"] == 403


def test_lists_of_assessments_are_filtered_and_in_pages(
    callers: Callers, register: Register
) -> None:
    for school in ("maintained", "academy", "church"):
        register.in_force("medium", school=school)
    register.begin(school="academy")
    seo = callers.seo
    whole = seo.get("/assessments")
    assert [each["urn"] for each in whole["items"]] == [900002, 900003, 900002, 900001]
    pages = [seo.get("/assessments", page=n, per_page=3)["items"] for n in (1, 2)]
    assert [*pages[0], *pages[1]] == whole["items"]
    assert seo.get("/assessments", urn=900002)["total"] == 2
    assert seo.get("/assessments", urn=900002, state="draft")["total"] == 1
    assert seo.get("/assessments", level="medium")["total"] == 3
    assert seo.call("GET", "/assessments", params={"state": "x"}).status_code == 422
    assert date.fromisoformat(whole["items"][1]["evidence"][0]["dated"]) == date(2026, 11, 2)
