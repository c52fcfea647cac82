"""The pages of the risk register, as each officer sees and uses them."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.database import write
from models.policy import Policy
from models.risk.tables import RiskEvidenceKind
from models.rows import add
from models.schools.tables import RiskLevel, School
from tests.support.assessing import JULY, SEPTEMBER, Register
from tests.support.council import Council
from tests.support.visitors import Page, Visitor, Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ASHFIELD = "/schools/900001"


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    """The pages, and everybody of the council."""
    return Visitors(engine, council, tmp_path)


@pytest.fixture
def register(engine: Engine, policy: Policy, council: Council) -> Register:
    """The same register, by its commands."""
    return Register(engine, policy, council)


def add_evidence(page: Page, kind: str = "data_analysis") -> Page:
    """Add a piece of evidence, from the page of the assessment."""
    form = page.visitor.get(f"{page.path}/evidence/new", kind=kind)
    return form.submit(
        source="Key stage 2 results", dated=date(2026, 11, 2), summary="Reading fell."
    )


def begun(visitor: Visitor) -> Page:
    """The page of an assessment in the year that was just begun."""
    return visitor.get(f"{ASHFIELD}/risk").follow("Assess during the year").submit()


def test_a_level_is_changed_from_the_schools_page_to_the_register(visitors: Visitors) -> None:
    page = begun(visitors.seo)
    assert page.heading == "Assessment of Ashfield Primary School"
    assert "The assessment has been started" in page.text
    assert "Propose a level" not in page.links
    page = add_evidence(page)
    assert "Key stage 2 results, 2 November 2026" in page.text
    page = page.follow("Propose a level").submit(level="medium", reason="Reading fell.")
    assert "waiting to be moderated" in page.text
    assert "Moderate the level" not in page.links
    page = visitors.hos.get(page.path).follow("Moderate the level")
    assert "Reading fell." in page.text
    page = page.submit(decision="medium")
    assert "The level has been agreed and is in force" in page.text
    page = visitors.legal.get("/risk", level="medium")
    assert "1 school" in page.text
    assert page.follow("Ashfield Primary School").path == f"{ASHFIELD}/risk"


def test_empty_forms_are_told_field_by_field(visitors: Visitors) -> None:
    page = begun(visitors.seo)
    form = page.visitor.get(f"{page.path}/evidence/new").submit(422)
    assert form.title.startswith("Error: ")
    assert form.errors == [
        ("Choose a kind", "#kind"),
        ("Enter where it is from", "#source"),
        ("Enter the date it is from", "#dated-day"),
        ("Enter a summary", "#summary"),
    ]
    form = form.submit(
        422, kind="data_analysis", source="x", dated=date(2026, 12, 1), summary="Kept as typed"
    )
    assert form.errors == [("The date must be today or in the past.", "#dated-day")]
    assert "Kept as typed" in form.text
    page = add_evidence(page)
    form = page.follow("Propose a level").submit(422)
    assert form.errors == [
        ("Choose the level that you propose", "#level"),
        ("Enter a reason", "#reason"),
    ]
    page = form.submit(level="high", reason="It fell.")
    form = visitors.hos.get(f"{page.path}/moderate").submit(422)
    assert form.errors == [("Choose what you decide", "#decision")]
    form = form.submit(422, decision="return")
    assert form.errors == [("Enter a reason", "#reason")]
    form = form.submit(422, decision="low")
    assert form.errors == [("Enter a reason", "#reason")]
    made_up = {"decision": "very high", "version": "x"}
    again = visitors.hos.post(form.path, 422, fields=made_up)
    assert again.errors == [("Choose what you decide", "#decision")]
    assert "has been returned" in form.submit(decision="return", reason="Say more.").text
    assert visitors.seo.get(f"{page.path}/withdraw").submit(422).errors == [
        ("Enter a reason", "#reason")
    ]


def test_evidence_is_changed_and_removed_on_its_page(visitors: Visitors) -> None:
    page = add_evidence(begun(visitors.seo))
    form = page.follow("Change or remove the evidence from Key stage 2 results")
    page = changed(form)
    assert "Key stage 1 results, 2 November 2026" in page.text
    page = page.visitor.post(f"{form.path}/remove")
    assert "The evidence has been removed" in page.text
    assert "Key stage 1 results" not in page.text


def changed(form: Page) -> Page:
    """Send the first form of the page with another source."""
    fields = {
        "kind": "data_analysis",
        "source": "Key stage 1 results",
        "dated-day": "2",
        "dated-month": "11",
        "dated-year": "2026",
        "summary": "Reading fell.",
    }
    return form.visitor.post(form.path, fields=fields)


def test_a_moderator_decides_on_what_they_saw(visitors: Visitors, register: Register) -> None:
    number = register.begin()
    register.add(number)
    register.propose(number, "low")
    seen = visitors.hos.get(f"/assessments/{number}/moderate")
    register.moderate(number, "return", by="hos2", reason="Too low.")
    register.propose(number, "high", reason="It is worse than we thought.")
    refused = seen.submit(422, decision="low")
    assert "The assessment has changed since you looked. Look at it again." in refused.text
    assert "It is worse than we thought." in refused.text
    assert register.level(900001) is None
    assert "in force" in refused.submit(decision="high").text


def test_nobody_is_offered_what_they_cannot_do(visitors: Visitors, register: Register) -> None:
    number = register.begin(by="hos")
    register.add(number)
    register.propose(number, by="hos")
    address = f"/assessments/{number}"
    assert "Moderate the level" not in visitors.hos.get(address).links
    own = visitors.hos.get(f"{address}/moderate")
    assert "another Head of Service" in own.text
    assert not own.has("decision")
    assert "Moderate the level" in visitors.hos2.get(address).links
    assert "Withdraw this assessment" not in visitors.seo.get(address).links
    assert "Assess during the year" not in visitors.legal.get(f"{ASHFIELD}/risk").links
    visitors.viewer.get("/risk", 403)
    visitors.seo.get(f"{address}/moderate", 403)
    visitors.seo.post("/rounds", 403)
    visitors.admin.get(address, 403)


def test_the_round_is_opened_and_published_by_a_head_of_service(
    visitors: Visitors, register: Register
) -> None:
    visitors.at(JULY)
    register.now = JULY
    assert "A Head of Service opens it." in visitors.seo.get("/rounds").text
    page = visitors.hos.get("/rounds").submit()
    assert page.path == "/rounds/2027"
    assert "The annual assessment is open" in page.text
    assert "0 of 4 levels are agreed" in page.text
    assert "4 are not" in page.text
    page = visitors.seo.get("/rounds/2027").follow("Ashfield Primary School")
    assert page.text.count("Missing") == 6
    for kind in RiskEvidenceKind:
        assert "Propose a level" not in page.links
        page = add_evidence(page, kind)
    assert "Missing" not in page.text
    page = page.follow("Propose a level").submit(level="low", reason="All is well.")
    waiting = visitors.hos.get("/rounds/2027", state="proposed")
    assert "1 school" in waiting.text
    page = waiting.follow("Ashfield Primary School").follow("Moderate the level")
    page = page.submit(decision="low")
    assert "comes into force when the round is published" in page.text
    too_early = visitors.hos.get("/rounds/2027/publish").text
    assert "They can be published from 27 August 2027" in too_early
    refused = visitors.hos.post("/rounds/2027/publish", 422)
    assert "can be published from 27 August 2027" in refused.text
    visitors.at(SEPTEMBER)
    early = visitors.hos.get("/rounds/2027/publish").submit(422)
    assert "The levels of 3 schools are not agreed yet." in early.text
    register.now = SEPTEMBER
    register.agree_all("medium")
    page = visitors.hos.get("/rounds/2027").follow("Publish the levels")
    assert "3 schools" in page.text
    page = page.submit()
    assert "The levels of 4 schools were published on 3 September 2027." in page.text
    assert "The next one opens on 1 July 2028." in visitors.hos.get("/rounds").text
    assert register.level(900001) is RiskLevel.LOW


def test_a_school_that_opens_during_the_round_is_there_when_it_is_looked_at(
    visitors: Visitors, register: Register
) -> None:
    visitors.at(JULY)
    register.now = JULY
    register.open_round()
    with write(visitors.engine) as session:
        new = {"urn": 900009, "name": "Elm School", "type_code": 1, "type_name": "Community"}
        add(session, School, phase="Primary", **new)
    assert "0 of 5 levels" in visitors.legal.get("/rounds/2027").text
    visitors.hos.get("/rounds/2026", 404)
    visitors.hos.get("/rounds/twenty", 404)


def test_the_register_is_searched_filtered_and_sorted(
    visitors: Visitors, register: Register
) -> None:
    register.in_force("none", school="academy")
    register.in_force("high", school="church")
    register.set(School, {"urn": 900001}, la_code=370, la_name="Fernshire")
    register.set(School, {"urn": 900002}, la_code=371, la_name="Brackenshire")
    register.set(School, {"urn": 900004}, closed_on=date(2026, 8, 31))
    seo = visitors.seo

    def schools(**query: str) -> list[str]:
        page = seo.get("/risk", **query)
        cells = page.tree.xpath("//main//thead/../tbody/tr/th[@scope='row']")
        return [cell.text_content().split()[0] for cell in cells]

    assert schools() == ["St", "Brookside", "Ashfield"]  # the highest risk first
    assert schools(sort="-level") == ["Ashfield", "Brookside", "St"]
    assert schools(sort="name") == ["Ashfield", "Brookside", "St"]
    assert schools(sort="-name") == ["St", "Brookside", "Ashfield"]
    assert schools(level="not_assessed") == ["Ashfield"]
    assert schools(level="high") == ["St"]
    assert schools(phase="Secondary") == ["Brookside"]
    assert schools(la="370") == ["Ashfield"]
    assert schools(query="brook") == ["Brookside"]
    assert schools(query="900003") == ["St"]
    assert schools(changed_since="2026-11-23") == ["St", "Brookside"]
    assert schools(changed_since="2026-11-24") == []
    assert seo.get("/risk", 422, changed_since="yesterday").errors == [
        ("Enter a date, such as 2026-11-30.", "#changed_since")
    ]
    for query in ({"level": "x"}, {"sort": "x"}, {"la": "x"}, {"phase": "\0"}, {"query": "\0"}):
        seo.get("/risk", 422, **query)


def test_a_new_headteacher_is_told_on_the_page_of_the_assessment(
    visitors: Visitors, register: Register
) -> None:
    register.new_headteacher(900001, "Hester Newcomb")
    page = visitors.seo.get(f"{ASHFIELD}/risk").follow("New headteacher of 23 November 2026")
    assert "A new headteacher has taken up post." in page.text
    assert "The headteacher is now Hester Newcomb." in page.text
    assert "Added by the national register" in page.text


def test_the_picture_steps_from_level_to_level(visitors: Visitors, register: Register) -> None:
    assert "This school has not been assessed." in visitors.seo.get(f"{ASHFIELD}/risk").text
    register.in_force("low")
    visitors.now = register.now = register.now.replace(month=12)
    register.in_force("high")
    visitors.at(register.now.replace(day=31))
    page = visitors.seo.get(f"{ASHFIELD}/risk")
    [picture] = page.tree.xpath("//main//svg")
    assert picture.get("role") == "img"
    assert picture.findtext("title") == "The risk level of Ashfield Primary School over time"
    assert picture.findtext("desc") == (
        "23 November 2026: first low risk. 23 December 2026: now high risk."
    )
    [line] = picture.findall("path")
    # 38 days from the left edge to the right one; low is the third row, high the first.
    assert line.get("d") == "M110 108 H615 V24 H750"
    words = [text.text for text in picture.findall("text")]
    assert words == [
        "High risk",
        "Medium risk",
        "Low risk",
        "No risk",
        "23 November 2026",
        "31 December 2026",
    ]
    assert not page.tree.xpath("//main//*[@style]")
    rows = page.tree.xpath("//main//table/tbody/tr")
    assert len(rows) == 2
    page.visitor.get("/schools/999999/risk", 404)
