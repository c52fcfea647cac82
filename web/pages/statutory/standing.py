"""Where an escalation stands in Part 4 of the Act: facts, dates, notices, powers, locks."""

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter
from fastapi.responses import Response

from models.approvals.titles import section_title
from models.clocks import time_left
from models.escalations.possible import Situation
from models.escalations.shown import escalation
from models.escalations.tables import Status
from models.law.powers import Section
from models.matters.case import find_case
from models.people.access import Act
from models.statutory import giving
from models.statutory.giving import not_its_turn
from models.statutory.legal import outside_part_4
from models.statutory.possible import LIVE
from models.statutory.shown import Fact, Road, SecretaryOfStateNotice, support_of
from models.statutory.tables import PowerState
from web.pages.asked import Asked
from web.pages.escalations.situation import InLaw, in_law
from web.pages.forms import STAYS, Form, Posted
from web.pages.letters.service import notice_served
from web.pages.statutory.wording import (
    KINDS,
    RESTS_ON,
    check_within_part_4,
    days_offered,
    notice_in_words,
    power_in_words,
)
from web.pages.visits import Reference, Visit, Visitor, may, says
from web.pages.wording import upper_first

SAYS_SUPPORT = says("support", "How the school is supported has been recorded")


router = APIRouter()

FACTS = {
    "notice_given": "Warning notice given",
    "period_over": "Compliance period over",
    "not_complied": "Governing body did not comply",
    "powers_proposed": "Notice of proposed powers given",
    "pay_notice_given": "Notice about pay and conditions given",
    "category_given": "Category in a published report",
    "not_superseded": "Not superseded by a later report",
}
SUPPORT = Asked(
    giving.HowSupportWorks,
    aware_of_problem=("Awareness", "Choose whether the school is aware of the problem"),
    working_with_partner=("Working", "Choose whether the school works well with its partner"),
    plan_on_track=("Plan", "Choose whether an agreed plan is on track"),
    evidence=("Evidence", "Enter the evidence"),
)


@dataclass(frozen=True)
class TitledFact:
    """A fact of a road, and its title."""

    shown: Fact
    title: str


@dataclass(frozen=True)
class RoadInWords:
    """A road to intervention with its titled facts."""

    shown: Road
    facts: list[TitledFact]


@dataclass(frozen=True)
class SectionToday:
    """A power as it could be used today: its last day, and the rules that stand in its way.

    `state` is that of the one in hand in this escalation, if there is one.
    """

    section: Section
    state: PowerState | None
    freed: bool  # from the two months, by section 61 or 62
    last_day: date | None
    left: str | None
    rules: list[str]

    @property
    def title(self) -> str:
        """What the power is called."""
        return upper_first(section_title(self.section))

    @property
    def endless(self) -> bool:
        """Whether it never has a last day."""
        return self.section is Section.INTERIM_EXECUTIVE_BOARD


@dataclass(frozen=True)
class ToldInWords:
    """A notice of the Secretary of State: what it says in a sentence, and the law it rests on."""

    shown: SecretaryOfStateNotice
    says: str
    rests_on: str


@router.get("/escalations/{reference}/law", dependencies=[may(Act.SEE_CASE)])
def law(visit: Visitor, reference: Reference) -> Response:
    """What the Act allows now, and everything that was done under it."""
    with visit.read() as session:
        found = escalation(session, visit.policy, visit.reader, reference, today=visit.today)
        case = find_case(session, visit.policy, visit.reader, reference)
        support = support_of(session, visit.policy, visit.reader, reference)
        outside = outside_part_4(case)
        now = Situation(case, visit.officer, visit.now)
        here = in_law(now.law)
        allowed = now.by_rule
        why_no_notice = _why_no_notice(now) if not outside else None
    return visit.page(
        "statutory/standing.html",
        title="Warning notice and powers",
        found=found,
        section="law",
        allowed=allowed,
        outside=outside,
        law=here,
        roads=[_road(each) for each in here.eligibility.roads],
        may_record_inspection=visit.may(Act.RECORD_INSPECTION),
        sections=[_section(section, here) for section in Section],
        support=support,
        why_no_notice=why_no_notice,
        notices=[notice_in_words(notice) for notice in reversed(here.notices)],
        served=[notice_served(each) for each in reversed(here.served)],
        powers=[power_in_words(case, power) for power in reversed(here.powers)],
        told=[_told(notice) for notice in reversed(here.from_secretary_of_state)],
        days_offered=days_offered(case),
        days_of_notice=case.policy.statutory.notice_of_powers_working_days,
    )


def _road(road: Road) -> RoadInWords:
    return RoadInWords(road, [TitledFact(fact, FACTS[fact.key]) for fact in road.facts])


def _why_no_notice(now: Situation) -> str | None:
    """Why no warning notice can be given, where it is not the law that says so."""
    rule = next(step for step in now.at.ladder.steps if step.kind == "notice")
    if now.at.status is not Status.OPEN or not not_its_turn(rule, now.at):
        return None
    if now.at.transition_awaiting:
        return not_its_turn(rule, now.at)
    return "A warning notice can be given once the steps before it have run their course."


def _section(section: Section, here: InLaw) -> SectionToday:
    last = here.eligibility.last_day_for_powers[section]
    states = [power.state for power in here.powers if power.section is section]
    return SectionToday(
        section=section,
        state=next((state for state in reversed(states) if state in LIVE), None),
        freed=here.by_inspection,
        last_day=last,
        left=time_left(last, here.today) if last else None,
        rules=[block.rule for block in here.eligibility.blocked_by if block.section is section],
    )


def _told(notice: SecretaryOfStateNotice) -> ToldInWords:
    return ToldInWords(shown=notice, says=KINDS[notice.kind], rests_on=RESTS_ON[notice.kind])


@router.get("/escalations/{reference}/support/new", dependencies=[may(Act.RECORD_SUPPORT)])
def support(visit: Visitor, reference: Reference) -> Response:
    """The form for how the school and the authority work together on the problem."""
    return _support(visit, reference, Form())


@router.post("/escalations/{reference}/support/new", dependencies=[may(Act.RECORD_SUPPORT)])
def record_support(visit: Visitor, reference: Reference, form: Posted) -> Response:
    """Record how the school is supported."""
    try:
        given = form.filled(SUPPORT)
        with visit.acting() as acting:
            giving.record_support(acting, reference, given)
    except STAYS as refusal:
        return _support(visit, reference, form.refused(refusal, SUPPORT))
    return visit.done(f"/escalations/{reference}/law", SAYS_SUPPORT)


def _support(visit: Visit, reference: str, form: Form) -> Response:
    with visit.read() as session:
        case = find_case(session, visit.policy, visit.reader, reference)
        check_within_part_4(case)
    return visit.page(
        "statutory/support_form.html",
        title="Record how the school is supported",
        form=form,
        case=case,
    )
