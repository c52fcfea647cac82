"""The risk register in a real browser: a level in the year, the round, the picture; no script."""

from datetime import date

import pytest
from playwright.sync_api import Browser

from models.risk.tables import RiskEvidenceKind
from tests.support.assessing import JULY, SEPTEMBER, Register
from tests.support.walk import TELEPHONE, Served, Walk, pictured


@pytest.fixture
def register(served: Served) -> Register:
    """The register behind the pages."""
    return Register(served.engine, served.policy, served.council)


def add_evidence(walk: Walk, kind: str) -> None:
    walk.choose(kind)
    walk.type("Where is it from?", "The report of the School Evaluation Officer")
    walk.type_day("What date is it from?", date(2026, 11, 2))
    walk.type("What does it say?", "Reading fell by nine points.\nAttendance is as it was.")
    walk.press("Save the evidence")


def test_a_level_is_changed_in_the_year(walk: Walk, register: Register) -> None:
    walk.sign_in("seo")
    walk.go("/risk")
    pictured(walk, "register")
    walk.follow("Ashfield Primary School")
    walk.sees("This school has not been assessed.")
    pictured(walk, "school-before")
    walk.follow("Assess during the year")
    pictured(walk, "assess")
    walk.press("Start the assessment")
    walk.sees("The assessment has been started")
    pictured(walk, "in-year-draft")
    walk.arrive_by(walk.page.locator("main a").filter(has_text="Add evidence").first)
    walk.press("Save the evidence")
    walk.sees("Enter where it is from")
    pictured(walk, "evidence-errors")
    add_evidence(walk, "Analysis of data")
    walk.follow("Change or remove the evidence from The report of the School Evaluation Officer")
    pictured(walk, "evidence")
    walk.press("Save the evidence")
    walk.follow("Propose a level")
    pictured(walk, "propose")
    walk.choose("Medium risk, medium support")
    walk.type("Why?", "Reading fell for the second year.")
    walk.press("Propose the level")
    walk.follow("Withdraw this assessment")
    number = walk.page.url.split("/")[-2]
    walk.sign_in("hos")
    walk.go(f"/assessments/{number}")
    walk.follow("Moderate the level")
    walk.press("Confirm the decision")
    walk.sees("Choose what you decide")
    pictured(walk, "moderate")
    walk.choose("Agree another level: high risk")
    walk.type("Reason", "It fell for three.")
    walk.press("Confirm the decision")
    walk.sees("The level has been agreed and is in force", "High risk")
    pictured(walk, "in-year-in-force")
    walk.go("/level-changes")


def test_the_round_is_run(walk: Walk, register: Register) -> None:
    walk.served.now = register.now = JULY
    register.in_force("medium", school="church")
    walk.sign_in("hos")
    walk.go("/rounds")
    pictured(walk, "rounds-due")
    walk.press("Open the assessment for 2027 to 2028")
    walk.sees("0 of 4 levels are agreed")
    pictured(walk, "round-open")
    walk.follow("Ashfield Primary School")
    pictured(walk, "annual-draft")
    for kind in list(RiskEvidenceKind)[:-1]:
        register.add(register.of_round()[0].id, kind)
    walk.go(walk.page.url.removeprefix(walk.served.address))
    walk.sees("Still missing: Changes in leadership")
    pictured(walk, "annual-gap")
    register.agree_all("low", but=[900001])
    walk.go("/rounds/2027/publish")
    pictured(walk, "publish-early")
    register.add(register.of_round()[0].id, "leadership_changes")
    register.agree_all("high")
    walk.served.now = SEPTEMBER
    walk.sign_in("hos")
    walk.go("/rounds/2027")
    walk.follow("Publish the levels")
    pictured(walk, "publish")
    walk.press("Publish the levels")
    walk.sees("The levels of 4 schools were published on 3 September 2027.")
    pictured(walk, "round-published")
    walk.go("/risk?level=low")
    pictured(walk, "register-low")
    walk.go("/schools/900003/risk")
    walk.sees("Annual assessment", "No risk")
    pictured(walk, "school-after")
    assert walk.page.get_by_role("img", name="The risk level of St Brannoc").is_visible()


def test_it_goes_without_a_script(served: Served, register: Register, browser: Browser) -> None:
    number = register.begin()
    register.add(number)
    register.propose(number)
    context = browser.new_context(
        viewport={"width": TELEPHONE, "height": 900}, java_script_enabled=False
    )
    walk = Walk(served, context.new_page(), lambda _: None)
    walk.sign_in("hos")
    walk.go("/risk")
    walk.follow("Ashfield Primary School")
    walk.follow("Assessment during the year")
    walk.follow("Moderate the level")
    walk.choose("Agree what was proposed")
    walk.press("Confirm the decision")
    walk.sees("in force")
    context.close()
