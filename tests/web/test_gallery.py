"""The layout and components, seen by a real browser: accessible, within the policy, in place."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from jinja2 import ChoiceLoader, FileSystemLoader
from playwright.sync_api import Page, Route

from models.escalations.tables import StepState
from models.matters.tables import DeadlineState
from tests.support.browser import assert_fits
from web.pages.escalations.case import DatedLine, LadderStep
from web.rendering import STATIC, environment

pytest_plugins = ["tests.support.browser"]

HERE = Path(__file__).parent
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'"
SUMMARY = (
    "Results fell.\nNo plan. <script>document.title = 1</script> {{ 7 * 7 }} &amp; " + "W" * 120
)

FRAME = {
    "officer": {"name": "Priya Raman"},
    "council": "Fenmarch County Council",
    "navigation": "caseload",
    "mail_configured": False,
    "demonstration": True,
    "waiting_count": 3,
    "sees_outlines": True,
    "title": "Gallery",
}
ERRORS = [
    {"field": "received_on", "message": "Year must be four digits", "href": "#received_on-day"},
    {"field": "judgement", "message": "Say how you judge the response", "href": "#judgement"},
]
STEPS = [
    LadderStep(
        number="i",
        title="Informal discussion with the headteacher",
        state=StepState.UNSATISFACTORY,
        who="Headteacher",
        dates=[("Held", date(2026, 9, 14)), ("Judged", date(2026, 9, 28))],
    ),
    LadderStep(
        number="ii",
        title="Informal discussion with the governing body",
        state=StepState.PASSED_OVER,
        note="The governing body declined to meet before half-term.",
    ),
    LadderStep(
        number="iii",
        title="Formal letter to the headteacher",
        state=StepState.NO_RESPONSE,
        who="Headteacher",
        dates=[("Issued", date(2026, 10, 1)), ("Response due", date(2026, 10, 15))],
    ),
    LadderStep(
        number="iv",
        title="Formal letter to the governing body",
        state=StepState.AWAITING_RESPONSE,
        current=True,
        overdue=True,
        who="Governing body",
        dates=[("Issued", date(2026, 11, 3)), ("Response due", date(2026, 11, 24))],
    ),
    LadderStep(number="v", title="Performance meetings", who="Only if in question"),
    LadderStep(number="vi", title="Warning notice", who="Governing body, with copies"),
    LadderStep(number="vii", title="Powers of intervention"),
]
DEADLINES = [
    DatedLine(
        title="Response from the governing body",
        due_on=date(2026, 11, 24),
        state=DeadlineState.OPEN,
        overdue=True,
        remaining="3 working days ago",
    ),
    DatedLine(title="Review of the plan", due_on=date(2026, 12, 14), state=DeadlineState.OPEN),
    DatedLine(
        title="Response from the headteacher",
        due_on=date(2026, 10, 15),
        state=DeadlineState.MISSED,
    ),
]
ITEMS = [
    {
        "title": "Formal letter to the governing body issued",
        "by": "Priya Raman",
        "at": datetime(2026, 11, 3, 9, 5, tzinfo=UTC),
        "href": "#",
        "link_text": "Read the letter",
    },
    {
        "title": "Response recorded",
        "at": datetime(2026, 10, 16, 11, 0, tzinfo=UTC),
        "text": SUMMARY,
    },
]


GALLERY = {
    "errors": ERRORS,
    "school": "St Wendreda’s Church of England Primary School",
    "summary": SUMMARY,
    "steps": STEPS,
    "deadlines": DEADLINES,
    "items": ITEMS,
}


@pytest.fixture
def gallery(page_at: Callable[[int], Page]) -> Callable[..., Page]:
    """Shows the gallery at a width, under a policy without scripts and inline styles."""
    pages = environment()
    assert pages.loader is not None
    pages = pages.overlay(loader=ChoiceLoader([pages.loader, FileSystemLoader(HERE)]))
    states = pages.get_template("components/tags.html").module.states

    def show(width: int, **changes: object) -> Page:
        context = FRAME | GALLERY | {"states": states} | changes
        html = pages.get_template("gallery.html").render(context)

        def answer(route: Route) -> None:
            path = urlsplit(route.request.url).path
            if path.startswith("/static/"):
                route.fulfill(path=STATIC / path.removeprefix("/static/"))
            else:
                headers = {"content-security-policy": POLICY, "content-type": "text/html"}
                route.fulfill(body=html, headers=headers)

        page = page_at(width)
        page.route("**/*", answer)
        page.goto("http://gallery.example/")
        return page

    return show


@pytest.mark.parametrize("width", [1280, 375])
def test_every_component_is_accessible_and_fits(
    gallery: Callable[..., Page], assert_accessible: Callable[[Page], None], width: int
) -> None:
    page = gallery(width)
    assert_accessible(page)
    assert_fits(page)


def test_the_pages_need_neither_scripts_nor_inline_styles(gallery: Callable[..., Page]) -> None:
    page = gallery(1280)
    assert page.locator("script, [style], style").count() == 0
    family = page.locator("h1").evaluate("heading => getComputedStyle(heading).fontFamily")
    assert family.startswith('"Helvetica Neue", helvetica, arial')


def test_words_of_people_stay_words(gallery: Callable[..., Page]) -> None:
    page = gallery(1280)
    assert page.title() == "Error: Gallery – Schools Causing Concern"
    assert page.locator("textarea[name=summary]").input_value() == SUMMARY
    assert page.locator(".moj-timeline__description").last.inner_text() == SUMMARY
    assert page.locator("dd", has_text="No plan").inner_text() == SUMMARY


def test_an_error_leads_to_its_field(gallery: Callable[..., Page]) -> None:
    page = gallery(1280)
    page.get_by_role("link", name="Year must be four digits").click()
    assert page.evaluate("document.activeElement.name") == "received_on-day"
    page.get_by_role("link", name="Say how you judge the response").click()
    assert page.evaluate("document.activeElement.value") == "satisfactory"


def test_a_page_says_where_one_stands(gallery: Callable[..., Page]) -> None:
    page = gallery(1280, errors=[])
    assert page.title() == "Gallery – Schools Causing Concern"
    navigation = page.get_by_role("navigation", name="Main")
    assert navigation.locator("[aria-current]").inner_text() == "Caseload"
    assert navigation.get_by_role("link", name="Waiting for me").inner_text().endswith("3")
    step = page.locator("[aria-current=step]")
    assert step.get_by_role("heading").inner_text() == "Formal letter to the governing body"
    assert page.get_by_role("columnheader", name="Next deadline").get_attribute("aria-sort")
    assert "sort=-due" in page.get_by_role("link", name="Next deadline").get_attribute("href")
    pages = page.get_by_role("navigation", name="Pagination")
    assert pages.get_by_role("listitem").all_inner_texts() == ["1", "⋯", "4", "5", "6", "⋯", "12"]
    next_page = pages.get_by_role("link", name="Next").get_attribute("href")
    assert next_page == "/escalations?ladder=academy&page=6"


def test_the_frame_shows_only_what_applies(gallery: Callable[..., Page]) -> None:
    shown = gallery(375).locator("body").inner_text()
    assert "Fictional schools and people" in shown
    assert "Mail is not configured" in shown
    page = gallery(
        375, officer=None, demonstration=False, mail_configured=True, done="Response recorded"
    )
    shown = page.locator("body").inner_text()
    assert "Fictional schools and people" not in shown
    assert "Mail is not configured" not in shown
    assert page.get_by_role("alert").first.inner_text().endswith("Response recorded")
    assert page.get_by_role("navigation", name="Main").count() == 0
    assert page.get_by_role("button", name="Sign out").count() == 0


def test_the_keyboard_reaches_the_content_first(gallery: Callable[..., Page]) -> None:
    page = gallery(1280)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator("main :focus").count() == 1
