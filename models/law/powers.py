"""The powers of a local authority: sections 63 to 66 of the Education and Inspections Act 2006."""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

from models.clocks import long_date
from models.law.notices import (
    Recipient,
    dioceses,
    foundation_appointer,
    has_foundation_governors,
    is_church_school,
)
from models.schools.tables import School

_FEWEST_MEMBERS = 2
_VOLUNTARY_AIDED = 2  # type of establishment in the national register


class Section(StrEnum):
    """A power, by the section that gives it."""

    ARRANGEMENTS = "63"
    ADDITIONAL_GOVERNORS = "64"
    INTERIM_EXECUTIVE_BOARD = "65"
    DELEGATED_BUDGET = "66"

    @property
    def title(self) -> str:  # type: ignore[override]  # a power has a title, as a letter has
        """What the power is called."""
        return _TITLES[self]


_TITLES = {
    Section.ARRANGEMENTS: "Requirement to enter into arrangements",
    Section.ADDITIONAL_GOVERNORS: "Appointment of additional governors",
    Section.INTERIM_EXECUTIVE_BOARD: "Interim Executive Board",
    Section.DELEGATED_BUDGET: "Suspension of the right to a delegated budget",
}


def last_day(section: Section, compliance_ends_on: date) -> date | None:
    """The last day on which the power may be used; None for section 65, which has none.

    Two months following the end of the compliance period, by the corresponding date: from
    30 November to 30 January, from 31 December to the last of February. It stays where it falls,
    working day or not.
    """
    if section is Section.INTERIM_EXECUTIVE_BOARD:
        return None
    return _two_months_after(compliance_ends_on)


def _two_months_after(day: date) -> date:
    """The corresponding date two months on, or the last day of a month too short for it."""
    years, month = divmod(day.month + 1, 12)  # months counted from 0
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def consultees(section: Section, school: School) -> tuple[Recipient, ...]:
    """Who must be consulted before the power is used: section 63(2) and 65(2).

    Nobody for sections 64 and 66.
    """
    if section not in (Section.ARRANGEMENTS, Section.INTERIM_EXECUTIVE_BOARD):
        return ()
    source = f"section {section}(2)"
    governing_body = Recipient(
        "chair_of_governors", f"the governing body must be consulted first ({source})"
    )
    return (governing_body, *_diocese_or_appointer(school, source))


def copies(section: Section, school: School) -> tuple[Recipient, ...]:
    """Which roles are given a copy of the notice or appointment.

    Section 66: the headteacher, at once. Section 65: the Secretary of State, and the diocese or
    else the appointer of foundation governors; also each IEB member and each existing governor,
    who are persons and not roles (Schedule 6, paragraph 6). Sections 63 and 64 ask for no copy:
    the headteacher is told, and of section 64 whoever may match the number.
    """
    if section is Section.INTERIM_EXECUTIVE_BOARD:
        source = "Schedule 6, paragraph 6, to section 65"
        secretary_of_state = Recipient(
            "secretary_of_state",
            f"the Secretary of State is given copies of the notice and appointments ({source})",
        )
        return (secretary_of_state, *_diocese_or_appointer(school, source))
    if section is Section.DELEGATED_BUDGET:
        reason = "the headteacher is given a copy at once (section 66)"
    else:
        reason = f"the headteacher is told, although section {section} does not ask for it"
    matching = may_match(section, school)
    return (Recipient("headteacher", reason), *([matching] if matching else []))


def may_match(section: Section, school: School) -> Recipient | None:
    """Who may appoint governors beside the authority's at a voluntary aided school: section 64(4).

    The appropriate diocesan authority of a church school, else whoever appoints the foundation
    governors; nobody for another section or school.
    """
    if section is not Section.ADDITIONAL_GOVERNORS or school.type_code != _VOLUNTARY_AIDED:
        return None
    return _diocese_or_appointer(school, "section 64(4)")[0]


def may_appoint(number: int, *, by_inspection: bool) -> int | None:
    """How many governors they may appoint: as many as the authority, on the roads of 60 and 60A.

    None for as many as they think fit, on the roads of sections 61 and 62: section 64(4) to (9).
    """
    return None if by_inspection else number


def _diocese_or_appointer(school: School, source: str) -> tuple[Recipient, ...]:
    if is_church_school(school):
        return dioceses(school, source)
    if has_foundation_governors(school):
        return (foundation_appointer(school, source),)
    return ()


def notification(section: Section) -> Literal["notified", "consent"]:
    """What is needed of the Secretary of State before: consent for section 65, else notice."""
    return "consent" if section is Section.INTERIM_EXECUTIVE_BOARD else "notified"


@dataclass(frozen=True)
class Member:
    """A member of an Interim Executive Board to be: Schedule 6."""

    name: str
    governor: bool = False  # a current governor of the school
    governor_confirmed: bool = False  # somebody confirmed that the governor is to sit


@dataclass(frozen=True)
class Asked:
    """Somebody who was consulted: until when they may answer, and whether they have."""

    answer_by: date
    answered: bool = False


@dataclass(frozen=True)
class Preparation:
    """What has been done towards using one power."""

    section: Section
    consulted: Mapping[str, Asked] = field(default_factory=dict)  # by role
    secretary_of_state_on: date | None = None  # notified, or consent received
    starts_on: date | None = None  # section 65: the date in the notice
    members: tuple[Member, ...] = ()  # section 65
    arrangements: str = ""  # section 63
    governors: tuple[str, ...] = ()  # section 64


def not_ready(preparation: Preparation, school: School, today: date) -> tuple[str, ...]:
    """What is still missing before the power may be used, as sentences that name the section.

    Only of the preparation itself: `standing.blocked_by` says whether the power is open at all.
    """
    return (*not_done(preparation, school, today), *_not_stated(preparation, today))


def not_done(preparation: Preparation, school: School, today: date) -> tuple[str, ...]:
    """Of what is missing, that which others must do or say first: nobody can enter it in a form."""
    return (
        *_not_consulted(preparation, school),
        *not_answered(preparation, school, today),
        *not_told(preparation, today),
    )


_BODIES = {
    "chair_of_governors": "The governing body",
    "diocese": "The diocesan authority",
    "second_diocese": "The diocesan authority of the second church",
    "foundation_appointer": "Whoever appoints the foundation governors",
}


def _not_consulted(preparation: Preparation, school: School) -> Iterator[str]:
    for consultee in consultees(preparation.section, school):
        if consultee.required and consultee.role not in preparation.consulted:
            body = _BODIES[consultee.role]
            yield f"{body} has not been consulted (section {preparation.section}(2))."


def not_answered(preparation: Preparation, school: School, today: date) -> Iterator[str]:
    """Of those who were consulted, who may still answer and has not: sections 63(2) and 65(2).

    Whoever is asked to answer by a day is heard until that day is over. What is only offered is
    not waited for.
    """
    for consultee in consultees(preparation.section, school):
        asked = preparation.consulted.get(consultee.role)
        waits = consultee.required and asked is not None and not asked.answered
        if asked is not None and waits and today <= asked.answer_by:
            yield (
                f"{_BODIES[consultee.role]} was asked to answer by {long_date(asked.answer_by)} "
                f"and has not answered yet (section {preparation.section}(2))."
            )


def not_told(preparation: Preparation, today: date) -> Iterator[str]:
    """What the Secretary of State has still to be told, or to consent to."""
    on, section = preparation.secretary_of_state_on, preparation.section
    if on is not None and on <= today:
        return
    if notification(section) == "consent":
        yield f"The Secretary of State's consent has not been received (section {section})."
    else:
        yield (
            "The Secretary of State has not been notified "
            f"(section 70A(1), before section {section})."
        )


def _not_stated(preparation: Preparation, today: date) -> Iterator[str]:
    match preparation.section:
        case Section.ARRANGEMENTS:
            if not preparation.arrangements.strip():
                yield "The arrangements required of the governing body are not stated (section 63)."
        case Section.ADDITIONAL_GOVERNORS:
            if not any(name.strip() for name in preparation.governors):
                yield "No additional governor is named (section 64)."
        case Section.INTERIM_EXECUTIVE_BOARD:
            yield from _start(preparation.starts_on, today)
            yield from _board(preparation.members)


def _start(starts_on: date | None, today: date) -> Iterator[str]:
    if starts_on is None:
        yield "The date on which the Interim Executive Board starts is not stated (section 65(1))."
    elif starts_on < today:
        yield (
            f"The Interim Executive Board cannot start on {long_date(starts_on)}, before the "
            "notice is given (section 65(1))."
        )


def _board(members: tuple[Member, ...]) -> Iterator[str]:
    if len({member.name.strip() for member in members} - {""}) < _FEWEST_MEMBERS:
        yield (
            "An Interim Executive Board has at least two members "
            "(section 65 and Schedule 6, paragraph 4)."
        )
    for member in members:
        if member.governor and not member.governor_confirmed:
            yield (
                f"{member.name} is a current governor of the school. Confirm that they are to "
                "sit on the Interim Executive Board (section 65 and Schedule 6, paragraph 3)."
            )


def review_by(effective_on: date, today: date) -> date:
    """The 31 March by which a suspended right to a delegated budget must next be reviewed.

    Before each financial year begins on 1 April, except one that begins less than two months
    (by the corresponding date) after the suspension took effect: section 66, with paragraph 2 of
    Schedule 15 to the School Standards and Framework Act 1998.
    """
    earliest = max(_two_months_after(effective_on), today + timedelta(days=1))
    this_year = date(earliest.year, 4, 1)
    year = earliest.year if earliest <= this_year else earliest.year + 1
    return date(year, 3, 31)
