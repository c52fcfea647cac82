"""What the letters on risk levels say: at every level, of a round and of a change in the year."""

import re
from itertools import product
from pathlib import Path

import pytest
from jinja2 import meta
from sqlalchemy import Engine

from models.policy import Policy
from models.schools.tables import RiskLevel
from models.settings import Settings
from notifications.letters import parse, to_text
from notifications.level_letters import level_letter_document
from tests.support.council import Council
from tests.support.letter_walks import AMERICAN, FORBIDDEN, LITERAL, ONLY_MAINTAINED, tree
from tests.support.level_letters import SCHOOLS, Post, changed, published

HOSTILE = "# {{ 7 * 7 }} **St John’s** | <b>x</b> #import"
FACTS = {
    "annual",
    "school",
    "addressee",
    "school_year",
    "level",
    "before",
    "on",
    "words",
    "support",
    "council",
    "policy",
}


@pytest.fixture
def post(engine: Engine, policy: Policy, council: Council, tmp_path: Path) -> Post:
    return Post(engine, policy, council, Settings(home=tmp_path, _env_file=None))


@pytest.fixture(params=["annual", "changes"])
def texts(request: pytest.FixtureRequest, post: Post) -> list[str]:
    """The letters of a round, or those of changes between any two levels, as plain text."""
    if request.param == "annual":
        published(post.engine)
    else:
        pairs = [pair for pair in product(RiskLevel, repeat=2) if pair[0] is not pair[1]]
        for urn, (before, level) in zip(SCHOOLS, pairs[::3], strict=True):
            changed(post.engine, urn, level, before=before)
    batch = post.prepared(request.param)
    return [
        to_text(level_letter_document(post.policy, batch, letter, post.now.date()))
        for letter in post.letters()
    ]


def test_the_words_are_british_plain_our_own_and_fit_any_school(texts: list[str]) -> None:
    assert len(texts) == 8
    for text in texts:
        assert AMERICAN.findall(text) == []
        assert FORBIDDEN.findall(text) == []
        assert ONLY_MAINTAINED.findall(text) == []
        assert "What this means for you" in text
        assert "If you disagree" in text
        assert "School Improvement and Quality Assurance Policy" in " ".join(text.split())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_level_names_the_support_of_the_policy(post: Post) -> None:
    published(post.engine)
    post.prepared()
    for letter in post.letters():
        said = LITERAL.findall(letter.body)
        assert set(post.policy.programme.levels[letter.level].support) <= set(said)
        assert said.count(letter.level.label) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_hostile_values_change_nothing_else(post: Post) -> None:
    changed(post.engine, 900001, "high", before="low", reason=HOSTILE)
    post.contact(900001, "headteacher", name=HOSTILE)
    post.prepared("changes")
    head, chair = post.letters()
    assert LITERAL.findall(head.body).count(HOSTILE) == 2
    assert LITERAL.sub("⟦⟧", head.body) == LITERAL.sub("⟦⟧", chair.body)
    subject, _ = parse(head.body)
    assert subject == "Ashfield Primary School: risk level and support in 2026 to 2027"
    assert re.search(r"\S  +\S|\n\n\n\n| [,.;:]", LITERAL.sub("⟦⟧", head.body)) is None


def test_the_template_names_only_what_it_is_given() -> None:
    assert meta.find_undeclared_variables(tree("risk_level")) <= FACTS
