"""Appointments by the API: planned, invited to, moved and cancelled, and who may not."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.support.appointments import CHAIR, HEAD
from tests.support.callers import Callers
from tests.support.cases import Case
from tests.support.council import Council
from tests.support.statute import problem

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
GIVEN: dict[str, Any] = {
    "kind": "discussion",
    "on": "2026-12-03",
    "starts": "10:00",
    "ends": "11:30",
    "place": "The school",
    "with": ["headteacher", "chair_of_governors"],
}
MOVED = {"on": "2026-12-04", "starts": "14:00", "ends": "15:00", "place": "County Hall"}


@pytest.fixture
def callers(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    """Callers for everybody of the council."""
    return Callers(engine, council, tmp_path)


def test_it_is_planned_once_moved_and_cancelled(callers: Callers, case: Case) -> None:
    here = f"/escalations/{case.started().reference}/appointments"
    made = callers.seo.post(here, key="a1", **GIVEN)
    assert callers.seo.post(here, key="a1", **GIVEN) == made
    assert made["starts_at"] == "2026-12-03T10:00:00Z"
    assert (made["state"], made["to_come"], made["invited"]) == ("planned", True, True)
    assert made["with"] == ["headteacher", "chair_of_governors"]
    assert made["officers"] == ["seo@fernshire.example"]
    assert [each["delivery"] for each in made["attendees"]] == ["pending"] * 3
    mine = f"/appointments/{made['id']}"
    possible = callers.seo.get(f"/escalations/{case.reference}")["possible"]
    allowed = {each["act"]: each["allowed"] for each in possible if each["id"] == made["id"]}
    assert allowed["move_appointment"]
    assert not allowed["invite_to_appointment"]
    moved = callers.seo.post(f"{mine}/move", 200, **MOVED, **{"with": ["headteacher"]})
    assert (moved["starts_at"], moved["place"]) == ("2026-12-04T14:00:00Z", "County Hall")
    asked = {each["email"]: (each["comes"], each["asked"]) for each in moved["attendees"]}
    assert asked[HEAD] == (True, "request")
    assert asked[CHAIR] == (False, "cancel")
    problem(callers.seo, f"{mine}/invite", 409)
    cancelled = callers.seo.post(f"{mine}/cancel", 200, reason="The head is ill.")
    assert (cancelled["state"], cancelled["to_come"]) == ("cancelled", False)
    problem(callers.seo, f"{mine}/cancel", 409, reason="Again.")
    assert callers.seo.get(here)["items"] == [callers.seo.get(mine)] == [cancelled]


def test_on_a_schools_record(callers: Callers) -> None:
    here = "/schools/900001/record/appointments"
    assert callers.seo.get(here)["items"] == []
    made = callers.seo.post(here, **{**GIVEN, "kind": "visit", "invite": False})
    assert (made["reference"], made["step"], made["invited"]) == ("SCH-900001", None, False)
    invited = callers.seo.post(f"/appointments/{made['id']}/invite", 200)
    assert invited["invited"]
    assert callers.seo.get(here)["items"] == [invited]


def test_what_is_wrong_is_said_at_its_field(callers: Callers, case: Case) -> None:
    here = f"/escalations/{case.started().reference}/appointments"
    for wrong, field in (
        ({"starts": "noon"}, "starts"),
        ({"on": "2026-13-01"}, "on"),
        ({"on": "2027-03-28", "starts": "01:30"}, "starts"),
        ({"with": []}, "with"),
        ({"kind": "party"}, "kind"),
        ({"officers": ["nobody@fernshire.example"]}, "officers"),
        ({"invite": "yes"}, "invite"),
        ({"when": "now"}, "when"),
    ):
        said = problem(callers.seo, here, 422, **{**GIVEN, **wrong})
        assert [each["field"] for each in said["errors"]] == [field]
    assert callers.seo.get(here)["total"] == 0


def test_who_may_not_is_told_nothing(callers: Callers, case: Case) -> None:
    here = f"/escalations/{case.started().reference}/appointments"
    made = callers.seo.post(here, **GIVEN)
    problem(callers.viewer, here, 403, **GIVEN)
    case.restrict()
    problem(callers.seo2, here, 404, **GIVEN)
    problem(callers.seo2, f"/appointments/{made['id']}/move", 404, **MOVED)
    assert callers.seo2.call("GET", f"/appointments/{made['id']}").status_code == 404
