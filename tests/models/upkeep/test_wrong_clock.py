"""A machine's clock that was a day ahead, and was put right: nothing stands still for that day.

Each test does something at `WRONG`, and looks at `NOW` how it goes on.
"""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from models import work
from models.database import read, write
from models.level_letters.opening import open_due_batches
from models.outbox import MessageKind
from models.people import credentials, identity, own_secrets, passwords
from models.people.tables import Credential, SignIn, SignInFailure
from models.refusals import InvalidInput, NotProven
from models.rows import change
from models.upkeep.clock import goes_round, last_pass, stamp, tick
from models.work import BulkKind
from tests.support.cases import Case
from tests.support.council import NOW, Council
from tests.support.level_letters import changed

WRONG = NOW + timedelta(days=1)
MINUTES = timedelta(minutes=3)


def test_a_pass_from_the_future_is_none_and_the_next_one_puts_it_right(engine: Engine) -> None:
    stamp(engine, WRONG)
    assert not goes_round(engine, NOW, MINUTES)
    stamp(engine, NOW)
    assert last_pass(engine) == NOW
    assert goes_round(engine, NOW, MINUTES)
    assert not goes_round(engine, NOW + MINUTES, MINUTES)


def test_clocks_of_two_machines_need_not_agree_to_the_second(engine: Engine) -> None:
    stamp(engine, NOW + timedelta(seconds=50))
    assert goes_round(engine, NOW, MINUTES)


def test_no_digest_is_left_out_and_none_comes_twice(case: Case) -> None:
    case.started().discuss()
    seo = case.council.seo.email

    def digests() -> int:
        return sum(
            each.kind is MessageKind.DIGEST and each.to_email == seo for each in case.messages
        )

    due = NOW + timedelta(days=10)  # what is due is on everybody's digest by then
    wrong = due + timedelta(days=1)
    tick(case.engine, case.policy, wrong)
    assert digests() == 1
    tick(case.engine, case.policy, due)
    assert digests() == 2
    tick(case.engine, case.policy, due)
    tick(case.engine, case.policy, wrong)
    assert digests() == 2


def test_changed_levels_are_collected_today_all_the_same(engine: Engine, council: Council) -> None:
    changed(engine, 900001, "low", before="medium")
    assert open_due_batches(engine, WRONG) == 1
    changed(engine, 900002, "low", before="medium")
    assert open_due_batches(engine, NOW) == 1
    assert open_due_batches(engine, NOW) == 0


def test_a_job_that_was_taken_then_is_free_now(engine: Engine) -> None:
    with write(engine) as session:
        job = work.enqueue(session, WRONG, BulkKind.PREPARE_LETTERS, 1)
    lost = work.take(engine, job, lambda: WRONG)
    assert lost is not None

    assert work.held_jobs(engine, NOW) == set()
    hold = work.take(engine, job, lambda: NOW)
    assert hold is not None
    assert work.held_jobs(engine, NOW) == {job}
    with pytest.raises(work.HoldLost):
        lost.report(1, 2)


# Signing in --------------------------------------------------------------------------------


def begun(engine: Engine, council: Council, now: object = NOW) -> str:
    with write(engine) as session:
        return identity.sign_in(session, now=now, officer=council.seo)


def is_in(engine: Engine, secret: str, now: object) -> bool:
    return identity.visitor(engine, now=now, secret=secret) is not None


def test_a_session_that_was_begun_then_is_none_and_does_not_come_back(
    engine: Engine, council: Council
) -> None:
    secret = begun(engine, council, WRONG)
    assert is_in(engine, secret, WRONG)
    assert not is_in(engine, secret, NOW)
    assert is_in(engine, begun(engine, council), NOW)
    assert not is_in(engine, secret, WRONG)


def test_nobody_stays_signed_in_because_they_were_seen_then(
    engine: Engine, council: Council
) -> None:
    secret = begun(engine, council)
    with write(engine) as session:
        change(session, SignIn, {"officer_id": council.seo.id}, last_seen_at=WRONG)
    assert not is_in(engine, secret, NOW + timedelta(minutes=31))


def test_a_proof_that_was_given_then_proves_nothing_now(engine: Engine, council: Council) -> None:
    begun(engine, council)
    with write(engine) as session:
        change(session, SignIn, {"officer_id": council.seo.id}, proven_at=WRONG)
        sign_in_id = session.exec(select(SignIn.id)).one()
        with pytest.raises(NotProven):
            own_secrets.new_code(session, now=NOW, officer=council.seo, sign_in_id=sign_in_id)


def test_failures_of_then_lock_nobody_out(engine: Engine, council: Council) -> None:
    with write(engine) as session:
        for _ in range(passwords.TRIES_OF_ACCOUNT):
            passwords.add(
                session,
                SignInFailure,
                account=passwords.digest(council.seo.email),
                address="192.0.2.1",
                at=WRONG,
            )
    with pytest.raises(InvalidInput):  # and not TooManyTries
        passwords.sign_in(
            engine, now=NOW, email=council.seo.email, password="wrong", address="192.0.2.1"
        )
    with read(engine) as session:
        assert list(session.exec(select(SignInFailure.at))) == [NOW]


def test_the_use_of_a_token_is_noted_all_the_same(engine: Engine, council: Council) -> None:
    with write(engine) as session:
        token = credentials.issue_token(session, now=NOW, officer=council.seo)
    identity.caller(engine, now=WRONG, token=token)
    identity.caller(engine, now=NOW, token=token)
    with read(engine) as session:
        assert session.exec(select(Credential.last_used_at)).one() == NOW
