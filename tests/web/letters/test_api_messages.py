"""The messages of a case: all that was queued about it, whoever it went to and with what else."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from models.policy import Policy
from models.upkeep.clock import tick
from tests.support.callers import Callers
from tests.support.cases import Case
from tests.support.council import Council


class Office:
    """Three cases of one council, and the clock that goes round."""

    def __init__(self, engine: Engine, policy: Policy, council: Council, home: Path) -> None:
        self.callers = Callers(engine, council, home)
        self.late = Case(engine, policy, council).started()
        self.late.climb_to("formal_headteacher").issue()
        self.due = Case(engine, policy, council).started(school="academy")
        self.due.discuss()
        self.quiet = Case(engine, policy, council).started(
            school="church", case_officer=council.seo2.email
        )

    def go_round(self, case: Case, days: int) -> None:
        """At nine, so many days after the day by which a response is due."""
        day = case.due_on + timedelta(days=days)
        now = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        tick(case.engine, case.policy, now)
        self.callers.at(now)
        for each in (self.late, self.due, self.quiet):
            each.now = now

    def about(self, case: Case, *kinds: str) -> list[Any]:
        """The messages of a case that are of these kinds, as the Director lists them."""
        address = f"/escalations/{case.reference}/messages"
        items = self.callers.dcs.get(address, per_page=200)["items"]
        assert [each["id"] for each in items] == sorted({each["id"] for each in items})
        return [each for each in items if each["kind"] in kinds]

    def told(self, case: Case, kind: str) -> set[str]:
        return {each["to"].partition("@")[0] for each in self.about(case, kind)}


@pytest.fixture
def office(engine: Engine, policy: Policy, council: Council, tmp_path: Path) -> Office:
    return Office(engine, policy, council, tmp_path)


def test_every_reminder_of_a_case_is_listed_with_all_who_had_it(office: Office) -> None:
    """The record says who was reminded when; one message to each may tell of several cases."""
    office.go_round(office.due, 0)
    office.go_round(office.late, 7)
    for case in (office.late, office.due, office.quiet):
        events = office.callers.dcs.get(f"/escalations/{case.reference}/events", per_page=200)
        recorded = {
            (to, event["at"])
            for event in events["items"]
            if event["kind"] == "reminder_queued"
            for to in event["data"]["to"]
        }
        listed = {(each["to"], each["at"]) for each in office.about(case, "reminder")}
        assert listed == recorded
    assert office.told(office.late, "reminder") == {"seo", "hos"}
    both = office.about(office.late, "reminder")[0]
    assert both in office.about(office.due, "reminder")
    assert office.told(office.quiet, "reminder") == set()


def test_a_digest_is_listed_at_each_case_that_it_was_queued_about(office: Office) -> None:
    """The response is due to its case officer; note and pause wait for a Head of Service."""
    office.quiet.propose("pause", by="hos2")
    office.go_round(office.due, 0)
    assert office.told(office.due, "digest") == {"seo", "hos", "hos2"}
    assert office.told(office.quiet, "digest") == {"hos"}
    assert {each["kind"] for each in office.about(office.late, "letter", "alert", "digest")} == {
        "letter",
        "alert",
        "digest",
    }


def test_of_a_restricted_case_only_those_who_see_it_are_told(office: Office) -> None:
    case = office.quiet
    case.restrict()
    case.propose("pause", by="seo2")
    office.go_round(office.due, 0)
    assert office.told(case, "digest") == {"hos"}
    address = f"/escalations/{case.reference}/messages"
    statuses = {
        name: getattr(office.callers, name).call("GET", address).status_code
        for name in ("seo2", "hos", "dcs", "seo", "hos2", "aed", "viewer")
    }
    allowed = dict.fromkeys(("seo2", "hos", "dcs"), 200)
    assert statuses == {**allowed, "seo": 404, "hos2": 404, "aed": 404, "viewer": 403}
