"""Promised visits, requirements and outcomes at the doors: pages and JSON API."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.policy import Policy
from models.programme.tables import DutyKind
from models.schools.tables import RiskLevel
from tests.support.assessing import Register
from tests.support.callers import Callers
from tests.support.council import Council
from tests.support.programme import WHOLE_YEAR, Programme
from tests.support.visitors import Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PROMISED, GOVERNANCE = DutyKind.LEVEL_CHANGE_VISIT, DutyKind.GOVERNANCE_AUDIT
SCHOOL = "/schools/900001"


@pytest.fixture
def programme(engine: Engine, policy: Policy, council: Council) -> Programme:
    """A school that rose to medium risk today, Monday 23 November 2026."""
    found = Programme(engine, policy, council)
    found.level(RiskLevel.LOW, on=WHOLE_YEAR)
    Register(engine, policy, council).in_force("medium")
    return found


def test_the_visit_that_was_promised(programme: Programme, tmp_path: Path) -> None:
    seo = Visitors(programme.engine, programme.council, tmp_path).seo
    page = seo.get(f"{SCHOOL}/programme")
    about = "of 7 December 2026: visit about the change of level, Ashfield Primary School"
    invitation = page.follow(f"Plan and invite {about}")
    chosen = invitation.tree.xpath("//input[@checked]/@value")
    assert {"visit", "headteacher", "chair_of_governors"} <= set(chosen)
    form = page.follow(f"Record {about}")
    assert "say which of both were there" in form.text
    typed = {"visited_on": date(2026, 11, 23), "purpose": "The new level", "notes": "We met."}
    alone = form.submit(422, attendees="headteacher", **typed)
    assert alone.errors == [
        (
            "The letter promises a visit to leaders and governors. Say who of the governors was "
            "there, or record it as another visit.",
            "#attendees",
        )
    ]
    nobody = form.submit(422, others="x" * 1000, **typed)
    assert [where for _, where in nobody.errors] == ["#attendees"]
    usual = page.follow("Record a visit")
    assert "A visit about the change of level is to be made by 7 December 2026." in usual.text
    fields = {"visited_on-day": "23", "visited_on-month": "11", "visited_on-year": "2026"}
    more = {"purpose": "The new level", "notes": "We met.", "others": "The clerk"}
    both = {"attendees": ["headteacher", "governor"]}
    duty = programme.duties(PROMISED)[0].id
    done = seo.post(f"{SCHOOL}/visits/new?duty={duty}", 200, {**fields, **more, **both})
    assert "The visit has been recorded" in done.text
    shown = done.follow("23 November 2026: The new level")
    assert "Who was there Headteacher Another governor The clerk" in shown.text
    assert programme.duties(PROMISED)[0].state == "done"


def test_what_is_required_and_what_came_of_it(programme: Programme, tmp_path: Path) -> None:
    visitors = Visitors(programme.engine, programme.council, tmp_path)
    page = visitors.seo.get(f"{SCHOOL}/programme")
    form = page.follow("It is required for the school: Audit of the effectiveness of governance")
    assert form.submit(422).errors == [("Enter why the school requires it", "#reason")]
    done = form.submit(reason="Two governors resigned.")
    assert "It has been recorded that the school requires this" in done.text
    assert "Since 23 November 2026: Two governors resigned." in done.text
    again = form.submit(422, reason="Two governors resigned.")
    assert "already on record" in again.text
    due = "of 18 January 2027: audit of the effectiveness of governance, Ashfield Primary School"
    outcome = done.follow(f"Record {due}")
    assert outcome.submit(422).errors == [
        ("Enter the date on which it was done", "#done_on-day"),
        ("Enter what came of it", "#outcome"),
    ]
    recorded = outcome.submit(done_on=date(2026, 11, 20), outcome="Minutes name no actions.")
    assert "The outcome has been recorded" in recorded.text
    assert "Minutes name no actions." in recorded.text
    review = recorded.follow(f"Read {due}")
    assert review.heading == "Audit of the effectiveness of governance on 20 November 2026"
    assert "Outcome Minutes name no actions." in review.text
    assert "1 review, the latest" in visitors.seo.get("/reviews", kind="governance_audit").text
    again = outcome.submit(422, done_on=date(2026, 11, 20), outcome="Once more.")
    assert "This has already been done." in again.text
    ending = recorded.follow(
        "No longer required for the school: Audit of the effectiveness of governance"
    )
    assert ending.submit(422).errors == [("Enter why it is no longer required", "#reason")]
    ended = ending.submit(reason="The board is complete.")
    assert "the school no longer requires this" in ended.text
    assert "It is required for the school: Audit of the effectiveness of governance" in ended.links
    visitors.legal.get(f"{SCHOOL}/requirements/new", 403)


def test_a_new_headteacher_on_the_page_of_contacts(programme: Programme, tmp_path: Path) -> None:
    visitors = Visitors(programme.engine, programme.council, tmp_path)
    form = visitors.seo.get(f"{SCHOOL}/contacts/headteacher")
    assert "Is it the same person?" in form.text
    form.submit(name="Mrs Hester Newcombe", correction="yes")
    assert programme.duties(DutyKind.INDUCTION) == []
    form.submit(name="Mr Ivo Marsh")
    assert "Induction of the new headteacher" in visitors.seo.get(f"{SCHOOL}/programme").text
    assert "same person" not in visitors.seo.get(f"{SCHOOL}/contacts/clerk").text


def test_the_api(programme: Programme, tmp_path: Path) -> None:
    callers = Callers(programme.engine, programme.council, tmp_path)
    seo, promised = callers.seo, programme.duties(PROMISED)[0].id
    visit = {
        "urn": 900001,
        "visited_on": "2026-11-23",
        "purpose": "The new level",
        "notes": "We met.",
        "duty": promised,
    }
    refused = seo.post("/visits", 422, **visit)
    assert [each["field"] for each in refused["errors"]] == ["attendees"]
    both = [
        {"who": "senior_leader", "name": ""},
        {"who": "chair_of_governors", "name": "Mr B. Example"},
    ]
    made = seo.post("/visits", **visit, attendees=both)
    assert (made["duty"], made["attendees"]) == (promised, both)
    assert seo.post("/visits", **{**visit, "duty": None, "purpose": "Two"})["attendees"] == []
    wrong = seo.post("/visits", 422, **{**visit, "attendees": [{"who": "governor", "age": 4}]})
    assert wrong["errors"]

    required = seo.post(f"{SCHOOL}/requirements", key="r", what="sisg_meeting", reason="So.")
    assert (
        seo.post(f"{SCHOOL}/requirements", key="r", what="sisg_meeting", reason="So.") == required
    )
    assert (required["title"], required["required_by"]) == (
        "School Improvement Strategy Group",
        "seo@fernshire.example",
    )
    assert seo.get(f"{SCHOOL}/requirements")["items"] == [required]
    shown = seo.get(f"{SCHOOL}/programme")
    assert [each["requirement"] for each in shown["if_required"]] == [required, None, None]
    assert (shown["visits_held"], shown["visits_at_most"], shown["behind"]) == (2, None, False)
    assert seo.get(f"{SCHOOL}/programme", year=2019)["terms"] == []
    meetings = seo.get("/duties", urn=900001, kind="sisg_meeting", state="planned")
    assert meetings["total"] == 5
    ended = seo.post(f"/requirements/{required['id']}/end", 200, key="e", reason="Done.")
    assert (ended["ended_on"], ended["ended_because"]) == ("2026-11-23", "Done.")
    seo.post(f"/requirements/{required['id']}/end", 409, reason="Done.")
    seo.post("/requirements/987/end", 404, reason="Done.")
    seo.post(f"{SCHOOL}/requirements", 422, what="visit", reason="So.")
    callers.legal.post(f"{SCHOOL}/requirements", 403, what="sisg_meeting", reason="So.")

    seo.post(f"{SCHOOL}/requirements", what="governance_audit", reason="So.")
    [audit] = seo.get("/duties", urn=900001, kind="governance_audit")["items"]
    body = {"done_on": "2026-11-20", "outcome": "Minutes name no actions."}
    done = seo.post(f"/duties/{audit['id']}/outcome", 200, key="o", **body)
    assert (done["state"], done["outcome"]) == ("done", "Minutes name no actions.")
    assert seo.get(done["record"])["summary"] == "Minutes name no actions."
    seo.post(f"/duties/{audit['id']}/outcome", 409, **body)
    seo.post(f"/duties/{promised}/outcome", 409, **body)

    for head, correction, inductions in (
        ("Mr Ivo Marsh", True, 0),
        ("Ursula Vane", False, 1),
        ("Ursula Vane", False, 1),
    ):
        contact: dict[str, object] = {"name": head, "address": [], "correction": correction}
        put = seo.call("PUT", f"{SCHOOL}/contacts/headteacher", json=contact)
        assert put.status_code == 200
        assert seo.get("/duties", kind="induction")["total"] == inductions
