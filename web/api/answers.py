"""What the JSON API answers: every name is always there, null where nothing is known."""

from datetime import date
from typing import Generic, TypeVar

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


class Fact(Answer):
    """One of the four facts of section 60(1); `on` is null while it does not hold."""

    key: str
    holds: bool
    on: date | None
    says: str


class Block(Answer):
    """A rule that stands in the way of the powers of a section."""

    section: str
    rule: str


class Eligibility(Answer):
    """Whether the school is eligible for intervention, computed for today."""

    reference: str
    eligible: bool
    facts: list[Fact]
    last_day_for_powers: dict[str, date | None]
    blocked_by: list[Block]
    notice_refused_because: str | None
    board_sits_since: date | None


class Support(Answer):
    """What was recorded last about support; `works` means that a notice needs a reason."""

    aware_of_problem: bool
    working_with_partner: bool
    plan_on_track: bool
    works: bool
    evidence: str
    recorded_by: str
    recorded_by_name: str
    recorded_at: AwareDatetime


class NamedInLaw(Answer):
    """Whom the law names, and why."""

    role: str
    reason: str


class ProposedPowers(Answer):
    """A notice that powers are proposed (section 60(1)(d))."""

    id: int
    sections: list[str]
    reasons: str
    working_days: int
    letter: int
    proposal: int | None
    letter_state: str
    given_on: date | None


class WarningNotice(Answer):
    """A warning notice; `given_on` is the date of its letter once that is issued."""

    id: int
    reference: str
    state: str
    grounds: list[str]
    comparisons: list[str]
    comparison: str
    why_powers: str
    matters: str
    action_required: str
    compliance_ends_on: date
    action_minded: str
    why_support_is_not_enough: str
    copies: list[NamedInLaw]
    proposal: int
    letter: int
    given_on: date | None
    last_day_for_powers: date | None
    complied: bool | None
    judged_on: date | None
    judgement_reasons: str
    judgement_words: str
    ceased_on: date | None
    ceased_because: str
    proposed_powers: list[ProposedPowers]


class Person(Answer):
    """Somebody named in a power."""

    name: str
    email: str
    address: list[str]


class Member(Person):
    """A member of an Interim Executive Board."""

    chair: bool
    governor: bool
    governor_confirmed: bool


class Consultation(Answer):
    """Who was consulted, when, and what they said."""

    with_whom: str = Field(alias="with")
    consulted_on: date
    said: str


class Told(Answer):
    """What is needed of the Secretary of State, and when it was done."""

    needed: str
    on: date | None
    evidence: str


class Representation(Answer):
    """What the governing body or the headteacher said."""

    from_whom: str = Field(alias="from")
    received_on: date
    said: str


class Review(Answer):
    """A review of a suspended budget; `decided_on` is null while it waits for approval."""

    outcome: str
    reasons: str
    proposal: int
    letter: int
    decided_on: date | None


class Power(Answer):
    """A power of sections 63 to 66; `missing` and `blocked_by` say why it cannot be used today."""

    id: int
    reference: str
    section: str
    title: str
    state: str
    reason: str
    words: str
    arrangements: str
    governors: list[Person]
    members: list[Member]
    starts_on: date | None
    last_day: date | None
    consultees: list[NamedInLaw]
    consultations: list[Consultation]
    secretary_of_state: Told
    missing: list[str]
    blocked_by: list[str]
    proposal: int | None
    letter: int | None
    used_on: date | None
    effective_on: date | None
    received_evidence: str
    review_by: date | None
    representations: list[Representation]
    reviews: list[Review]
    ended_on: date | None
    end_reason: str


class SecretaryOfStateNotice(Answer):
    """A notice of the Secretary of State, in force until released."""

    id: int
    kind: str
    received_on: date
    summary: str
    released_on: date | None
    release_note: str


class Service(Answer):
    """That a letter was served on somebody."""

    to: str
    method: str
    served_on: date
    evidence: str
    recorded_by: str
    recorded_by_name: str


class RegisterImport(Answer):
    """An import of the national register: what its file is, and counts of its rows.

    `la` is the local authority that it was narrowed down to; `refusal` says why its file cannot be
    used.
    """

    id: int
    file: str | None
    name: str
    sha256: str
    la: int | None
    state: str
    refusal: str
    read: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    skipped: int
    given_by: str
    given_by_name: str
    given_at: AwareDatetime
    applied_by: str | None
    applied_by_name: str | None
    applied_at: AwareDatetime | None


class RegisterProgress(Answer):
    """How many rows of a file are read; `failed` says why reading broke off."""

    done: int
    total: int
    failed: str


class RegisterImportWhole(RegisterImport):
    """One import: how many findings of each kind, and how far its file is read."""

    findings: dict[str, int]
    progress: RegisterProgress | None


class RegisterFinding(Answer):
    """One thing that an import found in a row of its file."""

    row: int
    urn: str
    kind: str
    name: str
    before: str
    after: str
    reason: str


class LetterBatch(Answer):
    """Letters on risk levels that are drafted and approved together."""

    number: int
    title: str
    about: str
    school_year: int
    state: str
    letters: int
    issued: int
    left_out: int
    created_by: str
    created_at: AwareDatetime
    prepared_at: AwareDatetime | None
    approved_at: AwareDatetime | None
    dated: date | None
    signed_by: str | None
    signed_as: str | None
    issued_at: AwareDatetime | None
    reason: str
    bundle_sha256: str | None
    bundle_pages: int | None


class LevelLetter(Answer):
    """One letter on a risk level; `channel` is `email` or `post`, `left_out` why it is not sent."""

    id: int
    batch: int
    urn: int
    school: str
    role: str
    level: str
    before: str | None
    name: str
    channel: str
    email: str | None
    address: list[str]
    state: str
    left_out: str
    sha256: str | None
    pages: int | None


class LevelLetterDelivery(Answer):
    """What became of a letter on a risk level that went by e-mail."""

    id: int
    to: str
    to_name: str
    channel: str
    state: str
    at: AwareDatetime
    detail: str


class WholeLevelLetter(LevelLetter):
    """A letter on a risk level with its text."""

    body: str
    dated: date | None
    signed_by: str | None
    deliveries: list[LevelLetterDelivery]


class Looker(Answer):
    """An officer who opened a letter of a sample."""

    email: str
    name: str


class SampledLetter(LevelLetter):
    """A letter that is to be opened before its batch is approved."""

    seen_by: list[Looker]


class BulkWork(Answer):
    """Work that takes minutes: `state` is `open`, `done` or `failed`."""

    kind: str
    state: str
    done: int
    total: int
    message: str


class WholeLetterBatch(LetterBatch):
    """A batch with what is in it; `deliveries` counts its e-mails by their state."""

    approved_by: str | None
    work: BulkWork | None
    levels: dict[str, int]
    channels: dict[str, int]
    sample: list[SampledLetter]
    deliveries: dict[str, int]
