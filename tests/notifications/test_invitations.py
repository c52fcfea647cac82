"""Invitations as they arrive: what a mail server gets is what Outlook shows as an invitation."""

from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest
from icalendar import Calendar
from sqlmodel import select

from models.database import write
from models.outbox import Message, MessageKind, MessageState
from models.people.tables import Officer
from models.rows import change
from models.settings import Settings
from notifications.outbox import Delivered, deliver
from tests.support.appointments import (
    AFTER,
    CHAIR,
    DAY,
    HEAD,
    calendar_of,
    cancel,
    invitations,
    invite,
    move,
    parts_of,
    plan,
)
from tests.support.cases import Case
from tests.support.microsoft import MAILBOX, Microsoft
from tests.support.smtp import Received, SmtpServer

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SENDER = "council@council.example"  # of the SCC_MAIL_URL of the tests' mail server


def post(case: Case, home: Path, server: SmtpServer | None = None) -> Delivered:
    """One pass of delivery, through a server or into the folder."""
    url = server.url if server else ""
    chosen = Settings(
        _env_file=None, home=home, mail_url=url, base_url="https://scc.fernshire.example"
    )
    return deliver(case.engine, case.policy, chosen, lambda: case.now)


def of(server: SmtpServer, to: str) -> list[Received]:
    """The invitations that arrived at an address."""
    return [
        each
        for each in server.messages
        if each.recipients == (to,) and each.message.get_content_subtype() == "alternative"
    ]


def states(case: Case) -> list[str]:
    return [each.state.value for each in invitations(case.engine)]


def test_what_arrives_is_an_invitation_to_outlook(case: Case, tmp_path: Path) -> None:
    made = plan(case.started(), words="We look at the summer’s results; bring them, please.")
    with SmtpServer() as server:
        post(case, tmp_path, server)
        post(case, tmp_path, server)
    [received] = of(server, HEAD)
    message = received.message
    assert message.get_content_type() == "multipart/alternative"
    text, calendar = parts_of(received)
    assert text.get_content_type() == "text/plain"
    assert calendar.get_content_type() == "text/calendar"
    assert calendar.get_param("method") == "REQUEST"
    assert calendar.get_content_charset() == "utf-8"
    assert list(message.iter_attachments()) == []
    assert all(part.get_content_disposition() is None for part in (text, calendar))
    assert message["Auto-Submitted"] is None
    assert message["Subject"] == made.subject
    whole, event = calendar_of(received)
    assert (whole["version"], whole["method"]) == ("2.0", "REQUEST")
    assert (str(event["uid"]), int(event["sequence"])) == (made.uid, 0)
    assert event["dtstart"].dt == datetime(2026, 12, 3, 10, tzinfo=UTC)
    assert event["dtend"].dt == datetime(2026, 12, 3, 11, 30, tzinfo=UTC)
    assert event["dtstamp"].dt == case.now
    assert str(event["organizer"]) == f"mailto:{SENDER}"
    assert event["organizer"].params == {}
    assert message["From"].addresses[0].addr_spec == SENDER
    asked = {str(each): each.params["RSVP"] for each in event["attendee"]}
    seo = case.council.seo.email
    assert asked == {f"mailto:{HEAD}": "TRUE", f"mailto:{seo}": "TRUE"}
    assert (event["status"], event["class"]) == ("CONFIRMED", "PUBLIC")
    assert "We look at the summer’s results; bring them, please." in event["description"]
    assert "Thursday 3 December 2026" in text.get_content()
    assert "Time: 10am to 11:30am" in text.get_content()
    for word in (case.reference, "Attainment", "concern", "safety"):
        assert word not in event.to_ical().decode() + text.get_content()
    assert len(of(server, seo)) == 1
    assert case.kinds.count("invitation_sent") == 2


def test_moved_and_cancelled_it_is_the_same_appointment_in_a_later_version(
    case: Case, tmp_path: Path
) -> None:
    made = plan(case.started(), **{"with": ["headteacher", "chair_of_governors"]})
    with SmtpServer() as server:
        post(case, tmp_path, server)
        move(case, made.id, place="County Hall", **{"with": ["headteacher"]})
        post(case, tmp_path, server)
        cancel(case, made.id)
        post(case, tmp_path, server)
    seen = []
    for received in of(server, HEAD):
        whole, event = calendar_of(received)
        assert parts_of(received)[-1].get_param("method") == whole["method"]
        assert str(event["uid"]) == made.uid
        seen.append((str(whole["method"]), int(event["sequence"]), str(event["status"])))
    assert seen == [
        ("REQUEST", 0, "CONFIRMED"),
        ("REQUEST", 1, "CONFIRMED"),
        ("CANCEL", 2, "CANCELLED"),
    ]
    assert [each.message["Subject"].strip().split(":")[0] for each in of(server, HEAD)] == [
        "Discussion",
        "Changed",
        "Cancelled",
    ]
    [_, off] = of(server, CHAIR)
    whole, event = calendar_of(off)
    assert (whole["method"], int(event["sequence"])) == ("CANCEL", 1)
    # Whoever is left out reads of nobody else.
    assert [str(each) for each in [event["attendee"]]] == [f"mailto:{CHAIR}"]
    assert "The head is ill" not in "".join(str(each.message) for each in server.messages)


def test_on_a_restricted_case_calendars_keep_it_private(case: Case, tmp_path: Path) -> None:
    case.started().restrict()
    plan(case)
    with SmtpServer() as server:
        post(case, tmp_path, server)
    [received] = of(server, HEAD)
    assert calendar_of(received)[1]["class"] == "PRIVATE"


def test_across_the_change_of_the_clocks_each_moment_is_its_own(case: Case, tmp_path: Path) -> None:
    plan(case.started(), on=date(2027, 3, 28), starts="00:30", ends="02:30")
    with SmtpServer() as server:
        post(case, tmp_path, server)
    _, event = calendar_of(of(server, HEAD)[0])
    assert event["dtend"].dt - event["dtstart"].dt == timedelta(hours=1)


def test_without_a_mail_server_the_organiser_is_who_the_file_is_from(
    case: Case, tmp_path: Path
) -> None:
    plan(case.started())
    post(case, tmp_path)
    mails = [
        BytesParser(policy=default).parsebytes(file.read_bytes())
        for file in (tmp_path / "mail").glob("*.eml")
    ]
    [mail] = [each for each in mails if str(each["To"]).endswith(f"<{HEAD}>")]
    assert isinstance(mail, EmailMessage)
    [event] = Calendar.from_ical(mail.get_payload()[-1].get_payload(decode=True)).events
    assert str(event["organizer"]) == f"mailto:{mail['From'].addresses[0].addr_spec}"


def test_what_was_not_sent_yet_is_overtaken_by_what_came_after(case: Case, tmp_path: Path) -> None:
    made = plan(case.started())
    move(case, made.id)
    with SmtpServer() as server:
        post(case, tmp_path, server)
        [received] = of(server, HEAD)
        assert received.message["Subject"] == made.subject  # nobody was asked to the first time
        assert int(calendar_of(received)[1]["sequence"]) == 1
        gone = plan(case, on=DAY + timedelta(days=1))
        cancel(case, gone.id)
        post(case, tmp_path, server)
        assert len(of(server, HEAD)) == 1
    assert states(case) == ["dropped"] * 2 + ["sent"] * 2 + ["dropped"] * 4


def test_what_is_over_is_not_sent(case: Case, tmp_path: Path) -> None:
    plan(case.started())
    case.now += AFTER
    with SmtpServer() as server:
        post(case, tmp_path, server)
        assert of(server, HEAD) == []


def test_an_officer_who_has_left_is_not_invited(case: Case, tmp_path: Path) -> None:
    plan(case.started(), officers=[case.council.seo2.email])
    with write(case.engine) as session:
        change(session, Officer, {"id": case.council.seo2.id}, active=False)
    with SmtpServer() as server:
        post(case, tmp_path, server)
        assert of(server, case.council.seo2.email) == []
    assert states(case) == ["sent", "dropped"]


@pytest.mark.parametrize(
    ("behaviour", "state", "kind"),
    [
        ("refuse", "failed", "invitation_failed"),
        ("drop_after_body", "unknown", "invitation_became_unknown"),
    ],
)
def test_one_that_did_not_arrive_is_told_and_sent_again_by_an_officer_alone(
    case: Case, tmp_path: Path, behaviour: str, state: str, kind: str
) -> None:
    made = plan(case.started())
    with SmtpServer(behaviour) as server:
        post(case, tmp_path, server)
        server.behaviour = "accept"
        case.now += timedelta(minutes=5)
        before = len(of(server, HEAD))
        post(case, tmp_path, server)
        assert len(of(server, HEAD)) == before
        assert states(case) == [state] * 2
        assert case.kinds.count(kind) == 2
        told = [each for each in case.messages if each.data.get("what") == "invitation_problem"]
        assert [each.to_email for each in told] == [case.council.seo.email] * 2
        invite(case, made.id)
        case.now += timedelta(minutes=5)
        post(case, tmp_path, server)
        assert int(calendar_of(of(server, HEAD)[-1])[1]["sequence"]) == 1


def test_a_lost_workers_invitation_is_not_sent_again_and_the_next_is(
    case: Case, tmp_path: Path
) -> None:
    made = plan(case.started())
    with write(case.engine) as session:
        for each in session.exec(select(Message).where(Message.kind == MessageKind.INVITATION)):
            lost = {"claimed_by": "mail:#1", "claim_ends_at": case.now - timedelta(minutes=1)}
            change(session, Message, {"id": each.id}, state=MessageState.CLAIMED, **lost)
    with SmtpServer() as server:
        assert post(case, tmp_path, server).unknown == 2
        assert of(server, HEAD) == []
        cancel(case, made.id)
        post(case, tmp_path, server)
        [received] = of(server, HEAD)  # it may have arrived, so it is put off
        assert calendar_of(received)[0]["method"] == "CANCEL"


def test_it_waits_for_the_letter_before_it_to_the_same_address(case: Case, tmp_path: Path) -> None:
    case.started().climb_to("performance_meetings").issue()
    on = case.now.date() + timedelta(days=7)
    plan(case, kind="meeting", on=on, **{"with": ["chair_of_governors"]})
    with SmtpServer() as server:
        server.deferred.add(CHAIR)
        post(case, tmp_path, server)
        server.deferred.clear()
        case.now += timedelta(minutes=10)
        post(case, tmp_path, server)
        case.now += timedelta(hours=2)
        post(case, tmp_path, server)
    subjects = [each.message["Subject"] for each in server.messages if each.recipients == (CHAIR,)]
    assert subjects[-1].startswith("Meeting: ")
    assert any(each.startswith("Invitation to meetings") for each in subjects[:-1])


HOSTILE = [
    "Hall; ATTENDEE:mailto:x@example.org",
    'A "quoted", comma \\n and \\ backslash',
    "BEGIN:VALARM END:VEVENT",
    "Ünïcode ☃ 会議 " + "long " * 30,
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_whatever_is_typed_stays_in_its_place(case: Case, tmp_path: Path, typed: str) -> None:
    line = typed[:200]
    plan(
        case.started(),
        place=line,
        subject=line,
        words=f"{typed}\r\nATTENDEE:mailto:x@y.example\r\n",
    )
    with SmtpServer() as server:
        post(case, tmp_path, server)
    [received] = of(server, HEAD)
    whole, event = calendar_of(received)
    assert (event["location"], event["summary"]) == (line, line)
    assert f"{typed}\nATTENDEE:mailto:x@y.example" in event["description"]
    assert len(event["attendee"]) == 2
    assert [each.name for each in whole.walk()] == ["VCALENDAR", "VEVENT"]
    raw = received.message.get_payload()[-1].get_payload(decode=True)
    lines = raw.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 75  # RFC 5545, section 3.1


def test_through_graph_the_organiser_is_the_mailbox_that_sends(
    case: Case, microsoft: Microsoft, tmp_path: Path
) -> None:
    plan(case.started())
    chosen = microsoft.settings(home=tmp_path, mail_url=f"graph://{MAILBOX}?name=The council")
    deliver(case.engine, case.policy, chosen, lambda: case.now)
    invited = [each for each in microsoft.messages if each.get_content_subtype() == "alternative"]
    assert {each["To"].addresses[0].addr_spec for each in invited} >= {HEAD}
    for each in invited:
        [*_, calendar] = each.iter_parts()
        [event] = Calendar.from_ical(calendar.get_content()).walk("VEVENT")
        assert str(event["organizer"]) == f"mailto:{MAILBOX}"
        assert each["From"].addresses[0].addr_spec == MAILBOX
