"""The national files at pages and API: given, taken over or refused, and what was found."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.support.callers import Callers
from tests.support.council import NOW, Council
from tests.support.national_files import card, ees, line, ofsted, result
from tests.support.visitors import Page, Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAGE = "/administration/national-files"


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    return Visitors(engine, council, tmp_path)


@pytest.fixture
def callers(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    callers = Callers(engine, council, tmp_path)
    callers.at(NOW)
    return callers


def give(visitors: Visitors, name: str, data: bytes, status: int = 200) -> Page:
    """Upload a file at the page; the page after it."""
    admin = visitors.admin
    page = Page(admin, admin.client.post(f"{PAGE}/new", files={"file": (name, data, "text/csv")}))
    assert page.status == status, page.text
    return page


def test_a_file_is_given_at_the_page_and_taken_over(visitors: Visitors) -> None:
    page = visitors.admin.get("/administration").follow("National files")
    assert "Nothing has been imported yet." in page.text
    assert page.follow("Import a file").heading == "Import a national file"
    data = ofsted([line(900001, card(category="SM")), line(900002, card())])
    done = give(visitors, "mi.csv", data)
    assert "The file has been taken over" in done.text
    assert "New category" in done.text
    school = visitors.seo.get("/schools/900001")
    assert "The school requires special measures (counts today)" in school.text
    assert "Strong standard" in school.text
    again = give(visitors, "mi.csv", data)
    assert "Nothing: no new category" in again.text


def test_a_file_that_is_wrong_is_refused_at_its_field(visitors: Visitors) -> None:
    assert give(visitors, "", b"", 422).errors == [("Choose a file.", "#file")]
    [(error, href)] = give(visitors, "mi.csv", ofsted([line("x")]), 422).errors
    assert href == "#file"
    assert "Line 4: The URN is not a number of six digits." in error
    [(none, _)] = give(visitors, "mi.csv", b"a,b\n1,2\n", 422).errors
    assert "None of its first 30 lines names the columns" in none
    assert "Nothing has been imported yet." in visitors.admin.get(PAGE).text


def test_others_may_not(visitors: Visitors, callers: Callers) -> None:
    for name in ("seo", "hos", "viewer"):
        getattr(visitors, name).get(PAGE, 403)
        getattr(visitors, name).get(f"{PAGE}/new", 403)
    assert callers.hos.call("GET", "/national-imports").status_code == 403


def test_the_api_tells_of_imports(visitors: Visitors, callers: Callers) -> None:
    give(visitors, "mi.csv", ofsted([line(900001, card(category="SM"))]))
    give(visitors, "ks2.csv", ees([result(900001, "48")]))
    newest, first = callers.admin.get("/national-imports")["items"]
    assert (newest["file"], first["file"], first["tasks"]) == ("results", "inspections", 1)
    assert callers.admin.get("/national-imports/1") == first
    [found] = callers.admin.get("/national-imports/1/findings")["items"]
    assert (found["urn"], found["kind"], found["line"]) == (900001, "new_category", 4)
    assert callers.admin.get("/national-imports/1/findings", kind="kept")["items"] == []
    assert callers.admin.call("GET", "/national-imports/9").status_code == 404
    wrong = callers.admin.call("GET", "/national-imports/1/findings?kind=x")
    assert wrong.status_code == 422
