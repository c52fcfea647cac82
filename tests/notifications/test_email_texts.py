"""What officers read in their mail: reminders, digests and alerts as they leave."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from models.approvals.approving import what_is_seen
from models.approvals.tables import Proposal
from models.clocks import london_date
from models.database import connect, read, write
from models.escalations import recording, starting
from models.escalations.deciding import Decided, decide
from models.escalations.proposing import ChangeWanted, propose
from models.outbox import Message, MessageKind
from models.people import officers
from models.people.access import THE_MACHINE
from models.people.acting import Acting
from models.policy import Policy
from models.schools import contacts
from models.settings import Settings
from models.upkeep.clock import tick
from notifications.channels import Mail
from notifications.composing import Composer
from tests.support.council import NOW, Council, found_council
from tests.support.databases import sqlite_url

Compose = Callable[..., list[Mail]]


@pytest.fixture
def engine(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    file = tmp_path / "scc.db"
    file.write_bytes(sqlite_template.read_bytes())
    engine = connect(sqlite_url(file))
    yield engine
    engine.dispose()


@pytest.fixture
def council(engine: Engine) -> Council:
    return found_council(engine)


@pytest.fixture
def discuss(engine: Engine, policy: Policy, council: Council) -> Callable[[int, datetime], str]:
    """Start an escalation and hold its first discussion; its reference."""

    def go(urn: int, now: datetime = NOW) -> str:
        with write(engine) as session:
            acting = Acting(session, policy, council.hos, now)
            concern = starting.EscalationToStart(
                urn=urn,
                triggers=["safety"],
                summary="A concern.",
                case_officer=council.seo.email,
            )
            started = starting.start(acting, concern)
            held = recording.DiscussionHeld(
                held_on=now.date(), with_whom=["headteacher"], notes="A note."
            )
            recording.record_discussion(acting, started.reference, held)
            return started.reference

    return go


@pytest.fixture
def mails(engine: Engine, policy: Policy) -> Compose:
    """All mail of one kind to one person, as it would leave now."""

    def go(kind: MessageKind, to: str, now: datetime) -> list[Mail]:
        settings = Settings(_env_file=None, base_url="https://scc.fernshire.example/")
        with read(engine) as session:
            composer = Composer(session, policy, settings, now)
            wanted = select(Message).where(Message.kind == kind, Message.to_email == to)
            rows = session.exec(wanted.order_by(col(Message.id))).all()
            return [mail for row in rows if (mail := composer.compose(row)) is not None]

    return go


def test_a_reminder_says_what_is_due_and_where_to_go(
    engine: Engine, policy: Policy, council: Council, discuss: Callable[..., Any], mails: Compose
) -> None:
    reference = discuss(900001)
    day = NOW.replace(day=30)
    tick(engine, policy, day)
    [mail] = mails(MessageKind.REMINDER, council.seo.email, day)
    assert mail.subject == (
        f"{reference}: response due on 7 December 2026 from Ashfield Primary School"
    )
    assert mail.text == (
        "Dear Sam Ellison\n\n"
        "This response is due.\n\n"
        f"Ashfield Primary School ({reference})\n"
        "Step i, Informal discussion with the headteacher\n"
        "Due on 7 December 2026\n"
        f"https://scc.fernshire.example/escalations/{reference}\n\n"
        "Fernshire County Council\n"
        "https://scc.fernshire.example/"
    )


def test_after_an_outage_one_reminder_tells_of_everything(
    engine: Engine, policy: Policy, council: Council, discuss: Callable[..., Any], mails: Compose
) -> None:
    for urn in (900001, 900002, 900003):
        discuss(urn)
    day = NOW + timedelta(days=28)
    tick(engine, policy, day)
    [mail] = mails(MessageKind.REMINDER, council.seo.email, day)
    assert mail.subject == "3 responses are overdue"
    assert "The deadlines for these 3 responses have passed" in mail.text
    assert mail.text.count("Was due on 7 December 2026, 10 working days ago\nhttps://") == 3
    for name in ("Ashfield Primary School", "Brookside Academy", "St Brannoc's Church of England"):
        assert mail.text.count(name) == 1


def test_a_reminder_keeps_overdue_and_due_apart(
    engine: Engine, policy: Policy, council: Council, discuss: Callable[..., Any], mails: Compose
) -> None:
    discuss(900001)
    discuss(900002, datetime.fromisoformat("2026-12-01T10:00:00+00:00"))
    day = datetime.fromisoformat("2026-12-14T09:00:00+00:00")
    tick(engine, policy, day)
    [mail] = mails(MessageKind.REMINDER, council.seo.email, day)
    assert mail.subject == "1 response is overdue, 1 more is due"
    overdue, due = mail.text.split("This response is also due.")
    assert "Ashfield Primary School" in overdue
    assert "Was due on 7 December 2026, 5 working days ago" in overdue
    assert "Brookside Academy" in due
    assert "Due on 15 December 2026" in due


def test_a_digest_has_what_is_overdue_what_is_due_and_what_waits(
    engine: Engine, policy: Policy, council: Council, discuss: Callable[..., Any], mails: Compose
) -> None:
    late = discuss(900001)
    discuss(900002, datetime.fromisoformat("2026-12-01T10:00:00+00:00"))
    day = datetime.fromisoformat("2026-12-08T09:00:00+00:00")
    _propose(engine, policy, council, late, day)
    tick(engine, policy, day)
    [own] = mails(MessageKind.DIGEST, council.seo.email, day)
    assert own.subject == "Schools causing concern today: 1 overdue, 1 due soon"
    headings = [line for line in own.text.splitlines() if line.isupper()]
    assert headings == ["OVERDUE", "DUE SOON"]
    assert "Was due on 7 December 2026, 1 working day ago" in own.text
    [approver] = mails(MessageKind.DIGEST, council.hos2.email, day)
    assert approver.subject == "Schools causing concern today: 3 waiting for your decision"
    assert "Sam Ellison proposes to move to the next step\nhttps://" in approver.text
    assert "OVERDUE" not in approver.text


def _propose(
    engine: Engine, policy: Policy, council: Council, reference: str, now: datetime
) -> Proposal:
    with write(engine) as session:
        return propose(
            Acting(session, policy, council.seo, now),
            reference,
            ChangeWanted(action="advance", reason="No response came.\nWe telephoned twice."),
        )


def _decide(
    engine: Engine, policy: Policy, council: Council, proposal: Proposal, now: datetime, **said: str
) -> None:
    with write(engine) as session:
        seen = what_is_seen(session, policy, THE_MACHINE, proposal.id, london_date(now))
        given = Decided(seen=seen, **said)
        decide(Acting(session, policy, council.hos, now), proposal.id, given)


def test_alerts_tell_of_a_proposal_and_its_decision(
    engine: Engine, policy: Policy, council: Council, discuss: Callable[..., Any], mails: Compose
) -> None:
    reference = discuss(900001)
    day = NOW + timedelta(days=28)
    first = _propose(engine, policy, council, reference, day)
    waits = mails(MessageKind.ALERT, council.hos.email, day)[-1]
    assert waits.subject == (
        f"{reference}: a proposal about Ashfield Primary School is waiting for your decision"
    )
    assert "Sam Ellison proposes to move to the next step at Ashfield Primary School" in waits.text
    assert "Step ii, Informal discussion with the governing body" in waits.text
    assert "\n\nNo response came.\nWe telephoned twice.\n\n" in waits.text
    assert f"\nhttps://scc.fernshire.example/proposals/{first.id}\n" in waits.text

    _decide(engine, policy, council, first, day, decision="return", reason="Telephone once more.")
    [returned] = mails(MessageKind.ALERT, council.seo.email, day)
    assert (
        returned.subject == f"{reference}: your proposal about Ashfield Primary School was returned"
    )
    assert "Harriet Osborne returned your proposal to move to the next step" in returned.text
    assert "The reason for the return:\n\nTelephone once more.\n" in returned.text
    assert "We telephoned twice" not in returned.text

    second = _propose(engine, policy, council, reference, day)
    _decide(engine, policy, council, second, day, decision="approve", reason="")
    approved = mails(MessageKind.ALERT, council.seo.email, day)[-1]
    assert approved.subject.endswith("was approved")
    assert "Harriet Osborne approved your proposal to move to the next step" in approved.text
    assert "comment" not in approved.text


def test_no_mail_has_gaps_or_markup(
    engine: Engine, policy: Policy, council: Council, mails: Compose, discuss: Callable[..., Any]
) -> None:
    with write(engine) as session:
        contacts.add_school(
            session,
            now=NOW,
            actor=officers.AT_THE_MACHINE,
            urn=900010,
            name="<b>O'Neill & Sons</b> {{ 7 * 7 }}",
            type_code=1,
            type_name="Community school",
            phase="Primary",
            town="Fernminster",
            postcode="FM1 1AA",
        )
    discuss(900010)
    day = NOW + timedelta(days=28)
    tick(engine, policy, day)
    for kind in (MessageKind.REMINDER, MessageKind.DIGEST):
        for officer in (council.seo, council.hos):
            for mail in mails(kind, officer.email, day):
                assert "<b>O'Neill & Sons</b> {{ 7 * 7 }}" in mail.text
                assert "\n\n\n" not in mail.text
                assert not mail.text.startswith("\n")
                assert "Subject:" not in mail.subject + mail.text
