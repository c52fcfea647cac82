"""The statutory steps as doors show them: eligibility, support, what others told, and services.

Warning notices and powers stand in `notices_shown` and `powers_shown`.
"""

from collections.abc import Sequence
from datetime import date

from pydantic import AwareDatetime
from sqlmodel import Session, col, select

from models.law import blocks as blocks_law
from models.law import roads as roads_law
from models.law import standing as standing_law
from models.law.powers import Section
from models.law.roads import Road as RoadSection
from models.letters.addressing import sitting_board
from models.letters.tables import Letter
from models.matters.at_hand import see_row
from models.matters.case import find_case
from models.paging import PER_PAGE, Page, paged
from models.people.access import Reader
from models.people.shown import officer_names
from models.policy import Policy
from models.shown import Shown
from models.statutory import tables
from models.statutory.legal import LawToday, latest_support
from models.statutory.tables import SecretaryOfStateKind, ServiceMethod


class Fact(Shown):
    """A fact of a road to intervention; `on` is null while it does not hold."""

    key: str
    holds: bool
    on: date | None
    says: str


class Road(Shown):
    """A road to intervention (section 59(2)): the school is eligible by it while all facts hold."""

    section: RoadSection
    title: str
    holds: bool
    facts: list[Fact]


class Block(Shown):
    """A rule that stands in the way of the powers of a section."""

    section: Section
    rule: str


class Eligibility(Shown):
    """Whether the school is eligible for intervention by any road, computed for today.

    `facts` are the four of section 60(1). A section has a last day only while section 60 is the
    only road.
    """

    reference: str
    eligible: bool
    roads: list[Road]
    facts: list[Fact]
    last_day_for_powers: dict[Section, date | None]
    blocked_by: list[Block]
    notice_refused_because: str | None
    board_sits_since: date | None


class Support(Shown):
    """What was recorded last about support; `works` means that a notice needs a reason."""

    aware_of_problem: bool
    working_with_partner: bool
    plan_on_track: bool
    works: bool
    evidence: str
    recorded_by: str
    recorded_by_name: str
    recorded_at: AwareDatetime


class SecretaryOfStateNotice(Shown):
    """A notice of the Secretary of State, in force until released."""

    id: int
    kind: SecretaryOfStateKind
    received_on: date
    summary: str
    released_on: date | None
    release_note: str


class Service(Shown):
    """That a letter was served on somebody.

    `served_on` is the day on which it was handed over, left, posted or sent, `counts_from` the day
    that counts as service (null in records of before that was kept). It counts no more once it was
    undone.
    """

    id: int
    to: str
    method: ServiceMethod
    served_on: date
    arrived_on: date | None
    counts_from: date | None
    undone_on: date | None
    undone_because: str
    evidence: str
    recorded_by: str
    recorded_by_name: str


def eligibility(
    session: Session, policy: Policy, reader: Reader, reference: str, *, today: date
) -> Eligibility:
    """Whether the school is eligible for intervention, and what stands in each power's way.

    Raises NotFound.
    """
    return eligibility_of(LawToday(find_case(session, policy, reader, reference), today))


def eligibility_of(law_today: LawToday) -> Eligibility:
    """The same of a case that was found."""
    case, standing, today = law_today.case, law_today.standing, law_today.today
    board = sitting_board(case.session, case.school.urn, today)
    return Eligibility(
        reference=case.matter.reference,
        eligible=roads_law.eligible(standing, today),
        roads=[
            Road(
                section=each.road,
                title=each.road.title,
                holds=each.holds,
                facts=_facts(each.facts),
            )
            for each in roads_law.roads(standing, today)
        ],
        facts=_facts(standing_law.facts(standing, today)),
        last_day_for_powers={
            section: roads_law.last_day_for(section, standing, today) for section in Section
        },
        blocked_by=[
            Block(section=block.section, rule=block.rule)
            for block in blocks_law.blocked_by(standing, today)
        ],
        notice_refused_because=standing_law.notice_refusal(standing, today),
        board_sits_since=board.starts_on if board else None,
    )


def _facts(facts: Sequence[standing_law.Fact]) -> list[Fact]:
    return [Fact(key=each.key, holds=each.holds, on=each.on, says=each.says) for each in facts]


def support_of(session: Session, policy: Policy, reader: Reader, reference: str) -> Support | None:
    """What was recorded last about support for the school; None where nothing was."""
    latest = latest_support(find_case(session, policy, reader, reference))
    return None if latest is None else support(session, latest)


def support(session: Session, recorded: tables.Support) -> Support:
    """What was recorded about support for a school."""
    email, name = officer_names(session, [recorded.recorded_by_id])[recorded.recorded_by_id]
    return Support(
        aware_of_problem=recorded.aware_of_problem,
        working_with_partner=recorded.working_with_partner,
        plan_on_track=recorded.plan_on_track,
        works=recorded.works,
        evidence=recorded.evidence,
        recorded_by=email,
        recorded_by_name=name,
        recorded_at=recorded.recorded_at,
    )


def secretary_of_state_notices_of(
    session: Session,
    policy: Policy,
    reader: Reader,
    reference: str,
    *,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[SecretaryOfStateNotice]:
    """What the Secretary of State told the authority about the school. Raises NotFound."""
    case = find_case(session, policy, reader, reference)
    return from_secretary_of_state(session, case.school.urn, page=page, per_page=per_page)


def from_secretary_of_state(
    session: Session, urn: int, *, page: int = 1, per_page: int = PER_PAGE
) -> Page[SecretaryOfStateNotice]:
    """The same of a school that was found."""
    mine = select(tables.SecretaryOfStateNotice).where(tables.SecretaryOfStateNotice.urn == urn)
    return paged(
        session,
        mine.order_by(col(tables.SecretaryOfStateNotice.id)),
        tables.SecretaryOfStateNotice.id,
        lambda found: [secretary_of_state_notice(notice) for notice in found],
        page=page,
        per_page=per_page,
    )


def secretary_of_state_notice(notice: tables.SecretaryOfStateNotice) -> SecretaryOfStateNotice:
    """One notice of the Secretary of State."""
    return SecretaryOfStateNotice(
        id=notice.id,
        kind=notice.kind,
        received_on=notice.received_on,
        summary=notice.summary,
        released_on=notice.released_on,
        release_note=notice.release_note,
    )


def services_of(
    session: Session, reader: Reader, letter_id: int, *, page: int = 1, per_page: int = PER_PAGE
) -> Page[Service]:
    """How a letter was served on those it is for, apart from its e-mails. Raises NotFound."""
    see_row(session, reader, Letter, letter_id)
    mine = select(tables.Service).where(tables.Service.letter_id == letter_id)
    return paged(
        session,
        mine.order_by(col(tables.Service.id)),
        tables.Service.id,
        lambda found: _services(session, found),
        page=page,
        per_page=per_page,
    )


def service(session: Session, reader: Reader, service_id: int) -> Service:
    """One service of a letter; raises NotFound."""
    return _services(session, [see_row(session, reader, tables.Service, service_id)])[0]


def _services(session: Session, found: Sequence[tables.Service]) -> list[Service]:
    people = officer_names(session, (each.recorded_by_id for each in found))
    return [
        Service(
            id=each.id,
            to=each.role,
            method=each.method,
            served_on=each.served_on,
            arrived_on=each.arrived_on,
            counts_from=each.counts_from,
            undone_on=each.undone_on,
            undone_because=each.undone_because,
            evidence=each.evidence,
            recorded_by=people[each.recorded_by_id][0],
            recorded_by_name=people[each.recorded_by_id][1],
        )
        for each in found
    ]
