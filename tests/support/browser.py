"""Fixtures that show pages to a real Chromium and to axe.

The tests of one module stay with one worker (`EACH_FILE` in conftest.py). The browser lives as long
as one module: Playwright's synchronous interface keeps an event loop running in the thread, and no
asynchronous test can run beside it. For the same reason a module that uses these fixtures has no
asynchronous tests of its own.
"""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
AXE_OPTIONS = {
    "runOnly": {"type": "tag", "values": WCAG_TAGS},
    "resultTypes": ["violations"],  # to carry over all that is right takes longer than to find it
}

# How wide letters are in the mean, in em: Verdana, wider than most faces that officers' machines
# have, with the spacing that a reader may ask for (WCAG 2.2, 1.4.12).
WIDE = 0.53 + 0.12
SAMPLE = "The governing body must respond to the warning notice by this day"
# Whatever face this machine has, its letters are set apart until they are that wide. A style sheet
# made by script is none that the pages' policy on content would have to allow.
FITS_WHEN_WIDE = """([sample, wide]) => {
    const pen = document.createElement('canvas').getContext('2d')
    pen.font = '100px ' + getComputedStyle(document.querySelector('h1')).fontFamily
    const spacing = wide - pen.measureText(sample).width / 100 / sample.length
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(`* { letter-spacing: ${spacing}em !important }`)
    document.adoptedStyleSheets = [sheet]
    const root = document.documentElement
    const fits = root.scrollWidth <= root.clientWidth
    document.adoptedStyleSheets = []
    return fits
}"""


def assert_fits(page: Page) -> None:
    """Asserts that a page is no wider than its window, though its letters are wide."""
    fits = page.evaluate(FITS_WHEN_WIDE, [SAMPLE, WIDE])
    width = page.viewport_size and page.viewport_size["width"]
    assert fits, f"{page.url} scrolls sideways at {width} pixels"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, headless. Without one the test is skipped; under CI it fails."""
    chromium = shutil.which("chromium")
    if chromium is None:
        reason = "no chromium on the path (Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page_at(browser: Browser) -> Iterator[Callable[[int], Page]]:
    """Opens an empty page of a width in pixels, in a context (cookies) of its own."""
    contexts = []

    def open_page(width: int) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}))
        return contexts[-1].new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def assert_accessible() -> Callable[[Page], None]:
    """Asserts that axe finds no violation of WCAG 2.0 to 2.2, level A or AA, on a page."""

    def check(page: Page) -> None:
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        found = AxeResults(page.evaluate("options => axe.run(options)", AXE_OPTIONS))
        assert not found.response["violations"], f"{page.url}\n{found.generate_report()}"

    return check
