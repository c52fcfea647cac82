"""An administrator in a real browser: every page of theirs, checked by axe at both widths."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page
from sqlmodel import select

from models.database import write
from models.escalations import holding
from models.inputs import Reason
from models.outbox import Message, MessageKind, MessageState
from models.people import identity, officers
from models.people.acting import Acting
from models.rows import change
from tests.support.cases import Case
from tests.support.policies import POLICY
from tests.support.walk import DESK, Served, Walk, looker


@pytest.fixture
def troubled(served: Served, monkeypatch: pytest.MonkeyPatch) -> Served:
    """A council with something to look at on every page."""
    monkeypatch.setattr("web.pages.upkeep.system.PREFECT", "http://127.0.0.1:9/api")
    case = Case(served.engine, served.policy, served.council).started()
    case.climb_to("formal_headteacher")
    case.issue()
    with write(served.engine) as session:
        letters = select(Message).where(Message.kind == MessageKind.LETTER)
        for message in session.exec(letters):
            change(
                session,
                Message,
                {"id": message.id},
                state=MessageState.FAILED,
                code=550,
                detail="5.1.1 <headteacher@school-900001.example>: no such mailbox here",
            )
        officers.disable_officer(
            Acting(session, POLICY, served.council.admin, served.now),
            "legal@fernshire.example",
            Reason(reason="Left the council"),
        )
        identity.sign_in(session, now=served.now, officer=served.council.hos)
        holding.restrict(
            Acting(session, served.policy, served.council.hos, served.now),
            case.reference,
            holding.Restriction(
                officers=["hos@fernshire.example"], reason="It is about a named person."
            ),
        )
    return served


def test_every_page_of_an_administrator_can_be_read_by_everybody(
    browser: Browser, troubled: Served, assert_accessible: Callable[[Page], None]
) -> None:
    page = browser.new_page(viewport={"width": DESK, "height": 900})
    walk = Walk(troubled, page, looker(assert_accessible))
    walk.sign_in("admin")
    troubled.now += timedelta(minutes=5)
    walk.arrive_by(page.get_by_role("link", name="Administration"))
    walk.sees("Problem", "Nobody is Legal Services", "Mail is not configured")
    walk.follow("Delivery problems")
    walk.sees("About a restricted case", "550", "The case officer corrects the address")
    walk.follow("Mail")
    walk.sees("How mail leaves", "Messages are kept in")
    walk.press("Send a test message to me")
    walk.sees("A test message to you is on its way", "Nothing yet")
    walk.follow("Audit")
    walk.sees("A case was restricted to named officers.", "hos@fernshire.example signed in")
    page.get_by_label("About").select_option("officers")
    walk.press("Apply filters")
    walk.sees("The account of legal@fernshire.example was disabled")
    walk.follow("Officers")
    walk.sees("11 officers", "Disabled")
    add_an_officer(walk)
    walk.go("/administration/officers")
    walk.follow("Harriet Osborne")
    walk.sees("Where they are signed in", "Demonstration")
    walk.arrive_by(page.get_by_role("button", name="End the sign-in").first)
    walk.sees("The sign-in has been ended", "Nowhere.")
    walk.follow("Disable this officer")
    walk.press("Disable")
    walk.sees("Enter a reason")


def add_an_officer(walk: Walk) -> None:
    walk.follow("Add an officer")
    walk.press("Add the officer")
    walk.sees("There is a problem", "Enter their name", "Choose a role")
    walk.type("Name", "Nora Quill")
    walk.type("E-mail address", "nora@fernshire.example")
    walk.choose("Service Manager", "Primary")
    walk.press("Add the officer")
    walk.sees("A link for Nora Quill", "/set-password/", "It is shown this once")
    walk.follow("On to Nora Quill")
    walk.sees("Service Manager (primary)", "Link to set a password")
    walk.arrive_by(walk.page.get_by_role("link", name="Change name"))
    walk.choose("Secondary")
    walk.press("Save")
    walk.sees("The officer’s details have been changed", "Service Manager (secondary)")
