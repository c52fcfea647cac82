"""Letters about risk levels in a real browser: a batch from its beginning to its bundle."""

from pathlib import Path

import pytest

from models.database import write
from models.outbox import Message
from models.rows import change
from notifications import level_letters as work
from tests.support.level_letters import Post, blank_press, published
from tests.support.walk import Served, Walk, pictured


@pytest.fixture
def post(served: Served, monkeypatch: pytest.MonkeyPatch) -> Post:
    monkeypatch.setattr(work, "press", blank_press)
    return Post(served.engine, served.policy, served.council, served.settings)


def test_a_batch_from_its_beginning_to_its_bundle(walk: Walk, post: Post) -> None:
    published(post.engine)
    post.without_emails()
    post.contact(900003, "chair_of_governors", address=["Nowhere"])
    walk.sign_in("hos2")
    walk.go("/letter-batches")
    pictured(walk, "batches")
    walk.press("Draft the letters for 2026 to 2027")
    walk.sees("The letters are being drafted", "It is waiting its turn.")
    pictured(walk, "drafting")
    post.work()
    # The page is loaded again by itself.
    walk.page.get_by_text("another senior officer must approve it").wait_for(timeout=30_000)
    walk.sign_in("hos")
    walk.go("/letter-batches/1")
    pictured(walk, "prepared")
    walk.follow("All letters of this batch")
    pictured(walk, "letters")
    walk.page.go_back()
    walk.follow("Read the sample")
    pictured(walk, "letter")
    while walk.page.get_by_role("button", name="Next letter of the sample").count():
        walk.follow("Next letter of the sample")
    walk.follow("Back to the batch and its sample")
    walk.follow("Approve the letters")
    walk.press("Approve and send")
    walk.sees("Confirm that the letters are to be sent")
    walk.choose("I have read the sample, and the letters are to be sent")
    pictured(walk, "approve")
    walk.press("Approve and send")
    walk.sees("The letters are being issued")
    post.work()
    with write(post.engine) as session:
        change(session, Message, {"id": post.messages()[0].id}, state="failed", detail="550 No")
    walk.go("/letter-batches/1")
    pictured(walk, "issued")
    with walk.page.expect_download() as waiting:
        walk.page.get_by_role("link", name="Download the print bundle (PDF)").click()
    assert Path(waiting.value.path()).read_bytes() == post.bundle.read_bytes()
    walk.arrive_by(walk.page.get_by_role("link", name="Say what became of it"))
    walk.press("Confirm the decision")
    walk.sees("Choose what you decide", "Enter a reason")
    pictured(walk, "delivery")
    walk.go("/schools/900001/letters")
    pictured(walk, "school")


def test_a_batch_is_withdrawn(walk: Walk, post: Post) -> None:
    published(post.engine)
    post.prepared()
    walk.sign_in("hos")
    walk.go("/letter-batches/1")
    walk.follow("Withdraw the letters")
    walk.type("Why are they withdrawn?", "The levels were wrong.")
    walk.press("Withdraw the letters")
    walk.sees("The letters have been withdrawn", "The levels were wrong.")
