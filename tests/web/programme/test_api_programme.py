"""The support programme through the JSON API."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.policy import Policy
from models.programme.tables import DutyKind
from models.schools.tables import RiskLevel
from tests.support.callers import Callers
from tests.support.council import Council
from tests.support.programme import WHOLE_YEAR, Programme

VISIT = {
    "urn": 900001,
    "visited_on": "2026-11-20",
    "purpose": "To look at the teaching of mathematics",
    "notes": "Seen: four lessons.",
}


@pytest.fixture
def programme(engine: Engine, policy: Policy, council: Council) -> Programme:
    """A school at high risk since September; the day is Monday 23 November 2026."""
    found = Programme(engine, policy, council)
    found.level(RiskLevel.HIGH, on=WHOLE_YEAR)
    found.pass_()
    return found


@pytest.fixture
def callers(programme: Programme, tmp_path: Path) -> Callers:
    return Callers(programme.engine, programme.council, tmp_path)


def test_visits(programme: Programme, callers: Callers) -> None:
    first = programme.duties(DutyKind.VISIT)[0]
    made = callers.seo.post("/visits", key="one", **VISIT)
    assert made["duty"] == first.id
    assert callers.seo.post("/visits", key="one", **VISIT) == made
    assert callers.seo.post("/visits", 409, **VISIT)["detail"] == "This visit is already on record."
    assert callers.seo.get("/visits/1") == made
    listed = callers.seo.get("/visits", urn=900001, officer="seo@fernshire.example")
    assert listed == {"items": [made], "page": 1, "pages": 1, "total": 1}
    assert callers.seo.get("/visits", urn=900002)["items"] == []
    assert callers.seo.call("GET", "/visits/2").status_code == 404
    problem = callers.seo.post("/visits", 422, **{**VISIT, "visited_on": "2026-11-24"})
    assert problem["errors"][0]["field"] == "visited_on"
    named = callers.seo.post("/visits", **{**VISIT, "purpose": "More", "duty": first.id + 3})
    assert named["duty"] == first.id + 3
    callers.seo.post("/visits", 422, **{**VISIT, "duty": 0})
    callers.seo.post("/visits", 404, **{**VISIT, "urn": 999999})
    callers.legal.post("/visits", 403, **VISIT)


def test_reports(programme: Programme, callers: Callers) -> None:
    sections = [
        {"title": title, "text": "Seen."} for title in programme.policy.programme.report_sections
    ]
    body = {"urn": "900001", "dated": "2026-11-20", "sections": sections}
    made = callers.seo.post("/reports", **body)
    assert made["sections"] == sections
    assert (made["state"], made["kind"], made["accuracy"], made["author"]) == (
        "proposed",
        "written_report",
        "not_asked",
        None,
    )
    assert callers.seo.get("/reports", urn=900001)["items"] == [made]
    assert callers.seo.get(f"/reports/{made['id']}") == made
    missing = callers.seo.post("/reports", 422, **{**body, "sections": sections[1:]})
    assert missing["errors"] == [
        {"field": "section-1", "message": "Enter the section “School data”."}
    ]
    callers.seo.post("/reports", 422, **{**body, "sections": sections * 2})
    callers.seo.post("/reports", 409, **body)


def test_duties_and_their_states(callers: Callers) -> None:
    late = callers.seo.get("/duties", urn=900001, kind="visit", state="late")
    assert late["total"] == 1
    assert late["items"][0]["state"] == "late"
    before = callers.seo.get("/duties", state="late", kind="visit", due_before="2026-11-01")
    assert before["total"] == 1
    assert callers.seo.get("/duties", kind="board_report")["items"][0]["urn"] is None
    assert callers.seo.get("/duties", state="to_do", officer="seo@fernshire.example")["total"] == 0
    for wrong in ({"state": "lost"}, {"kind": "x"}, {"due_before": "26-1-1"}, {"urn": 0}):
        assert callers.seo.call("GET", "/duties", params=wrong).status_code == 422
    duty = late["items"][0]["id"]
    hos = callers.hos
    callers.seo.post(f"/duties/{duty}/cancellation", 403, reason="On a trip.")
    assert hos.post(f"/duties/{duty}/cancellation", 422, reason=" ")["errors"]
    done = hos.post(f"/duties/{duty}/cancellation", 200, key="c", reason="On a trip.")
    assert (done["state"], done["reason"]) == ("cancelled", "On a trip.")
    assert hos.post(f"/duties/{duty}/cancellation", 200, key="c", reason="On a trip.") == done
    hos.post(f"/duties/{duty}/cancellation", 409, reason="Again.")


def test_reviews(callers: Callers) -> None:
    of_school = {
        "kind": "evaluation",
        "urn": 900001,
        "held_on": "2026-11-20",
        "summary": "Progress was made.",
        "impact": "Two of three actions are done.",
    }
    made = callers.seo.post("/reviews", **of_school)
    weekly = callers.seo.post(
        "/reviews", kind="action_review", held_on="2026-11-20", summary="All were looked at."
    )
    assert weekly["urn"] is None
    assert [each["id"] for each in callers.seo.get("/reviews")["items"]] == [
        weekly["id"],
        made["id"],
    ]
    assert callers.seo.get("/reviews", kind="evaluation")["items"] == [made]
    assert callers.seo.get(f"/reviews/{weekly['id']}") == weekly
    callers.seo.post("/reviews", 422, **{**of_school, "urn": None})
    callers.seo.post("/reviews", 422, **{**of_school, "impact": ""})


def test_supporters(callers: Callers) -> None:
    body = {
        "role": "school_evaluation_officer",
        "officer": "seo@fernshire.example",
        "first_day": "2026-09-01",
    }
    made = callers.hos.post("/schools/900001/supporters", key="a", **body)
    assert callers.hos.post("/schools/900001/supporters", key="a", **body) == made
    assert (made["name"], made["state"]) == ("Sam Ellison", "in_force")
    assert callers.seo.get("/schools/900001/supporters") == {"items": [made]}
    callers.hos.post("/schools/900001/supporters", 409, **body)
    callers.seo.post("/schools/900001/supporters", 403, **body)
    ended = callers.hos.post(f"/supporters/{made['id']}/end", 200, last_day="2026-11-20")
    assert ended["state"] == "over"
    assert callers.seo.get("/duties", officer="seo@fernshire.example")["total"] == 0


def test_nobody_without_the_role(callers: Callers) -> None:
    for address in ("/visits", "/reports", "/reviews", "/duties", "/schools/900001/supporters"):
        assert callers.viewer.call("GET", address).status_code == 403
        assert callers.legal.call("GET", address).status_code == 200
