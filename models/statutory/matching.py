"""Governors whom others appoint beside the authority's: section 64(4) to (9)."""

from datetime import date

from sqlmodel import Session, col, select

from models.clocks import past_day
from models.events import append
from models.inputs import Day, Input, Text
from models.law import powers as law
from models.law import roads as roads_law
from models.law.notices import Recipient
from models.law.powers import Section
from models.matters.case import find_in_case
from models.people.access import Act
from models.people.acting import Acting
from models.refusals import InvalidInput, NotPossible
from models.rows import add, find, get_row
from models.statutory.events import MatchingGovernorRecorded
from models.statutory.in_words import MatchingInWords
from models.statutory.legal import LawToday
from models.statutory.tables import MatchingGovernor, Power, PowerState
from models.text import check_line, check_prose


class GovernorOfOthers(Input):
    """A governor whom the diocese or the appointers have appointed, and how that is known."""

    name: Text
    appointed_on: Day
    evidence: Text


def record_matching_governor(
    acting: Acting, power_id: int, given: GovernorOfOthers
) -> MatchingGovernor:
    """Put on record whom the diocese or the appointers of a voluntary aided school appointed.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible for more than they may appoint.
    """
    session, officer, act = acting.session, acting.officer, Act.RECORD_MATCHING_GOVERNOR
    power, case = find_in_case(session, acting.policy, officer, act, Power, power_id)
    who = check_matching(LawToday(case, acting.today), power)
    name = check_line("name", given.name)
    past_day("appointed_on", given.appointed_on, acting.now)
    check_prose("evidence", given.evidence)
    if power.used_on is not None and given.appointed_on < power.used_on:
        raise InvalidInput(
            "appointed_on",
            "They may appoint once the authority has: enter that day or later.",
        )
    if name in [each.name for each in matching_governors(session, power)]:
        raise InvalidInput("name", f"{name} is already on record.")
    governor_id = add(
        session,
        MatchingGovernor,
        power_id=power.id,
        role=who.role,
        name=name,
        appointed_on=given.appointed_on,
        evidence=given.evidence,
        recorded_by_id=officer.id,
        recorded_at=acting.now,
    )
    recorded = MatchingGovernorRecorded(
        case.escalation.id,
        power=power.id,
        role=who.role,
        appointed_on=given.appointed_on,
        number=len(matching_governors(session, power)),
    )
    append(session, acting.now, officer.email, recorded)
    return get_row(session, MatchingGovernor, governor_id)


def check_matching(law_today: LawToday, power: Power) -> Recipient:
    """Who may appoint a further governor beside this power's; raises NotPossible when nobody."""
    who = law.may_match(power.section, law_today.case.school)
    if who is None:
        raise NotPossible(
            "Only beside additional governors of a voluntary aided school may others appoint "
            "governors (section 64(4))."
        )
    if power.state is not PowerState.IN_FORCE or power.used_on is None:
        raise NotPossible("The local authority has appointed no additional governors yet.")
    most = may_appoint(law_today, power, power.used_on)
    if most is not None and len(matching_governors(law_today.case.session, power)) >= most:
        raise NotPossible(
            f"They may match the number that the local authority appointed, which is {most}: as "
            "many are on record (section 64(4))."
        )
    return who


def may_appoint(law_today: LawToday, power: Power, on: date) -> int | None:
    """How many governors they may appoint beside a power used on this day; None for any number."""
    inspected = roads_law.by_inspection(law_today.standing, on) is not None
    return law.may_appoint(len(power.needs.governors), by_inspection=inspected)


def in_words(law_today: LawToday, power: Power) -> MatchingInWords:
    """Who may appoint governors beside the authority's, and how many, for a letter's template."""
    who = law.may_match(power.section, law_today.case.school)
    if who is None:
        return MatchingInWords()
    most = may_appoint(law_today, power, law_today.today)
    return MatchingInWords(role=who.role, most="" if most is None else str(most))


def matching_governors(session: Session, power: Power) -> list[MatchingGovernor]:
    """Whom others appointed beside a power, in the order recorded."""
    if power.section is not Section.ADDITIONAL_GOVERNORS:
        return []
    statement = select(MatchingGovernor).where(MatchingGovernor.power_id == power.id)
    return list(find(session, statement.order_by(col(MatchingGovernor.id))))
