"""Actions at pages and API: on an escalation, on a school's record, at the weekly review."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from models.policy import Policy
from models.schools.tables import RiskLevel
from tests.support.callers import Callers
from tests.support.cases import Case
from tests.support.council import NOW, Council
from tests.support.programme import Programme
from tests.support.school_records import SchoolRecord
from tests.support.statute import problem
from tests.support.visitors import Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HERE = "/schools/900001/record"
ACTION = {
    "what": "Send the plan for reading",
    "role": "headteacher",
    "due_on": "2026-12-04",
    "why": "Reading has fallen behind.",
}


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path) -> Visitors:
    """The pages, and everybody of the council."""
    return Visitors(engine, council, tmp_path)


@pytest.fixture
def callers(engine: Engine, council: Council, tmp_path: Path) -> Callers:
    """Callers for everybody of the council."""
    callers = Callers(engine, council, tmp_path)
    callers.at(NOW)
    return callers


@pytest.fixture
def record(engine: Engine, policy: Policy, council: Council) -> SchoolRecord:
    return SchoolRecord(engine, policy, council)


def test_by_the_api_an_action_on_a_schools_record_is_followed(callers: Callers) -> None:
    made = callers.seo.post(f"{HERE}/actions", key="a1", **ACTION)
    assert {name: made[name] for name in ACTION} == ACTION
    assert (made["who"], made["state"], made["overdue"]) == ("Headteacher", "open", False)
    assert callers.seo.post(f"{HERE}/actions", key="a1", **ACTION) == made
    here = f"/actions/{made['id']}"
    said = callers.hos.post(f"{here}/lines", said="Half of it is written.")
    assert [line["said"] for line in said["lines"]] == ["Half of it is written."]
    later = {**ACTION, "due_on": "2026-12-11", "person": "Ms Lee"}
    changed = callers.seo.post(f"{here}/change", 200, **later)
    assert (changed["due_on"], changed["who"]) == ("2026-12-11", "Ms Lee (headteacher)")
    [deadline] = callers.seo.get(f"{HERE}/deadlines")["items"]
    assert (deadline["kind"], deadline["due_on"]) == ("action", "2026-12-11")
    problem(callers.seo, f"/deadlines/{deadline['id']}/outcome", 404, done=True)
    done = callers.seo.post(f"{here}/finish", 200, done_on="2026-11-23", achieved="It is good.")
    assert (done["state"], done["outcome"]) == ("done", "It is good.")
    problem(callers.seo, f"{here}/drop", 409, reason="No.")
    assert callers.seo.get(here) == done
    assert callers.seo.get(f"{HERE}/actions")["items"] == [done]
    assert callers.seo.get("/actions", state="open")["items"] == []


def test_by_the_api_an_action_on_an_escalation_comes_from_its_discussion(
    callers: Callers, engine: Engine, policy: Policy, council: Council
) -> None:
    case = Case(engine, policy, council).started()
    discussion = case.discuss()
    from_it = {**ACTION, "why": "", "source": "discussion", "source_id": discussion.id}
    made = callers.seo.post(f"/escalations/{case.reference}/actions", **from_it)
    assert made["came_from"] == "Discussion of 23 November 2026"
    assert callers.seo.get(f"/escalations/{case.reference}/actions")["items"] == [made]
    dropped = callers.hos.post(f"/actions/{made['id']}/drop", 200, reason="Another one does it.")
    assert (dropped["state"], dropped["settled_by"]) == ("dropped", council.hos.name)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no day": ({"due_on": "soon"}, "due_on"),
    "a number for words": ({"what": 3}, "what"),
    "nothing to do": ({"what": ""}, "what"),
    "what nobody knows": ({"urgent": True}, "urgent"),
    "a key that is none": ({"source": "visit", "source_id": "x"}, "source_id"),
    "nobody": ({"role": None}, "officer"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_the_api_refuses_it_says_at_the_field(callers: Callers, wrong: str) -> None:
    values, field = WRONG[wrong]
    refused = problem(callers.seo, f"{HERE}/actions", 422, **{**ACTION, **values})
    assert field in str(refused["errors"])
    assert callers.seo.get("/actions")["items"] == []
    problem(callers.viewer, f"{HERE}/actions", 403, **ACTION)


def test_at_the_pages_an_action_is_recorded_changed_followed_and_done(
    visitors: Visitors, record: SchoolRecord, council: Council
) -> None:
    record.action(what="Mend the fence", days=0)
    record.action(what="Paint the fence", days=0, role=None, person="Mr Gale")
    visitors.at(record.now.replace(day=26))
    page = visitors.seo.get(HERE)
    assert "Actions of this school: 2 open, of which 2 overdue" in page.text
    form = page.follow("Actions of this school").follow("Record an action")
    assert form.submit(422).errors == [
        ("Enter what is to be done", "#what"),
        ("Enter the date by which it is to be done", "#due_on-day"),
    ]
    form = form.submit(422, what="Send the plan", due_on=date(2026, 12, 4))
    assert form.errors == [
        ("Say who is to do it: an officer, or somebody at the school.", "#officer")
    ]
    form = form.submit(422, role="headteacher")
    assert form.errors == [("Say why, or choose what it came from", "#why")]
    page = form.submit(why="It was agreed.")
    assert "The action has been recorded" in page.text
    assert page.text.index("Mend the fence") < page.text.index("Send the plan")
    assert page.text.count("Overdue") == 2
    form = page.follow("Send the plan").follow("Change it")
    page = form.submit(role="", officer=council.seo2.email, due_on=date(2026, 12, 11))
    assert f"Who is to do it {council.seo2.name}" in page.text
    page = page.follow("Say how far it is").submit(said="A draft is there.")
    assert "A draft is there." in page.text
    form = page.follow("It is done").submit(422)
    assert [error for error, _ in form.errors] == [
        "Enter the date on which it was done",
        "Enter what was achieved",
    ]
    page = form.submit(done_on=date(2026, 11, 26), achieved="The plan is good.")
    assert "What was achieved The plan is good." in page.text
    assert "It is done" not in page.links
    page = visitors.seo.get(f"{HERE}/actions").follow("Paint the fence").follow("Drop it")
    page = page.submit(reason="The fence is gone.")
    assert "Why it was dropped The fence is gone." in page.text
    assert "The action “Paint the fence” was dropped." in visitors.seo.get(HERE).text
    visitors.viewer.get(f"{HERE}/actions", 403)


def test_on_an_escalation_the_page_offers_what_it_came_from(
    visitors: Visitors, engine: Engine, policy: Policy, council: Council
) -> None:
    case = Case(engine, policy, council).started()
    case.discuss()
    form = visitors.seo.get(f"/escalations/{case.reference}").follow("Record an action")
    page = form.submit(
        what="Send the plan",
        role="headteacher",
        due_on=date(2026, 12, 4),
        came_from="discussion:1",
    )
    assert "Discussion of 23 November 2026" in page.text
    assert "Headteacher: Send the plan" in visitors.seo.get(f"/escalations/{case.reference}").text
    talk = visitors.seo.get(f"/escalations/{case.reference}/discussions")
    form = talk.follow("Record an action from the discussion of 23 November 2026 (1)")
    page = form.submit(what="Call", role="clerk", due_on=date(2026, 12, 4))
    assert page.text.count("Discussion of 23 November 2026") == 2
    outline = visitors.viewer.get(f"/escalations/{case.reference}").text
    assert "Send the plan" not in outline
    assert "Send the plan" not in visitors.viewer.get("/deadlines").text


def test_from_a_visit_an_action_is_recorded_that_says_so(
    visitors: Visitors, record: SchoolRecord
) -> None:
    visit = Programme(record.engine, record.policy, record.council).visit()
    form = visitors.seo.get(f"/visits/{visit.id}").follow("Record an action that came from this")
    page = form.submit(what="Call", role="headteacher", due_on=date(2026, 12, 4))
    assert "Headteacher, by 4 December 2026. Visit of 23 November 2026." in page.text


def test_on_the_form_of_a_visit_or_discussion_its_actions_are_entered(
    visitors: Visitors, engine: Engine, policy: Policy, council: Council
) -> None:
    case = Case(engine, policy, council).started()
    form = visitors.seo.get("/schools/900001/visits/new")
    seen = {"visited_on": date(2026, 11, 23), "purpose": "Reading", "notes": "Seen."}
    form = form.submit(422, **seen, **{"action-3-what": "Call", "action-3-role": "clerk"})
    assert form.errors == [
        ("Enter the date by which it is to be done (action 1)", "#action-1-due_on-day")
    ]
    past = form.submit(422, **{"action-1-due_on": date(2026, 11, 20)})
    assert past.errors == [
        ("Enter a date from today on and within a year.", "#action-1-due_on-day")
    ]
    past.submit(**{"action-1-due_on": date(2026, 11, 30)})
    listed = visitors.seo.get(f"{HERE}/actions").text
    assert "Call Open Clerk, by 30 November 2026. Visit of 23 November 2026." in listed
    form = visitors.seo.get(f"/escalations/{case.reference}/discussions/new")
    held = {"held_on": date(2026, 11, 23), "with": ["headteacher"], "notes": "We met."}
    nobody = {"action-1-what": "Write", "action-1-due_on": date(2026, 12, 1)}
    form = form.submit(422, **held, **nobody)
    assert [at for _, at in form.errors] == ["#action-1-officer"]
    form.submit(**{"action-1-officer": council.seo2.email})
    listed = visitors.seo.get(f"/escalations/{case.reference}/actions").text
    assert f"{council.seo2.name}, by 1 December 2026. Discussion of 23 November 2026." in listed


def test_by_the_api_a_visit_takes_its_actions(callers: Callers) -> None:
    visit = {"urn": 900001, "visited_on": "2026-11-23", "purpose": "Reading", "notes": "Seen."}
    agreed = {"what": "Call", "role": "clerk", "due_on": "2026-11-30"}
    refused = problem(callers.seo, "/visits", 422, **visit, actions=[{**agreed, "role": "cook"}])
    assert "action-1-role" in str(refused["errors"])
    assert callers.seo.get("/visits")["items"] == []
    made = callers.seo.post("/visits", **visit, actions=[agreed])
    [action] = callers.seo.get(f"{HERE}/actions")["items"]
    assert (action["source"], action["source_id"]) == ("visit", made["id"])


def reviewed(record: SchoolRecord) -> Programme:
    """Schools at a level that is reviewed weekly, at one that is not, and with none."""
    programme = Programme(record.engine, record.policy, record.council)
    for urn, level in ((900001, RiskLevel.HIGH), (900002, RiskLevel.LOW)):
        programme.level(level, urn=urn)
    for urn in (900001, 900002, 900003):
        record.urn = urn
        record.action(what=f"Call {urn}", days=10)
    record.urn = 900001
    record.action(what="Mend the fence", days=0)
    return programme


def test_the_weekly_review_is_the_list_of_open_actions(
    visitors: Visitors, record: SchoolRecord
) -> None:
    reviewed(record)
    visitors.at(record.now.replace(day=26))
    form = visitors.hos.get("/reviews/actions")
    assert "Call 900002" not in form.text
    assert all(what in form.text for what in ("Call 900001", "Call 900003", "Mend the fence"))
    form = form.submit(422, held_on=date(2026, 11, 26))
    assert form.errors == [
        ("Say how far “Mend the fence” is. It was due on 23 November 2026.", "#line-4")
    ]
    page = form.submit(**{"line-4": "The wood has come.", "line-1": ""})
    assert "The review has been recorded" in page.text
    shown = visitors.seo.get("/reviews/1")
    assert "Mend the fence The wood has come." in shown.text
    assert "Call 900001" not in shown.text
    action = shown.follow("Mend the fence")
    assert "The wood has come." in action.text
    assert "At the weekly review progress was noted" in visitors.seo.get(HERE).text


def test_a_review_shows_nobody_lines_on_what_they_do_not_see(
    visitors: Visitors, record: SchoolRecord
) -> None:
    action = record.action(by="seo2")
    form = visitors.seo2.get("/reviews/actions")
    form.submit(held_on=date(2026, 11, 23), **{f"line-{action.id}": "He is away."})
    assert "He is away." in visitors.seo.get("/reviews/1").text
    record.restrict()
    assert "He is away." not in visitors.seo.get("/reviews/1").text
    assert "He is away." in visitors.seo2.get("/reviews/1").text
    assert "Send the plan" not in visitors.seo.get("/reviews/actions").text


def test_by_the_api_a_review_has_lines_or_as_before_a_text(
    callers: Callers, record: SchoolRecord
) -> None:
    reviewed(record)
    callers.at(record.now.replace(day=26))
    review = {"kind": "action_review", "held_on": "2026-11-23"}
    callers.seo.post("/reviews", **review, summary="All actions were looked at.")
    review["held_on"] = "2026-11-25"
    refused = problem(callers.seo, "/reviews", 422, **review, lines=[])
    assert "line-4" in str(refused["errors"])
    problem(callers.seo, "/reviews", 422, **review)
    both = [{"action": 4, "said": "Soon."}, {"action": 4, "said": "Later."}]
    assert "one line" in str(problem(callers.seo, "/reviews", 422, **review, lines=both))
    unknown = [{"action": 4, "said": "Soon."}, {"action": 99, "said": "Who knows."}]
    assert "line-99" in str(problem(callers.seo, "/reviews", 422, **review, lines=unknown))
    evaluation = {**review, "kind": "evaluation", "urn": 900001, "summary": "So.", "impact": "So."}
    assert "lines" in str(problem(callers.seo, "/reviews", 422, **evaluation, lines=[]))
    assert callers.seo.get("/actions/4")["lines"] == []
    made = callers.seo.post("/reviews", **review, lines=unknown[:1])
    [line] = callers.seo.get("/actions/4")["lines"]
    assert (line["said"], line["review"]) == ("Soon.", made["id"])
    listed = callers.seo.get("/actions", weekly="true", state="open")["items"]
    assert [each["what"] for each in listed] == ["Mend the fence", "Call 900001", "Call 900003"]
