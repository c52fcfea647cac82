"""Evaluations compiled, presented, opened: by whom, when, and what is left out for members."""

from datetime import date, datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from models.dashboard.calendar import calendar
from models.database import read, write
from models.policy import Policy
from models.presentations import presenting, shown, tables
from models.presentations.due import compile_due
from models.presentations.tables import PresentedSchool
from models.programme.tables import DutyKind
from models.record.verifying import examine
from models.refusals import ChangedSince, InvalidInput, NotAllowed, NotFound, NotPossible
from models.rows import change
from models.schools.tables import School
from tests.support.council import OFFICERS, Council
from tests.support.presentations import Presented
from tests.support.programme import at

COMPILED = at(date(2026, 12, 3), 9)  # the third working day after November
LATE = at(date(2026, 12, 15), 9)  # presented by Monday 14 December


@pytest.fixture
def presented(engine: Engine, policy: Policy, council: Council) -> Presented:
    """Two schools at a level since September, of which one was evaluated in November."""
    return Presented(engine, policy, council).november()


# --- compiling


def test_a_month_is_compiled_of_every_school_that_is_evaluated(presented: Presented) -> None:
    compiled = presented.compile()
    assert (compiled.title, compiled.version) == ("Monthly evaluation: November 2026", 1)
    assert compiled.present_by == date(2026, 12, 14), "ten working days after the month"
    found = presented.schools(compiled.id, "hos").items
    assert [(each.school, each.level, each.evaluated_on) for each in found] == [
        ("Ashfield Primary School", "high", date(2026, 11, 23)),
        ("St Brannoc's Church of England Primary School", "medium", None),
    ]
    first = found[0]
    assert (first.visits, first.reports, first.meetings) == (1, 0, 0)
    assert (first.impact, first.external_impact) == (
        "Lessons are better planned.",
        "Brookside’s leaders wrote the new plan.",
    )
    assert (first.summary, first.school_view, first.evaluated_by) == (
        "Mrs Grey leads the work on reading.",
        "The headteacher agrees.",
        "Sam Ellison",
    )
    figures = presented.seen(compiled.id, "hos").figures
    assert (figures.schools, figures.evaluated, figures.visits) == (2, 1, 1)


def test_compiled_again_it_has_what_came_since(presented: Presented) -> None:
    first = presented.compile()
    presented.now = COMPILED
    presented.review("evaluation", urn=900003, held_on=date(2026, 11, 27), impact="Early.")
    assert presented.seen(first.id, "hos").recorded_since == 1
    again = presented.compile()
    assert (again.id, again.version) == (first.id, 2)
    assert presented.seen(first.id, "hos").figures.evaluated == 2
    assert presented.seen(first.id, "hos").recorded_since == 0
    assert presented.record == [
        "Monthly evaluation: November 2026: compiled, of 2 schools.",
        "Monthly evaluation: November 2026: compiled anew, of 2 schools.",
    ]


@pytest.mark.parametrize(
    ("kind", "period", "field"),
    [
        ("weekly", "2026-11", "kind"),
        ("monthly", "2026-13", "period"),
        ("monthly", "2027-01", "period"),
        ("monthly", "2026-1", "period"),
        ("termly", "2026-2", "period"),
        ("termly", "2026-11", "period"),
    ],
)
def test_of_a_month_or_term_that_there_is(
    presented: Presented, kind: str, period: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        presented.compile(kind=kind, period=period)
    assert refused.value.errors[0][0] == field


def test_a_month_without_schools_is_not_kept(presented: Presented) -> None:
    with write(presented.engine) as session:
        for urn in (900001, 900003):
            change(session, School, {"urn": urn}, risk_level=None)
    with pytest.raises(NotPossible, match="nothing to compile for October 2026"):
        presented.compile(period="2026-10")
    with read(presented.engine) as session:
        assert session.exec(select(tables.Presentation)).all() == []


@pytest.mark.parametrize("name", OFFICERS)
def test_only_seniors_compile(presented: Presented, name: str) -> None:
    if name in ("hos", "hos2", "aed", "dcs"):
        assert presented.compile(name).version == 1
    else:
        with pytest.raises(NotAllowed):
            presented.compile(name)


# --- presenting


def test_it_is_given_to_people_by_name_who_are_told_and_stays(presented: Presented) -> None:
    number = presented.compile().id
    presented.present(number, "viewer", "aed")
    assert [(who, subject) for who, subject, _ in presented.told] == [
        ("Vera Wexford", "Monthly evaluation: November 2026"),
        ("Amira Edwards", "Monthly evaluation: November 2026"),
    ]
    assert f"/presentations/{number}" in presented.told[0][2]
    assert "Ashfield" not in presented.told[0][2], "a mailbox is no place for it"
    with pytest.raises(NotPossible, match="was presented, so it stays"):
        presented.compile()
    presented.now = LATE
    presented.review("evaluation", urn=900003, held_on=date(2026, 11, 30), impact="Later.")
    assert presented.schools(number, "viewer").items[1].impact == ""
    assert presented.record[-1] == (
        "Monthly evaluation: November 2026: presented to Vera Wexford and Amira Edwards."
    )
    with read(presented.engine) as session:
        assert examine(session).intact


def test_what_is_presented_is_what_was_looked_at(presented: Presented) -> None:
    number = presented.compile().id
    presented.compile()
    with pytest.raises(ChangedSince):
        presented.present(number, "viewer", version=1)
    presented.present(number, "viewer", version=2)
    with pytest.raises(NotPossible, match="already presented"):
        presented.present(number, "viewer", version=2)


def test_a_line_that_was_changed_in_the_database_is_not_presented(presented: Presented) -> None:
    number = presented.compile().id
    with write(presented.engine) as session:
        change(session, PresentedSchool, {"urn": 900001}, impact="All is well.")
    with pytest.raises(NotPossible, match="changed in the database"):
        presented.present(number, "viewer")


def test_not_before_the_month_is_over(presented: Presented) -> None:
    presented.now = at(date(2026, 11, 27))
    number = presented.compile().id
    with pytest.raises(NotPossible, match="ends on 30 November 2026"):
        presented.present(number, "viewer")


def test_to_nobody_or_to_somebody_who_may_not_read_it_is_refused(presented: Presented) -> None:
    number = presented.compile().id
    with pytest.raises(InvalidInput, match="Choose at least one person"):
        presented.present(number)
    with pytest.raises(InvalidInput, match="Nobody who can read this"):
        presented.present(number, "admin")
    assert presented.told == []


def test_more_people_can_be_given_it(presented: Presented) -> None:
    number = presented.compile().id
    viewer, legal = presented.council.viewer.email, presented.council.legal.email
    with presented.as_("hos") as acting, pytest.raises(NotPossible, match="not been presented"):
        presenting.hand_on(acting, number, presenting.ToPeople(to=[viewer]))
    presented.present(number, "viewer")
    with presented.as_("aed") as acting:
        presenting.hand_on(acting, number, presenting.ToPeople(to=[viewer, legal]))
    assert [who for who, _, _ in presented.told] == ["Vera Wexford", "Leo Galloway"]
    with presented.as_("aed") as acting, pytest.raises(NotPossible, match="already given"):
        presenting.hand_on(acting, number, presenting.ToPeople(to=[viewer]))


def test_who_opened_and_acknowledged_it_is_on_record(presented: Presented) -> None:
    number = presented.compile().id
    presented.present(number, "viewer", "aed")
    for _ in range(2):
        with presented.as_("viewer") as acting:
            presenting.open_presentation(acting, number)
    with presented.as_("viewer") as acting:
        presenting.acknowledge(acting, number)
        with pytest.raises(NotPossible, match="already said"):
            presenting.acknowledge(acting, number)
    with presented.as_("legal") as acting, pytest.raises(NotAllowed):
        presenting.acknowledge(acting, number)
    found = presented.seen(number, "hos")
    assert (found.given, found.opened, found.acknowledged) == (2, 1, 1)
    assert presented.record[-2:] == [
        "Monthly evaluation: November 2026: opened by somebody to whom it was presented.",
        "Monthly evaluation: November 2026: acknowledged by somebody to whom it was presented.",
    ]
    mine = presented.seen(number, "viewer")
    assert [each.officer_name for each in mine.recipients] == ["Vera Wexford"]
    assert mine.given is None


# --- what members read


def test_members_read_levels_impact_and_counts_but_no_notes_and_no_names(
    presented: Presented,
) -> None:
    number = presented.compile().id
    presented.present(number, "viewer")
    first = presented.schools(number, "viewer").items[0]
    assert (first.level, first.impact, first.visits) == ("high", "Lessons are better planned.", 1)
    left_out = (first.summary, first.school_view, first.evaluated_by, first.review)
    assert left_out == (None, None, None, None)
    text = presented.schools(number, "viewer").model_dump_json()
    text += presented.seen(number, "viewer").model_dump_json()
    assert "Mrs Grey" not in text
    assert "Sam Ellison" not in text


def test_members_read_no_draft(presented: Presented) -> None:
    number = presented.compile().id
    with pytest.raises(NotFound):
        presented.seen(number, "viewer")
    with pytest.raises(NotFound):
        presented.schools(number, "viewer")
    with read(presented.engine) as session:
        listed = shown.presentations(session, presented.council.viewer, today=date(2026, 12, 1))
    assert listed.items == []


def test_members_read_no_school_about_which_anything_is_restricted(presented: Presented) -> None:
    number = presented.compile().id
    presented.present(number, "viewer")
    presented.restrict(900001)
    assert [each.urn for each in presented.schools(number, "viewer").items] == [900003]
    figures = presented.seen(number, "viewer").figures
    assert (figures.schools, figures.visits) == (1, 0), "not even in a count"
    assert [each.level for each in presented.seen(number, "viewer").levels] == ["medium"]
    assert presented.seen(number, "hos").figures.schools == 2


# --- the Challenge Board


def test_a_term_has_what_its_report_to_the_board_says_of_both_kinds_of_support(
    presented: Presented,
) -> None:
    presented.now = at(date(2026, 12, 18), 15)
    number = presented.compile(kind="termly", period="2026-1").id
    with pytest.raises(NotPossible, match="report to the Challenge Board is not on record"):
        presented.present(number, "viewer")
    presented.review(
        "board_report",
        presented.council.hos,
        held_on=date(2026, 12, 11),
        summary="The term.",
        impact="Two schools rose.",
        external_impact="Leaders of other schools helped in one.",
    )
    assert presented.compile(kind="termly", period="2026-1").id == number
    presented.present(number, "viewer", version=2)
    found = presented.seen(number, "viewer")
    assert found.title == "Termly report to the Challenge Board: Autumn term 2026 to 2027"
    assert (found.impact, found.external_impact) == (
        "Two schools rose.",
        "Leaders of other schools helped in one.",
    )
    assert presented.schools(number, "viewer").items[0].visits == 1


# --- by itself


def pass_(presented: Presented, now: datetime) -> int:
    presented.now = now
    return compile_due(presented.engine, presented.policy, now)


def test_the_month_is_compiled_on_its_day_and_whoever_is_to_present_it_is_told(
    presented: Presented,
) -> None:
    assert pass_(presented, at(date(2026, 12, 2), 10)) == 0, "two working days after the month"
    assert pass_(presented, at(date(2026, 12, 3), 3)) == 0, "in office hours"
    assert pass_(presented, COMPILED) == 1
    assert pass_(presented, COMPILED) == 0
    heads = [
        ("Harriet Osborne", "ready to be presented"),
        ("Henry Okafor", "ready to be presented"),
    ]
    assert [(who, subject.rpartition(": ")[2]) for who, subject, _ in presented.told] == heads
    assert "by 14 December 2026" in presented.told[0][2]


def test_one_that_is_not_presented_by_its_day_is_chased_until_it_is(presented: Presented) -> None:
    pass_(presented, COMPILED)
    pass_(presented, at(date(2026, 12, 14), 10))
    assert len(presented.told) == 2, "on the day itself it is not late"
    pass_(presented, LATE)
    pass_(presented, at(date(2026, 12, 16), 10))
    assert [subject.rpartition(": ")[2] for _, subject, _ in presented.told[2:]] == [
        "not presented yet",
        "not presented yet",
    ]
    pass_(presented, at(date(2026, 12, 22), 10))
    assert len(presented.told) == 6, "again after five working days"
    [found] = find_all(presented)
    presented.present(found.id, "viewer")
    pass_(presented, at(date(2026, 12, 22), 15))
    assert [subject for _, subject, _ in presented.told] == [found.title], (
        "nothing late leaves then"
    )


def find_all(presented: Presented) -> list[tables.Presentation]:
    with read(presented.engine) as session:
        return list(session.exec(select(tables.Presentation)))


def test_what_could_not_be_compiled_in_time_is_compiled_late_and_said_once(
    presented: Presented,
) -> None:
    assert pass_(presented, at(date(2026, 12, 17), 10)) == 1, "the clock had stood still"
    assert [subject.rpartition(": ")[2] for _, subject, _ in presented.told] == [
        "not presented yet",
        "not presented yet",
    ]
    pass_(presented, at(date(2026, 12, 18), 10))
    assert len(presented.told) == 2


def test_a_term_before_the_programme_began_is_not_compiled(presented: Presented) -> None:
    pass_(presented, COMPILED)
    assert [each.period for each in find_all(presented)] == ["2026-11"], "no summer term"


def test_what_waits_stands_in_the_calendar_of_those_who_present(presented: Presented) -> None:
    pass_(presented, COMPILED)
    waits = "To be presented: Monthly evaluation: November 2026"
    assert (date(2026, 12, 14), waits) in entries(presented, "hos")
    assert waits not in [summary for _, summary in entries(presented, "aed")]
    [found] = find_all(presented)
    presented.present(found.id, "viewer")
    assert waits not in [summary for _, summary in entries(presented, "hos")]


def entries(presented: Presented, name: str) -> list[tuple[date, str]]:
    with read(presented.engine) as session:
        officer, today = presented.council.officers[name], presented.now.date()
        found = calendar(session, presented.policy, officer, today=today)
    return [(each.day, each.summary) for each in found]


def test_august_has_none_for_nobody_is_at_school(presented: Presented) -> None:
    pass_(presented, at(date(2027, 9, 6), 10))
    assert [each.period for each in find_all(presented)] == ["2026-3"], "the term alone"


def test_the_quarterly_review_of_the_register_is_a_duty_that_its_record_meets(
    presented: Presented,
) -> None:
    presented.now = at(date(2026, 9, 2))
    presented.pass_()
    due = presented.duties(DutyKind.QUARTERLY_REVIEW, urn=None)
    assert len(due) == 4
    presented.now = at(due[0].due_on)
    held = presented.review("quarterly_review", presented.council.hos)
    assert held.duty_id == due[0].id
    with pytest.raises(InvalidInput, match="Leave out the school"):
        presented.review("quarterly_review", presented.council.hos, urn=900001)
