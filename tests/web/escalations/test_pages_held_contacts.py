"""A contact of a school with a restricted case: changed like any, and confirmed by who sees it."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.database import read
from models.people.access import reader
from models.record.audit_shown import AuditEntry, audit
from tests.models.matters.test_held_contacts import BEFORE, NEW, goes_to, held, set_contact, waits
from tests.support.callers import Callers
from tests.support.cases import Case
from tests.support.council import NOW, Council
from tests.support.visitors import Page, Visitors

CONTACT = "/schools/900001/contacts/headteacher"


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    return Visitors(engine, council, tmp_path)


@pytest.fixture
def callers(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    return Callers(engine, council, tmp_path)


@pytest.mark.parametrize("who", ["admin", "seo2", "hos2"])
def test_nobody_learns_from_a_contact_that_there_is_a_restricted_case(
    visitors: Visitors, callers: Callers, case: Case, who: str
) -> None:
    """The same two changes, at both doors, before there is a case and while one is restricted."""

    def audited() -> list[AuditEntry]:
        with read(case.engine) as session:
            eyes = reader(case.council.admin)
            lines = audit(session, case.policy, eyes, topic="contacts").items
        return [line.model_copy(update={"sequence": 0}) for line in lines]

    def asked(email: str) -> list[object]:
        before = len(audited())
        put = getattr(callers, who).call(
            "PUT", CONTACT, json={"name": "Nora Quill", "email": email, "address": ["1 Lane"]}
        )
        form = getattr(visitors, who).get(CONTACT)
        page = form.submit(name="Nora Quill", email=f"x{email}", address="2 Lane")
        shown = getattr(visitors, who).get("/schools/900001")
        lines = audited()
        return [
            (put.status_code, put.json()),
            (page.status, page.path, page.text),
            shown.text,
            lines[: len(lines) - before],
        ]

    asked("first@school-900001.example")
    without = asked("second@school-900001.example")
    case.started()
    case.restrict()
    asked("first@school-900001.example")
    assert held(case)[0].after.email == "xfirst@school-900001.example"
    assert asked("second@school-900001.example") == without


def told(page: Page) -> list[str]:
    return [
        " ".join(part.text_content().split())
        for part in page.tree.xpath("//main//*[contains(@class, 'govuk-inset-text')]")
    ]


def test_a_contact_is_confirmed_on_the_page_of_the_case(visitors: Visitors, case: Case) -> None:
    proposal = waits(case)
    address = f"/escalations/{case.reference}"
    assert told(visitors.seo.get(address)) == []
    set_contact(case, "seo2")
    [words] = told(visitors.seo.get(address))
    assert (
        "The school’s contact as headteacher was changed by Sofia Eze on 23 November 2026 from "
        f"Headteacher of Ashfield Primary School ({BEFORE}) to Nora Quill ({NEW})." in words
    )
    assert told(visitors.hos.get(f"/proposals/{proposal.id}")) == [words]
    form = visitors.seo.get(address).follow("Confirm or keep the old one: headteacher")
    refused = form.submit(422)
    assert refused.errors == [("Choose what you decide", "#decision")]
    page = form.submit(decision="keep")
    assert "Letters on this case will still go to the previous contact" in page.text
    assert "as an officer decided" in told(page)[0]
    again = page.follow("Change that: headteacher")
    set_contact(case, "hos2", "third@school-900001.example")
    changed = again.submit(422, decision="confirm")
    assert "look again first" in changed.text
    assert "third@school-900001.example" in changed.text
    page = changed.submit(decision="confirm")
    assert "Letters on this case will now go to the school’s new contact" in page.text
    assert told(page) == []
    assert "There is nothing to confirm" in again.submit(409, decision="confirm").text
    assert goes_to(case, proposal) == ["third@school-900001.example"]


def test_who_only_reads_the_case_is_told_but_confirms_nothing(
    visitors: Visitors, case: Case
) -> None:
    case.started()
    case.restrict()
    set_contact(case, "seo2")
    visitors.hos.get(f"/escalations/{case.reference}/restriction").submit(
        restricted="yes", officers=["legal@fernshire.example"], reason="She advises on it."
    )
    page = visitors.legal.get(f"/escalations/{case.reference}")
    assert "Nora Quill" in told(page)[0]
    assert "Confirm or keep the old one: headteacher" not in page.links
    visitors.legal.get(f"/escalations/{case.reference}/held-contacts/headteacher", 403)


def test_the_same_by_the_api(callers: Callers, case: Case) -> None:
    proposal = waits(case)
    callers.admin.put(CONTACT, name="Nora Quill", email=NEW)
    address = f"/escalations/{case.reference}/held-contacts"
    [change] = callers.seo.get(address)["items"]
    assert (change["role"], change["kept"]) == ("headteacher", False)
    assert (change["before"]["email"], change["after"]["email"]) == (BEFORE, NEW)
    assert change["changed_by"] == "admin@fernshire.example"
    assert change["changed_at"] == NOW.isoformat().replace("+00:00", "Z")
    settle = f"{address}/headteacher"
    callers.seo.post(settle, 422, decision="confirm")
    callers.seo.post(settle, 422, decision="perhaps", seen=change["seen"])
    callers.seo.post(settle, 409, decision="confirm", seen="something else")
    callers.seo.post(f"{address}/clerk", 409, decision="confirm", seen=change["seen"])
    callers.seo.post(f"{address}/caretaker", 404, decision="confirm", seen=change["seen"])
    callers.hos2.post(settle, 404, decision="confirm", seen=change["seen"])
    for _ in range(2):
        answer = callers.seo.post(settle, 200, key="mine", decision="confirm", seen=change["seen"])
        assert answer["reference"] == case.reference
    assert callers.seo.get(address)["total"] == 0
    assert goes_to(case, proposal) == [NEW]
