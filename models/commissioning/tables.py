"""Support from outside as rows: who asked, who was commissioned, what was used, what it brought."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from models.database import UtcDateTime
from models.of_matter import OfMatter
from models.words import word


class Party(StrEnum):
    """Whose it is: to commission, or to evaluate."""

    SCHOOL = "school"
    COUNCIL = "council"

    @property
    def label(self) -> str:
        """The words for people."""
        return f"The {self.value}"


class Payer(StrEnum):
    """Who pays."""

    SCHOOL = "school"
    COUNCIL = "council"
    SHARED = "shared"
    NOBODY = "nobody"

    @property
    def label(self) -> str:
        """The words for people."""
        return _PAYERS[self]


_PAYERS = {
    Payer.SCHOOL: "The school",
    Payer.COUNCIL: "The council",
    Payer.SHARED: "School and council together",
    Payer.NOBODY: "Nobody: it is free",
}


class RequestState(StrEnum):
    """What became of a school's request for support."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REFERRED = "referred"


class ReferralState(StrEnum):
    """What became of a referral."""

    OPEN = "open"
    TAKEN_UP = "taken_up"
    NOT_TAKEN_UP = "not_taken_up"


class Difference(StrEnum):
    """What difference the support made."""

    GREAT = "great"
    SOME = "some"
    NONE = "none"

    @property
    def label(self) -> str:
        """The words for people."""
        return _DIFFERENCES[self]


_DIFFERENCES = {
    Difference.GREAT: "A great difference",
    Difference.SOME: "Some difference",
    Difference.NONE: "No difference",
}


class Provider(SQLModel, table=True):
    """Somebody to whom a school can be referred; `quality` says how it is known."""

    __tablename__ = "provider"

    missing: ClassVar[str] = "There is no provider {}."

    id: int = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    offers: str
    contact: str = ""
    email: str | None = None
    quality: str
    active: bool = True
    added_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class SupportRequest(OfMatter, table=True):
    """What a school asked the council for, and the answer; a consultant may have fed it back."""

    __tablename__ = "support_request"

    missing: ClassVar[str] = "There is no request for support {}."

    id: int = Field(default=None, primary_key=True)
    matter_id: int = Field(foreign_key="matter.id", index=True)
    asked_on: date
    asked_by: str
    consultant_id: int | None = Field(default=None, foreign_key="consultant.id")
    need: str
    priority: str = ""  # of the school's improvement plan
    deadline_id: int = Field(foreign_key="deadline.id", index=True)
    state: RequestState = word(RequestState)
    answered_on: date | None = None
    answer: str = ""
    answered_by_id: int | None = Field(default=None, foreign_key="officer.id")
    recorded_by_id: int = Field(foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Referral(OfMatter, table=True):
    """A school was referred to a provider, and what came of it."""

    __tablename__ = "referral"

    missing: ClassVar[str] = "There is no referral {}."

    id: int = Field(default=None, primary_key=True)
    matter_id: int = Field(foreign_key="matter.id", index=True)
    provider_id: int = Field(foreign_key="provider.id", index=True)
    request_id: int | None = Field(default=None, foreign_key="support_request.id")
    what_for: str
    referred_on: date
    state: ReferralState = word(ReferralState)
    outcome: str = ""
    outcome_on: date | None = None
    referred_by_id: int = Field(foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Commission(OfMatter, table=True):
    """Support that was agreed: by whom for what, who pays, how many days.

    It is given by a supporter of the school or by a provider: one of them. `days_held` are those
    that it takes of a consultant's school year: what was agreed, once it has ended what was used.
    Its deadline is the day by which its impact is to be evaluated.
    """

    __tablename__ = "commission"

    missing: ClassVar[str] = "There is no commission {}."

    id: int = Field(default=None, primary_key=True)
    matter_id: int = Field(foreign_key="matter.id", index=True)
    supporter_id: int | None = Field(default=None, foreign_key="supporter.id", index=True)
    provider_id: int | None = Field(default=None, foreign_key="provider.id", index=True)
    request_id: int | None = Field(default=None, foreign_key="support_request.id")
    commissioned_by: Party = word(Party)
    paid_by: Payer = word(Payer)
    cost: int | None = None  # pounds
    what_for: str  # the issues agreed with the school
    priority: str = ""
    days_agreed: float
    days_held: float
    first_day: date
    last_day: date
    reason: str = ""  # why all the same: their own school causes concern, or they have no days left
    deadline_id: int = Field(foreign_key="deadline.id", index=True)
    ended_on: date | None = None  # before its last day
    end_reason: str = ""
    recorded_by_id: int = Field(foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class DaysUsed(OfMatter, table=True):
    """Days of a commission that were used; with a reason where they are beyond those agreed."""

    __tablename__ = "days_used"

    hangs_on: ClassVar[type[OfMatter] | None] = Commission

    id: int = Field(default=None, primary_key=True)
    commission_id: int = Field(foreign_key="commission.id", index=True)
    used_on: date
    days: float
    what: str
    reason: str = ""
    recorded_by_id: int = Field(foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class ImpactEvaluation(OfMatter, table=True):
    """What a commission brought, as the school or the council says; of each the last counts.

    `said_by` is who at the school said so; empty where the council says it.
    """

    __tablename__ = "impact_evaluation"

    hangs_on: ClassVar[type[OfMatter] | None] = Commission

    id: int = Field(default=None, primary_key=True)
    commission_id: int = Field(foreign_key="commission.id", index=True)
    party: Party = word(Party)
    said_by: str = ""
    evaluated_on: date
    difference: Difference = word(Difference)
    impact: str
    recorded_by_id: int = Field(foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
