"""Browsers that are signed in, and tries to sign in."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from models.database import UtcDateTime
from models.words import word


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
