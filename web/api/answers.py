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
    religious_character: str | None
    diocese: str | None
    town: str
    postcode: str
    risk_level: str | None
    closed_on: date | None
    contacts: list[Contact]
    escalation: str | None


class Step(Answer):
    """A step of a ladder; `state` is null while it is ahead."""

    key: str
    number: str
    title: str
    kind: str
    to: str
    state: str | None
    changed_on: date | None
    deadline: date | None
    deadline_state: str | None
    overdue: bool


class Escalation(Answer):
    """An escalation with the step in hand and all steps of its ladder."""

    reference: str
    urn: int
    school: str
    school_kind: str
    phase: str
    ladder: str
    status: str
    step: Step
    steps: list[Step]
    fallen_away: list[Step]
    triggers: list[str]
    summary: str
    head_performance_in_question: bool
    not_engaging: bool
    policy: str
    guidance: str
    started_at: AwareDatetime
    started_by: str
    started_by_name: str
    opened_on: date | None
    closed_on: date | None
    case_officer: str
    case_officer_name: str
    head_of_service: str | None
    head_of_service_name: str | None
    next_deadline: date | None
    overdue: bool


class Recorded(Answer):
    """What was put on record at a step."""

    id: int
    reference: str
    step: str
    step_number: str
    step_title: str
    recorded_by: str
    recorded_by_name: str
    recorded_at: AwareDatetime


class Discussion(Recorded):
    """A discussion or meeting."""

    held_on: date
    with_whom: list[str] = Field(alias="with")
    notes: str
    agreed_actions: str


class Response(Recorded):
    """What the school answered."""

    received_on: date
    summary: str
    judgement: str | None


class Decision(Answer):
    """What one approver decided."""

    stage: int
    officer: str
    officer_name: str
    decision: str
    reason: str
    at: AwareDatetime


class Proposal(Answer):
    """A change put forward; `waits_for` is the role that decides next."""

    id: int
    reference: str
    urn: int
    school: str
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


class Reminder(Answer):
    """One reminder of a deadline."""

    kind: str
    state: str
    due_at: AwareDatetime
    sent_at: AwareDatetime | None


class Deadline(Answer):
    """A deadline; `days_left` are working days while its escalation is paused."""

    id: int
    reference: str
    urn: int
    school: str
    case_officer: str
    case_officer_name: str
    kind: str
    step: str
    step_number: str
    step_title: str
    due_on: date
    rule: str
    state: str
    overdue: bool
    days_left: int | None
    reminders: list[Reminder]


class Message(Answer):
    """A message on its way out, or one that left."""

    id: int
    kind: str
    letter: int | None
    to: str
    to_name: str
    role: str | None
    channel: str
    state: str
    at: AwareDatetime
    attempts: int
    code: int | None
    detail: str


class Recipient(Answer):
    """To whom an approved letter goes."""

    role: str
    name: str
    email: str
    address: list[str]


class ListedLetter(Answer):
    """A letter without its text; `number` counts within the case and is printed on it."""

    id: int
    reference: str
    urn: int
    school: str
    number: int
    step: str
    step_number: str
    step_title: str
    template: str
    title: str
    proposal: int | None
    version: int
    to: str
    copies: list[str]
    recipients: list[Recipient] | None
    state: str
    dated: date | None
    respond_by: date | None
    signed_by: str | None
    signed_as: str
    issued_at: AwareDatetime | None
    sha256: str | None
    deliveries: list[Message]


class Version(Answer):
    """Who left the text of a letter as it then was."""

    version: int
    written_by: str
    written_at: AwareDatetime


class Letter(ListedLetter):
    """A letter with the text it has now."""

    body: str
    versions: list[Version]


class Event(Answer):
    """Something that happened; `hash` covers it and the event before it in the chain."""

    sequence: int
    at: AwareDatetime
    actor: str
    actor_name: str
    kind: str
    data: dict[str, Any]
    hash: str
