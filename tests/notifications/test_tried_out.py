"""The way out is tried without sending: what is missing, and whose task it is."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.doctor import examine
from models.settings import Settings
from models.upkeep.findings import Finding
from notifications import graph, signs
from notifications.tokens import OURS, THEIRS
from tests.support.council import NOW
from tests.support.microsoft import GRAPH, MAILBOX, Microsoft, certificate_file, encryption
from tests.support.smtp import SmtpServer


def found(settings: Settings) -> dict[str, Finding]:
    return {each.about: each for each in signs.of_way_out(settings, NOW).findings}


def test_a_mailbox_of_its_own_scope_is_well(microsoft: Microsoft) -> None:
    """A role of Exchange Online does not stand in the token: the mailbox's answer tells."""
    told = found(microsoft.settings())
    assert {about: each.health for about, each in told.items()} == {
        "way out": "ok",
        "permission": "ok",
    }
    assert f"would take a message from {MAILBOX}" in told["way out"].says
    assert microsoft.messages == []


@pytest.mark.parametrize(
    ("gives", "takes", "roles", "about", "health", "says", "whose"),
    [
        ("expired_secret", "accept", [], "way out", "problem", "secret has expired", THEIRS),
        ("no_tenant", "accept", [], "way out", "problem", "SCC_MAIL_TENANT", OURS),
        ("tokens", "forbid", ["Mail.Send"], "way out", "problem", "does not cover", THEIRS),
        ("tokens", "no_mailbox", ["Mail.Send"], "way out", "problem", "Check the mailbox", OURS),
        ("tokens", "throttle", [], "way out", "warning", "puts us off: 429", ""),
        ("tokens", "quota", [], "way out", "warning", "400 ErrorQuotaExceeded", ""),
        ("tokens", "drop_before_body", [], "way out", "problem", "dropped the line", ""),
        ("tokens", "forbid", [], "permission", "problem", "granted neither in Entra", THEIRS),
        ("tokens", "accept", ["Mail.Send"], "permission", "warning", "every mailbox", THEIRS),
        (
            "tokens",
            "accept",
            ["Mail.Send", "Mail.Read"],
            "permission",
            "warning",
            "may do more than send: Mail.Read",
            THEIRS,
        ),
    ],
)
def test_what_is_missing_is_told_with_whose_task_it_is(
    microsoft: Microsoft,
    gives: str,
    takes: str,
    roles: list[str],
    about: str,
    health: str,
    says: str,
    whose: str,
) -> None:
    microsoft.gives, microsoft.takes, microsoft.roles = gives, takes, roles
    told = found(microsoft.settings())[about]
    assert told.health == health
    assert says in told.says
    assert whose in told.says
    assert microsoft.messages == []


def test_a_certificate_that_ends_soon_is_told_of(microsoft: Microsoft, tmp_path: Path) -> None:
    for days, health in ((90, "ok"), (20, "warning")):
        file = str(certificate_file(tmp_path, days))
        ours = microsoft.settings(mail_client_secret="", mail_certificate_file=file)
        findings = signs.of_way_out(ours, datetime.now(UTC)).findings
        [told] = [each for each in findings if each.about == "certificate"]
        assert told.health == health
        assert "It is valid until" in told.says


def test_one_who_hangs_is_not_waited_for(
    microsoft: Microsoft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "EXAMINED_FOR", 0.3)
    microsoft.takes = "hang"
    # Even where it takes what is no message for one, nothing of it is anybody's.
    monkeypatch.setattr(Microsoft, "send", lambda *_: microsoft.release.wait(10) or (400, {}, ""))
    assert "did not answer in time" in found(microsoft.settings())["way out"].says


def test_a_mail_server_is_spoken_to_up_to_the_recipient(
    microsoft: Microsoft, tmp_path: Path
) -> None:
    accepts = microsoft.valid.__contains__
    with SmtpServer(tls=encryption(tmp_path), accepts=accepts) as server:
        url = f"xoauth2://127.0.0.1:{server.port}?from={MAILBOX}"
        ours = microsoft.settings(mail_url=url)
        assert f"takes mail from {MAILBOX}" in found(ours)["way out"].says
        microsoft.gives = "stale"
        told = found(ours)["way out"]
        assert told.health == "problem"
        assert "SMTP.SendAsApp" in told.says
        server.behaviour, microsoft.gives = "refuse_sender", "tokens"
        assert "refused mail from" in found(ours)["way out"].says
        assert server.messages == []


def test_a_password_at_exchange_online_is_warned_of_with_the_date(tmp_path: Path) -> None:
    def warned(url: str) -> list[str]:
        ours = Settings(_env_file=None, home=tmp_path, mail_url=url)
        way = signs.way_out(ours)
        assert isinstance(way, signs.Smtp)
        return [signs.password_sign_in(way, NOW).says] if way.has_password_at_microsoft else []

    [says] = warned("mailtos://clerk:hush@smtp.office365.com:587?from=a@council.example")
    assert "end of December 2026" in says
    assert "docs/mail.md" in says
    assert "hush" not in says
    assert warned("mailtos://clerk:hush@SMTP-mail.outlook.com?from=a@council.example")
    assert not warned("mailtos://smtp.office365.com:587?from=a@council.example"), "a relay"
    assert not warned("mailtos://clerk:hush@notoffice365.com?from=a@council.example")


def test_the_doctor_says_it_too_and_shows_no_secret(
    microsoft: Microsoft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    microsoft.takes = "forbid"
    ours = microsoft.settings(home=tmp_path, PREFECT_API_URL="http://127.0.0.1:9/api")
    told = {each.about: each for each in examine(ours, NOW)}
    assert (told["way out"].health, told["permission"].health) == ("problem", "problem")
    shown = ours.masked()
    assert shown["mail_url"] == "graph://…@fernshire.example"
    assert shown["mail_client_secret"] == "********"
    assert GRAPH not in str(shown)
