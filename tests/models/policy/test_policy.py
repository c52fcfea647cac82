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


SPOILT = {
    "unknown setting": (
        "policy.toml",
        'edition = "2026"',
        'edition = "2026"\ncolour = "blue"',
        "colour",
    ),
    "a key that is no word": (
        "maintained.toml",
        'key = "formal_headteacher"',
        'key = "Formal headteacher"',
        "steps.2.key: must be lower case words",
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
    "warning notice without legal": (
        "maintained.toml",
        'approvers = ["legal", "director"]',
        'approvers = ["director"]',
        "steps.5: approvers: a warning notice is signed off by legal, then director",
    ),
    "warning notice with the director first": (
        "maintained.toml",
        'approvers = ["legal", "director"]',
        'approvers = ["director", "legal"]',
        "steps.5: approvers: a warning notice",
    ),
    "warning notice with one more approver": (
        "maintained.toml",
        'approvers = ["legal", "director"]',
        'approvers = ["legal", "assistant_director", "director"]',
        "steps.5: approvers: a warning notice",
    ),
    "powers without the director": (
        "maintained.toml",
        'approvers = ["director"]',
        'approvers = ["assistant_director"]',
        "steps.6: approvers: the use of powers is approved by the director last",
    ),
    "powers with the director first": (
        "maintained.toml",
        'approvers = ["director"]',
        'approvers = ["director", "legal"]',
        "steps.6: approvers: the use of powers",
    ),
    "copies of a warning notice": (
        "maintained.toml",
        'letter = "warning_notice"',
        'letter = "warning_notice"\ncopies = ["headteacher"]',
        "steps.5: copies: the law says who has a copy",
    ),
    "copies of a warning notice where known": (
        "maintained.toml",
        'letter = "warning_notice"',
        'letter = "warning_notice"\ncopies_where_known = ["diocese"]',
        "steps.5: copies: the law says who has a copy",
    ),
    "copies of the powers": (
        "maintained.toml",
        'kind = "powers"',
        'kind = "powers"\ncopies = ["headteacher"]',
        "steps.6: copies: the law says who has a copy",
    ),
    "warning notice as any letter": (
        "maintained.toml",
        'kind = "notice"',
        'kind = "letter"',
        "steps.warning_notice: kind: it must be 'notice'",
    ),
    "powers as any letter": (
        "maintained.toml",
        'kind = "powers"',
        'kind = "letter"\nletter = "resolution"',
        "steps.intervention: kind: it must be 'powers'",
    ),
    "another step as a warning notice": (
        "maintained.toml",
        'kind = "letter"\nto = "headteacher"\nletter = "formal_headteacher"\n'
        'approvers = ["head_of_service"]',
        'kind = "notice"\nto = "headteacher"\nletter = "formal_headteacher"\n'
        'approvers = ["legal", "director"]',
        "steps.formal_headteacher: kind:",
    ),
    "warning notice to an academy": (
        "academy.toml",
        'kind = "letter"\nto = "ofsted"\ncopies = ["chair_of_governors"]\n'
        'copies_where_known = ["trust", "sponsor"]\nletter = "ofsted"\napprovers = ["director"]',
        'kind = "notice"\nto = "ofsted"\nletter = "ofsted"\napprovers = ["legal", "director"]',
        "steps.ofsted: kind:",
    ),
    "powers with a letter": (
        "maintained.toml",
        'kind = "powers"',
        'kind = "powers"\nletter = "resolution"',
        "steps.6: letter: needed for every step but that of the powers",
    ),
    "warning notice without a letter": (
        "maintained.toml",
        'letter = "warning_notice"\n',
        "",
        "steps.5: letter: needed for every step",
    ),
    "formal letter without a letter": (
        "maintained.toml",
        'letter = "formal_headteacher"\n',
        "",
        "steps.2: letter: needed for every step",
    ),
    "unknown statutory setting": (
        "policy.toml",
        "notice_of_powers_working_days = 5",
        "notice_of_powers_working_days = 5\ntwo_months = 3",
        "statutory.two_months",
    ),
    "no notice of powers at all": (
        "policy.toml",
        "notice_of_powers_working_days = 5",
        "notice_of_powers_working_days = 0",
        "statutory.notice_of_powers_working_days",
    ),
    "no time to answer a consultation": (
        "policy.toml",
        "consultation_working_days = 10",
        "consultation_working_days = 0",
        "statutory.consultation_working_days",
    ),
    "no word of the notice of powers": (
        "policy.toml",
        "notice_of_powers_working_days = 5\n",
        "",
        "statutory.notice_of_powers_working_days",
    ),
    "no address of Ofsted": ("policy.toml", "[bodies.ofsted]", "[bodies.ofstead]", "bodies"),
    "a step that no ladder has": (
        "programme.toml",
        'levels = ["none"]',
        'levels = ["none"]\nfrom_step = { academy = "warning_notice" }',
        "at_odds.from_step.academy: there is no step 'warning_notice'",
    ),
    "no time to answer that more is needed": (
        "programme.toml",
        "answer_working_days = 10",
        "answer_working_days = 0",
        "needs.answer_working_days",
    ),
    "one word twice for how far a priority is": (
        "programme.toml",
        '"Achieved", "On track"',
        '"Achieved", "achieved"',
        "progress_ratings: no word may stand there twice",
    ),
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
