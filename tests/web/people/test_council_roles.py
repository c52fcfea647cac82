"""Who may sign in with the council's account, and as what."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from models.database import read, write
from models.inputs import Reason
from models.people import credentials, officers
from models.people.acting import Acting
from models.people.events import (
    OfficerAdded,
    OfficerChanged,
    OfficerDisabled,
    OfficerLinked,
    OfficerSignedIn,
    SignInRefused,
)
from models.people.tables import Officer, Role
from tests.support.council import NOW, Council
from tests.support.council_sign_in import (
    RUTH,
    assert_nobody,
    assert_token_is_dead,
    go,
    kinds,
    officer,
    served,
)
from tests.support.oidc_provider import Provider
from tests.support.policies import POLICY
from tests.support.visitors import Visitors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def visitors(engine: Engine, council: Council, tmp_path: Path, provider: Provider) -> Visitors:
    """The pages of a council with such a provider."""
    return served(engine, council, tmp_path, provider)


def test_somebody_new_is_added_with_the_role_that_the_provider_gives(visitors: Visitors) -> None:
    visitor = visitors.stranger()
    page = go(visitor, address="/sign-in/council?next=/account")
    assert page.path == "/account"
    assert "Ruth Calloway" in page.text
    ruth = officer(visitors.engine)
    assert (ruth.role, ruth.active, ruth.demonstration) == (Role.OFFICER, True, False)
    assert ruth.oidc_subject == "oid 0a1b tid 9f8e"
    assert kinds(visitors.engine)[-3:] == [
        OfficerAdded.kind,
        OfficerLinked.kind,
        OfficerSignedIn.kind,
    ]


def test_without_entras_claims_the_subject_is_the_key(
    visitors: Visitors, provider: Provider
) -> None:
    provider.person = {
        "sub": "0a1b",
        "name": "Ruth",
        "email": "ruth@fernshire.example",
        "preferred_username": "another@fernshire.example",
        "roles": "officer",
        "oid": "without a tenant",
    }
    go(visitors.stranger())
    assert officer(visitors.engine).oidc_subject == "sub 0a1b"


def test_a_known_account_is_brought_up_to_date(visitors: Visitors, provider: Provider) -> None:
    go(visitors.stranger())
    other = visitors.stranger()
    go(other)
    before = kinds(visitors.engine)
    go(visitors.stranger())
    assert kinds(visitors.engine) == [*before, OfficerSignedIn.kind]
    provider.person |= {
        "name": "Ruth Marsh",
        "roles": ["Something.Else", "service_manager_primary"],
        "preferred_username": "ruth.marsh@fernshire.example",
    }
    go(visitors.stranger())
    ruth = officer(visitors.engine)
    assert (ruth.name, ruth.role, ruth.phase) == ("Ruth Marsh", Role.SERVICE_MANAGER, "primary")
    assert kinds(visitors.engine)[-2:] == [OfficerChanged.kind, OfficerSignedIn.kind]
    assert other.get("/account").path.startswith("/sign-in")  # the role is another


@pytest.mark.parametrize(
    ("role", "stands_for"),
    [
        *((role.value, (role, None)) for role in Role),
        ("service_manager_primary", (Role.SERVICE_MANAGER, "primary")),
        ("service_manager_secondary", (Role.SERVICE_MANAGER, "secondary")),
    ],
)
def test_every_role_has_its_name_there(
    visitors: Visitors, provider: Provider, role: str, stands_for: tuple[Role, str | None]
) -> None:
    provider.person["roles"] = [role]
    go(visitors.stranger())
    ruth = officer(visitors.engine)
    assert (ruth.role, ruth.phase) == stands_for


def test_a_service_manager_without_a_phase_keeps_the_one_that_an_administrator_chose(
    visitors: Visitors, provider: Provider
) -> None:
    provider.person["roles"] = ["service_manager"]
    go(visitors.stranger())
    with write(visitors.engine) as session:
        officers.change_officer(
            Acting(session, POLICY, visitors.council.admin, NOW),
            "ruth@fernshire.example",
            officers.OfficerDetails(name="Ruth Calloway", role="service_manager", phase="primary"),
        )
    go(visitors.stranger())
    assert officer(visitors.engine).phase == "primary"


@pytest.mark.parametrize(
    ("roles", "says"),
    [
        ([], "has no role"),
        (None, "has no role"),
        (["Officer", "king", ""], "has no role"),
        ("", "has no role"),
        ({"officer": True}, "has no role"),
        ([["officer"]], "has no role"),
        (["officer", "viewer"], "more than one role"),
        (["service_manager", "service_manager_primary"], "more than one role"),
    ],
)
def test_without_exactly_one_role_nobody_is_let_in(
    visitors: Visitors, provider: Provider, roles: object, says: str
) -> None:
    provider.person["roles"] = roles
    visitor = visitors.stranger()
    page = go(visitor, 403)
    assert says in page.text
    assert "your administrator" in page.text
    assert_nobody(visitor)
    with read(visitors.engine) as session:
        known = session.exec(select(Officer).where(col(Officer.oidc_subject).is_not(None))).all()
    assert known == []
    assert kinds(visitors.engine)[-1] == SignInRefused.kind


def test_the_same_role_twice_is_one_role(visitors: Visitors, provider: Provider) -> None:
    provider.person["roles"] = ["officer", "officer"]
    assert go(visitors.stranger()).path == "/escalations"


def test_whose_role_goes_is_out_until_it_is_back(visitors: Visitors, provider: Provider) -> None:
    visitor = visitors.stranger()
    go(visitor)
    with write(visitors.engine) as session:
        token = credentials.issue_token(session, now=NOW, officer=officer(visitors.engine))
    provider.person["roles"] = []
    assert "has no role" in go(visitors.stranger(), 403).text
    gone = officer(visitors.engine)
    assert (gone.active, gone.role_withdrawn) == (False, True)
    assert visitor.get("/account").path.startswith("/sign-in")
    assert_token_is_dead(visitors, token)
    assert kinds(visitors.engine)[-2:] == [OfficerDisabled.kind, SignInRefused.kind]
    go(visitors.stranger(), 403)
    assert kinds(visitors.engine).count(OfficerDisabled.kind) == 1
    provider.person["roles"] = ["viewer"]
    assert go(visitors.stranger()).status == 200
    back = officer(visitors.engine)
    assert (back.active, back.role_withdrawn, back.role) == (True, False, Role.VIEWER)
    assert_token_is_dead(visitors, token)


@pytest.mark.parametrize("role_gone_first", [False, True])
def test_whom_an_administrator_disabled_no_role_brings_back(
    visitors: Visitors, provider: Provider, role_gone_first: bool
) -> None:
    go(visitors.stranger())
    if role_gone_first:
        provider.person["roles"] = []
        go(visitors.stranger(), 403)
        provider.person["roles"] = ["officer"]
    with write(visitors.engine) as session:
        officers.disable_officer(
            Acting(session, POLICY, visitors.council.admin, NOW),
            "ruth@fernshire.example",
            Reason(reason="Under investigation"),
        )
    for _ in range(2):
        visitor = visitors.stranger()
        page = go(visitor, 403)
        assert "disabled" in page.text
        assert "investigation" not in page.text
        assert_nobody(visitor)
    assert not officer(visitors.engine).active


def test_an_address_that_is_here_already_is_no_proof(
    visitors: Visitors, provider: Provider
) -> None:
    for field in ("email", "preferred_username"):
        provider.person = {**RUTH, field: "DCS@fernshire.example", "roles": ["director"]}
        visitor = visitors.stranger()
        assert "Ask your administrator for a link" in go(visitor, 403).text
        assert_nobody(visitor)
    assert officer(visitors.engine, "dcs@fernshire.example") == visitors.council.dcs


@pytest.mark.parametrize(
    "person",
    [
        {"name": None},
        {"name": "two\nlines"},
        {"name": 7},
        {"preferred_username": None},
        {"preferred_username": "no address"},
    ],
)
def test_an_account_without_name_or_address_is_told_so(
    visitors: Visitors, provider: Provider, person: dict[str, Any]
) -> None:
    provider.person |= person
    assert "cannot be used here" in go(visitors.stranger(), 403).text
