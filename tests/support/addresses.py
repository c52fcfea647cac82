"""Every address of pages and API, and whose row it names: that is said here by hand.

It must not be taken from what the routes say, for that is what is put to the test.
"""

import re
from dataclasses import dataclass
from typing import Any

from fastapi.routing import APIRoute
from sqlmodel import SQLModel

from models.people.access import Act
from tests.support.visitors import PARTS
from web.api import create_api
from web.pages import TOPICS
from web.routes import standing_at
from web.rules import Rule

RECORD = "schools/{urn}/record"  # a school's own record, which may not be there yet
# Whose number or name an address has, by all that stands before it.
NAMES = {
    "account/sign-ins": "sign_in",
    "account/tokens": "credential",
    "actions": "action",
    "administration/imports": "register_import",
    "administration/national-files": "national_import",
    "administration/officers": "officer",
    "appointments": "appointment",
    "assessments": "assessment",
    "calendar": "credential",
    "commissions": "commission",
    "consultants": "consultant",
    "cover": "delegation",
    "deadlines": "deadline",
    "department-notices": "department_notice",
    "delegations": "delegation",
    "duties": "duty",
    "escalations/new": "school",
    "files": "evidence_file",
    "letter-batches": "letter_batch",
    "letters": "letter",
    "level-letters": "level_letter",
    "messages": "message",
    "national-imports": "national_import",
    "needs": "need",
    "priorities": "improvement_priority",
    "powers": "power",
    "presentations": "presentation",
    "proposals": "proposal",
    "providers": "provider",
    "referrals": "referral",
    "register-imports": "register_import",
    "report-accuracy": "accuracy_key",
    "reports": "written_report",
    "requirements": "requirement",
    "responses": "response",
    "reviews": "review",
    "rise-support": "rise_support",
    "rounds": "assessment_round",
    "schools": "school",
    RECORD: "matter",
    "secretary-of-state-notices": "secretary_of_state_notice",
    "services": "service",
    "sharing": "sharing_decision",
    "set-password": "credential",
    "support-requests": "support_request",
    "supporters": "supporter",
    "visits": "visit",
    "warning-notices": "warning_notice",
}
NO_ROWS = ("action", "format", "kind")  # words in an address that name no row
# Tables that hang on a matter and whose rows no address names, each with the reason.
UNNAMED = {
    "accuracy_link": "named by its report and its place among the answers",
    "report_issue": "listed with its report",
    "attendee": "shown with its appointment",
    "action_line": "shown with its action",
    "budget_review": "shown with its power",
    "consultation": "shown with its power",
    "days_used": "shown with its commission",
    "decision": "shown with its proposal",
    "discussion": "listed with its case",
    "escalation": "named by the reference of its matter",
    "event": "listed with its case; across cases by the audit, which asks of each what may be told",
    "fairness_record": "listed with its case",
    "held_contact": "named by its case and a role",
    "priority_month": "shown with its priority",
    "priority_version": "shown with its priority",
    "impact_evaluation": "shown with its commission",
    "issued_file": "named by its letter and a format",
    "letter_version": "named by its letter and its place in it",
    "matching_governor": "shown with its power",
    "message_about": "only links a message to the cases of which it tells",
    "named_officer": "shown with the restriction of its case",
    "proposed_powers": "shown with its warning notice",
    "refusal_count": "only counts, for the audit",
    "reminder": "shown with its deadline",
    "representation": "shown with its power",
    "sharing_handed_over": "shown with its sharing decision",
    "sharing_recipient": "shown with its sharing decision",
    "sharing_use": "shown with its sharing decision",
    "service_asked": "shown with its letter",
    "statement_of_action": "listed with its school's record",
    "step": "shown with its case",
    "support": "shown with what the law says of its case",
}


def hanging() -> set[str]:
    """Every table from which a foreign key leads to a matter, by however many others."""
    found = {"matter"}
    while True:
        more = {
            table.name
            for table in SQLModel.metadata.sorted_tables
            if any(key.column.table.name in found for key in table.foreign_keys)
        }
        if more <= found:
            return found - {"matter"}
        found |= more


OF_CASES = hanging() & set(NAMES.values())


@dataclass(frozen=True)
class Address:
    """One method at one address, with the act that its rule names; None is for anybody."""

    door: str
    method: str
    path: str
    act: Act | None
    of: type[SQLModel] | None

    @property
    def names(self) -> str | None:
        """The table of the row that the address names, as it is expected by hand."""
        if "{reference}" in self.path:
            return "escalation"
        if self.path.startswith(f"/{RECORD}"):
            return NAMES[RECORD]
        before = re.split(r"[/.]{", self.path)[0].strip("/")
        return NAMES[before] if self.rows else None

    @property
    def rows(self) -> list[str]:
        """What in the address names a row, the first one first."""
        return [name for name in re.findall(r"{(\w+)}", self.path) if name not in NO_ROWS]

    @property
    def about_a_record(self) -> bool:
        """Whether it is about a school's own record."""
        return self.names == NAMES[RECORD]

    @property
    def about_a_case(self) -> bool:
        """Whether it is about one case, by its reference, or about a row of any matter.

        What is for whoever holds a secret is for no officer, and no matter is asked for.
        """
        of_case = self.names == "escalation" or self.names in OF_CASES
        return of_case and self.act is not None

    def filled(self, parts: dict[str, str]) -> str:
        """The address with something that is there in each of its parts."""
        return self.path.format(**{**PARTS, "format": "pdf", **parts})


def rules_of(route: APIRoute) -> list[Rule]:
    """The rules that stand before a route."""
    return standing_at(route, "rule")


def routes(router: Any) -> list[APIRoute]:
    """Every route of ours below a router or application, however deep it was included."""
    found = []
    for route in router.routes:
        if isinstance(route, APIRoute):
            found.append(route)
        elif hasattr(route, "original_router"):
            found += routes(route.original_router)
    return found


def addresses() -> list[Address]:
    found = [
        Address("page", method, route.path, rules_of(route)[0].act, rules_of(route)[0].of)
        for topic in TOPICS
        for route in routes(topic.router)
        for method in sorted(route.methods)
    ]
    found += [
        Address("api", method, route.path, rules_of(route)[0].act, rules_of(route)[0].of)
        for route in routes(create_api())
        for method in sorted(route.methods)
    ]
    return found


ALL = addresses()
ABOUT_CASES = [address for address in ALL if address.about_a_case]
ABOUT_RECORDS = [address for address in ALL if address.about_a_record]
OTHERS = [address for address in ALL if address not in ABOUT_CASES + ABOUT_RECORDS]


def parts_of(address: Address, parts: dict[str, str]) -> dict[str, str]:
    named = {"reference": parts["reference"], "urn": parts["urn"]}
    if address.path.endswith(("s.{kind}", "sharing.{kind}")):  # a list as a file, not a letter
        named["kind"] = "csv"
    if "{id}" in address.path:
        named["id"] = parts[address.path.split("/")[1]]
    return named
