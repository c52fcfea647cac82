"""Steps vi and vii of the maintained ladder as rows: notices, powers and what belongs to them.

The rules of these rows are the law's and stand in `models.law`.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import JSON, Column
from sqlmodel import Field

from models.database import UtcDateTime
from models.law.powers import Section
from models.letters.tables import Letter
from models.of_matter import OfMatter
from models.statutory.needs import Needs
from models.words import word


class Support(OfMatter, table=True):
    """How the school and the authority work together on the problem; the newest row counts.

    It is what the guard before a warning notice looks at (The SIP's Brief, part 4).
    """

    __tablename__ = "support"
    by: ClassVar[str] = "escalation_id"

    id: int = Field(default=None, primary_key=True)
    escalation_id: int = Field(foreign_key="escalation.id", index=True)
    aware_of_problem: bool
    working_with_partner: bool
    plan_on_track: bool
    evidence: str
    recorded_by_id: int = Field(foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))

    @property
    def works(self) -> bool:
        """Whether support is enough for now, so that a notice needs a reason."""
        return (self.aware_of_problem and self.working_with_partner) or self.plan_on_track


class WarningNotice(OfMatter, table=True):
    """A warning notice under section 60, from its proposal on.

    It is given on the day of its letter, once that is issued; until then, and when its proposal
    is returned, it is a paper.
    """

    __tablename__ = "warning_notice"

    missing: ClassVar[str] = "There is no warning notice {}."
    by: ClassVar[str] = "escalation_id"

    id: int = Field(default=None, primary_key=True)
    escalation_id: int = Field(foreign_key="escalation.id", index=True)
    proposal_id: int = Field(foreign_key="proposal.id")
    letter_id: int = Field(foreign_key="letter.id")
    grounds: list[str] = Field(sa_column=Column(JSON, nullable=False))
    comparisons: list[str] = Field(sa_column=Column(JSON, nullable=False))
    comparison: str
    why_powers: str
    matters: str
    action_required: str
    compliance_ends_on: date
    action_minded: str
    why_support_is_not_enough: str
    complied: bool | None = None
    judged_on: date | None = None
    judged_by_id: int | None = Field(default=None, foreign_key="officer.id")
    judgement_reasons: str = ""
    judgement_words: str = ""  # what later letters say of it to the school
    ceased_on: date | None = None
    ceased_because: str = ""


class ProposedPowers(OfMatter, table=True):
    """Reasonable written notice that powers are proposed (section 60(1)(d))."""

    __tablename__ = "proposed_powers"

    hangs_on: ClassVar[type[OfMatter] | None] = WarningNotice

    id: int = Field(default=None, primary_key=True)
    notice_id: int = Field(foreign_key="warning_notice.id", index=True)
    letter_id: int = Field(foreign_key="letter.id")
    sections: list[str] = Field(sa_column=Column(JSON, nullable=False))
    reasons: str
    working_days: int


class PowerState(StrEnum):
    """How far a power has come."""

    PREPARED = "prepared"
    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    ENDED = "ended"
    DROPPED = "dropped"  # never used: the school converted, or the case closed


class Power(OfMatter, table=True):
    """One power of sections 63 to 66, from its preparation to its end.

    `details` keeps what the section needs, as JSON; `needs` has it by name and type.
    """

    __tablename__ = "power"

    missing: ClassVar[str] = "There is no power {}."
    by: ClassVar[str] = "escalation_id"

    id: int = Field(default=None, primary_key=True)
    escalation_id: int = Field(foreign_key="escalation.id", index=True)
    urn: int = Field(foreign_key="school.urn", index=True)
    section: Section = word(Section)
    reason: str
    words: str = ""  # what its letters say to the school, and to those who are consulted
    purpose: str = ""  # how it makes the governing body or the board able and willing to act
    capability: str = ""  # what was considered of proceedings concerning the headteacher
    details: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    starts_on: date | None = None
    state: PowerState = word(PowerState)
    prepared_by_id: int = Field(foreign_key="officer.id")
    prepared_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    secretary_of_state_on: date | None = None
    secretary_of_state_evidence: str = ""
    proposal_id: int | None = Field(default=None, foreign_key="proposal.id")
    letter_id: int | None = Field(default=None, foreign_key="letter.id")
    used_on: date | None = None
    effective_on: date | None = None
    received_evidence: str = ""
    ended_on: date | None = None
    end_reason: str = ""

    @property
    def needs(self) -> Needs:
        """What the section needs: arrangements, governors or members of the board."""
        return Needs.model_validate(self.details)


class Consultation(OfMatter, table=True):
    """Who was consulted about a power, when, and what they said (sections 63 and 65)."""

    __tablename__ = "consultation"

    hangs_on: ClassVar[type[OfMatter] | None] = Power

    id: int = Field(default=None, primary_key=True)
    power_id: int = Field(foreign_key="power.id", index=True)
    role: str
    consulted_on: date
    said: str
    recorded_by_id: int = Field(foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Representation(OfMatter, table=True):
    """What the governing body or the headteacher said about a suspended budget (section 66)."""

    __tablename__ = "representation"

    hangs_on: ClassVar[type[OfMatter] | None] = Power

    id: int = Field(default=None, primary_key=True)
    power_id: int = Field(foreign_key="power.id", index=True)
    role: str
    received_on: date
    said: str
    recorded_by_id: int = Field(foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class MatchingGovernor(OfMatter, table=True):
    """A governor whom the diocese or the appointers appointed beside ours: section 64(4) to (9)."""

    __tablename__ = "matching_governor"

    hangs_on: ClassVar[type[OfMatter] | None] = Power

    id: int = Field(default=None, primary_key=True)
    power_id: int = Field(foreign_key="power.id", index=True)
    role: str
    name: str
    appointed_on: date
    evidence: str
    recorded_by_id: int = Field(foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class ReviewOutcome(StrEnum):
    """What a review of a suspended budget comes to."""

    CONTINUE = "continue"
    END = "end"


class BudgetReview(OfMatter, table=True):
    """The review of a suspended budget before a financial year begins (section 66)."""

    __tablename__ = "budget_review"

    hangs_on: ClassVar[type[OfMatter] | None] = Power

    id: int = Field(default=None, primary_key=True)
    power_id: int = Field(foreign_key="power.id", index=True)
    proposal_id: int = Field(foreign_key="proposal.id")
    letter_id: int = Field(foreign_key="letter.id")
    outcome: ReviewOutcome = word(ReviewOutcome)
    reasons: str
    recorded_by_id: int = Field(foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    decided_on: date | None = None


class SecretaryOfStateKind(StrEnum):
    """What the Secretary of State told the authority."""

    WARNING_NOTICE = "warning_notice"  # section 60(4A) and (4B): hers stands in place of ours
    INTENDS_TO_ACT = "intends_to_act"  # sections 66A to 69: ours of 63, 64 and 66 are locked
    APPOINTED_GOVERNORS = "appointed_governors"  # section 67(6): no suspension of the budget
    TAKES_OVER_BOARD = "takes_over_board"  # section 70C: our board is hers


class SecretaryOfStateNotice(OfMatter, table=True):
    """A notice from the Secretary of State about a school, in force until released."""

    __tablename__ = "secretary_of_state_notice"

    missing: ClassVar[str] = "There is no notice {} of the Secretary of State."
    by: ClassVar[str] = "escalation_id"

    id: int = Field(default=None, primary_key=True)
    escalation_id: int = Field(foreign_key="escalation.id", index=True)
    urn: int = Field(foreign_key="school.urn", index=True)
    kind: SecretaryOfStateKind = word(SecretaryOfStateKind)
    received_on: date
    summary: str
    recorded_by_id: int = Field(foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    released_on: date | None = None
    release_note: str = ""


class ServiceMethod(StrEnum):
    """How a letter was put into somebody's hands: section 572 of the Education Act 1996.

    Both kinds of post are prepaid. By e-mail only where that was agreed.
    """

    BY_HAND = "by_hand"
    LEFT_AT_ADDRESS = "left_at_address"
    FIRST_CLASS_POST = "first_class_post"
    RECORDED_DELIVERY = "recorded_delivery"
    EMAIL = "email"

    @property
    def label(self) -> str:
        """The method in words: "recorded delivery"."""
        return self.value.replace("_", " ").replace("email", "e-mail")


class ServiceAsked(OfMatter, table=True):
    """That a notice must be proven to have been served on its addressee, with the deadline for it.

    Made when the notice is issued. A notice of before this was asked has none, and counts as given
    on the day it bears.
    """

    __tablename__ = "service_asked"

    hangs_on: ClassVar[type[OfMatter] | None] = Letter

    letter_id: int = Field(
        primary_key=True, foreign_key="letter.id", sa_column_kwargs={"autoincrement": False}
    )
    deadline_id: int = Field(foreign_key="deadline.id")


class Service(OfMatter, table=True):
    """That a letter was served on somebody: apart from what the mail server said of it.

    `served_on` is the day on which it was handed over, left, posted or sent; `counts_from` the day
    that counts as service, by the council's settings or as its arrival is proven. It does not count
    once it was `undone`.
    """

    __tablename__ = "service"

    missing: ClassVar[str] = "There is no record {} of service."
    hangs_on: ClassVar[type[OfMatter] | None] = Letter

    id: int = Field(default=None, primary_key=True)
    letter_id: int = Field(foreign_key="letter.id", index=True)
    role: str
    method: ServiceMethod = word(ServiceMethod)
    served_on: date
    arrived_on: date | None = None  # where that is proven
    counts_from: date | None = None  # None in rows of before service was asked for
    evidence: str
    recorded_by_id: int = Field(foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    undone_on: date | None = None
    undone_because: str = ""
