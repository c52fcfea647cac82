"""The administrator's page of how mail leaves, and the test message to oneself."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from models.settings import Settings
from notifications.outbox import deliver
from tests.support.cases import Case
from tests.support.smtp import SmtpServer
from tests.support.visitors import Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_test_message_goes_to_whoever_asks_and_the_page_says_what_became_of_it(
    case: Case, tmp_path: Path
) -> None:
    with SmtpServer() as server:
        visitors = Visitors(case.engine, case.council, tmp_path, mail_url=server.url)
        page = visitors.admin.get("/administration/mail")
        assert "takes mail from council@council.example" in page.text
        assert server.messages == []
        for _ in range(2):  # a second press sends no second one
            page = page.submit(at="/administration/mail/test")
        assert page.path == "/administration/mail"
        assert "A test message to you is on its way" in page.response.text
        assert "Nothing yet" in page.text

        ours = Settings(_env_file=None, home=tmp_path, mail_url=server.url)
        deliver(case.engine, case.policy, ours, lambda: case.now + timedelta(seconds=1))
        [received] = server.messages
        assert received.recipients == (case.council.admin.email,)
        assert "You asked for this message at" in received.message.get_content()
        assert "250 2.0.0 OK" in visitors.admin.get("/administration/mail").text
        assert visitors.hos.post("/administration/mail/test", 403)


def test_the_state_of_the_system_warns_of_a_password_at_exchange_online(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.pages.upkeep.system.PREFECT", "http://127.0.0.1:9/api")
    url = "mailtos://clerk:hush@smtp.office365.com?from=a@council.example"
    visitors = Visitors(case.engine, case.council, tmp_path, mail_url=url)
    page = visitors.admin.get("/administration")
    assert "by default at the end of December 2026" in page.text
    assert "hush" not in page.response.text


def test_at_the_command_line_too(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = case.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("SCC_DATABASE_URL", url)
    monkeypatch.setenv("SCC_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with SmtpServer() as server:
        monkeypatch.setenv("SCC_MAIL_URL", server.url)
        told = CliRunner().invoke(app, ["test-mail", case.council.seo.email, "--json"])
        assert told.exit_code == 0, told.output
        assert json.loads(told.stdout)["state"] == "sent"
        assert server.messages[-1].recipients == (case.council.seo.email,)
        refused = CliRunner().invoke(app, ["test-mail", "nobody@fernshire.example"])
        assert refused.exit_code == 1
        assert "Traceback" not in refused.output
