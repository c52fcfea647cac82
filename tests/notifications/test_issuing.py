"""A letter that cannot be made into documents: whoever holds the case learns of it."""

from pathlib import Path

import pytest
from sqlmodel import select

from models.database import read
from models.letters.recipients import Recipient
from models.letters.tables import Letter, LetterState
from models.outbox import Message
from models.settings import Settings
from notifications import issuing
from notifications.composing import Composer
from tests.support.cases import Case


@pytest.fixture
def broken(case: Case, monkeypatch: pytest.MonkeyPatch) -> Case:
    """The formal letter to the headteacher is approved, and its PDF cannot be made."""
    case.started().climb_to("formal_headteacher")

    def fail(_: object) -> bytes:
        raise RuntimeError("the typesetter is out of order")

    monkeypatch.setattr(issuing, "to_pdf", fail)
    return case


def alerts(case: Case) -> list[Message]:
    return [each for each in case.messages if each.data.get("what") == "letter_problem"]


def test_the_case_officer_is_told_once_and_the_record_says_so(broken: Case) -> None:
    for _ in range(3):
        assert issuing.issue_letters(broken.engine, broken.policy, broken.now) == 0
    [alert] = alerts(broken)
    assert alert.to_email == broken.council.seo.email
    assert broken.kinds.count("letter_not_issued") == 1
    letter = broken.all(Letter)[-1]
    assert (letter.state, letter.issued_at) == (LetterState.APPROVED, None)


def test_the_mail_names_the_letter_and_is_dropped_once_it_is_issued(
    broken: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuing.issue_letters(broken.engine, broken.policy, broken.now)
    settings = Settings(_env_file=None, home=tmp_path, base_url="https://scc.fernshire.example")

    def mail() -> object:
        with read(broken.engine) as session:
            alert = session.exec(select(Message).where(Message.id == alerts(broken)[0].id)).one()
            return Composer(session, broken.policy, settings, broken.now).compose(alert)

    letter = broken.all(Letter)[-1]
    told = mail()
    assert told is not None
    assert f"{broken.reference}: an approved letter could not be issued" == told.subject
    assert f"https://scc.fernshire.example/letters/{letter.id}" in told.text
    assert "Formal letter to the headteacher" in told.text
    monkeypatch.undo()
    assert issuing.issue_letters(broken.engine, broken.policy, broken.now) == 1
    assert mail() is None


@pytest.mark.parametrize(
    ("role", "name", "printed"),
    [
        ("diocese", "Diocese of Fernminster", "Diocese of Fernminster"),
        ("second_diocese", "Fernminster Diocesan Board", "Fernminster Diocesan Board"),
        ("diocese", "Canon Ruth Ashe", "Canon Ruth Ashe, for the diocese"),
        ("ofsted", "The Chief Inspector", "The Chief Inspector"),
        ("chair_of_governors", "Priya Shah", "Priya Shah, chair of governors"),
    ],
)
def test_whoever_has_a_copy_is_printed_with_what_they_are(
    role: str, name: str, printed: str
) -> None:
    assert issuing.named(Recipient(role=role, name=name, email="", address=[])) == printed
