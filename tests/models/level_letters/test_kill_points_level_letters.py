"""Killed at any moment while letters are drafted, issued or bundled, none is lost or doubled.

The work is done in a process that kills itself one statement, or one act on the folder of bundles,
later each time; whoever takes the job up afterwards finds what is left.
"""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from models.database import read
from models.events import Event, verify
from models.level_letters.tables import LevelLetterFile
from models.policy import Policy
from models.settings import Settings
from models.work import HOLD_LASTS
from tests.support.council import NOW, Council
from tests.support.databases import sqlite_url
from tests.support.killing import copied, opened, perform, run_killed_at
from tests.support.level_letters import Post, published

LATER = NOW + HOLD_LASTS + timedelta(seconds=1)
FEW = [900001, 900002]


@pytest.fixture
def post(policy: Policy, council: Council, engine: object, tmp_path: Path) -> Post:
    """Two schools whose letters wait; the chairs have no e-mail address."""
    made = Post(engine, policy, council, Settings(home=tmp_path, _env_file=None))
    published(made.engine, FEW)
    made.without_emails()
    return made


@contextmanager
def copy_of(post: Post) -> Iterator[Post]:
    """The same in a database and a data folder of its own."""
    post.engine.dispose()
    home = post.settings.home / "copy"
    shutil.rmtree(home, ignore_errors=True)
    url = copied(Path(post.engine.url.database), home / "scc.db")
    with opened(url) as engine:
        yield Post(engine, post.policy, post.council, Settings(home=home, _env_file=None))


def killed(post: Post, place: int, now: object = NOW) -> bool:
    url = sqlite_url(Path(post.engine.url.database))
    return run_killed_at(place, "bulk", url, now, home=post.settings.home)


def go_on(post: Post, now: object = LATER) -> None:
    """Somebody else takes the job up, once the hold of the dead one has run out."""
    perform("bulk", sqlite_url(Path(post.engine.url.database)), now, home=post.settings.home)


def kinds(post: Post) -> list[str]:
    with read(post.engine) as session:
        assert verify(session) is None
        found = session.exec(select(Event.kind).order_by(Event.sequence)).all()
    return [kind for kind in found if kind.startswith("level_letters")]


def is_drafted(post: Post) -> None:
    letters = sorted((letter.urn, letter.role.value) for letter in post.letters())
    assert letters == [(urn, role) for urn in FEW for role in ("chair_of_governors", "headteacher")]
    assert post.batch(1).state == "prepared"
    assert len(post.sample(1)) == 4
    assert kinds(post) == ["level_letters_prepared"]


def is_issued(post: Post) -> None:
    letters = post.letters()
    with read(post.engine) as session:
        files = {file.letter_id: file.content for file in session.exec(select(LevelLetterFile))}
    assert {each.id: hashlib.sha256(files[each.id]).hexdigest() for each in letters} == {
        each.id: each.sha256 for each in letters
    }
    assert [each.state.value for each in letters] == ["issued"] * 4
    by_email = sorted(each.id for each in letters if each.email)
    assert sorted(each.tells.level_letter for each in post.messages()) == by_email
    assert len(by_email) == 2
    batch = post.batch(1)
    assert (batch.state, batch.bundle_pages) == ("issued", 4)
    assert hashlib.sha256(post.bundle.read_bytes()).hexdigest() == batch.bundle_sha256
    assert [file.name for file in post.bundle.parent.iterdir()] == ["1.pdf"]
    assert kinds(post)[-1:] == ["level_letters_issued"]
    assert kinds(post).count("level_letters_issued") == 1


def never_wrong_meanwhile(post: Post) -> None:
    """What stands between a kill and whoever goes on: half of the work, and all of it right."""
    letters = post.letters()
    assert len({(each.occasion, each.urn, each.role) for each in letters}) == len(letters)
    issued = {each.id for each in letters if each.state == "issued"}
    with read(post.engine) as session:
        assert set(session.exec(select(LevelLetterFile.letter_id))) == issued
    assert {each.tells.level_letter for each in post.messages()} <= issued
    if post.batch(1).state == "issued":
        assert post.bundle.is_file()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_drafting_that_was_killed_is_finished_by_the_next(post: Post) -> None:
    post.begin()
    place, dead = 1, True
    while dead:
        with copy_of(post) as each:
            dead = killed(each, place)
            never_wrong_meanwhile(each)
            go_on(each)
            is_drafted(each)
        place += 1
    assert place > 15


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_issuing_and_bundling_that_were_killed_are_finished_by_the_next(post: Post) -> None:
    post.approved()
    place, dead = 1, True
    while dead:
        with copy_of(post) as each:
            dead = killed(each, place)
            never_wrong_meanwhile(each)
            go_on(each)
            is_issued(each)
        place += 1
    assert place > 30


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_on_postgresql_too(post: Post, database_url: str) -> None:
    post.approved()
    now, place = NOW, 3
    home = post.settings.home
    while run_killed_at(place, "bulk", database_url, now, home=home):
        never_wrong_meanwhile(post)
        now += HOLD_LASTS + timedelta(seconds=1)
        place += 9
    is_issued(post)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_killed_again_and_again_it_comes_to_the_same(post: Post) -> None:
    post.approved()

    @settings(
        max_examples=5,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(places=st.lists(st.integers(5, 45), min_size=2, max_size=4))
    def often(places: list[int]) -> None:
        now = NOW
        with copy_of(post) as each:
            for place in places:
                killed(each, place, now)
                never_wrong_meanwhile(each)
                now += HOLD_LASTS + timedelta(seconds=1)
            go_on(each, now)
            is_issued(each)

    often()
