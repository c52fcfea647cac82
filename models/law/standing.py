"""Where a school stands in Part 4: all that the law looks at, and what came of a warning notice.

Everything is computed from dated facts; nothing is ticked by hand. By which roads a school is
eligible for intervention: `models.law.roads`; what stands in the way of a power:
`models.law.blocks`.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from models.clocks import long_date
from models.law.notices import NOT_FOR_ACADEMIES, applies_to
from models.law.powers import Section
from models.law.service import leaves_a_period
from models.schools.tables import InspectionCategory, School

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ProposedPowers:
    """A notice that powers are proposed: section 60(1)(d).

    Reasonable notice is over after `runs_until`; no notice at all is `runs_until` on the day of
    service. It runs from service on the governing body: None while that is not proven.
    """

    given_on: date
    runs_until: date | None
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Notice:
    """A warning notice that the local authority has issued, and what came of it: section 60.

    It is given when it is served: `served_on` is the day that counts as service on the governing
    body, None while none is proven.
    """

    given_on: date  # the day it bears
    compliance_ends_on: date
    served_on: date | None = None
    complied: bool | None = None  # to the authority's satisfaction; None until it is judged
    judged_on: date | None = None
    ceased_on: date | None = None
    ceased_because: str = ""
    proposed: tuple[ProposedPowers, ...] = ()


@dataclass(frozen=True)
class Inspection:
    """What the published report of an inspection says: Education Act 2005, section 13(3)(a)."""

    published_on: date
    category: InspectionCategory


@dataclass(frozen=True)
class Standing:
    """All that the rules about a school in Part 4 look at."""

    school: School
    academy_ladder: bool = False
    notice: Notice | None = None  # the latest
    inspections: tuple[Inspection, ...] = ()  # in the order entered; none that was corrected
    secretary_of_state_notice_on: date | None = None  # in force: the authority is not released
    secretary_of_state_intends_on: date | None = None  # to act under sections 66A to 69
    secretary_of_state_governors_on: date | None = None  # she has appointed some: section 67
    board_taken_over_on: date | None = None  # section 70C
    ieb_sits: bool = False


@dataclass(frozen=True)
class Fact:
    """One of the facts of a road to intervention: whether it holds, and since which day."""

    key: str
    holds: bool
    on: date | None  # the first day on which it holds; None while it does not
    says: str


def facts(standing: Standing, today: date) -> tuple[Fact, ...]:
    """The four facts that make a school eligible for intervention: section 60(1)(a) to (d).

    In this order: notice_given, period_over, not_complied, powers_proposed. A notice that has
    ceased to have effect gives none of them.
    """
    notice = _notice(standing)
    if notice is None or today < notice.given_on:
        return _no_facts("No warning notice has been given (section 60(1)(a)).")
    ceased = _ceased(notice, today)
    if ceased:
        return _no_facts(f"No warning notice is in force (section 60(1)(a)). {ceased}.")
    return (
        _notice_given(notice, today),
        _period_over(notice, today),
        _not_complied(notice, today),
        _powers_proposed(notice, today),
    )


def in_force(standing: Standing, today: date) -> Notice | None:
    """The warning notice that was given, while it has effect."""
    notice = _notice(standing)
    return None if notice is None or _ceased(notice, today) else notice


def notice_refusal(standing: Standing, today: date) -> str | None:
    """Why the local authority may give no warning notice now; None when it may.

    Section 59(1): the school; section 60(4A): a notice of the Secretary of State, until the
    authority is released. While a notice of its own still runs, its end is awaited; afterwards,
    judged or not, it does not stand in the way.
    """
    outside = _outside(standing)
    if outside:
        return outside
    if standing.secretary_of_state_notice_on is not None:
        return (
            "The Secretary of State gave the governing body a warning notice on "
            f"{long_date(standing.secretary_of_state_notice_on)}. The local authority may not "
            "give one until the Secretary of State informs it that it may (section 60(4A))."
        )
    notice = standing.notice
    if notice and _runs(notice, today):
        return (
            f"The warning notice given on {long_date(notice.given_on)} still runs. Wait until "
            "its compliance period is over: it ends on "
            f"{long_date(notice.compliance_ends_on)} (section 60(1)(b))."
        )
    return None


def judgement_refusal(notice: Notice, complied: bool, today: date) -> str | None:
    """Why compliance may not be judged so today; None when it may: section 60(1)(c).

    That the governing body complied may be judged early; that it did not, only once the
    compliance period is over, which has to have run from service of the notice.
    """
    ceased = _ceased(notice, today)
    if ceased:
        return f"{ceased}. There is nothing left to judge (section 60(1)(c))."
    if not complied and notice.served_on is None:
        return (
            f"{_unproven(notice)} (section 60(1)(a)). That it did not comply can be judged only "
            "afterwards."
        )
    if not complied and notice.served_on and _too_late(notice, notice.served_on):
        return f"{_came_to_nothing(notice, notice.served_on)} (section 60(1)(b))."
    if not complied and today <= notice.compliance_ends_on:
        return (
            "The governing body has until the end of the compliance period on "
            f"{long_date(notice.compliance_ends_on)}. That it did not comply can be judged from "
            f"{long_date(notice.compliance_ends_on + _ONE_DAY)} (section 60(1)(c))."
        )
    return None


def not_for(school: School, *, academy_ladder: bool) -> str | None:
    """Why Part 4 is not for this school, or not on this ladder; None when it is (section 59(1))."""
    outside = applies_to(school)
    if outside is None and academy_ladder:
        return f"The escalation is on the academy ladder. {NOT_FOR_ACADEMIES}"
    return outside


def _outside(standing: Standing) -> str | None:
    return not_for(standing.school, academy_ladder=standing.academy_ladder)


def _notice(standing: Standing) -> Notice | None:
    """The notice, without effect while one of the Secretary of State is in force (60(4A), (4B))."""
    notice, superseded_on = standing.notice, standing.secretary_of_state_notice_on
    if notice is None or notice.ceased_on or superseded_on is None:
        return notice
    because = "the Secretary of State gave a warning notice (section 60(4A) and (4B))"
    ceased_on = max(superseded_on, notice.given_on)
    return replace(notice, ceased_on=ceased_on, ceased_because=because)


def _ceased(notice: Notice, today: date) -> str | None:
    if notice.ceased_on is None or today < notice.ceased_on:
        return None
    because = notice.ceased_because.strip().rstrip(".")
    return (
        f"The warning notice given on {long_date(notice.given_on)} ceased to have effect on "
        f"{long_date(notice.ceased_on)}{because and f': {because}'}"
    )


def _runs(notice: Notice, today: date) -> bool:
    judged = notice.complied is not None
    nothing = notice.served_on is not None and _too_late(notice, notice.served_on)
    return not (judged or nothing or _ceased(notice, today) or today > notice.compliance_ends_on)


def _no_facts(why: str) -> tuple[Fact, ...]:
    return (
        Fact("notice_given", False, None, why),
        Fact("period_over", False, None, "No compliance period runs (section 60(1)(b))."),
        Fact("not_complied", False, None, "There is no notice to comply with (section 60(1)(c))."),
        Fact("powers_proposed", False, None, "There is no notice to rely on (section 60(1)(d))."),
    )


def _notice_given(notice: Notice, today: date) -> Fact:
    """Section 60(1)(a): a notice is given once it is served on the governing body."""
    served_on = notice.served_on
    if served_on is None or today < served_on:
        return Fact("notice_given", False, None, f"{_unproven(notice)} (section 60(1)(a)).")
    says = f"A warning notice was given on {long_date(served_on)} (section 60(1)(a))."
    if served_on != notice.given_on:
        says = (
            f"The warning notice of {long_date(notice.given_on)} was given on "
            f"{long_date(served_on)}, when it counts as served (section 60(1)(a))."
        )
    return Fact("notice_given", True, served_on, says)


def _unproven(notice: Notice) -> str:
    """What is to be done about a notice that does not count as served yet, without a full stop."""
    dated = f"The warning notice of {long_date(notice.given_on)}"
    if notice.served_on is not None:
        return f"{dated} counts as served on the governing body from {long_date(notice.served_on)}"
    return (
        f"{dated} is not proven to have been served on the governing body: serve it by post or by "
        "hand, or by e-mail where that was agreed, and record how and when"
    )


def _too_late(notice: Notice, served_on: date) -> bool:
    return not leaves_a_period(served_on, notice.compliance_ends_on)


def _came_to_nothing(notice: Notice, served_on: date) -> str:
    return (
        f"The warning notice counts as served on {long_date(served_on)}, which left no time before "
        f"its compliance period ended on {long_date(notice.compliance_ends_on)}: give another "
        "notice, with a period that runs from its service"
    )


def _period_over(notice: Notice, today: date) -> Fact:
    """Section 60(1)(b): a period that nobody was given in time is none, and is never over."""
    ends = long_date(notice.compliance_ends_on)
    served_on = notice.served_on
    if served_on is None:
        says = (
            f"The compliance period to {ends} does not count while the notice is not proven to "
            "have been served (section 60(1)(b))."
        )
        return Fact("period_over", False, None, says)
    if _too_late(notice, served_on):
        says = f"{_came_to_nothing(notice, served_on)} (section 60(1)(b))."
        return Fact("period_over", False, None, says)
    if today > notice.compliance_ends_on:
        says = f"The compliance period ended on {ends} (section 60(1)(b))."
        return Fact("period_over", True, notice.compliance_ends_on + _ONE_DAY, says)
    says = f"The compliance period runs until the end of {ends} (section 60(1)(b))."
    return Fact("period_over", False, None, says)


def _not_complied(notice: Notice, today: date) -> Fact:
    source = "(section 60(1)(c))"
    if notice.complied is None or (notice.judged_on and today < notice.judged_on):
        says = f"It has not been judged whether the governing body complied {source}."
        return Fact("not_complied", False, None, says)
    when = f" on {long_date(notice.judged_on)}" if notice.judged_on else ""
    if notice.complied:
        says = f"The governing body was judged{when} to have complied {source}."
        return Fact("not_complied", False, None, says)
    if notice.judged_on and notice.judged_on <= notice.compliance_ends_on:
        says = (
            f"That the governing body did not comply was judged{when}, before the compliance "
            f"period was over, and does not count {source}."
        )
        return Fact("not_complied", False, None, says)
    says = (
        f"The governing body was judged{when} not to have complied to the local authority's "
        f"satisfaction {source}."
    )
    return Fact("not_complied", True, notice.judged_on, says)


def _powers_proposed(notice: Notice, today: date) -> Fact:
    given = [one for one in notice.proposed if one.sections and one.given_on <= today]
    if not given:
        says = "The governing body has had no notice that powers are proposed (section 60(1)(d))."
        return Fact("powers_proposed", False, None, says)
    running = [(one.runs_until, one.given_on) for one in given if one.runs_until is not None]
    if not running:
        says = (
            f"The notice of {long_date(given[0].given_on)} that powers are proposed is not proven "
            "to have been served on the governing body: serve it, and record how and when "
            "(section 60(1)(d))."
        )
        return Fact("powers_proposed", False, None, says)
    runs_until, given_on = min(running)
    said = f"Notice that powers are proposed was given on {long_date(given_on)}"
    until = long_date(runs_until)
    if today > runs_until:
        says = f"{said} and ran until {until} (section 60(1)(d))."
        return Fact("powers_proposed", True, runs_until + _ONE_DAY, says)
    says = f"{said} and runs until the end of {until} (section 60(1)(d))."
    return Fact("powers_proposed", False, None, says)
