"""The JSON API of letters about risk levels."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.policy import Policy
from models.settings import Settings
from notifications import level_letters as work
from tests.support.callers import Callers
from tests.support.council import Council
from tests.support.level_letters import Post, blank_pdf, blank_press, changed, published


@pytest.fixture
def callers(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    return Callers(engine, council, tmp_path)


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


def test_a_batch_through_the_api(callers: Callers, post: Post) -> None:
    published(post.engine)
    post.without_emails()
    hos = callers.hos
    hos.post("/letter-batches", 422, about="everything")
    other = callers.hos2
    begun = other.post("/letter-batches", key="one", about="annual")
    assert other.post("/letter-batches", key="one", about="annual") == begun
    hos.post("/letter-batches", 409, about="annual")
    assert (begun["number"], begun["state"]) == (1, "preparing")
    assert begun["work"] == {
        "kind": "prepare_letters",
        "state": "open",
        "done": 0,
        "total": 0,
        "message": "",
    }
    post.work()

    batch = hos.get("/letter-batches/1")
    assert batch["levels"] == {"high": 2, "medium": 2, "low": 2, "none": 2}
    assert batch["channels"] == {"email": 4, "post": 4}
    assert [letter["seen_by"] for letter in batch["sample"]] == [[]] * 6
    problem = callers.hos2.post("/letter-batches/1/approval", 403)
    assert "another senior officer must approve it" in problem["detail"]
    problem = hos.post("/letter-batches/1/approval", 409)
    assert "you have 6 left" in problem["detail"]
    for letter in batch["sample"]:
        hos.get(f"/level-letters/{letter['id']}")
    seen = hos.get("/letter-batches/1")["sample"][0]["seen_by"]
    assert seen == [{"email": "hos@fernshire.example", "name": "Harriet Osborne"}]
    approved = hos.post("/letter-batches/1/approval", 200)
    assert (approved["state"], approved["dated"]) == ("approved", "2026-11-23")
    assert approved["approved_by"] == "hos@fernshire.example"
    post.work()

    assert hos.get("/letter-batches/1")["deliveries"] == {"pending": 4}
    assert hos.get("/letter-batches")["items"][0]["issued"] == 8
    found = hos.get("/letter-batches/1/letters", channel="post", level="high")
    assert [(each["urn"], each["state"]) for each in found["items"]] == [(900001, "issued")]
    letter = hos.get("/level-letters/1")
    assert letter["deliveries"][0]["to"] == "headteacher@school-900001.example"
    pdf = hos.call("GET", "/level-letters/1.pdf")
    assert (pdf.headers["content-type"], pdf.content) == ("application/pdf", blank_pdf())
    bundle = hos.call("GET", "/letter-batches/1/bundle.pdf")
    assert bundle.content == post.bundle.read_bytes()


def test_a_batch_of_changes_is_withdrawn(callers: Callers, post: Post) -> None:
    changed(post.engine, 900001, "high", before="low")
    callers.hos.post("/letter-batches", about="changes")
    callers.hos.post("/letter-batches/1/withdrawal", 422, reason="")
    withdrawn = callers.hos.post("/letter-batches/1/withdrawal", 200, reason="Not yet.")
    assert (withdrawn["state"], withdrawn["reason"]) == ("withdrawn", "Not yet.")
    callers.hos.post("/letter-batches/1/approval", 409)
    assert callers.hos.call("GET", "/letter-batches/1/bundle.pdf").status_code == 404


def test_others_only_look(callers: Callers, post: Post) -> None:
    published(post.engine)
    post.prepared()
    assert callers.seo.get("/letter-batches")["total"] == 1
    callers.seo.get("/level-letters/1")
    callers.seo.post("/letter-batches/1/approval", 403)
    callers.seo.post("/letter-batches", 403, about="changes")
    for who in ("viewer", "admin"):
        assert getattr(callers, who).call("GET", "/letter-batches").status_code == 403
    assert callers.hos.call("GET", "/letter-batches/99").status_code == 404
    assert callers.hos.call("GET", "/level-letters/x").status_code == 404
