"""Which passwords may be chosen, and signing in with one: the same answer to all who may not."""

import json
import threading
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import Engine
from sqlmodel import col, select

from models.database import read, write
from models.events import Event
from models.inputs import Reason
from models.people import credentials, identity, officers, passwords
from models.people import password_rules as rules
from models.people.acting import Acting
from models.people.events import CredentialRevoked, RefusalsCounted, SignInRefused
from models.people.password_rules import Hashing, check_password
from models.people.repeated_refusals import put_ended_on_record
from models.people.tables import CredentialKind, Officer, SignInFailure, digest
from models.refusals import InvalidInput, NotIdentified, NotPossible, TooManyTries
from models.rows import change as update
from tests.support.council import NOW, Council
from tests.support.policies import POLICY

GOOD = "three otters juggling"
OTHER = "copper teapot meadow"
COUNCIL = "Fernshire County Council"
SEO = "seo@fernshire.example"


class Counting(Hashing):
    """Light, and counts what it is asked; `kept` is whose hash was looked at."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self.kept: list[str | None] = []

    def verify(self, password: str, kept: str | None) -> tuple[bool, str | None]:
        self.kept.append(kept)
        return super().verify(password, kept)


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch) -> Counting:
    """Hashing that costs little, in place of the real one."""
    counting = Counting()
    monkeypatch.setattr(rules, "hashing", counting)
    return counting


def give_password(engine: Engine, officer: Officer, password: str = GOOD) -> None:
    with write(engine) as session:
        secret = credentials.issue_invitation(session, now=NOW, officer=officer, by="somebody")
    passwords.accept_invitation(
        engine, now=NOW, mark=digest(secret), password=password, council=COUNCIL
    )


@pytest.fixture
def with_password(engine: Engine, council: Council, hashing: Counting) -> Iterator[Engine]:
    """The council, whose Sam Ellison has the password `GOOD`."""
    give_password(engine, council.seo)
    return engine


def fresh_officer(engine: Engine, email: str) -> Officer:
    with read(engine) as session:
        return officers.find_officer(session, email)


def sign_in(engine: Engine, email: str, password: str, **told: object) -> str:
    arguments = {"now": NOW, "address": "192.0.2.1", **told}
    return passwords.sign_in(engine, email=email, password=password, **arguments)  # type: ignore[arg-type]


# Which may be chosen -----------------------------------------------------------------------

ABOUT = ("Sam Ellison", SEO, COUNCIL)


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "correct horse battery staple",
        "zq8vmk3tplw2",
        "größe birne flöte",
        "冷蔵庫の中の三匹の亀が踊っている",
        "x" * 3 + " tall giraffe at the opera",
        "a tall giraffe at the opera " * 4,
    ],
)
def test_a_password_that_is_hard_to_guess_is_taken(password: str) -> None:
    assert check_password("password", password, ABOUT) == password


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "12 characters or more"),
        ("elevenchars", "12 characters or more"),
        ("x" * 129, "128 characters or fewer"),
        ("y" * 2_000_000, "128 characters or fewer"),
        ("password1234", "most common"),
        ("PassWord1234", "most common"),
        ("Password2026!!!", "most common"),
        ("liverpool 2026", "most common"),
        ("aaaaaaaaaaaaaaaa", "too easy"),
        ("abcabcabcabcabc", "too easy"),
        ("abcdefghijklmnop", "too easy"),
        ("qwertyuiop12", "most common"),
        ("123456789012345", "too easy"),
        ("passwordpassword", "too easy"),
        ("a" * 128, "too easy"),
        ("three otters of ELLISON", "“ellison”"),
        ("fernshire otters juggle", "“fernshire”"),
        ("two county otters juggle", "“county”"),
    ],
)
def test_a_password_that_is_guessed_early_is_refused_with_its_reason(
    password: str, why: str
) -> None:
    with pytest.raises(InvalidInput, match=why):
        check_password("password", password, ABOUT)


def test_the_work_of_nobodys_password_is_that_of_somebodys() -> None:
    hashing = Hashing(time_cost=1, memory_cost=64, parallelism=1)
    nobodys = hashing._nobodys
    # An answer that the hash cannot be read would come at once, and so tell who is known.
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(nobodys, "anything")
    somebodys = hashing.hash("anything")
    assert nobodys.split("$")[:4] == somebodys.split("$")[:4]
    assert len(nobodys) == len(somebodys)
    assert hashing.verify("anything", None) == (False, None)


def test_a_password_is_kept_by_argon2id_at_what_rfc_9106_advises() -> None:
    assert rules.hashing.hash(GOOD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_password_is_the_same_however_the_keyboard_composes_it(hashing: Counting) -> None:
    kept = hashing.hash("größe birne flöte")
    assert hashing.verify("gro\u0308ße birne flo\u0308te", kept)[0]


@pytest.mark.parametrize("typed", ["\ud800", "\x00", "x" * 2_000_000, "é" * 500_000])
def test_whatever_is_typed_is_no_password_and_breaks_nothing(hashing: Counting, typed: str) -> None:
    assert not hashing.verify(typed, hashing.hash(GOOD))[0]
    assert not hashing.verify(typed, None)[0]


def test_what_comes_after_the_longest_password_counts(hashing: Counting) -> None:
    longest = "a tall giraffe at the opera " * 4 + "by the river bank"[:16]
    assert len(longest) == 128
    assert not hashing.verify(f"{longest}x", hashing.hash(longest))[0]


# Signing in --------------------------------------------------------------------------------


def refusals(engine: Engine) -> list[dict[str, object]]:
    with read(engine) as session:
        refused = select(Event).where(Event.kind == SignInRefused.kind)
        return [event.facts for event in session.exec(refused.order_by(col(Event.sequence)))]


def failures(engine: Engine) -> int:
    with read(engine) as session:
        return len(session.exec(select(SignInFailure.id)).all())


def test_the_right_password_signs_in_and_leaves_no_failure(with_password: Engine) -> None:
    secret = sign_in(with_password, " SEO@Fernshire.example ", GOOD)
    found = identity.visitor(with_password, now=NOW, secret=secret)
    assert found is not None
    assert (found[0].way, found[1].email) == ("password", SEO)
    assert failures(with_password) == 0


def test_who_guesses_on_is_on_record_once_and_counted(with_password: Engine) -> None:
    for _ in range(5):
        with pytest.raises(InvalidInput):
            sign_in(with_password, SEO, OTHER)
        for stranger in ("nobody@fernshire.example", "nobody.else@fernshire.example"):
            with pytest.raises(InvalidInput):
                sign_in(with_password, stranger, GOOD)
    assert [told["officer"] for told in refusals(with_password)] == [SEO, None]
    put_ended_on_record(with_password, NOW + timedelta(hours=1))
    with read(with_password) as session:
        counted = select(Event).where(Event.kind == RefusalsCounted.kind)
        facts = [event.facts for event in session.exec(counted.order_by(col(Event.sequence)))]
    assert [(each["first"]["officer"], each["times"]) for each in facts] == [(SEO, 4), (None, 9)]


@pytest.mark.parametrize(
    ("email", "password", "why"),
    [
        (SEO, OTHER, "the password was wrong"),
        (SEO, "", "the password was wrong"),
        ("nobody@fernshire.example", GOOD, "nobody has this e-mail address"),
        ("\x00\ud800", GOOD, "nobody has this e-mail address"),
        ("seo2@fernshire.example", GOOD, "no password is set"),
        ("hos@fernshire.example", GOOD, "the account is disabled"),
    ],
)
def test_the_answer_and_the_work_are_the_same_whatever_is_wrong(
    with_password: Engine, council: Council, hashing: Counting, email: str, password: str, why: str
) -> None:
    give_password(with_password, council.hos)
    with write(with_password) as session:
        officers.disable_officer(
            Acting(session, POLICY, council.admin, NOW),
            council.hos.email,
            Reason(reason="Has left"),
        )
    hashing.kept.clear()
    with pytest.raises(InvalidInput) as refused:
        sign_in(with_password, email, password)
    assert refused.value.errors == [("email", "The e-mail address or password is not right")]
    assert len(hashing.kept) == 1
    [told] = refusals(with_password)
    known = email if email.endswith("fernshire.example") and "nobody" not in email else None
    assert told == {"officer": known, "way": "password", "why": why}
    assert failures(with_password) == 1


def test_what_was_typed_is_kept_nowhere(with_password: Engine) -> None:
    typed = "my secret passphrase typed into the wrong box"
    with pytest.raises(InvalidInput):
        sign_in(with_password, typed, "and another secret here")
    with read(with_password) as session:
        kept = [event.data for event in session.exec(select(Event))]
        kept += [f"{row.account} {row.address}" for row in session.exec(select(SignInFailure))]
    assert not any("secret" in text for text in kept)


@pytest.mark.parametrize("email", [SEO, "nobody@fernshire.example"])
def test_after_ten_failures_an_account_has_to_wait(
    with_password: Engine, hashing: Counting, email: str
) -> None:
    for number in range(10):
        with pytest.raises(InvalidInput):
            sign_in(with_password, email, OTHER, address=f"192.0.2.{number}")
    hashing.kept.clear()
    before = refusals(with_password), failures(with_password)
    for password in (GOOD, OTHER):
        with pytest.raises(TooManyTries) as limited:
            sign_in(with_password, email.upper(), password, address="198.51.100.7")
        assert "Wait 15 minutes" in limited.value.message
    assert hashing.kept == []
    assert (refusals(with_password), failures(with_password)) == before
    later = NOW + timedelta(minutes=15)
    if email == SEO:
        assert sign_in(with_password, email, GOOD, now=later)
        assert failures(with_password) == 0  # the old ones are forgotten


@pytest.mark.parametrize(
    ("addresses", "other"),
    [
        (["192.0.2.1"], "192.0.2.2"),
        (["192.0.2.1", "::ffff:192.0.2.1"], "::ffff:192.0.2.2"),
        (["2001:db8::1", "2001:db8::ffff:2"], "2001:db8:0:1::1"),
        (["testclient"], ""),
    ],
)
def test_after_fifty_failures_a_network_address_has_to_wait(
    with_password: Engine, addresses: list[str], other: str
) -> None:
    for number in range(50):
        address = addresses[number % len(addresses)]
        with pytest.raises(InvalidInput):
            sign_in(with_password, f"{number}@guess.example", OTHER, address=address)
    for address in addresses:
        with pytest.raises(TooManyTries):
            sign_in(with_password, SEO, GOOD, address=address)
    assert sign_in(with_password, SEO, GOOD, address=other)


def test_guesses_at_once_are_counted_too(with_password: Engine, hashing: Counting) -> None:
    hashing.kept.clear()

    def guess(_: int) -> type[Exception]:
        try:
            sign_in(with_password, SEO, OTHER)
        except (InvalidInput, TooManyTries) as refused:
            return type(refused)
        raise AssertionError("it was let in")

    with ThreadPoolExecutor(rules.AT_ONCE) as pool:  # more would be told that it is busy
        answers = list(pool.map(guess, range(24)))
    assert answers.count(InvalidInput) == len(hashing.kept) == 10


@pytest.mark.parametrize("email", [SEO, "nobody@fernshire.example"])
def test_the_fourth_who_wants_a_hash_at_once_is_told_to_come_again(
    with_password: Engine, hashing: Counting, monkeypatch: pytest.MonkeyPatch, email: str
) -> None:
    inside, go_on = threading.Semaphore(0), threading.Event()
    verify = hashing.verify

    def slowly(password: str, kept: str | None) -> tuple[bool, str | None]:
        inside.release()
        assert go_on.wait(60)
        return verify(password, kept)

    monkeypatch.setattr(hashing, "verify", slowly)
    with ThreadPoolExecutor(3) as pool:
        three = [
            pool.submit(sign_in, with_password, SEO, GOOD, address=f"192.0.2.{number}")
            for number in range(3)
        ]
        for _ in three:
            assert inside.acquire(timeout=60)
        before = refusals(with_password), failures(with_password)
        with pytest.raises(TooManyTries, match="Wait a few seconds") as told:
            sign_in(with_password, email, GOOD)
        assert told.value.wait < timedelta(minutes=1)
        assert (refusals(with_password), failures(with_password)) == before
        with pytest.raises(TooManyTries):
            give_password(with_password, fresh_officer(with_password, "hos@fernshire.example"))
        go_on.set()
        assert all(future.result() for future in three)
    assert sign_in(with_password, SEO, GOOD)


def test_a_hash_that_was_made_with_less_cost_is_made_anew_at_sign_in(
    with_password: Engine, council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    dearer = Hashing(time_cost=2, memory_cost=128, parallelism=1)
    monkeypatch.setattr(rules, "hashing", dearer)
    for _ in range(2):
        assert sign_in(with_password, SEO, GOOD)
    with read(with_password) as session:
        kept = session.get_one(Officer, council.seo.id).password
    assert kept is not None
    assert "m=128,t=2,p=1" in kept


def test_nobody_waits_for_the_database_while_a_password_is_hashed(
    with_password: Engine, hashing: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(password: str, kept: str | None) -> tuple[bool, str | None]:
        with write(with_password):  # would wait for itself, were the lock held
            return True, None

    monkeypatch.setattr(hashing, "verify", look)
    assert sign_in(with_password, SEO, GOOD)


# Choosing one ------------------------------------------------------------------------------


def test_a_link_is_not_used_up_by_a_bad_password(
    engine: Engine, council: Council, hashing: Counting
) -> None:
    with write(engine) as session:
        secret = credentials.issue_invitation(session, now=NOW, officer=council.seo, by="somebody")
    told = {"now": NOW, "mark": digest(secret), "council": COUNCIL}
    with pytest.raises(InvalidInput):
        passwords.accept_invitation(engine, password="password1234", **told)  # type: ignore[arg-type]
    passwords.accept_invitation(engine, password=GOOD, **told)  # type: ignore[arg-type]
    with pytest.raises(NotIdentified):
        passwords.accept_invitation(engine, password=OTHER, **told)  # type: ignore[arg-type]
    assert sign_in(engine, SEO, GOOD)


def change(
    engine: Engine,
    officer: Officer,
    current: str,
    password: str,
    **ends: Collection[CredentialKind],
) -> str:
    return passwords.change_password(
        engine,
        now=NOW,
        officer=officer,
        current=current,
        password=password,
        council=COUNCIL,
        address="192.0.2.1",
        **ends,
    )


def fresh(engine: Engine, officer: Officer) -> Officer:
    with read(engine) as session:
        return session.get_one(Officer, officer.id)


def test_a_new_password_ends_every_session_but_gives_a_new_one(
    with_password: Engine, council: Council
) -> None:
    before = [sign_in(with_password, SEO, GOOD) for _ in range(2)]
    secret = change(with_password, fresh(with_password, council.seo), GOOD, OTHER)
    for old in before:
        assert identity.visitor(with_password, now=NOW, secret=old) is None
    assert identity.visitor(with_password, now=NOW, secret=secret) is not None
    with pytest.raises(InvalidInput):
        sign_in(with_password, SEO, GOOD)
    assert sign_in(with_password, SEO, OTHER)


def issue_all(engine: Engine, officer: Officer) -> None:
    """A secret of every kind, two of them tokens."""
    told = {"now": NOW, "officer": officer}
    with write(engine) as session:
        credentials.issue_token(session, **told, label="Weekly report")  # type: ignore[arg-type]
        credentials.issue_token(session, **told, label="Old report")  # type: ignore[arg-type]
        credentials.issue_code(session, **told)  # type: ignore[arg-type]
        credentials.issue_calendar(session, **told)  # type: ignore[arg-type]
        credentials.issue_invitation(session, **told, by="somebody")  # type: ignore[arg-type]


def open_kinds(engine: Engine, officer: Officer) -> list[str]:
    with read(engine) as session:
        return sorted(secret.kind for secret in credentials.secrets(session, NOW, officer.id))


def revoked(engine: Engine) -> list[str]:
    """The kinds of what was revoked, as it is on record."""
    with read(engine) as session:
        ended = session.exec(
            select(Event.data)
            .where(Event.kind == CredentialRevoked.kind)
            .order_by(col(Event.sequence))
        ).all()
    return sorted(json.loads(data)["kind"] for data in ended)


EVERY_KIND = ["calendar", "code", "invitation", "token", "token"]


def test_a_new_password_ends_every_secret_but_what_is_to_stay(
    with_password: Engine, council: Council
) -> None:
    seo = fresh(with_password, council.seo)
    issue_all(with_password, seo)
    issue_all(with_password, council.hos)
    change(with_password, seo, GOOD, OTHER, ends={CredentialKind.CODE})
    assert open_kinds(with_password, seo) == ["calendar", "invitation", "token", "token"]
    assert revoked(with_password) == ["code"]
    change(with_password, fresh(with_password, council.seo), OTHER, GOOD)
    assert open_kinds(with_password, seo) == []
    assert revoked(with_password) == EVERY_KIND
    assert open_kinds(with_password, council.hos) == EVERY_KIND


def test_a_password_set_by_a_link_ends_every_secret_unless_it_is_the_first(
    engine: Engine, council: Council, hashing: Counting
) -> None:
    with write(engine) as session:
        credentials.issue_token(session, now=NOW, officer=council.seo)
    give_password(engine, council.seo)
    assert open_kinds(engine, council.seo) == ["token"]
    issue_all(engine, council.seo)
    secret = sign_in(engine, SEO, GOOD)
    give_password(engine, council.seo, OTHER)
    assert open_kinds(engine, council.seo) == []
    assert identity.visitor(engine, now=NOW, secret=secret) is None
    with write(engine) as session:
        linked = {"oidc_issuer": "https://login.example", "oidc_subject": "sub 1"}
        update(session, Officer, {"id": council.hos.id}, **linked)
    issue_all(engine, council.hos)
    give_password(engine, council.hos)
    assert open_kinds(engine, council.hos) == []


def test_the_current_password_is_asked_and_guesses_are_counted(
    with_password: Engine, council: Council
) -> None:
    seo = fresh(with_password, council.seo)
    with pytest.raises(InvalidInput) as weak:
        change(with_password, seo, GOOD, "password1234")
    assert weak.value.errors[0][0] == "password"
    assert failures(with_password) == 0
    for _ in range(10):
        with pytest.raises(InvalidInput) as wrong:
            change(with_password, seo, OTHER, OTHER)
        assert wrong.value.errors[0][0] == "current_password"
    with pytest.raises(TooManyTries):
        change(with_password, seo, GOOD, OTHER)
    with pytest.raises(TooManyTries):
        sign_in(with_password, SEO, GOOD)


def test_whoever_has_no_password_has_none_to_change(
    engine: Engine, council: Council, hashing: Counting
) -> None:
    with pytest.raises(NotPossible):
        change(engine, council.hos, GOOD, OTHER)
