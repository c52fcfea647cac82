"""The dashboard, its lists and the search in a real browser, checked by axe at both widths."""

from collections.abc import Callable
from datetime import date

from playwright.sync_api import Browser, Page, expect

from models.schools.tables import RiskLevel
from tests.support.cases import Case
from tests.support.walk import DESK, Served, Walk, looker
from tests.support.watched_schools import change_level


def walk_of(browser: Browser, served: Served, look: Callable[[Page], None]) -> Walk:
    page = browser.new_page(viewport={"width": DESK, "height": 900})
    return Walk(served, page, looker(look))


def test_from_a_figure_to_its_list_and_file(
    browser: Browser, served: Served, assert_accessible: Callable[[Page], None]
) -> None:
    Case(served.engine, served.policy, served.council).started().discuss()
    change_level(served.engine, 900001, RiskLevel.LOW, RiskLevel.HIGH, date(2026, 10, 5))
    walk = walk_of(browser, served, assert_accessible)
    walk.sign_in("hos")
    walk.go("/dashboard")
    expect(walk.page.get_by_role("img", name="Schools by risk level and phase")).to_be_visible()
    walk.arrive_by(walk.page.get_by_role("link", name="1 Primary schools: High risk"))
    walk.sees("1 school", "Ashfield Primary School")
    with walk.page.expect_download() as downloading:
        walk.page.get_by_role("link", name="CSV").click()
    assert downloading.value.suggested_filename == "schools-2026-11-23.csv"
    walk.go("/dashboard")
    walk.arrive_by(walk.page.get_by_role("link", name="1 deadlines"))
    walk.sees("1 deadline", "ESC-2026-0001")
    walk.go("/dashboard")
    walk.arrive_by(walk.page.get_by_role("link", name="1 changes of level"))
    walk.sees("Low risk", "High risk", "Results fell.")


def test_schools_are_suggested_while_one_types(
    browser: Browser, served: Served, assert_accessible: Callable[[Page], None]
) -> None:
    walk = walk_of(browser, served, assert_accessible)
    problems: list[str] = []
    walk.page.on("console", lambda said: problems.append(said.text))
    walk.sign_in("seo")
    walk.go("/schools")
    walk.page.get_by_label("Name, town, postcode, trust or URN").press_sequentially("brook")
    suggestion = walk.page.locator("datalist option")
    expect(suggestion).to_have_count(1)
    assert suggestion.get_attribute("value") == "Brookside Academy"
    walk.arrive_by(walk.page.get_by_role("button", name="Apply filters"))
    walk.sees("Brookside Academy")
    assert problems == []  # the policy on content lets the script and its request through


def test_the_search_needs_no_script(browser: Browser, served: Served) -> None:
    context = browser.new_context(java_script_enabled=False)
    walk = Walk(served, context.new_page(), lambda _: None)
    walk.sign_in("seo")
    walk.go("/schools")
    walk.type("Name, town, postcode, trust or URN", "brook")
    walk.press("Apply filters")
    walk.sees("1 school", "Brookside Academy")
    context.close()


def test_a_calendar_gets_its_address(
    browser: Browser, served: Served, assert_accessible: Callable[[Page], None]
) -> None:
    walk = walk_of(browser, served, assert_accessible)
    walk.sign_in("seo")
    walk.go("/account")
    walk.press("Get a new address for my calendar")
    walk.sees("/calendar/", ".ics", "it is not shown again")
    address = walk.page.locator("main code").inner_text().partition("/calendar/")[2]
    answer = walk.page.request.get(f"{served.address}/calendar/{address}")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
