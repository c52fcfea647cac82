"""Mail through Microsoft 365: what arrives, and that each outcome tells the truth."""

import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from notifications import tokens, way_out
from notifications.channels import Attachment, Mail, send_letter, send_mail
from notifications.way_out import Delivery, Outcome
from notifications.ways import way_out as way_of
from tests.notifications.test_channels import MAIL, PDF, parts_of, written
from tests.support.microsoft import (
    MAILBOX,
    SECRET,
    Microsoft,
    certificate_file,
    encryption,
)
from tests.support.smtp import SmtpServer

LONG = replace(
    MAIL, attachments=(Attachment("long.bin", "application/octet-stream", bytes(2_100_000)),)
)


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(way_out, "BODY_PATIENCE", 1)


def letter(microsoft: Microsoft, mail: Mail = MAIL, **more: Any) -> Delivery:
    return send_letter(mail, way_of(microsoft.settings(**more)))


# A letter ------------------------------------------------------------------------------------


def test_a_letter_arrives_whole_as_we_wrote_it(microsoft: Microsoft) -> None:
    way = way_of(microsoft.settings(mail_url=f"graph://{MAILBOX}?name=Council: Siân&reply=a@b.uk"))
    delivery = send_letter(MAIL, way)
    assert (delivery.outcome, delivery.code) == (Outcome.SENT, 202)
    (message,) = microsoft.messages
    text, html, pdf = parts_of(message)
    assert written(text) == MAIL.text
    assert written(html).strip() == MAIL.html
    assert (pdf.get_filename(), pdf.get_content()) == (MAIL.attachments[0].filename, PDF)
    (sender,) = message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Council: Siân", MAILBOX)
    (to,) = message["To"].addresses
    assert (to.display_name, to.addr_spec) == (MAIL.to_name, MAIL.to_email)
    assert message.get_all("Message-ID") == [MAIL.message_id]
    assert (message["Subject"], message["Date"].datetime) == (MAIL.subject, MAIL.date)
    assert message["Reply-To"] == "a@b.uk"
    assert (message["Auto-Submitted"], message["Cc"]) == (None, None)

    assert send_mail(replace(MAIL, attachments=()), way).outcome is Outcome.SENT
    assert microsoft.messages[1]["Auto-Submitted"] == "auto-generated"
    assert len(microsoft.tokens) == 1, "one token serves for both"


def test_with_a_certificate_no_secret_is_needed(microsoft: Microsoft, tmp_path: Path) -> None:
    file = certificate_file(tmp_path)
    delivery = letter(microsoft, mail_client_secret="", mail_certificate_file=str(file))
    assert delivery.outcome is Outcome.SENT


@pytest.mark.parametrize(
    ("takes", "outcome", "code", "detail"),
    [
        ("refuse_recipient", Outcome.FAILED, 400, "refused the recipient: 400 ErrorInvalidRec"),
        ("refuse_message", Outcome.FAILED, 413, "refused the message: 413 ErrorMessageSize"),
        ("malformed", Outcome.FAILED, 400, "refused the message: 400 ErrorMimeContentInvalid"),
        ("throttle", Outcome.RETRY, 429, "puts us off: 429 ApplicationThrottled"),
        ("unavailable", Outcome.RETRY, 503, "puts us off: 503 ErrorServerBusy: Busy"),
        ("forbid", Outcome.RETRY, 403, f"does not let us send as {MAILBOX}: 403 ErrorAccessDenied"),
        ("no_mailbox", Outcome.RETRY, 404, f"knows no mailbox {MAILBOX}: 404 ErrorInvalidUser"),
        ("quota", Outcome.RETRY, 400, "put the message off: 400 ErrorQuotaExceeded"),
        ("elsewhere", Outcome.RETRY, 307, "sends us elsewhere: 307"),
        # It may have been taken before whoever answers lost sight of it.
        ("see_other", Outcome.UNKNOWN, 303, "may or may not have arrived"),
        ("fault", Outcome.UNKNOWN, 500, "may or may not have arrived"),
        ("gateway", Outcome.UNKNOWN, 504, "may or may not have arrived"),
        ("two_hundred", Outcome.UNKNOWN, 200, "may or may not have arrived"),
    ],
)
def test_each_answer_has_its_true_outcome(
    microsoft: Microsoft, takes: str, outcome: Outcome, code: int, detail: str
) -> None:
    microsoft.takes = takes
    delivery = letter(microsoft)
    assert (delivery.outcome, delivery.code) == (outcome, code)
    assert detail in delivery.detail
    assert microsoft.sends == 1, "never again by itself"
    blameless = takes in ("throttle", "unavailable", "forbid", "no_mailbox", "elsewhere")
    assert delivery.of_the_server == blameless, "no letter would have fared better"
    assert delivery.for_administrator == (takes in ("forbid", "no_mailbox"))
    assert delivery.wait == {"throttle": 120, "unavailable": 30}.get(takes)


@pytest.mark.parametrize(
    ("takes", "outcome", "kept"),
    [
        ("drop_before_body", Outcome.RETRY, 0),
        ("drop_in_body", Outcome.RETRY, 0),
        ("drop_after_body", Outcome.UNKNOWN, 1),
        ("hang", Outcome.UNKNOWN, 1),
        ("drip", Outcome.UNKNOWN, 0),
    ],
)
def test_a_line_that_is_lost_is_unknown_once_the_whole_message_was_handed_over(
    microsoft: Microsoft, takes: str, outcome: Outcome, kept: int
) -> None:
    microsoft.takes = takes
    silent = takes in ("hang", "drip")
    mail, url = (MAIL, f"graph://{MAILBOX}?rto=1") if silent else (LONG, f"graph://{MAILBOX}")
    delivery = letter(microsoft, mail, mail_url=url)
    assert (delivery.outcome, delivery.code) == (outcome, None)
    assert ("may or may not have arrived" in delivery.detail) == (outcome is Outcome.UNKNOWN)
    said = "did not answer in time" if silent else "dropped the line"
    assert said in delivery.detail
    assert (microsoft.sends, len(microsoft.messages)) == (1, kept)


def test_what_graph_cannot_take_is_refused_before_it_is_asked(microsoft: Microsoft) -> None:
    longer = Attachment("longer.bin", "application/octet-stream", bytes(2_400_000))
    delivery = letter(microsoft, replace(MAIL, attachments=(longer,)))
    assert (delivery.outcome, delivery.code) == (Outcome.FAILED, None)
    assert "takes 4 MB, and this is 4." in delivery.detail
    assert microsoft.asked == []


def test_nothing_is_said_to_whom_nobody_vouches_for(
    microsoft: Microsoft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    delivery = letter(microsoft)
    assert (delivery.outcome, delivery.of_the_server) == (Outcome.RETRY, True)
    assert "certificate of 127.0.0.1 is not trusted" in delivery.detail
    assert microsoft.asked == []


# Tokens --------------------------------------------------------------------------------------


def test_a_token_that_is_refused_is_replaced_once(microsoft: Microsoft) -> None:
    way = way_of(microsoft.settings())
    assert send_letter(MAIL, way).outcome is Outcome.SENT
    microsoft.revoke()
    assert send_letter(MAIL, way).outcome is Outcome.SENT
    assert (len(microsoft.tokens), microsoft.sends) == (2, 3)

    microsoft.revoke()
    microsoft.gives = "stale"
    delivery = send_letter(MAIL, way)
    assert (delivery.outcome, delivery.code) == (Outcome.RETRY, 401)
    assert delivery.of_the_server
    assert delivery.for_administrator
    assert (len(microsoft.tokens), microsoft.sends) == (3, 5)
    assert not any(token in delivery.detail for token in microsoft.tokens), "it echoes them"
    assert "Not with ****" in delivery.detail
    old = microsoft.tokens[0]
    assert way_of(microsoft.settings()).tokens.masked(f"Not {old}.") == "Not ****."


@pytest.mark.parametrize(
    ("gives", "code", "detail", "administrators"),
    [
        ("wrong_secret", 401, "secret is wrong: give its value, not its ID", True),
        ("expired_secret", 401, "secret has expired", True),
        ("expired_certificate", 401, "has expired there", True),
        ("policy", 401, "AADSTS1234567: Something new '****'", True),
        ("no_tenant", 401, "no tenant as SCC_MAIL_TENANT has it", True),
        ("busy", 429, "puts us off: 429", False),
        ("down", 503, "puts us off: 503", False),
        ("elsewhere", 302, "sends us elsewhere: 302", False),
        ("malformed", None, "makes no sense as a token", False),
        ("hang", None, "did not answer in time", False),
    ],
)
def test_without_a_token_nothing_is_sent_and_nothing_is_lost(
    microsoft: Microsoft,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    gives: str,
    code: int | None,
    detail: str,
    administrators: bool,
) -> None:
    caplog.set_level("DEBUG")
    if gives == "hang":
        monkeypatch.setattr(tokens, "AT_MOST", 0.3)
    microsoft.gives = gives
    wrong = {"mail_client_secret": "s3cret-wrong"} if gives == "wrong_secret" else {}
    delivery = letter(microsoft, **wrong)
    assert (delivery.outcome, delivery.code) == (Outcome.RETRY, code)
    assert delivery.of_the_server
    assert detail in delivery.detail
    assert "s3cret" not in delivery.detail + caplog.text
    assert delivery.for_administrator == administrators
    assert delivery.wait == (90 if gives == "busy" else None)
    assert microsoft.sends == 0


def test_a_service_that_is_not_there_is_tried_again(microsoft: Microsoft) -> None:
    with SmtpServer() as server:
        port = server.port
    delivery = letter(microsoft, mail_authority=f"https://127.0.0.1:{port}")
    assert (delivery.outcome, delivery.of_the_server) == (Outcome.RETRY, True)
    assert delivery.detail == (
        "No token could be asked for. 127.0.0.1 cannot be reached: Connection refused"
    )
    nowhere = letter(microsoft, mail_authority="https://login.invalid")
    assert "No service is known by the name login.invalid" in nowhere.detail
    for graph in (f"https://127.0.0.1:{port}", "https://exa mple", "http://127.0.0.1:x"):
        delivery = letter(microsoft, mail_graph=graph)
        assert (delivery.outcome, delivery.of_the_server) == (Outcome.RETRY, True)


def test_a_secret_that_was_replaced_serves_without_a_restart(
    microsoft: Microsoft, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    file.touch(0o600)
    file.write_text("s3cret-of-last-year\n")
    way = way_of(microsoft.settings(mail_client_secret="", mail_client_secret_file=str(file)))
    assert "secret is wrong" in send_letter(MAIL, way).detail
    file.write_text(f"{SECRET}\n")
    assert send_letter(MAIL, way).outcome is Outcome.SENT
    microsoft.secret = "s3cret-of-next-year"
    assert send_letter(MAIL, way).outcome is Outcome.SENT, "while its token holds"
    microsoft.revoke()
    assert "secret is wrong" in send_letter(MAIL, way).detail
    file.write_text("s3cret-of-next-year\n")
    assert send_letter(MAIL, way).outcome is Outcome.SENT


def test_a_token_that_ends_within_minutes_is_not_used(microsoft: Microsoft, tmp_path: Path) -> None:
    microsoft.gives = "brief"
    file = tmp_path / "secret"
    file.touch(0o600)
    file.write_text(SECRET)
    way = way_of(microsoft.settings(mail_client_secret="", mail_client_secret_file=str(file)))
    assert send_letter(MAIL, way).outcome is Outcome.SENT
    assert send_letter(MAIL, way).outcome is Outcome.SENT
    assert len(microsoft.tokens) == 2
    microsoft.secret = "s3cret-of-next-year"
    assert "secret is wrong" in send_letter(MAIL, way).detail
    file.write_text(microsoft.secret)
    assert send_letter(MAIL, way).outcome is Outcome.SENT, "it was read anew"


def test_a_token_that_could_be_renewed_serves_on_while_it_cannot(microsoft: Microsoft) -> None:
    microsoft.gives = "aging"
    way = way_of(microsoft.settings())
    assert send_letter(MAIL, way).outcome is Outcome.SENT
    microsoft.gives = "down"
    assert send_letter(MAIL, way).outcome is Outcome.SENT
    microsoft.gives = "tokens"
    assert send_letter(MAIL, way).outcome is Outcome.SENT
    assert len(microsoft.tokens) == 2


def test_two_at_once_ask_for_one_token(microsoft: Microsoft) -> None:
    microsoft.takes = "hold"
    way = way_of(microsoft.settings())
    became: list[Delivery] = []
    both = [
        threading.Thread(target=lambda to=to: became.append(send_letter(to, way)))
        for to in (MAIL, replace(MAIL, message_id="<other@council.example>"))
    ]
    for each in both:
        each.start()
    for _ in both:
        assert microsoft.arrived.acquire(timeout=30)
    microsoft.release.set()
    for each in both:
        each.join(30)
    assert [delivery.outcome for delivery in became] == [Outcome.SENT, Outcome.SENT]
    assert len(microsoft.tokens) == 1


def test_neither_secret_nor_token_is_seen_anywhere(
    microsoft: Microsoft, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    ours = microsoft.settings()
    way = way_of(ours)
    assert send_letter(MAIL, way).outcome is Outcome.SENT
    shown = f"{ours!r} {ours} {ours.masked()} {way!r} {vars(way)!r} {caplog.text}"
    assert "send_request_body" in caplog.text, "all of it was logged"
    for secret in (SECRET, *microsoft.tokens):
        assert secret not in shown


# SMTP with a token ---------------------------------------------------------------------------


@pytest.fixture
def exchange(microsoft: Microsoft, tmp_path: Path) -> Iterator[SmtpServer]:
    """A mail server that offers XOAUTH2 alone, on an encrypted line."""
    accepts = microsoft.valid.__contains__
    with SmtpServer(tls=encryption(tmp_path), accepts=accepts) as server:
        yield server


def by_token(server: SmtpServer, more: str = "") -> str:
    return f"xoauth2://127.0.0.1:{server.port}?from={MAILBOX}&name=Fernshire Council{more}"


def test_a_letter_leaves_by_smtp_with_a_token(microsoft: Microsoft, exchange: SmtpServer) -> None:
    way = way_of(microsoft.settings(mail_url=by_token(exchange)))
    delivery = send_letter(MAIL, way)
    assert (delivery.outcome, delivery.code) == (Outcome.SENT, 250)
    (received,) = exchange.messages
    assert (received.sender, received.recipients) == (MAILBOX, (MAIL.to_email,))
    assert isinstance(received.message, EmailMessage)
    assert received.message["Message-ID"] == MAIL.message_id
    assert exchange.users == [MAILBOX]

    microsoft.revoke()
    assert send_letter(MAIL, way).outcome is Outcome.SENT, "with a fresh token"
    assert (len(microsoft.tokens), exchange.connections) == (2, 3)

    microsoft.revoke()
    microsoft.gives = "stale"
    delivery = send_letter(MAIL, way)
    assert (delivery.outcome, delivery.code) == (Outcome.RETRY, 535)
    assert delivery.of_the_server
    assert delivery.for_administrator
    assert "did not accept our token: 535 5.7.3" in delivery.detail
    assert not any(token in delivery.detail for token in microsoft.tokens), "it echoes them"
    assert (len(microsoft.tokens), exchange.connections) == (3, 5)


@pytest.mark.parametrize(
    ("behaviour", "outcome", "of_the_server"),
    [
        ("refuse", Outcome.FAILED, False),
        ("defer", Outcome.RETRY, False),
        ("busy_sign_in", Outcome.RETRY, True),
        ("not_as_sender", Outcome.RETRY, True),
        ("mailbox_full", Outcome.RETRY, True),
        ("drop_before_body", Outcome.RETRY, False),
        ("drop_after_body", Outcome.UNKNOWN, False),
    ],
)
def test_its_misfortunes_are_those_of_every_mail_server(
    microsoft: Microsoft,
    exchange: SmtpServer,
    behaviour: str,
    outcome: Outcome,
    of_the_server: bool,
) -> None:
    exchange.behaviour = behaviour
    delivery = letter(microsoft, mail_url=by_token(exchange))
    assert (delivery.outcome, delivery.of_the_server) == (outcome, of_the_server)
    assert delivery.for_administrator == (behaviour in ("not_as_sender", "mailbox_full"))
    assert len(microsoft.tokens) == 1


def test_no_token_goes_to_a_server_that_does_not_ask_for_one(
    microsoft: Microsoft, tmp_path: Path
) -> None:
    with SmtpServer(tls=encryption(tmp_path), login=("a", "b")) as server:
        delivery = letter(microsoft, mail_url=by_token(server))
    assert (delivery.outcome, delivery.for_administrator) == (Outcome.RETRY, True)
    assert "no sign-in by XOAUTH2" in delivery.detail
    with SmtpServer() as plain:
        delivery = letter(microsoft, mail_url=by_token(plain))
    assert "STARTTLS" in delivery.detail
    assert ssl.HAS_TLSv1_3
    assert not plain.messages
