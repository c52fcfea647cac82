"""Messages against real mail servers: what arrives, and that each outcome tells the truth."""

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socket import create_server
from threading import Thread
from time import monotonic
from types import SimpleNamespace

import pytest
from apprise import Apprise
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications import channels, conversation, folder
from notifications.channels import (
    Attachment,
    Mail,
    send_alert,
    send_letter,
    send_mail,
)
from notifications.folder import UNCONFIGURED_SENDER, Folder
from notifications.smtp import Smtp
from notifications.way_out import Outcome
from tests.support.smtp import SmtpServer

PDF = b"%PDF-1.7\n\x00\xff\r\n.\r\nnot the end\r\n%%EOF\n"
MAIL = Mail(
    to_name="Siân Ó Broin, Chair",
    to_email="chair@larkfield.example",
    subject="Formal letter: Larkfield Primary School – step iv",
    text="Dear Ms Ó Broin\n\n.A line that begins with a dot\n.\nFrom the Director\n",
    html="<p>Dear Ms Ó Broin</p>",
    message_id="<letter-17-v2-chair@council.example>",
    attachments=(Attachment("Larkfield – Schreiben.pdf", "application/pdf", PDF),),
    date=datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
)


def trouble_of(url: str) -> str | None:
    return Smtp(url).trouble


def parts_of(message: EmailMessage) -> tuple[EmailMessage, EmailMessage, EmailMessage]:
    both, pdf = message.iter_parts()
    text, html = both.iter_parts()
    return text, html, pdf


def written(part: EmailMessage) -> str:
    """The text of a part; lines travel with CRLF ends (RFC 2045)."""
    return part.get_content().replace("\r\n", "\n")


def test_a_letter_arrives_whole_at_one_recipient() -> None:
    with SmtpServer() as server:
        delivery = send_letter(MAIL, Smtp(server.url))

    assert (delivery.outcome, delivery.code) == (Outcome.SENT, 250)
    assert delivery.detail == "The mail server took it: 250 2.0.0 OK: queued as 1"
    (received,) = server.messages
    assert server.connections == 1
    assert received.sender == "council@council.example"
    assert received.recipients == ("chair@larkfield.example",)
    message = received.message
    assert message.get_content_type() == "multipart/mixed"
    text, html, pdf = parts_of(message)
    assert written(text) == MAIL.text
    assert written(html).strip() == MAIL.html
    assert pdf.get_content_type() == "application/pdf"
    assert pdf.get_filename() == "Larkfield – Schreiben.pdf"
    assert pdf.get_content() == PDF
    assert message["From"] == "Example Council <council@council.example>"
    (to,) = message["To"].addresses
    assert (to.display_name, to.addr_spec) == (MAIL.to_name, MAIL.to_email)
    assert message["Subject"] == MAIL.subject
    assert message["Date"].datetime == MAIL.date
    assert message.get_all("Message-ID") == [MAIL.message_id]
    assert message["Auto-Submitted"] is None
    assert message["Cc"] is None


def test_an_officers_mail_says_that_it_is_automatic() -> None:
    reminder = replace(MAIL, html=None, attachments=())
    with SmtpServer() as server:
        assert send_mail(reminder, Smtp(server.url)).outcome is Outcome.SENT

    (received,) = server.messages
    assert received.message["Auto-Submitted"] == "auto-generated"
    assert received.message.get_content_type() == "text/plain"
    assert written(received.message) == MAIL.text


@pytest.mark.parametrize("text", ["x" * 20_000, "ł–😀 " * 5_000, "word\n" * 4_000])
def test_a_long_text_arrives_exactly_and_in_seven_bits(text: str) -> None:
    with SmtpServer() as server:
        delivery = send_letter(replace(MAIL, text=text + "\n"), Smtp(server.url))

    assert delivery.outcome is Outcome.SENT
    (received,) = server.messages
    assert written(parts_of(received.message)[0]) == text + "\n"
    assert received.content.isascii()
    assert max(map(len, received.content.splitlines())) <= 998


def test_a_long_message_id_is_neither_folded_nor_encoded() -> None:
    identity = f"<{'letter-' * 30}1@council.example>"
    with SmtpServer() as server:
        send_letter(replace(MAIL, message_id=identity), Smtp(server.url))

    assert f"Message-ID: {identity}\r\n".encode() in server.messages[0].content


def test_no_address_in_the_settings_adds_a_recipient() -> None:
    with SmtpServer() as server:
        url = f"{server.url}&to=other@council.example,third@council.example&reply=seo@x.example"
        delivery = send_letter(MAIL, Smtp(url))

    assert delivery.outcome is Outcome.SENT
    (received,) = server.messages
    assert received.recipients == (MAIL.to_email,)
    assert received.message["To"].addresses[0].addr_spec == MAIL.to_email
    assert received.message["Reply-To"] == "seo@x.example"


@pytest.mark.parametrize(
    ("behaviour", "outcome", "code", "detail"),
    [
        ("refuse", Outcome.FAILED, 550, "refused the recipient: 550 5.1.1 No such mailbox"),
        ("defer", Outcome.RETRY, 451, "put the recipient off: 451 4.7.1 Greylisted"),
        (
            "refuse_sender",
            Outcome.FAILED,
            550,
            "refused mail from council@council.example: 550 5.7.60",
        ),
        ("wants_sign_in", Outcome.RETRY, 530, "wants another sign-in: 530 5.7.0"),
        ("turn_away", Outcome.RETRY, 554, "turned the connection away: 554 5.7.1 Blocked"),
        ("drop_at_once", Outcome.RETRY, None, "dropped the line"),
        ("drop_before_body", Outcome.RETRY, None, "dropped the line"),
        ("hang", Outcome.RETRY, None, "did not answer in time"),
        ("defer_body", Outcome.RETRY, 451, "put the message off: 451 4.3.0"),
        ("refuse_body", Outcome.FAILED, 552, "refused the message: 552 5.3.4 Message too big"),
        ("drop_in_body", Outcome.UNKNOWN, None, "may or may not have arrived"),
        ("drop_after_body", Outcome.UNKNOWN, None, "may or may not have arrived"),
        ("hang_after_body", Outcome.UNKNOWN, None, "did not answer in time"),
        ("garble", Outcome.UNKNOWN, None, "makes no sense"),
        ("drop_at_quit", Outcome.SENT, 250, "took it"),
    ],
)
def test_each_misfortune_has_its_true_outcome(
    behaviour: str, outcome: Outcome, code: int | None, detail: str
) -> None:
    kept = 1 if behaviour in ("drop_after_body", "hang_after_body", "drop_at_quit") else 0
    large = Attachment("large.bin", "application/octet-stream", bytes(4_000_000))
    began = monotonic()
    with SmtpServer(behaviour) as server:
        delivery = send_letter(replace(MAIL, attachments=(large,)), Smtp(server.url))

    assert (delivery.outcome, delivery.code) == (outcome, code)
    assert detail in delivery.detail
    assert "\n" not in delivery.detail
    assert len(server.messages) == kept
    assert server.connections <= 1, "one attempt is one connection"
    assert monotonic() - began < 20


def test_nothing_listening_is_tried_again_and_arrives_when_the_server_is_back() -> None:
    server = SmtpServer()
    server.start()
    server.stop()
    delivery = send_letter(MAIL, Smtp(server.url))
    assert (delivery.outcome, delivery.code) == (Outcome.RETRY, None)
    assert "Connection refused" in delivery.detail

    with server:
        assert send_letter(MAIL, Smtp(server.url)).outcome is Outcome.SENT
    assert len(server.messages) == 1


def test_an_unknown_server_name_is_tried_again() -> None:
    delivery = send_letter(MAIL, Smtp("mailto://mail.invalid:25?from=a@council.example&cto=5"))
    assert delivery.outcome is Outcome.RETRY
    assert delivery.detail == "No mail server is known by the name mail.invalid."


def test_a_message_over_the_servers_limit_is_refused_before_its_body() -> None:
    with SmtpServer(size_limit=10_000) as server:
        delivery = send_letter(replace(MAIL, text="x" * 20_000), Smtp(server.url))
    assert (delivery.outcome, delivery.code) == (Outcome.FAILED, 552)
    assert "refused mail from council@council.example: 552" in delivery.detail


@contextmanager
def answering(*answers: bytes, for_ever: bytes = b"") -> Iterator[int]:
    """A server that gives these answers whatever it is told, then nothing more, or always this."""
    with create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            line, _ = listening.accept()
            with line:
                for reply in answers:
                    line.sendall(reply)
                    line.recv(65536)
                with suppress(OSError):
                    while for_ever:
                        line.sendall(for_ever)
                while line.recv(65536):
                    pass

        speaker = Thread(target=answer, daemon=True)
        speaker.start()
        yield listening.getsockname()[1]
        speaker.join(10)


def test_an_endless_answer_before_the_message_is_not_taken_for_a_refusal() -> None:
    with answering(b"220 hello\r\n", b"250 mail\r\n", b"5" * 10_000 + b"\r\n") as port:
        url = f"mailto://127.0.0.1:{port}?from=a@council.example&rto=2"
        assert send_letter(MAIL, Smtp(url)).outcome is Outcome.RETRY


def test_a_server_that_falls_silent_is_not_waited_for_beyond_the_time_set() -> None:
    with answering(b"220 hello\r\n", b"250 mail\r\n") as port:
        began = monotonic()
        url = f"mailto://127.0.0.1:{port}?from=a@council.example&cto=60&rto=0.3"
        delivery = send_letter(MAIL, Smtp(url))
        assert monotonic() - began < 10
    assert delivery.outcome is Outcome.RETRY
    assert "did not answer in time" in delivery.detail


TAKES_ALL = [b"220 hello\r\n", *[b"250 ok\r\n"] * 3, b"354 go on\r\n"]


@pytest.mark.parametrize(
    ("answers", "outcome", "of_the_server"),
    [([], Outcome.RETRY, True), (TAKES_ALL, Outcome.UNKNOWN, False)],
    ids=["before the message", "after it"],
)
def test_a_server_that_never_comes_to_an_end_is_hung_up_on(
    monkeypatch: pytest.MonkeyPatch,
    answers: list[bytes],
    outcome: Outcome,
    of_the_server: bool,
) -> None:
    """It says something all the time, so that no timeout of the socket ends it."""
    monkeypatch.setattr(conversation, "ANSWERS_BEFORE", 1)
    monkeypatch.setattr(conversation, "BODY_PATIENCE", 1)
    with answering(*answers, for_ever=b"250-and\r\n") as port:
        url = f"mailto://127.0.0.1:{port}?from=a@council.example&cto=1&rto=1"
        delivery = send_letter(MAIL, Smtp(url))
    assert (delivery.outcome, delivery.of_the_server) == (outcome, of_the_server)
    assert "did not answer in time" in delivery.detail


def test_a_process_that_slept_before_the_message_sends_it_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its claim is over: an officer may have had the letter sent again."""
    hours = iter(range(0, 360_000, 3600))
    asleep = SimpleNamespace(monotonic=lambda: next(hours))
    monkeypatch.setattr(conversation, "time", asleep)
    monkeypatch.setattr(conversation.LetterChannel, "_at_most", lambda *_: nullcontext())
    with SmtpServer() as server:
        assert send_letter(MAIL, Smtp(server.url)).outcome is Outcome.RETRY
    assert server.messages == []


def test_a_server_that_changes_its_mind_about_data_gets_no_message() -> None:
    script = [b"220 hello\r\n", b"250 mail\r\n", b"250 ok\r\n", b"250 ok\r\n", b"250 ok?\r\n"]
    with answering(*script) as port:
        url = f"mailto://127.0.0.1:{port}?from=a@council.example&rto=2"
        delivery = send_letter(MAIL, Smtp(url))
    assert delivery.outcome is Outcome.RETRY
    assert "makes no sense: 250 ok?" in delivery.detail


def test_signing_in() -> None:
    with SmtpServer(login=("clerk", "s3cret/pass")) as server:
        place = f"127.0.0.1:{server.port}?from=council@council.example"
        good = send_letter(MAIL, Smtp(f"mailto://clerk:s3cret%2Fpass@{place}"))
        wrong = send_letter(MAIL, Smtp(f"mailto://clerk:s3cret-wrong@{place}"))
        nobody = send_letter(MAIL, Smtp(f"mailto://{place}"))

    assert good.outcome is Outcome.SENT
    assert (wrong.outcome, wrong.code) == (Outcome.RETRY, 535)
    assert "did not accept the user name and password" in wrong.detail
    assert "s3cret" not in wrong.detail, "the server echoes the password; the officer never sees it"
    assert "****" in wrong.detail
    assert (nobody.outcome, nobody.code) == (Outcome.RETRY, 530)
    assert len(server.messages) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's encryption with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.council.example")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("certificate") / "server.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + signed.public_bytes(Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


@pytest.mark.parametrize("mode", ["starttls", "ssl"])
def test_an_encrypted_line_wants_a_trusted_certificate(
    certificate: ssl.SSLContext, mode: str
) -> None:
    with SmtpServer(tls=certificate, tls_from_start=mode == "ssl") as server:
        url = f"mailtos://127.0.0.1:{server.port}?from=council@council.example&mode={mode}"
        strict = send_letter(MAIL, Smtp(url))
        lax = send_letter(MAIL, Smtp(f"{url}&verify=no"))

    assert strict.outcome is Outcome.RETRY
    assert "certificate" in strict.detail
    assert "not trusted" in strict.detail
    assert lax.outcome is Outcome.SENT
    assert len(server.messages) == 1


def test_a_letter_is_not_sent_in_the_clear_when_encryption_was_asked_for() -> None:
    with SmtpServer() as server:
        url = f"mailtos://127.0.0.1:{server.port}?from=council@council.example"
        delivery = send_letter(MAIL, Smtp(url))
    assert delivery.outcome is Outcome.RETRY
    assert "STARTTLS" in delivery.detail
    assert server.messages == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"to_email": "siân@larkfield.example"}, "letters outside ASCII"),
        ({"to_email": "a@x.example, b@x.example"}, "not one plain e-mail address"),
        ({"to_email": "a@x.example\r\nRCPT TO:<b@x.example>"}, "not one plain e-mail address"),
        ({"to_email": "head@ysgol-dŵr.example"}, "letters outside ASCII"),
        ({"to_email": ""}, "not one plain e-mail address"),
        ({"to_name": "Chair\r\nBcc: b@x.example"}, "line break"),
        ({"subject": "Letter\nBcc: b@x.example"}, "line break"),
        ({"subject": "Letter\u2028Bcc: b@x.example"}, "line break"),
        ({"subject": "Letter\x00"}, "control character"),
        ({"subject": "Letter\ud800"}, "control character"),
        ({"text": "Dear \ud800"}, "surrogate"),
        ({"message_id": "letter 17"}, "Message-ID"),
        ({"attachments": (Attachment("a\r\nb.pdf", "application/pdf", PDF),)}, "line break"),
    ],
)
def test_what_no_header_can_carry_fails_without_a_connection(
    change: dict[str, str], reason: str, tmp_path: Path
) -> None:
    hostile = replace(MAIL, **change)
    with SmtpServer() as server:
        delivery = send_letter(hostile, Smtp(server.url))
    assert (delivery.outcome, delivery.code) == (Outcome.FAILED, None)
    assert reason in delivery.detail
    assert server.connections == 0
    assert send_letter(hostile, Folder(tmp_path)).outcome is Outcome.FAILED
    assert list(tmp_path.iterdir()) == []


PRINTABLE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=120)


@settings(deadline=None, max_examples=300)
@given(name=PRINTABLE, subject=PRINTABLE)
def test_no_name_or_subject_can_add_a_recipient_or_a_header(name: str, subject: str) -> None:
    sender = UNCONFIGURED_SENDER
    plain = channels._message(replace(MAIL, to_name="A", subject="B"), sender)
    content = channels._message(replace(MAIL, to_name=name, subject=subject), sender).as_bytes()
    message = BytesParser(policy=policy.default).parsebytes(content)
    assert message.keys() == plain.keys()
    assert [to.addr_spec for to in message["To"].addresses] == [MAIL.to_email]
    assert message.get_content_type() == "multipart/mixed"


def kept(folder: Path) -> EmailMessage:
    (file,) = folder.iterdir()
    message = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
    assert isinstance(message, EmailMessage)
    return message


def test_kept_mail_is_a_whole_message_and_never_two(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "mail"
    first = send_letter(MAIL, Folder(folder))
    again = send_letter(replace(MAIL, date=MAIL.date + timedelta(days=3)), Folder(folder))

    assert (first.outcome, again.outcome) == (Outcome.SENT, Outcome.SENT)
    assert first.detail == again.detail
    assert "no mail server is configured" in first.detail
    message = kept(folder)
    text, html, pdf = parts_of(message)
    assert written(text) == MAIL.text
    assert written(html).strip() == MAIL.html
    assert pdf.get_content() == PDF
    assert message["Message-ID"] == MAIL.message_id
    assert message["To"].addresses[0].display_name == MAIL.to_name
    (file,) = folder.iterdir()
    assert file.name.startswith("20261123T093000Z-letter-17-v2-chair@council.example-")
    assert file.stat().st_mode & 0o077 == 0


def test_kept_mail_sorts_by_time_whatever_the_offset(tmp_path: Path) -> None:
    summer = timezone(timedelta(hours=1))
    for identity, date in {
        "<b@x.example>": datetime(2026, 7, 1, 9, 30, tzinfo=summer),
        "<a@x.example>": datetime(2026, 7, 1, 9, 0, tzinfo=UTC),
        "<../../c@x.example>": datetime(2026, 7, 1, 9, 1, tzinfo=UTC),
        "<.._.._c@x.example>": datetime(2026, 7, 1, 9, 2, tzinfo=UTC),
    }.items():
        assert (
            send_letter(replace(MAIL, message_id=identity, date=date), Folder(tmp_path)).outcome
            == "sent"
        )
    names = sorted(file.name.rsplit("-", 1)[0] for file in tmp_path.iterdir())
    assert names == [
        "20260701T083000Z-b@x.example",
        "20260701T090000Z-a@x.example",
        "20260701T090100Z-.._.._c@x.example",
        "20260701T090200Z-.._.._c@x.example",
    ]


def test_a_mail_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")
    delivery = send_letter(MAIL, Folder(tmp_path / "mail"))
    assert delivery.outcome is Outcome.RETRY
    assert "cannot be written: File exists" in delivery.detail


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder.os, "fsync", full)
    delivery = send_letter(MAIL, Folder(tmp_path))
    assert delivery.outcome is Outcome.RETRY
    assert "No space left" in delivery.detail
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url",
    [
        "mailto://mail.example?from=a@council.example",
        "mailtos://user:pass@mail.example:587?from=a@council.example&name=Children's Services",
        "mailtos://user:pass@mail.example?mode=ssl&from=The Director's Office <a@council.example>",
        "mailto://user:pass@mail.example",
        "mailto://[::1]:25?from=a@council.example",
    ],
)
def test_a_usable_mail_address(url: str) -> None:
    assert trouble_of(url) is None


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "must begin with mailto://"),
        ("smtp://mail.example", "must begin with mailto://"),
        ("letters://mail.example?from=a@x.example", "must begin with mailto://"),
        ("mailto://", "must begin with mailto://"),
        ("mailto://user:hush@x.example mailto://user:hush@y.example", "cannot be read"),
        ("mailto://mail.example", "sender in from="),
        ("mailto://mail.example?from=Children", "sender in from="),
        ("mailto://user:hush@mail.example?from=a@x.example,b@x.example", "not one plain"),
        ("mailto://user:hush@mail.example?from=siân@x.example", "sender in from="),
        ("mailto://mail.example?from=a@x.example&name=A%0D%0ABcc: b@x.example", "line break"),
        ("mailto://user:hushé@mail.example?from=a@x.example", "plain ASCII"),
        ("mailto://user:hush@mail.example:99999?from=a@x.example", "no mail server and port"),
        ("mailto://mail_server?from=a@x.example", "no mail server and port"),
        ("mailtos://user:hush@mail.example?from=a@x.example&mode=rot13", "check the server, mode="),
        ("mailto://user:hush@mail.example?from=a@x.example&cc=b@x.example", "cc, bcc"),
        ("mailto://user:hush@mail.example?from=a@x.example&bcc=b@x.example", "cc, bcc"),
        ("mailto://user:hush@mail.example?from=a@x.example&pgp=encrypt", "pgp"),
        ("mailto://mail.example?from=a@x.example&rto=0", "more than 0 seconds"),
    ],
)
def test_an_unusable_mail_address_says_why_and_loses_no_letter(url: str, reason: str) -> None:
    said = trouble_of(url)
    assert said is not None
    assert reason in said
    assert "hush" not in said
    delivery = send_letter(MAIL, Smtp(url))
    assert delivery.outcome is Outcome.RETRY
    assert said in delivery.detail


def test_the_senders_name_may_have_an_apostrophe_and_letters_beyond_ascii() -> None:
    for query in (
        "from=a@council.example&name=Director of Children's Services: Siân, DCS",
        "from=Director of Children's Services: Siân, DCS <a@council.example>",
    ):
        with SmtpServer() as server:
            send_letter(MAIL, Smtp(f"mailto://127.0.0.1:{server.port}?{query}"))
        (sender,) = server.messages[0].message["From"].addresses
        assert sender.display_name == "Director of Children's Services: Siân, DCS"
        assert sender.addr_spec == "a@council.example"


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60))
def test_no_mail_address_breaks_the_check(rest: str) -> None:
    trouble_of(f"mailto://{rest}")
    trouble_of(f"mailtos://user:pass@mail.example?{rest}")


def test_apprises_own_way_in_sends_no_letter() -> None:
    with SmtpServer() as server:
        assert trouble_of(server.url) is None
        letters = Apprise()
        assert letters.add(server.url.replace("mailto://", "letter://"))
        assert letters.notify("body", title="title") is False
        assert server.connections == 0


@contextmanager
def alert_service(status: int = 200) -> Iterator[tuple[str, list[dict[str, str]]]]:
    heard: list[dict[str, str]] = []

    class Ears(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Ears) as service:
        listening = Thread(target=service.serve_forever, kwargs={"poll_interval": 0.05})
        listening.start()
        yield f"json://user:hush@127.0.0.1:{service.server_port}/", heard
        service.shutdown()
        listening.join()


def test_an_alert_reaches_every_service_once() -> None:
    with alert_service() as (one, heard_one), alert_service() as (two, heard_two):
        delivery = send_alert("Mail is down", "Since <09:00> & *now*", alerts_url=f"{one}, {two}")
    assert delivery.outcome is Outcome.SENT
    for heard in (heard_one, heard_two):
        (alert,) = heard
        assert (alert["title"], alert["message"]) == ("Mail is down", "Since <09:00> & *now*")


def test_an_alert_that_one_service_refuses_is_not_repeated() -> None:
    with alert_service() as (good, heard), alert_service(500) as (bad, refused):
        delivery = send_alert("Title", "Body", alerts_url=f"{bad}?retry=3&wait=0 {good}")
    assert (len(heard), len(refused)) == (1, 1)
    assert delivery.outcome is Outcome.SENT
    assert "not by JSON" in delivery.detail


def test_an_alert_nobody_takes_is_tried_again() -> None:
    with alert_service(500) as (bad, _):
        delivery = send_alert("Title", "Body", alerts_url=bad)
    assert delivery.outcome is Outcome.RETRY
    assert "hush" not in delivery.detail
    nowhere = send_alert("Title", "Body", alerts_url="nonsense://user:hush@x")
    assert nowhere.outcome is Outcome.RETRY
    assert nowhere.detail == "No alert was taken: an address Apprise cannot use."
