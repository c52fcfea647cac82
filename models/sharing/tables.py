"""Decisions to share information with somebody, and what went out on them, as rows."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field

from models.database import UtcDateTime
from models.of_matter import OfMatter
from models.policy.wording import the_role
from models.words import word


class SharedKind(StrEnum):
    """In which form information is shared."""

    LETTERS = "letters"
    FILES = "files"
    REPORTS = "reports"
    BUNDLE = "bundle"
    BOARD_PAPERS = "board_papers"

    @property
    def label(self) -> str:
        """The words for people: "a bundle of the whole record"."""
        return _KINDS[self]


_KINDS = {
    SharedKind.LETTERS: "letters",
    SharedKind.FILES: "files of evidence",
    SharedKind.REPORTS: "written reports",
    SharedKind.BUNDLE: "a bundle of the record",
    SharedKind.BOARD_PAPERS: "board papers",
}


class RecipientKind(StrEnum):
    """With whom information is shared: an agency, another body or person, or a known contact."""

    CONTACT = "contact"  # somebody who has a role at the school, or a national body
    SOCIAL_CARE = "social_care_team"
    POLICE = "police"
    OTHER_COUNCIL = "other_council"
    HEALTH_SERVICE = "health_service"
    OTHER_AGENCY = "other_agency"
    OTHER_PERSON = "other_person"

    @property
    def label(self) -> str:
        """The words for people: "Children’s social care"."""
        return _RECIPIENTS[self]


_RECIPIENTS = {
    RecipientKind.CONTACT: "A contact of the school or a national body",
    RecipientKind.SOCIAL_CARE: "Children’s social care",
    RecipientKind.POLICE: "The police",
    RecipientKind.OTHER_COUNCIL: "Another council",
    RecipientKind.HEALTH_SERVICE: "A health service",
    RecipientKind.OTHER_AGENCY: "Another agency",
    RecipientKind.OTHER_PERSON: "Another person",
}


class Consent(StrEnum):
    """What the people whom confidential information is about, or their parents, said."""

    GIVEN = "given"
    REFUSED = "refused"
    NOT_SOUGHT = "not_sought"
    NOT_NEEDED = "not_needed"  # nothing in it is confidential

    @property
    def label(self) -> str:
        """The words for people: "Consent was refused"."""
        return _CONSENT[self]


_CONSENT = {
    Consent.GIVEN: "Consent was given",
    Consent.REFUSED: "Consent was refused",
    Consent.NOT_SOUGHT: "Consent was not asked for, with good reason",
    Consent.NOT_NEEDED: "Consent is not needed: nothing in it is confidential",
}


class Override(StrEnum):
    """What alone lets confidential information be shared without consent."""

    SERIOUS_HARM = "serious_harm"
    STATUTORY_DUTY = "statutory_duty"
    COURT_ORDER = "court_order"

    @property
    def label(self) -> str:
        """The words for people: "A child is at risk of serious harm"."""
        return _OVERRIDES[self]


_OVERRIDES = {
    Override.SERIOUS_HARM: "A child is at risk of serious harm",
    Override.STATUTORY_DUTY: "There is a statutory duty to share it",
    Override.COURT_ORDER: "A court has ordered it",
}


class SharingState(StrEnum):
    """Where a decision stands; an urgent one holds from the start, until it is returned."""

    PROPOSED = "proposed"
    URGENT = "urgent"
    AUTHORISED = "authorised"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


# In these something may leave on a decision.
IN_FORCE = (SharingState.URGENT, SharingState.AUTHORISED)


class SharingDecision(OfMatter, table=True):
    """A decision to share information with somebody outside: the six questions and their answers.

    Its answers are never changed: who decides otherwise withdraws it and asks anew. `deadline_id`
    is that by which an urgent one is to be authorised, then that of its review.
    """

    __tablename__ = "sharing_decision"

    missing: ClassVar[str] = "There is no sharing decision {}."

    id: int = Field(default=None, primary_key=True)
    matter_id: int = Field(foreign_key="matter.id", index=True)
    state: SharingState = word(SharingState)
    kinds: list[str] = Field(sa_column=Column(JSON, nullable=False))
    information: str  # which information, in words
    purpose: str
    wellbeing: str  # how the safety and well-being of children were weighed
    confidential: bool
    confidential_because: str = ""
    consent: Consent = word(Consent)
    consent_said: str = ""  # whose, and what they said, or why they were not asked
    override: Override | None = word(Override, nullable=True, default=None)
    override_because: str = ""
    only_that: str  # why only that, and only to them
    securely: str
    accurate_on: date
    told: str = ""  # who was told from the outset why, what, how and with whom
    told_on: date | None = None
    not_told_because: str = ""
    advice: str = ""  # whose advice was taken, and what it was
    review_on: date
    urgent_because: str = ""
    proposal_id: int | None = Field(default=None, foreign_key="proposal.id", index=True)
    deadline_id: int | None = Field(default=None, foreign_key="deadline.id", index=True)
    proposed_by_id: int = Field(foreign_key="officer.id")
    proposed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    authorised_by_id: int | None = Field(default=None, foreign_key="officer.id")
    authorised_on: date | None = None
    reviewed_on: date | None = None
    reviewed: str = ""  # what the last review found
    withdrawn_by_id: int | None = Field(default=None, foreign_key="officer.id")
    withdrawn_on: date | None = None
    withdrawn_because: str = ""

    @property
    def in_force(self) -> bool:
        """Whether something may leave on it."""
        return self.state in IN_FORCE


class SharingRecipient(OfMatter, table=True):
    """One with whom a decision lets information be shared.

    Of a contact `role` says which one, and where they are reached is looked up; the others have
    name and address here. Empty `email`: nothing is sent to them by e-mail.
    """

    __tablename__ = "sharing_recipient"

    hangs_on: ClassVar[type[OfMatter] | None] = SharingDecision

    id: int = Field(default=None, primary_key=True)
    decision_id: int = Field(foreign_key="sharing_decision.id", index=True)
    kind: RecipientKind = word(RecipientKind)
    role: str | None = None
    name: str = ""
    email: str = ""
    address: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))

    @property
    def words(self) -> str:
        """Who it is: "Fernshire Police", "the diocese"."""
        if self.kind is RecipientKind.CONTACT and self.role is not None:
            return the_role(self.role)
        return self.name


class SharingUse(OfMatter, table=True):
    """That an approved letter goes to somebody on a decision: one line for each of them."""

    __tablename__ = "sharing_use"
    __table_args__ = (Index("use_once", "letter_id", "role", unique=True),)

    hangs_on: ClassVar[type[OfMatter] | None] = SharingDecision

    id: int = Field(default=None, primary_key=True)
    letter_id: int = Field(foreign_key="letter.id")
    role: str  # of the recipient, as the letter names it
    decision_id: int = Field(foreign_key="sharing_decision.id", index=True)


class HandedOver(OfMatter, table=True):
    """What was given to somebody on a decision and is not a letter: files, reports, a bundle."""

    __tablename__ = "sharing_handed_over"

    hangs_on: ClassVar[type[OfMatter] | None] = SharingDecision

    id: int = Field(default=None, primary_key=True)
    decision_id: int = Field(foreign_key="sharing_decision.id", index=True)
    recipient_id: int = Field(foreign_key="sharing_recipient.id")
    kind: SharedKind = word(SharedKind)
    what: str
    how: str
    handed_over_on: date
    recorded_by_id: int = Field(foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
