"""Support from outside at the doors: on the pages of a school, in the lists, by the API."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.escalations.holding import Restriction, restrict_record
from models.policy import Policy
from tests.support.callers import Callers
from tests.support.commissioned import Commissioned
from tests.support.council import NOW, Council
from tests.support.visitors import Visitors

TODAY = NOW.date()
RECORD = "/schools/900001/record"
COMMISSION = {
    "provider": 1,
    "commissioned_by": "school",
    "paid_by": "shared",
    "cost": 1200,
    "what_for": "The teaching of reading.",
    "days_agreed": 1,
    "first_day": "2026-11-23",
    "last_day": "2027-01-29",
}


@pytest.fixture
def support(engine: Engine, policy: Policy, council: Council) -> Commissioned:
    return Commissioned(engine, policy, council)


@pytest.fixture
def visitors(support: Commissioned, tmp_path: Path) -> Visitors:
    return Visitors(support.engine, support.council, tmp_path)


@pytest.fixture
def callers(support: Commissioned, tmp_path: Path) -> Callers:
    return Callers(support.engine, support.council, tmp_path)


def test_from_a_request_to_what_it_brought_by_the_api(callers: Callers) -> None:
    given = {"name": "Fernshire Teaching School", "offers": "Courses.", "quality": "Designated."}
    provider = callers.hos.post("/providers", key="one", **given)
    assert callers.hos.post("/providers", key="one", **given) == provider
    assert callers.hos.put("/providers/1", **given, contact="Ms Lee")["contact"] == "Ms Lee"
    asked = callers.seo.post(
        f"{RECORD}/support-requests",
        asked_on="2026-11-23",
        asked_by="Joanne Tallis, headteacher",
        need="Help with reading.",
    )
    assert (asked["state"], asked["due_on"], asked["reference"]) == (
        "open",
        "2026-12-07",
        "SCH-900001",
    )
    assert callers.seo.get("/support-requests", state="open")["items"] == [asked]
    callers.seo.post("/support-requests/1/answer", 403, answer="accepted", words="Gladly.")
    answered = callers.hos.post("/support-requests/1/answer", 200, answer="accepted", words="Yes.")
    assert answered == callers.seo.get("/support-requests/1")
    made = callers.hos.post(f"{RECORD}/commissions", **COMMISSION, request=1)
    assert (made["whom"], made["paid_by_title"], made["days_used"]) == (
        "Fernshire Teaching School",
        "School and council together",
        0,
    )
    used = {"used_on": "2026-11-23", "days_used": 1, "what": "Lessons were seen."}
    assert callers.seo.post("/commissions/1/days", **used)["days_used"] == 1
    refused = callers.seo.post("/commissions/1/days", 422, **used)
    assert refused["errors"][0]["field"] == "reason"
    said = {
        "party": "school",
        "said_by": "Joanne Tallis",
        "evaluated_on": "2026-11-23",
        "difference": "great",
        "impact": "Reading is taught daily.",
    }
    callers.seo.post("/commissions/1/evaluations", **said)
    both = callers.seo.post("/commissions/1/evaluations", **{**said, "party": "council"})
    assert [each["party"] for each in both["evaluations"]] == ["school", "council"]
    [deadline] = [
        each
        for each in callers.seo.get(f"{RECORD}/deadlines")["items"]
        if each["kind"] == "support_impact"
    ]
    assert deadline["state"] == "met"
    kinds = [each["kind"] for each in callers.seo.get(f"{RECORD}/events")["items"]]
    assert {"support_requested", "support_commissioned", "impact_evaluated"} <= set(kinds)
    referral = callers.seo.post(
        f"{RECORD}/referrals", provider=1, what_for="Courses.", referred_on="2026-11-23"
    )
    assert callers.seo.get("/referrals", provider=1)["items"] == [referral]
    gone = callers.seo.post(
        "/referrals/1/outcome", 200, outcome="not_taken_up", on="2026-11-23", words="Too far."
    )
    assert gone == callers.seo.get("/referrals/1")
    for address in ("/commissions", "/support-requests", "/referrals", "/providers"):
        assert callers.cht.call("GET", address).status_code == 403
        assert callers.viewer.call("GET", address).status_code == 403


def test_the_same_on_the_pages(visitors: Visitors) -> None:
    seo, hos = visitors.seo, visitors.hos
    form = hos.get("/providers").follow("Add a provider")
    assert form.submit(422).errors[0] == ("Enter the name", "#name")
    provider = form.submit(
        name="Fernshire Teaching School", offers="Courses.", quality="Designated."
    )
    assert "The provider has been added" in provider.text
    page = seo.get("/schools/900001").follow("Support from outside")
    assert "Commission support" not in page.links
    form = page.follow("Record a request for support")
    assert form.submit(422).errors[0][1] == "#asked_on-day"
    asked = form.submit(asked_on=TODAY, asked_by="Joanne Tallis", need="Help with reading.")
    assert "Waits for an answer" in asked.text
    answer = hos.get("/support-requests").follow("Help with reading.").follow("Answer it")
    assert answer.submit(422, answer="referred", words="So.").errors == [
        ("Choose a provider.", "#provider")
    ]
    answered = answer.submit(answer="accepted", words="Gladly.")
    form = answered.follow("Commission support for it")
    empty = form.submit(422)
    assert ("Choose who pays", "#paid_by") in empty.errors
    wrong = form.submit(
        422,
        provider="1",
        commissioned_by="school",
        paid_by="school",
        cost="1,200",
        what_for="Reading.",
        days_agreed="1",
        first_day=TODAY,
        last_day=TODAY + timedelta(days=60),
    )
    assert wrong.errors == [("The cost must be a whole number.", "#cost")]
    made = wrong.submit(cost="1200")
    assert "Support by Fernshire Teaching School" in made.heading
    assert "£1,200" in made.text
    assert "0 of 1 days used" in made.text
    assert made.links["The request that it answers"] == "/support-requests/1"
    form = seo.get("/commissions/1").follow("Record days used")
    used = form.submit(used_on=TODAY, days_used="1", what="Lessons were seen.")
    assert "1 of 1 days used" in used.text
    over = used.follow("Record days used").submit(
        422, used_on=TODAY, days_used="0.5", what="One more."
    )
    assert over.errors[0][1] == "#reason"
    form = used.follow("Record its impact")
    said = form.submit(
        party="school",
        said_by="Joanne Tallis",
        evaluated_on=TODAY,
        difference="some",
        impact="Reading is taught daily.",
    )
    assert "Impact, as the school says" in said.text
    assert "Impact, as the council says Not said yet." in said.text
    ended = hos.get("/commissions/1").follow("End it early")
    assert ended.submit(422, on=date(2027, 1, 29), reason="So.").errors[0][1] == "#on-day"
    assert "Ended early" in ended.submit(on=TODAY, reason="It is not needed.").text
    form = seo.get(f"{RECORD}/support").follow("Refer the school to a provider")
    referred = form.submit(provider="1", what_for="Courses.", referred_on=TODAY)
    outcome = referred.follow("Say what came of it")
    assert "Taken up" in outcome.submit(outcome="taken_up", on=TODAY, words="Two went.").text
    seo.get("/referrals/1/outcome", 409)
    page = seo.get(f"{RECORD}/support")
    assert "Ended early" in page.text
    assert "Fernshire Teaching School" in seo.get("/providers/1").text
    assert "was taken up" in seo.get(RECORD).text


def test_what_hangs_on_a_restricted_record_is_in_no_list_of_others(
    support: Commissioned, callers: Callers
) -> None:
    other = Commissioned(support.engine, support.policy, support.council, 900003)
    provider = other.provider().id
    other.ask("seo2")
    other.refer(provider, "seo2")
    other.commission(provider=provider)
    with other.acting("dcs") as acting:
        reason = Restriction(officers=[], reason="It is about somebody known here.")
        restrict_record(acting, 900003, reason)
    for address in ("/commissions", "/support-requests", "/referrals"):
        assert callers.hos.get(address)["total"] == 0, address
        assert callers.seo2.get(address)["total"] == 1, address
        assert callers.hos.call("GET", f"{address}/1").status_code == 404, address
