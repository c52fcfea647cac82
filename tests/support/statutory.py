"""Scenes of the statutory steps, and what is read of them.

Days are written out as a lawyer would look them up: nothing here asks the product's own calendar.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlmodel import select

from models.approvals.tables import Proposal
from models.database import read, write
from models.events import Event
from models.inspections import recording as inspecting
from models.letters.tables import Letter, LetterVersion
from models.matters.tables import Deadline
from models.outbox import Message
from models.people.acting import Acting
from models.schools import contacts
from models.schools.tables import InspectionOutcome
from models.statutory import budgets, ending, giving, secretary_of_state
from models.statutory.tables import Power, SecretaryOfStateNotice, WarningNotice
from models.upkeep import clock
from tests.support.carrying_out import carry_out
from tests.support.cases import Case
from tests.support.policies import POLICY
from tests.support.remembered import remembered

GIVEN = date(2026, 11, 23)  # NOW, a Monday
ENDS_ON = date(2026, 11, 30)
LAST_DAY = date(2027, 1, 30)  # a Saturday: it does not roll over


def at(day: date, hour: int = 10) -> datetime:
    """A moment of a winter's day in London."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@remembered
def turn(case: Case, **start: Any) -> Case:
    """Everything before the warning notice has failed: it is its turn."""
    case.started(**start).climb_to("performance_meetings")
    case.fail_step()
    case.issue()
    return case


@remembered
def warned(case: Case, **start: Any) -> WarningNotice:
    """A warning notice that was given and served, on NOW, with a period to ENDS_ON."""
    notice = turn(case, **start).warn(compliance_ends_on=ENDS_ON)
    case.issue()
    case.serve()
    return notice


@remembered
def failed(case: Case, **start: Any) -> WarningNotice:
    """It was not complied with, and was judged so on the first day possible."""
    warned(case, **start)
    case.now = at(date(2026, 12, 1))
    return case.judge_compliance(complied=False)


@remembered
def eligible(case: Case, **start: Any) -> Case:
    """Powers were proposed on 1 December, five working days ran, and the case is at step vii."""
    failed(case, **start)
    case.propose_powers("63", "64", "65", "66")
    case.now = at(date(2026, 12, 9))
    case.change("advance")
    return case


def of_kind(case: Case, kind: str) -> list[Deadline]:
    """The deadlines of this kind, the earliest set first."""
    return [each for each in case.all(Deadline) if each.kind == kind]


def letters(case: Case, template: str) -> list[Letter]:
    """The letters of this kind."""
    return [letter for letter in case.all(Letter) if letter.template == template]


def text(case: Case, letter: Letter) -> str:
    """What a letter says now."""
    with read(case.engine) as session:
        versions = select(LetterVersion).where(LetterVersion.letter_id == letter.id)
        return max(session.exec(versions), key=lambda version: version.version).body


def roles(letter: Letter) -> list[str]:
    """Whom an approved letter goes to, the addressee first."""
    return [person["role"] for person in letter.recipients or ()]


def act(case: Case, command: Callable[..., Any], by: str = "seo", **values: Any) -> Any:
    """One command, in a transaction of its own."""
    with case.acting(by) as acting:
        return carry_out(acting, command, **values)


def support(case: Case, **answers: bool) -> None:
    """Put on record how the school and the authority work together."""
    given = {"aware_of_problem": False, "working_with_partner": False, "plan_on_track": False}
    evidence = "The minutes of 20 November."
    act(
        case,
        giving.record_support,
        reference=case.reference,
        evidence=evidence,
        **{**given, **answers},
    )


def told(case: Case, kind: str, on: date | None = None) -> SecretaryOfStateNotice:
    """A notice of the Secretary of State has come."""
    return act(
        case,
        secretary_of_state.record_secretary_of_state_notice,
        reference=case.reference,
        kind=kind,
        received_on=on or case.now.date(),
        summary="A letter of the Regional Director.",
    )


def inspected(case: Case, category: str | None, **values: Any) -> InspectionOutcome:
    """What a report says, published today unless told otherwise."""
    given = {"urn": case.matter.urn, "category": category, "source": "Report 10012345."}
    day = {"published_on": case.now.date()}
    return act(case, inspecting.record_inspection, **{**given, **day, **values})


def blocked(case: Case) -> dict[str, str]:
    """By section, every rule that stands in the way of it."""
    found: dict[str, str] = {}
    for block in case.eligibility.blocked_by:
        found[block.section] = found.get(block.section, "") + block.rule
    return found


def with_contacts(case: Case, *contact_roles: str) -> None:
    """The church school's diocese, or whoever appoints its foundation governors."""
    with write(case.engine) as session:
        for role in contact_roles:
            contacts.set_contact(
                Acting(session, POLICY, case.council.admin, case.now),
                case.council.church.urn,
                role,
                contacts.NewContact(
                    name=f"The {role.replace('_', ' ')}",
                    email=f"{role.replace('_', '.')}@church.example",
                    address=["Cathedral Close", "Fernminster"],
                ),
            )


def reminded(case: Case, deadline: Deadline) -> list[tuple[str, set[str]]]:
    """On which days the clock told whom of a deadline."""
    events = [each for each in case.all(Event) if each.kind == "reminder_queued"]
    told_of = [(each.at.date().isoformat(), json.loads(each.data)) for each in events]
    return [(day, set(data["to"])) for day, data in told_of if data["deadline"] == deadline.id]


def waiting(case: Case) -> Proposal:
    """What was put forward last and waits for a decision."""
    return case.awaiting[-1]


def ticks(case: Case, first: date, last: date) -> None:
    """The clock goes round at nine on every day, weekends too."""
    day = first
    while day <= last:
        clock.tick(case.engine, case.policy, at(day, 9))
        day += timedelta(days=1)


def posted(case: Case, letter: Letter) -> list[Message]:
    return [message for message in case.messages if message.letter_id == letter.id]


def facts(case: Case) -> list[tuple[str, date | None]]:
    found = case.eligibility.facts
    assert all(fact.holds is (fact.on is not None) for fact in found)
    assert all("section 60(1)" in fact.says for fact in found)
    return [(fact.key, fact.on) for fact in found]


def end(case: Case, power: Power, day: date) -> Power:
    return case.on_power(ending.end_power, power.id, ended_on=day, reason="It has done its work.")


def receive(case: Case, power: Power, on: date) -> Power:
    return case.on_power(
        budgets.record_receipt, power.id, received_on=on, evidence="Signed by the clerk."
    )


def suspended(case: Case) -> Power:
    """A budget whose suspension the governing body received today."""
    power = case.used("66")
    return receive(case, power, case.now.date())


def review(case: Case, power: Power, outcome: str = "continue") -> Proposal:
    case.on_power(budgets.review_budget, power.id, outcome=outcome, reasons="The accounts of June.")
    return case.awaiting[-1]
