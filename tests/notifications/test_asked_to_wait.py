"""A service that asks to be left alone, and trouble that only an administrator can end: what all
who send know of it, by the row."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from models.outbox import MessageState
from notifications.graph import AT_ONCE
from notifications.outbox import Delivered
from notifications.signs import of_way_out
from tests.support import databases
from tests.support.cases import Case
from tests.support.microsoft import GRAPH, MAILBOX, SECRET, Microsoft
from tests.support.post import CHAIR, HEAD, Post, governors

NOTHING = Delivered(0, 0, 0, 0, 0)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def post(case: Case, tmp_path: Path) -> Post:
    return Post(case, tmp_path)


def test_nobody_asks_before_the_time_that_the_service_named(
    post: Post, microsoft: Microsoft
) -> None:
    microsoft.takes = "throttle"  # for two minutes
    assert 1 <= post.deliver(GRAPH, **microsoft.application).retry <= AT_ONCE
    asked, began = microsoft.sends, post.case.now
    assert post.server.wait_until == began + timedelta(minutes=2)
    assert all(letter.put_off == 0 for letter in post.letters), "it is no letter's fault"
    microsoft.takes = "accept"
    ours = microsoft.settings()
    [told] = of_way_out(ours, began, post.case.engine).findings
    assert "asked to be left alone until 10:02: it was not tried" in told.says
    for seconds in (1, 61, 119):
        post.case.now = began + timedelta(seconds=seconds)
        assert post.deliver(GRAPH, **microsoft.application) == NOTHING, "whoever asks"
    assert microsoft.sends == asked
    post.case.now = began + timedelta(minutes=2)
    assert post.deliver(GRAPH, **microsoft.application).sent == 2
    assert sorted(microsoft.recipients) == [CHAIR, HEAD]


@on_sqlite
@pytest.mark.parametrize("until", ["99999999999", "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_so_it_is_with_who_gives_tokens_and_for_an_hour_at_most(
    post: Post, microsoft: Microsoft, monkeypatch: pytest.MonkeyPatch, until: str
) -> None:
    busy = {"busy": (429, {"Retry-After": until}, "{}")}
    monkeypatch.setattr("tests.support.microsoft.GIVES", busy)
    microsoft.gives = "busy"
    began = post.case.now
    post.deliver(GRAPH, **microsoft.application)
    assert post.server.wait_until == began + timedelta(hours=1)
    asked = len(microsoft.asked)
    post.case.now = began + timedelta(minutes=59)
    assert post.deliver(GRAPH, **microsoft.application) == NOTHING
    assert len(microsoft.asked) == asked
    microsoft.gives = "tokens"
    post.case.now = began + timedelta(hours=1)
    assert post.deliver(GRAPH, **microsoft.application).sent == 2


@on_sqlite
def test_what_a_wrong_clock_was_told_holds_up_nothing(post: Post, microsoft: Microsoft) -> None:
    right = post.case.now
    post.case.now = right + timedelta(days=1)
    microsoft.takes = "throttle"
    post.deliver(GRAPH, **microsoft.application)
    microsoft.takes = "accept"
    post.case.now = right
    assert post.deliver(GRAPH, **microsoft.application).sent == 2


@on_sqlite
def test_a_mailbox_that_is_refused_keeps_the_others_on_their_way(
    post: Post, microsoft: Microsoft
) -> None:
    microsoft.recipients_refused = {CHAIR}
    assert post.deliver(GRAPH, **microsoft.application).failed == 1
    chair, head = post.letters
    assert (chair.state, chair.code, head.state) == (MessageState.FAILED, 400, MessageState.SENT)
    assert post.server.ailing_since is None


@on_sqlite
def test_a_letter_that_may_have_left_is_an_officers_to_decide_about(
    post: Post, microsoft: Microsoft
) -> None:
    microsoft.takes = "drop_after_body"
    done = post.deliver(GRAPH, **microsoft.application)
    assert done.unknown == len(microsoft.messages) == 2
    microsoft.takes = "accept"
    post.case.now += timedelta(hours=3)
    post.deliver(GRAPH, **microsoft.application)
    ids = [str(each["Message-ID"]) for each in microsoft.messages]
    assert len(set(ids)) == len(ids), "nothing twice"
    assert post.states == {"unknown": 2}


# Called ---------------------------------------------------------------------------------------


@contextmanager
def alerts() -> Iterator[tuple[str, list[bytes]]]:
    heard: list[bytes] = []

    class Ears(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Ears) as service:
        listening = Thread(target=service.serve_forever, args=(0.02,))
        listening.start()
        yield f"json://127.0.0.1:{service.server_port}/", heard
        service.shutdown()
        listening.join()


@on_sqlite
def test_an_administrator_is_called_once_until_mail_has_left_again(
    post: Post, microsoft: Microsoft
) -> None:
    post.queue(*governors(4))
    with alerts() as (url, heard):
        ways = {**microsoft.application, "alerts_url": url}
        for gives, takes in (("stale", "accept"), ("stale", "accept"), ("tokens", "forbid")):
            microsoft.gives, microsoft.takes = gives, takes
            assert post.deliver(GRAPH, **ways).retry
            post.case.now += timedelta(minutes=2)
        [alert] = heard
        assert b"No mail leaves: an administrator is needed" in alert
        assert b"does not accept our token: 401" in alert
        assert post.server.said.startswith(f"Microsoft Graph does not let us send as {MAILBOX}")

        microsoft.takes = "accept"
        assert post.deliver(GRAPH, **ways).sent == 6
        post.queue(*governors(1))
        microsoft.gives = "expired_secret"
        assert post.deliver(GRAPH, **ways).retry == 1
        assert len(heard) == 2
        assert b"secret has expired" in heard[1]
    held = repr(databases.rows(post.case.engine))
    for secret in (SECRET, *microsoft.tokens):
        assert secret not in held, "nor is it in the database, nor in a backup of it"
        assert secret.encode() not in b"".join(heard)
    assert post.states == {"sent": 6, "pending": 1}
