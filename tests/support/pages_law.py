"""Scenes of the pages of the statutory steps, and what a visitor does on those pages."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import func, select

from models.database import read
from models.events import Event
from models.law import powers as law_powers
from models.record.events import AccessRefused
from models.statutory import following, giving, preparing, using
from models.statutory.tables import Power, WarningNotice
from notifications.issuing import issue_letters
from tests.support.carrying_out import carry_out
from tests.support.cases import ANSWERS, Case
from tests.support.council import NOW
from tests.support.remembered import remembered
from tests.support.visitors import Page, Visitors

TODAY = NOW.date()
ENDS_ON = date(2026, 12, 14)  # 15 working days after NOW
LAST_DAY = "14 February 2027"
AFTER = datetime(2026, 12, 15, 10, 0, tzinfo=UTC)
ELIGIBLE = datetime(2026, 12, 23, 10, 0, tzinfo=UTC)  # 5 working days after the proposed powers
CONTENT: dict[str, Any] = {
    "grounds": ["standards"],
    "comparisons": ["previous"],
    "comparison": "They fell from 70 to 41 per cent.",
    "why_powers": "The governing body has no plan.",
    "matters": "The results of 2026.",
    "action_required": "Adopt a plan by the end of term.",
    "action_minded": "To appoint an Interim Executive Board.",
}


def address(case: Case) -> str:
    return f"/escalations/{case.reference}"


def law(visitors: Visitors, case: Case, who: str = "seo") -> Page:
    """The page on which the escalation stands in law."""
    return getattr(visitors, who).get(f"{address(case)}/law")


def at(visitors: Visitors, case: Case, now: datetime) -> None:
    """Let it be another time for everybody."""
    visitors.at(now)
    case.now = now


@remembered
def turn(case: Case, **start: Any) -> Case:
    """An escalation at which the warning notice is the next step."""
    case.started(**start).climb_to("formal_governing_body")
    case.fail_step()
    case.change("pass_over")
    return case


def command(case: Case, run: Any, **values: Any) -> Any:
    """One command by the case officer."""
    with case.acting() as acting:
        return carry_out(acting, run, **values)


def decided(visitors: Visitors, case: Case) -> None:
    """Everything that waits is approved, and its letters are issued and served."""
    for proposal in case.awaiting:
        case.approve(proposal)
    issue_letters(visitors.engine, case.policy, case.now)
    case.serve()


@remembered
def given(visitors: Visitors, case: Case, **start: Any) -> WarningNotice:
    """A warning notice that has been given."""
    turn(case, **start)
    values = {**CONTENT, **ANSWERS, "compliance_ends_on": ENDS_ON}
    command(case, giving.give_notice, reference=case.reference, **values)
    decided(visitors, case)
    return case.all(WarningNotice)[0]


@remembered
def failed(visitors: Visitors, case: Case, **start: Any) -> WarningNotice:
    """A notice that was not complied with."""
    notice = given(visitors, case, **start)
    at(visitors, case, AFTER)
    command(
        case,
        following.judge_compliance,
        notice_id=notice.id,
        complied=False,
        reasons="No plan was adopted.",
    )
    return notice


@remembered
def eligible(visitors: Visitors, case: Case, **start: Any) -> WarningNotice:
    """A school that is eligible for intervention, at the step of the powers."""
    notice = failed(visitors, case, **start)
    command(
        case,
        following.propose_powers,
        notice_id=notice.id,
        sections=["63", "64", "65", "66"],
        reasons="There is no plan.",
    )
    decided(visitors, case)
    at(visitors, case, ELIGIBLE)
    case.change("advance")
    return notice


def prepared(visitors: Visitors, case: Case, section: str, **values: Any) -> Power:
    """A power for which everything that must come first has been done."""
    values = {"reason": "There is no plan.", **values}
    power: Power = command(
        case, preparing.prepare_power, reference=case.reference, section=section, **values
    )
    decided(visitors, case)
    for consultee in law_powers.consultees(power.section, case.council.maintained):
        command(
            case,
            preparing.record_consultation,
            power_id=power.id,
            with_whom=consultee.role,
            consulted_on=case.now.date(),
            said="We object.",
        )
    command(
        case,
        preparing.record_secretary_of_state_told,
        power_id=power.id,
        on=case.now.date(),
        evidence="A letter.",
    )
    return power


def in_force(visitors: Visitors, case: Case, section: str, **values: Any) -> Power:
    """A power that is used; a board starts on the day on which all have answered."""
    start = {"starts_on": values.pop("starts_on")} if "starts_on" in values else {}
    power = prepared(visitors, case, section, **values)
    command(case, using.use_power, power_id=power.id, reason="It is needed.", **start)
    decided(visitors, case)
    return power


def one(engine: Engine, table: Any) -> Any:
    """The only row of a table."""
    with read(engine) as session:
        return session.exec(select(table)).one()


def count(engine: Engine, table: Any) -> int:
    """How many rows a table has; of the record those that are no refusal."""
    statement = select(func.count()).select_from(table)
    if table is Event:
        statement = statement.where(Event.kind != AccessRefused.kind)
    with read(engine) as session:
        return session.exec(statement).one()


def press(page: Page, name: str, value: str = "yes", status: int = 200, **typed: Any) -> Page:
    """Send the form of the page with one of its named buttons."""
    named = page.tree.xpath("//main//button[@name=$name and @value=$value]", name=name, value=value)
    assert len(named) == 1, f"there is no button {name}={value} on this page"
    [form] = [form for form in page.tree.forms if form.xpath("ancestor::main")]
    fields: dict[str, Any] = {}
    for field, text in form.form_values():
        fields.setdefault(field, []).append(text)
    for field, text in typed.items():
        assert field in {*form.fields.keys()}, f"there is no field {field} in this form"
        fields[field] = text
    return page.visitor.post(page.path, status, {**fields, name: value})


def summary(page: Page) -> str:
    """The error summary as a person reads it."""
    [listed] = page.tree.xpath("//*[contains(@class, 'govuk-error-summary__list')]")
    return " ".join(listed.text_content().split())
