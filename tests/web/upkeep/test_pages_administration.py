"""The administrator's pages: what they show, what can be done there, and what they keep to
themselves."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from models.database import read, write
from models.escalations import holding
from models.events import Event, verify
from models.inputs import Reason
from models.outbox import Message, MessageKind, MessageState
from models.people import credentials, officers
from models.people.acting import Acting
from models.people.events import CredentialIssued, OfficerAdded
from models.people.tables import Credential, CredentialKind, Officer, Role, SignIn
from models.rows import change
from models.upkeep.backup import back_up
from models.upkeep.clock import stamp
from tests.support.cases import Case
from tests.support.council import NOW
from tests.support.policies import POLICY
from tests.support.visitors import Page, Visitors

PAGES = (
    "/administration",
    "/administration/officers",
    "/administration/officers/new",
    "/administration/officers/1",
    "/administration/officers/1/change",
    "/administration/officers/1/disable",
    "/administration/deliveries",
    "/administration/mail",
    "/administration/audit",
)


@pytest.fixture
def visitors(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Visitors:
    """The pages, and everybody of the council."""
    # Nothing listens there: no test may find a Prefect that somebody runs on this machine.
    monkeypatch.setattr("web.pages.upkeep.system.PREFECT", "http://127.0.0.1:9/api")
    return Visitors(case.engine, case.council, tmp_path)


@pytest.mark.parametrize("address", PAGES)
def test_they_are_for_administrators_alone(visitors: Visitors, address: str) -> None:
    assert visitors.admin.get(address).heading
    for name in ("hos", "dcs", "legal", "viewer", "seo"):
        refused = getattr(visitors, name).get(address, 403)
        assert "Your role" in refused.text
    assert "Administration" not in visitors.dcs.get("/escalations").response.text
    assert "/administration" in visitors.admin.get("/escalations").response.text


# The state of the system -------------------------------------------------------------------


def rows_of(page: Page) -> dict[str, tuple[str, str]]:
    """State and words of each part."""
    parts = page.tree.xpath("//main//div[contains(@class, 'govuk-summary-list__row')]")
    told = {part.findtext("dt").strip(): part.xpath("dd//p") for part in parts}
    return {
        about: (" ".join(state.text_content().split()), " ".join(words.text_content().split()))
        for about, (state, words) in told.items()
    }


def test_the_state_of_the_system_says_what_to_do(visitors: Visitors, case: Case) -> None:
    found = rows_of(visitors.admin.get("/administration"))

    assert found["Database"][0] == "Well"
    assert found["Approvers"][0] == "Well"
    assert found["Clock"] == (
        "Look at this",
        "It has never run. scc up keeps it going; scc tick is one pass by hand.",
    )
    assert "scc up starts it" in found["Prefect"][1]
    assert "Set SCC_MAIL_URL" in found["Mail"][1]
    assert "scc backup FILE" in found["Backups"][1]
    assert all(words for _, words in found.values())


def test_what_is_well_is_well(visitors: Visitors, case: Case, tmp_path: Path) -> None:
    stamp(case.engine, NOW)
    back_up(case.engine, tmp_path / "evidence", tmp_path / "scc.zip", now=NOW)

    found = rows_of(visitors.admin.get("/administration"))

    assert found["Clock"][0] == found["Backups"][0] == "Well"
    visitors.at(NOW + timedelta(days=8))
    found = rows_of(visitors.admin.get("/administration"))
    assert (found["Clock"][0], found["Backups"][0]) == ("Problem", "Look at this")
    assert "23 November 2026" in found["Backups"][1]


def test_a_step_that_nobody_can_approve_is_a_problem(visitors: Visitors, case: Case) -> None:
    disable(case, "legal")

    page = visitors.admin.get("/administration")

    state, words = rows_of(page)["Approvers"]
    assert state == "Problem"
    assert (
        "Nobody is Legal Services: without one, nobody can approve step vi (maintained)." in words
    )
    assert next(iter(rows_of(page))) == "Approvers", "what is worst stands first"


def disable(case: Case, name: str) -> None:
    with write(case.engine) as session:
        officers.disable_officer(
            Acting(session, POLICY, case.council.admin, NOW),
            f"{name}@fernshire.example",
            Reason(reason="Left the council"),
        )


def test_cases_whose_officer_has_left_are_counted_but_for_restricted_ones(
    visitors: Visitors, case: Case
) -> None:
    case.started()
    other = Case(case.engine, case.policy, case.council).started(school="church")
    other.restrict()
    disable(case, "seo")

    state, words = rows_of(visitors.admin.get("/administration"))["Case officers"]

    assert state == "Problem"
    assert words.startswith("1 case is without a case officer")


def test_what_waits_too_long_is_seen(visitors: Visitors, case: Case) -> None:
    case.started(by="seo")
    visitors.at(NOW + timedelta(hours=3))

    found = rows_of(visitors.admin.get("/administration"))

    assert found["Flow runner"][0] == "Look at this"
    assert "1 proposal is not known to Prefect" in found["Flow runner"][1]
    assert found["Outbox"][0] == "Look at this"
    assert "the oldest for 3 hours" in found["Outbox"][1]


def test_what_prefect_is_not_told_is_not_missed_there(visitors: Visitors, case: Case) -> None:
    case.started(by="seo")
    case.restrict()
    visitors.at(NOW + timedelta(hours=3))

    state, words = rows_of(visitors.admin.get("/administration"))["Flow runner"]

    assert state == "Well"
    assert "1" not in words


# Officers ----------------------------------------------------------------------------------


def the_officer(case: Case, email: str) -> Officer:
    with read(case.engine) as session:
        return officers.find_officer(session, email)


def link_on(page: Page) -> str:
    [link] = page.tree.xpath("//main//strong[contains(., '/set-password/')]/text()")
    return str(link)


def test_an_officer_is_added_and_their_link_shown_once(visitors: Visitors, case: Case) -> None:
    form = visitors.admin.get("/administration/officers").follow("Add an officer")
    shown = form.submit(
        name="Nora Quill", email="Nora@fernshire.example", role="service_manager", phase="primary"
    )

    link = link_on(shown)
    assert link.startswith("http://127.0.0.1:8000/set-password/")
    added = the_officer(case, "nora@fernshire.example")
    assert (added.role, added.phase, added.active) == (Role.SERVICE_MANAGER, "primary", True)
    page = shown.follow("On to Nora Quill")
    assert link not in page.response.text
    assert "Link to set a password" in page.text
    # Whoever has the link gets in; the record says who let them.
    chosen = visitors.stranger().get(link.removeprefix("http://127.0.0.1:8000"))
    assert "Nora Quill" in chosen.text
    with read(case.engine) as session:
        assert verify(session) is None
        last = select(Event).order_by(col(Event.sequence).desc()).limit(2)
        issued, appointed = session.exec(last).all()
    assert (appointed.kind, appointed.actor) == (
        OfficerAdded.kind,
        "admin@fernshire.example",
    )
    assert (issued.kind, issued.actor) == (
        CredentialIssued.kind,
        "admin@fernshire.example",
    )


def test_what_is_missing_or_taken_is_said_with_everything_kept(visitors: Visitors) -> None:
    form = visitors.admin.get("/administration/officers/new")
    empty = form.submit(422)
    assert [message for message, _ in empty.errors] == [
        "Enter their name",
        "Enter an e-mail address",
        "Choose a role",
    ]
    taken = form.submit(
        422, name="Somebody", email="seo@fernshire.example", role="officer", phase="primary"
    )
    assert "There is already an officer with the e-mail address" in taken.text
    assert taken.tree.xpath("//input[@name='name']/@value") == ["Somebody"]
    wrong = form.submit(422, name="Somebody", email="nobody", role="officer")
    assert wrong.errors[0][1] == "#email"


def test_a_phase_is_kept_for_service_managers_alone(visitors: Visitors, case: Case) -> None:
    visitors.admin.get("/administration/officers/new").submit(
        name="Nora Quill", email="nora@fernshire.example", role="viewer", phase="primary"
    )
    assert the_officer(case, "nora@fernshire.example").phase is None


def test_officers_are_found_by_name_and_address(visitors: Visitors) -> None:
    everybody = visitors.admin.get("/administration/officers")
    assert "11 officers" in everybody.text
    assert "Adam Dunmore" in everybody.links
    found = visitors.admin.get("/administration/officers", query="ellison")
    assert "1 officer" in found.text
    assert "Nobody has this name" in visitors.admin.get("/administration/officers", query="zz").text
    visitors.admin.get("/administration/officers", 422, query="a\0b")


def number_of(case: Case, name: str) -> int:
    return case.council.officers[name].id


def page_of(visitors: Visitors, case: Case, name: str) -> Page:
    return visitors.admin.get(f"/administration/officers/{number_of(case, name)}")


def test_a_new_role_ends_their_sign_ins(visitors: Visitors, case: Case) -> None:
    visitors.seo.get("/escalations")
    form = visitors.admin.get(f"/administration/officers/{number_of(case, 'seo')}/change")
    assert form.tree.xpath("//input[@name='role'][@checked]/@value") == ["officer"]

    done = form.submit(name="Sam Ellison-Brook", role="viewer")

    assert "The officer’s details have been changed" in done.text
    assert done.heading == "Sam Ellison-Brook"
    assert the_officer(case, "seo@fernshire.example").role is Role.VIEWER
    assert visitors.seo.get("/escalations").path.startswith("/sign-in")


def test_somebody_who_leaves_is_disabled_and_may_come_back(visitors: Visitors, case: Case) -> None:
    with write(case.engine) as session:
        token = credentials.issue_token(session, now=NOW, officer=case.council.seo)
    visitors.seo.get("/escalations")
    form = page_of(visitors, case, "seo").follow("Disable this officer")
    assert form.submit(422).errors == [("Enter a reason", "#reason")]

    done = form.submit(reason="Left the council")

    assert "disabled and signed out everywhere" in done.text
    assert visitors.seo.get("/escalations").path.startswith("/sign-in")
    refused = visitors.stranger().client.get(
        "/api/v1/escalations", headers={"Authorization": f"Bearer {token}"}
    )
    assert refused.status_code == 401
    assert "Disabled" in visitors.admin.get("/administration/officers").text
    back = done.submit(at=f"/administration/officers/{number_of(case, 'seo')}/enable")
    assert "The officer has been enabled" in back.text
    assert the_officer(case, "seo@fernshire.example").active


@pytest.mark.parametrize("what", ["disable", "change"])
def test_the_last_administrator_cannot_lock_everybody_out(
    visitors: Visitors, case: Case, what: str
) -> None:
    form = visitors.admin.get(f"/administration/officers/{number_of(case, 'admin')}/{what}")
    typed = {"reason": "Bye"} if what == "disable" else {"role": "viewer"}

    refused = form.submit(422, **typed)

    assert "is the last administrator" in refused.text
    assert the_officer(case, "admin@fernshire.example").role is Role.ADMINISTRATOR
    visitors.admin.get("/administration")


def test_a_new_link_replaces_the_one_before(visitors: Visitors, case: Case) -> None:
    page = page_of(visitors, case, "seo")
    address = f"/administration/officers/{number_of(case, 'seo')}/link"
    first = link_on(page.submit(at=address))
    second = link_on(page.submit(at=address))

    assert first != second
    host = "http://127.0.0.1:8000"
    assert "Sam Ellison" not in visitors.stranger().get(first.removeprefix(host), 404).text
    assert "Sam Ellison" in visitors.stranger().get(second.removeprefix(host)).text


def test_what_lets_somebody_in_can_be_taken_away(visitors: Visitors, case: Case) -> None:
    with write(case.engine) as session:
        token = credentials.issue_token(
            session, now=NOW, officer=case.council.seo, label="The weekly report"
        )
        credentials.issue_code(session, now=NOW, officer=case.council.seo)
    visitors.seo.get("/escalations")
    page = page_of(visitors, case, "seo")
    assert "Token for the JSON API: The weekly report" in page.text
    assert "Personal code for Prefect" in page.text
    assert token not in page.response.text
    with read(case.engine) as session:
        mine = select(Credential).where(
            Credential.officer_id == number_of(case, "seo"),
            Credential.kind == CredentialKind.TOKEN,
        )
        [credential] = session.exec(mine).all()
        [sign_in] = session.exec(
            select(SignIn).where(SignIn.officer_id == number_of(case, "seo"))
        ).all()

    revoked = page.submit(at=f"{page.path}/tokens/{credential.id}/revoke")
    ended = page.submit(at=f"{page.path}/sign-ins/{sign_in.id}/end")

    assert "That token, code or link no longer works" in revoked.text
    assert "The weekly report" not in ended.text
    assert "Nowhere." in ended.text
    assert visitors.seo.get("/escalations").path.startswith("/sign-in")


def test_what_is_not_there_is_not_found(visitors: Visitors) -> None:
    for address in ("999", "0", "x", "999/change", "999/disable"):
        visitors.admin.get(f"/administration/officers/{address}", 404)
    for address in ("999/enable", "999/link", "1/tokens/999/revoke", "1/sign-ins/999/end"):
        visitors.admin.post(f"/administration/officers/{address}", 404)


# Deliveries --------------------------------------------------------------------------------


def test_delivery_problems_are_told_without_what_was_written(
    visitors: Visitors, case: Case, tmp_path: Path
) -> None:
    case.started().climb_to("formal_headteacher")
    case.issue()
    trouble(case, "550 5.1.1 <headteacher@school-900001.example>: no such mailbox", code=550)

    page = visitors.admin.get("/administration/deliveries")

    assert "Letter to the headteacher" in page.text
    assert "Ashfield Primary School" in page.text
    assert "550 5.1.1" in page.text
    assert "The case officer corrects the address" in page.text
    assert "ESC-2026" not in page.text


def trouble(case: Case, detail: str, *, code: int) -> None:
    """The mail server refused the letters of this case for good."""
    with write(case.engine) as session:
        letters = select(Message).where(
            Message.kind == MessageKind.LETTER, Message.matter_id == case.escalation.id
        )
        for message in session.exec(letters):
            change(
                session,
                Message,
                {"id": message.id},
                state=MessageState.FAILED,
                code=code,
                detail=detail,
            )


def test_of_a_restricted_case_a_delivery_names_nobody(visitors: Visitors, case: Case) -> None:
    case.started().climb_to("formal_headteacher")
    case.issue()
    trouble(case, "550 5.1.1 <headteacher@school-900001.example>: no such mailbox", code=550)
    case.restrict()

    page = visitors.admin.get("/administration/deliveries")

    assert "About a restricted case" in page.text
    assert "550" in page.text
    for told in ("Ashfield", "900001", "headteacher", "ESC-2026"):
        assert told not in page.text


def test_a_letter_that_waits_long_is_a_problem(visitors: Visitors, case: Case) -> None:
    case.started().climb_to("formal_headteacher")
    case.issue()
    assert "There are no problems" in visitors.admin.get("/administration/deliveries").text

    visitors.at(NOW + timedelta(hours=2))
    page = visitors.admin.get("/administration/deliveries")

    assert "Waiting to be sent" in page.text
    assert "check that the clock is running" in page.text


# The audit ---------------------------------------------------------------------------------


def sentences(page: Page) -> list[str]:
    return [
        " ".join(heading.text_content().split())
        for heading in page.tree.xpath("//h3[contains(@class, 'moj-timeline__title')]")
    ]


def test_the_audit_tells_who_did_what(visitors: Visitors, case: Case) -> None:
    disable(case, "legal")
    visitors.viewer.get("/administration", 403)

    page = visitors.admin.get("/administration/audit")

    told = sentences(page)
    assert "The account of legal@fernshire.example was disabled: Left the council." in told
    assert any("GET /administration was refused" in each for each in told)
    assert any("viewer@fernshire.example signed in" in each for each in told)
    assert "by Adam Dunmore" in page.text
    # What happens on cases is the cases' own record.
    case.started()
    assert "ESC-2026" not in visitors.admin.get("/administration/audit").text


def test_the_audit_is_narrowed_down(visitors: Visitors, case: Case) -> None:
    disable(case, "legal")
    visitors.viewer.get("/administration", 403)

    def found(**filters: str) -> list[str]:
        return sentences(visitors.admin.get("/administration/audit", **filters))

    assert all("refused" in each for each in found(topic="refusals"))
    assert len(found(topic="refusals")) == 1
    mine = found(officer="legal@fernshire.example")
    assert any("disabled" in each for each in mine)
    assert not any("viewer" in each for each in mine)
    day = {"first_day-day": "24", "first_day-month": "11", "first_day-year": "2026"}
    assert found(**day) == []
    day = {f"last_{name.removeprefix('first_')}": value for name, value in day.items()}
    assert len(found(**day)) > 5


@pytest.mark.parametrize(
    "filters",
    [
        {"topic": "everything"},
        {"first_day-day": "31", "first_day-month": "2", "first_day-year": "2026"},
        {"officer": "a\0b"},
    ],
)
def test_a_choice_that_is_none_is_said_to_be(visitors: Visitors, filters: dict[str, str]) -> None:
    page = visitors.admin.get("/administration/audit", 422, **filters)
    assert page.errors


def test_the_audit_masks_cases_that_the_administrator_does_not_see(
    visitors: Visitors, case: Case
) -> None:
    case.started()
    case.restrict()
    visitors.hos.get(f"/escalations/{case.reference}")
    visitors.seo2.get(f"/escalations/{case.reference}", 404)
    visitors.viewer.get(f"/escalations/{case.reference}/propose/advance", 403)
    visitors.viewer.get("/proposals/1", 403)

    page = visitors.admin.get("/administration/audit")

    told = sentences(page)
    assert "A case was restricted to named officers." in told
    assert "A restricted case was read." in told
    assert "Something on a restricted case was refused." in told
    assert any("/escalations/…" in each for each in told)
    assert any("/proposals/…" in each for each in told)
    for topic in ("restricted", "refusals"):  # its contacts are no secret before there is a case
        shown = visitors.admin.get("/administration/audit", topic=topic).response.text
        for name in (case.reference, "Ashfield", "/proposals/1"):
            assert name not in shown


def test_the_audit_names_cases_that_the_administrator_sees(visitors: Visitors, case: Case) -> None:
    case.started()
    case.restrict()
    with write(case.engine) as session:
        holding.open_to_all(
            Acting(session, case.policy, case.council.hos, NOW),
            case.reference,
            Reason(reason="It is settled."),
        )
    visitors.viewer.get(f"/escalations/{case.reference}/propose/advance", 403)

    page = visitors.admin.get("/administration/audit")

    assert f"{case.reference}, Ashfield Primary School" in page.text
    assert any(f"/escalations/{case.reference}/propose" in each for each in sentences(page))


def test_the_audit_goes_in_pages(visitors: Visitors, case: Case) -> None:
    for _ in range(60):
        with write(case.engine) as session:
            credentials.issue_token(session, now=NOW, officer=case.council.seo)

    page = visitors.admin.get("/administration/audit", topic="credentials")

    assert len(sentences(page)) == 50
    assert (
        len(sentences(visitors.admin.get("/administration/audit", topic="credentials", page="2")))
        == 10
    )
