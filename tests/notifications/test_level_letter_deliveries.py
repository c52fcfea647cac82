"""Letters about risk levels leave the building: printed and frozen, by e-mail or in the bundle."""

import hashlib
import io
import os
import signal
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
import typst
from sqlalchemy import Engine
from sqlmodel import col, select

from models.database import read, write
from models.events import Event
from models.level_letters import approving, deliveries
from models.level_letters.tables import LevelLetter, LevelLetterFile
from models.level_letters.told import LevelLetterGoes
from models.outbox import Message, MessageState
from models.people.tables import Officer
from models.policy import Policy
from models.refusals import InvalidInput, NotPossible
from models.rows import change
from models.settings import Settings
from notifications import level_letters as work
from notifications.bulk import Worked
from notifications.outbox import Delivered, deliver
from notifications.press import _as_line, press, serve
from notifications.texts import TEXTS, ToSchools
from tests.support.cases import Case
from tests.support.council import Council
from tests.support.letter_samples import letter
from tests.support.level_letters import Post, blank_press, published
from tests.support.renderings import pdf_text, squeezed
from tests.support.smtp import SmtpServer


@pytest.fixture
def inked(engine: Engine, policy: Policy, council: Council, tmp_path: Path) -> Post:
    """Letters that are really printed."""
    return Post(engine, policy, council, Settings(home=tmp_path, _env_file=None))


@pytest.fixture
def post(inked: Post, monkeypatch: pytest.MonkeyPatch) -> Post:
    """Letters that are printed without ink."""
    monkeypatch.setattr(work, "press", blank_press)
    return inked


def frozen(post: Post) -> dict[int, bytes]:
    with read(post.engine) as session:
        return {file.letter_id: file.content for file in session.exec(select(LevelLetterFile))}


def pass_of(post: Post, server: SmtpServer | None = None) -> Delivered:
    url = {"mail_url": server.url} if server else {}
    settings = post.settings.model_copy(update=url)
    return deliver(post.engine, post.policy, settings, lambda: post.now)


def quiet(post: Post) -> None:
    """Nothing but the letters is in the outbox."""
    with write(post.engine) as session:
        alerts = select(Message.id).where(Message.kind == "alert")
        for message in session.exec(alerts).all():
            change(session, Message, {"id": message}, state=MessageState.DROPPED)


# --- printed


def test_an_issued_batch_is_frozen_queued_and_bundled(inked: Post) -> None:
    published(inked.engine, [900001, 900002])
    inked.without_emails()

    batch = inked.issued()

    files, letters = frozen(inked), inked.letters()
    assert [each.sha256 for each in letters] == [
        hashlib.sha256(files[each.id]).hexdigest() for each in letters
    ]
    for each in letters:
        text = pdf_text(files[each.id])
        assert squeezed("".join(each.address)) in text
        assert squeezed("23 November 2026") in text
        assert squeezed("Harriet Osborne") in text
        with pikepdf.open(io.BytesIO(files[each.id])) as pdf:
            assert len(pdf.pages) == each.pages
    assert [message.key for message in inked.messages()] == [
        "level-letter:1:email",
        "level-letter:3:email",
    ]
    content = inked.bundle.read_bytes()
    assert batch.bundle_sha256 == hashlib.sha256(content).hexdigest()
    by_post = [each for each in letters if each.email is None]
    expected = sum(each.pages + each.pages % 2 for each in by_post)
    assert batch.bundle_pages == expected
    assert inked.bundle.parent.stat().st_mode & 0o077 == 0


def test_a_letter_that_cannot_be_printed_is_left_out_and_the_others_go(inked: Post) -> None:
    published(inked.engine, [900001])
    inked.approved()
    with write(inked.engine) as session:
        change(session, LevelLetter, {"id": 1}, body="# A letter\n\n校")
    inked.work()
    broken, whole = inked.letters()
    assert (broken.state, whole.state) == ("left_out", "issued")
    assert broken.left_out
    assert len(inked.messages()) == 1


def test_a_process_that_dies_is_told_and_the_next_takes_its_place() -> None:
    with press(1) as shared:
        assert shared.print([letter()])[0].pages == 1
        child = shared._free.queue[0]._process
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        with pytest.raises(EOFError):
            shared.print([letter()])
        again = shared.print([letter(), letter(body="# A letter\n\n校")])
    assert again[0].content.startswith(b"%PDF")
    assert again[1].trouble
    assert child.poll() is not None


def test_what_is_no_fault_of_the_letter_stops_the_work_and_leaves_nobody_out(
    inked: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(inked.engine, [900001])
    batch = inked.approved()
    with monkeypatch.context() as patched:
        full = tmp_path / "sitecustomize.py"
        full.write_text(
            "import notifications.letters.pdf as pdf\n"
            "def to_pdf(letter):\n"
            "    raise OSError(28, 'No space left on secret')\n"
            "pdf.to_pdf = to_pdf\n"
        )
        patched.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.getcwd()]))
        assert inked.work() == Worked(0, 1)
    assert "OSError" in inked.job().message
    assert "let it go on" in inked.job().message
    assert "secret" not in inked.job().message
    assert {each.state.value for each in inked.letters()} == {"drafted"}

    with inked.acting("hos") as acting:
        approving.go_on(acting, batch.id)
    assert inked.work() == Worked(1, 0)
    assert {each.state.value for each in inked.letters()} == {"issued"}


@pytest.mark.parametrize(
    ("trouble", "fit"),
    [
        (typst.TypstError("the text `x` could not be displayed"), True),  # type: ignore[call-arg]
        (InvalidInput("body", "It cannot be printed."), True),
        (typst.TypstError("file not found (searched at letter.typ)"), False),  # type: ignore[call-arg]
        (MemoryError(), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_a_fault_of_the_letter_itself_is_answered_as_one(
    monkeypatch: pytest.MonkeyPatch, trouble: Exception, fit: bool
) -> None:
    def fails(_: object) -> bytes:
        raise trouble

    monkeypatch.setattr("notifications.press.to_pdf", fails)
    answers = io.BytesIO()
    serve(io.BytesIO(_as_line(letter())), answers)
    pages = int.from_bytes(answers.getvalue()[:4], "big", signed=True)
    assert pages == (-1 if fit else -2)


# --- the bundle


def test_a_bundle_that_was_lost_is_made_again_with_the_same_bytes(post: Post) -> None:
    published(post.engine)
    post.without_emails()
    batch = post.issued()
    before = post.bundle.read_bytes()
    post.bundle.unlink()
    with post.acting("hos") as acting:
        approving.go_on(acting, batch.id)
    assert post.work() == Worked(1, 0)
    assert post.bundle.read_bytes() == before
    assert post.batch(batch.id) == batch


def test_without_letters_by_post_there_is_no_bundle(post: Post) -> None:
    published(post.engine)
    batch = post.issued()
    assert (batch.bundle_sha256, batch.bundle_pages) == (None, None)
    assert not post.bundle.exists()


# --- delivered


def test_each_letter_goes_to_its_recipient_as_a_letter(inked: Post) -> None:
    published(inked.engine, [900001])
    inked.issued()
    quiet(inked)
    with SmtpServer() as server:
        assert pass_of(inked, server) == Delivered(2, 0, 0, 0, 0)
        assert pass_of(inked, server) == Delivered(0, 0, 0, 0, 0)
    files = frozen(inked)
    letters = {
        "headteacher@school-900001.example": 1,
        "chair.of.governors@school-900001.example": 2,
    }
    assert sorted(each.recipients[0] for each in server.messages) == sorted(letters)
    for received in server.messages:
        message, number = received.message, letters[received.recipients[0]]
        assert str(message["Subject"]) == (
            "Ashfield Primary School: risk level and support in 2026 to 2027"
        )
        assert message["Auto-Submitted"] is None
        [pdf] = list(message.iter_attachments())
        assert pdf.get_content() == files[number]
        assert "high risk" in message.get_body(("plain",)).get_content()
        assert "high risk" in message.get_body(("html",)).get_content()
    with read(inked.engine) as session:
        kinds = session.exec(select(Event.kind).where(col(Event.kind).startswith("message"))).all()
    assert kinds == [], "the batch's page tells of each, not the record"


def test_letters_in_bulk_come_after_everything_else(
    post: Post, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(post.engine)
    post.issued()
    quiet(post)
    case.started().climb_to("formal_headteacher")
    case.issue()
    waiting = select(Message.kind).where(Message.state == MessageState.PENDING)
    with read(post.engine) as session:
        others = [kind for kind in session.exec(waiting) if kind != "level_letter"]
    assert "letter" in others

    monkeypatch.setattr("notifications.outbox.MOST_IN_A_PASS", len(others) + 2)
    assert sum(vars(pass_of(post)).values()) == len(others) + 2

    with read(post.engine) as session:
        left = session.exec(waiting).all()
    assert left == ["level_letter"] * 6


@pytest.mark.parametrize(
    ("behaviour", "state"), [("refuse", "failed"), ("drop_after_body", "unknown")]
)
def test_trouble_is_decided_by_an_officer_and_told_once_for_the_batch(
    post: Post, behaviour: str, state: str
) -> None:
    published(post.engine)
    batch = post.issued()
    quiet(post)
    with SmtpServer(behaviour) as server:
        server.deferred.add("hos@fernshire.example")
        while MessageState.PENDING in {message.state for message in post.messages()}:
            pass_of(post, server)
            post.now += timedelta(minutes=1)  # a server that may have lost a letter has a rest
        server.deferred.clear()
        server.behaviour = "accept"
        post.now += timedelta(hours=2)
        told = pass_of(post, server)
        assert told == Delivered(1, 0, 0, 0, 0), "the approver hears of it; no letter is repeated"
    assert server.messages[-1].recipients == ("hos@fernshire.example",)
    assert "/letter-batches/1" in server.messages[-1].message.get_content()
    assert {message.state.value for message in post.messages()} == {state}

    first, second, third, *_ = post.messages()
    post.contact(900001, "chair_of_governors", email="chair@fernshire.example")
    post.contact(900002, "headteacher", email=None)

    def settle(message: Message, decision: str) -> Message:
        given = deliveries.DeliveryDecision(decision=decision, reason="They rang us.")
        with post.acting("hos") as acting:
            return deliveries.settle(acting, batch.id, message.id, given)

    assert settle(first, "sent").state == "settled"
    settle(second, "send_again")
    with pytest.raises(NotPossible, match="no e-mail address for its headteacher"):
        settle(third, "send_again")
    with pytest.raises(NotPossible, match="nothing to decide"):
        settle(first, "sent")
    with SmtpServer() as server:
        assert pass_of(post, server).sent == 1
    assert server.messages[0].recipients == ("chair@fernshire.example",)


def test_of_messages_that_cannot_be_put_together_the_approver_hears_once_for_the_batch(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("it cannot be put together")

    published(post.engine)
    batch = post.issued()
    quiet(post)
    monkeypatch.setitem(TEXTS, LevelLetterGoes, ToSchools(LevelLetterGoes, fail))
    with SmtpServer() as server:
        assert pass_of(post, server).sent == 1
        post.now += timedelta(hours=2)
        assert pass_of(post, server).sent == 0
    [told] = server.messages
    assert told.recipients == ("hos@fernshire.example",)
    assert f"{batch.title}: a message could not be put together" in told.message["Subject"]
    assert "/letter-batches/1" in told.message.get_content()


def test_when_the_approver_has_left_the_heads_of_service_hear_of_trouble_once(
    post: Post,
) -> None:
    published(post.engine)
    post.issued()
    quiet(post)
    with write(post.engine) as session:
        change(session, Officer, {"id": post.council.hos.id}, active=False)
    with SmtpServer("refuse") as server:
        server.deferred.add("hos2@fernshire.example")
        assert pass_of(post, server).failed == 8
        server.deferred.clear()
        server.behaviour = "accept"
        post.now += timedelta(hours=2)
        assert pass_of(post, server) == Delivered(1, 0, 0, 0, 0)
    assert server.messages[-1].recipients == ("hos2@fernshire.example",)
    assert "/letter-batches/1" in server.messages[-1].message.get_content()


def test_a_lost_claim_becomes_unknown_and_is_not_sent_again(post: Post) -> None:
    published(post.engine, [900001])
    post.issued()
    quiet(post)
    message = post.messages()[0]
    with write(post.engine) as session:
        claimed = {"state": "claimed", "claimed_by": "mail:1", "claim_ends_at": post.now}
        change(session, Message, {"id": message.id}, **claimed)
    with SmtpServer() as server:
        assert pass_of(post, server).unknown == 1
    assert post.messages()[0].state == "unknown"
