"""The pages served to a real browser, and somebody who walks through them."""

import os
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Locator, Page
from sqlalchemy import Engine, update

from models.database import connect, write
from models.people.tables import Officer
from models.policy import Policy
from models.settings import Settings
from models.upkeep.clock import tick
from notifications.issuing import issue_letters
from notifications.outbox import deliver
from tests.support import databases
from tests.support.browser import assert_fits
from tests.support.council import NOW, Council, found_council
from web.app import create_app
from web.connections import serving

DESK, TELEPHONE = 1280, 375
PICTURES = os.environ.get("SCC_PICTURES")  # a folder, for whoever wants to see


@dataclass
class Served:
    """The pages on a port of this machine, over a database of their own; `now` is their time."""

    engine: Engine
    policy: Policy
    settings: Settings
    council: Council
    address: str = ""
    now: datetime = NOW

    def issue(self) -> None:
        """What the clockwork does in between: issue what is approved and send what waits."""
        issue_letters(self.engine, self.policy, self.now)
        deliver(self.engine, self.policy, self.settings, lambda: self.now)

    def wait(self, **time: int) -> None:
        """Let time pass, with the clock going round at its end."""
        self.now += timedelta(**time)
        tick(self.engine, self.policy, self.now)


@pytest.fixture
def served(sqlite_template: Path, tmp_path: Path, policy: Policy) -> Iterator[Served]:
    """The fictional council as a demonstration, served by uvicorn in a thread."""
    file = tmp_path / "scc.db"
    file.write_bytes(sqlite_template.read_bytes())
    settings = Settings(home=tmp_path, database_url=databases.sqlite_url(file), _env_file=None)
    engine = connect(settings.database)
    served = Served(engine, policy, settings, found_council(engine))
    with write(engine) as session:
        session.connection().execute(update(Officer).values(demonstration=True))
    app = create_app(settings, engine)
    app.state.clock = lambda: served.now
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", **serving(settings)))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            thread.join(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        served.address = f"http://127.0.0.1:{port}"
        yield served
    finally:
        server.should_exit = True
        thread.join()
        engine.dispose()


class Walk:
    """One person after another at one browser; `look` is done on every page."""

    def __init__(self, served: Served, page: Page, look: Callable[[Page], None]) -> None:
        self.served = served
        self.page = page
        self.look = look

    def sign_in(self, name: str) -> None:
        """Sign in as a demonstration officer, whoever was signed in before."""
        if self.page.get_by_role("button", name="Sign out").count():
            self.press("Sign out")
        else:
            self.go("/")
        person = getattr(self.served.council, name).name
        self.page.get_by_role("radio", name=person, exact=True).check()
        self.press("Sign in")

    def go(self, address: str) -> None:
        """Open an address."""
        self.page.goto(self.served.address + address)
        self.look(self.page)

    def follow(self, words: str) -> None:
        """Click a link of the main part, or what looks like a button and is one."""
        exactly = re.compile(rf"^\s*{re.escape(words)}\s*$")
        self.arrive_by(self.page.locator("main a").filter(has_text=exactly).first)

    def press(self, words: str) -> None:
        """Click a button."""
        self.arrive_by(self.page.get_by_role("button", name=words, exact=True))

    def arrive_by(self, element: Locator) -> None:
        """Click what leads to another page, and look at that one: a click alone does not wait."""
        with self.page.expect_navigation():
            element.click()
        self.look(self.page)

    def type_day(self, legend: str, day: date) -> None:
        """Fill in a date."""
        group = self.page.get_by_role("group", name=legend)
        group.get_by_label("Day").fill(str(day.day))
        group.get_by_label("Month").fill(str(day.month))
        group.get_by_label("Year").fill(str(day.year))

    def type(self, label: str, text: str) -> None:
        """Fill in a text."""
        self.page.get_by_label(label).fill(text)

    def choose(self, *labels: str) -> None:
        """Choose radios or checkboxes by their labels."""
        for label in labels:
            self.page.get_by_label(label, exact=True).check()

    def sees(self, *words: str) -> None:
        """Assert what stands on the page."""
        shown = " ".join(self.page.locator("main").inner_text().split())
        for text in words:
            assert text in shown, f"{text!r} does not stand on {self.page.url}:\n{shown}"


def looker(assert_accessible: Callable[[Page], None]) -> Callable[[Page], None]:
    """Looks at every kind of page once, at both widths: axe, and nothing wider than the window."""
    seen = set()

    def look(page: Page) -> None:
        kind = (page.title(), re.sub(r"\d+", "0", page.url.partition("?")[0]))
        if kind in seen:
            return
        seen.add(kind)
        for width in (TELEPHONE, DESK):
            page.set_viewport_size({"width": width, "height": 900})
            assert_accessible(page)
            assert_fits(page)

    return look


@pytest.fixture
def walk(
    served: Served,
    page_at: Callable[[int], Page],
    assert_accessible: Callable[[Page], None],
) -> Walk:
    """Somebody at a desk whose every page is looked at, also as on a telephone."""
    return Walk(served, page_at(DESK), looker(assert_accessible))


def pictured(walk: Walk, name: str) -> None:
    """Keep what the page looks like at both widths, if somebody asked for it."""
    for width in (TELEPHONE, DESK) if PICTURES else ():
        walk.page.set_viewport_size({"width": width, "height": 900})
        walk.page.screenshot(path=f"{PICTURES}/{name}-{width}.png", full_page=True)
