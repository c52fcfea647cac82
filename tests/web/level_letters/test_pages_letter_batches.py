"""The pages of letters about risk levels: begun, looked at, approved, issued, settled."""

from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html
from sqlalchemy import Engine

from models.database import write
from models.outbox import Message
from models.policy import Policy
from models.rows import change
from models.settings import Settings
from notifications import level_letters as work
from tests.support.council import Council
from tests.support.level_letters import Post, blank_pdf, blank_press, changed, published
from tests.support.visitors import Visitors


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    return Visitors(engine, council, tmp_path)


@pytest.fixture
def post(
    engine: Engine,
    policy: Policy,
    council: Council,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Post:
    monkeypatch.setattr(work, "press", blank_press)
    return Post(engine, policy, council, Settings(home=tmp_path, _env_file=None))


def test_a_page_left_alone_does_not_keep_its_officer_signed_in(
    visitors: Visitors, post: Post
) -> None:
    published(post.engine)
    page = visitors.hos.get("/letter-batches").submit()
    for _ in range(2):
        visitors.now += timedelta(minutes=14)
        _, _, again = page.response.headers["Refresh"].partition("url=")
        page = visitors.hos.get(again)
        assert page.path.startswith("/letter-batches/1")
    visitors.now += timedelta(minutes=14)
    assert visitors.hos.get(again).path.startswith("/sign-in")


def test_a_batch_from_its_beginning_to_its_bundle(visitors: Visitors, post: Post) -> None:
    published(post.engine)
    post.without_emails()
    post.contact(900003, "chair_of_governors", address=["Nowhere"])
    hos = visitors.hos

    page = visitors.hos2.get("/letter-batches")
    assert "levels for 2026 to 2027 are published" in page.text
    page = page.submit()
    assert page.path == "/letter-batches/1"
    assert "The letters are being drafted" in page.text
    assert page.response.headers["Refresh"] == "5; url=/letter-batches/1?by_itself=1"
    assert page.tree.xpath("//progress")

    post.work()
    own = "You started this batch, so another senior officer must approve it."
    assert own in visitors.hos2.get("/letter-batches/1").text
    assert own in visitors.hos2.get("/letter-batches/1/approval").text
    visitors.hos2.post("/letter-batches/1/approval", 403, {"confirmed": "yes"})
    page = hos.get("/letter-batches/1")
    assert "Refresh" not in page.response.headers
    assert "you have 6 left" in page.text
    assert "Left out: 1 letter" in page.text
    assert "fewer than 3 lines" in page.text
    refused = hos.get("/letter-batches/1/approval")
    assert "First open and read every letter in the sample" in refused.text
    hos.post("/letter-batches/1/approval", 422, {"confirmed": "yes"})

    page = page.follow("Read the sample")
    for _ in range(5):
        assert page.tree.xpath("//article")
        page = page.follow("Next letter of the sample")
    assert "Next letter of the sample" not in page.links
    page = hos.get("/letter-batches/1")
    assert page.text.count("Harriet Osborne") == 6
    page = page.follow("Approve the letters")
    assert "23 November 2026" in page.text
    page = page.submit(status=422)
    assert page.errors == [("Confirm that the letters are to be sent", "#confirmed")]
    page = page.submit(confirmed="yes")
    assert "are being issued" in page.text

    post.work()
    page = hos.get("/letter-batches/1")
    assert "Waiting to be sent 4" in page.text
    bundle = hos.client.get(page.links["Download the print bundle (PDF)"])
    assert bundle.content == post.bundle.read_bytes()
    assert 'filename="letters-1.pdf"' in bundle.headers["content-disposition"]


def test_a_batch_can_be_withdrawn_and_mended(visitors: Visitors, post: Post) -> None:
    published(post.engine)
    post.contact(900003, "headteacher", email=None, address=["Nowhere"])
    post.prepared()
    hos = visitors.hos
    page = hos.get("/letter-batches/1")
    page = page.follow("Correct the contact: headteacher of " + post.council.church.name)
    page.submit(address="School Lane\nFernminster\nFM1 1AA")
    page = hos.get("/letter-batches/1").submit(at="/letter-batches/1/again")
    post.work()
    page = hos.get("/letter-batches/1")
    assert "Left out:" not in page.text

    page = page.follow("Withdraw the letters")
    assert page.submit(status=422).errors == [("Enter a reason", "#reason")]
    page = page.submit(reason="The levels were wrong.")
    assert "Withdrawn because The levels were wrong." in page.text
    assert "levels for 2026 to 2027 are published" in hos.get("/letter-batches").text


def test_the_letters_of_a_batch_are_found_by_what_they_are(visitors: Visitors, post: Post) -> None:
    published(post.engine)
    post.without_emails()
    post.prepared()

    def found(**filters: str) -> list[str]:
        page = visitors.seo.get("/letter-batches/1/letters", **filters)
        return [" ".join(row.text_content().split()) for row in page.tree.xpath("//tbody/tr/td[1]")]

    assert len(found()) == 8
    assert found(level="high", role="headteacher") == ["Ashfield Primary School"]
    assert len(found(channel="post")) == 4
    assert len(found(query="brookside")) == 2
    assert found(state="left_out") == []
    assert visitors.seo.get("/letter-batches/1/letters", 422, level="huge").errors


def test_only_who_may_approve_marks_a_letter_as_seen(visitors: Visitors, post: Post) -> None:
    published(post.engine)
    number = post.prepared().id
    letter = post.sample(number)[0]
    visitors.seo.get(f"/level-letters/{letter}")
    assert "Harriet Osborne" not in visitors.seo.get("/letter-batches/1").text
    visitors.hos.get(f"/level-letters/{letter}")
    page = visitors.seo.get("/letter-batches/1")
    assert page.text.count("Harriet Osborne") == 1
    assert "Read the sample" not in page.links, "who only looks is offered nothing to do"


def test_a_letter_is_a_draft_until_it_is_issued_and_then_its_frozen_bytes(
    visitors: Visitors, post: Post
) -> None:
    published(post.engine)
    post.prepared()
    page = visitors.seo.get("/level-letters/1")
    assert "Draft – not issued" in page.text
    assert "high risk" in page.text
    pdf = visitors.seo.client.get(page.links["Download as PDF"])
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content != blank_pdf()
    post.look(1)
    post.approve(1)
    post.work()
    page = visitors.seo.get("/level-letters/1")
    assert "Draft – not issued" not in page.text
    assert visitors.seo.client.get("/level-letters/1.pdf").content == blank_pdf()
    visitors.seo.get("/level-letters/99", 404)


def test_a_school_has_all_its_letters_on_one_page(visitors: Visitors, post: Post) -> None:
    published(post.engine)
    post.prepared()
    changed(post.engine, 900001, "none", before="high")
    post.prepared("changes")
    page = visitors.seo.get("/schools/900001/letters")
    levels = [row.text_content().strip() for row in page.tree.xpath("//tbody/tr/td[1]")]
    assert levels == ["No risk", "No risk", "High risk", "High risk"]
    assert (
        visitors.seo.get("/schools/900001").links["Letters about risk"] == "/schools/900001/letters"
    )


def test_a_delivery_in_trouble_is_decided_on_its_page(visitors: Visitors, post: Post) -> None:
    published(post.engine)
    post.issued()
    with write(post.engine) as session:
        for message, state in zip(post.messages(), ("failed", "unknown"), strict=False):
            change(session, Message, {"id": message.id}, state=state, detail="550 No such box")
    page = visitors.hos.get("/letter-batches/1")
    assert "Refused, or may not have arrived: 2 letters" in page.text
    assert "550 No such box" in page.text
    page = page.follow(f"Say what became of it: {post.messages()[0].to_name}")
    assert len(page.submit(status=422).errors) == 2
    page = page.submit(decision="sent", reason="We rang.")
    assert "Refused, or may not have arrived: 1 letter" in page.text
    visitors.hos.get("/letter-batches/1/deliveries/99999", 404)
    visitors.seo.get(f"/letter-batches/1/deliveries/{post.messages()[1].id}", 403)


def test_work_that_stopped_says_why_and_goes_on(
    visitors: Visitors, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(post.engine)
    post.without_emails()
    post.approved()
    with monkeypatch.context() as patched:
        patched.setattr(work, "level_letter_document", None)
        post.work()
    page = visitors.hos.get("/letter-batches/1")
    assert "The work has stopped" in page.text
    page.submit(at="/letter-batches/1/work")
    post.work()
    post.bundle.unlink()
    page = visitors.hos.get("/letter-batches/1")
    assert "no longer in the data folder" in page.text
    page = page.submit(at="/letter-batches/1/work")
    assert "The print bundle is being made" in page.text
    post.work()
    assert visitors.hos.client.get("/letter-batches/1/bundle.pdf").status_code == 200


def test_hostile_names_stay_text(visitors: Visitors, post: Post) -> None:
    published(post.engine)
    name = "<script>alert(1)</script>"
    post.contact(900001, "headteacher", name=name)
    post.prepared()
    for address in ("/letter-batches/1/letters", "/level-letters/1", "/schools/900001/letters"):
        page = visitors.hos.get(address)
        assert name in page.text
        assert not html.fromstring(page.response.text).xpath("//main//script")
