"""Every list comes in pages, in an order that holds."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from models.policy import Policy
from tests.support.callers import Caller, Callers
from tests.support.cases import Case
from tests.support.council import Council

pytestmark = pytest.mark.every_example


@pytest.fixture
def callers(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    """Callers for everybody of the council."""
    return Callers(engine, council, tmp_path)


def page_by_page(caller: Caller, address: str) -> list[Any]:
    """All items of a list, asked for one by one."""
    first = caller.get(address, per_page=1)
    assert set(first) == {"items", "page", "pages", "total"}
    items = list(first["items"])
    for number in range(2, first["pages"] + 1):
        page = caller.get(address, per_page=1, page=number)
        assert page["page"] == number
        items += page["items"]
    assert len(items) == first["total"]
    assert caller.get(address, per_page=1, page=first["pages"] + 1)["items"] == []
    return items


def test_lists_give_the_same_page_by_page(callers: Callers, case: Case) -> None:
    case.started().climb_to("formal_headteacher").issue()
    viewer = callers.seo2
    mine = f"/escalations/{case.reference}"
    lists = [f"{mine}/{name}" for name in ("contacts", "responses", "proposals", "deadlines")]
    lists += [f"{mine}/{name}" for name in ("letters", "messages", "events")]
    for address in (*lists, "/schools", "/escalations", "/deadlines"):
        whole = viewer.get(address, per_page=200)
        assert (whole["page"], whole["pages"]) == (1, 1)
        assert whole["total"] == len(whole["items"]) > 0, address
        assert page_by_page(viewer, address) == whole["items"]
    assert viewer.get("/proposals") == {"items": [], "page": 1, "pages": 1, "total": 0}


def test_filters_find_what_they_say(
    engine: Engine, policy: Policy, council: Council, callers: Callers
) -> None:
    Case(engine, policy, council).started(school="maintained")
    Case(engine, policy, council).started(school="academy", by="seo")
    viewer = callers.viewer
    for query, schools in (
        ({"status": "proposed"}, ["Brookside Academy"]),
        ({"ladder": "maintained"}, ["Ashfield Primary School"]),
        ({"step": "informal_headteacher", "urn": 900002}, ["Brookside Academy"]),
        ({"case_officer": "seo2@fernshire.example"}, []),
        ({"status": ["open", "proposed"], "sort": "-school"}, ["Brookside", "Ashfield"]),
        ({"overdue": "true"}, []),
        ({"overdue": "false", "query": "ashfield"}, ["Ashfield Primary School"]),
    ):
        found = [item["school"] for item in viewer.get("/escalations", **query)["items"]]
        assert len(found) == len(schools), query
        assert all(a.startswith(b) for a, b in zip(found, schools, strict=True)), query
    [academy] = viewer.get("/schools", kind="academy")["items"]
    assert (academy["urn"], academy["escalation"]) == (900002, "ESC-2026-0002")
    assert [item["urn"] for item in viewer.get("/schools", query="castle hill")["items"]] == [
        900004
    ]


def test_proposals_wait_for_whoever_may_decide_them(callers: Callers, case: Case) -> None:
    case.started().discuss()
    proposal = case.propose("pause", by="hos2")
    waiting = {
        name: proposal.id in [item["id"] for item in caller.get("/proposals")["items"]]
        for name, caller in (
            ("hos", callers.hos),
            ("hos2", callers.hos2),
            ("seo", callers.seo),
            ("dcs", callers.dcs),
        )
    }
    assert waiting == {"hos": True, "hos2": False, "seo": False, "dcs": False}
    callers.hos.post(
        f"/proposals/{proposal.id}/decision", 200, decision="return", reason="Not yet."
    )
    for caller in (callers.hos, callers.hos2):
        [returned] = caller.get("/proposals", state="returned")["items"]
        assert (returned["id"], returned["decisions"][0]["reason"]) == (proposal.id, "Not yet.")
    assert callers.seo.get("/proposals", state="returned")["total"] == 0
