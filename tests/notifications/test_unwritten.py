"""A message that cannot be put together: whoever holds the case learns of it."""

from datetime import timedelta
from pathlib import Path

import pytest

from models.database import read
from models.letters.deliveries import UNWRITTEN
from models.letters.told import LetterGoes
from models.outbox import MessageState
from models.people.access import THE_MACHINE
from models.record import timeline
from notifications.composing import Composer
from notifications.texts import TEXTS, ToSchools
from tests.support.cases import Case
from tests.support.post import CHAIR, HEAD, Post
from tests.support.smtp import SmtpServer

REST = timedelta(hours=1)


@pytest.fixture
def post(case: Case, tmp_path: Path) -> Post:
    return Post(case, tmp_path)


def fail(*_: object) -> None:
    raise RuntimeError("it cannot be put together")


def passes(post: Post, server: SmtpServer) -> None:
    for _ in range(3):
        post.deliver(server.url)
        post.case.now += REST


def sentences(post: Post) -> list[str]:
    """What the case's record says, in words."""
    with read(post.case.engine) as session:
        found = timeline.timeline(
            session, post.case.policy, THE_MACHINE, post.case.reference, per_page=200
        )
    return [str(event.sentence) for event in found.items]


def test_of_a_letter_the_case_officer_hears_once_and_the_record_says_so(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TEXTS, LetterGoes, ToSchools(LetterGoes, fail))
    letters = len(post.letters)
    with SmtpServer() as server:
        passes(post, server)
        told = server.messages
    assert post.states == {"pending": letters}
    assert [mail.recipients for mail in told] == [(post.case.council.seo.email,)] * letters
    said = "".join(mail.message.get_content() for mail in told)
    assert HEAD in said
    assert CHAIR in said
    assert said.count(f"/escalations/{post.case.reference}") == letters
    assert sum("has not been sent to" in each for each in sentences(post)) == letters


def test_what_is_told_of_messages_is_told_of_none_of_its_own(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Composer, "compose", fail)
    post.case.propose("resolve")
    broken = [each.id for each in post.case.messages if each.state is MessageState.PENDING]
    with SmtpServer() as server:
        passes(post, server)
    told = [each for each in post.case.messages if each.data.get("what") == UNWRITTEN]
    assert sorted(each.data["number"] for each in told) == sorted(broken)
