"""What may be sent to the JSON API: bodies and queries, with nothing that is not named here.

Only the form is checked here; what is possible and who may do it is for the commands.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from models.escalations.tables import ProposalState, Status
from models.inputs import Day, Email, Text, Urn, Word, Words
from models.matters.tables import DeadlineState
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
