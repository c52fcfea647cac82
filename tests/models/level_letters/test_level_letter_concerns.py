"""About which changes of level a batch of letters writes."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.database import write
from models.inputs import Reason
from models.level_letters import approving, opening
from models.policy import Policy
from models.settings import Settings
from tests.support.council import NOW, Council
from tests.support.level_letters import Post, changed, published

ASHFIELD, BROOKSIDE = 900001, 900002


@pytest.fixture
def post(engine: Engine, policy: Policy, council: Council, tmp_path: Path) -> Post:
    return Post(engine, policy, council, Settings(home=tmp_path, _env_file=None))


def test_a_level_that_is_confirmed_before_drafting_is_written_about(post: Post) -> None:
    changed(post.engine, ASHFIELD, "high", before="low")
    changed(post.engine, ASHFIELD, "high", before="high", now=NOW + timedelta(hours=1))
    post.prepared("changes")
    assert {(letter.urn, letter.level) for letter in post.letters()} == {(ASHFIELD, "high")}


def test_a_published_level_that_is_confirmed_before_drafting_is_written_about(post: Post) -> None:
    published(post.engine)
    changed(post.engine, ASHFIELD, "high", before="high", now=NOW + timedelta(hours=1))
    post.prepared()
    assert len([letter for letter in post.letters() if letter.urn == ASHFIELD]) == 2


def test_changes_of_a_withdrawn_batch_are_drafted_without_those_that_others_took(
    post: Post,
) -> None:
    changed(post.engine, ASHFIELD, "high", before="low")
    first = post.prepared("changes").id
    with post.acting("hos") as acting:
        approving.withdraw(acting, first, Reason(reason="The wording is wrong."))
    later = changed(post.engine, BROOKSIDE, "medium", before="low")
    with write(post.engine) as session:  # the clock takes what came after the withdrawn batch
        assert opening.open_changes(session, post.now, "the clock", after=later - 1)
    post.work()
    changed(post.engine, 900003, "high", before="low")
    third = post.prepared("changes").id
    assert {letter.urn for letter in post.letters(third)} == {ASHFIELD, 900003}
