"""Evaluations presented, at the pages and the API: as Heads of Service and members read them."""

import io
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from sqlalchemy import Engine

from models.policy import Policy
from tests.support.callers import Callers
from tests.support.council import Council
from tests.support.presentations import MONTH_END, Presented
from tests.support.visitors import Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TITLE = "Monthly evaluation: November 2026"


@pytest.fixture
def presented(engine: Engine, policy: Policy, council: Council) -> Presented:
    return Presented(engine, policy, council).november()


@pytest.fixture
def visitors(presented: Presented, tmp_path: Path) -> Visitors:
    found = Visitors(presented.engine, presented.council, tmp_path)
    found.at(MONTH_END)
    return found


@pytest.fixture
def callers(presented: Presented, tmp_path: Path) -> Callers:
    found = Callers(presented.engine, presented.council, tmp_path)
    found.at(MONTH_END)
    return found


def test_from_the_month_end_to_the_member_who_has_read_it(visitors: Visitors) -> None:
    form = visitors.hos.get("/presentations").follow("Compile evaluations")
    assert form.submit(422).errors == [("Choose a month or term", "#period")]
    draft = form.submit(period="monthly:2026-11")
    assert (draft.heading, "This is a draft" in draft.text) == (TITLE, True)
    assert "Mrs Grey leads the work on reading." in draft.text
    visitors.viewer.get(draft.path, 404)
    present = draft.follow("Present")
    assert present.submit(422).errors == [("Choose at least one person", "#to")]
    done = present.submit(to=["viewer@fernshire.example", "dcs@fernshire.example"])
    assert "The evaluations have been presented" in done.text
    assert "Vera Wexford" in done.text

    page = visitors.viewer.get("/presentations").follow(TITLE)
    assert page.heading == TITLE
    for words in ("Lessons are better planned.", "1 visit, 0 written reports", "High risk"):
        assert words in page.text, words
    for words in ("Mrs Grey", "Sam Ellison", "The headteacher agrees", "Dina Castle-Smith"):
        assert words not in page.text, words
    read = page.submit(at=f"{page.path}/acknowledgement")
    assert "It is on record that you have read this" in read.text
    assert not read.has("acknowledgement")
    visitors.viewer.post(f"{page.path}/acknowledgement", 409)
    listed = visitors.hos.get("/presentations").text
    assert "1 of 2 opened it, 1 acknowledged it" in listed


def test_members_find_it_from_every_page_and_nothing_of_the_programme(
    visitors: Visitors,
) -> None:
    assert visitors.viewer.get("/dashboard").response.text.count('href="/presentations"') == 1
    for address in ("/reviews", "/programme", "/risk", "/presentations/new"):
        visitors.viewer.get(address, 403)
    visitors.admin.get("/presentations", 403)


def test_the_file_is_an_accessible_pdf_with_what_its_reader_may_see(
    visitors: Visitors, presented: Presented
) -> None:
    number = presented.compile().id
    presented.present(number, "viewer")
    whole = visitors.hos.get(f"/presentations/{number}").links["Download it as PDF"]
    mine = visitors.viewer.client.get(f"/presentations/{number}.pdf")
    assert mine.headers["content-disposition"].endswith('"evaluations-monthly-2026-11.pdf"')
    with pikepdf.open(io.BytesIO(mine.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en-GB"
        assert str(pdf.docinfo.Title) == TITLE
    assert mine.content == visitors.viewer.client.get(f"/presentations/{number}.pdf").content
    assert len(visitors.hos.client.get(whole).content) > len(mine.content)
    assert presented.seen(number, "hos").opened == 1, "to open the file is to open it"


def test_what_has_no_letter_in_the_font_is_printed_all_the_same(
    visitors: Visitors, presented: Presented
) -> None:
    presented.review(
        "evaluation",
        urn=900003,
        held_on=MONTH_END.date(),
        impact="Better \U0001f600.\n\nAnd \u4e2d.",
    )
    number = presented.compile().id
    assert visitors.hos.client.get(f"/presentations/{number}.pdf").status_code == 200


def test_more_people_are_given_it_on_the_page(visitors: Visitors, presented: Presented) -> None:
    number = presented.compile().id
    presented.present(number, "viewer")
    form = visitors.aed.get(f"/presentations/{number}").follow("Give it to more people")
    assert "Vera Wexford" not in form.text
    assert "Leo Galloway" in form.submit(to=["legal@fernshire.example"]).text


def test_a_draft_that_was_compiled_again_is_looked_at_again(
    visitors: Visitors, presented: Presented
) -> None:
    number = presented.compile().id
    form = visitors.hos.get(f"/presentations/{number}/present")
    presented.compile()
    page = form.submit(422, to=["viewer@fernshire.example"])
    assert "compiled again since you looked" in page.text
    page.submit(422, to=["viewer@fernshire.example"])
    again = visitors.hos.get(f"/presentations/{number}").follow("Present")
    assert "have been presented" in again.submit(to=["viewer@fernshire.example"]).text


def test_the_same_by_the_api(callers: Callers) -> None:
    body: dict[str, Any] = {"kind": "monthly", "period": "2026-11"}
    made = callers.hos.post("/presentations", key="a", **body)
    assert callers.hos.post("/presentations", key="a", **body) == made
    assert (made["state"], made["version"], made["figures"]["schools"]) == ("compiled", 1, 2)
    one = f"/presentations/{made['id']}"
    callers.seo.post("/presentations", 403, **body)
    callers.hos.post("/presentations", 422, kind="monthly", period="2027-11")
    assert callers.viewer.call("GET", one).status_code == 404
    callers.hos.post(f"{one}/presenting", 422, version=1, to=[])
    callers.hos.post(f"{one}/presenting", 409, version=7, to=["viewer@fernshire.example"])
    callers.hos.post(f"{one}/presenting", 200, version=1, to=["viewer@fernshire.example"])
    callers.hos.post(f"{one}/recipients", to=["legal@fernshire.example"])
    read = callers.viewer.get(one)
    assert [each["officer"] for each in read["recipients"]] == ["viewer@fernshire.example"]
    assert read["recipients"][0]["opened_at"] is not None
    [school, _] = callers.viewer.get(f"{one}/schools")["items"]
    assert (school["impact"], school["summary"]) == ("Lessons are better planned.", None)
    assert callers.hos.get(f"{one}/schools", level="high")["items"][0]["summary"]
    assert callers.viewer.call("GET", f"{one}.pdf").content.startswith(b"%PDF")
    callers.viewer.post(f"{one}/acknowledgement", 200)
    callers.viewer.post(f"{one}/acknowledgement", 409)
    assert callers.hos.get("/presentations")["items"][0]["acknowledged"] == 1
    assert callers.viewer.get("/presentations", kind="termly")["total"] == 0


def test_both_impacts_and_what_the_school_says_are_recorded(
    callers: Callers, visitors: Visitors
) -> None:
    body = {"kind": "board_report", "held_on": "2026-11-27", "summary": "The term.", "impact": "A."}
    made = callers.hos.post("/reviews", **body, external_impact="B.")
    assert (made["impact"], made["external_impact"]) == ("A.", "B.")
    page = visitors.hos.get(f"/reviews/{made['id']}").text
    assert "Impact of external support B." in page
    wrong = callers.hos.post("/reviews", 422, **{**body, "held_on": "2026-11-26"}, school_view="C.")
    assert wrong["errors"][0]["field"] == "school_view"


def test_the_criteria_stand_where_a_level_is_proposed(callers: Callers, visitors: Visitors) -> None:
    found = callers.seo.get("/schools/900001/level-criteria")
    assert found["level"] is None
    assert {each["level"] for each in found["criteria"]} == {"high", "medium", "low", "none"}
    escalation = {"urn": "900001", "triggers": ["attendance"], "summary": "It fell."}
    callers.hos.post("/escalations", **escalation, case_officer="seo@fernshire.example")
    assert callers.seo.get("/schools/900001/level-criteria")["level"] == "medium"
    number = callers.seo.post("/assessments", urn=900001)["id"]
    piece = {"kind": "data_analysis", "source": "Results", "dated": "2026-11-02", "summary": "Low."}
    callers.seo.post(f"/assessments/{number}/evidence", **piece)
    form = visitors.seo.get(f"/assessments/{number}/propose")
    assert "The criteria suggest Medium risk because of what is on record" in form.text
    refused = form.submit(422, level="high", reason="Results fell.")
    assert refused.errors == [
        ("The criteria suggest medium risk. Say why high risk is right.", "#differs_because")
    ]
    done = refused.submit(level="high", reason="Results fell.", differs_because="Twice as far.")
    assert "Twice as far." in done.text
    made = callers.seo.get(f"/assessments/{number}")
    assert (made["suggested_level"], made["differs_because"]) == ("medium", "Twice as far.")
    assert "Twice as far." in visitors.hos.get(f"/assessments/{number}/moderate").text
    assert "criteria suggest" in visitors.hos.get("/schools/900001/risk").text
