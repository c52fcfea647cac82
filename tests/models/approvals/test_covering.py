"""Cover for absence: who decides for whom, from when to when, and never twice."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from models.approvals import deciders
from models.approvals import shown as approvals_shown
from models.approvals.events import ProposalApproved
from models.approvals.tables import Decision, Proposal
from models.clocks import london_date
from models.database import read, write
from models.events import Event
from models.letters.tables import Letter
from models.outbox import Message
from models.people import cover as people_cover
from models.people.access import THE_MACHINE
from models.people.acting import Acting
from models.people.tables import Delegation, Officer
from models.record import timeline
from models.refusals import AlreadyDecided, InvalidInput, NotAllowed, NotFound, NotPossible
from models.rows import change
from tests.support.cases import Case
from tests.support.council import NOW, OFFICERS, Council
from tests.support.policies import POLICY

TODAY = london_date(NOW)


def give(engine: Engine, absent: Officer, cover: Officer, **values: Any) -> Delegation:
    """Cover for two weeks from today, but for what is changed."""
    now = values.pop("now", NOW)
    given = {
        "colleague": cover.email,
        "first_day": TODAY,
        "last_day": TODAY + timedelta(days=13),
        "reason": "Leave.",
    }
    with write(engine) as session:
        acting = Acting(session, POLICY, absent, now)
        return people_cover.delegate(acting, people_cover.Cover(**{**given, **values}))


def leave(engine: Engine, officer: Officer) -> None:
    """An officer leaves."""
    with write(engine) as session:
        change(session, Officer, {"id": officer.id}, active=False)


def decidable(engine: Engine, officer: Officer, today: date = TODAY) -> set[int]:
    with read(engine) as session:
        return approvals_shown.decidable(session, officer, today)


def decisions(engine: Engine, proposal: Proposal) -> list[Decision]:
    """What was decided on a proposal, stage by stage."""
    statement = select(Decision).where(Decision.proposal_id == proposal.id)
    with read(engine) as session:
        return list(session.exec(statement.order_by(col(Decision.stage))))


def test_a_colleague_decides_in_both_names(case: Case, council: Council, engine: Engine) -> None:
    case.started().climb_to("informal_governing_body")
    case.fail_step()
    proposal = case.propose("advance")
    with pytest.raises(NotAllowed, match="decided by: Head of Service"):
        case.decide(proposal, "seo2")
    give(engine, council.hos, council.seo2)
    assert proposal.id in decidable(engine, council.seo2)
    case.decide(proposal, "seo2")
    [taken] = decisions(engine, proposal)
    assert (taken.officer_id, taken.for_officer_id) == (council.seo2.id, council.hos.id)
    [approved] = [
        event
        for event in case.all(Event)
        if event.kind == ProposalApproved.kind and event.facts["proposal"] == proposal.id
    ]
    assert approved.actor == council.seo2.email
    assert approved.facts["for"] == "Harriet Osborne"
    letter = next(each for each in case.all(Letter) if each.proposal_id == proposal.id)
    assert letter.signed_by == "Sofia Eze"
    assert letter.signed_as == "for Harriet Osborne, Head of Service, Learning and Standards"
    with read(engine) as session:
        shown = approvals_shown.proposal(
            session, case.policy, THE_MACHINE, proposal.id, now=NOW
        ).decisions[0]
        told = timeline.timeline(session, case.policy, THE_MACHINE, case.reference).items
    assert shown.for_officer_name == "Harriet Osborne"
    assert any("was approved, for Harriet Osborne." in item.sentence for item in told)


def test_whoever_covers_is_told_that_something_waits(
    case: Case, council: Council, engine: Engine
) -> None:
    case.started().discuss()
    give(engine, council.hos, council.seo2)
    before = len(case.all(Message))
    case.propose("pause")
    told = {message.to_email for message in case.all(Message)[before:]}
    assert told == {council.hos.email, council.hos2.email, council.seo2.email}


def test_nobody_decides_their_own_proposal_through_cover(
    case: Case, council: Council, engine: Engine
) -> None:
    give(engine, council.hos, council.seo)
    case.started().discuss()
    proposal = case.propose("pause", by="seo")
    with pytest.raises(NotAllowed, match="You made this proposal"):
        case.decide(proposal, "seo")
    assert proposal.id not in decidable(engine, council.seo)


def test_cover_does_not_reach_what_the_absent_proposed(
    case: Case, council: Council, engine: Engine
) -> None:
    give(engine, council.hos, council.seo2)
    case.started().discuss()
    proposal = case.propose("pause", by="hos")
    with pytest.raises(NotAllowed, match="The colleague for whom you would decide"):
        case.decide(proposal, "seo2")
    assert proposal.id not in decidable(engine, council.seo2)
    give(engine, council.hos2, council.seo2)
    case.decide(proposal, "seo2")
    [taken] = decisions(engine, proposal)
    assert taken.for_officer_id == council.hos2.id


def test_nobody_signs_two_stages_in_two_names(case: Case, council: Council, engine: Engine) -> None:
    case.started().climb_to("formal_governing_body")
    case.fail_step()
    case.change("pass_over")
    case.warn(approved=False)
    [proposal] = [each for each in case.awaiting if each.action == "advance"]
    give(engine, council.dcs, council.legal)
    case.decide(proposal, "legal")
    with pytest.raises(NotAllowed, match="You decided an earlier stage"):
        case.decide(proposal, "legal")
    assert proposal.id not in decidable(engine, council.legal)
    give(engine, council.dcs, council.aed)
    case.decide(proposal, "aed")
    assert decisions(engine, proposal)[-1].for_officer_id == council.dcs.id


def test_a_stage_that_a_colleague_signed_for_somebody_counts_as_theirs(
    case: Case, council: Council, engine: Engine
) -> None:
    """Legal is covered for the first stage; who covers for Legal and the Director signs once."""
    case.started().climb_to("formal_governing_body")
    case.fail_step()
    case.change("pass_over")
    case.warn(approved=False)
    [proposal] = [each for each in case.awaiting if each.action == "advance"]
    give(engine, council.legal, council.aed)
    give(engine, council.dcs, council.aed)
    case.decide(proposal, "aed")
    with pytest.raises(NotAllowed, match="You decided an earlier stage"):
        case.decide(proposal, "aed")
    with pytest.raises(AlreadyDecided):
        case.decide(proposal, "legal")
    case.decide(proposal, "dcs")


@pytest.mark.parametrize(
    ("moment", "may"),
    [
        (datetime(2027, 3, 26, 23, 59, tzinfo=UTC), False),
        (datetime(2027, 3, 27, 0, 0, tzinfo=UTC), True),
        # The clocks go forward on 28 March 2027: midnight in London is then 23:00 UTC.
        (datetime(2027, 3, 28, 22, 59, tzinfo=UTC), True),
        (datetime(2027, 3, 28, 23, 0, tzinfo=UTC), False),
    ],
)
def test_cover_begins_and_ends_at_midnight_in_london(
    case: Case, council: Council, engine: Engine, moment: datetime, may: bool
) -> None:
    case.started().discuss()
    proposal = case.propose("withdraw")
    give(
        engine,
        council.hos,
        council.seo2,
        first_day=date(2027, 3, 27),
        last_day=date(2027, 3, 28),
    )
    case.now = moment
    assert (proposal.id in decidable(engine, council.seo2, london_date(moment))) is may
    if may:
        case.decide(proposal, "seo2")
    else:
        with pytest.raises(NotAllowed):
            case.decide(proposal, "seo2")


def test_cover_ends_when_it_is_ended_and_when_the_absent_leave(
    case: Case, council: Council, engine: Engine
) -> None:
    case.started().discuss()
    proposal = case.propose("pause")
    given = give(engine, council.hos, council.seo2)
    with write(engine) as session:
        people_cover.end_delegation(Acting(session, POLICY, council.hos, NOW), given.id)
    assert proposal.id not in decidable(engine, council.seo2)
    give(engine, council.hos, council.seo2)
    assert proposal.id in decidable(engine, council.seo2)
    leave(engine, council.hos)
    assert proposal.id not in decidable(engine, council.seo2)
    with pytest.raises(NotAllowed):
        case.decide(proposal, "seo2")
    case.decide(proposal, "hos2")


def test_an_approver_who_leaves_strands_nothing(
    case: Case, council: Council, engine: Engine
) -> None:
    case.started().discuss()
    proposal = case.propose("pause")
    leave(engine, council.hos)
    council.hos.active = False
    with pytest.raises(NotAllowed):
        case.decide(proposal, "hos")
    assert proposal.id in decidable(engine, council.hos2)
    case.decide(proposal, "hos2")


def only_own(engine: Engine, council: Council) -> None:
    pass


def heads_covered(engine: Engine, council: Council) -> None:
    give(engine, council.hos, council.seo2)


def everybody_by_one(engine: Engine, council: Council) -> None:
    for absent in (council.hos, council.aed, council.dcs, council.legal):
        give(engine, absent, council.seo)


def crosswise(engine: Engine, council: Council) -> None:
    for absent, cover in [("hos", "hos2"), ("hos2", "hos"), ("dcs", "legal"), ("legal", "dcs")]:
        give(engine, council.officers[absent], council.officers[cover])


@pytest.mark.parametrize("cover", [only_own, heads_covered, everybody_by_one, crosswise])
def test_the_list_of_what_waits_is_exactly_what_can_be_decided(
    case: Case, council: Council, engine: Engine, cover: Callable[[Engine, Council], None]
) -> None:
    """Two forms of one rule, in SQL for lists and in Python for one: they must agree."""
    case.started().climb_to("formal_governing_body")
    case.fail_step()
    case.change("pass_over")
    case.warn(approved=False)
    Case(engine, case.policy, council).started(school="academy").discuss()
    Case(engine, case.policy, council).started(by="seo", school="church")
    with read(engine) as session:
        mine = session.exec(select(Proposal).where(Proposal.state == "awaiting")).all()
    assert len(mine) >= 4
    cover(engine, council)
    for stage in (0, 1):
        for (_, officer), proposal in product(council.officers.items(), mine):
            with read(engine) as session:
                now = session.get_one(Proposal, proposal.id)
                try:
                    deciders.find_authority(session, now, officer, TODAY)
                    may = True
                except (NotAllowed, AlreadyDecided):
                    may = False
                listed = approvals_shown.decidable(session, officer, TODAY)
            assert (proposal.id in listed) is may, (officer.name, proposal.action, stage)
        [notice] = [each for each in case.awaiting if each.action == "advance"]
        if stage == 0:
            case.decide(notice, "legal")


WRONG = [
    ({"first_day": TODAY - timedelta(days=1)}, "first_day", "today or later"),
    ({"last_day": TODAY - timedelta(days=1)}, "last_day", "cannot be before"),
    ({"last_day": TODAY + timedelta(days=183)}, "last_day", "six months"),
    ({"reason": " "}, "reason", "empty"),
    ({"colleague": "viewer@fernshire.example"}, "colleague", "No officer who can decide"),
    ({"colleague": "admin@fernshire.example"}, "colleague", "No officer who can decide"),
    ({"colleague": "nobody@fernshire.example"}, "colleague", "No officer who can decide"),
    ({"colleague": "hos@fernshire.example"}, "colleague", "cannot cover for yourself"),
]


@pytest.mark.parametrize(("values", "field", "says"), WRONG)
def test_cover_that_cannot_be_is_refused_at_its_field(
    engine: Engine, council: Council, values: dict[str, Any], field: str, says: str
) -> None:
    with pytest.raises(InvalidInput, match=says) as refused:
        give(engine, council.hos, council.seo2, **values)
    assert refused.value.errors[0][0] == field
    with read(engine) as session:
        assert not session.exec(select(Delegation)).all()


@pytest.mark.parametrize("who", OFFICERS)
def test_who_can_give_cover(engine: Engine, council: Council, who: str) -> None:
    cover = council.seo2 if who != "seo2" else council.seo
    if who in ("viewer", "admin", "cht"):
        with pytest.raises(NotAllowed):
            give(engine, council.officers[who], cover)
    else:
        assert give(engine, council.officers[who], cover).to_officer_id == cover.id


def test_only_who_gave_cover_ends_it_and_only_once(engine: Engine, council: Council) -> None:
    given = give(engine, council.hos, council.seo2)

    def end(officer: Officer, number: int) -> None:
        with write(engine) as session:
            people_cover.end_delegation(Acting(session, POLICY, officer, NOW), number)

    for officer, number in [(council.hos2, given.id), (council.seo2, given.id), (council.hos, 99)]:
        with pytest.raises(NotFound):
            end(officer, number)
    end(council.hos, given.id)
    with pytest.raises(NotPossible, match="already ended"):
        end(council.hos, given.id)


def test_cover_ends_when_either_gets_another_role(
    case: Case, council: Council, engine: Engine
) -> None:
    case.started().discuss()
    proposal = case.propose("pause")
    give(engine, council.hos, council.seo2)
    with write(engine) as session:
        change(session, Officer, {"id": council.hos.id}, role="director")
    assert proposal.id not in decidable(engine, council.seo2)
    with write(engine) as session:
        change(session, Officer, {"id": council.hos.id}, role="head_of_service")
        change(session, Officer, {"id": council.seo2.id}, role="viewer")
    with read(engine) as session:
        viewer = session.get_one(Officer, council.seo2.id)
        assert approvals_shown.decidable(session, viewer, TODAY) == set()
        for state in ("awaiting", "approved"):
            listed = approvals_shown.proposals(
                session, case.policy, officer=viewer, today=TODAY, state=state
            )
            assert listed.items == []
        approvers = deciders.deciders(
            session, case.matter, "head_of_service", council.seo.id, TODAY
        )
    assert {officer.id for officer in approvers} == {council.hos.id, council.hos2.id}
