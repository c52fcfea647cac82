"""The dashboard: every figure leads to a list that has as many; searching; the calendar."""

import re
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from icalendar import Calendar
from sqlalchemy import Engine

from models.clocks import add_working_days, long_date, subtract_working_days
from models.database import write
from models.policy import Policy
from models.programme.tables import DutyKind, Supporter, SupportRole
from models.rows import add, change
from models.schools.tables import School
from models.upkeep.clock import tick
from tests.support.cases import Case
from tests.support.council import NOW, Council
from tests.support.visitors import Page, Visitor, Visitors
from tests.support.watched_schools import TODAY, add_duty, furnish


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    return Visitors(engine, council, tmp_path)


def listed(page: Page) -> int:
    """How many rows the list says it has."""
    caption = page.tree.xpath("string(//main//table/caption)")
    found = re.match(r"\s*([\d,]+)", caption)
    return int(found[1].replace(",", "")) if found else 0


def figures(page: Page) -> list[tuple[int, str]]:
    """Every figure of the dashboard that leads to a list, with its address."""
    cells = page.tree.xpath("//main//td/a | //main//dd/a")
    return [(int(cell.text.replace(",", "")), cell.get("href")) for cell in cells]


@pytest.mark.parametrize("who", ["hos", "seo", "sm"])
@pytest.mark.both_databases
def test_every_figure_is_that_of_its_list(
    visitors: Visitors, engine: Engine, case: Case, who: str
) -> None:
    furnish(engine, case)
    found = figures(getattr(visitors, who).get("/dashboard"))
    assert len(found) >= 9
    for figure, address in found:
        assert figure == listed(getattr(visitors, who).get(address)), address


def test_what_is_overdue_comes_first_though_no_clock_went_round(
    visitors: Visitors, engine: Engine, case: Case, policy: Policy
) -> None:
    def due_on(day: date, school: str) -> Case:
        one = Case(engine, policy, case.council)
        one.now -= TODAY - subtract_working_days(day, 10)
        one.started(school=school).discuss()
        return one

    due_on(TODAY, "maintained")  # may still be answered today
    assert "response is overdue 0" in visitors.hos.get("/dashboard").text
    due = TODAY - timedelta(days=12)
    late = due_on(due, "academy")

    def first(who: Visitor) -> Page:
        page = who.get("/dashboard")
        number, address = figures(page)[0]
        assert page.tree.xpath("string(//main//h1/following::h2[1])") == "Overdue"
        assert f"response is overdue {number} " in page.text
        assert f"the first was due on {long_date(due)}" in page.text
        found = who.get(address)
        assert number == listed(found)
        return found

    assert late.reference in first(visitors.hos).text
    tick(engine, policy, NOW)
    assert late.reference in first(visitors.hos).text
    late.restrict()
    assert late.reference in first(visitors.dcs).text
    assert "response is overdue 0" in visitors.aed.get("/dashboard").text


def test_a_bar_says_how_many_and_its_label_is_whole(visitors: Visitors, case: Case) -> None:
    case.started()
    Case(case.engine, case.policy, case.council).started(school="academy")
    [_, ages] = visitors.hos.get("/dashboard").tree.xpath("//*[@role='img']")
    assert ages.xpath(".//p[contains(@class, 'label')]/text()") == [
        "Informal discussion with the headteacher"
    ]
    assert ages.xpath(".//*[contains(@class, 'bar')]//*[local-name()='text']/text()") == ["2"]


def test_schools_stand_by_level_and_phase(visitors: Visitors, engine: Engine, case: Case) -> None:
    furnish(engine, case)
    with write(engine) as session:
        change(session, School, {"urn": 900001}, closed_on=TODAY)
    rows = {
        row.xpath("string(th)"): [int(cell.text_content().split()[0]) for cell in row.xpath("td")]
        for row in visitors.hos.get("/dashboard").tree.xpath("(//main//table)[1]/tbody/tr")
    }
    # The independent school is none of the council's to watch.
    assert rows == {"Primary": [0, 0, 0, 0, 1, 1], "Secondary": [0, 1, 0, 0, 0, 1]}


def test_a_restricted_case_is_in_no_figure_of_those_who_do_not_see_it(
    visitors: Visitors, engine: Engine, case: Case
) -> None:
    furnish(engine, case)

    def escalations(page: Page) -> int:
        return sum(
            number
            for number, address in figures(page)
            if address.startswith("/escalations") and "age=" not in address
        )

    assert escalations(visitors.dcs.get("/dashboard")) == 2
    assert escalations(visitors.aed.get("/dashboard")) == 1


def test_changes_are_counted_since_last_term_ended(
    visitors: Visitors, engine: Engine, case: Case
) -> None:
    furnish(engine, case)  # one change in October, one in July before the end of the summer term
    page = visitors.hos.get("/dashboard")
    assert "Changes of level since last term ended (21 July 2026)" in page.text
    changes = visitors.hos.get("/level-changes")
    assert listed(changes) == 1
    assert "Ashfield Primary School Low risk High risk 5 Oct 2026 Results fell." in changes.text
    assert listed(visitors.hos.get("/level-changes", since="2026-06-30")) == 2
    assert visitors.hos.get("/level-changes", 422, since="26-06-30").errors
    visitors.viewer.get("/level-changes", 403)


def test_late_visits_and_reports_are_counted(visitors: Visitors, engine: Engine) -> None:
    add_duty(engine, 900001, DutyKind.VISIT, TODAY - timedelta(days=1))
    add_duty(engine, 900001, DutyKind.VISIT, TODAY, 2)
    add_duty(engine, 900001, DutyKind.REPORT, TODAY - timedelta(days=30))
    text = visitors.hos.get("/dashboard").text
    assert "Visits that are late 1 " in text
    assert "Written reports that are late 1 " in text
    assert "late" not in visitors.viewer.get("/dashboard").text


def test_deadlines_stand_by_week_as_far_as_20_working_days(
    visitors: Visitors, engine: Engine, case: Case
) -> None:
    case.started().discuss()
    page = visitors.hos.get("/dashboard")
    weeks = [a for _, a in figures(page) if a.startswith("/deadlines")]
    due = add_working_days(TODAY, 10)
    [address] = weeks
    query = parse_qs(urlsplit(address).query)
    assert query["first"][0] <= due.isoformat() <= query["last"][0]
    table = page.tree.xpath("(//main//table)[last()]/tbody/tr")
    last = table[-1].xpath("string(th)").split(" to ")[1]
    day = add_working_days(TODAY, 20)
    assert last == f"{day.day} {day:%b %Y}"


def test_without_anything_the_dashboard_says_so(visitors: Visitors, engine: Engine) -> None:
    with write(engine) as session:
        for urn in (900001, 900002, 900003, 900004):
            change(session, School, {"urn": urn}, closed_on=TODAY)
    text = visitors.hos.get("/dashboard").text
    assert "There are no schools yet." in text
    assert "No escalations are open." in text


# Searching -------------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_schools_are_found_by_phase_trust_level_and_whether_they_are_open(
    visitors: Visitors, engine: Engine
) -> None:
    with write(engine) as session:
        change(session, School, {"urn": 900003}, closed_on=TODAY)

    def names(**filters: str) -> list[str]:
        page = visitors.seo.get("/schools", **filters)
        return [head.text_content() for head in page.tree.xpath("//main//tbody//th")]

    assert names(phase="Secondary") == ["Brookside Academy"]
    assert names(trust="Fernshire Learning Trust") == ["Brookside Academy"]
    assert names(query="fernshire learning") == ["Brookside Academy"]
    assert names(closed="yes") == ["St Brannoc's Church of England Primary School"]
    assert len(names()) == 3
    assert len(names(closed="any")) == 4
    assert names(level="not_assessed", kind="academy") == ["Brookside Academy"]


def test_suggestions_come_as_one_types(visitors: Visitors) -> None:
    found = visitors.seo.client.get("/schools/suggestions", params={"query": "brook"}).json()
    assert found == [{"urn": 900002, "name": "Brookside Academy", "town": "Fernminster"}]
    for query in ("b", "", "\x00\x01", "zzz"):
        assert visitors.seo.client.get("/schools/suggestions", params={"query": query}).json() == []


def test_a_contact_says_where_it_is_from(visitors: Visitors) -> None:
    assert (
        "From admin@fernshire.example, 23 November 2026" in visitors.seo.get("/schools/900001").text
    )


# The calendar ----------------------------------------------------------------------------------


def new_address(visitors: Visitors, who: str) -> str:
    page = getattr(visitors, who).post("/account/calendar")
    return urlsplit(page.tree.xpath("string(//main//code)")).path


def entries(visitors: Visitors, address: str) -> dict[str, str]:
    """Summary and day of each entry, as a stranger who has the address reads it."""
    response = visitors.stranger().client.get(address)
    assert response.status_code == 200
    calendar = Calendar.from_ical(response.content)
    return {
        str(event["summary"]): event["dtstart"].dt.isoformat() for event in calendar.walk("VEVENT")
    }


def test_a_calendar_has_an_officers_own_deadlines_and_visits(
    visitors: Visitors, engine: Engine, case: Case
) -> None:
    case.started().discuss()
    Case(case.engine, case.policy, case.council).started(
        school="academy", case_officer="seo2@fernshire.example"
    ).discuss()
    add_duty(engine, 900001, DutyKind.VISIT, date(2026, 12, 4))
    add_duty(engine, 900002, DutyKind.VISIT, date(2026, 12, 7))
    add_duty(engine, None, DutyKind.ACTION_REVIEW, date(2026, 11, 27))
    with write(engine) as session:
        add(
            session,
            Supporter,
            urn=900001,
            role=SupportRole.SCHOOL_EVALUATION_OFFICER,
            officer_id=case.council.seo.id,
            name="Sam Ellison",
            first_day=TODAY,
            assigned_by="hos@fernshire.example",
            assigned_at=NOW,
        )
    due = add_working_days(TODAY, 10).isoformat()
    assert entries(visitors, new_address(visitors, "seo")) == {
        "ESC-2026-0001: Ashfield Primary School: Informal discussion with the headteacher, "
        "response due": due,
        "Visit: Ashfield Primary School": "2026-12-04",
    }
    assert entries(visitors, new_address(visitors, "hos")) == {
        "Weekly review of actions": "2026-11-27"
    }


def test_an_entry_keeps_its_identity_and_takes_the_whole_day(
    visitors: Visitors, case: Case
) -> None:
    case.started().discuss()
    address = new_address(visitors, "seo")
    client = visitors.stranger().client
    [first] = Calendar.from_ical(client.get(address).content).walk("VEVENT")
    visitors.now += timedelta(days=1)
    [second] = Calendar.from_ical(client.get(address).content).walk("VEVENT")
    assert first["uid"] == second["uid"]
    assert first["dtend"].dt - first["dtstart"].dt == timedelta(days=1)
    assert str(first["url"]) == "http://127.0.0.1:8000/escalations/ESC-2026-0001"


def test_of_a_restricted_case_it_has_the_reference_alone(visitors: Visitors, case: Case) -> None:
    case.started().discuss()
    case.restrict()
    [summary] = entries(visitors, new_address(visitors, "seo"))
    assert summary == "ESC-2026-0001: deadline"


def test_a_new_address_ends_the_old_one_and_it_can_be_ended(visitors: Visitors) -> None:
    old = new_address(visitors, "seo")
    new = new_address(visitors, "seo")
    client = visitors.stranger().client
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200
    assert "since 23 November 2026" in visitors.seo.get("/account").text
    visitors.seo.post("/account/calendar/end")
    assert client.get(new).status_code == 404
    assert "A new address replaces it" not in visitors.seo.get("/account").text


def test_who_has_left_has_no_calendar(visitors: Visitors, engine: Engine) -> None:
    address = new_address(visitors, "seo")
    visitors.admin.post("/administration/officers/3/disable", fields={"reason": "Left"})
    assert visitors.stranger().client.get(address).status_code == 404
