"""Powers of sections 63 to 66 as doors show them, from their preparation to their end."""

from datetime import date
from typing import Literal

from pydantic import Field
from sqlmodel import Session, col, select

from models.law import blocks as blocks_law
from models.law import powers as powers_law
from models.law import roads as roads_law
from models.law.powers import Section
from models.matters.case import find_case, see_row_in_case
from models.paging import PER_PAGE, Page, paged
from models.people.access import Reader
from models.policy import Policy
from models.rows import find
from models.shown import Shown
from models.statutory import matching, tables
from models.statutory.legal import LawToday
from models.statutory.needs import Member, Person
from models.statutory.notices_shown import NamedInLaw, named_in_law
from models.statutory.one_power import consulted, preparation
from models.statutory.tables import PowerState, ReviewOutcome


class Consultation(Shown):
    """Who was consulted, when, and what they said."""

    with_whom: str = Field(alias="with")
    consulted_on: date
    said: str


class Told(Shown):
    """What is needed of the Secretary of State, and when it was done."""

    needed: Literal["notified", "consent"]
    on: date | None
    evidence: str


class Representation(Shown):
    """What the governing body or the headteacher said."""

    from_whom: str = Field(alias="from")
    received_on: date
    said: str


class MatchingGovernor(Shown):
    """A governor whom others appointed."""

    name: str
    appointed_on: date
    evidence: str


class Matching(Shown):
    """Who may appoint governors beside the authority's (section 64(4)), and whom they appointed.

    `may_appoint` is null while they may appoint as many as they think fit.
    """

    who: NamedInLaw
    may_appoint: int | None
    appointed: list[MatchingGovernor]


class Review(Shown):
    """A review of a suspended budget; `decided_on` is null while it waits for approval."""

    outcome: ReviewOutcome
    reasons: str
    proposal: int
    letter: int
    decided_on: date | None


class Power(Shown):
    """A power of sections 63 to 66; `missing` and `blocked_by` say why it cannot be used today."""

    id: int
    reference: str
    section: Section
    title: str
    state: PowerState
    reason: str
    words: str
    purpose: str
    capability: str
    arrangements: str
    governors: list[Person]
    members: list[Member]
    starts_on: date | None
    last_day: date | None
    consultees: list[NamedInLaw]
    consultations: list[Consultation]
    secretary_of_state: Told
    missing: list[str]
    blocked_by: list[str]
    proposal: int | None
    letter: int | None
    used_on: date | None
    effective_on: date | None
    received_evidence: str
    review_by: date | None
    matching: Matching | None
    representations: list[Representation]
    reviews: list[Review]
    ended_on: date | None
    end_reason: str


def powers_of(
    session: Session,
    policy: Policy,
    reader: Reader,
    reference: str,
    *,
    today: date,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Power]:
    """The powers that were prepared in an escalation, the earliest first. Raises NotFound."""
    law_today = LawToday(find_case(session, policy, reader, reference), today)
    return powers_in(law_today, page=page, per_page=per_page)


def powers_in(law_today: LawToday, *, page: int = 1, per_page: int = PER_PAGE) -> Page[Power]:
    """The same of a case that was found."""
    case = law_today.case
    mine = select(tables.Power).where(tables.Power.escalation_id == case.escalation.id)
    return paged(
        case.session,
        mine.order_by(col(tables.Power.id)),
        tables.Power.id,
        lambda found: [_power(law_today, power) for power in found],
        page=page,
        per_page=per_page,
    )


def power(session: Session, policy: Policy, reader: Reader, power_id: int, *, today: date) -> Power:
    """One power; raises NotFound."""
    _, case = see_row_in_case(session, policy, reader, tables.Power, power_id)
    [found] = find(session, select(tables.Power).where(tables.Power.id == power_id))
    return _power(LawToday(case, today), found)


def _power(law_today: LawToday, power: tables.Power) -> Power:
    case, standing, today = law_today.case, law_today.standing, law_today.today
    session, section = case.session, power.section
    waits = power.state in (PowerState.PREPARED, PowerState.PROPOSED)
    blocks = blocks_law.blocked_by(standing, today) if waits else ()
    missing = powers_law.not_ready(preparation(case, power), case.school, today) if waits else ()
    suspended = section is Section.DELEGATED_BUDGET and power.state is PowerState.IN_FORCE
    return Power(
        id=power.id,
        reference=case.matter.reference,
        section=section,
        title=section.title,
        state=power.state,
        reason=power.reason,
        words=power.words,
        purpose=power.purpose,
        capability=power.capability,
        arrangements=power.needs.arrangements,
        governors=power.needs.governors,
        members=power.needs.members,
        starts_on=power.starts_on,
        last_day=roads_law.last_day_for(section, standing, today),
        consultees=named_in_law(powers_law.consultees(section, case.school)),
        consultations=[
            Consultation(with_whom=each.role, consulted_on=each.consulted_on, said=each.said)
            for each in consulted(session, power)
        ],
        secretary_of_state=Told(
            needed=powers_law.notification(section),
            on=power.secretary_of_state_on,
            evidence=power.secretary_of_state_evidence,
        ),
        missing=list(missing),
        blocked_by=[block.rule for block in blocks if block.section is section],
        proposal=power.proposal_id,
        letter=power.letter_id,
        used_on=power.used_on,
        effective_on=power.effective_on,
        received_evidence=power.received_evidence,
        review_by=powers_law.review_by(power.effective_on, today)
        if suspended and power.effective_on
        else None,
        matching=_matching(law_today, power),
        representations=_representations(session, power),
        reviews=_reviews(session, power),
        ended_on=power.ended_on,
        end_reason=power.end_reason,
    )


def _matching(law_today: LawToday, power: tables.Power) -> Matching | None:
    who = powers_law.may_match(power.section, law_today.case.school)
    if who is None:
        return None
    [named] = named_in_law([who])
    on = power.used_on or law_today.today
    return Matching(
        who=named,
        may_appoint=matching.may_appoint(law_today, power, on),
        appointed=[
            MatchingGovernor(name=each.name, appointed_on=each.appointed_on, evidence=each.evidence)
            for each in matching.matching_governors(law_today.case.session, power)
        ],
    )


def _representations(session: Session, power: tables.Power) -> list[Representation]:
    statement = select(tables.Representation).where(tables.Representation.power_id == power.id)
    return [
        Representation(from_whom=each.role, received_on=each.received_on, said=each.said)
        for each in find(session, statement.order_by(col(tables.Representation.id)))
    ]


def _reviews(session: Session, power: tables.Power) -> list[Review]:
    statement = select(tables.BudgetReview).where(tables.BudgetReview.power_id == power.id)
    return [
        Review(
            outcome=each.outcome,
            reasons=each.reasons,
            proposal=each.proposal_id,
            letter=each.letter_id,
            decided_on=each.decided_on,
        )
        for each in find(session, statement.order_by(col(tables.BudgetReview.id)))
    ]
