"""Schools, what kind they are, and the people at them."""

import hashlib
import json
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, Column, ColumnElement, Index, and_, false, or_
from sqlmodel import Field, SQLModel, col

from models.database import UtcDateTime
from models.of_matter import OfMatter
from models.schools.grades import Framework, Safeguarding
from models.words import word

# Types of establishment by their code in the national register (Get Information About Schools).
MAINTAINED_TYPES = frozenset({1, 2, 3, 5, 7, 12, 14, 15})
ACADEMY_TYPES = frozenset({6, 28, 33, 34, 35, 36, 38, 39, 40, 41, 42, 43, 44, 45, 46})
# The council's to watch: independent schools and colleges stand in the register too.
STATE_FUNDED_TYPES = MAINTAINED_TYPES | ACADEMY_TYPES


# The source of a contact that no officer has corrected.
NATIONAL_REGISTER = "the national register"


class SchoolKind(StrEnum):
    """Which ladder a school stands on, if any."""

    MAINTAINED = "maintained"
    ACADEMY = "academy"
    OTHER = "other"


def kind_of_type(code: int) -> SchoolKind:
    """The ladder that a type of establishment decides, by its code in the national register."""
    if code in MAINTAINED_TYPES:
        return SchoolKind.MAINTAINED
    return SchoolKind.ACADEMY if code in ACADEMY_TYPES else SchoolKind.OTHER


class RiskLevel(StrEnum):
    """The level of the risk register."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"

    @property
    def label(self) -> str:
        """The words for people: "high risk"."""
        return "no risk" if self is RiskLevel.NONE else f"{self.value} risk"


class ContactRole(StrEnum):
    """Whom the council writes to about a school."""

    HEADTEACHER = "headteacher"
    CHAIR_OF_GOVERNORS = "chair_of_governors"
    CLERK = "clerk"
    TRUST = "trust"
    SPONSOR = "sponsor"
    DIOCESE = "diocese"
    SECOND_DIOCESE = "second_diocese"  # of a school of two churches
    FOUNDATION_APPOINTER = "foundation_appointer"
    SCHOOL_IMPROVEMENT_PARTNER = "school_improvement_partner"

    @property
    def label(self) -> str:
        """The words for people: "chair of governors"."""
        return self.value.replace("_", " ")


class InspectionCategory(StrEnum):
    """Into which category a published report puts a school: Ofsted's word, never computed here.

    Education Act 2005, section 13(3)(a).
    """

    SIGNIFICANT_IMPROVEMENT = "significant_improvement"
    SPECIAL_MEASURES = "special_measures"
    NONE = "none"

    @property
    def label(self) -> str:
        """What the report says of the school, after "the school"."""
        return _CATEGORIES[self]


_CATEGORIES = {
    InspectionCategory.SIGNIFICANT_IMPROVEMENT: "requires significant improvement",
    InspectionCategory.SPECIAL_MEASURES: "requires special measures",
    InspectionCategory.NONE: "is in no category",
}


class School(SQLModel, table=True):
    """A school, by its URN."""

    __tablename__ = "school"

    urn: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str = Field(index=True)
    type_code: int
    type_name: str
    phase: str
    trust: str | None = None
    sponsor: str | None = None
    religious_character: str | None = None
    diocese: str | None = None
    town: str = ""
    postcode: str = ""
    risk_level: RiskLevel | None = word(RiskLevel, nullable=True, default=None)
    address: list[str] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )
    la_code: int | None = Field(default=None, index=True)
    la_name: str | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    # What the national register said last: who the headteacher is, and a digest of all we take.
    register_head: str | None = None
    register_digest: str | None = None
    # The last new headteacher who was counted as one, by the register or by an officer.
    newest_head: str | None = None
    demonstration: bool = False
    # With which modifications Part 4 applies to a pupil referral unit, as legal services confirmed.
    part_4_note: str | None = None
    # That a foundation school has no foundation, so that nobody appoints foundation governors.
    no_foundation: bool = Field(default=False, sa_column_kwargs={"server_default": false()})

    @property
    def kind(self) -> SchoolKind:
        """The ladder that the type of establishment decides."""
        return kind_of_type(self.type_code)


def is_open(today: date) -> ColumnElement[bool]:
    """The condition that a school is open on a day."""
    return and_(
        or_(col(School.opened_on).is_(None), col(School.opened_on) <= today),
        or_(col(School.closed_on).is_(None), col(School.closed_on) > today),
    )


def is_watched(today: date) -> ColumnElement[bool]:
    """The condition that a school stands on the risk register: it is open and state-funded."""
    return and_(is_open(today), col(School.type_code).in_(STATE_FUNDED_TYPES))


class Contact(SQLModel, table=True):
    """One person or body at a school, in one role."""

    __tablename__ = "contact"
    __table_args__ = (Index("contact_of_school", "urn", "role", unique=True),)

    id: int = Field(default=None, primary_key=True)
    urn: int = Field(foreign_key="school.urn")
    role: ContactRole = word(ContactRole)
    name: str
    email: str | None = None
    address: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    source: str
    changed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class InspectionOutcome(SQLModel, table=True):
    """What a published report of an inspection says of a school's category, as it was entered.

    Rows are only ever added: one that was wrong is corrected by a later one that names it in
    `corrects_id`, with its `reason`. A correction without a category says that there was no such
    report. Of those that stand, the report published last counts (sections 61 and 62 of the
    Education and Inspections Act 2006).
    """

    __tablename__ = "inspection_outcome"

    id: int = Field(default=None, primary_key=True)
    urn: int = Field(foreign_key="school.urn", index=True)
    category: InspectionCategory | None = word(InspectionCategory, nullable=True, default=None)
    published_on: date
    source: str  # the report, or the file it was read in
    # Nobody of ours where an administrator at the command line imported it.
    recorded_by_id: int | None = Field(default=None, foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    corrects_id: int | None = Field(
        default=None, foreign_key="inspection_outcome.id", unique=True, nullable=True
    )
    reason: str = ""
    framework: Framework | None = word(Framework, nullable=True, default=None)
    inspected_on: date | None = None  # its first day
    safeguarding: Safeguarding | None = word(Safeguarding, nullable=True, default=None)
    # By area its grade, both in the words of `models.schools.grades`.
    grades: dict[str, str] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False, server_default="{}")
    )
    outcome: str = ""  # of an ungraded inspection, in Ofsted's words
    # The national file that it was read in; none of what an officer entered.
    import_id: int | None = Field(default=None, foreign_key="national_import.id", index=True)


class FoundationAnswer(SQLModel, table=True):
    """Whether a foundation school has no foundation, as somebody said; the newest row counts."""

    __tablename__ = "foundation_answer"

    id: int = Field(default=None, primary_key=True)
    urn: int = Field(foreign_key="school.urn", index=True)
    none: bool
    reason: str
    recorded_by_id: int = Field(foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class EmailAgreement(SQLModel, table=True):
    """Whether somebody at a school agrees to be served by e-mail, at one address, from a day on.

    Rows are only ever added: a withdrawal is one that does not agree. Of those about the same role
    and address the one of the latest day counts, and of a day the one recorded last.
    """

    __tablename__ = "email_agreement"

    id: int = Field(default=None, primary_key=True)
    urn: int = Field(foreign_key="school.urn", index=True)
    role: ContactRole = word(ContactRole)
    email: str
    agrees: bool
    said_on: date
    evidence: str
    recorded_by_id: int = Field(foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Part4Confirmation(SQLModel, table=True):
    """What legal services said of Part 4 at one pupil referral unit; the newest row counts.

    Its note stands at the school (`part_4_note`) while Part 4 applies.
    """

    __tablename__ = "part_4_confirmation"

    id: int = Field(default=None, primary_key=True)
    urn: int = Field(foreign_key="school.urn", index=True)
    applies: bool
    confirmed_by: str
    confirmed_on: date
    note: str
    recorded_by_id: int = Field(foreign_key="officer.id")
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class HeldContact(OfMatter, table=True):
    """The contact that one case's letters use in place of the school's.

    As it stood before somebody changed it who does not see the case; without a name the school
    had none in this role. `kept` once somebody who sees the case has refused the school's.
    """

    __tablename__ = "held_contact"
    __table_args__ = (Index("held_contact_of_matter", "matter_id", "role", unique=True),)

    id: int = Field(default=None, primary_key=True)
    matter_id: int = Field(foreign_key="matter.id")
    role: ContactRole = word(ContactRole)
    name: str | None = None
    email: str | None = None
    address: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    source: str | None = None
    changed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    kept: bool = False

    def contact(self, urn: int) -> Contact | None:
        """It as a contact of the school; None where the school had none."""
        if self.name is None or self.source is None or self.changed_at is None:
            return None
        return Contact(
            urn=urn,
            role=self.role,
            name=self.name,
            email=self.email,
            address=self.address,
            source=self.source,
            changed_at=self.changed_at,
        )

    def beside(self, contact: Contact) -> str:
        """A fingerprint of the two contacts between which somebody chooses."""
        both = [[each.name, each.email, list(each.address)] for each in (self, contact)]
        return hashlib.sha256(json.dumps(both).encode()).hexdigest()
