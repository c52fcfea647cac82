"""What may be sent to the JSON API: bodies and queries, with nothing that is not named here.

Only the form is checked here; what is possible and who may do it is for the commands.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from models.escalations.tables import ProposalState, Status
from models.inputs import Day, Email, RowKey, Text, Urn, Word, Words
from models.level_letters.letters_shown import Channel
from models.level_letters.tables import LevelLetterState
from models.matters.tables import DeadlineState
from models.programme.tables import DutyKind
from models.risk.tables import AssessmentState
from models.schools.tables import RiskLevel
from web.api.paging import Paging


class Body(BaseModel):
    """A JSON object whose every field is known, and of the type it says."""

    model_config = ConfigDict(extra="forbid", strict=True)


class StartBody(Body):
    """A new escalation. `case_officer` is an e-mail address; the URN may be text too."""

    urn: Urn
    triggers: Words
    summary: Text
    case_officer: Email
    head_performance_in_question: bool = False
    not_engaging: bool = False


class DiscussionBody(Body):
    """A discussion or meeting that was held."""

    held_on: Day
    with_whom: Words = Field(alias="with")
    notes: Text
    agreed_actions: Text = ""


class ResponseBody(Body):
    """What the school answered; judged now, or later with a call of its own."""

    received_on: Day
    summary: Text
    judgement: Word | None = None


class JudgementBody(Body):
    """What is made of a response that was recorded without a judgement."""

    judgement: Word
    reason: Text = ""


class ProposalBody(Body):
    """A change to put forward, for a `reason` that no letter prints.

    `words` are what its letter says of why the authority writes, drafted from the record where
    there are none; `to` belongs to `extend`, `respond_by` to `advance`, `step` to `convert`; the
    two flags are recorded when the proposal is approved.
    """

    action: Word
    reason: Text
    words: Text = ""
    to: Day | None = None
    respond_by: Day | None = None
    step: Word | None = None
    head_performance_in_question: bool | None = None
    not_engaging: bool | None = None


class CaseOfficerBody(Body):
    """The new case officer, by e-mail address, and why."""

    case_officer: Email
    reason: Text


class RestrictionBody(Body):
    """The officers, by e-mail address, who see a restricted case, and why it is one."""

    officers: Annotated[list[Email], Field(max_length=50)]
    reason: Text


class HeldContactBody(Body):
    """`confirm` the school's contact for a case's letters, or `keep` the one before.

    `seen` is the fingerprint of the two, as they were read.
    """

    decision: Word
    seen: Text


class ReasonBody(Body):
    """Why."""

    reason: Text


class DecisionBody(Body):
    """A decision with its reason."""

    decision: Word
    reason: Text = ""


class ProposalDecisionBody(DecisionBody):
    """`return` needs a reason; `approve` the `seen` that came with the proposal."""

    seen: Word | None = None


class LetterBody(Body):
    """The text of a draft."""

    body: Text


class AssessmentBody(Body):
    """An assessment of a school in the year; the URN may be text too."""

    urn: Urn


class RiskEvidenceBody(Body):
    """One piece of evidence of an assessment: of which kind, where from, of which day."""

    kind: Word
    source: Text
    dated: Day
    summary: Text


class LevelBody(Body):
    """The level that is proposed, and why."""

    level: Word
    reason: Text
    words: Text = ""


class ModerationBody(Body):
    """What a moderator makes of a proposed level: `agree` or `return`, which needs a reason.

    `version` is that of the assessment as they saw it; `level` is another one than was proposed,
    which needs a reason too.
    """

    decision: Word
    version: int
    level: Word | None = None
    reason: Text = ""
    words: Text = ""


class RoundBody(Body):
    """The annual assessment for the school year that begins in this calendar year."""

    school_year: int


class SchoolVisitBody(Body):
    """A visit to a school; `duty` is the planned one that it was, else it is the first due."""

    urn: Urn
    visited_on: Day
    purpose: Text
    notes: Text
    agreed_actions: Text = ""
    duty: RowKey | None = None


class ReportSectionBody(Body):
    """One section of a written report, by the title that the policy gives it."""

    title: Word
    text: Text


class WrittenReportBody(Body):
    """A written report on a school; `duty` is the planned one that it was, else the first due."""

    urn: Urn
    dated: Day
    sections: Annotated[list[ReportSectionBody], Field(max_length=50)]
    duty: RowKey | None = None


class SupportReviewBody(Body):
    """A review of a school, or without a URN of the whole register.

    `kind` is `evaluation` or `sisg_meeting` of a school, else `action_review` or `board_report`.
    """

    kind: Word
    urn: Urn | None = None
    held_on: Day
    summary: Text
    impact: Text = ""
    duty: RowKey | None = None


class SupporterBody(Body):
    """Somebody who is to support a school: an officer by e-mail address, or a name."""

    role: Word
    officer: Email | None = None
    name: Text = ""
    organisation: Text = ""
    first_day: Day
    last_day: Day | None = None


class LastDayBody(Body):
    """The last day of somebody's support."""

    last_day: Day


class SupportWorkQuery(Paging):
    """Visits or written reports of which school, by which officer (their e-mail address)."""

    urn: int | None = Field(None, ge=1, le=999_999)
    officer: Email | None = None


class SupportReviewQuery(SupportWorkQuery):
    """Reviews of which kind, of which school, by which officer."""

    kind: DutyKind | None = None


class DutyQuery(Paging):
    """Which duties; `to_do` are those that are planned or late, `due_before` is left out."""

    urn: int | None = Field(None, ge=1, le=999_999)
    kind: DutyKind | None = None
    officer: Email | None = None
    state: Literal["planned", "late", "done", "cancelled", "to_do"] | None = None
    due_before: Day | None = None


class EscalationQuery(Paging):
    """Which escalations; `status` may be given several times."""

    status: list[Status] = Field(default=[], max_length=len(Status))
    ladder: Word | None = None
    step: Word | None = None
    urn: int | None = Field(None, ge=1, le=999_999)
    case_officer: Email | None = None
    overdue: bool | None = None
    age: Word | None = None
    query: Word = ""
    sort: Word = "reference"


class ProposalQuery(Paging):
    """Which proposals: what waits for the caller, or what they proposed or decided."""

    state: ProposalState = ProposalState.AWAITING


class DeadlineQuery(Paging):
    """Which deadlines; `due_before` leaves out that day, `running` those of paused escalations."""

    due_from: Day | None = None
    running: bool = False
    due_before: Day | None = None
    state: DeadlineState | None = None
    case_officer: Email | None = None


class AssessmentQuery(Paging):
    """Which assessments; `round` is the year in which its school year begins."""

    urn: int | None = Field(None, ge=1, le=999_999)
    state: AssessmentState | None = None
    round: int | None = Field(None, ge=2000, le=2199)
    level: RiskLevel | None = None
    query: Word = ""


class LetterBatchBody(Body):
    """What a batch of letters is about: `annual` or `changes`."""

    about: Word


class LevelLetterQuery(Paging):
    """Which letters of a batch, by words of the school's name, and by what they are like."""

    query: Word = ""
    level: RiskLevel | None = None
    role: Word | None = None
    channel: Channel | None = None
    state: LevelLetterState | None = None
