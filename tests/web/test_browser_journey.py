"""A case in a real browser, from its start to the letter to the governing body.

The pages are served by a real server; every page that is passed is checked by axe, at the width
of a desk and of a telephone, and the whole way is gone once more without JavaScript.
"""

from collections.abc import Callable

from playwright.sync_api import Browser, Page
from sqlmodel import select

from models.database import write
from models.letters.tables import Letter, LetterState
from models.outbox import Message, MessageKind, MessageState
from models.rows import change
from tests.support.cases import Case
from tests.support.walk import DESK, Served, Walk, looker

REFERENCE = "ESC-2026-0001"


def walk_the_ladder(walk: Walk) -> None:
    """From the start of an escalation to the letter to the governing body."""
    served = walk.served
    walk.sign_in("hos")
    _start(walk)
    walk.sign_in("seo")
    _discuss_and_fail(walk, "Headteacher", "Hold the discussion with the headteacher")
    _move_on(walk, "Move to step ii")
    walk.sign_in("seo")
    _discuss_and_fail(walk, "Chair of governors", "Hold the discussion with the chair of governors")
    _move_on(walk, "Move to step iii")
    served.issue()
    served.wait(days=21)
    walk.sign_in("seo")
    walk.go(f"/escalations/{REFERENCE}")
    walk.sees("Decide what to do next: no response has come", "Overdue")
    walk.follow("Propose a change")
    _move_on(walk, "Move to step iv")
    served.issue()
    walk.sign_in("seo")
    walk.go(f"/escalations/{REFERENCE}")
    walk.sees("Record the response when it comes", "Formal letter to the governing body")
    walk.follow("Letters")
    walk.sees("Formal letter to the governing body Issued", "Sent")
    walk.follow("Record")
    walk.sees("The proposal to move to step iv")


def _start(walk: Walk) -> None:
    walk.arrive_by(walk.page.get_by_role("link", name="Start an escalation"))
    walk.type("Name, town, postcode, trust or URN", "ashfield")
    walk.press("Search")
    walk.follow("Ashfield Primary School")
    walk.press("Continue")
    walk.sees("There is a problem", "Choose at least one trigger", "Enter a summary")
    walk.choose("The safety and well-being of pupils", "A lack of leadership capacity")
    walk.type("Summary of the concern", "Attendance fell.\nThere is no plan.")
    walk.page.get_by_label("Case officer").select_option(walk.served.council.seo.email)
    walk.press("Continue")
    walk.sees("Check your answers", "Sam Ellison", "There is no plan.")
    walk.press("Change the answers")
    assert walk.page.get_by_label("The safety and well-being of pupils").is_checked()
    walk.press("Continue")
    walk.press("Start the escalation")
    walk.sees("The escalation has started", "Ashfield Primary School")


def _discuss_and_fail(walk: Walk, person: str, told: str) -> None:
    """Hold the discussion of an informal step, and judge its response unsatisfactory."""
    walk.go(f"/escalations/{REFERENCE}")
    walk.sees(told)
    walk.follow("Record the discussion")
    walk.press("Save the discussion")
    walk.sees("Enter the date on which it was held", "Choose who took part", "Enter what was said")
    walk.type_day("When was it held?", walk.served.now.date())
    walk.choose(person)
    walk.type("What was said?", "The fall in attendance was discussed.")
    walk.press("Save the discussion")
    walk.sees("The discussion has been recorded")
    walk.follow("Record a response")
    walk.type_day("When was the response received?", walk.served.now.date())
    walk.type("What does it say?", "A plan without dates.")
    walk.choose("No, it is not satisfactory")
    walk.press("Save the response")
    walk.follow("Propose it")


def _move_on(walk: Walk, title: str) -> None:
    """Propose the next step, and approve it as another officer."""
    if walk.page.get_by_role("heading", name="Propose a change").count():
        walk.arrive_by(walk.page.get_by_role("link", name=title))
    walk.sees(title)
    walk.type("Reason", "The response does not settle the concern.")
    walk.press("Propose")
    walk.sees("The proposal has been made and is waiting for a decision", "You made this proposal")
    walk.sign_in("hos2")
    walk.arrive_by(walk.page.get_by_role("link", name="Waiting for me"))
    walk.arrive_by(walk.page.locator("main").get_by_role("link", name=title))
    walk.press("Confirm the decision")
    walk.sees("There is a problem", "Choose what you decide")
    walk.choose("Approve")
    walk.press("Confirm the decision")
    walk.sees("The proposal has been approved")


def test_the_journey_is_accessible(
    served: Served,
    page_at: Callable[[int], Page],
    assert_accessible: Callable[[Page], None],
) -> None:
    walk = Walk(served, page_at(DESK), looker(assert_accessible))
    walk_the_ladder(walk)
    for name, addresses in other_pages(served).items():
        walk.sign_in(name)
        for address in addresses:
            walk.go(address)


def other_pages(served: Served) -> dict[str, list[str]]:
    """The pages that the journey does not pass, by who looks at them."""
    academy = Case(served.engine, served.policy, served.council, now=served.now)
    academy.started(school="academy")
    academy.discuss()
    response = academy.respond()
    church = Case(served.engine, served.policy, served.council, now=served.now)
    church.started(school="church", by="seo2")
    with write(served.engine) as session:
        sent = select(Message.id, Message.letter_id).where(Message.kind == MessageKind.LETTER)
        message, letter = session.exec(sent.order_by(Message.id)).first() or (0, 0)
        change(session, Message, {"id": message}, state=MessageState.UNKNOWN, detail="It broke.")
        draft = session.exec(select(Letter.id).where(Letter.state == LetterState.DRAFT)).first()
    case, other = f"/escalations/{REFERENCE}", f"/escalations/{academy.reference}"
    return {
        "seo": [
            "/escalations?view=all&sort=-school&query=a",
            "/escalations?view=all&ladder=nonsense",
            f"{case}/discussions",
            f"{case}/propose",
            f"{case}/propose/extend",
            f"{case}/propose/pause",
            f"{other}",
            f"{other}/letters",
            f"{other}/propose/resolve",
            f"/responses/{response.id}/judgement",
            f"/letters/{letter}",
            f"/letters/{draft}/edit",
            f"/letters/{draft}/versions/1",
            f"/messages/{message}",
            "/schools",
            "/schools?query=academy&kind=academy",
            "/schools/900002",
            "/schools/900002/contacts/headteacher",
            "/account",
            "/accessibility",
            "/escalations/ESC-2099-0001",
            f"{case}/propose/resume",
        ],
        "viewer": [case, f"{case}/propose", "/proposals"],
        "hos": [
            "/escalations",
            "/proposals",
            f"/escalations/{church.reference}",
            f"{case}/restriction",
            f"{case}/case-officer",
            "/cover",
            "/cover/new",
        ],
    }


def test_the_journey_needs_no_javascript(browser: Browser, served: Served) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    try:
        walk_the_ladder(Walk(served, context.new_page(), lambda page: None))
    finally:
        context.close()
