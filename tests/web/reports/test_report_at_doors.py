"""A report from its draft to the final version, through pages, the API and the school's link."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.policy import Policy
from models.reports.links import TRIES_FROM_ADDRESS
from models.settings import Settings
from tests.support.callers import Callers
from tests.support.council import Council
from tests.support.programme import at
from tests.support.reports import Report
from tests.support.visitors import Visitors

HEAD, CHAIR = "headteacher@school-900001.example", "chair.of.governors@school-900001.example"


@pytest.fixture
def report(engine: Engine, policy: Policy, council: Council, tmp_path: Path) -> Report:
    settings = Settings(home=tmp_path, _env_file=None)
    return Report(engine, policy, council, settings).written(text="There are 210 pupils.")


@pytest.fixture
def visitors(report: Report, tmp_path: Path) -> Visitors:
    return Visitors(report.engine, report.council, tmp_path)


def test_the_school_answers_without_an_account_and_the_author_replies(
    report: Report, visitors: Visitors
) -> None:
    secrets = report.issue().secrets()
    head = visitors.stranger()
    first = head.client.get(f"/report-accuracy/{secrets[HEAD]}", follow_redirects=False)
    assert (first.status_code, first.headers["location"]) == (303, "/report-accuracy")
    page = head.get("/report-accuracy")
    assert page.heading == "Are the facts in this report accurate?"
    assert "There are 210 pupils." in page.text
    for name, value in {
        "cache-control": "no-store",
        "x-robots-tag": "noindex, nofollow",
        "referrer-policy": "no-referrer",
    }.items():
        assert page.response.headers[name] == value
    assert head.client.get("/report-accuracy.pdf").content.startswith(b"%PDF")
    report.rewrite("A draft that the school has not seen.")
    assert "has not seen" not in head.get("/report-accuracy").text
    wrong = page.submit(422, answer="inaccurate")
    assert wrong.errors == [("Enter what is not accurate.", "#comments")]
    thanks = wrong.submit(answer="inaccurate", comments="There are 212 pupils.")
    assert "Thank you: your answer has been recorded" in thanks.text
    again = head.post("/report-accuracy", 200, {"answer": "accurate"})
    assert "There are 212 pupils." in again.text
    chair = visitors.stranger()
    assert chair.get(f"/report-accuracy/{secrets[CHAIR]}").submit(answer="accurate").status == 200

    shown = visitors.seo.get(f"/reports/{report.id}")
    assert "Put the final version forward" not in shown.links
    reply = visitors.seo.get(f"/reports/{report.id}/answers/1/reply").submit(reply="Put right.")
    final = reply.follow("Put the final version forward").submit()
    assert "is waiting for approval" in final.text
    report.issue()
    assert "Final" in visitors.seo.get("/reports").text
    assert visitors.seo.get("/reports", state="final").links


def test_a_link_that_ended_says_so_and_one_that_is_none_is_not_there(
    report: Report, visitors: Visitors
) -> None:
    secret = report.issue().secrets()[HEAD]
    late = visitors.stranger()
    visitors.at(at(date(2026, 12, 9)))
    assert "That day has passed" in late.get(f"/report-accuracy/{secret}", 410).text
    late.get("/report-accuracy.pdf", 410)
    report.withdraw()
    assert "We have withdrawn this report" in late.get("/report-accuracy", 410).text
    guesser = visitors.stranger(client="192.0.2.7")
    for place in range(TRIES_FROM_ADDRESS):
        guessed = f"{place:043}"
        assert guesser.get(f"/report-accuracy/{guessed}", 404).heading == "This link does not work"
    waits = guesser.get("/report-accuracy", 429)
    assert waits.response.headers["retry-after"] == "900"
    assert late.get("/report-accuracy", 410).status == 410, "others are not kept waiting"


def test_by_the_api(report: Report, tmp_path: Path) -> None:
    callers = Callers(report.engine, report.council, tmp_path)
    seo, here = callers.seo, f"/reports/{report.id}"
    [sent] = seo.get(f"{here}/letters")["items"]
    seo.post(f"{here}/proposals", 409)
    callers.hos.approve(sent["proposal"])
    report.issue_what_is_approved()
    found = seo.get(here)
    assert (found["state"], found["accuracy"], found["answer_by"]) == (
        "issued",
        "asked",
        "2026-12-07",
    )
    head, chair = (each["id"] for each in seo.get(f"{here}/answers")["items"])
    seo.post(f"{here}/answers/{head}/reminder", 200)
    seo.post(f"{here}/answers/{head}", 422, answer="perhaps")
    wrong = {"answer": "inaccurate", "comments": "212."}
    assert seo.post(f"{here}/answers/{head}", 200, **wrong)["wants_reply"] is True
    seo.post(f"{here}/answers/{chair}", 200, answer="accurate")
    seo.post(f"{here}/answers/99", 404, answer="accurate")
    seo.post(f"{here}/answers/{head}/reply", 200, reply="Put right.")
    sections = [{**each, "text": "There are 212."} for each in found["sections"]]
    assert seo.put(here, sections=sections)["version"] == 2
    callers.legal.post(f"{here}/proposals", 403)
    assert seo.post(f"{here}/proposals")["state"] == "final_proposed"
    assert len(seo.get(f"{here}/versions")["items"]) == 2
    assert seo.get("/reports", state="final_proposed")["total"] == 1
    seo.post(f"{here}/withdrawal", 409, reason="No.")
