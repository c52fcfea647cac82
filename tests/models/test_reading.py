"""What doors show: lists found and counted in SQL, with few queries, and every event in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select

from models.approvals.shown import proposal, proposals
from models.database import read, write
from models.escalations import held
from models.escalations.shown import escalation, escalations
from models.events import Event
from models.letters.shown import letters_of, message
from models.matters.shown import deadlines, deadlines_of
from models.people.access import THE_MACHINE
from models.people.events import OfficerAdded
from models.policy import Policy
from models.record import timeline
from models.record.vocabulary import Titles, happened_in
from models.refusals import InvalidInput, NotFound
from models.rows import add_all
from models.schools import shown as schools_shown
from models.schools.events import ContactChanged, SchoolAdded
from models.schools.tables import RiskLevel, School, SchoolKind
from models.upkeep.clock import tick
from tests.support.cases import Case
from tests.support.council import NOW, Council

pytestmark = pytest.mark.every_example

TODAY = NOW.date()


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that are run meanwhile."""
    statements: list[str] = []

    def note(_c: Any, _cur: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


# Sentences -----------------------------------------------------------------------------------


def test_a_case_reads_as_sentences(case: Case) -> None:
    case.started().climb_to("formal_headteacher").issue()
    case.decide(case.propose("extend", to=date(2026, 12, 14)), "hos")
    case.decide(case.propose("pause"), "hos", "return", "Not now.")
    case.change("pause")
    case.change("resume")
    tick(case.engine, case.policy, datetime(2026, 12, 16, 9, tzinfo=UTC))
    with read(case.engine) as session:
        told = timeline.timeline(
            session, case.policy, THE_MACHINE, case.reference, per_page=200
        ).items
        recorded = timeline.events_of(session, THE_MACHINE, case.reference, per_page=200).items
    assert [item.sequence for item in told] == [item.sequence for item in recorded][::-1]
    sentences = {item.sentence: item for item in told}
    for sentence in (
        f"Escalation {case.reference} was started.",
        "The escalation was opened at step i (informal discussion with the headteacher).",
        "A proposal was made to move to step iii (formal letter to the headteacher).",
        "A proposal was made to extend the deadline to 14 December 2026.",
        "The deadline was extended from 7 December 2026 to 14 December 2026.",
        "The proposal to pause the escalation was returned.",
        "The escalation was resumed. Its deadline is now 14 December 2026.",
        "The deadline for step iii (formal letter to the headteacher) was missed on "
        "14 December 2026.",
        "Letter 5 (formal letter to the headteacher) was issued.",
    ):
        assert sentence in sentences
    returned = sentences["The proposal to pause the escalation was returned."]
    assert (returned.who, returned.text) == ("Harriet Osborne", "Not now.")
    assert sentences["Letter 5 (formal letter to the headteacher) was issued."].who == ("the clock")


def test_events_outside_cases_read_as_sentences(
    engine: Engine, council: Council, policy: Policy
) -> None:
    with read(engine) as session:
        kinds = {
            found.kind: happened_in(found).sentence(Titles(policy))
            for found in session.exec(select(Event).order_by(Event.sequence))
        }
    assert kinds[OfficerAdded.kind] == "Carys Howell was added as Consultant."
    assert kinds[SchoolAdded.kind] == "Castle Hill School (900004) was added to the schools."
    assert kinds[ContactChanged.kind].endswith(
        "was recorded as the chair of governors of school 900004."
    )


# Schools -------------------------------------------------------------------------------------


def test_the_kind_of_a_school_is_the_same_in_sql(engine: Engine) -> None:
    with write(engine) as session:
        rows = [school_row(910000 + code, type_code=code) for code in range(60)]
        add_all(session, School, rows)
    with read(engine) as session:
        everybody = session.exec(select(School)).all()
        for kind in SchoolKind:
            found = schools_shown.schools(
                session, THE_MACHINE, today=TODAY, kind=kind.value, per_page=200
            ).items
            expected = {school.urn for school in everybody if school.kind == kind}
            assert {item.urn for item in found} == expected
            assert {item.kind for item in found} == {kind.value}


def school_row(urn: int, **values: Any) -> dict[str, Any]:
    return {
        "urn": urn,
        "name": f"School {urn}",
        "type_code": 1,
        "type_name": "Community school",
        "phase": "Primary",
        **values,
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("ashfield", ["Ashfield Primary School"]),
        ("SCHOOL primary", ["Ashfield Primary School", "St Brannoc's Church of England Primary"]),
        ("learning trust", ["Brookside Academy"]),
        ("900002", ["Brookside Academy"]),
        ("900009", []),
        ("100%", []),
        ("_", []),
        ("brannoc's", ["St Brannoc's Church of England Primary"]),
        ("  ", ["Ashfield", "Brookside", "Castle Hill", "St Brannoc's"]),
    ],
)
def test_schools_are_found_by_words(
    engine: Engine, council: Council, query: str, names: list[str]
) -> None:
    with read(engine) as session:
        found = schools_shown.schools(session, THE_MACHINE, today=TODAY, query=query).items
    assert len(found) == len(names)
    assert all(item.name.startswith(name) for item, name in zip(found, names, strict=True))


def test_schools_by_risk_level(engine: Engine, council: Council) -> None:
    with write(engine) as session:
        add_all(session, School, [school_row(900100, risk_level=RiskLevel.HIGH)])
    with read(engine) as session:
        [high] = schools_shown.schools(session, THE_MACHINE, today=TODAY, level="high").items
        assert (high.urn, high.risk_level) == (900100, "high")


# Escalations ---------------------------------------------------------------------------------


def references(engine: Engine, policy: Policy, **filters: Any) -> list[str]:
    with read(engine) as session:
        found = escalations(session, policy, THE_MACHINE, **{"today": TODAY, **filters})
    assert found.total == len(found.items)
    return [item.reference for item in found.items]


def test_escalations_are_found_by_what_they_are(
    engine: Engine, policy: Policy, council: Council
) -> None:
    first = Case(engine, policy, council).started(school="maintained")
    second = Case(engine, policy, council).started(school="academy", by="seo")
    third = Case(engine, policy, council).started(school="church")
    third.fail_step()
    third.change("advance")
    for filters, expected in (
        ({}, [first, second, third]),
        ({"sort": "-reference"}, [third, second, first]),
        ({"sort": "school"}, [first, second, third]),
        ({"status": "open"}, [first, third]),
        ({"status": ["open", "proposed"]}, [first, second, third]),
        ({"ladder": "academy"}, [second]),
        ({"step": "informal_governing_body"}, [third]),
        ({"urn": 900001}, [first]),
        ({"case_officer": "SEO@fernshire.example"}, [first, second, third]),
        ({"case_officer": "hos@fernshire.example"}, []),
        ({"query": "brookside"}, [second]),
        ({"query": "900003"}, [third]),
        ({"query": first.reference.lower()}, [first]),
        ({"overdue": True}, []),
        ({"status": "resolved"}, []),
    ):
        found = references(engine, policy, **filters)
        assert (filters, found) == (filters, [case.reference for case in expected])


def test_overdue_does_not_wait_for_the_clock(case: Case, policy: Policy) -> None:
    case.started().discuss()
    due = date(2026, 12, 7)
    after = date(2026, 12, 8)
    assert references(case.engine, policy, overdue=True, today=due) == []
    assert references(case.engine, policy, overdue=True, today=after) == [case.reference]
    assert references(case.engine, policy, overdue=False, today=after) == []
    with read(case.engine) as session:
        found = escalation(session, policy, THE_MACHINE, case.reference, today=after)
    assert (found.overdue, found.step.overdue) == (True, True)
    case.now = datetime(2026, 12, 8, 9, tzinfo=UTC)
    tick(case.engine, policy, case.now)
    assert references(case.engine, policy, overdue=True, today=after) == [case.reference]
    case.respond("unsatisfactory")
    assert references(case.engine, policy, overdue=True, today=after) == []


def test_a_paused_escalation_has_no_running_deadline(case: Case, policy: Policy) -> None:
    case.started().discuss()
    case.change("pause")
    after = date(2026, 12, 8)
    with read(case.engine) as session:
        found = escalation(session, policy, THE_MACHINE, case.reference, today=after)
        [deadline] = deadlines_of(session, policy, THE_MACHINE, case.reference, today=after).items
    assert (found.next_deadline, found.overdue) == (None, False)
    assert (deadline.state, deadline.days_left, deadline.overdue) == ("open", 10, False)


def test_a_converted_escalation_keeps_what_fell_away(case: Case, policy: Policy) -> None:
    case.started().climb_to("performance_meetings")
    case.change("convert")
    with read(case.engine) as session:
        found = escalation(session, policy, THE_MACHINE, case.reference, today=TODAY)
    assert [step.key for step in found.steps][-2:] == ["secretary_of_state", "ofsted"]
    assert [step.key for step in found.fallen_away] == [
        "performance_meetings",
        "warning_notice",
        "intervention",
    ]


# Pages and queries ---------------------------------------------------------------------------


def test_pages_are_stable_and_whole(engine: Engine) -> None:
    with write(engine) as session:
        add_all(session, School, [school_row(920000 + n, name="Same") for n in range(25)])
    seen: list[int] = []
    with read(engine) as session:
        for number in range(1, 5):
            page = schools_shown.schools(
                session, THE_MACHINE, today=TODAY, page=number, per_page=10
            )
            assert (page.page, page.pages, page.total) == (number, 3, 25)
            seen += [item.urn for item in page.items]
    assert seen == list(range(920000, 920025))


def test_a_page_out_of_bounds_is_refused(engine: Engine) -> None:
    with read(engine) as session:
        assert schools_shown.schools(session, THE_MACHINE, today=TODAY).pages == 1
        for field, bad in (("page", 0), ("page", 2**70), ("per_page", 0), ("per_page", 1001)):
            with pytest.raises(InvalidInput) as refused:
                schools_shown.schools(session, THE_MACHINE, today=TODAY, **{field: bad})
            assert refused.value.errors[0][0] == field


def test_a_list_costs_the_same_few_queries_however_long(
    engine: Engine, policy: Policy, council: Council
) -> None:
    cases = [Case(engine, policy, council).started(school="maintained")]
    cases[0].discuss()
    few = queries_of_lists(engine, policy, council)
    for school in ("academy", "church"):
        cases.append(Case(engine, policy, council).started(school=school))
        cases[-1].discuss()
    assert queries_of_lists(engine, policy, council) == few
    assert max(few.values()) <= 6


def queries_of_lists(engine: Engine, policy: Policy, council: Council) -> dict[str, int]:
    cost = {}
    with read(engine) as session:
        for name, look in {
            "schools": lambda: schools_shown.schools(session, THE_MACHINE, today=TODAY),
            "escalations": lambda: escalations(session, policy, THE_MACHINE, today=TODAY),
            "deadlines": lambda: deadlines(session, policy, THE_MACHINE, today=TODAY),
            "proposals": lambda: proposals(session, policy, officer=council.hos, today=TODAY),
        }.items():
            with counted(engine) as statements:
                look()
            cost[name] = len(statements)
    return cost


def test_what_is_not_there_is_not_found(engine: Engine, policy: Policy) -> None:
    with read(engine) as session:
        for look in (
            lambda: escalation(session, policy, THE_MACHINE, "ESC-2026-0001", today=TODAY),
            lambda: timeline.events_of(session, THE_MACHINE, "\0"),
            lambda: letters_of(session, policy, THE_MACHINE, "’"),
            lambda: proposal(session, policy, THE_MACHINE, 1, now=NOW),
            lambda: held.response(session, policy, THE_MACHINE, 1),
            lambda: message(session, THE_MACHINE, 1),
            lambda: schools_shown.school(session, THE_MACHINE, "900001"),
        ):
            with pytest.raises(NotFound):
                look()
