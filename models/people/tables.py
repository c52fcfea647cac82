"""The council's officers, what their role lets them do, and how they prove who they are."""

import hashlib
import secrets
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from models.database import UtcDateTime
from models.words import word

# Crockford's base 32: no I, L, O or U, so that a code can be read out and typed.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Role(StrEnum):
    """What an officer is; one each."""

    OFFICER = "officer"
    HEAD_OF_SERVICE = "head_of_service"
    SERVICE_MANAGER = "service_manager"
    ASSISTANT_DIRECTOR = "assistant_director"
    DIRECTOR = "director"
    LEGAL = "legal"
    VIEWER = "viewer"
    ADMINISTRATOR = "administrator"
    CONSULTANT = "consultant"  # no officer of the council: sees the schools they are assigned to

    @property
    def label(self) -> str:
        """The job as pages and letters name it."""
        return ROLE_TITLES[self]


ROLE_TITLES = {
    Role.OFFICER: "School Evaluation Officer",
    Role.HEAD_OF_SERVICE: "Head of Service, Learning and Standards",
    Role.SERVICE_MANAGER: "Service Manager",
    Role.ASSISTANT_DIRECTOR: "Assistant Executive Director",
    Role.DIRECTOR: "Director of Children’s Services",
    Role.LEGAL: "Legal Services",
    Role.VIEWER: "Viewer",
    Role.ADMINISTRATOR: "Administrator",
    Role.CONSULTANT: "Consultant",
}
CASEWORK = frozenset(
    {
        Role.OFFICER,
        Role.SERVICE_MANAGER,
        Role.HEAD_OF_SERVICE,
        Role.ASSISTANT_DIRECTOR,
        Role.DIRECTOR,
    }
)
# Who may authorise that information about a school or a child is shared.
DESIGNATED = frozenset({Role.HEAD_OF_SERVICE, Role.ASSISTANT_DIRECTOR, Role.DIRECTOR})


class Phase(StrEnum):
    """A Service Manager looks after one phase."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


class Officer(SQLModel, table=True):
    """Somebody at the council who signs in here."""

    __tablename__ = "officer"
    __table_args__ = (Index("officer_at_issuer", "oidc_issuer", "oidc_subject", unique=True),)

    id: int = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    name: str
    role: Role = word(Role, index=True)
    phase: str | None = None
    active: bool = True
    # The identity provider no longer gives them a role here: they are back when it does again.
    role_withdrawn: bool = False
    demonstration: bool = False
    password: str | None = None  # its argon2id hash
    oidc_issuer: str | None = None
    oidc_subject: str | None = None
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class CredentialKind(StrEnum):
    """How an officer proves who they are at a door without a page."""

    TOKEN = "token"  # noqa: S105 - the JSON API
    CODE = "code"  # Prefect's forms
    CALENDAR = "calendar"  # the secret address of an officer's own calendar
    INVITATION = "invitation"  # a link that works once: to set a password or link an account


class Credential(SQLModel, table=True):
    """A secret of an officer, kept only as its SHA-256: each is random and long."""

    __tablename__ = "credential"

    id: int = Field(default=None, primary_key=True)
    officer_id: int = Field(foreign_key="officer.id", index=True)
    kind: CredentialKind = word(CredentialKind)
    digest: str = Field(unique=True)
    label: str = ""
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    last_used_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    revoked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


def new_token() -> str:
    """A secret for the JSON API or a browser's session: 256 bits."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """A personal code that can be typed, 80 bits: `7F3K-9QPD-2M4T-XW8H`."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    return "-".join(letters[place : place + 4] for place in range(0, 16, 4))


def digest(secret: str) -> str:
    """What is kept of a secret: each is random and long enough to need no slower hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def plain_code(typed: str) -> str:
    """A personal code as it was issued, however it was typed."""
    return "".join(typed.split()).replace("-", "").upper()


class Delegation(SQLModel, table=True):
    """From `first_day` to `last_day`, both included, days in London."""

    __tablename__ = "delegation"

    id: int = Field(default=None, primary_key=True)
    from_officer_id: int = Field(foreign_key="officer.id", index=True)
    to_officer_id: int = Field(foreign_key="officer.id", index=True)
    role: Role = word(Role)
    first_day: date
    last_day: date
    reason: str
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class SignInWay(StrEnum):
    """How an officer proved who they are."""

    DEMONSTRATION = "demonstration"
    PASSWORD = "password"  # noqa: S105 - a word for it
    COUNCIL = "council"  # the council's own identity provider, by OpenID Connect


class SignIn(SQLModel, table=True):
    """A browser's session: its secret only as SHA-256, ended by a row and not by a cookie.

    `ends_at` is the latest end; it ends earlier when nothing was seen of it for a while.
    `proven_at` is when the officer last gave their password, or signed in at the council's
    provider: None where that provider did not say.
    """

    __tablename__ = "sign_in"

    id: int = Field(default=None, primary_key=True)
    officer_id: int = Field(foreign_key="officer.id", index=True)
    digest: str = Field(unique=True)
    way: SignInWay = word(SignInWay)
    started_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    last_seen_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ends_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    proven_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class SignInFailure(SQLModel, table=True):
    """A wrong password or an unknown e-mail address; counted to slow down who guesses.

    `account` is the SHA-256 of the address that was typed: people type passwords there.
    """

    __tablename__ = "sign_in_failure"

    id: int = Field(default=None, primary_key=True)
    account: str
    address: str  # of the network
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))


class CouncilSignIn(SQLModel, table=True):
    """A sign-in that is under way at the council's identity provider, known by its state.

    What the browser carries is only as SHA-256 here; `invitation` is that of the link whose
    officer wants to be linked to the account. What the provider said of that account is kept in
    `account` until they confirm it. A `fresh` one is accepted only of somebody who has signed in
    at the provider for it.
    """

    __tablename__ = "council_sign_in"

    id: int = Field(default=None, primary_key=True)
    state: str = Field(unique=True)
    nonce: str
    verifier: str
    goes_to: str
    fresh: bool = False
    invitation: str | None = None
    account: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    address: str  # of the network
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
