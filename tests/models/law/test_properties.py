"""What holds in law for every date and every standing, not only for the worked cases."""

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from models.law.blocks import blocked_by
from models.law.notices import Comparison, Content, Ground, applies_to, copies, missing
from models.law.powers import (
    Asked,
    Member,
    Preparation,
    Section,
    consultees,
    last_day,
    not_ready,
    review_by,
)
from models.law.powers import copies as copies_of_power
from models.law.roads import BY_INSPECTION, by_inspection, eligible, last_day_for, open_roads, roads
from models.law.standing import (
    Inspection,
    Notice,
    ProposedPowers,
    Standing,
    facts,
    judgement_refusal,
    notice_refusal,
)
from models.schools.tables import ACADEMY_TYPES, InspectionCategory, School

FACTS = ["notice_given", "period_over", "not_complied", "powers_proposed"]
SIXTY_FIVE = Section("65")
TWO_MONTHS = [Section("63"), Section("64"), Section("66")]
NOT_BESIDE_A_BOARD = {Section("64"), Section("66")}  # Sch. 6 paras 14 and 12(3)
MAINTAINED = [1, 2, 3, 5, 7, 12, 15]
FOUNDATION_OR_VOLUNTARY = [2, 3, 5, 12]
ONE_DAY = timedelta(days=1)

DAYS = st.dates(date(2026, 1, 1), date(2040, 12, 31))
SPANS = st.integers(0, 45).map(lambda days: timedelta(days=days))
BOTH_CHURCHES = "Roman Catholic/Church of England"
CHARACTERS = st.sampled_from(
    [
        None,
        "None",
        "Does not apply",
        "Church of England",
        "Roman Catholic",
        "Church of England/Methodist",
        BOTH_CHURCHES,
        "Methodist",
        "Jewish",
        "Muslim",
        "Greek Orthodox",
        "United Reformed Church",
    ]
)


def school(type_code: int = 1, religious_character: str | None = None) -> School:
    return School(
        urn=900001,
        name="Alder Grove School",
        type_code=type_code,
        type_name="",
        phase="Primary",
        religious_character=religious_character,
    )


def schools(type_codes: list[int]) -> st.SearchStrategy[School]:
    return st.builds(school, st.sampled_from(type_codes), CHARACTERS)


def church(at: School) -> bool:
    return any(name in (at.religious_character or "") for name in ("England", "Catholic"))


@st.composite
def proposals(draw: st.DrawFn, since: date) -> ProposedPowers:
    given_on = since + draw(SPANS)
    return ProposedPowers(given_on, given_on + draw(SPANS), tuple(Section))


def unserved(proposal: ProposedPowers) -> ProposedPowers:
    return replace(proposal, runs_until=None)


@st.composite
def notices(draw: st.DrawFn) -> Notice:
    """A live or judged notice of the autumn of 2026, its judgement never before its end."""
    given_on = date(2026, 11, 2) + draw(SPANS)
    served_on = given_on + draw(st.sampled_from([0, 0, 1, 2, 5])) * ONE_DAY
    ends = served_on + ONE_DAY + draw(SPANS)
    complied = draw(st.sampled_from([None, True, False, False]))
    proposing = proposals(served_on) | proposals(served_on).map(unserved)
    return Notice(
        given_on=given_on,
        served_on=served_on,
        compliance_ends_on=ends,
        complied=complied,
        judged_on=None if complied is None else ends + ONE_DAY + draw(SPANS),
        proposed=tuple(draw(st.lists(proposing, max_size=2))),
    )


INSPECTIONS = st.lists(
    st.builds(
        Inspection,
        st.dates(date(2026, 11, 1), date(2027, 5, 31)),
        st.sampled_from(list(InspectionCategory)),
    ),
    max_size=3,
    unique_by=lambda each: each.published_on,
).map(tuple)


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    """A maintained school, with any locks, that the Secretary of State may have noticed too."""
    early = st.none() | st.just(date(2026, 11, 1))
    return Standing(
        school=draw(schools(MAINTAINED)),
        notice=draw(st.none() | notices()),
        inspections=draw(st.just(()) | INSPECTIONS),
        secretary_of_state_notice_on=draw(st.none() | st.none() | st.just(date(2027, 1, 4))),
        secretary_of_state_intends_on=draw(early),
        secretary_of_state_governors_on=draw(early),
        board_taken_over_on=draw(early),
        ieb_sits=draw(st.booleans()),
    )


@st.composite
def eligible_standings(draw: st.DrawFn) -> Standing:
    """A maintained school that became eligible for intervention on `first_eligible`."""
    of = replace(draw(notices()), complied=False)
    of = replace(of, judged_on=of.compliance_ends_on + ONE_DAY + draw(SPANS))
    at = replace(draw(standings()), secretary_of_state_notice_on=None)
    return replace(
        at, notice=replace(of, proposed=(*of.proposed, draw(proposals(of.compliance_ends_on))))
    )


def first_eligible(of: Notice) -> date:
    assert of.judged_on is not None
    reasonable = min(each.runs_until for each in of.proposed if each.runs_until) + ONE_DAY
    return max(of.compliance_ends_on + ONE_DAY, of.judged_on, reasonable)


ANY_STANDING = standings() | eligible_standings()
TODAYS = st.dates(date(2026, 11, 1), date(2027, 6, 30))
LATE = date(2027, 1, 31)  # a day after the last day of the notice below
# Everything holds and nothing stands in the way: found rarely by chance, so always tried.
READY = Standing(
    school=school(),
    notice=Notice(
        given_on=date(2026, 11, 2),
        served_on=date(2026, 11, 2),
        compliance_ends_on=date(2026, 11, 30),
        complied=False,
        judged_on=date(2026, 12, 1),
        proposed=(ProposedPowers(date(2026, 12, 1), date(2026, 12, 8), tuple(Section)),),
    ),
)


def blocked(standing: Standing, today: date) -> set[Section]:
    return {block.section for block in blocked_by(standing, today)}


# --- two months


@given(DAYS)
def test_the_last_day_is_the_corresponding_date_or_the_months_end(ends: date) -> None:
    year, month = divmod(ends.year * 12 + ends.month - 1 + 2, 12)
    month += 1
    for section in TWO_MONTHS:
        last = last_day(section, ends)
        assert last is not None
        assert (last.year, last.month) == (year, month)
        assert last.day == min(ends.day, monthrange(year, month)[1])


@given(DAYS, st.sampled_from(TWO_MONTHS))
def test_a_period_that_ends_later_never_has_an_earlier_last_day(ends: date, to: Section) -> None:
    this, next_one = last_day(to, ends), last_day(to, ends + ONE_DAY)
    assert this is not None
    assert next_one is not None
    assert this <= next_one
    assert 59 <= (this - ends).days <= 62


@given(DAYS)
def test_section_65_has_no_last_day(ends: date) -> None:
    assert last_day(SIXTY_FIVE, ends) is None


# --- the four facts


@given(ANY_STANDING, TODAYS)
@example(READY, date(2026, 12, 9))
def test_the_four_facts_in_order_and_eligible_by_them_is_all_of_them(
    at: Standing, today: date
) -> None:
    found = facts(at, today)
    assert [fact.key for fact in found] == FACTS
    assert all(fact.says.strip() for fact in found)
    by_notice = replace(at, inspections=())
    assert eligible(by_notice, today) is all(fact.holds for fact in found)


@given(ANY_STANDING, TODAYS)
@example(READY, date(2026, 12, 9))
def test_a_fact_is_dated_with_the_first_day_on_which_it_holds(at: Standing, today: date) -> None:
    def found(day: date) -> list[Any]:
        return [fact for road in roads(at, day) for fact in road.facts]

    for number, fact in enumerate(found(today)):
        assert fact.says.strip()
        if fact.holds:
            assert fact.on is not None
            assert fact.on <= today
            assert found(fact.on)[number].holds
            assert not found(fact.on - ONE_DAY)[number].holds


@given(ANY_STANDING, TODAYS)
def test_a_road_of_an_inspection_is_what_the_latest_report_says(at: Standing, today: date) -> None:
    said = {each.published_on: each.category.value for each in at.inspections}
    latest = said[max(known)] if (known := [day for day in said if day <= today]) else "none"
    by_hand = {"significant_improvement": {"61"}, "special_measures": {"62"}, "none": set()}
    found = {road.value for road in open_roads(at, today) & set(BY_INSPECTION)}
    assert found == by_hand[latest]
    assert (by_inspection(at, today) is not None) is bool(found)


@given(ANY_STANDING, INSPECTIONS, TODAYS)
@example(READY, (Inspection(date(2026, 11, 16), InspectionCategory.SPECIAL_MEASURES),), LATE)
def test_a_report_alone_neither_locks_nor_shortens(
    at: Standing, reports: tuple[Inspection, ...], today: date
) -> None:
    """Of two roads the freer: what an inspection adds can free a power, and never bar one."""
    without, with_them = replace(at, inspections=()), replace(at, inspections=reports)
    assert blocked(with_them, today) <= blocked(without, today)
    if by_inspection(with_them, today):
        assert not [
            last_day_for(each, with_them, today)
            for each in TWO_MONTHS
            if last_day_for(each, with_them, today)
        ]


@given(ANY_STANDING, TODAYS)
@example(READY, date(2026, 12, 8))
def test_a_fact_that_holds_today_holds_tomorrow(at: Standing, today: date) -> None:
    at = replace(at, secretary_of_state_notice_on=None, inspections=())
    for now, then in zip(facts(at, today), facts(at, today + ONE_DAY), strict=True):
        assert then.holds or not now.holds
    assert eligible(at, today + ONE_DAY) or not eligible(at, today)


@given(notices(), TODAYS)
def test_the_facts_hold_exactly_when_the_dates_say_so(of: Notice, today: date) -> None:
    assert of.served_on is not None
    given_on = today >= of.served_on
    expected = {
        "notice_given": given_on,
        "period_over": today > of.compliance_ends_on,
        "not_complied": of.complied is False and of.judged_on is not None and today >= of.judged_on,
        "powers_proposed": any(
            each.runs_until is not None and today > each.runs_until for each in of.proposed
        ),
    }
    holds = {fact.key: fact.holds for fact in facts(Standing(school(), notice=of), today)}
    if given_on:
        assert holds == expected
    else:
        assert not all(holds.values())
        assert not holds["notice_given"]


@given(notices(), TODAYS)
def test_the_order_of_proposals_decides_nothing(of: Notice, today: date) -> None:
    turned = replace(of, proposed=of.proposed[::-1])
    assert [fact.holds for fact in facts(Standing(school(), notice=of), today)] == [
        fact.holds for fact in facts(Standing(school(), notice=turned), today)
    ]


@given(eligible_standings(), TODAYS, SPANS)
@example(READY, date(2026, 12, 9), timedelta(0))
def test_a_ceased_notice_gives_no_fact_and_no_power(
    at: Standing, day: date, since: timedelta
) -> None:
    assert at.notice is not None
    ceased = replace(at.notice, ceased_on=day - since, ceased_because="It was withdrawn.")
    after = replace(at, notice=ceased, inspections=())
    assert not any(fact.holds for fact in facts(after, day))
    assert blocked(after, day) == set(Section)
    assert judgement_refusal(ceased, True, day)
    assert judgement_refusal(ceased, False, day)


# --- service

SERVED = st.none() | st.dates(date(2026, 11, 2), date(2027, 6, 30))


@given(eligible_standings(), SERVED, TODAYS)
@example(READY, None, date(2026, 12, 9))
@example(READY, date(2026, 11, 29), date(2026, 12, 9))
@example(READY, date(2026, 11, 30), date(2026, 12, 9))
def test_a_notice_opens_its_road_only_when_it_was_served_before_its_period_ended(
    at: Standing, served_on: date | None, today: date
) -> None:
    assert at.notice is not None
    served = replace(at, notice=replace(at.notice, served_on=served_on), inspections=())
    proper = served_on is not None and served_on < at.notice.compliance_ends_on
    whole = replace(at, inspections=())
    if not proper:
        assert not eligible(served, today)
        assert blocked(served, today) == set(Section)
        assert judgement_refusal(replace(at.notice, served_on=served_on), False, today)
    elif today >= at.notice.compliance_ends_on:
        assert eligible(served, today) is eligible(whole, today)
        assert blocked(served, today) == blocked(whole, today)


@given(eligible_standings(), TODAYS)
@example(READY, date(2026, 12, 9))
def test_proposed_powers_that_nobody_was_served_with_open_nothing(
    at: Standing, today: date
) -> None:
    assert at.notice is not None
    proposed = tuple(unserved(each) for each in at.notice.proposed)
    never = replace(at, notice=replace(at.notice, proposed=proposed), inspections=())
    assert not eligible(never, today)
    assert blocked(never, today) == set(Section)


# --- the locks


@given(ANY_STANDING, TODAYS)
@example(READY, date(2026, 12, 9))
@example(READY, date(2027, 1, 30))
@example(replace(READY, ieb_sits=True), date(2026, 12, 9))
@example(replace(READY, secretary_of_state_notice_on=date(2027, 1, 4)), date(2026, 12, 9))
def test_a_power_that_nothing_blocks_has_every_precondition(at: Standing, today: date) -> None:
    inspected = any(road.value in ("61", "62") for road in open_roads(at, today))
    for section in set(Section) - blocked(at, today):
        assert eligible(at, today)
        if not inspected:
            assert at.notice is not None
            told_on = at.secretary_of_state_notice_on
            assert told_on is None or told_on > today
        if section != SIXTY_FIVE:
            assert at.secretary_of_state_intends_on is None
        assert not (section == "66" and at.secretary_of_state_governors_on)
        assert not (section == "65" and at.board_taken_over_on)
        if section != SIXTY_FIVE and not inspected:
            assert at.notice is not None
            last = last_day(section, at.notice.compliance_ends_on)
            assert last is not None
            assert today <= last
        assert not (section in NOT_BESIDE_A_BOARD and at.ieb_sits)


@given(eligible_standings(), st.integers(0, 120))
def test_a_power_with_every_precondition_is_not_blocked(at: Standing, days: int) -> None:
    assert at.notice is not None
    today = first_eligible(at.notice) + timedelta(days=days)
    at = replace(at, inspections=())
    assert eligible(at, today)
    assert not eligible(at, first_eligible(at.notice) - ONE_DAY)
    free = {SIXTY_FIVE}
    last = last_day(Section("63"), at.notice.compliance_ends_on)
    assert last is not None
    if today <= last and at.secretary_of_state_intends_on is None:
        free |= set(TWO_MONTHS)
    if at.ieb_sits:
        free -= NOT_BESIDE_A_BOARD
    if at.secretary_of_state_governors_on:
        free.discard(Section("66"))
    if at.board_taken_over_on:
        free.discard(SIXTY_FIVE)
    assert set(Section) - blocked(at, today) == free


@given(eligible_standings(), st.integers(0, 4000))
def test_time_alone_never_blocks_section_65(at: Standing, later: int) -> None:
    assert at.notice is not None
    at = replace(at, board_taken_over_on=None)
    assert SIXTY_FIVE not in blocked(at, first_eligible(at.notice) + timedelta(days=later))


@given(ANY_STANDING, TODAYS)
@example(READY, date(2026, 12, 9))
def test_a_further_lock_never_frees_a_power(at: Standing, today: date) -> None:
    before = blocked(at, today)
    for locked in (
        replace(at, ieb_sits=True),
        replace(at, secretary_of_state_intends_on=today),
        replace(at, secretary_of_state_governors_on=today),
        replace(at, board_taken_over_on=today),
        replace(at, secretary_of_state_notice_on=today),
        replace(at, academy_ladder=True),
    ):
        assert blocked(locked, today) >= before


@given(ANY_STANDING, st.sampled_from(sorted(ACADEMY_TYPES)), CHARACTERS, TODAYS)
@example(READY, 34, None, date(2026, 12, 9))
def test_an_academy_is_refused_everything(
    at: Standing, code: int, character: str | None, today: date
) -> None:
    academy = replace(at, school=school(code, character))
    assert applies_to(academy.school)
    assert notice_refusal(academy, today)
    assert blocked(academy, today) == set(Section)
    moved = replace(at, academy_ladder=True)
    assert notice_refusal(moved, today)
    assert blocked(moved, today) == set(Section)


@given(ANY_STANDING, TODAYS)
def test_every_rule_in_the_way_says_something(at: Standing, today: date) -> None:
    blocks = blocked_by(at, today)
    assert all(block.rule.strip() for block in blocks)
    assert len(blocks) == len(set(blocks))


@given(ANY_STANDING, TODAYS)
@example(READY, date(2026, 11, 30))
def test_a_new_notice_is_refused_for_a_live_one_or_by_the_secretary_of_state(
    at: Standing, today: date
) -> None:
    live = (
        at.notice is not None
        and at.notice.complied is None
        and today <= at.notice.compliance_ends_on
    )
    locked = at.secretary_of_state_notice_on is not None
    assert (notice_refusal(at, today) is not None) is (live or locked)


@given(notices(), TODAYS)
@example(READY.notice, date(2026, 11, 30))
@example(READY.notice, date(2026, 12, 1))
def test_not_complied_waits_for_the_end_of_the_period(of: Notice, today: date) -> None:
    unjudged = replace(of, complied=None, judged_on=None)
    too_early = today <= of.compliance_ends_on
    assert (judgement_refusal(unjudged, False, today) is not None) is too_early
    assert judgement_refusal(unjudged, True, today) is None


# --- copies and consultees


@given(schools(MAINTAINED))
def test_the_copies_of_a_warning_notice(at: School) -> None:
    roles = [str(each.role) for each in copies(at)]
    assert len(roles) == len(set(roles))
    assert set(roles) == (
        {"headteacher", "ofsted", "secretary_of_state"}
        | ({"diocese"} if church(at) else set())
        | ({"second_diocese"} if at.religious_character == BOTH_CHURCHES else set())
        | ({"foundation_appointer"} if at.type_code in FOUNDATION_OR_VOLUNTARY else set())
    )


@given(schools(MAINTAINED))
def test_whoever_is_consulted_before_section_65_has_a_copy_of_its_notice(at: School) -> None:
    consulted = {str(each.role) for each in consultees(SIXTY_FIVE, at)}
    assert {str(each.role) for each in copies_of_power(SIXTY_FIVE, at)} == (
        consulted - {"chair_of_governors"} | {"secretary_of_state"}
    )
    assert consulted == {str(each.role) for each in consultees(Section("63"), at)}
    assert not {"diocese", "foundation_appointer"} <= consulted


# --- what a notice must contain

FULL = Content(
    grounds=(Ground("standards"),),
    comparisons=(Comparison("previous"),),
    comparison="Lower than three years ago.",
    why_powers="Two plans were not carried out.",
    matters="Attainment in reading.",
    action_required="Carry out the plan for reading.",
    compliance_ends_on=date(2026, 11, 30),
    action_minded="To appoint additional governors.",
)
NOTHING = {
    "grounds": (),
    "comparisons": (),
    "why_powers": " ",
    "matters": "",
    "action_required": "\n",
    "compliance_ends_on": None,
    "action_minded": "\t",
}
BLANK = st.sets(st.sampled_from(sorted(NOTHING)))


@given(BLANK, st.sets(st.sampled_from(list(Ground)), min_size=1))
def test_exactly_the_parts_left_blank_are_missing(blank: set[str], grounds: set[Ground]) -> None:
    left_blank: dict[str, Any] = {name: NOTHING[name] for name in blank}
    content = replace(replace(FULL, grounds=tuple(sorted(grounds))), **left_blank)
    asked = set(NOTHING)
    if Ground("standards") not in content.grounds:
        asked -= {"comparisons", "why_powers"}
    found = [field for field, _ in missing(content, date(2026, 11, 2))]
    assert sorted(found) == sorted(blank & asked)


@given(DAYS, st.integers(-400, 400))
def test_the_compliance_period_ends_after_today(today: date, days: int) -> None:
    content = replace(FULL, compliance_ends_on=today + timedelta(days=days))
    assert bool(missing(content, today)) is (days <= 0)


# --- ready to use a power


PEOPLE = st.lists(
    st.builds(Member, st.sampled_from(["Kit Rowan", "Lee Hazel"]), st.booleans(), st.booleans()),
    max_size=3,
)


@st.composite
def preparations(draw: st.DrawFn) -> Preparation:
    roles = ["chair_of_governors", "diocese", "foundation_appointer"]
    today = date(2026, 12, 9)
    return Preparation(
        section=draw(st.sampled_from(list(Section))),
        consulted=draw(
            st.dictionaries(
                st.sampled_from(roles),
                st.builds(
                    Asked, st.sampled_from([today - ONE_DAY, today, today + ONE_DAY]), st.booleans()
                ),
            )
        ),
        secretary_of_state_on=draw(st.sampled_from([None, today - ONE_DAY, today + ONE_DAY])),
        starts_on=draw(st.sampled_from([None, date(2027, 1, 4)])),
        members=tuple(draw(PEOPLE)),
        arrangements=draw(st.sampled_from(["", "Advice on reading."])),
        governors=tuple(draw(st.lists(st.just("Jo Alder"), max_size=1))),
    )


@given(preparations(), schools(MAINTAINED))
def test_ready_means_that_everything_the_section_asks_for_is_there(
    made: Preparation, at: School
) -> None:
    asked = {
        Section("63"): bool(made.arrangements),
        Section("64"): bool(made.governors),
        Section("65"): made.starts_on is not None
        and len({each.name for each in made.members}) >= 2
        and all(each.governor_confirmed for each in made.members if each.governor),
        Section("66"): True,
    }
    told = made.secretary_of_state_on == date(2026, 12, 8)
    asked_for = {str(each.role) for each in consultees(made.section, at) if each.required}
    consulted = all(
        role in made.consulted
        and (made.consulted[role].answered or made.consulted[role].answer_by == date(2026, 12, 8))
        for role in asked_for
    )
    ready = not not_ready(made, at, date(2026, 12, 9))
    assert ready is (asked[made.section] and told and consulted)


# --- the review of a suspended budget


@given(DAYS, st.integers(0, 2000))
@example(date(2027, 2, 1), 0)
@example(date(2027, 2, 2), 0)
@example(date(2028, 2, 1), 0)
def test_the_review_is_before_the_first_year_that_asks_for_one(effective: date, days: int) -> None:
    today = effective + timedelta(days=days)
    due = review_by(effective, today)
    assert (due.month, due.day) == (3, 31)
    assert due >= today
    # 1 April less two months is 1 February.
    assert effective <= date(due.year, 2, 1)
    earlier = due.year - 1
    assert date(earlier, 3, 31) < today or effective > date(earlier, 2, 1)
