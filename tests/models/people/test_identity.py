"""Officers' sessions, tokens, codes and links, and who may change whose account."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from models.database import read, write
from models.events import Event, verify
from models.inputs import Reason
from models.people import credentials as people_credentials
from models.people import identity, officers, own_secrets
from models.people.acting import Acting
from models.people.events import (
    CredentialRevoked,
    OfficerChanged,
    OfficerSignedIn,
    OfficerSignedOut,
)
from models.people.tables import (
    Credential,
    CredentialKind,
    Officer,
    Role,
    SignIn,
    SignInWay,
    digest,
)
from models.refusals import (
    InvalidInput,
    NotAllowed,
    NotFound,
    NotIdentified,
    NotPossible,
    NotProven,
    Refused,
)
from tests.support.council import NOW, Council
from tests.support.policies import POLICY

MINUTE = timedelta(minutes=1)


def sign_in(engine: Engine, officer: Officer, now: datetime = NOW) -> str:
    with write(engine) as session:
        return identity.sign_in(session, now=now, officer=officer)


def is_in(engine: Engine, secret: str, now: datetime = NOW) -> bool:
    return identity.visitor(engine, now=now, secret=secret) is not None


def kinds(engine: Engine) -> list[str]:
    with read(engine) as session:
        return list(session.exec(select(Event.kind).order_by(col(Event.sequence))))


def do(engine: Engine, command: Callable[..., Any], **arguments: Any) -> Any:
    with write(engine) as session:
        return command(session, now=arguments.pop("now", NOW), **arguments)


def officer_of(engine: Engine, officer: Officer) -> Officer:
    with read(engine) as session:
        return session.get_one(Officer, officer.id)


# Sessions ----------------------------------------------------------------------------------


@pytest.mark.parametrize("gap", [7, 29, 30, 31, 60])
def test_a_session_lasts_while_it_is_used_and_twelve_hours_at_most(
    engine: Engine, council: Council, gap: int
) -> None:
    secret = sign_in(engine, council.seo)
    ends = 12 * 60 if gap < 30 else gap
    for minutes in range(gap, 13 * 60, gap):
        assert is_in(engine, secret, NOW + minutes * MINUTE) is (minutes < ends), minutes


def test_neither_time_runs_differently_when_the_clocks_change(
    engine: Engine, council: Council
) -> None:
    before = datetime(2026, 10, 25, 0, 50, tzinfo=UTC)  # 1:50 in London, and soon 1:20 again
    secret = sign_in(engine, council.seo, before)
    assert is_in(engine, secret, before + 29 * MINUTE)
    assert not is_in(engine, secret, before + 60 * MINUTE)
    secret = sign_in(engine, council.seo, before)
    for minutes in range(0, 12 * 60, 15):
        assert is_in(engine, secret, before + minutes * MINUTE)
    assert not is_in(engine, secret, before + timedelta(hours=12))


def test_that_a_browser_was_seen_is_written_once_a_minute(engine: Engine, council: Council) -> None:
    secret = sign_in(engine, council.seo)
    seen = []
    for seconds in (0, 59, 60, 61, 119, 120):
        is_in(engine, secret, NOW + timedelta(seconds=seconds))
        with read(engine) as session:
            last = session.exec(select(SignIn.last_seen_at)).one()
        seen.append((last - NOW).total_seconds())
    assert seen == [0, 0, 60, 60, 60, 120]


def test_every_sign_in_has_a_secret_of_its_own_kept_as_a_hash(
    engine: Engine, council: Council
) -> None:
    secrets = {sign_in(engine, council.seo) for _ in range(3)}
    assert len(secrets) == 3
    with read(engine) as session:
        assert set(session.exec(select(SignIn.digest))) == {digest(secret) for secret in secrets}


def test_signing_out_ends_one_session_and_everywhere_all(engine: Engine, council: Council) -> None:
    here, there, away = (sign_in(engine, council.seo) for _ in range(3))
    others = sign_in(engine, council.hos)
    do(engine, identity.sign_out, secret=here)
    assert [is_in(engine, secret) for secret in (here, there, away)] == [False, True, True]
    do(engine, identity.sign_out_everywhere, officer=council.seo)
    assert not any(is_in(engine, secret) for secret in (here, there, away))
    assert is_in(engine, others)
    assert kinds(engine)[-2:] == [OfficerSignedOut.kind] * 2


def test_signing_out_everywhere_ends_every_secret_but_what_is_to_stay(
    engine: Engine, council: Council
) -> None:
    for ends, stay in (({CredentialKind.TOKEN}, ["calendar", "code"]), (None, [])):
        do(engine, people_credentials.issue_token, officer=council.seo)
        do(engine, people_credentials.issue_code, officer=council.seo)
        do(engine, people_credentials.issue_calendar, officer=council.seo)
        told = {} if ends is None else {"ends": ends}
        do(engine, identity.sign_out_everywhere, officer=council.seo, **told)
        with read(engine) as session:
            left = people_credentials.secrets(session, NOW, council.seo.id)
        assert sorted(secret.kind for secret in left) == stay


def own(engine: Engine, officer: Officer, secret: str, now: datetime) -> list[str]:
    """Which secrets an officer gets in a session, by their kind."""
    with read(engine) as session:
        found = identity.signed_in(session, now=now, secret=secret)
    told = {"now": now, "officer": officer, "sign_in_id": found[0].id if found else 0}
    given = []
    for make, more in (
        (own_secrets.new_token, {"label": "x"}),
        (own_secrets.new_code, {}),
        (own_secrets.new_calendar, {}),
    ):
        try:
            with write(engine) as session:
                make(session, **told, **more)  # type: ignore[operator]
            given.append(make.__name__)
        except NotProven:
            continue
    return given


ALL = ["new_token", "new_code", "new_calendar"]


def test_a_secret_is_given_to_whoever_proved_within_ten_minutes_who_they_are(
    engine: Engine, council: Council
) -> None:
    secret = sign_in(engine, council.seo)
    assert own(engine, council.seo, secret, NOW + 9 * MINUTE) == ALL
    assert own(engine, council.seo, secret, NOW + 10 * MINUTE) == []
    assert own(engine, council.hos, secret, NOW) == []  # the session is another's
    assert own(engine, council.seo, "made-up", NOW) == []
    do(engine, identity.sign_out, secret=secret)
    assert own(engine, council.seo, secret, NOW) == []


def test_of_a_council_account_it_counts_when_the_provider_asked(
    engine: Engine, council: Council
) -> None:
    for asked, gets in ((None, []), (NOW - 11 * MINUTE, []), (NOW - 9 * MINUTE, ALL)):
        with write(engine) as session:
            secret = identity.sign_in(
                session, now=NOW, officer=council.seo, way=SignInWay.COUNCIL, auth_time=asked
            )
        assert own(engine, council.seo, secret, NOW) == gets


def test_ones_own_session_can_be_ended_and_anybodys_by_an_administrator(
    engine: Engine, council: Council
) -> None:
    secrets = [sign_in(engine, council.seo) for _ in range(2)]
    with read(engine) as session:
        first, second = (found.id for found in identity.sign_ins(session, NOW, council.seo.id))
    for nobody in (0, -1, 10**12, second + 100):
        with pytest.raises(NotFound):
            do(engine, identity.end_sign_in, officer=council.admin, sign_in_id=nobody)
    with pytest.raises(NotFound):
        do(engine, identity.end_sign_in, officer=council.dcs, sign_in_id=first)
    assert all(is_in(engine, secret) for secret in secrets)
    do(engine, identity.end_sign_in, officer=council.seo, sign_in_id=first)
    do(engine, identity.end_sign_in, officer=council.admin, sign_in_id=second)
    do(engine, identity.end_sign_in, officer=council.admin, sign_in_id=second)
    assert not any(is_in(engine, secret) for secret in secrets)
    assert kinds(engine).count(OfficerSignedOut.kind) == 2


def test_sessions_that_ended_long_ago_are_forgotten(engine: Engine, council: Council) -> None:
    sign_in(engine, council.seo)
    sign_in(engine, council.hos, NOW + timedelta(days=32))
    with read(engine) as session:
        assert session.exec(select(SignIn.officer_id)).all() == [council.hos.id]


# Tokens, codes, links ----------------------------------------------------------------------


def test_a_token_works_for_ninety_days_unless_told_otherwise(
    engine: Engine, council: Council
) -> None:
    usual = do(engine, people_credentials.issue_token, officer=council.seo)
    short = do(engine, people_credentials.issue_token, officer=council.seo, lasts=timedelta(days=7))
    for token, days in ((usual, 90), (short, 7)):
        ends = NOW + timedelta(days=days)
        assert identity.caller(engine, now=ends - MINUTE, token=token)[1].id == council.seo.id
        with pytest.raises(NotIdentified) as expired:
            identity.caller(engine, now=ends, token=token)
        with pytest.raises(NotIdentified) as unknown:
            identity.caller(engine, now=ends, token="made up")
        assert expired.value.message == unknown.value.message


def test_that_a_token_was_used_is_written_once_an_hour(engine: Engine, council: Council) -> None:
    token = do(engine, people_credentials.issue_token, officer=council.seo, label="Weekly report")
    seen = []
    for minutes in (5, 64, 65, 66):
        identity.caller(engine, now=NOW + minutes * MINUTE, token=token)
        with read(engine) as session:
            [kept] = people_credentials.tokens(session, NOW, council.seo.id)
        assert kept.last_used_at is not None
        seen.append((kept.last_used_at - NOW) // MINUTE)
    assert seen == [5, 5, 65, 65]
    assert kept.label == "Weekly report"
    assert kept.digest == digest(token)


def test_a_revoked_token_works_no_more(engine: Engine, council: Council) -> None:
    token = do(engine, people_credentials.issue_token, officer=council.seo)
    with read(engine) as session:
        [kept] = people_credentials.tokens(session, NOW, council.seo.id)
    with pytest.raises(NotFound):
        do(engine, people_credentials.revoke_credential, officer=council.hos, credential_id=kept.id)
    do(engine, people_credentials.revoke_credential, officer=council.seo, credential_id=kept.id)
    do(engine, people_credentials.revoke_credential, officer=council.admin, credential_id=kept.id)
    with pytest.raises(NotIdentified):
        identity.caller(engine, now=NOW, token=token)
    assert kinds(engine).count(CredentialRevoked.kind) == 1


def test_a_label_is_one_line(engine: Engine, council: Council) -> None:
    for label in ("two\nlines", "x" * 101, "\ud800"):
        with pytest.raises(InvalidInput):
            do(engine, people_credentials.issue_token, officer=council.seo, label=label)


def test_a_link_works_once_for_72_hours_and_is_the_only_one(
    engine: Engine, council: Council
) -> None:
    first = do(engine, people_credentials.issue_invitation, officer=council.seo, by="somebody")
    second = do(engine, people_credentials.issue_invitation, officer=council.seo, by="somebody")
    ends = NOW + timedelta(hours=72)

    def works(secret: str, now: datetime = NOW) -> bool:
        with read(engine) as session:
            try:
                return (
                    people_credentials.invited(session, digest(secret), now=now)[1].id
                    == council.seo.id
                )
            except NotIdentified:
                return False

    assert [works(first), works(second)] == [False, True]
    assert [works(second, ends - MINUTE), works(second, ends)] == [True, False]
    do(
        engine,
        lambda session, now: people_credentials.use_invitation(session, digest(second), now=now),
    )
    assert not works(second)
    for not_a_link in (do(engine, people_credentials.issue_token, officer=council.seo), ""):
        assert not works(not_a_link)


def test_of_two_who_use_a_link_at_once_one_wins(engine: Engine, council: Council) -> None:
    mark = digest(
        do(engine, people_credentials.issue_invitation, officer=council.seo, by="somebody")
    )

    def use(_: int) -> bool:
        try:
            with write(engine) as session:
                people_credentials.use_invitation(session, mark, now=NOW)
        except NotIdentified:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(use, range(4))) == 1


# Officers ----------------------------------------------------------------------------------


def change(engine: Engine, by: Officer, officer: Officer, **changed: Any) -> Officer:
    told = {"name": officer.name, "role": officer.role, "phase": officer.phase, **changed}
    with write(engine) as session:
        acting = Acting(session, POLICY, by, NOW)
        given = officers.OfficerDetails(**told)
        return officers.change_officer(acting, officer.email, given)


def disable(engine: Engine, by: Officer, officer: Officer) -> Officer:
    with write(engine) as session:
        acting = Acting(session, POLICY, by, NOW)
        return officers.disable_officer(
            acting, officer.email, Reason(reason="Has left the council")
        )


def enable(engine: Engine, by: Officer, email: str) -> Officer:
    with write(engine) as session:
        return officers.enable_officer(Acting(session, POLICY, by, NOW), email)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_manage_officers(engine: Engine, council: Council, role: Role) -> None:
    by = next(officer for officer in council.officers.values() if officer.role is role)
    before = kinds(engine)
    email = council.seo2.email
    for command in (
        lambda: change(engine, by, council.seo2, role="director"),
        lambda: disable(engine, by, council.seo2),
        lambda: enable(engine, by, email),
    ):
        with pytest.raises(NotAllowed):
            command()
    assert kinds(engine) == before
    assert officer_of(engine, council.seo2) == council.seo2


def test_a_new_role_ends_the_sessions_and_a_new_name_does_not(
    engine: Engine, council: Council
) -> None:
    secret = sign_in(engine, council.sm)
    changed = change(engine, council.admin, council.sm, name="Simon Marsh-Lee", phase="primary")
    assert (changed.name, changed.phase) == ("Simon Marsh-Lee", "primary")
    assert is_in(engine, secret)
    changed = change(engine, council.admin, changed, role="officer", phase=None)
    assert (changed.role, changed.phase) == (Role.OFFICER, None)
    assert not is_in(engine, secret)
    before = kinds(engine)
    assert change(engine, council.admin, changed) == changed
    assert kinds(engine) == before
    assert before.count(OfficerChanged.kind) == 2


def test_a_wrong_change_names_the_fields_and_changes_nothing(
    engine: Engine, council: Council
) -> None:
    with pytest.raises(InvalidInput) as refused:
        change(engine, council.admin, council.seo, name="", role="king", phase="tertiary")
    assert [field for field, _ in refused.value.errors] == ["name", "role", "phase"]
    nobody = Officer(
        email="nobody@fernshire.example", name="Nobody", role=Role.VIEWER, created_at=NOW
    )
    with pytest.raises(NotFound):
        change(engine, council.admin, nobody)
    assert officer_of(engine, council.seo) == council.seo


def test_whoever_is_disabled_gets_in_nowhere(engine: Engine, council: Council) -> None:
    secret = sign_in(engine, council.seo)
    token = do(engine, people_credentials.issue_token, officer=council.seo)
    code = do(engine, people_credentials.issue_code, officer=council.seo)
    link = do(engine, people_credentials.issue_invitation, officer=council.seo, by="somebody")

    def ways(session: Session) -> list[Callable[[], object]]:
        return [
            lambda: people_credentials.officer_by_token(session, token, now=NOW),
            lambda: people_credentials.officer_by_code(session, code),
            lambda: people_credentials.invited(session, digest(link), now=NOW),
        ]

    def nobody_gets_in() -> None:
        assert not is_in(engine, secret)
        with read(engine) as session:
            for way in ways(session):
                with pytest.raises(NotIdentified):
                    way()

    assert not disable(engine, council.admin, council.seo).active
    nobody_gets_in()
    with pytest.raises(NotPossible):
        disable(engine, council.admin, council.seo)
    gone = officer_of(engine, council.seo)
    with pytest.raises(NotPossible):
        do(engine, people_credentials.issue_invitation, officer=gone, by="somebody")
    back = enable(engine, council.admin, council.seo.email)
    assert back.active
    nobody_gets_in()
    with pytest.raises(NotPossible):
        enable(engine, council.admin, council.seo.email)
    assert is_in(engine, sign_in(engine, back))


def test_the_last_administrator_stays(engine: Engine, council: Council) -> None:
    for attempt in (
        lambda: disable(engine, council.admin, council.admin),
        lambda: change(engine, council.admin, council.admin, role="viewer"),
    ):
        with pytest.raises(NotPossible, match="last administrator"):
            attempt()
    second = change(engine, council.admin, council.viewer, role="administrator")
    disable(engine, second, council.admin)
    with pytest.raises(NotPossible, match="last administrator"):
        disable(engine, second, second)


def test_two_administrators_cannot_disable_each_other(engine: Engine, council: Council) -> None:
    second = change(engine, council.admin, council.viewer, role="administrator")

    def attempt(pair: tuple[Officer, Officer]) -> bool:
        try:
            return not disable(engine, *pair).active
        except Refused:
            return False

    with ThreadPoolExecutor(2) as pool:
        pairs = [(council.admin, second), (second, council.admin)]
        assert sum(pool.map(attempt, pairs)) == 1


def test_all_of_it_is_on_record_without_a_secret(engine: Engine, council: Council) -> None:
    secrets = [
        sign_in(engine, council.seo),
        do(engine, people_credentials.issue_token, officer=council.seo),
        do(engine, people_credentials.issue_code, officer=council.seo),
        do(engine, people_credentials.issue_calendar, officer=council.seo),
        do(
            engine, people_credentials.issue_invitation, officer=council.seo, by=council.admin.email
        ),
    ]
    with read(engine) as session:
        events = session.exec(select(Event).order_by(col(Event.sequence))).all()
        credentials = session.exec(select(Credential.kind)).all()
        assert verify(session) is None
    for secret in secrets:
        assert not any(secret in event.data for event in events)
    assert events[-1].actor == council.admin.email
    assert set(credentials) == set(CredentialKind)
    [signed_in] = [event for event in events if event.kind == OfficerSignedIn.kind]
    assert signed_in.facts["way"] == SignInWay.DEMONSTRATION
