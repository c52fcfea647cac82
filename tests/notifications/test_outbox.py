"""The outbox against real mail servers: once each, in order, and nothing lost or decided for us."""

import threading
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest
from sqlmodel import col, select

from models.database import read, write
from models.events import verify
from models.letters.deliveries import DeliverySettled, settle
from models.outbox import Message, MessageKind, MessageState
from models.people.acting import Acting
from models.refusals import NotPossible
from models.rows import change
from models.schools.contacts import NewContact, set_contact
from models.settings import Settings
from models.upkeep.clock import tick
from notifications.issuing import issue_letters
from notifications.outbox import Delivered, deliver
from tests.support.cases import Case
from tests.support.policies import POLICY
from tests.support.smtp import SmtpServer

CLAIM_LASTS = timedelta(minutes=5)  # one that was taken before the clock moved on
HEAD = "headteacher@school-900001.example"
CHAIR = "chair.of.governors@school-900001.example"


def settings(tmp_path: Path, mail_url: str = "") -> Settings:
    return Settings(
        _env_file=None, home=tmp_path, mail_url=mail_url, base_url="https://scc.fernshire.example"
    )


@pytest.fixture
def posted(case: Case) -> Case:
    """A formal letter to the governing body, copied to the headteacher, waits to be sent."""
    case.started().climb_to("formal_governing_body")
    # What came before is not what these tests look at.
    with write(case.engine) as session:
        for message in session.exec(select(Message)):
            change(session, Message, {"id": message.id}, state=MessageState.DROPPED)
    assert issue_letters(case.engine, case.policy, case.now) == 1
    return case


def letters(case: Case) -> list[Message]:
    with read(case.engine) as session:
        waiting = select(Message).where(
            Message.kind == MessageKind.LETTER, Message.state != MessageState.DROPPED
        )
        return list(session.exec(waiting.order_by(col(Message.id))))


def pass_of(case: Case, tmp_path: Path, server: SmtpServer | None = None) -> Delivered:
    url = server.url if server else ""
    return deliver(case.engine, case.policy, settings(tmp_path, url), lambda: case.now)


def to(server: SmtpServer) -> list[str]:
    return [received.recipients[0] for received in server.messages]


def test_a_letter_goes_to_each_recipient_by_itself(posted: Case, tmp_path: Path) -> None:
    with SmtpServer() as server:
        assert pass_of(posted, tmp_path, server).sent == 2
        assert pass_of(posted, tmp_path, server) == Delivered(0, 0, 0, 0, 0)
    assert sorted(to(server)) == [CHAIR, HEAD]
    for received in server.messages:
        message = received.message
        assert len(received.recipients) == 1
        assert "Ashfield Primary School" in str(message["Subject"])
        [pdf] = list(message.iter_attachments())
        assert pdf.get_content().startswith(b"%PDF")
    assert [message.state for message in letters(posted)] == [MessageState.SENT] * 2
    assert posted.kinds.count("message_sent") == 2


def test_without_a_mail_server_each_letter_is_kept_as_a_file(posted: Case, tmp_path: Path) -> None:
    assert pass_of(posted, tmp_path).sent == 2
    files = sorted((tmp_path / "mail").glob("*.eml"))
    found = [BytesParser(policy=default).parsebytes(file.read_bytes())["To"] for file in files]
    assert {address.addresses[0].addr_spec for address in found} == {CHAIR, HEAD}


@pytest.mark.parametrize(
    ("behaviour", "state", "event"),
    [
        ("refuse", MessageState.FAILED, "message_failed"),
        ("drop_after_body", MessageState.UNKNOWN, "message_became_unknown"),
        ("hang_after_body", MessageState.UNKNOWN, "message_became_unknown"),
    ],
)
def test_a_refused_or_unknown_letter_waits_for_an_officer(
    posted: Case,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    behaviour: str,
    state: MessageState,
    event: str,
) -> None:
    monkeypatch.setattr("notifications.conversation.BODY_PATIENCE", 1)  # times half a second
    with SmtpServer(behaviour) as server:
        pass_of(posted, tmp_path, server)
        arrived = len(server.messages)
        server.behaviour = "accept"
        posted.now += timedelta(days=1)
        pass_of(posted, tmp_path, server)
    assert [message.state for message in letters(posted)] == [state] * 2
    assert posted.kinds.count(event) == 2
    assert set(to(server)[arrived:]) <= {posted.council.seo.email}
    about = [m for m in posted.messages if m.data.get("what") == "delivery_problem"]
    assert {m.to_email for m in about} == {posted.council.seo.email}
    assert len(about) == 2


@pytest.mark.parametrize("behaviour", ["defer", "drop_before_body", "hang", "defer_body"])
def test_a_deferred_letter_is_tried_again_and_arrives_once(
    posted: Case, tmp_path: Path, behaviour: str
) -> None:
    with SmtpServer(behaviour) as server:
        assert pass_of(posted, tmp_path, server).retry == 2
        server.behaviour = "accept"
        posted.now += timedelta(hours=2)
        assert pass_of(posted, tmp_path, server).sent == 2
    assert sorted(to(server)[-2:]) == [CHAIR, HEAD]
    assert len({received.message["Message-ID"] for received in server.messages}) == 2


def test_three_days_without_mail_then_everything_once_and_the_oldest_first(
    posted: Case, tmp_path: Path
) -> None:
    with SmtpServer() as server:
        server.stop()
        posted.respond("unsatisfactory")
        for _ in range(3 * 24):
            posted.now += timedelta(hours=1)
            pass_of(posted, tmp_path, server)
        proposal = posted.propose("resolve")
        posted.now += timedelta(hours=1)
        pass_of(posted, tmp_path, server)
        server.start()
        posted.now += timedelta(minutes=1)
        pass_of(posted, tmp_path, server)
        pass_of(posted, tmp_path, server)
    arrived = to(server)
    assert arrived[0] == CHAIR
    ids = [received.message["Message-ID"] for received in server.messages]
    assert len(set(ids)) == len(ids)
    queued = [message for message in posted.messages if message.state is MessageState.SENT]
    assert sorted(message.to_email for message in queued) == sorted(arrived)
    assert proposal.id in {message.data.get("proposal") for message in queued}


def test_a_reminder_that_no_longer_applies_is_dropped(posted: Case, tmp_path: Path) -> None:
    morning = datetime.combine(posted.due_on, datetime.min.time(), UTC) + timedelta(hours=9)
    posted.now = morning
    assert tick(posted.engine, posted.policy, posted.now).reminders > 0
    posted.respond("satisfactory")
    done = pass_of(posted, tmp_path)
    assert done.dropped >= 1
    subjects = [
        BytesParser(policy=default).parsebytes(file.read_bytes())["Subject"]
        for file in (tmp_path / "mail").glob("*.eml")
    ]
    assert not [subject for subject in subjects if "due" in subject and "Ashfield" in subject]


def test_what_was_queued_before_a_school_became_an_academy_leaves(
    case: Case, tmp_path: Path
) -> None:
    """Its steps are on the ladder no more: what officers were told of them names them all the same.

    A message that could not be put into words would hold up every other.
    """
    case.started().climb_to("warning_notice")
    case.change("convert")
    done = pass_of(case, tmp_path)
    assert done.sent > 0
    assert (done.retry, done.failed, done.unknown) == (0, 0, 0)
    reader = BytesParser(policy=default)
    kept = [reader.parsebytes(path.read_bytes()) for path in (tmp_path / "mail").glob("*.eml")]
    told = [mail.get_body(("plain",)).get_content() for mail in kept]
    assert any("Warning notice" in text for text in told)


def test_reminders_wait_for_office_hours_and_letters_do_not(posted: Case, tmp_path: Path) -> None:
    morning = datetime.combine(posted.due_on, datetime.min.time(), UTC) + timedelta(hours=9)
    tick(posted.engine, posted.policy, morning)
    posted.now = morning.replace(hour=22)
    assert pass_of(posted, tmp_path).sent == 2
    held = [m for m in posted.messages if m.kind is MessageKind.REMINDER]
    assert {m.state for m in held} == {MessageState.PENDING}
    posted.now = morning + timedelta(days=1)
    pass_of(posted, tmp_path)
    held = [m for m in posted.messages if m.kind is MessageKind.REMINDER]
    assert {m.state for m in held} == {MessageState.SENT}


def test_a_clock_moved_ahead_by_hand_shows_its_reminders(posted: Case, tmp_path: Path) -> None:
    ahead = datetime.combine(posted.due_on, datetime.min.time(), UTC) + timedelta(hours=9)
    tick(posted.engine, posted.policy, ahead)
    night = posted.now.replace(hour=3)
    deliver(posted.engine, posted.policy, settings(tmp_path), lambda: night)
    kept = [m for m in posted.messages if m.kind is MessageKind.REMINDER]
    assert {m.state for m in kept} == {MessageState.SENT}


def test_two_passes_at_once_send_each_letter_once(posted: Case, tmp_path: Path) -> None:
    with SmtpServer() as server:
        threads = [
            threading.Thread(target=pass_of, args=(posted, tmp_path, server)) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert sorted(to(server)) == [CHAIR, HEAD]


def lose_a_claim(case: Case, by: str) -> Message:
    first = letters(case)[0]
    with write(case.engine) as session:
        change(
            session,
            Message,
            {"id": first.id},
            state=MessageState.CLAIMED,
            claimed_by=f"{by}:1",
            claim_ends_at=case.now + CLAIM_LASTS,
        )
    return first


def test_a_claim_whose_worker_died_becomes_unknown_and_is_not_sent(
    posted: Case, tmp_path: Path
) -> None:
    lost = lose_a_claim(posted, "mail")
    with SmtpServer() as server:
        assert pass_of(posted, tmp_path, server).unknown == 0
        posted.now += CLAIM_LASTS
        assert pass_of(posted, tmp_path, server).unknown == 1
    assert CHAIR not in to(server)
    assert next(m for m in letters(posted) if m.id == lost.id).state is MessageState.UNKNOWN


def test_a_lost_claim_on_the_folder_is_simply_kept_again(posted: Case, tmp_path: Path) -> None:
    lose_a_claim(posted, "folder")
    posted.now += CLAIM_LASTS
    assert pass_of(posted, tmp_path).sent == 2
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 2


def decide(case: Case, message: Message, decision: str) -> Message:
    given = DeliverySettled(decision=decision, reason="I rang.")
    with case.acting() as acting:
        return settle(acting, message.id, given)


def test_an_officer_corrects_the_address_and_sends_again(posted: Case, tmp_path: Path) -> None:
    with SmtpServer("refuse") as server:
        pass_of(posted, tmp_path, server)
        server.behaviour = "accept"
        with write(posted.engine) as session:
            set_contact(
                Acting(session, POLICY, posted.council.seo, posted.now),
                900001,
                "chair_of_governors",
                NewContact(
                    name="Cara Holt",
                    email="cara.holt@school-900001.example",
                    address=["School Lane", "FM1 1AA"],
                ),
            )
        chair, head = letters(posted)
        assert decide(posted, chair, "send_again").state is MessageState.SETTLED
        assert decide(posted, head, "sent").state is MessageState.SETTLED
        pass_of(posted, tmp_path, server)
    sent = [address for address in to(server) if address != posted.council.seo.email]
    assert sent == ["cara.holt@school-900001.example"]
    assert posted.kinds.count("message_settled") == 2
    with pytest.raises(NotPossible, match="nothing to decide"):
        decide(posted, chair, "send_again")
    with read(posted.engine) as session:
        assert verify(session) is None
