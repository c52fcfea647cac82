"""An escalation at its statutory steps by the JSON API: its addresses, and bodies to send there."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine, func, select
from sqlmodel import SQLModel

from models.database import read
from notifications.issuing import issue_letters
from tests.support.callers import Caller, Callers
from tests.support.cases import ANSWERS, NOTICE, Case

ENDS_ON = "2026-11-30"
CONTENT: dict[str, Any] = {**NOTICE, **ANSWERS, "compliance_ends_on": ENDS_ON}
SUPPORT = {
    "aware_of_problem": True,
    "working_with_partner": True,
    "plan_on_track": False,
    "evidence": "The minutes of 20 November.",
}


class Statute:
    """An escalation whose next step is the warning notice, by its addresses."""

    def __init__(self, callers: Callers, case: Case) -> None:
        case.started().climb_to("performance_meetings")
        case.fail_step()
        case.issue()
        self.callers, self.policy = callers, case.policy
        self.reference = case.reference
        self.address = f"/escalations/{case.reference}"

    def at(self, day: str) -> None:
        """Ten in the morning of another day."""
        on = date.fromisoformat(day)
        self.callers.at(datetime(on.year, on.month, on.day, 10, tzinfo=UTC))

    def issue(self) -> None:
        issue_letters(self.callers.engine, self.policy, self.callers.now)

    def approve(self, proposal: int, *by: str) -> None:
        """Everybody in turn."""
        for who in by:
            caller: Caller = getattr(self.callers, who)
            caller.approve(proposal)
        self.issue()

    def given(self) -> Any:
        """A warning notice that was given."""
        notice = self.callers.seo.post(f"{self.address}/warning-notices", **CONTENT)
        self.approve(notice["proposal"], "legal", "dcs")
        self.serve(notice["letter"])
        return notice

    def serve(self, letter: int) -> Any:
        """The notice is put into the chair's hands today."""
        body = {"to": "chair_of_governors", "method": "by_hand", "evidence": "Handed over."}
        today = self.callers.now.date().isoformat()
        return self.callers.seo.post(f"/letters/{letter}/services", served_on=today, **body)

    def eligible(self) -> Any:
        """It was not complied with; powers were proposed; the case stands at them."""
        notice, seo = self.given(), self.callers.seo
        self.at("2026-12-01")
        judgement = {"complied": False, "reasons": "No plan was written."}
        seo.post(f"/warning-notices/{notice['id']}/compliance", 200, **judgement)
        proposed = seo.post(
            f"/warning-notices/{notice['id']}/proposed-powers",
            sections=["65", "66"],
            reasons="The governing body has not acted.",
        )
        [notice_of_powers] = proposed["proposed_powers"]
        assert notice_of_powers["given_on"] is None
        self.approve(notice_of_powers["proposal"], "dcs")
        self.serve(notice_of_powers["letter"])
        self.at("2026-12-09")
        advance = seo.post(f"{self.address}/proposals", action="advance", reason="It failed.")
        self.approve(advance["id"], "dcs")
        return notice

    def prepared(self, section: str, **more: Any) -> Any:
        """A power that everybody was asked and told about."""
        seo, today = self.callers.seo, self.callers.now.date().isoformat()
        power = seo.post(
            f"{self.address}/powers", section=section, reason="They cannot act.", **more
        )
        for consultee in power["consultees"]:
            said = {"with": consultee["role"], "consulted_on": today, "said": "They object."}
            seo.post(f"/powers/{power['id']}/consultations", **said)
        told = {"on": today, "evidence": "A letter."}
        return seo.post(f"/powers/{power['id']}/secretary-of-state", 200, **told)

    def used(self, section: str, **more: Any) -> Any:
        """A power in force."""
        power = self.prepared(section, **more)
        used = self.callers.seo.post(f"/powers/{power['id']}/use", reason="Now.")
        self.approve(used["proposal"], "dcs")
        return self.power(power["id"])

    def power(self, number: int) -> Any:
        items = self.callers.legal.get(f"{self.address}/powers")["items"]
        return next(item for item in items if item["id"] == number)

    @property
    def eligibility(self) -> Any:
        return self.callers.legal.get(f"{self.address}/eligibility")


def problem(
    caller: Caller, address: str, status: int, *, key: str = "", **body: Any
) -> dict[str, Any]:
    """The problem details of a POST that must be refused with this status."""
    headers = {"Idempotency-Key": key} if key else {}
    response = caller.call("POST", address, json=body, headers=headers)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = response.json()
    assert {"type", "title", "status", "detail"} <= set(found)
    assert found["status"] == status
    assert found["detail"]
    return found


def rows(engine: Engine) -> dict[str, int]:
    """How many rows each table has, but for kept answers, and the record, where refusals go."""
    with read(engine) as session:
        return {
            table.name: session.connection()
            .execute(select(func.count()).select_from(table))
            .scalar()
            for table in SQLModel.metadata.sorted_tables
            if table.name not in ("answer", "event", "chain_head", "refusal_count")
        }


SENT = {"kind": "intends_to_act", "received_on": "2026-11-23", "summary": "A letter."}
# Every address of one thing, with a body in order.
EACH: dict[str, dict[str, Any]] = {
    "/warning-notices/999/compliance": {"complied": True, "reasons": "It is done."},
    "/warning-notices/999/proposed-powers": {"sections": ["65"], "reasons": "It is not done."},
    "/powers/999/consultations": {"with": "diocese", "consulted_on": "2026-11-23", "said": ""},
    "/powers/999/secretary-of-state": {"on": "2026-11-23", "evidence": "A letter."},
    "/powers/999/matching-governors": {
        "name": "Una Marsh",
        "appointed_on": "2026-11-23",
        "evidence": "A letter.",
    },
    "/powers/999/use": {"reason": "Now."},
    "/powers/999/receipt": {"received_on": "2026-11-23", "evidence": "Signed."},
    "/powers/999/representations": {
        "from": "headteacher",
        "received_on": "2026-11-23",
        "said": "No.",
    },
    "/powers/999/reviews": {"outcome": "end", "reasons": "It is sound."},
    "/powers/999/end": {"ended_on": "2026-11-23", "reason": "It is done."},
    "/secretary-of-state-notices/999/release": {"released_on": "2026-11-23", "note": "A letter."},
    "/letters/999/services": {
        "to": "headteacher",
        "method": "by_hand",
        "served_on": "2026-11-23",
        "evidence": "Handed over.",
    },
    "/services/999/withdrawal": {"reason": "It came back."},
}


def existing(statute: Statute) -> dict[str, dict[str, Any]]:
    """The same addresses and bodies, of a notice, a power and a letter that are there."""
    notice, power = statute.given(), statute.prepared("66")
    told = statute.callers.seo.post(f"{statute.address}/secretary-of-state-notices", **SENT)
    numbers = {
        "warning-notices": notice["id"],
        "powers": power["id"],
        "secretary-of-state-notices": told["id"],
        "letters": notice["letter"],
        "services": statute.callers.seo.get(f"/letters/{notice['letter']}/services")["items"][0][
            "id"
        ],
    }
    return {
        each.replace("999", str(numbers[each.split("/")[1]])): body for each, body in EACH.items()
    }
