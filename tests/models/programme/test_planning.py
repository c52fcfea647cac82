"""Planning the support programme: the days of a school year, and what a change of level does."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from models.clocks import is_working_day
from models.database import write
from models.policy import Policy, load_policy
from models.policy.programme import Frequency, SchoolYear, Term, school_year_of
from models.programme import planning
from models.programme.days_due import of_council, of_level, spread, term_days, visits_due
from models.programme.tables import Duty, DutyKind
from models.schools.tables import RiskLevel
from models.settings import DEFAULT_POLICY
from tests.support.council import Council
from tests.support.programme import Programme, at

POLICY = load_policy(DEFAULT_POLICY).programme
VISIT, REPORT, EVALUATION = DutyKind.VISIT, DutyKind.REPORT, DutyKind.EVALUATION
YEARS = st.sampled_from(POLICY.years)
FREQUENCIES = st.builds(
    Frequency, times=st.integers(0, 60), per=st.sampled_from(["year", "term", "half_term", "month"])
)


def year(begins: int) -> SchoolYear:
    found = POLICY.year(begins)
    assert found is not None
    return found


def parts_by_hand(frequency: Frequency, of: SchoolYear) -> list[list[date]]:
    """The parts of a year, counted out day by day, as somebody with a calendar would."""
    parts: dict[object, list[date]] = {}
    day, last = of.terms[0].first_day, of.terms[-1].last_day
    while day <= last:
        for term in of.terms:
            on_holiday = term.half_term[0] <= day <= term.half_term[1]
            if term.first_day <= day <= term.last_day and not on_holiday and is_working_day(day):
                half = (term.name, day > term.half_term[1])
                key = {
                    "year": 0,
                    "term": term.name,
                    "half_term": half,
                    "month": (day.year, day.month),
                }
                parts.setdefault(key[frequency.per], []).append(day)
        day += timedelta(days=1)
    return list(parts.values())


@given(FREQUENCIES, YEARS)
def test_the_days_of_any_frequency_in_any_year(frequency: Frequency, of: SchoolYear) -> None:
    days = spread(frequency, of)
    parts = parts_by_hand(frequency, of)
    assert set(days) <= {day for part in parts for day in part}, "in term, on working days"
    assert days == sorted(set(days)), "in order, and none twice"
    for part in parts:
        inside = [day for day in days if part[0] <= day <= part[-1]]
        number = min(frequency.times, len(part))
        assert len(inside) == number
        if number:
            assert inside[-1] == part[-1], "the last is due when the part ends"
            lengths = [
                part.index(this) - before
                for before, this in zip([-1, *map(part.index, inside)], inside, strict=False)
            ]
            assert max(lengths) - min(lengths) <= 1, "the parts are equal, to the day"


@given(FREQUENCIES, YEARS, st.integers(-5, 330))
def test_from_any_day_on_what_is_left_is_in_proportion(
    frequency: Frequency, of: SchoolYear, shift: int
) -> None:
    on = of.terms[0].first_day + timedelta(days=shift)
    left = [day for day in spread(frequency, of) if day >= on]
    wanted = 0.0
    parts = parts_by_hand(frequency, of)
    for part in parts:
        share = sum(day >= on for day in part) / len(part)
        wanted += min(frequency.times, len(part)) * share
    assert wanted - 0.001 <= len(left) < wanted + 1


@pytest.mark.parametrize("per", ["year", "term", "half_term", "month"])
@pytest.mark.parametrize("of", POLICY.years, ids=lambda of: of.name)
def test_every_day_of_three_school_years(of: SchoolYear, per: str) -> None:
    """Whatever the day, what is left is the end of what the whole year has."""
    for times in (1, 2, 3, 6, 24):
        frequency = Frequency(times=times, per=per)  # type: ignore[arg-type]
        whole = spread(frequency, of)
        for n in range(365):
            on = date(of.begins, 9, 1) + timedelta(days=n)
            left = [due for due in _wanted(frequency, of) if due >= on]
            assert left == whole[len(whole) - len(left) :]
            assert all(is_working_day(due) and due >= on for due in left)


def _wanted(frequency: Frequency, of: SchoolYear) -> list[date]:
    rule = POLICY.levels[RiskLevel.NONE].model_copy(update={"visits": frequency})
    return [due.due_on for due in of_level(rule, of) if due.kind is VISIT]


def test_table_1_in_numbers() -> None:
    counted = {
        level.value: [
            sum(due.kind is kind and not due.if_required for due in of_level(rule, year(2026)))
            for kind in (VISIT, REPORT, DutyKind.SISG_MEETING, EVALUATION)
        ]
        for level, rule in POLICY.levels.items()
    }
    assert counted == {
        "high": [6, 6, 11, 11],
        "medium": [6, 3, 0, 11],
        "low": [3, 3, 0, 11],
        "none": [2, 2, 0, 0],
    }


@given(FREQUENCIES, FREQUENCIES, YEARS)
def test_of_up_to_so_many_the_least_number_is_due_and_never_more_than_those(
    most: Frequency, least: Frequency, of: SchoolYear
) -> None:
    rule = POLICY.levels[RiskLevel.HIGH].model_copy(
        update={"visits": most, "visits_at_least": least}
    )
    due = spread(visits_due(rule, of), of)
    assert len(due) == min(len(spread(most, of)), len(spread(least, of)))
    exact = rule.model_copy(update={"visits_are_at_most": False})
    assert visits_due(exact, of) == most


def test_christmas_half_terms_and_the_ends_of_months() -> None:
    evaluations = [
        due.due_on
        for due in of_level(POLICY.levels[RiskLevel.LOW], year(2027))
        if due.kind is EVALUATION
    ]
    assert evaluations == [
        date(2027, 9, 30),
        date(2027, 10, 22),  # the last days of October are a half-term holiday
        date(2027, 11, 30),
        date(2027, 12, 17),  # the last day of term before Christmas
        date(2028, 1, 31),
        date(2028, 2, 29),
        date(2028, 3, 31),
        date(2028, 4, 28),
        date(2028, 5, 26),
        date(2028, 6, 30),
        date(2028, 7, 21),
    ]


def test_the_clock_changes_move_no_day() -> None:
    weekly = Frequency(times=60, per="month")
    days = spread(weekly, year(2026))
    # They change on 25 October 2026, in a half-term holiday, and on 28 March 2027, after term.
    assert {date(2026, 10, 23), date(2026, 11, 2), date(2027, 3, 25)} <= set(days)
    assert days == term_days(year(2026))
    assert len(days) == 195, "190 days of school and five of training"


def test_what_is_due_of_the_council() -> None:
    reviews = [due.due_on for due in of_council(year(2026)) if due.kind is DutyKind.ACTION_REVIEW]
    reports = [due.due_on for due in of_council(year(2026)) if due.kind is DutyKind.BOARD_REPORT]
    not_on_friday = [day for day in reviews if day.weekday() != 4]
    assert not_on_friday == [date(2027, 3, 25), date(2027, 7, 22)], "where term ends on a Thursday"
    assert len(reviews) == len(set(reviews)) == 15 + 11 + 14, "the weeks of the three terms"
    assert reports == [date(2026, 12, 11), date(2027, 3, 18), date(2027, 7, 15)]


def test_a_report_to_the_board_is_due_on_a_working_day_of_term() -> None:
    """A week before the end may be a bank holiday."""
    short = Term(
        name="Summer",
        first_day=date(2027, 4, 12),
        half_term=(date(2027, 4, 20), date(2027, 4, 21)),
        last_day=date(2027, 5, 10),
    )
    [report] = [
        due
        for due in of_council(SchoolYear(begins=2026, terms=(short,)))
        if due.kind is DutyKind.BOARD_REPORT
    ]
    assert report.due_on == date(2027, 4, 30), "Monday 3 May 2027 is a bank holiday"


# --- in the database


@pytest.fixture
def programme(engine: Engine, policy: Policy, council: Council) -> Programme:
    return Programme(engine, policy, council)


def test_a_school_that_comes_to_high_in_february_gets_the_rest(programme: Programme) -> None:
    planned = programme.level(RiskLevel.HIGH, on=date(2027, 2, 3))
    visits = programme.standing(VISIT)
    assert len(programme.standing(REPORT)) == 4
    assert [day for day, _ in visits[:-1]] == [
        date(2027, 2, 12),
        date(2027, 3, 25),
        date(2027, 5, 28),
    ]
    assert visits[-1][0] == date(2027, 7, 22)
    assert planned == len(programme.duties())


def test_planned_once_is_not_planned_twice(programme: Programme) -> None:
    assert programme.level(RiskLevel.MEDIUM) > 0
    before = programme.duties()
    assert programme.level(RiskLevel.MEDIUM) == 0
    assert programme.level(RiskLevel.MEDIUM, on=date(2027, 5, 3)) == 0
    assert programme.duties() == before


def test_a_change_of_level_in_the_middle_of_the_year(programme: Programme) -> None:
    programme.level(RiskLevel.MEDIUM, on=date(2026, 9, 2))
    programme.visit(visited_on=date(2026, 10, 1))
    coming = programme.duties(VISIT)[2]
    done, *_ = programme.duties(VISIT)
    late = programme.duties(REPORT)[0]
    assert late.due_on == date(2026, 12, 8)
    programme.level(RiskLevel.HIGH, on=date(2027, 1, 11))
    kept = next(duty for duty in programme.duties() if duty.id == coming.id)
    assert (kept.state, kept.level) == ("planned", RiskLevel.HIGH), "both levels want it"
    visits = programme.standing(VISIT)
    assert visits[:2] == [(done.due_on, "done"), (date(2026, 12, 18), "planned")], "before stays"
    assert len([day for day, _ in visits if day >= date(2027, 1, 11)]) == 4
    assert (late.due_on, "planned") in programme.standing(REPORT), "what is late stays due"
    last = programme.duties(VISIT)[-1]
    assert (last.due_on, last.level, last.number) == (date(2027, 7, 22), RiskLevel.HIGH, 6)


def test_back_to_the_old_level_plans_it_again(programme: Programme) -> None:
    programme.level(RiskLevel.HIGH, on=date(2026, 9, 2))
    whole = programme.standing()
    programme.level(RiskLevel.NONE, on=date(2027, 1, 11))
    assert len(programme.standing(VISIT)) < 6
    cancelled = [duty for duty in programme.duties() if duty.state == "cancelled"]
    assert {duty.reason for duty in cancelled} == {"The school was placed at no risk."}
    assert {duty.level for duty in cancelled} == {RiskLevel.HIGH}
    assert min(duty.due_on for duty in cancelled) >= date(2027, 1, 11)
    programme.level(RiskLevel.HIGH, on=date(2027, 1, 12))
    assert programme.standing() == whole


def test_what_somebody_cancelled_is_not_planned_again(programme: Programme) -> None:
    programme.level(RiskLevel.HIGH)
    duty = programme.duties(VISIT)[3]
    programme.cancel(duty)
    assert programme.level(RiskLevel.HIGH) == 0
    assert programme.duties(VISIT)[3].state == "cancelled"


def _visits_taken_back(programme: Programme) -> list[Duty]:
    both = programme.duties(VISIT) + programme.duties(VISIT, urn=900003)
    return [duty for duty in both if duty.reason.startswith("The policy says “up to”")]


def test_visits_beyond_the_least_number_are_taken_back(programme: Programme) -> None:
    """An earlier version planned all 24, and those turned late."""
    policy, least = programme.policy, programme.policy.programme
    high = least.levels[RiskLevel.HIGH].model_copy(update={"visits_are_at_most": False})
    programme.policy = policy.model_copy(
        update={
            "programme": least.model_copy(update={"levels": {**least.levels, RiskLevel.HIGH: high}})
        }
    )
    programme.level(RiskLevel.HIGH, on=date(2026, 9, 2))
    programme.level(RiskLevel.HIGH, urn=900003, on=date(2026, 9, 2))
    programme.visit(visited_on=date(2026, 9, 10))
    assert len(programme.standing(VISIT)) == 24
    programme.level(RiskLevel.LOW, urn=900003, on=date(2027, 1, 11))
    programme.policy = policy
    done = programme.pass_(at(date(2027, 1, 18)))
    assert done.duties_cancelled == len(_visits_taken_back(programme)) > 22
    assert [state for _, state in programme.standing(VISIT)] == ["done", *["planned"] * 4]
    assert [day for day, _ in programme.standing(VISIT)[1:]] == [
        date(2027, 2, 12),
        date(2027, 3, 25),
        date(2027, 5, 28),
        date(2027, 7, 22),
    ]
    assert {
        duty.level for duty in programme.duties(VISIT, urn=900003) if duty.state == "planned"
    } == {RiskLevel.LOW}, (
        "what was late at the level before is taken back too, and nothing planned for that level"
    )
    assert [duty.number for duty in programme.duties(VISIT) if duty.state == "planned"] == [
        *range(3, 7)
    ]
    assert programme.pass_().duties_cancelled == 0
    assert programme.pass_().duties_planned == 0


def test_without_terms_nothing_is_planned_and_nothing_cancelled(programme: Programme) -> None:
    programme.level(RiskLevel.LOW)
    before = programme.duties()
    assert programme.level(RiskLevel.HIGH, on=date(2030, 1, 7)) == 0
    assert programme.duties() == before


def test_a_school_that_closed_is_not_planned(programme: Programme) -> None:
    programme.close(900001, date(2026, 10, 1))
    assert programme.level(RiskLevel.HIGH) == 0
    assert programme.duties() == []


def test_all_schools_at_once(programme: Programme) -> None:
    on = date(2026, 9, 4)
    programme.level(RiskLevel.HIGH, on=on)
    with write(programme.engine) as session:
        for urn, level in ((900001, "medium"), (900002, "high"), (900003, "low")):
            school = session.get_one(planning.School, urn)
            school.risk_level = RiskLevel(level)
        session.flush()
        planned = planning.replan_all(session, programme.policy, school_year_of(on), on)
        assert planned > 0
        assert planning.replan_all(session, programme.policy, school_year_of(on), on) == 0
    numbers = [len(programme.standing(VISIT, urn=urn)) for urn in (900001, 900002, 900003, 900004)]
    assert numbers == [6, 6, 3, 0]


def test_the_councils_duties_are_planned_from_a_day_on(programme: Programme) -> None:
    for _ in range(2):
        with write(programme.engine) as session:
            planning.plan_council(session, programme.policy, 2026, date(2027, 7, 5))
    assert [(duty.kind.value, duty.due_on) for duty in programme.duties(urn=None)] == [
        ("action_review", date(2027, 7, 9)),
        ("board_report", date(2027, 7, 15)),
        ("action_review", date(2027, 7, 16)),
        ("action_review", date(2027, 7, 22)),
        ("quarterly_review", date(2027, 7, 22)),
    ]


def test_the_whole_register_is_reviewed_as_often_as_the_policy_says() -> None:
    def reviews(often: Frequency) -> list[date]:
        due = of_council(year(2026), often)
        return [each.due_on for each in due if each.kind is DutyKind.QUARTERLY_REVIEW]

    quarterly = reviews(Frequency(times=4, per="year"))
    assert len(quarterly) == 4
    assert quarterly == sorted(quarterly)
    assert reviews(Frequency(times=1, per="term")) == [term.last_day for term in year(2026).terms]
    assert reviews(Frequency(times=0, per="year")) == []


def test_the_policys_terms_are_settings(tmp_path: Path, programme: Programme) -> None:
    """Another year is planned once its terms are there."""
    folder = shutil.copytree(DEFAULT_POLICY, tmp_path / "policy")
    file = folder / "programme.toml"
    file.write_text(
        file.read_text() + "\n[[years]]\nbegins = 2028\nterms = [\n"
        '  { name = "Only", first_day = 2028-09-04, half_term = [2028-10-23, 2028-10-27], '
        "last_day = 2028-12-15 },\n]\n"
    )
    programme.policy = load_policy(folder)
    programme.level(RiskLevel.LOW, on=date(2028, 9, 4))
    assert [day for day, _ in programme.standing(VISIT)] == [date(2028, 12, 15)]
