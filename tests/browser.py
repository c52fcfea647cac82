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
