"""The support programme as doors show it: of all schools how far it is, and of one school."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import case, func, or_
from sqlmodel import Session, col, select

from models.paging import PER_PAGE, Page, chosen, paged
from models.people.access import Reader
from models.policy import Policy
from models.policy.programme import SchoolYear, school_year_of
from models.programme import tables
from models.programme.days_due import visits_at_most
from models.programme.duties_shown import (
    Duty,
    Standing,
    behind,
    duties_of,
    is_behind,
    is_late,
)
from models.programme.requirements_shown import IfRequired, if_required
from models.programme.supporters_shown import (
    Supporter,
    evaluation_officers,
    known_officer,
    looked_after,
    supporters_of,
)
from models.programme.tables import OF_A_SCHOOL, DutyKind
from models.rows import find, select_columns
from models.schools.contacts import find_school
from models.schools.sight import see_school
from models.schools.tables import RiskLevel, School
from models.shown import Shown


class Counts(Shown):
    """How many duties of one kind stand how."""

    planned: int
    late: int
    done: int
    cancelled: int

    @property
    def due(self) -> int:
        """All that are not cancelled."""
        return self.planned + self.late + self.done


class SchoolProgress(Shown):
    """What is done of the running school year for one school, by kind of duty.

    `visits_held` counts every visit; `visits_at_most` is the ceiling where its level has one.
    """

    urn: int
    school: str
    risk_level: RiskLevel | None
    evaluation_officer: str | None
    evaluation_officer_name: str | None
    visits_held: int
    visits_at_most: int | None
    visit: Counts
    report: Counts
    sisg_meeting: Counts
    evaluation: Counts
    behind: bool


class TermDuties(Shown):
    """The duties that are due in a term, or in no term that the policy knows."""

    name: str
    duties: list[Duty]


class SchoolProgramme(Shown):
    """The support programme of a school in a school year.

    `title` and `support` say what its level means; `years` are those that can be shown;
    `visits_held` counts every visit of the year, `visits_at_most` is the ceiling of its level.
    """

    urn: int
    school: str
    risk_level: RiskLevel | None
    title: str | None
    support: list[str]
    school_year: int
    years: list[int]
    visits_held: int
    visits_at_most: int | None
    has_terms: bool
    terms: list[TermDuties]
    behind: bool
    if_required: list[IfRequired]
    supporters: list[Supporter]


# All schools -------------------------------------------------------------------------------


def programme(
    session: Session,
    policy: Policy,
    *,
    today: date,
    level: str | None = None,
    officer: str | None = None,
    only_behind: bool = False,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[SchoolProgress]:
    """The open schools that have a level, by name, with what is done of the running school year.

    `officer` is the e-mail address of a School Evaluation Officer; `only_behind` leaves
    out the schools that are not. Raises InvalidInput. Seven queries.
    """
    statement = (
        select(School)
        .where(
            col(School.risk_level).is_not(None),
            or_(col(School.closed_on).is_(None), col(School.closed_on) > today),
        )
        .order_by(col(School.name), col(School.urn))
    )
    if level is not None:
        statement = statement.where(School.risk_level == chosen("level", level, RiskLevel))
    if officer is not None:
        mine = looked_after(known_officer(session, officer), today, School.urn)
        statement = statement.where(mine)
    if only_behind:
        statement = statement.where(is_behind(today))
    return paged(
        session,
        statement,
        School.urn,
        lambda found: _describe(session, policy, found, today),
        page=page,
        per_page=per_page,
    )


def progress_of(session: Session, policy: Policy, urn: int, today: date) -> SchoolProgress:
    """What is done of the running school year for one school; raises NotFound."""
    return _describe(session, policy, [find_school(session, urn)], today)[0]


def _describe(
    session: Session, policy: Policy, found: Sequence[School], today: date
) -> list[SchoolProgress]:
    urns = [school.urn for school in found]
    held = _held(session, urns, school_year_of(today))
    late = behind(session, urns, today)
    counted = _counted(session, urns, today)
    evaluating = evaluation_officers(session, urns, today)
    described = []
    for school in found:
        email, name = evaluating.get(school.urn, (None, None))
        counts = {kind: _counts(counted[school.urn, kind]) for kind in OF_A_SCHOOL}
        described.append(
            SchoolProgress(
                urn=school.urn,
                school=school.name,
                risk_level=school.risk_level,
                evaluation_officer=email,
                evaluation_officer_name=name,
                visits_held=held[school.urn],
                visits_at_most=_at_most(policy, school, school_year_of(today)),
                visit=counts[DutyKind.VISIT],
                report=counts[DutyKind.REPORT],
                sisg_meeting=counts[DutyKind.SISG_MEETING],
                evaluation=counts[DutyKind.EVALUATION],
                behind=school.urn in late,
            )
        )
    return described


def _held(session: Session, urns: Collection[int], school_year: int) -> Counter[int]:
    """How many visits each school had in a school year, whether they were due or not."""
    visit = tables.SchoolVisit
    year = (date(school_year, 9, 1), date(school_year + 1, 8, 31))
    statement = (
        select(col(visit.urn), func.count(col(visit.id)))
        .where(col(visit.urn).in_(urns), col(visit.visited_on).between(*year))
        .group_by(col(visit.urn))
    )
    return Counter(dict(find(session, statement)))


def _at_most(policy: Policy, school: School, school_year: int) -> int | None:
    """The ceiling of visits at the level where a school stands, if that has one."""
    year = policy.programme.year(school_year)
    if school.risk_level is None or year is None:
        return None
    return visits_at_most(policy.programme.levels[school.risk_level], year)


def _counted(
    session: Session, urns: Collection[int], today: date
) -> defaultdict[tuple[int, DutyKind], Counter[Standing]]:
    """How many duties of the running school year stand how, by school and kind."""
    duty = tables.Duty
    statement = (
        select_columns(
            col(duty.urn),
            col(duty.kind),
            col(duty.state),
            func.count(col(duty.id)).label("number"),
            func.count(case((is_late(today), 1))).label("late"),
        )
        .where(col(duty.urn).in_(urns), col(duty.school_year) == school_year_of(today))
        .group_by(col(duty.urn), col(duty.kind), col(duty.state))
    )
    counted: defaultdict[tuple[int, DutyKind], Counter[Standing]] = defaultdict(Counter)
    for row in find(session, statement):
        numbers = counted[row.urn, row.kind]
        numbers[Standing(row.state)] += row.number - row.late
        numbers[Standing.LATE] += row.late
    return counted


def _counts(numbers: Mapping[Standing, int]) -> Counts:
    return Counts(
        planned=numbers[Standing.PLANNED],
        late=numbers[Standing.LATE],
        done=numbers[Standing.DONE],
        cancelled=numbers[Standing.CANCELLED],
    )


# One school --------------------------------------------------------------------------------


def programme_of(
    session: Session,
    policy: Policy,
    reader: Reader,
    urn: object,
    *,
    today: date,
    school_year: int | None = None,
) -> SchoolProgramme:
    """The support programme of a school in a school year, the running one unless given.

    What its level means, its duties by term, and who supports it. Raises NotFound.
    """
    school = see_school(session, reader, urn)
    year = school_year_of(today) if school_year is None else school_year
    found = duties_of(session, school.urn, year, today)
    years = select(tables.Duty.school_year).where(tables.Duty.urn == school.urn).distinct()
    rule = policy.programme.levels[school.risk_level] if school.risk_level else None
    return SchoolProgramme(
        urn=school.urn,
        school=school.name,
        risk_level=school.risk_level,
        title=rule.title if rule else None,
        support=list(rule.support) if rule else [],
        school_year=year,
        years=sorted({*find(session, years), school_year_of(today)}, reverse=True),
        visits_held=_held(session, [school.urn], year)[school.urn],
        visits_at_most=_at_most(policy, school, year),
        has_terms=policy.programme.year(year) is not None,
        terms=_by_term(policy.programme.year(year), found),
        behind=bool(behind(session, [school.urn], today)),
        if_required=if_required(session, policy, school),
        supporters=supporters_of(session, reader, school.urn, today=today),
    )


def _by_term(year: SchoolYear | None, found: Iterable[Duty]) -> list[TermDuties]:
    """The duties under the name of the term in which they are due."""
    terms: defaultdict[str, list[Duty]] = defaultdict(list)
    for each in found:
        ends = [term.name for term in year.terms if term.last_day >= each.due_on] if year else []
        terms[f"{ends[0]} term" if ends else "The school year"].append(each)
    return [TermDuties(name=name, duties=due) for name, due in terms.items()]
