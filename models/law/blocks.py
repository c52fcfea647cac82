"""What stands in the way of a power on a day: eligibility, the two months, and every lock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from models.clocks import long_date
from models.law.powers import Section
from models.law.roads import last_day_for, not_eligible
from models.law.standing import Standing, in_force, not_for

_NOT_WHILE_A_BOARD_SITS = {
    Section.ADDITIONAL_GOVERNORS: (
        "No additional governors may be appointed under section 64 while an Interim Executive "
        "Board sits (Schedule 6, paragraph 14)."
    ),
    Section.DELEGATED_BUDGET: (
        "The right to a delegated budget may not be suspended under section 66 while an Interim "
        "Executive Board sits (Schedule 6, paragraph 12(3))."
    ),
}


@dataclass(frozen=True)
class Block:
    """A rule that stands in the way of a power, as a sentence that names its section."""

    section: Section
    rule: str


def blocked_by(standing: Standing, today: date) -> tuple[Block, ...]:
    """Every rule that stands in the way of each power now, in the order of the sections.

    Section 59(1): the school; section 59(2): eligible for intervention by some road; sections 63,
    64 and 66: within two months where section 60 is the only road, and not while the Secretary of
    State intends to act under sections 66A to 69 (section 70B(2)); sections 64 and 66: not while
    an Interim Executive Board sits (Schedule 6, paragraphs 14 and 12(3)); section 66: not once
    the Secretary of State has appointed governors (section 67(6)); section 65: not while the
    Secretary of State has taken the board over (section 70C).
    """
    return tuple(
        Block(section, rule) for section in Section for rule in _rules(section, standing, today)
    )


def _rules(section: Section, standing: Standing, today: date) -> Iterator[str]:
    outside = not_for(standing.school, academy_ladder=standing.academy_ladder)
    if outside:
        yield outside
    missing = not_eligible(standing, today)
    if missing:
        yield missing
    yield from _two_months(section, standing, today)
    yield from _locks(section, standing)


def _two_months(section: Section, standing: Standing, today: date) -> Iterator[str]:
    notice, last = in_force(standing, today), last_day_for(section, standing, today)
    if notice and last and today > last:
        yield (
            f"The last day for section {section} was {long_date(last)}: two months after the "
            f"compliance period ended on {long_date(notice.compliance_ends_on)}, by the "
            "corresponding date, working day or not."
        )


def _locks(section: Section, standing: Standing) -> Iterator[str]:
    intends_on = standing.secretary_of_state_intends_on
    if intends_on and section is not Section.INTERIM_EXECUTIVE_BOARD:
        yield (
            f"On {long_date(intends_on)} the Secretary of State notified an intention to act "
            f"under sections 66A to 69. Section {section} may not be used until the Secretary of "
            "State informs the local authority that it may (section 70B(2))."
        )
    governors_on = standing.secretary_of_state_governors_on
    if governors_on and section is Section.DELEGATED_BUDGET:
        yield (
            f"On {long_date(governors_on)} the Secretary of State appointed governors. The right "
            "to a delegated budget may not be suspended under section 66 (section 67(6))."
        )
    taken_over_on = standing.board_taken_over_on
    if taken_over_on and section is Section.INTERIM_EXECUTIVE_BOARD:
        yield (
            f"On {long_date(taken_over_on)} the Secretary of State took over responsibility for "
            "the Interim Executive Board. The local authority may not constitute one under "
            "section 65 until it is told that it may (section 70C)."
        )
    if standing.ieb_sits and section in _NOT_WHILE_A_BOARD_SITS:
        yield _NOT_WHILE_A_BOARD_SITS[section]
