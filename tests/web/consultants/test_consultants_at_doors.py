"""Consultants at the doors: the pool and one of them on the pages, the same by the API."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.policy import Policy
from models.schools.tables import RiskLevel
from tests.support.callers import Callers
from tests.support.council import NOW, Council
from tests.support.programme import Programme
from tests.support.visitors import Visitors

TODAY = NOW.date()
CARYS = {"name": "Carys Howell", "own_school": 900003, "days_a_year": 12.5, "phase": "primary"}


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    return Visitors(engine, council, tmp_path)


@pytest.fixture
def callers(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    return Callers(engine, council, tmp_path)


def test_a_consultant_by_the_api(callers: Callers) -> None:
    made = callers.hos.post("/consultants", key="one", **CARYS)
    assert callers.hos.post("/consultants", key="one", **CARYS) == made
    assert (made["own_school_name"], made["days_a_year"], made["accreditations"]) == (
        "St Brannoc's Church of England Primary School",
        12.5,
        [],
    )
    accredited = callers.hos.post(
        "/consultants/1/accreditations", kind="local_leader", since="2025-09-01"
    )
    [lle] = accredited["accreditations"]
    assert (lle["title"], lle["in_force"]) == ("Local Leader of Education (LLE)", True)
    assert callers.seo.get("/consultants/1") == accredited
    assert callers.seo.get("/consultants", accreditation="local_leader", phase="primary") == {
        "items": [accredited],
        "page": 1,
        "pages": 1,
        "total": 1,
    }
    assert callers.seo.get("/consultants", phase="secondary")["total"] == 0
    changed = callers.hos.put("/consultants/1", **{**CARYS, "days_a_year": 20})
    assert changed["days_a_year"] == 20
    problem = callers.hos.call("PUT", "/consultants/1", json={**CARYS, "days_a_year": 0.3}).json()
    assert problem["errors"] == [
        {
            "field": "days_a_year",
            "message": "Enter a number of days in halves, such as 2 or 2.5.",
        }
    ]
    over = callers.hos.post(
        "/consultants/1/accreditations/1/end", 200, until="2026-11-20", reason="Not renewed."
    )
    assert over["accreditations"][0]["in_force"] is False
    gone = callers.hos.post("/consultants/1/leaving", 200, on="2026-11-20", reason="A new post.")
    assert (gone["active"], gone["left_on"]) == (False, "2026-11-20")
    assert callers.seo.get("/consultants", left=True)["total"] == 1
    assert callers.hos.post("/consultants/1/return", 200)["active"] is True
    callers.hos.post("/consultants/2/return", 404)
    callers.seo.post("/consultants", 403, **CARYS)
    assert callers.cht.call("GET", "/consultants").status_code == 403


def test_a_consultant_on_the_pages(visitors: Visitors) -> None:
    form = visitors.hos.get("/consultants").follow("Add a consultant")
    assert form.submit(422).errors == [("Enter their name", "#name")]
    wrong = form.submit(422, name="Carys Howell", days_a_year="many", own_school="9")
    assert wrong.errors == [("Days in a school year must be a number.", "#days_a_year")]
    form.submit(422, name="Carys Howell", own_school="9")
    page = form.submit(
        name="Carys Howell",
        own_school="900003",
        days_a_year="12.5",
        sign_in="cht@fernshire.example",
    )
    assert "The consultant has been added" in page.text
    assert "12.5" in page.text
    assert "St Brannoc's" in page.text
    changing = page.follow("Change what is known")
    page = changing.submit(organisation="Holy Well")
    assert "has been changed" in page.text
    form = page.follow("Record an accreditation")
    assert form.submit(422).errors[0] == ("Choose as what they are accredited", "#kind")
    page = form.submit(kind="national_leader", since=date(2025, 9, 1))
    assert "National Leader of Education (NLE)" in page.text
    [end] = [href for words, href in page.links.items() if words.startswith("End national leader")]
    visitors.hos.get("/consultants/1/accreditations/2/end", 404)
    page = visitors.hos.get(end).submit(until=TODAY, reason="Not renewed.")
    listed = visitors.seo.get("/consultants?accreditation=national_leader")
    assert "Carys Howell" in listed.text
    assert "Add a consultant" not in listed.links
    left = page.follow("They have left").submit(on=TODAY, reason="A new post.")
    assert "Has left" in left.text
    assert "Nobody matches" in visitors.seo.get("/consultants").text
    assert "The consultant is back" in left.submit().text


def test_they_are_assigned_and_named_on_the_forms(
    callers: Callers, visitors: Visitors, engine: Engine, policy: Policy, council: Council
) -> None:
    callers.hos.post("/consultants", **CARYS)
    assigned = visitors.hos.get("/schools/900001/supporters/new").submit(
        role="consultant_headteacher", consultant="1", first_day=TODAY
    )
    assert "Carys Howell" in assigned.text
    [supporter] = callers.seo.get("/schools/900001/supporters")["items"]
    assert (supporter["consultant"], supporter["officer"]) == (1, None)
    form = visitors.seo.get("/schools/900001/visits/new")
    filled = {"visited_on": TODAY, "purpose": "To help", "notes": "Seen."}
    refused = visitors.seo.post(
        "/schools/900001/visits/new",
        422,
        {"led_by": "consultant:x", "purpose": "To help", "notes": "Seen."}
        | {"visited_on-day": 23, "visited_on-month": 11, "visited_on-year": 2026},
    )
    assert refused.errors == [("Choose somebody from the list.", "#led_by")]
    form.submit(led_by="consultant:1", **filled)
    form.submit(led_by="officer:hos@fernshire.example", **{**filled, "purpose": "More"})
    second, first = callers.seo.get("/visits")["items"]
    assert (first["officer_name"], first["led_by"]["name"]) == ("Sam Ellison", "Carys Howell")
    assert second["led_by"]["officer"] == "hos@fernshire.example"
    assert "Led by Carys Howell" in visitors.seo.get("/visits/1").text
    assert ",Carys Howell,Sam Ellison," in visitors.seo.client.get("/visits.csv").text
    form = visitors.seo.get("/schools/900001/reports/new")
    sections = {
        f"section-{place}": "As seen."
        for place, _ in enumerate(policy.programme.report_sections, start=1)
    }
    form.submit(author="consultant:1", dated=TODAY, **sections)
    assert "Author Carys Howell" in visitors.seo.get("/reports/1").text
    page = visitors.seo.get("/consultants/1")
    assert "23 November 2026: Ashfield Primary School, To help" in page.links
    assert "23 November 2026: Ashfield Primary School" in page.links
    assert callers.seo.get("/reports", consultant=1)["total"] == 1
    assert callers.seo.get("/reports", consultant=2)["total"] == 0


def test_the_donor_school_rule_at_the_doors(
    callers: Callers, visitors: Visitors, engine: Engine, policy: Policy, council: Council
) -> None:
    callers.hos.post("/consultants", **CARYS)
    Programme(engine, policy, council).level(RiskLevel.HIGH, urn=900003)
    body = {"role": "local_leader", "consultant": 1, "first_day": "2026-11-23"}
    refused = callers.hos.post("/schools/900001/supporters", 409, **body)
    assert refused["detail"].startswith("The own school of Carys Howell causes concern.")
    form = visitors.hos.get("/schools/900001/supporters/new")
    assert not form.has("reason")
    page = form.submit(422, role="local_leader", consultant="1", first_day=TODAY)
    assert "There is a problem The own school of Carys Howell causes concern." in page.text
    assert callers.seo.get("/schools/900001/supporters")["items"] == []
    assert "Causes concern" in visitors.seo.get("/consultants").text
    assert "Nobody matches" in visitors.seo.get("/consultants?spared=yes").text
