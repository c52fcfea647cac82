"""`scc work`: bulk work from the command line, in one pass."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from cli.main import app
from models.policy import Policy
from models.settings import Settings
from notifications import level_letters as work
from tests.support.council import Council
from tests.support.level_letters import Post, blank_press, published


@pytest.fixture
def post(
    engine: Engine,
    database_url: str,
    policy: Policy,
    council: Council,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Post:
    """Letters that wait, in the database and the folder of the environment."""
    monkeypatch.setattr(work, "press", blank_press)
    monkeypatch.chdir(tmp_path)  # no .env of a developer's
    monkeypatch.setenv("SCC_HOME", str(tmp_path))
    monkeypatch.setenv("SCC_DATABASE_URL", database_url)
    return Post(engine, policy, council, Settings(home=tmp_path, _env_file=None))


def scc_work() -> dict[str, int]:
    result = CliRunner().invoke(app, ["work", "--json"])
    assert result.exit_code == 0, result.output
    answer: dict[str, int] = json.loads(result.stdout)
    return answer


def test_one_pass_does_what_waits_and_the_next_does_nothing(post: Post) -> None:
    assert scc_work() == {"done": 0, "failed": 0}
    published(post.engine)
    post.without_emails()
    post.begin()
    assert scc_work() == {"done": 1, "failed": 0}
    post.look(1)
    post.approve(1)
    assert scc_work() == {"done": 1, "failed": 0}
    assert scc_work() == {"done": 0, "failed": 0}
    assert post.batch(1).state == "issued"
    assert post.bundle.is_file()


def test_what_fails_is_told(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    published(post.engine)
    post.begin()
    monkeypatch.setattr(work, "concerns", None)
    assert scc_work() == {"done": 0, "failed": 1}
    assert scc_work() == {"done": 0, "failed": 0}
