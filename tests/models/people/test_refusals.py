"""Refusals on record: each once an hour, and then counted, so that nobody fills the record."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from models.database import read, write
from models.events import Event, verify
from models.people import credentials
from models.people.events import RefusalsCounted, SignInRefused
from models.people.repeated_refusals import MOST_DIFFERENT, RefusalCount
from models.policy import Policy
from models.record.audit import SOMEBODY, record_refusal, record_refused_code
from models.record.events import AccessRefused
from models.refusals import NotAllowed
from models.upkeep.clock import tick
from tests.support.cases import Case
from tests.support.council import NOW, Council

REFUSALS = (AccessRefused.kind, SignInRefused.kind, RefusalsCounted.kind)


def on_record(engine: Engine) -> list[Event]:
    with read(engine) as session:
        assert verify(session) is None
        refused = select(Event).where(col(Event.kind).in_(REFUSALS))
        return list(session.exec(refused.order_by(col(Event.sequence))))


def refuse(council: Council, engine: Engine, what: str, now: datetime = NOW) -> None:
    with write(engine) as session:
        record_refusal(
            session, now=now, officer=council.viewer, what=what, why="Not yours.", case_id=None
        )


def test_the_same_is_one_event_and_what_comes_after_it_is_counted(
    engine: Engine, council: Council, policy: Policy
) -> None:
    for minute in range(30):
        refuse(council, engine, "GET /a", NOW + timedelta(minutes=minute))
    refuse(council, engine, "GET /b")
    assert [event.facts["address"] for event in on_record(engine)] == ["GET /a", "GET /b"]

    tick(engine, policy, NOW + timedelta(minutes=59))
    assert len(on_record(engine)) == 2
    for _ in range(2):
        tick(engine, policy, NOW + timedelta(minutes=60))
    first, _, counted = on_record(engine)
    assert counted.kind == RefusalsCounted.kind
    assert counted.actor == council.viewer.email
    assert counted.facts == {
        "event": first.sequence,
        "of": "access_refused",
        "times": 29,
        "until": (NOW + timedelta(minutes=29)).isoformat(),
        "first": first.facts,
    }
    with read(engine) as session:
        assert session.exec(select(RefusalCount)).all() == []


def test_after_the_hour_it_is_an_event_again_and_the_count_comes_first(
    engine: Engine, council: Council
) -> None:
    for hours in (0, 0, 1, 1, 2):
        refuse(council, engine, "GET /a", NOW + timedelta(hours=hours))
    assert [event.kind for event in on_record(engine)] == [
        *("access_refused", "refusals_counted"),
        *("access_refused", "refusals_counted"),
        "access_refused",
    ]


def test_other_addresses_do_not_fill_the_record_either(
    engine: Engine, council: Council, policy: Policy
) -> None:
    for number in range(MOST_DIFFERENT + 30):
        refuse(council, engine, f"GET /escalations/ESC-2026-{number:04}")
    assert len(on_record(engine)) == MOST_DIFFERENT + 1
    tick(engine, policy, NOW + timedelta(hours=1))
    counted = on_record(engine)[-1]
    assert (counted.kind, counted.facts["times"]) == ("refusals_counted", 29)


def test_each_officer_is_counted_by_themselves(engine: Engine, council: Council) -> None:
    for officer in (council.viewer, council.seo, council.viewer):
        with write(engine) as session:
            record_refusal(
                session, now=NOW, officer=officer, what="GET /a", why="No.", case_id=None
            )
    assert [event.actor for event in on_record(engine)] == [
        council.viewer.email,
        council.seo.email,
    ]


@pytest.mark.parametrize("known", [True, False])
def test_a_form_in_prefect_that_is_sent_again_and_again(
    engine: Engine, council: Council, known: bool
) -> None:
    with write(engine) as session:
        code = credentials.issue_code(session, now=NOW, officer=council.viewer) if known else "0000"
    for _ in range(3):
        with write(engine) as session:
            record_refused_code(
                session,
                now=NOW,
                code=code,
                what="Prefect: decide proposal 1",
                refusal=NotAllowed("Somebody else decides."),
            )
    [refused] = on_record(engine)
    assert refused.actor == (council.viewer.email if known else SOMEBODY)


def test_a_refusal_on_a_case_is_counted_on_its_record(case: Case) -> None:
    case.started()
    for hours in (0, 0, 1):
        with write(case.engine) as session:
            record_refusal(
                session,
                now=NOW + timedelta(hours=hours),
                officer=case.council.viewer,
                what="GET /a",
                why="No.",
                case_id=case.escalation.id,
            )
    assert case.kinds[-3:] == ["access_refused", "refusals_counted", "access_refused"]
