"""A restricted case shows to those who are named on it and to nobody else, wherever one looks."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from models.approvals.shown import proposals, waiting_count
from models.approvals.tables import Proposal
from models.clocks import london_date
from models.database import read, write
from models.escalations import holding
from models.escalations.events import CaseOpenedToAll, CaseRestricted
from models.escalations.shown import escalation, escalations
from models.escalations.starting import EscalationToStart, start
from models.escalations.tables import Escalation
from models.events import Event
from models.inputs import Reason
from models.matters.shown import deadlines
from models.matters.tables import NamedOfficer
from models.outbox import Message
from models.people.access import THE_MACHINE, reader
from models.people.acting import Acting
from models.people.tables import Officer, Phase
from models.policy import Policy
from models.refusals import InvalidInput, NotAllowed, NotFound, NotPossible
from models.rows import change
from models.schools.shown import school
from models.schools.tables import School
from models.settings import Settings
from models.upkeep import condition
from models.upkeep.clock import tick
from notifications.composing import Composer
from tests.support.cases import Case
from tests.support.council import NOW, OFFICERS, Council

TODAY = london_date(NOW)
# Of these, whoever is not named: all but the case officer (seo), hos, who restricts, and dcs.
OTHERS = ["hos2", "seo2", "sm", "aed", "legal", "viewer", "admin"]


def restrict(case: Case, *named: str, by: str = "hos", reason: str = "It is delicate.") -> None:
    """Restrict a case to officers by the council's names."""
    case.restrict(*named, by=by, reason=reason)


def open_to_all(case: Case, by: str = "hos") -> None:
    """End the restriction."""
    with write(case.engine) as session:
        holding.open_to_all(
            Acting(session, case.policy, case.council.officers[by], case.now),
            case.reference,
            Reason(reason="It is known now."),
        )


def seen_by(case: Case, officer: Officer) -> dict[str, Any]:
    """How much of a case each reading across cases gives to an officer."""
    eyes = reader(officer)
    with read(case.engine) as session:
        lists = {
            "cases": escalations(session, case.policy, eyes, today=TODAY).total,
            "search": escalations(
                session, case.policy, eyes, today=TODAY, query=case.reference
            ).total,
            "deadlines": deadlines(session, case.policy, eyes, today=TODAY).total,
            "schools": school(session, eyes, 900001).escalation,
            "waiting": waiting_count(session, officer, TODAY),
        }
    return {name: found for name, found in lists.items() if found}


def sees(case: Case, officer: Officer) -> bool:
    with read(case.engine) as session:
        try:
            escalation(session, case.policy, reader(officer), case.reference, today=TODAY)
        except NotFound:
            return False
    return True


def messages(case: Case) -> list[Message]:
    """All that was ever queued; reminders belong to no one case."""
    with read(case.engine) as session:
        return list(session.exec(select(Message).order_by(col(Message.id))))


def to_whom(case: Case, kind: str) -> set[str]:
    return {message.to_email for message in messages(case) if message.kind == kind}


def of_the_council(council: Council) -> list[Officer]:
    """Everybody but consultants, who see no case at all."""
    return [officer for name, officer in council.officers.items() if name != "cht"]


def test_a_restricted_case_is_in_no_list_of_others(case: Case, council: Council) -> None:
    case.started().discuss()
    case.propose("pause")
    assert all(sees(case, officer) for officer in of_the_council(council))
    restrict(case)
    for name in OTHERS:
        officer = council.officers[name]
        assert (name, seen_by(case, officer)) == (name, {})
        assert not sees(case, officer)
    for name in ("seo", "hos", "dcs"):
        found = seen_by(case, council.officers[name])
        assert (found["cases"], found["search"], found["schools"]) == (1, 1, case.reference)
        assert found["deadlines"] == 1
    assert seen_by(case, council.hos)["waiting"] == 2
    restrict(case, "legal")
    assert sees(case, council.legal)
    restrict(case)
    assert not sees(case, council.legal)
    open_to_all(case)
    assert all(sees(case, officer) for officer in of_the_council(council))
    assert not case.all(NamedOfficer)


def acts(case: Case) -> list[Callable[[str], Any]]:
    proposal = case.propose("pause")
    return [
        lambda who: case.discuss(by=who),
        lambda who: case.respond(by=who),
        lambda who: case.propose("withdraw", by=who),
        lambda who: case.warn(by=who, approved=False),
        lambda who: case.decide(proposal, who),
    ]


def test_who_does_not_see_it_does_nothing_on_it(case: Case) -> None:
    case.started().discuss()
    commands = acts(case)
    restrict(case)
    before = len(case.all(Event))
    for command in commands:
        for who in ("hos2", "seo2", "sm", "aed"):
            with pytest.raises(NotFound, match="There is no"):
                command(who)
    assert len(case.all(Event)) == before


def test_starting_another_one_tells_nothing_of_it(case: Case, council: Council) -> None:
    case.started()
    restrict(case)

    def begin(officer: Officer) -> None:
        with write(case.engine) as session:
            start(
                Acting(session, case.policy, officer, NOW),
                EscalationToStart(
                    urn=900001, triggers=["safety"], summary="A worry.", case_officer=officer.email
                ),
            )

    with pytest.raises(NotPossible, match=case.reference):
        begin(council.seo)
    with pytest.raises(NotPossible) as refused:
        begin(council.seo2)
    assert case.reference not in refused.value.message
    assert "Ask the Director of Children’s Services" in refused.value.message


def test_no_mail_of_it_goes_to_others(
    case: Case, council: Council, policy: Policy, tmp_path: Path
) -> None:
    """Neither what is queued after, nor what was queued before and not yet sent."""
    case.started().discuss()
    case.propose("pause")
    earlier = [message for message in case.all(Message) if message.kind == "alert"]
    assert council.hos2.email in {message.to_email for message in earlier}
    restrict(case)
    case.now += timedelta(days=30)
    tick(case.engine, policy, case.now)
    assert council.seo.email in to_whom(case, "reminder")
    settings = Settings(home=tmp_path, _env_file=None)
    allowed = {council.seo.email, council.hos.email, council.dcs.email}
    composed = []
    for message in messages(case):
        if message.kind == "letter":
            continue
        with read(case.engine) as session:
            mail = Composer(session, policy, settings, case.now).compose(message)
        if mail is not None and case.reference in mail.subject + mail.text:
            composed.append(message.to_email)
    assert composed
    assert set(composed) <= allowed


def test_an_administrator_counts_no_message_of_it(
    case: Case, council: Council, policy: Policy
) -> None:
    """Else a count that rises with what they do to a school tells that there is a case."""
    case.started().discuss()
    case.propose("pause")

    def waiting(officer: Officer) -> str:
        found = condition.examine(case.engine, policy, NOW, reader=reader(officer), outside=[])
        return next(each.says for each in found if each.about == "outbox")

    assert "waiting to be sent" in waiting(council.admin)
    restrict(case)
    assert waiting(council.admin) == "nothing waits to be sent"
    assert "waiting to be sent" in waiting(council.dcs)


def test_with_nobody_left_the_director_is_reminded(
    case: Case, council: Council, policy: Policy
) -> None:
    case.started().discuss()
    restrict(case)
    with write(case.engine) as session:
        for officer in (council.seo, council.hos):
            change(session, Officer, {"id": officer.id}, active=False)
    case.now += timedelta(days=30)
    tick(case.engine, policy, case.now)
    assert to_whom(case, "reminder") == {council.dcs.email}


def test_a_case_is_not_restricted_so_that_nobody_could_decide(case: Case, council: Council) -> None:
    case.started().climb_to("formal_governing_body")
    case.fail_step()
    case.issue()
    meetings = case.propose("advance", head_performance_in_question=True)
    assert meetings.approvers == ["assistant_director"]
    with pytest.raises(NotPossible, match="waits for Assistant Executive Director"):
        restrict(case)
    assert not case.matter.restricted
    restrict(case, "aed")
    case.decide(meetings, "aed")


def test_nothing_is_proposed_that_nobody_named_could_decide(case: Case, council: Council) -> None:
    case.started().climb_to("formal_governing_body")
    case.fail_step()
    case.issue()
    for waiting in case.awaiting:
        case.approve(waiting)
    restrict(case)
    with pytest.raises(NotPossible, match="Have one of them named"):
        case.propose("advance", head_performance_in_question=True)
    restrict(case, "aed")
    case.change("advance", head_performance_in_question=True)


@pytest.mark.parametrize("who", OFFICERS)
def test_who_can_restrict(case: Case, who: str) -> None:
    case.started()
    if who in ("hos", "hos2", "aed", "dcs"):
        restrict(case, by=who)
        assert case.matter.restricted
    else:
        with pytest.raises(NotAllowed):
            restrict(case, by=who)


WRONG = [
    ({"officers": ["viewer@fernshire.example"]}, "officers", "cannot work on a case"),
    ({"officers": ["nobody@fernshire.example"]}, "officers", "no officer"),
    ({"reason": ""}, "reason", "empty"),
]


@pytest.mark.parametrize(("values", "field", "says"), WRONG)
def test_a_restriction_that_cannot_be_is_refused_at_its_field(
    case: Case, values: dict[str, Any], field: str, says: str
) -> None:
    case.started()
    given = {"officers": [], "reason": "It is delicate."}
    with pytest.raises(InvalidInput, match=says) as refused, case.acting("hos") as acting:
        holding.restrict(acting, case.reference, holding.Restriction(**{**given, **values}))
    assert refused.value.errors[0][0] == field
    assert not case.matter.restricted


def test_what_is_open_cannot_be_opened(case: Case) -> None:
    case.started()
    with pytest.raises(NotPossible, match="not restricted"):
        open_to_all(case)


def test_who_restricted_it_and_why_is_on_record(case: Case) -> None:
    case.started()
    restrict(case, "legal")
    open_to_all(case)
    restricted, opened = case.all(Event)[-2:]
    assert restricted.kind == CaseRestricted.kind
    assert restricted.facts["officers"] == ["hos@fernshire.example", "legal@fernshire.example"]
    assert restricted.facts["reason"] == "It is delicate."
    assert (opened.kind, opened.actor) == (CaseOpenedToAll.kind, "hos@fernshire.example")


# --- the case officer


def hand_over(case: Case, to: str, by: str = "hos", reason: str = "She moved on.") -> None:
    with write(case.engine) as session:
        holding.change_case_officer(
            Acting(session, case.policy, case.council.officers[by], case.now),
            case.reference,
            holding.NewCaseOfficer(case_officer=case.council.officers[to].email, reason=reason),
        )


def test_a_case_gets_another_case_officer(
    case: Case, council: Council, policy: Policy, tmp_path: Path
) -> None:
    case.started().discuss()
    hand_over(case, "seo2")
    assert case.matter.officer_id == council.seo2.id
    told = [m for m in case.all(Message) if m.data.get("what") == "case_officer_changed"]
    assert {message.to_email for message in told} == {council.seo.email, council.seo2.email}
    with read(case.engine) as session:
        settings = Settings(home=tmp_path, _env_file=None)
        mail = Composer(session, policy, settings, case.now).compose(told[0])
    assert mail is not None
    assert mail.subject == f"{case.reference}: Sofia Eze is now the case officer"
    case.now += timedelta(days=21)
    tick(case.engine, policy, case.now)
    assert council.seo2.email in to_whom(case, "reminder")
    assert council.seo.email not in to_whom(case, "reminder")


def test_of_a_restricted_case_the_one_before_sees_nothing_any_more(
    case: Case, council: Council
) -> None:
    case.started()
    restrict(case)
    hand_over(case, "seo2")
    assert sees(case, council.seo2)
    assert not sees(case, council.seo)


@pytest.mark.parametrize("to", ["viewer", "admin", "legal", "seo"])
def test_not_everybody_can_hold_a_case(case: Case, to: str) -> None:
    case.started()
    with pytest.raises(InvalidInput) as refused:
        hand_over(case, to)
    assert refused.value.errors[0][0] == "case_officer"


# --- phases


PHASES = {
    "Nursery": {"primary"},
    "Primary": {"primary"},
    "Middle deemed primary": {"primary"},
    "Secondary": {"secondary"},
    "Middle deemed secondary": {"secondary"},
    "16 plus": {"secondary"},
    "All-through": {"primary", "secondary"},
    "Not applicable": {"primary", "secondary"},
}


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("manager", [None, *Phase])
def test_a_service_manager_sees_their_phase(
    case: Case, council: Council, engine: Engine, phase: str, manager: Phase | None
) -> None:
    case.started()
    with write(engine) as session:
        change(session, School, {"urn": 900001}, phase=phase)
        change(session, Officer, {"id": council.sm.id}, phase=manager)
    council.sm.phase = manager
    theirs = manager is None or manager.value in PHASES[phase]
    assert sees(case, council.sm) is theirs
    if not theirs:
        with pytest.raises(NotFound):
            case.discuss(by="sm")
        hand_over(case, "sm")
        assert sees(case, council.sm), "the case officer sees their case whatever its phase"


def test_a_service_manager_starts_nothing_in_the_other_phase(
    case: Case, council: Council, engine: Engine
) -> None:
    council.sm.phase = Phase.SECONDARY
    with pytest.raises(NotAllowed, match="other phase"):
        case.started(by="sm")
    with read(engine) as session:
        assert not session.exec(select(Escalation)).all()
        assert not session.exec(select(Proposal)).all()


def test_of_the_other_phase_a_service_manager_learns_nothing_by_starting(
    case: Case, council: Council, engine: Engine
) -> None:
    council.sm.phase = Phase.SECONDARY
    refused = []
    for _ in range(2):
        with pytest.raises(NotAllowed) as refusal:
            Case(engine, case.policy, council).started(by="sm")
        refused.append(refusal.value.message)
        if not case.reference:
            case.started()
            restrict(case)
    assert refused[0] == refused[1]


def test_the_machine_sees_every_case(case: Case, engine: Engine, policy: Policy) -> None:
    case.started()
    restrict(case)
    with read(engine) as session:
        found = escalations(session, policy, THE_MACHINE, today=TODAY)
    assert [each.reference for each in found.items] == [case.reference]


def test_in_lists_it_is_an_outline_for_everybody(
    case: Case, council: Council, engine: Engine, policy: Policy
) -> None:
    """Whoever reads it whole opens it, and that is on record."""
    case.started().discuss()
    case.propose("pause", reason="The head is ill.")
    restrict(case)
    with read(engine) as session:
        for officer in (council.dcs, council.hos, council.seo):
            [listed] = escalations(session, policy, reader(officer), today=TODAY).items
            assert (listed.outline, listed.summary, listed.triggers) == (True, "", [])
        waiting = proposals(session, policy, officer=council.hos, today=TODAY).items
        whole = escalation(session, policy, reader(council.hos), case.reference, today=TODAY)
    assert {each.reason for each in waiting} == {""}
    assert whole.summary == "Attainment has fallen for three years."
