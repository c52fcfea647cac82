"""What officers read in their mail about assessments of risk."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from models.database import read, write
from models.outbox import Message, MessageState
from models.policy import Policy
from models.risk import rounds
from models.settings import Settings
from notifications.channels import Mail
from notifications.composing import Composer
from notifications.outbox import deliver
from tests.support.assessing import JULY, SEPTEMBER, Register
from tests.support.council import Council

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
# Ten working days before Saturday 4 September 2027; 30 August is a bank holiday.
TEN_DAYS_BEFORE = datetime(2027, 8, 20, 6, 0, tzinfo=UTC)


@pytest.fixture
def register(engine: Engine, policy: Policy, council: Council) -> Register:
    return Register(engine, policy, council)


@pytest.fixture
def mails(register: Register, tmp_path: Path) -> Callable[[str], list[Mail | None]]:
    """The mails of one kind as they would leave now; None for one that no longer applies."""
    settings = Settings(home=tmp_path, base_url="https://tracker.example", _env_file=None)

    def compose(what: str) -> list[Mail | None]:
        with read(register.engine) as session:
            composer = Composer(session, register.policy, settings, register.now)
            queued = session.exec(select(Message).order_by(col(Message.id))).all()
            return [composer.compose(each) for each in queued if each.data["what"] == what]

    return compose


def proposed(register: Register) -> int:
    number = register.begin()
    register.add(number)
    register.propose(number, "medium", reason="Reading fell.\nTwice.")
    return number


def test_a_proposal_in_the_year_waits_for_the_heads_of_service(
    register: Register, mails: Callable[[str], list[Mail | None]]
) -> None:
    number = proposed(register)
    first, second = mails("assessment_waits")
    assert first is not None
    assert second is not None
    assert (first.to_name, second.to_name) == ("Harriet Osborne", "Henry Okafor")
    assert first.subject == "Ashfield Primary School: an assessment of risk is waiting for you"
    assert "Sam Ellison proposes to place Ashfield Primary School at medium risk." in first.text
    assert "Reading fell.\nTwice." in first.text
    assert f"https://tracker.example/assessments/{number}" in first.text
    register.moderate(number)
    assert mails("assessment_waits") == [None, None]


def test_in_a_round_nobody_gets_a_mail_for_every_school(register: Register) -> None:
    register.now = JULY
    register.open_round()
    register.agree_all()
    register.now = SEPTEMBER
    register.publish()
    assert register.all(select(Message)) == []


def test_a_return_and_a_change_are_told(
    register: Register, mails: Callable[[str], list[Mail | None]]
) -> None:
    number = proposed(register)
    register.moderate(number, "return", reason="What of attendance?")
    [returned] = mails("assessment_returned")
    assert returned is not None
    assert returned.to_name == "Sam Ellison"
    assert "Harriet Osborne returned the level of risk" in returned.text
    assert "What of attendance?" in returned.text
    register.propose(number, "low")
    register.moderate(number)
    [first] = mails("level_changed")
    assert first is not None
    assert first.subject == "Ashfield Primary School is now at low risk"
    assert "It had not been assessed before." in first.text
    register.in_force("high")
    register.in_force("high")
    _, changed, stayed = mails("level_changed")
    assert changed is not None
    assert stayed is not None
    assert "It was at low risk before." in changed.text
    assert stayed.subject == "Ashfield Primary School stays at high risk"
    assert "are planned for the new level" not in stayed.text


@pytest.mark.parametrize(
    ("before", "says"),
    [
        (None, "so it is now at low risk."),
        ("high", "The school stays at high risk, which is a category of support already."),
    ],
)
def test_a_new_headteacher_is_told(
    register: Register,
    mails: Callable[[str], list[Mail | None]],
    before: str | None,
    says: str,
) -> None:
    if before:
        register.in_force(before)
    register.new_headteacher(900001, "Zoë O’Hara")
    mail = mails("new_headteacher")[0]
    assert mail is not None
    assert mail.subject == "Ashfield Primary School has a new headteacher"
    assert "Zoë O’Hara" in mail.text
    assert says in mail.text


def test_a_return_because_of_a_new_headteacher_names_nobody(
    register: Register, mails: Callable[[str], list[Mail | None]]
) -> None:
    register.now = JULY
    register.open_round()
    number = register.of_round()[0].id
    register.add_all_kinds(number)
    register.propose(number, "none")
    register.new_headteacher(900001)
    [returned] = mails("assessment_returned")
    assert returned is not None
    assert "cannot stand as it is" in returned.text
    assert "A new headteacher has taken up post." in returned.text


def clock(register: Register, now: datetime) -> None:
    register.now = now
    with write(register.engine) as session:
        rounds.open_round_when_due(session, register.policy, now)


def test_the_heads_of_service_are_reminded_of_the_publication_once(
    register: Register, mails: Callable[[str], list[Mail | None]]
) -> None:
    clock(register, JULY)
    clock(register, datetime(2027, 8, 19, 12, 0, tzinfo=UTC))
    assert mails("round_waits") == []
    clock(register, TEN_DAYS_BEFORE)
    clock(register, TEN_DAYS_BEFORE)
    clock(register, datetime(2027, 8, 24, 12, 0, tzinfo=UTC))
    first, second = mails("round_waits")
    assert first is not None
    assert second is not None
    assert "4 levels are not agreed yet." in first.text
    assert "https://tracker.example/rounds/2027" in first.text
    [leaves, _] = [each.next_attempt_at for each in register.all(select(Message))]
    assert leaves == datetime(2027, 8, 20, 7, 0, tzinfo=UTC)  # eight in London


def test_a_published_round_is_not_waited_for(
    register: Register, mails: Callable[[str], list[Mail | None]]
) -> None:
    clock(register, JULY)
    register.agree_all()
    register.now = SEPTEMBER
    register.publish()
    clock(register, SEPTEMBER)
    assert mails("round_waits") == []


def test_the_outbox_sends_every_one_of_them(register: Register, tmp_path: Path) -> None:
    number = proposed(register)
    register.moderate(number, "return", reason="Say more.")
    register.propose(number)
    register.moderate(number)
    register.new_headteacher(900001)
    clock(register, JULY)
    clock(register, datetime(2027, 8, 20, 9, 0, tzinfo=UTC))
    settings = Settings(home=tmp_path, _env_file=None)
    deliver(register.engine, register.policy, settings, lambda: register.now)
    states = [each.state for each in register.all(select(Message))]
    assert set(states) == {MessageState.SENT, MessageState.DROPPED}
    assert states.count(MessageState.DROPPED) == 4  # what waited is decided
    assert len(list((tmp_path / "mail").rglob("*.eml"))) == len(states) - 4
