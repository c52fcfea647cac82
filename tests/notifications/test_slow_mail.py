"""Mail servers that are slow, down or full: what waits, what is tried, and in which order."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlmodel import select

from models.database import read, write
from models.events import Event
from models.letters.events import MessageSent
from models.outbox import Message, MessageKind, MessageState
from models.rows import change
from notifications.drafts import message_id
from notifications.outbox import Delivered
from notifications.smtp import AT_ONCE
from tests.support.cases import Case
from tests.support.post import BASE_URL, CHAIR, HEAD, Post, governors
from tests.support.smtp import SmtpServer

REST = timedelta(minutes=1)
# What asks the database nothing that the other tests do not ask of both kinds.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def post(case: Case, tmp_path: Path) -> Post:
    return Post(case, tmp_path)


def to(server: SmtpServer) -> list[str]:
    return [received.recipients[0] for received in server.messages]


# A few at once, each claimed at its turn ------------------------------------------------------


def test_a_slow_server_is_asked_by_one_message_at_a_time_until_it_is_quick_again(
    post: Post,
) -> None:
    post.queue(*governors(2 * AT_ONCE))  # beside the chair and the head
    with SmtpServer("hold") as server, post.delivering(server.url):
        server.wait_for(AT_ONCE)
        assert post.states == {"claimed": AT_ONCE, "pending": AT_ONCE + 2}
        post.case.now += timedelta(seconds=100)
        server.release(AT_ONCE)

        server.wait_for(AT_ONCE + 1)
        assert post.states == {"sent": AT_ONCE, "claimed": 1, "pending": AT_ONCE + 1}
        server.release(1)

        server.wait_for(2 * AT_ONCE + 1)
        assert post.states == {"sent": AT_ONCE + 1, "claimed": AT_ONCE, "pending": 1}
        server.release(AT_ONCE + 1)
    assert post.states == {"sent": 2 * AT_ONCE + 2}
    assert len(set(to(server))) == len(to(server)) == 2 * AT_ONCE + 2


@on_sqlite
def test_after_a_minute_a_pass_begins_nothing_more(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = 0.0
    monkeypatch.setattr("notifications.outbox.time", SimpleNamespace(monotonic=lambda: seconds))
    post.queue(*governors(AT_ONCE))
    with SmtpServer("hold") as server, post.delivering(server.url):
        server.wait_for(AT_ONCE)
        seconds = 61.0
        server.release(AT_ONCE)
    assert post.states == {"sent": AT_ONCE, "pending": 2}


@on_sqlite
def test_a_letter_is_sent_when_it_is_sent_and_not_when_the_pass_began(post: Post) -> None:
    began = post.case.now
    with SmtpServer("hold") as server, post.delivering(server.url):
        server.wait_for(2)
        post.case.now += timedelta(seconds=40)
        server.release(2)
    sent_at = began + timedelta(seconds=40)
    assert [letter.settled_at for letter in post.letters] == [sent_at, sent_at]
    with read(post.case.engine) as session:
        events = session.exec(select(Event).where(Event.kind == MessageSent.kind)).all()
    assert [event.at for event in events] == [sent_at, sent_at]


@on_sqlite
def test_by_a_clock_that_was_set_back_no_letter_was_sent_before_it_was_queued(post: Post) -> None:
    queued = post.case.now
    post.case.now -= timedelta(minutes=5)
    with SmtpServer() as server:
        assert post.deliver(server.url).sent == 2
    assert [letter.settled_at for letter in post.letters] == [queued, queued]


@on_sqlite
def test_an_officer_is_asked_within_minutes_about_a_letter_cut_in_mid_send(post: Post) -> None:
    case = post.case
    with SmtpServer("hold") as server, post.delivering(server.url):
        server.wait_for(2)
        case.now += timedelta(minutes=3)
        with SmtpServer() as other:  # nobody else sends it, nor says that it is lost
            assert post.deliver(other.url) == Delivered(0, 0, 0, 0, 0)
        case.now += timedelta(minutes=2)
        with SmtpServer() as other:
            assert post.deliver(other.url).unknown == 2
            assert to(other) == [case.council.seo.email] * 2
        server.release(2)
    # That it was taken after all is heard too late: it stays with the officer.
    assert post.states == {"unknown": 2}


# Down -----------------------------------------------------------------------------------------


def test_a_server_that_is_down_is_asked_by_the_oldest_and_its_first_success_wakes_the_rest(
    post: Post,
) -> None:
    post.queue(*governors(10))
    with SmtpServer() as server:
        server.stop()
        tried = post.deliver(server.url).retry
        assert 1 <= tried <= AT_ONCE, "as many as were under way when it was found out"
        assert post.deliver(server.url).retry == 0, "it has a rest"
        for _ in range(3):
            post.case.now += REST
            assert post.deliver(server.url).retry == 1
        assert "Connection refused" in post.server.said
        server.start()
        assert [letter.attempts for letter in post.letters] == [4] + [1] * (tried - 1) + [0] * (
            12 - tried
        )
        post.case.now += REST
        assert post.deliver(server.url).sent == 12
    assert to(server)[0] == post.letters[0].to_email
    assert Counter(to(server)).most_common(1)[0][1] == 1


@on_sqlite
def test_a_server_that_hangs_costs_the_letters_under_way_and_no_more(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each that hangs after its body may have arrived, and is an officer's to decide about."""
    monkeypatch.setattr("notifications.conversation.BODY_PATIENCE", 1)  # times half a second
    post.queue(*governors(10))
    with SmtpServer("hang_after_body") as server:
        assert post.deliver(server.url).unknown == AT_ONCE
        post.case.now += timedelta(seconds=5)
        # The officer who is asked is told by mail, in vain: the letters before it come first.
        assert post.deliver(server.url).unknown == 1
    assert post.states == {"unknown": AT_ONCE + 1, "pending": 12 - AT_ONCE - 1}


# Full -----------------------------------------------------------------------------------------


@on_sqlite
def test_a_server_that_puts_everything_off_is_not_asked_by_everything(post: Post) -> None:
    post.queue(*governors(20))
    with SmtpServer("defer") as server:
        assert 3 <= post.deliver(server.url).retry <= 3 + AT_ONCE
        for _ in range(20):
            post.case.now += REST
            assert post.deliver(server.url).retry == 1
        server.behaviour = "accept"
        post.case.now += REST
        assert post.deliver(server.url).sent == 22
    # Those of which none had been tried yet went on waiting: the oldest are ahead of them.
    # One asks whether it is well; then as many at once as may be, in whatever order they arrive.
    assert set(to(server)[: 1 + AT_ONCE]) & {CHAIR, HEAD}


def test_letters_that_are_put_off_for_their_own_sake_hold_up_nobody(post: Post) -> None:
    post.queue(*governors(20))
    with SmtpServer() as server:
        server.deferred |= {CHAIR, HEAD, *governors(4)}
        # Three at least are put off in the first pass, one in each after it; then all else leaves.
        for _ in range(6):
            post.deliver(server.url)
            post.case.now += timedelta(seconds=5)
        assert sorted(to(server)) == sorted(set(governors(20)) - set(governors(4)))
        assert all(letter.attempts < 5 for letter in post.letters)
        assert post.server.ailing_since is None
        assert post.server.said == "", "what it says of a recipient is for the case alone"


# In order -------------------------------------------------------------------------------------


def test_letters_to_one_person_leave_in_order(post: Post) -> None:
    post.queue(CHAIR, HEAD, CHAIR)
    with SmtpServer("hold") as server, post.delivering(server.url):
        server.wait_for(2)
        assert sorted(to(server)) == [CHAIR, HEAD]
        server.release(1)
        server.wait_for(3)
        assert post.states == {"sent": 1, "claimed": 2, "pending": 2}
        server.release(4)
    for person in (CHAIR, HEAD):
        queued = [message_id(each, BASE_URL) for each in post.letters if each.to_email == person]
        arrived = [each.message for each in server.messages if each.recipients == (person,)]
        assert [str(each["Message-ID"]) for each in arrived] == queued
    assert post.states == {"sent": 5}


def test_a_letter_waits_for_an_earlier_one_that_is_put_off_but_not_for_ever(post: Post) -> None:
    post.queue(CHAIR)
    with SmtpServer() as server:
        server.deferred = {CHAIR}
        post.deliver(server.url)
        chair, head, later = post.letters
        assert (chair.attempts, head.state, later.attempts) == (1, MessageState.SENT, 0)
        server.deferred = set()
        assert post.deliver(server.url) == Delivered(0, 0, 0, 0, 0), "it waits for its turn"
        server.deferred = {CHAIR}
        post.case.now += timedelta(days=2)
        post.deliver(server.url)
        assert [letter.attempts for letter in post.letters] == [2, 1, 1]


@pytest.mark.parametrize("behaviour", ["refuse", "drop_after_body"])
def test_a_letter_does_not_wait_for_one_that_an_officer_decides_about(
    post: Post, behaviour: str
) -> None:
    with SmtpServer(behaviour) as server:
        post.deliver(server.url)
        arrived = len(server.messages)
        server.behaviour = "accept"
        post.queue(CHAIR)
        post.case.now += REST
        post.deliver(server.url)
    assert to(server)[arrived:].count(CHAIR) == 1


def test_what_a_wrong_clock_put_off_leaves_once_it_is_right(post: Post) -> None:
    with SmtpServer("defer") as server:
        right = post.case.now
        post.case.now += timedelta(days=1)
        for _ in range(3):
            post.deliver(server.url)
            post.case.now += REST
        server.behaviour = "accept"
        post.case.now = right + timedelta(minutes=1)
        assert post.deliver(server.url).sent == 2


def test_a_message_that_cannot_be_put_together_holds_up_nobody(post: Post) -> None:
    post.case.propose("resolve")
    with write(post.case.engine) as session:
        alerts = select(Message).where(
            Message.kind == MessageKind.ALERT, Message.state == "pending"
        )
        broken = [message.id for message in session.exec(alerts)]
        for key in broken:
            change(session, Message, {"id": key}, data={"what": "proposal_waits", "proposal": 0})
    post.queue(*governors(2))
    with SmtpServer() as server:
        done = post.deliver(server.url)
    assert (done.sent, done.retry) == (4 + len(broken), len(broken)), "of each its officer hears"
    told = [message for message in post.case.messages if message.id in broken]
    assert {message.state for message in told} == {MessageState.PENDING}, "and never unknown"
