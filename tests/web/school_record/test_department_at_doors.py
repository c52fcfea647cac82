"""The Department's notices and RISE support at pages and API."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.support.callers import Callers
from tests.support.council import NOW, Council
from tests.support.statute import problem
from tests.support.visitors import Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HERE = "/schools/900001/record"
NOTICE = {
    "kind": "notice_to_enter_into_arrangements",
    "received_on": "2026-11-20",
    "comment_by": "2026-12-04",
    "summary": "The governing body is to work with The Larch Trust.",
    "answering": "hos@fernshire.example",
}


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    """The pages, and everybody of the council."""
    return Visitors(engine, council, tmp_path)


@pytest.fixture
def callers(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    """Callers for everybody of the council."""
    callers = Callers(engine, council, tmp_path)
    callers.at(NOW)
    return callers


def test_by_the_api_a_notice_is_recorded_and_answered(callers: Callers) -> None:
    made = callers.seo.post(f"{HERE}/department-notices", key="n1", **NOTICE)
    assert {name: made[name] for name in NOTICE} == NOTICE
    assert callers.seo.post(f"{HERE}/department-notices", key="n1", **NOTICE) == made
    [deadline] = callers.seo.get(f"{HERE}/deadlines")["items"]
    assert (deadline["kind"], deadline["due_on"]) == ("comment", "2026-12-04")
    problem(callers.seo, f"/deadlines/{deadline['id']}/outcome", 404, done=True)
    address = f"/department-notices/{made['id']}/answer"
    said = {"answered_on": "2026-11-23", "answer": "We agree."}
    problem(callers.seo, address, 422, **{**said, "answer": ""})
    problem(callers.viewer, address, 403, **said)
    answered = callers.hos.post(address, 200, **said)
    assert (answered["answered_by"], answered["answer"]) == ("hos@fernshire.example", "We agree.")
    problem(callers.hos, address, 409, **said)
    assert callers.seo.get(f"{HERE}/department-notices")["items"] == [answered]


def test_by_the_api_support_is_recorded_and_ended(callers: Callers) -> None:
    begun = {"adviser": "Ms R. Tolland", "started_on": "2026-09-14"}
    support = callers.seo.post(f"{HERE}/rise-support", **begun)
    assert (support["supporting_organisation"], support["ended_on"]) == ("", None)
    address = f"/rise-support/{support['id']}/change"
    over = {"adviser": "Ms R. Tolland", "ended_on": "2026-11-20"}
    ended = callers.seo.post(address, 200, **over)
    assert ended["ended_on"] == "2026-11-20"
    problem(callers.seo, address, 409, **over)
    assert callers.seo.get(f"{HERE}/rise-support")["items"] == [ended]


def test_at_the_pages_a_notice_is_recorded_and_answered(visitors: Visitors) -> None:
    form = visitors.seo.get(HERE).follow("Record a notice of the Department")
    assert "Termination warning notice" not in form.text
    form = form.submit(422, answering=NOTICE["answering"])
    assert "Choose which notice it is" in form.text
    page = form.submit(
        kind=NOTICE["kind"],
        received_on=date(2026, 11, 20),
        comment_by=date(2026, 12, 4),
        summary=NOTICE["summary"],
        answering=NOTICE["answering"],
    )
    assert "and the day for the comment set as a deadline" in page.text
    assert "Comment asked for by 4 December 2026" in page.text
    form = page.follow(
        "Record what the council answered on the notice to enter into arrangements of "
        "20 November 2026"
    )
    assert NOTICE["summary"] in form.text
    page = form.submit(answered_on=date(2026, 11, 23), answer="We know of a better partner.")
    assert "We know of a better partner." in page.text
    assert "the council commented on the notice to enter into arrangements" in page.text


def test_at_the_pages_support_is_recorded_changed_and_ended(visitors: Visitors) -> None:
    form = visitors.seo.get(HERE).follow("Record RISE support")
    page = form.submit(adviser="Ms R. Tolland", started_on=date(2026, 9, 14))
    assert "Supporting organisation None yet" in page.text
    form = page.follow("Change or end this support that began on 14 September 2026")
    page = form.submit(adviser="Ms R. Tolland", supporting_organisation="The Larch Trust")
    assert "RISE support by The Larch Trust goes on" in page.text
    form = page.follow("Change or end this support that began on 14 September 2026")
    page = form.submit(
        adviser="Ms R. Tolland",
        supporting_organisation="The Larch Trust",
        ended_on=date(2026, 11, 20),
    )
    assert "Ended on 20 November 2026" in page.text


def test_at_an_academy_it_is_the_termination_warning_notice(
    visitors: Visitors, council: Council
) -> None:
    form = visitors.seo.get(f"/schools/{council.academy.urn}/record/department-notices/new")
    assert "Termination warning notice" in form.text
    assert "Notice to enter into arrangements" not in form.text
