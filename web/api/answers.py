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
    outline: bool
    restricted: bool
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


class RiskEvidence(Answer):
    """One piece of evidence of an assessment; `dated` is the day it is of."""

    id: int
    kind: str
    source: str
    dated: date
    summary: str
    added_by: str
    added_by_name: str
    added_at: AwareDatetime


class Assessment(Answer):
    """An assessment of a school's risk.

    `round` is the school year of an annual one; `missing` are the kinds of evidence without which
    it cannot be proposed; `level` is what was agreed. `level_before` of one under way is the level
    at which the school stands now.
    """

    id: int
    urn: int
    school: str
    closed_on: date | None
    round: int | None
    occasion: str
    state: str
    version: int
    level_before: str | None
    evidence: list[RiskEvidence]
    missing: list[str]
    proposed_level: str | None
    reason: str
    words: str
    proposed_by: str | None
    proposed_by_name: str | None
    proposed_at: AwareDatetime | None
    level: str | None
    moderation_reason: str
    moderation_words: str
    moderated_by: str | None
    moderated_by_name: str | None
    moderated_at: AwareDatetime | None
    begun_by: str | None
    begun_by_name: str | None
    begun_at: AwareDatetime
    withdrawn_because: str


class Round(Answer):
    """The annual assessment for a school year; `levels` counts the schools agreed at each."""

    school_year: int
    state: str
    publish_on: date
    opened_by: str
    opened_at: AwareDatetime
    published_by: str | None
    published_at: AwareDatetime | None
    schools: int
    drafts: int
    proposed: int
    agreed: int
    in_force: int
    withdrawn: int
    levels: dict[str, int]


class LevelChange(Answer):
    """A level that came into force, also when it is the one that the school had before."""

    id: int
    on: date
    before: str | None
    level: str
    reason: str
    words: str
    occasion: str
    assessment: int
    changed_by: str
    changed_by_name: str
    at: AwareDatetime


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


class SupportWork(Answer):
    """What was done to support schools; `duty` is what was planned and is met by it."""

    id: int
    officer: str
    officer_name: str
    duty: int | None
    recorded_at: AwareDatetime


class SchoolVisit(SupportWork):
    """A visit to a school."""

    urn: int
    school: str
    visited_on: date
    purpose: str
    notes: str
    agreed_actions: str


class ReportSection(Answer):
    """One section of a written report."""

    title: str
    text: str


class WrittenReport(SupportWork):
    """A written report on a school."""

    urn: int
    school: str
    dated: date
    sections: list[ReportSection]


class SupportReview(SupportWork):
    """A review of a school's support; one of the whole register has no URN."""

    urn: int | None
    school: str | None
    kind: str
    title: str
    held_on: date
    summary: str
    impact: str


class Duty(Answer):
    """Something that the policy wants done by a day, of a school or of the whole register.

    `state` is `planned`, `late`, `done` or `cancelled`; `record` is the address of what met it,
    below the address of the API.
    """

    id: int
    kind: str
    title: str
    urn: int | None
    school: str | None
    evaluation_officer: str | None
    evaluation_officer_name: str | None
    school_year: int
    number: int
    level: str | None
    due_on: date
    state: str
    done_on: date | None
    reason: str
    record: str | None


class Supporter(Answer):
    """Somebody who supports a school: `state` is `ahead`, `in_force` or `over`.

    `officer` and `active` are null for somebody from outside the council.
    """

    id: int
    urn: int
    role: str
    role_title: str
    name: str
    organisation: str
    officer: str | None
    active: bool | None
    first_day: date
    last_day: date | None
    state: str
    assigned_by: str
    assigned_at: AwareDatetime


class Supporters(Answer):
    """Everybody who supports or supported a school."""

    items: list[Supporter]


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
