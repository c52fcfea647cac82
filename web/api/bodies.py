"""What may be sent to the JSON API: bodies and queries, with nothing that is not named here.

Only the form is checked here; what is possible and who may do it is for the commands.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from models.inputs import Day, Email, Text, Word, Words


class Body(BaseModel):
    """A JSON object whose every field is known, and of the type it says."""

    model_config = ConfigDict(extra="forbid", strict=True)


class SupportBody(Body):
    """How the school and the authority work together on the problem."""

    aware_of_problem: bool
    working_with_partner: bool
    plan_on_track: bool
    evidence: Text


class WarningNoticeBody(Body):
    """A warning notice, whole: what section 60 wants of it is checked by the command.

    `comparisons`, `comparison` and `why_powers` belong to the ground `standards`;
    `why_support_is_not_enough` is needed while support is recorded as working.
    """

    grounds: Words
    comparisons: Words = []
    comparison: Text = ""
    why_powers: Text = ""
    matters: Text
    action_required: Text
    compliance_ends_on: Day
    action_minded: Text
    why_support_is_not_enough: Text = ""


class ComplianceBody(Body):
    """Whether the governing body complied to the authority's satisfaction.

    Later letters quote the `words`, and never the `reasons`; so it is with the bodies below.
    """

    complied: bool
    reasons: Text
    words: Text = ""


class ProposedPowersBody(Body):
    """Notice that powers are proposed: which sections, and why."""

    sections: Words
    reasons: Text
    words: Text = ""


class PersonBody(Body):
    """Somebody by name: a governor to be appointed, or one who sits now."""

    name: Text
    email: Email
    address: Words = []


class MemberBody(PersonBody):
    """A member of an Interim Executive Board; one who is a governor now has to be confirmed."""

    chair: bool = False
    governor: bool = False
    governor_confirmed: bool = False


People = Annotated[list[PersonBody], Field(max_length=100)]
Members = Annotated[list[MemberBody], Field(max_length=100)]


class PowerBody(Body):
    """A power to prepare; what its section needs may also be given when it is used."""

    section: Word
    reason: Text
    words: Text = ""
    starts_on: Day | None = None
    arrangements: Text = ""
    governors: People = []
    members: Members = []


class UseBody(Body):
    """The proposal to use a power; what is given replaces what was prepared."""

    reason: Text
    words: Text = ""
    starts_on: Day | None = None
    arrangements: Text | None = None
    governors: People | None = None
    members: Members | None = None


class ConsultationBody(Body):
    """Who was consulted about a power, when, and what they said."""

    with_whom: Word = Field(alias="with")
    consulted_on: Day
    said: Text = ""


class ToldBody(Body):
    """When the Secretary of State was notified, or her consent received, and how that is known."""

    on: Day
    evidence: Text


class ReceiptBody(Body):
    """When the governing body received the notice of suspension."""

    received_on: Day
    evidence: Text


class RepresentationBody(Body):
    """What the governing body or the headteacher said about a suspended budget."""

    from_whom: Word = Field(alias="from")
    received_on: Day
    said: Text


class ReviewBody(Body):
    """The outcome of a review of a suspended budget: `continue` or `end`."""

    outcome: Word
    reasons: Text
    words: Text = ""


class EndBody(Body):
    """The end of a power."""

    ended_on: Day
    reason: Text
    words: Text = ""


class SecretaryOfStateNoticeBody(Body):
    """A notice of the Secretary of State: `warning_notice` or `intends_to_act`."""

    kind: Word
    received_on: Day
    summary: Text


class ReleaseBody(Body):
    """The Secretary of State has told the authority that it may act again."""

    released_on: Day
    note: Text


class ServiceBody(Body):
    """That a letter was served on one of those it is for."""

    to: Word
    method: Word
    served_on: Day
    evidence: Text
