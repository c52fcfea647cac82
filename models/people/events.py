"""What happens to officers: what lets them in, what they may do, what they were refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models.clocks import london_time, long_date
from models.happened import Happened, Names, Topic, listed
from models.people.tables import Role

CREDENTIALS = {
    "token": "token for the JSON API",
    "code": "personal code",
    "calendar": "secret address of a calendar",
    "invitation": "link to set up the account",
}
SIGN_IN_WAYS = {
    "password": " with a password",
    "council": " with a council account",
    "demonstration": " to the demonstration",
    "code": " with a personal code",
}


@dataclass(frozen=True, kw_only=True)
class DelegationMade(Happened):
    """An officer let a colleague decide for them on some days."""

    topic = Topic.COVER
    delegation: int
    from_: str
    to: str
    first_day: date
    last_day: date
    reason: str

    def sentence(self, _: Names) -> str:
        days = f"{long_date(self.first_day)} to {long_date(self.last_day)}"
        return f"{self.from_} let {self.to} decide for them from {days}."


@dataclass(frozen=True, kw_only=True)
class DelegationEnded(Happened):
    """An officer ended cover before its last day."""

    topic = Topic.COVER
    delegation: int
    from_: str

    def sentence(self, _: Names) -> str:
        return f"{self.from_} ended the cover that they had given."


@dataclass(frozen=True, kw_only=True)
class OfficerAdded(Happened):
    """Somebody was added to the officers."""

    topic = Topic.OFFICERS
    officer: str
    name: str
    role: Role
    phase: str | None

    def sentence(self, _: Names) -> str:
        return f"{self.name} was added as {self.role.label}."


@dataclass(frozen=True, kw_only=True)
class OfficerChanged(Happened):
    """An officer's name, role or phase was changed."""

    topic = Topic.OFFICERS
    officer: str
    before: Mapping[str, str | None]
    after: Mapping[str, str | None]

    def sentence(self, _: Names) -> str:
        new = [
            f"{name} from {_said(name, self.before[name])} to {_said(name, self.after[name])}"
            for name in ("name", "role", "phase")
            if self.before[name] != self.after[name]
        ]
        return f"The account of {self.officer} was changed: {listed(new)}."


def _said(name: str, value: str | None) -> str:
    if value is None:
        return "none"
    return Role(value).label if name == "role" else value


@dataclass(frozen=True, kw_only=True)
class OfficerDisabled(Happened):
    """An officer can sign in no more."""

    topic = Topic.OFFICERS
    officer: str
    reason: str

    def sentence(self, _: Names) -> str:
        return f"The account of {self.officer} was disabled: {self.reason.rstrip('.')}."


@dataclass(frozen=True, kw_only=True)
class OfficerEnabled(Happened):
    """An officer can sign in again."""

    topic = Topic.OFFICERS
    officer: str

    def sentence(self, _: Names) -> str:
        return f"The account of {self.officer} was enabled again."


@dataclass(frozen=True, kw_only=True)
class OfficerLinked(Happened):
    """An officer's account was linked to one at the council's identity provider."""

    topic = Topic.OFFICERS
    officer: str
    issuer: str
    in_place_of_all: bool | None = None

    def sentence(self, _: Names) -> str:
        linked = f"The account of {self.officer} was linked to an account at {self.issuer}."
        ended = " Their password, tokens, code and sign-ins ended."
        return linked + (ended if self.in_place_of_all else "")


@dataclass(frozen=True, kw_only=True)
class PasswordSet(Happened):
    """An officer set a password."""

    topic = Topic.CREDENTIALS
    officer: str

    def sentence(self, _: Names) -> str:
        return f"{self.officer} set a password."


@dataclass(frozen=True, kw_only=True)
class CredentialIssued(Happened):
    """An officer was given something that lets them in without signing in."""

    topic = Topic.CREDENTIALS
    officer: str
    kind_: str

    def sentence(self, _: Names) -> str:
        return f"A {CREDENTIALS[self.kind_]} was issued to {self.officer}."


@dataclass(frozen=True, kw_only=True)
class CredentialRevoked(Happened):
    """What let an officer in without signing in works no more."""

    topic = Topic.CREDENTIALS
    officer: str
    kind_: str

    def sentence(self, _: Names) -> str:
        return f"A {CREDENTIALS[self.kind_]} of {self.officer} was revoked."


@dataclass(frozen=True, kw_only=True)
class OfficerSignedIn(Happened):
    """An officer signed in."""

    topic = Topic.SIGN_INS
    officer: str
    way: str | None = None

    def sentence(self, _: Names) -> str:
        return f"{self.officer} signed in{SIGN_IN_WAYS.get(self.way or '', '')}."


@dataclass(frozen=True, kw_only=True)
class OfficerSignedOut(Happened):
    """A sign-in ended: its own by its officer, all of theirs, or one that was ended for them."""

    topic = Topic.SIGN_INS
    officer: str
    everywhere: bool | None = None
    ended: bool | None = None

    def sentence(self, _: Names) -> str:
        if self.ended:
            return f"A sign-in of {self.officer} was ended."
        return f"{self.officer} signed out{' everywhere' if self.everywhere else ''}."


@dataclass(frozen=True, kw_only=True)
class OfficerProven(Happened):
    """Somebody who is signed in said once more who they are."""

    topic = Topic.SIGN_INS
    officer: str
    way: str

    def sentence(self, _: Names) -> str:
        return f"{self.officer} confirmed their identity{SIGN_IN_WAYS[self.way]}."


@dataclass(frozen=True, kw_only=True)
class SignInRefused(Happened):
    """Somebody could not sign in; `officer` is None where nobody here has that name."""

    topic = Topic.REFUSALS
    officer: str | None
    way: str
    why: str

    def sentence(self, _: Names) -> str:
        who = self.officer or "Somebody who has no account here"
        why = f"{self.why[:1].lower()}{self.why[1:]}".rstrip(".")
        return f"{who} could not sign in{SIGN_IN_WAYS[self.way]}: {why}."


@dataclass(frozen=True, kw_only=True)
class RefusalsCounted(Happened):
    """The same was refused again within the hour; `first` has the facts of the first refusal."""

    topic = Topic.REFUSALS
    hidden = "Something on a restricted case was refused again."
    event: int
    of_: str
    times: int
    until: datetime
    first: Mapping[str, Any]

    def sentence(self, names: Names) -> str:
        times = "Once more" if self.times == 1 else f"{self.times:,} times more"
        until = london_time(self.until)
        return f"{times} within the hour, until {until:%H:%M}: {names.event(self.of_, self.first)}"
