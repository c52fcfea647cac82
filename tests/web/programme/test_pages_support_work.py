"""What was done to support schools, across them: visits, reports, reviews, and who supports."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from models.policy import Policy
from models.programme.tables import DutyKind
from models.schools.tables import RiskLevel
from tests.support.council import Council
from tests.support.programme import WHOLE_YEAR, Programme
from tests.support.visitors import Page, Visitors


@pytest.fixture
def programme(engine: Engine, policy: Policy, council: Council) -> Programme:
    return Programme(engine, policy, council)


@pytest.fixture
def visitors(programme: Programme, tmp_path: Path) -> Visitors:
    return Visitors(programme.engine, programme.council, tmp_path)


def rows(page: Page) -> list[str]:
    return [" ".join(row.text_content().split()) for row in page.tree.xpath("//main//tbody/tr")]


def options(page: Page, name: str) -> list[str]:
    return [each.text_content() for each in page.tree.xpath("//select[@id=$id]/option", id=name)]


def test_visits_are_listed_and_lead_to_their_notes(
    programme: Programme, visitors: Visitors
) -> None:
    programme.visit(visited_on=date(2026, 11, 20))
    programme.visit(programme.council.hos, urn=900002, visited_on=date(2026, 6, 2), purpose="Sums")
    page = visitors.seo.get("/programme").follow("Visits")
    assert page.heading == "Visits"
    assert page.tree.findtext(".//main//caption") == "2 visits, the latest first"
    ashfield, brookside = rows(page)
    assert ashfield.startswith("20 Nov 2026: visit, Ashfield Primary School Ashfield Primary")
    assert brookside.endswith("Brookside Academy Sums Harriet Osborne")
    note = page.follow("20 Nov 2026: visit, Ashfield Primary School")
    assert note.heading == "Visit on 20 November 2026"
    assert page.follow("Brookside Academy").path == "/schools/900002/programme"

    assert options(page, "officer") == ["All", "Harriet Osborne", "Sam Ellison"]
    assert options(page, "year") == ["All", "2026 to 2027", "2025 to 2026"]
    assert rows(visitors.seo.get("/visits", year="2025")) == [brookside]
    assert rows(visitors.seo.get("/visits", query="900001")) == [ashfield]
    assert rows(visitors.seo.get("/visits", officer="hos@fernshire.example")) == [brookside]
    assert "No visit matches." in visitors.seo.get("/visits", query="castle").text
    wrong = visitors.seo.get("/visits", 422, year="last")
    assert wrong.errors == [("Choose a school year.", "#year")]


def test_written_reports_are_listed(programme: Programme, visitors: Visitors) -> None:
    assert "No written report matches." in visitors.seo.get("/reports").text
    programme.report()
    page = visitors.seo.get("/programme").follow("written reports")
    assert page.tree.findtext(".//main//caption") == "1 written report, the latest first"
    read = page.follow("23 Nov 2026: written report, Ashfield Primary School")
    assert "School data As seen." in read.text


def test_the_councils_own_reviews_are_listed(programme: Programme, visitors: Visitors) -> None:
    programme.review("evaluation")
    programme.review("sisg_meeting")
    programme.review("action_review", programme.council.hos, held_on=date(2026, 11, 20))
    programme.review("board_report", programme.council.hos)
    page = visitors.hos.get("/programme").follow("Reviews of the whole register")
    report = (
        "23 Nov 2026: termly report to the challenge board The whole register "
        "Termly report to the Challenge Board Harriet Osborne"
    )
    actions = (
        "20 Nov 2026: weekly review of actions The whole register "
        "Weekly review of actions Harriet Osborne"
    )
    assert rows(page) == [report, actions]
    assert rows(visitors.hos.get("/reviews", kind="action_review")) == [actions]
    read = page.follow("20 Nov 2026: weekly review of actions")
    assert "All actions were looked at." in read.text
    back = read.tree.xpath("//a[@class='govuk-back-link']")[0]
    assert rows(visitors.hos.get(back.get("href"))) == [report, actions]

    of_schools = rows(visitors.hos.get("/reviews", kind="schools"))
    assert len(of_schools) == 2
    assert all("Ashfield Primary School" in row for row in of_schools)
    assert len(rows(visitors.hos.get("/reviews"))) == 4
    assert len(rows(visitors.hos.get("/reviews", query="ashfield"))) == 2
    assert visitors.hos.get("/reviews", 422, kind="party").errors


def test_who_supports_the_schools(programme: Programme, visitors: Visitors) -> None:
    programme.evaluates(programme.council.seo)
    programme.evaluates(programme.council.seo2, urn=900002, last_day=date(2026, 11, 20))
    programme.evaluates(programme.council.hos, urn=900002, first_day=date(2027, 1, 5))
    page = visitors.seo.get("/programme").follow("Who supports the schools")
    now = "Ashfield Primary School Sam Ellison School Evaluation Officer 1 Sep 2026 No end In force"
    assert rows(page) == [now]
    [over] = rows(visitors.seo.get("/supporters", state="over"))
    assert "1 Sep 2026 20 Nov 2026 Over" in over
    [ahead] = rows(visitors.seo.get("/supporters", state="ahead"))
    assert "Harriet Osborne" in ahead
    every = visitors.seo.get("/supporters", state="any")
    assert rows(every) == [now, ahead, over]
    assert rows(visitors.seo.get("/supporters", state="any", query="sofia brookside")) == [over]
    assert rows(visitors.seo.get("/supporters", query="900001")) == [now]
    assert "Nobody matches." in visitors.seo.get("/supporters", role="local_leader").text
    assert visitors.seo.get("/supporters", 422, role="king").errors
    assert every.follow("Ashfield Primary School").path == "/schools/900001/programme"


def test_who_only_reads_sees_them_and_others_do_not(visitors: Visitors) -> None:
    for address in ("/visits", "/reports", "/reviews", "/supporters"):
        assert visitors.legal.get(address).heading
        for who in ("viewer", "admin"):
            assert "Your role" in getattr(visitors, who).get(address, 403).text


def test_a_list_costs_the_same_few_queries_however_long(
    programme: Programme, visitors: Visitors
) -> None:
    seen: list[str] = []
    event.listen(programme.engine, "before_cursor_execute", lambda *of: seen.append(str(of[2])))
    costs: list[list[str]] = []
    for day in range(1, 4):
        programme.visit(visited_on=date(2026, 11, day))
        programme.visit(programme.council.seo2, urn=900002, visited_on=date(2026, 11, day))
        programme.evaluates(
            programme.council.seo, last_day=date(2026, 9, day), first_day=date(2026, 9, day)
        )
        costs.append([])
        for address in ("/visits", "/supporters?state=any"):
            visitors.seo.get(address)
            seen.clear()
            visitors.seo.get(address)
            costs[-1].append(len(seen))
    assert costs[0] == costs[1] == costs[2]


def test_hostile_text_stays_text(programme: Programme, visitors: Visitors) -> None:
    programme.visit(purpose="<b>Bold</b> & {{ 7*7 }}")
    page = visitors.seo.get("/visits", query="")
    assert "<b>Bold</b> & {{ 7*7 }}" in page.text
    typed = visitors.seo.get("/visits", query="<script>alert(1)</script>")
    assert not typed.tree.xpath("//main//script")


def test_a_school_year_that_is_none_is_the_running_one(
    programme: Programme, visitors: Visitors
) -> None:
    programme.level(RiskLevel.HIGH, on=WHOLE_YEAR)
    assert programme.duties(DutyKind.VISIT)
    for year in ("0000", "9999", "20266", "²⁰²⁶"):
        page = visitors.seo.get("/schools/900001/programme", year=year)
        assert "Support in 2026 to 2027" in page.text
