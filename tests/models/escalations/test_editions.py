"""A case goes by the edition of the policy it was opened under, whatever the policy says since."""

from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from models.clocks import add_working_days, london_date
from models.dashboard.shown import dashboard
from models.database import read, write
from models.escalations.shown import Escalation, escalation, escalations
from models.letters.tables import Letter
from models.matters.tables import Reminder, ReminderKind
from models.people.access import THE_MACHINE
from models.policy import Policy, editions
from models.policy.tables import PolicyEdition
from models.record import timeline
from models.record.verifying import examine
from models.refusals import NotPossible
from models.upkeep.clock import tick
from tests.support.cases import Case
from tests.support.policies import ADDED, LONGER, council_policy


@pytest.fixture
def longer(tmp_path: Path) -> Policy:
    """A later policy: one step more, other timings, another approver, another name."""
    return council_policy(tmp_path / "longer", *LONGER)


def shown(case: Case) -> Escalation:
    with read(case.engine) as session:
        today = london_date(case.now)
        return escalation(session, case.policy, THE_MACHINE, case.reference, today=today)


def under(case: Case, policy: Policy) -> Case:
    """The same case, with this policy in force."""
    return replace(case, policy=policy)


def test_a_council_adds_a_step_and_walks_through_it(case: Case, longer: Policy) -> None:
    case = under(case, longer).started().climb_to("action_plan")
    here = shown(case)
    assert [step.number for step in here.steps] == ["i", "ii", "iii", "iv", "iva", "v", "vi", "vii"]
    assert (here.step.title, here.step.kind) == ("Formal request for an action plan", "letter")
    case.issue()
    assert case.due_on == add_working_days(london_date(case.now), 7)
    assert case.all(Letter)[-1].signed_as == "Assistant Executive Director"
    case.climb_to("intervention")
    assert case.states["action_plan"] == "unsatisfactory"
    with read(case.engine) as session:
        told = timeline.timeline(session, longer, THE_MACHINE, case.reference, per_page=200).items
        assert "A proposal was made to move to step iva (formal request for an action plan)." in {
            each.sentence for each in told
        }
        assert examine(session).intact


def test_a_school_with_an_added_step_becomes_an_academy(case: Case, longer: Policy) -> None:
    case = under(case, longer).started().climb_to("action_plan")
    case.change("convert")
    assert (case.escalation.ladder, case.escalation.step_key) == (
        "academy",
        "formal_governing_body",
    )
    assert case.states["action_plan"] == "fallen_away"
    assert "action_plan" in {step.key for step in shown(case).fallen_away}


def test_steps_of_academies_before_the_one_gone_on_at_are_passed_over(
    case: Case, tmp_path: Path
) -> None:
    head = '[[steps]]\nkey = "formal_headteacher"'
    policy = council_policy(tmp_path / "own", ("academy.toml", head, ADDED + head))
    case = under(case, policy).started().climb_to("formal_governing_body")
    case.fail_step()
    case.change("convert")
    assert case.states["action_plan"] == "passed_over"
    assert case.propose("advance").step_key == "secretary_of_state"


def test_a_change_of_the_policy_touches_new_cases_alone(case: Case, longer: Policy) -> None:
    old = case.started().climb_to("formal_headteacher")
    old.issue()
    old.respond("unsatisfactory")
    old = under(old, longer)
    new = under(case, longer).started(school="church").climb_to("formal_headteacher")
    new.issue()
    new.respond("unsatisfactory")

    for each, days, title, keys in (
        (old, 15, "Formal letter to the governing body", 7),
        (new, 4, "Letter to all governors", 8),
    ):
        each.change("advance")
        each.issue()
        assert each.due_on == add_working_days(london_date(each.now), days)
        here = shown(each)
        assert (here.step.title, len(here.steps)) == (title, keys)
    assert old.propose("pause").approvers == ["head_of_service"]
    assert new.propose("pause").approvers == ["director"]
    assert (shown(old).policy[-4:], shown(new).policy[-4:]) == ("2026", "2027")
    assert shown(old).edition != shown(new).edition


def test_deadlines_are_chased_by_the_edition_of_their_case(case: Case, longer: Policy) -> None:
    old = case.started().climb_to("formal_headteacher")
    new = under(case, longer).started(school="church").climb_to("formal_headteacher")
    for each in (old, new):
        each.issue()
    late = add_working_days(old.due_on, 6)
    tick(case.engine, longer, datetime.combine(late, time(9, 30), UTC))
    for each, every in ((old, 5), (new, 2)):
        mine = [row for row in each.all(Reminder) if row.deadline_id == each.deadline.id]
        chasers = [row.due_at for row in mine if row.kind is ReminderKind.OVERDUE]
        assert [london_date(due_at) for due_at in chasers] == [
            add_working_days(each.due_on, every),
            add_working_days(each.due_on, 6 // every * every + every),
        ]
    with read(case.engine) as session:
        told = {
            (event.actor, tuple(event.data["to"]), event.data["kind"])
            for each in (old, new)
            for event in timeline.events_of(
                session, THE_MACHINE, each.reference, per_page=200
            ).items
            if event.kind == "reminder_queued" and event.data["kind"] == "overdue"
        }
    directors, heads = case.council.dcs.email, case.council.hos.email
    assert {people for _, people, _ in told} == {
        (case.council.seo.email, heads),
        (case.council.seo.email, directors),
    }


def test_who_writes_and_to_which_address_is_todays(case: Case, longer: Policy) -> None:
    case.started(school="academy")
    with read(case.engine) as session:
        by = editions.policy_of(session, longer, case.escalation)
    assert by.letterhead.telephone == "01632 960 999"
    assert by.bodies["ofsted"].email == "new@ofsted.example"
    assert (by.edition, by.approvers) == ("2026", case.policy.approvers)


def test_lists_know_the_steps_of_every_edition(case: Case, longer: Policy, policy: Policy) -> None:
    """The council goes back to fewer steps while a case stands at one that is gone."""
    under(case, longer).started().climb_to("action_plan").issue()
    case = under(case, policy)
    today = london_date(case.now)
    with read(case.engine) as session:
        at = escalations(session, policy, THE_MACHINE, today=today, step="action_plan").items
        figures = dashboard(session, policy, THE_MACHINE, today=today, programme=False)
    assert [found.step.title for found in at] == ["Formal request for an action plan"]
    assert [(each.step, each.title, each.total) for each in figures.escalations] == [
        ("action_plan", "Formal request for an action plan", 1)
    ]
    tick(case.engine, policy, datetime(2027, 1, 20, 9, 30, tzinfo=UTC))
    reminders = [message for message in case.messages if message.kind == "reminder"]
    assert reminders


def test_an_edition_is_kept_once_and_whole(case: Case, longer: Policy) -> None:
    case.started()
    replace(case).started(school="church")
    under(case, longer).started(school="academy")
    with read(case.engine) as session:
        kept = session.exec(select(PolicyEdition).order_by(PolicyEdition.id)).all()
    assert [each.title[-4:] for each in kept] == ["2026", "2027"]
    for word in ("01632 960 999", "action_plan", "High risk, high support", "Autumn"):
        assert word in kept[1].content


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (
            "UPDATE policy_edition SET content = replace(content, '\"director\"', '\"legal\"')",
            "was changed in the database",
        ),
        ("DELETE FROM policy_edition", "is gone from the database"),
    ],
)
def test_an_edition_that_was_tampered_with_is_refused_and_found(
    case: Case, tmp_path: Path, statement: str, why: str
) -> None:
    title = ("policy.toml", 'edition = "2026"', f'edition = "{why}"')  # read by no test before
    case = under(case, council_policy(tmp_path / "own", title))
    with write(case.engine) as session:
        session.connection().execute(text("DELETE FROM policy_edition"))
    case.started()
    with write(case.engine) as session:
        assert session.connection().execute(text(statement)).rowcount == 1
    with pytest.raises(NotPossible, match=why):
        case.discuss("headteacher")
    with pytest.raises(NotPossible, match="scc verify" if "changed" in why else "backup"):
        shown(case)
    with read(case.engine) as session:
        found = examine(session)
    assert [each.row.split(":")[0] for each in found.differences] == ["policy_edition"]


def test_another_edition_given_to_a_case_is_found(case: Case, longer: Policy) -> None:
    case.started()
    under(case, longer).started(school="church")
    with write(case.engine) as session:
        session.connection().execute(
            text("UPDATE escalation SET edition = (SELECT max(sha256) FROM policy_edition)")
        )
    with read(case.engine) as session:
        [difference] = examine(session).differences
    assert "the edition of an escalation differs" in difference.sentence
