"""Visits, reports and reviews on record: which duty they meet, who may record, what is refused."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from models.database import read
from models.events import Event, verify
from models.people.access import RULES, THE_MACHINE, Act
from models.people.tables import Role
from models.policy import Policy
from models.programme import duties_shown, supporters, supporters_shown
from models.programme import shown as reading
from models.programme.events import DutyCancelled, ReviewRecorded, SupportEnded, VisitRecorded
from models.programme.tables import DutyKind, Supporter
from models.record.vocabulary import Titles, happened_in
from models.refusals import InvalidInput, NotAllowed, NotFound, NotPossible
from models.schools.tables import RiskLevel
from tests.support.council import OFFICERS, Council
from tests.support.programme import WHOLE_YEAR, Programme, at

VISIT, REPORT = DutyKind.VISIT, DutyKind.REPORT


@pytest.fixture
def programme(engine: Engine, policy: Policy, council: Council) -> Programme:
    """A school at high risk since September; the day is Monday 23 November 2026."""
    found = Programme(engine, policy, council)
    found.level(RiskLevel.HIGH, on=WHOLE_YEAR)
    return found


def events(programme: Programme, kind: str) -> list[Event]:
    with read(programme.engine) as session:
        assert verify(session) is None
        return [
            each
            for each in session.exec(select(Event).order_by(col(Event.sequence)))
            if each.kind == kind
        ]


def said(programme: Programme, kind: str) -> list[str]:
    """What the record says, in words."""
    titles = Titles(programme.policy)
    return [happened_in(each).sentence(titles) for each in events(programme, kind)]


def test_a_visit_meets_the_planned_one_that_was_due_first(programme: Programme) -> None:
    first, second, third = programme.duties(VISIT)[:3]
    one = programme.visit(purpose="One")
    two = programme.visit(purpose="Two", visited_on=date(2026, 11, 20))
    assert (one.duty_id, two.duty_id) == (first.id, second.id)
    found = programme.duties(VISIT)[:3]
    assert [(duty.state.value, duty.done_on) for duty in found] == [
        ("done", date(2026, 11, 23)),
        ("done", date(2026, 11, 20)),
        ("planned", None),
    ]
    assert third.id == found[2].id
    assert said(programme, VisitRecorded.kind) == [
        "A visit to Ashfield Primary School on 23 November 2026 was recorded.",
        "A visit to Ashfield Primary School on 20 November 2026 was recorded.",
    ]


def test_or_the_one_that_is_named(programme: Programme) -> None:
    last = programme.duties(VISIT)[5]
    assert programme.visit(duty=last.id).duty_id == last.id
    assert programme.duties(VISIT)[5].state == "done"
    with pytest.raises(NotPossible, match="already been done"):
        programme.visit(purpose="Another", duty=last.id)
    with pytest.raises(InvalidInput, match="of this kind"):
        programme.visit(purpose="Another", duty=programme.duties(REPORT)[0].id)
    with pytest.raises(NotFound):
        programme.visit(purpose="Another", duty=987654)


def test_a_visit_beyond_what_was_planned_counts_as_one_more(programme: Programme) -> None:
    assert programme.visit(urn=900002).duty_id is None
    last_year = programme.visit(visited_on=date(2026, 7, 1))
    assert last_year.duty_id is None, "nothing was planned in that school year"


def test_a_report_has_every_section(programme: Programme) -> None:
    titles = programme.policy.programme.report_sections
    report = programme.report()
    assert (report.state, report.duty_id) == ("proposed", None), "its duty is met when it is issued"
    assert [section["title"] for section in report.sections] == list(titles)
    missing = dict.fromkeys(titles[1:-1], "Seen.")
    with pytest.raises(InvalidInput) as refusal:
        programme.report(dated=date(2026, 11, 20), sections={**missing, titles[1]: "\x07"})
    fields = [field for field, _ in refusal.value.errors]
    assert fields == ["section-1", "section-2", f"section-{len(titles)}"]
    with pytest.raises(InvalidInput, match="The sections of a report are"):
        programme.report(dated=date(2026, 11, 20), sections={**missing, "Gossip": "No."})


@pytest.mark.parametrize(
    ("kind", "urn"),
    [
        ("evaluation", 900001),
        ("sisg_meeting", 900001),
        ("action_review", None),
        ("board_report", None),
    ],
)
def test_reviews(programme: Programme, kind: str, urn: int | None) -> None:
    programme.pass_()
    first, *_ = programme.duties(DutyKind(kind), urn=urn)
    review = programme.review(kind)
    assert (review.duty_id, review.urn) == (first.id, urn)
    assert len(said(programme, ReviewRecorded.kind)) == 1


@pytest.mark.parametrize(
    ("kind", "changed", "field"),
    [
        ("evaluation", {"urn": None}, "urn"),
        ("action_review", {"urn": 900001}, "urn"),
        ("visit", {}, "kind"),
        ("gossip", {}, "kind"),
        ("evaluation", {"impact": " "}, "impact"),
        ("board_report", {"impact": ""}, "impact"),
        ("action_review", {"summary": ""}, "summary"),
        ("action_review", {"held_on": date(2026, 11, 24)}, "held_on"),
        ("action_review", {"held_on": date(26, 11, 24)}, "held_on"),
    ],
)
def test_reviews_that_are_refused(
    programme: Programme, kind: str, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        programme.review(kind, **changed)
    assert [name for name, _ in refusal.value.errors] == [field]


def test_the_monthly_evaluation_is_the_evaluation_officers(programme: Programme) -> None:
    council = programme.council
    programme.review("evaluation", council.seo2, held_on=date(2026, 10, 1))  # nobody's yet
    programme.evaluates(council.seo)
    with pytest.raises(NotAllowed, match="Sam Ellison"):
        programme.review("evaluation", council.seo2)
    programme.review("evaluation", council.seo)
    programme.review("evaluation", council.hos, held_on=date(2026, 11, 20))


def test_the_same_again_is_refused(programme: Programme) -> None:
    for record in (programme.visit, programme.report):
        record()
        with pytest.raises(NotPossible, match="already on record"):
            record()
    programme.review("action_review")
    with pytest.raises(NotPossible, match="already on record"):
        programme.review("action_review")
    assert len(events(programme, VisitRecorded.kind)) == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"visited_on": date(2026, 11, 24)}, "visited_on"),
        ({"visited_on": date(26, 11, 20)}, "visited_on"),
        ({"purpose": ""}, "purpose"),
        ({"purpose": "Two\nlines"}, "purpose"),
        ({"notes": "\ud800"}, "notes"),
    ],
)
def test_visits_that_are_refused(programme: Programme, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        programme.visit(**changed)
    assert [name for name, _ in refusal.value.errors] == [field]
    assert programme.duties(VISIT)[0].state == "planned"


def test_beyond_the_least_number_visits_are_held_up_to_the_ceiling_and_past_it(
    programme: Programme,
) -> None:
    for number in range(25):
        day = date(2026, 9, 3 + number)
        met = programme.visit(visited_on=day, purpose=f"Visit {number}").duty_id
        assert (met is not None) == (number < 6)
    with read(programme.engine) as session:
        [ashfield] = reading.programme(session, programme.policy, today=date(2027, 7, 22)).items
        assert (ashfield.visits_held, ashfield.visits_at_most) == (25, 24)
        assert ashfield.visit == reading.Counts(done=6, late=0, planned=0, cancelled=0)
        found = reading.programme_of(
            session, programme.policy, THE_MACHINE, 900001, today=date(2027, 7, 22)
        )
        assert (found.visits_held, found.visits_at_most) == (25, 24)


# --- cancelling


def test_a_head_of_service_alone_cancels_what_is_planned(programme: Programme) -> None:
    """Of “up to” so many visits the least number is planned, so no one of them is left open."""
    council = programme.council
    programme.level(RiskLevel.LOW, urn=900002, on=WHOLE_YEAR)
    high, low = programme.duties(VISIT)[0], programme.duties(VISIT, urn=900002)[0]
    for duty in (high, low, programme.duties(REPORT)[0]):
        with pytest.raises(NotAllowed, match="Only a Head of Service"):
            programme.cancel(duty, council.seo)
        with pytest.raises(NotAllowed):
            programme.cancel(duty, council.aed)
        assert programme.cancel(duty, council.hos).reason == "Agreed."
    with pytest.raises(NotPossible, match="cancelled"):
        programme.cancel(low)
    assert len(said(programme, DutyCancelled.kind)) == 3


def test_what_is_cancelled_is_not_met_and_what_is_done_is_not_cancelled(
    programme: Programme,
) -> None:
    first, second, *_ = programme.duties(VISIT)
    programme.cancel(first)
    assert programme.visit().duty_id == second.id
    with pytest.raises(NotPossible, match="already been done"):
        programme.cancel(second)
    with pytest.raises(InvalidInput):
        programme.cancel(programme.duties(VISIT)[2], reason=" ")


# --- who supports a school


def assign(programme: Programme, **changed: Any) -> Supporter:
    return programme.assign(programme.council.hos, **{"role": "consultant_headteacher", **changed})


def test_one_evaluation_officer_at_a_time(programme: Programme) -> None:
    council = programme.council
    first = programme.evaluates(council.seo)
    with pytest.raises(NotPossible, match="Sam Ellison is the School Evaluation Officer"):
        programme.evaluates(council.seo2)
    programme.end(first, date(2026, 11, 30))
    with pytest.raises(NotPossible):
        programme.evaluates(council.seo2, first_day=date(2026, 11, 30))
    programme.evaluates(council.seo2, first_day=date(2026, 12, 1))
    with read(programme.engine) as session:
        now = [
            supporters.evaluation_officer(session, 900001, day)
            for day in (date(2026, 8, 31), date(2026, 11, 30), date(2026, 12, 1))
        ]
        assert [officer and officer.email for officer in now] == [
            None,
            council.seo.email,
            council.seo2.email,
        ]
        states = [
            each.state
            for each in supporters_shown.supporters_of(
                session, THE_MACHINE, 900001, today=date(2026, 11, 23)
            )
        ]
        assert states == ["ahead", "in_force"]
    assert said(programme, SupportEnded.kind) == [
        "Sam Ellison no longer supports Ashfield Primary School (School Evaluation Officer)."
    ]


def test_people_from_outside(programme: Programme) -> None:
    head = assign(programme, name="Mrs A. Example", organisation="Brookside Academy")
    assert (head.name, head.officer_id) == ("Mrs A. Example", None)
    for role in ("local_leader", "national_leader", "sisg_member"):
        assign(programme, role=role, name="Mr B. Example")
    officer = assign(programme, role="sisg_member", officer=programme.council.legal.email)
    assert officer.name == "Leo Galloway"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"role": "friend", "name": "A"}, "role"),
        ({"role": "school_evaluation_officer", "name": "A"}, "email"),
        ({"role": "school_evaluation_officer", "officer": "viewer@fernshire.example"}, "email"),
        ({"officer": "nobody@fernshire.example"}, "email"),
        ({"name": "A", "last_day": date(2026, 8, 1)}, "last_day"),
        ({"name": "A", "first_day": date(26, 9, 1)}, "first_day"),
    ],
)
def test_support_that_is_refused(programme: Programme, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        assign(programme, **changed)
    assert [name for name, _ in refusal.value.errors] == [field]


def test_support_ends_once(programme: Programme) -> None:
    head = assign(programme, name="Mrs A. Example")
    with pytest.raises(InvalidInput):
        programme.end(head, date(2026, 8, 1))
    assert programme.end(head, date(2026, 12, 18)).last_day == date(2026, 12, 18)
    with pytest.raises(NotPossible, match="already"):
        programme.end(head, date(2027, 1, 1))
    programme.end(head, date(2026, 11, 20))
    with pytest.raises(NotPossible, match="ended"):
        programme.end(head, date(2026, 11, 1))


# --- every role


ACTS: dict[str, tuple[Act, Callable[[Programme, Any], Any]]] = {
    "visit": (Act.RECORD_VISIT, lambda programme, who: programme.visit(who)),
    "report": (Act.RECORD_SUPPORT_WORK, lambda programme, who: programme.report(who)),
    "review": (Act.RECORD_SUPPORT_WORK, lambda programme, who: programme.review("evaluation", who)),
    "cancel": (
        Act.RECORD_SUPPORT_WORK,
        lambda programme, who: programme.cancel(programme.duties(VISIT)[0], who),
    ),
    "assign": (
        Act.ASSIGN_SUPPORT,
        lambda programme, who: programme.assign(who, role="local_leader", name="Mr B. Example"),
    ),
    "end": (Act.ASSIGN_SUPPORT, lambda programme, who: _end_as(programme, who)),
}


def _end_as(programme: Programme, who: Any) -> None:
    head = assign(programme, name="Mrs A. Example")
    programme.end(head, date(2026, 12, 18), by=who)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", OFFICERS)
@pytest.mark.parametrize("what", ACTS)
def test_every_role_and_act(programme: Programme, name: str, what: str) -> None:
    act, do = ACTS[what]
    officer = programme.council.officers[name]
    if name == "cht" and what == "visit":  # who is assigned to no school: there is none to be seen
        with pytest.raises(NotFound, match="no school"):
            do(programme, officer)
    elif what == "cancel" and officer.role in RULES[act] - {Role.HEAD_OF_SERVICE}:
        with pytest.raises(NotAllowed, match="Only a Head of Service"):
            do(programme, officer)
    elif officer.role in RULES[act]:
        do(programme, officer)
    else:
        with pytest.raises(NotAllowed, match="does not let you"):
            do(programme, officer)


# --- what is shown


def test_done_planned_late_and_behind(programme: Programme) -> None:
    programme.evaluates(programme.council.seo)
    programme.level(RiskLevel.NONE, urn=900003, on=WHOLE_YEAR)
    programme.visit(visited_on=date(2026, 9, 8))
    today = date(2026, 12, 21)
    with read(programme.engine) as session:
        page = reading.programme(session, programme.policy, today=today)
        ashfield, church = page.items
        assert ashfield.visit == reading.Counts(done=1, late=1, planned=4, cancelled=0)
        assert (ashfield.visit.due, ashfield.behind) == (6, True)
        assert (ashfield.visits_held, ashfield.visits_at_most) == (1, 24)
        assert (church.visits_held, church.visits_at_most) == (0, None)
        assert (church.visit.late, church.behind) == (0, False)
        assert duties_shown.behind(session, [900001, 900003], today) == {900001}
        assert duties_shown.behind(session, [], today) == set()
        only = reading.programme(session, programme.policy, today=today, only_behind=True)
        assert [each.urn for each in only.items] == [900001]
        mine = reading.programme(
            session, programme.policy, today=today, officer="seo@fernshire.example"
        )
        assert [each.urn for each in mine.items] == [900001]
        listed = reading.programme(session, programme.policy, today=today, level="low")
        assert listed.total == 0
        late = duties_shown.duties(session, THE_MACHINE, today=today, state="late", kind="visit")
        assert [each.due_on for each in late.items] == [
            duty.due_on for duty in programme.duties(VISIT)[1:2]
        ]
        done = duties_shown.duties(session, THE_MACHINE, today=today, state="done")
        assert [each.record for each in done.items] == ["/visits/1"]
        for person, urns in (("seo", {900001}), ("hos", {900003})):
            theirs = duties_shown.duties(
                session, THE_MACHINE, today=today, officer=f"{person}@fernshire.example"
            )
            assert {each.urn for each in theirs.items} == urns
        # On 1 September another school year has begun: what was left undone is history.
        assert duties_shown.behind(session, [900001], date(2027, 9, 1)) == set()
        assert duties_shown.behind(session, [900001], date(2027, 8, 31)) == {900001}


def test_one_schools_programme_by_term(programme: Programme) -> None:
    with read(programme.engine) as session:
        found = reading.programme_of(
            session, programme.policy, THE_MACHINE, "900001", today=at(WHOLE_YEAR).date()
        )
        assert [term.name for term in found.terms] == [
            "Autumn term",
            "Spring term",
            "Summer term",
        ]
        assert found.years == [2026]
        old = reading.programme_of(
            session, programme.policy, THE_MACHINE, 900001, today=WHOLE_YEAR, school_year=2019
        )
        assert (old.terms, old.has_terms) == ([], False)
