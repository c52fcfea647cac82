"""Pages about whose case it is and who decides: restricting, handing over, cover."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from models.approvals.tables import Proposal
from models.database import read, write
from models.events import Event
from models.letters.tables import Letter
from models.letters.writing import DraftText, edit_letter
from models.people.acting import Acting
from models.people.events import RefusalsCounted
from models.record.events import AccessRefused, RestrictedCaseRead
from models.refusals import NotPossible
from models.rows import change
from tests.support.callers import Callers
from tests.support.cases import Case
from tests.support.council import Council
from tests.support.visitors import Visitors


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    return Visitors(engine, council, tmp_path)


@pytest.fixture
def callers(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    return Callers(engine, council, tmp_path)


def kinds(engine: Engine, kind: str) -> list[Event]:
    with read(engine) as session:
        return list(session.exec(select(Event).where(Event.kind == kind)))


def test_a_case_is_restricted_and_opened_on_its_page(visitors: Visitors, case: Case) -> None:
    case.started().discuss()
    address = f"/escalations/{case.reference}"
    form = visitors.hos.get(address).follow("Change who can see it")
    page = form.submit(restricted="yes", officers=["legal@fernshire.example"], reason="Delicate.")
    assert page.path == address
    assert "The case is now restricted to the officers named" in page.text
    assert "Restricted" in page.text
    for who in ("hos2", "seo2", "viewer", "admin", "aed"):
        getattr(visitors, who).get(address, 404)
        assert case.reference not in getattr(visitors, who).get("/escalations?view=all").text
        assert case.reference not in getattr(visitors, who).get("/schools/900001").text
    assert visitors.legal.get(address).status == 200
    form = visitors.hos.get(address).follow("Change who can see it")
    refused = form.submit(422, restricted="no", reason="")
    assert refused.errors == [("Enter a reason", "#reason")]
    page = form.submit(restricted="no", reason="It is known now.")
    assert "The case is no longer restricted" in page.text
    assert visitors.seo2.get(address).status == 200


def test_reads_and_refusals_of_a_restricted_case_are_on_record(
    visitors: Visitors, case: Case
) -> None:
    case.started()
    address = f"/escalations/{case.reference}"
    form = visitors.hos.get(address).follow("Change who can see it")
    form.submit(restricted="yes", reason="Delicate.")
    before = len(kinds(visitors.engine, RestrictedCaseRead.kind))
    visitors.dcs.get(f"{address}/record")
    visitors.seo2.get(f"{address}/record", 404)
    visitors.seo2.get("/escalations/ESC-2099-0001", 404)
    seen = kinds(visitors.engine, RestrictedCaseRead.kind)[before:]
    assert [(each.actor, each.facts["address"]) for each in seen] == [
        ("dcs@fernshire.example", f"{address}/record")
    ]
    [refused] = kinds(visitors.engine, AccessRefused.kind)
    assert refused.actor == "seo2@fernshire.example"
    assert refused.matter_id == case.escalation.id


def test_a_refusal_by_role_is_on_record(visitors: Visitors, callers: Callers, case: Case) -> None:
    case.started()
    visitors.viewer.get(f"/escalations/{case.reference}/record", 403)
    callers.viewer.post("/escalations", 403, key="k1", urn=900002)
    callers.viewer.post(f"/escalations/{case.reference}/proposals", 403, action="pause", reason="x")
    refused = kinds(visitors.engine, AccessRefused.kind)
    assert [each.facts["address"] for each in refused] == [
        f"GET /escalations/{case.reference}/record",
        "POST /api/v1/escalations",
        f"POST /api/v1/escalations/{case.reference}/proposals",
    ]
    assert {each.actor for each in refused} == {"viewer@fernshire.example"}


def test_the_same_refusal_again_and_again_is_one_event_and_a_count(
    visitors: Visitors, callers: Callers, case: Case
) -> None:
    case.started()
    for _ in range(4):
        visitors.viewer.get(f"/escalations/{case.reference}/discussions/new", 403)
        callers.viewer.post("/escalations", 403, urn=900002)
    refused = kinds(visitors.engine, AccessRefused.kind)
    assert [each.facts["address"] for each in refused] == [
        f"GET /escalations/{case.reference}/discussions/new",
        "POST /api/v1/escalations",
    ]
    visitors.at(visitors.now + timedelta(hours=1))
    visitors.viewer.get(f"/escalations/{case.reference}/discussions/new", 403)
    [counted] = kinds(visitors.engine, RefusalsCounted.kind)
    assert (counted.facts["times"], counted.facts["event"]) == (3, refused[0].sequence)
    shown = visitors.admin.get("/administration/audit?topic=refusals").text
    assert "3 times more within the hour" in shown


def test_a_refusal_inside_a_command_is_on_record_once(callers: Callers, case: Case) -> None:
    """With a key the refusal is kept and given again, and no second time on record."""
    case.started().discuss()
    proposal = case.propose("pause", by="hos")
    for _ in range(2):
        callers.hos.approve(proposal.id, 403, key="mine")
    [refused] = kinds(callers.engine, AccessRefused.kind)
    assert "somebody else must decide it" in refused.facts["why"]


def test_a_restriction_that_would_strand_a_proposal_is_told_above_the_form(
    visitors: Visitors, case: Case
) -> None:
    case.started().climb_to("formal_governing_body")
    case.fail_step()
    case.issue()
    case.propose("advance", head_performance_in_question=True)
    form = visitors.hos.get(f"/escalations/{case.reference}/restriction")
    refused = form.submit(422, restricted="yes", reason="Delicate.")
    assert "nobody named could decide it" in refused.text
    assert "Delicate." in refused.text


def test_a_case_is_handed_over_on_its_page(visitors: Visitors, case: Case) -> None:
    case.started()
    address = f"/escalations/{case.reference}"
    form = visitors.hos.get(address).follow("Change the case officer")
    assert "The case officer is Sam Ellison" in form.text
    page = form.submit(case_officer="seo2@fernshire.example", reason="She knows the school.")
    assert "The case officer has been changed" in page.text
    assert "Case officer: Sofia Eze" in page.text
    assert "Change the case officer" not in visitors.seo.get(address).links


def test_cover_is_given_used_and_ended(visitors: Visitors, case: Case) -> None:
    case.started().discuss()
    proposal = case.propose("pause")
    cover = visitors.hos.get("/proposals").follow(
        "Let a colleague decide for you while you are away"
    )
    form = visitors.hos.get("/cover/new")
    assert "Nobody is covering for you" in cover.text
    refused = form.submit(422)
    assert [href for _, href in refused.errors] == [
        "#colleague",
        "#first_day-day",
        "#last_day-day",
        "#reason",
    ]
    days = {"first_day": date(2026, 11, 23), "last_day": date(2026, 12, 4)}
    page = form.submit(colleague="seo2@fernshire.example", reason="Annual leave.", **days)
    assert page.path == "/cover"
    assert "Sofia Eze" in page.text
    decide = visitors.seo2.get(f"/proposals/{proposal.id}")
    done = decide.submit(decision="approve")
    assert "The proposal has been approved" in done.text
    assert "Sofia Eze for Harriet Osborne" in visitors.seo2.get(f"/proposals/{proposal.id}").text
    ended = visitors.hos.post("/cover/1/end")
    assert "The cover has ended" in ended.text
    visitors.seo2.post("/cover/1/end", 404)


def test_the_same_by_the_api(callers: Callers, case: Case) -> None:
    case.started().discuss()
    proposal = case.propose("pause")
    made = callers.hos.post(
        "/delegations",
        colleague="seo2@fernshire.example",
        first_day="2026-11-23",
        last_day="2026-11-27",
        reason="Leave.",
    )
    assert (made["from"], made["state"]) == ("hos@fernshire.example", "in_force")
    assert [each["id"] for each in callers.seo2.get("/delegations")["items"]] == [made["id"]]
    assert proposal.id in [each["id"] for each in callers.seo2.get("/proposals")["items"]]
    decided = callers.seo2.approve(proposal.id)
    assert decided["decisions"][0]["for_officer"] == "hos@fernshire.example"
    ended = callers.hos.post(f"/delegations/{made['id']}/end", 200)
    assert ended["state"] == "over"

    address = f"/escalations/{case.reference}"
    moved = callers.hos.post(
        f"{address}/case-officer", 200, case_officer="seo2@fernshire.example", reason="x"
    )
    assert moved["case_officer"] == "seo2@fernshire.example"
    shut = callers.hos.post(f"{address}/restriction", 200, officers=[], reason="Delicate.")
    assert shut["restricted"]
    assert callers.seo.call("GET", address).status_code == 404
    assert callers.seo.get("/escalations")["total"] == 0
    opened = callers.hos.post(f"{address}/restriction/end", 200, reason="Known.")
    assert not opened["restricted"]
    assert callers.seo.get("/escalations")["total"] == 1
    outline = callers.viewer.get(address)
    assert (outline["outline"], outline["summary"], outline["triggers"]) == (True, "", [])


def test_what_is_approved_is_what_was_seen(visitors: Visitors, case: Case) -> None:
    """A letter or an address that changed while the page was open is read again first."""
    case.started().climb_to("informal_governing_body")
    case.fail_step()
    proposal = case.propose("advance")
    page = visitors.hos.get(f"/proposals/{proposal.id}")
    assert "headteacher@school-900001.example" in page.text
    edit = visitors.seo.get(page.links["Edit the draft"])
    text = edit.tree.xpath("//textarea[@name='body']")[0].value
    edit.submit(body=f"{text}\n\nYou are dismissed.")
    refused = page.submit(422, decision="approve")
    assert "was changed after you opened this page" in refused.text
    assert "You are dismissed." in refused.text
    visitors.seo.get("/schools/900001/contacts/headteacher").submit(
        name="Another", email="other@school-900001.example", address="School Lane"
    )
    again = refused.submit(422, decision="approve")
    assert "other@school-900001.example" in again.text
    assert "The proposal has been approved" in again.submit(decision="approve").text


def test_a_letter_that_was_signed_off_is_not_changed(visitors: Visitors, case: Case) -> None:
    case.started().climb_to("formal_governing_body")
    case.fail_step()
    proposal = case.propose("advance", head_performance_in_question=True)
    with write(visitors.engine) as session:
        change(session, Proposal, {"id": proposal.id}, stage=1)
    letter = next(each for each in case.all(Letter) if each.proposal_id == proposal.id)
    with (
        pytest.raises(NotPossible, match="signed off by its first approver"),
        write(visitors.engine) as session,
    ):
        edit_letter(
            Acting(session, case.policy, case.council.seo, case.now),
            letter.id,
            DraftText(body="# x"),
        )
