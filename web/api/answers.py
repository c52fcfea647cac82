"""What the JSON API answers: every name is always there, null where nothing is known."""

from datetime import date
from typing import Any, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Item = TypeVar("Item", bound=BaseModel)


class Answer(BaseModel):
    """An object of the API; nothing leaves that is not described here."""

    model_config = ConfigDict(extra="forbid")


class ListOf(Answer, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    page: int
    pages: int
    total: int


class Contact(Answer):
    """Somebody at a school."""

    role: str
    name: str
    email: str | None
    address: list[str]
    source: str
    changed_at: AwareDatetime


class School(Answer):
    """A school; `escalation` is the one that is not closed, if there is one."""

    urn: int
    name: str
    kind: str
    type: str
    type_code: int
    phase: str
    trust: str | None
    sponsor: str | None
    religious_character: str | None
    diocese: str | None
    address: list[str]
    town: str
    postcode: str
    la_code: int | None
    la_name: str | None
    opened_on: date | None
    risk_level: str | None
    closed_on: date | None
    contacts: list[Contact]
    escalation: str | None


class Delegation(Answer):
    """Cover for absence: `state` is `ahead`, `in_force` or `over`."""

    id: int
    from_: str = Field(alias="from")
    from_name: str
    to: str
    to_name: str
    first_day: date
    last_day: date
    reason: str
    state: str
    made_at: AwareDatetime
    ended_at: AwareDatetime | None


class Caution(Answer):
    """What readers of a file are warned of: `kind` as a word, `says` as a sentence."""

    kind: str
    says: str


class EvidenceFile(Answer):
    """A file of a case: `size` in bytes; `scan` is `clean`, or `not_scanned` without a scanner.

    `cautions` says what in it can act on whoever opens it; show it before the file is downloaded.
    """

    id: int
    reference: str
    step: str
    step_number: str
    step_title: str
    name: str
    kind: str
    media_type: str
    size: int
    sha256: str
    description: str
    cautions: list[Caution]
    scan: str
    scan_result: str
    added_by: str
    added_by_name: str
    added_at: AwareDatetime


class Decision(Answer):
    """What one approver decided."""

    stage: int
    officer: str
    officer_name: str
    for_officer: str | None
    for_officer_name: str | None
    decision: str
    reason: str
    at: AwareDatetime


class Proposal(Answer):
    """A change put forward; `waits_for` is the role that decides next.

    `seen` stands for what approval would do and send; approving needs it. Lists leave it null.
    """

    id: int
    reference: str
    urn: int
    school: str
    restricted: bool
    action: str
    action_title: str
    step: str
    step_number: str
    step_title: str
    reason: str
    details: dict[str, Any]
    proposed_by: str
    proposed_by_name: str
    proposed_at: AwareDatetime
    state: str
    approvers: list[str]
    waits_for: str | None
    letters: list[int]
    decisions: list[Decision]
    seen: str | None


class Event(Answer):
    """Something that happened; `hash` covers it and the event before it in the chain.

    `rows` is what it says of the rows that were written with it: by a row's name its columns,
    texts as their SHA-256. It is null for events that an older version recorded.
    """

    sequence: int
    at: AwareDatetime
    actor: str
    actor_name: str
    kind: str
    data: dict[str, Any]
    rows: dict[str, dict[str, Any] | None] | None
    hash: str
