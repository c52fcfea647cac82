"""What a consultant who signs in sees and does: their own schools, today, and nothing else.

Which addresses let them in at all is said here by hand.
"""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from httpx2 import Response
from sqlalchemy import Engine
from sqlmodel import col, select

from models.consultants import keeping
from models.consultants.keeping import ConsultantDetails
from models.database import read, write
from models.people.access import RULES
from models.people.acting import Acting
from models.policy import Policy
from models.programme import supporters, visits
from models.programme.tables import Duty, DutyKind, SchoolVisit
from models.rows import change
from models.schools.tables import RiskLevel, School
from tests.support.addresses import ALL
from tests.support.callers import Callers
from tests.support.cases import Case
from tests.support.council import NOW, Council
from tests.support.policies import POLICY
from tests.support.programme import WHOLE_YEAR, Programme
from tests.support.visitors import Visitors

TODAY = NOW.date()
THEIRS, OTHER = 900001, 900002  # Ashfield Primary School, Brookside Academy
# What lets a consultant in, besides their own account and what is for anybody.
LETS_IN = {
    ("page", "GET", "/"),
    ("page", "GET", "/schools"),
    ("page", "GET", "/schools.{kind}"),
    ("page", "GET", "/schools/suggestions"),
    ("page", "GET", "/schools/{urn}"),
    ("page", "GET", "/schools/{urn}/programme"),
    ("page", "GET", "/schools/{urn}/visits/new"),
    ("page", "POST", "/schools/{urn}/visits/new"),
    ("page", "GET", "/visits"),
    ("page", "GET", "/visits.{kind}"),
    ("page", "GET", "/visits/{id}"),
    ("api", "GET", "/schools"),
    ("api", "GET", "/schools/{urn}"),
    ("api", "GET", "/schools/{urn}/supporters"),
    ("api", "GET", "/schools/{urn}/programme"),
    ("api", "GET", "/duties"),
    ("api", "GET", "/visits"),
    ("api", "GET", "/visits/{id}"),
    ("api", "POST", "/visits"),
}
OTHERS_WORDS = re.compile(rf"Brookside|{OTHER}|fernshire\.example|ESC-2026")


@pytest.fixture
def programme(engine: Engine, policy: Policy, council: Council) -> Programme:
    """Two schools with programmes and visits, of which a consultant is assigned to the first.

    The first has an escalation, and the other one too.
    """
    found = Programme(engine, policy, council)
    for urn in (THEIRS, OTHER):
        found.level(RiskLevel.MEDIUM, urn=urn, on=WHOLE_YEAR)
        found.visit(urn=urn)
    Case(engine, policy, council).started()
    Case(engine, policy, council, "ESC-2026-0002").started(school="academy")
    with write(engine) as session:
        acting = Acting(session, POLICY, council.hos, NOW)
        carys = keeping.add_consultant(
            acting, ConsultantDetails(name="Carys Howell", sign_in=council.cht.email)
        )
        whom = supporters.NewSupporter(
            role="consultant_headteacher",
            consultant=carys.id,
            first_day=TODAY - timedelta(days=10),
            last_day=TODAY,
        )
        supporters.assign_supporter(acting, THEIRS, whom)
    return found


@pytest.fixture
def visitors(programme: Programme, tmp_path: Path) -> Visitors:
    return Visitors(programme.engine, programme.council, tmp_path)


@pytest.fixture
def callers(programme: Programme, tmp_path: Path) -> Callers:
    return Callers(programme.engine, programme.council, tmp_path)


def one_of(engine: Engine, table: type[SchoolVisit] | type[Duty], urn: int) -> int:
    with read(engine) as session:
        its = select(table.id).where(col(table.urn) == urn)
        if table is Duty:
            its = its.where(Duty.kind == DutyKind.VISIT)
        found: int = session.exec(its).first()  # type: ignore[assignment]
        return found


def test_these_addresses_let_a_consultant_in_and_no_others(council: Council) -> None:
    own = {"/account", "/sign-out"}
    admitted = {
        (each.door, each.method, each.path)
        for each in ALL
        if each.act is not None
        and council.cht.role in RULES[each.act]
        and not any(each.path.startswith(path) for path in own)
    }
    assert admitted == LETS_IN


def test_the_lists_and_counts_are_of_their_own_schools(
    programme: Programme, visitors: Visitors, callers: Callers
) -> None:
    theirs, everything = callers.cht, callers.hos
    for address in ("/schools", "/visits", "/duties"):
        found = theirs.get(address, per_page=200)
        assert {each["urn"] for each in found["items"]} == {THEIRS}, address
        assert found["total"] == len(found["items"])
        whole = everything.get(address, per_page=200)
        assert OTHER in {each["urn"] for each in whole["items"]}, address
    assert theirs.get("/schools", query="Brookside")["total"] == 0
    assert theirs.get("/visits", urn=OTHER)["total"] == 0
    assert theirs.get("/duties", urn=OTHER)["total"] == 0
    for address in ("/schools", "/visits", "/schools.csv", "/visits.csv", "/schools/suggestions"):
        words = {"query": "a"} if address.endswith("suggestions") else {}
        answer = visitors.cht.client.get(address, params=words or None)
        assert answer.status_code == 200
        assert not OTHERS_WORDS.search(_without_own_account(answer)), address
    assert visitors.cht.client.get("/schools/suggestions?query=Brookside").json() == []
    assert len(visitors.cht.client.get("/schools/suggestions?query=Ashfield").json()) == 1


def _without_own_account(answer: Response) -> str:
    return answer.text.replace("cht@fernshire.example", "")


def test_another_school_is_answered_word_for_word_like_one_that_is_not_there(
    programme: Programme, visitors: Visitors, callers: Callers
) -> None:
    visit, duty = (one_of(programme.engine, table, OTHER) for table in (SchoolVisit, Duty))

    def page(method: str, address: str) -> tuple[int, str]:
        answer = visitors.cht.client.request(method, address, follow_redirects=False)
        return answer.status_code, re.sub(r"\b\d+\b", "…", answer.text)

    def call(method: str, address: str) -> tuple[int, str]:
        answer = callers.cht.call(method, address)
        return answer.status_code, re.sub(r"\b\d+\b", "…", answer.text)

    for urn_address in (
        "/schools/{urn}",
        "/schools/{urn}/programme",
        "/schools/{urn}/visits/new",
    ):
        hidden = page("GET", urn_address.format(urn=OTHER))
        assert hidden == page("GET", urn_address.format(urn=999998)), urn_address
        assert hidden[0] == 404
    post = "/schools/{urn}/visits/new"
    fields = {"visited_on-day": "20", "visited_on-month": "11", "visited_on-year": "2026"}
    fields |= {"purpose": "To help", "notes": "Seen."}
    for urn in (OTHER, 999998):
        sent = visitors.cht.client.post(post.format(urn=urn), data=fields, follow_redirects=False)
        assert sent.status_code == 404, urn
    assert page("GET", f"/visits/{visit}") == page("GET", "/visits/999998")
    assert page("GET", f"/schools/{THEIRS}/visits/new?duty={duty}") == page(
        "GET", f"/schools/{THEIRS}/visits/new?duty=999998"
    )
    for api in ("/schools/{urn}", "/schools/{urn}/supporters", "/schools/{urn}/programme"):
        assert call("GET", api.format(urn=OTHER)) == call("GET", api.format(urn=999998))
    assert call("GET", f"/visits/{visit}") == call("GET", "/visits/999998")
    refused = callers.cht.post(
        "/visits", 404, urn=OTHER, visited_on="2026-11-20", purpose="To help", notes="Seen."
    )
    assert "There is no school with this URN" in refused["detail"]


def test_their_school_tells_nothing_of_escalations_and_officers_lists(
    visitors: Visitors, callers: Callers
) -> None:
    home = visitors.cht.get("/")
    assert (home.path, home.heading) == ("/schools", "Schools")
    school = visitors.cht.get(f"/schools/{THEIRS}")
    programme = school.follow("Support programme")
    form = programme.follow("Record a visit")
    for page in (home, school, programme, form):
        assert "scalation" not in page.text, page.path
        assert not page.tree.xpath("//nav//a[contains(@href, '/escalations')]")
        assert "Sofia Eze" not in page.text  # an officer who has nothing to do with the school
    found = callers.cht.get(f"/schools/{THEIRS}")
    assert found["escalation"] is None
    assert {each["source"] for each in found["contacts"]} == {"the council"}  # and not by whom
    assert callers.hos.get(f"/schools/{THEIRS}")["escalation"] == "ESC-2026-0001"
    asked = callers.cht.call("GET", "/visits", params={"officer": "seo@fernshire.example"})
    unknown = callers.cht.call("GET", "/visits", params={"officer": "nobody@fernshire.example"})
    assert (asked.status_code, asked.text) == (422, unknown.text)


def test_a_visit_is_recorded_in_their_own_name(
    programme: Programme, visitors: Visitors, callers: Callers
) -> None:
    form = visitors.cht.get(f"/schools/{THEIRS}/visits/new")
    assert not form.has("led_by")
    assert not form.has("action-1-what")
    form.submit(visited_on=TODAY, purpose="Reading", notes="Six lessons were seen.")
    [made] = callers.hos.get("/visits", consultant=1)["items"]
    assert made["led_by"] == {
        "name": "Carys Howell",
        "organisation": "",
        "officer": None,
        "consultant": 1,
    }
    assert made["officer_name"] == "Carys Howell"
    body = {"urn": THEIRS, "visited_on": "2026-11-20", "purpose": "Mathematics", "notes": "Seen."}
    problem = callers.cht.post("/visits", 422, **body, led_by={"officer": "seo@fernshire.example"})
    assert problem["errors"][0]["field"] == "led_by"
    action = {"what": "Send the plan", "person": "Ms Lee", "due_on": "2026-12-01"}
    callers.cht.post("/visits", 403, **body, actions=[action])
    assert callers.cht.post("/visits", **body)["led_by"]["consultant"] == 1


def test_after_the_last_day_and_before_the_first_there_is_nothing_to_see(
    programme: Programme, visitors: Visitors, callers: Callers
) -> None:
    visit = one_of(programme.engine, SchoolVisit, THEIRS)
    assert callers.cht.get("/schools")["total"] == 1
    for now in (NOW + timedelta(days=1), NOW - timedelta(days=11)):
        callers.at(now)
        caller = callers.of(programme.council.cht)
        assert caller.get("/schools")["total"] == 0
        assert caller.get("/visits")["total"] == 0
        assert caller.get("/duties")["total"] == 0
        assert caller.call("GET", f"/visits/{visit}").status_code == 404
        assert caller.call("GET", f"/schools/{THEIRS}").status_code == 404


def test_an_account_that_is_nobodys_or_of_one_who_left_sees_nothing(
    programme: Programme, callers: Callers
) -> None:
    caller = callers.cht
    assert caller.get("/schools")["total"] == 1
    with write(programme.engine) as session:
        acting = Acting(session, POLICY, programme.council.hos, NOW)
        keeping.change_consultant(acting, 1, ConsultantDetails(name="Carys Howell"))
    assert caller.get("/schools")["total"] == 0
    caller.post(
        "/visits", 404, urn=THEIRS, visited_on="2026-11-20", purpose="To help", notes="Seen."
    )


def test_the_filters_of_the_pages_ask_the_sight_at_every_page_of_a_list(
    programme: Programme, callers: Callers
) -> None:
    with write(programme.engine) as session:
        change(session, School, {"urn": OTHER}, name="Ashfield Academy")
        for day in range(1, 4):
            visits.record_visit(
                Acting(session, POLICY, programme.council.seo, NOW),
                visits.VisitMade(
                    urn=OTHER, visited_on=date(2026, 11, day), purpose="Any", notes="Seen."
                ),
            )
    found = callers.cht.get("/schools", query="Ashfield", per_page=1)
    assert (found["total"], found["pages"]) == (1, 1)
    assert callers.cht.get("/visits", per_page=1)["pages"] == 1
