"""The council's officers, what their role lets them do, and how they prove who they are."""

import hashlib
import secrets
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index
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
