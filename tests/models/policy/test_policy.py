"""A policy is used whole or not at all: what is wrong is named with its file and its key."""

import hashlib
import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.database import write
from models.policy import Policy, PolicyError, load_policy
from models.policy.editions import read_edition
from models.policy.tables import PolicyEdition
from models.settings import DEFAULT_POLICY
from tests.support.council import NOW
from tests.support.spoilt_policies import SPOILT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the policy that comes with the product, to be spoilt."""
    return Path(shutil.copytree(DEFAULT_POLICY, tmp_path / "policy"))


def test_the_policy_that_comes_with_the_product_is_whole(folder: Path) -> None:
    policy = load_policy(folder)
    assert [step.number for step in policy.ladder("maintained").steps] == [
        *("i", "ii", "iii", "iv", "v", "vi", "vii")
    ]
    assert [step.number for step in policy.ladder("academy").steps] == [
        *("i", "ii", "iii", "iv", "v", "vi")
    ]
    approvers = {step.key: step.approvers for step in policy.ladder("maintained").steps}
    assert approvers["warning_notice"] == ("legal", "director")
    assert approvers["intervention"] == ("director",)
    kinds = {step.key: step.kind for step in policy.ladder("maintained").steps}
    assert (kinds["warning_notice"], kinds["intervention"]) == ("notice", "powers")
    assert not [step for step in policy.ladder("academy").steps if step.statutory]
    assert policy.statutory.notice_of_powers_working_days == 5


WITH_THE_CHAIR = "chair_of_governors"
AS_THE_SOURCE_HAS_THEM = {
    "maintained": [
        ("i", "discussion", "headteacher"),
        ("ii", "discussion", WITH_THE_CHAIR),
        ("iii", "letter", "headteacher"),
        ("iv", "letter", WITH_THE_CHAIR),
        ("v", "meetings", WITH_THE_CHAIR),
        ("vi", "notice", WITH_THE_CHAIR),
        ("vii", "powers", WITH_THE_CHAIR),
    ],
    "academy": [
        ("i", "discussion", "headteacher"),
        ("ii", "discussion", WITH_THE_CHAIR),
        ("iii", "letter", "headteacher"),
        ("iv", "letter", WITH_THE_CHAIR),
        ("v", "letter", "secretary_of_state"),
        ("vi", "letter", "ofsted"),
    ],
}


@pytest.mark.parametrize("ladder", AS_THE_SOURCE_HAS_THEM)
def test_the_steps_are_those_of_the_source_in_its_order(policy: Policy, ladder: str) -> None:
    """School Improvement and Quality Assurance Policy, part 5: each with whom, or to whom."""
    steps = policy.ladder(ladder).steps
    assert [(each.number, each.kind, each.to) for each in steps] == AS_THE_SOURCE_HAS_THEM[ladder]
    assert all(each.response_working_days for each in steps)


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_wrong_is_named_with_its_file_and_key(folder: Path, name: str) -> None:
    file, right, wrong, key = SPOILT[name]
    path = folder / file
    text = path.read_text("utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong, 1), "utf-8")
    with pytest.raises(PolicyError) as refused:
        load_policy(folder)
    assert str(path) in str(refused.value)
    assert key in str(refused.value)


def ordered(folder: Path, file: str, *places: int) -> Policy:
    """The policy with only these steps of a ladder, in this order."""
    path = folder / file
    head, *steps = path.read_text("utf-8").split("[[steps]]")
    path.write_text("[[steps]]".join([head, *(steps[place] for place in places)]), "utf-8")
    return load_policy(folder)


def test_steps_are_the_councils_own(folder: Path) -> None:
    policy = ordered(folder, "academy.toml", 0, 3, 2, 5)
    assert [step.key for step in policy.ladder("academy").steps] == [
        *("informal_headteacher", "formal_governing_body", "formal_headteacher", "ofsted")
    ]


def test_a_council_may_have_few_steps(folder: Path) -> None:
    policy = ordered(folder, "maintained.toml", 0, 5, 6)
    assert [step.kind for step in policy.ladder("maintained").steps] == [
        *("discussion", "notice", "powers")
    ]


@pytest.mark.parametrize(
    ("file", "places", "why"),
    [
        ("maintained.toml", (0, 1, 5), "steps.informal_governing_body: kind: it must be 'notice'"),
        ("maintained.toml", (0, 1, 6, 5), "steps.intervention: kind: it must be 'notice'"),
        ("maintained.toml", (0, 5, 6, 2), "steps.warning_notice: kind: only the last two"),
        ("academy.toml", (2, 3), "the first step must be of kind 'discussion'"),
        ("academy.toml", (1, 3), "both ladders must begin with the same step"),
        ("academy.toml", (0, 2, 2), "two steps have the key 'formal_headteacher'"),
        ("academy.toml", (), "steps:"),
    ],
)
def test_a_ladder_that_cannot_be_climbed_is_refused(
    folder: Path, file: str, places: tuple[int, ...], why: str
) -> None:
    with pytest.raises(PolicyError) as refused:
        ordered(folder, file, *places)
    assert why in str(refused.value)


@pytest.mark.parametrize("file", ["policy.toml", "maintained.toml", "academy.toml"])
def test_a_missing_or_unreadable_file_is_named(folder: Path, file: str) -> None:
    path = folder / file
    path.write_bytes(b"title = '\xff'")
    with pytest.raises(PolicyError) as refused:
        load_policy(folder)
    assert str(path) in str(refused.value)
    path.unlink()
    with pytest.raises(PolicyError, match="missing") as refused:
        load_policy(folder)
    assert str(path) in str(refused.value)


def test_an_edition_kept_by_an_earlier_release_is_still_read(engine: Engine) -> None:
    """The file is as that release wrote it, and never written anew: cases go by such for years."""
    content = (Path(__file__).parent / "edition_kept_in_2026.json").read_text("utf-8")
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    values = {"title": "Of 2026", "content": content, "first_used_at": NOW}
    with write(engine) as session:
        session.add(PolicyEdition(sha256=sha256, **values))
        session.flush()
        kept = read_edition(session, sha256)
        session.rollback()
    assert (kept.edition, len(kept.ladder("maintained").steps)) == ("2026", 7)
    assert kept.ladder("academy").step("ofsted").to == "ofsted"
