"""A policy is used whole or not at all: what is wrong is named with its file and its key."""

import shutil
from pathlib import Path

import pytest

from models.policy import PolicyError, load_policy
from models.settings import DEFAULT_POLICY


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


SPOILT = {
    "unknown setting": (
        "policy.toml",
        'edition = "2026"',
        'edition = "2026"\ncolour = "blue"',
        "colour",
    ),
    "unknown setting of a step": (
        "maintained.toml",
        'number = "iii"',
        'number = "iii"\nurgent = true',
        "steps.2.urgent",
    ),
    "unknown reminder setting": (
        "policy.toml",
        "on_the_day = true",
        "on_the_day = true\nat_night = true",
        "reminders.at_night",
    ),
    "step without approver": (
        "academy.toml",
        'approvers = ["assistant_director"]',
        "approvers = []",
        "steps.4.approvers",
    ),
    "step with no word of its approver": (
        "academy.toml",
        'approvers = ["assistant_director"]\n',
        "",
        "steps.4.approvers",
    ),
    "unknown role": (
        "maintained.toml",
        'approvers = ["legal", "director"]',
        'approvers = ["legal", "mayor"]',
        "steps.5.approvers.1",
    ),
    "role that cannot approve": (
        "maintained.toml",
        'approvers = ["legal", "director"]',
        'approvers = ["viewer"]',
        "steps.5.approvers",
    ),
    "administrator who would approve": (
        "policy.toml",
        'pause = ["head_of_service"]',
        'pause = ["administrator"]',
        "approvers",
    ),
    "nobody to approve a pause": ("policy.toml", 'pause = ["head_of_service"]\n', "", "pause"),
    "missing template of a step": (
        "maintained.toml",
        'letter = "formal_headteacher"',
        'letter = "angry_letter"',
        "steps.formal_headteacher",
    ),
    "missing template of an invitation": (
        "maintained.toml",
        'invitation = "invitation_to_meetings"',
        'invitation = "summons"',
        "steps.performance_meetings",
    ),
    "missing template of the resolution": (
        "policy.toml",
        'resolution = "resolution"',
        'resolution = "applause"',
        "letters.resolution",
    ),
    "template outside the folder": (
        "maintained.toml",
        'letter = "formal_headteacher"',
        'letter = "../../secrets"',
        "steps.formal_headteacher",
    ),
    "reminders at night": ("policy.toml", 'at = "09:00"', 'at = "00:00"', "reminders.at"),
    "digest after hours": (
        "policy.toml",
        'digest_at = "08:30"',
        'digest_at = "18:00"',
        "reminders.digest_at",
    ),
    "no time at all": ("policy.toml", 'at = "09:00"', 'at = "soon"', "reminders.at"),
    "no days": (
        "academy.toml",
        "response_working_days = 15",
        "response_working_days = 0",
        "steps.3.response_working_days",
    ),
    "unknown recipient": (
        "academy.toml",
        'to = "ofsted"',
        'to = "the_press"',
        "steps.5.to",
    ),
    "discussion with nobody": (
        "academy.toml",
        'with = ["headteacher"]\n',
        "",
        "steps.0",
    ),
    "discussion with somebody unknown": (
        "academy.toml",
        'with = ["headteacher"]',
        'with = ["caretaker"]',
        "steps.0",
    ),
    "meetings without an invitation": (
        "maintained.toml",
        'invitation = "invitation_to_meetings"\n',
        "",
        "steps.4",
    ),
    "a condition nobody knows": (
        "maintained.toml",
        'only_if = "head_performance_in_question"',
        'only_if = "full_moon"',
        "steps.4.only_if",
    ),
    "no address of Ofsted": ("policy.toml", "[bodies.ofsted]", "[bodies.ofstead]", "bodies"),
    "no policy file syntax": ("policy.toml", "[reminders]", "[reminders", "line"),
}


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


def test_steps_in_the_wrong_order_are_refused(folder: Path) -> None:
    path = folder / "academy.toml"
    head, *steps = path.read_text("utf-8").split("[[steps]]")
    steps[2], steps[3] = steps[3], steps[2]
    path.write_text("[[steps]]".join([head, *steps]), "utf-8")
    with pytest.raises(PolicyError, match=r"academy\.toml: steps: .*in this order") as refused:
        load_policy(folder)
    assert "formal_headteacher, formal_governing_body" in str(refused.value)


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
