"""What is set for mail through Microsoft 365: looked at before anybody is asked, and told in words
that say what to do."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.settings import Settings
from notifications import credentials
from notifications.channels import send_letter
from notifications.way_out import Delivery, Outcome
from notifications.ways import way_out as way_of
from tests.notifications.test_channels import MAIL
from tests.support.microsoft import SECRET, Microsoft, certificate_file, encryption


def letter(microsoft: Microsoft, **more: Any) -> Delivery:
    return send_letter(MAIL, way_of(microsoft.settings(**more)))


# Addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"mail_url": "graph://"}, "graph:// with the mailbox"),
        ({"mail_url": "graph://fernshire.example"}, "graph:// with the mailbox"),
        ({"mail_url": "graph://a@b.example/../c@d.example"}, "graph:// with the mailbox"),
        ({"mail_url": "graph://a%2F..%2Fme@b.example"}, "graph:// with the mailbox"),
        ({"mail_url": "graph://a:hush@b.example"}, "graph:// with the mailbox"),
        ({"mail_url": "graph://siân@b.example"}, "graph:// with the mailbox"),
        ({"mail_url": "graph://a@b.example?cc=c@d.example"}, "Only name, reply, cto and rto"),
        ({"mail_url": "graph://a@b.example?name=A%0D%0ABcc: c@d.example"}, "line break"),
        ({"mail_url": "graph://a@b.example?reply=a,b"}, "reply="),
        ({"mail_url": "graph://a@b.example?rto=0"}, "more than 0 seconds"),
        ({"mail_url": "graph://a@b.example?rto=nan"}, "more than 0 seconds"),
        ({"mail_tenant": ""}, "SCC_MAIL_TENANT"),
        ({"mail_tenant": "common"}, "SCC_MAIL_TENANT"),
        ({"mail_tenant": "a/../b"}, "SCC_MAIL_TENANT"),
        ({"mail_client_id": "scc"}, "SCC_MAIL_CLIENT_ID"),
        ({"mail_client_secret": ""}, "Set one of SCC_MAIL_CLIENT_SECRET"),
        ({"mail_certificate_file": "/a.pem"}, "Set one of SCC_MAIL_CLIENT_SECRET"),
        ({"mail_authority": "http://127.0.0.1:1"}, "SCC_MAIL_AUTHORITY must begin with https"),
        ({"mail_graph": "http://graph.example"}, "SCC_MAIL_GRAPH must begin with https"),
        ({"mail_url": "xoauth2://a:hush@127.0.0.1?from=a@b.example"}, "no user name"),
        ({"mail_url": "xoauth2://mail.example?from=a@b.example&verify=no"}, "encrypted"),
        ({"mail_url": "xoauth2://mail.example?from=a@b.example&mode=insecure"}, "encrypted"),
        ({"mail_url": "xoauth2://mail.example?from=a@b.example", "mail_tenant": ""}, "TENANT"),
    ],
)
def test_what_cannot_be_used_says_why_and_loses_no_letter(
    microsoft: Microsoft, wrong: dict[str, str], reason: str
) -> None:
    way = way_of(microsoft.settings(**wrong))
    assert way.trouble is not None
    assert reason in way.trouble
    delivery = send_letter(MAIL, way)
    assert (delivery.outcome, delivery.of_the_server) == (Outcome.RETRY, True)
    assert way.trouble in delivery.detail
    assert not {"hush", SECRET} & set(delivery.detail.replace(":", " ").split())
    assert microsoft.asked == []


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60))
def test_no_address_breaks_the_check(rest: str) -> None:
    for scheme in ("graph", "xoauth2"):
        way = way_of(Settings(_env_file=None, mail_url=f"{scheme}://{rest}"))
        assert way.trouble


def test_the_ways_have_names_by_which_all_workers_know_them(microsoft: Microsoft) -> None:
    by_smtp = "xoauth2://smtp.office365.com?from=a@b.example&name=Children's Services"
    named = {
        "mailto://mail.example?from=a@b.example": "mail:mail.example:25",
        by_smtp: "mail:smtp.office365.com:587",
        "graph://o'brien+scc@b.example?name=Director: Children's Services": (
            "graph:o'brien+scc@b.example"
        ),
        "": "folder",
    }
    for url, name in named.items():
        way = way_of(microsoft.settings(mail_url=url))
        assert (way.trouble, way.name) == (None, name)
        assert way.longest <= 220, "a letter whose worker died is unknown in five minutes at most"


# Secrets -------------------------------------------------------------------------------------


def _file(folder: Path, content: str, mode: int = 0o600) -> str:
    file = folder / "kept"
    file.touch(0o600)
    file.write_text(content)
    file.chmod(mode)
    return str(file)


@pytest.mark.parametrize(
    ("mode", "content", "reason"),
    [
        (0o644, SECRET, "others than its owner can get at {file}. Run `chmod 600 {file}`"),
        (0o620, SECRET, "others than its owner can get at {file}"),
        (0o600, "", "no client secret"),
        (0o600, f"{SECRET}\nand more", "no client secret"),
        (0o600, "x" * 70_000, "no text of a few lines"),
    ],
)
def test_a_file_with_the_secret_is_for_us_alone(
    microsoft: Microsoft, tmp_path: Path, mode: int, content: str, reason: str
) -> None:
    file = _file(tmp_path, content, mode)
    delivery = letter(microsoft, mail_client_secret="", mail_client_secret_file=file)
    assert (delivery.outcome, delivery.for_administrator) == (Outcome.RETRY, True)
    assert reason.format(file=file) in delivery.detail
    assert SECRET not in delivery.detail
    assert microsoft.asked == []


def test_a_file_of_somebody_else_is_not_taken(
    microsoft: Microsoft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _file(tmp_path, SECRET)
    theirs = SimpleNamespace(st_mode=0o100600, st_uid=os.geteuid() + 1)
    seen = SimpleNamespace(**(vars(os) | {"fstat": lambda _: theirs}))
    monkeypatch.setattr(credentials, "os", seen)
    delivery = letter(microsoft, mail_client_secret="", mail_client_secret_file=file)
    assert "belongs to somebody else" in delivery.detail
    assert microsoft.asked == []


def test_a_certificate_is_looked_at_before_it_is_used(microsoft: Microsoft, tmp_path: Path) -> None:
    def said(file: str) -> str:
        return letter(microsoft, mail_client_secret="", mail_certificate_file=file).detail

    assert "cannot be read: No such file" in said(str(tmp_path / "nowhere"))
    assert "is no file" in said(str(tmp_path))
    assert "both PEM" in said(_file(tmp_path, "nonsense"))
    other = certificate_file(tmp_path, days=-1)
    assert "The certificate ended on" in said(str(other))
    assert microsoft.asked == []
    encryption(tmp_path)  # of a server, with a key that Entra does not take
    server = tmp_path / "server.pem"
    server.chmod(0o600)
    assert "no RSA key" in said(str(server))
    parts = other.read_text().split("-----BEGIN CERTIFICATE")
    stranger = server.read_text().split("-----BEGIN CERTIFICATE")[1]
    mixed = _file(tmp_path, f"{parts[0]}-----BEGIN CERTIFICATE{stranger}")
    assert "not that of its certificate" in said(mixed)
