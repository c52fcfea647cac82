"""What is put on record out of fairness, on its page, to the approvers, and by API."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.fairness.tables import FairnessRecord
from tests.support.callers import Callers
from tests.support.cases import Case
from tests.support.council import Council
from tests.support.visitors import Visitors


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    """The pages, and everybody of the council."""
    return Visitors(engine, council, tmp_path)


def test_approvers_are_shown_what_is_on_record_and_what_is_not(
    case: Case, visitors: Visitors
) -> None:
    case.started().climb_to("informal_governing_body").fail_step()
    address = f"/escalations/{case.reference}/fairness"
    form = visitors.seo.get(address)
    assert "Nothing is on record yet" in form.text
    refused = form.submit(status=422, kind="head_told", step="formal_headteacher")
    assert "Enter the date" in refused.text
    told = {"done_on": case.now.date(), "reason": "She heard it from me first."}
    refused = refused.submit(status=422, **told)
    assert "Choose from: telephone, in_person" in refused.text
    proposal = case.propose("advance")
    page = visitors.hos.get(f"/proposals/{proposal.id}")
    assert "The headteacher was told by telephone or in person Not on record" in page.text
    done = refused.submit(how="in_person", done_by="Priya Nair")
    assert "It has been put on record" in done.text
    assert "Priya Nair, in person" in done.text
    page = visitors.hos.get(f"/proposals/{proposal.id}")
    assert "She heard it from me first." in page.text


def test_who_only_reads_is_offered_no_form(case: Case, visitors: Visitors) -> None:
    case.started()
    page = visitors.legal.get(f"/escalations/{case.reference}/fairness")
    assert "Put it on record" not in page.text


def test_the_api_keeps_and_shows_records(
    case: Case, engine: Engine, council: Council, tmp_path: Path
) -> None:
    case.started().climb_to("informal_governing_body").fail_step()
    callers = Callers(engine, council, tmp_path)
    address = f"/escalations/{case.reference}/fairness"
    body = {"kind": "head_told", "step": "formal_headteacher", "how": "telephone"}
    day = case.now.date().isoformat()
    kept = callers.seo.post(address, **body, done_on=day, reason="By me.")
    assert (kept["done_by"], kept["recorded_by"]) == ("Sam Ellison", "seo@fernshire.example")
    assert [each["id"] for each in callers.legal.get(address)["items"]] == [kept["id"]]
    proposal = case.propose("advance")
    [gate] = callers.hos.get(f"/proposals/{proposal.id}")["fairness"]
    assert (gate["kind"], gate["binds"], gate["record"]["id"]) == ("head_told", "warn", kept["id"])
    callers.legal.post(address, 403, **body, done_on=day, reason="By me.")
    refused = callers.seo.post(address, 422, **body, done_on="2099-01-01", reason="By me.")
    assert refused["errors"][0]["field"] == "done_on"
    assert len(case.all(FairnessRecord)) == 1
