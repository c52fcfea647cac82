"""What happens to schools and to the people to whom letters go."""

from dataclasses import dataclass
from datetime import date

from models.clocks import long_date
from models.happened import Happened, Names, Topic
from models.policy.wording import role_words, the_role
from models.schools.tables import InspectionCategory


@dataclass(frozen=True, kw_only=True)
class SchoolAdded(Happened):
    """A school is kept that was not."""

    urn: int
    name: str
    type_code: int

    def sentence(self, _: Names) -> str:
        return f"{self.name} ({self.urn}) was added to the schools."


@dataclass(frozen=True, kw_only=True)
class ContactChanged(Happened):
    """A school has another contact; `held` where a case's letters go on to the one before.

    `correction` where the officer said that a name was corrected, and nobody is new.
    """

    topic = Topic.CONTACTS
    urn: int
    role: str
    name: str
    email: str | None
    held: bool | None = None
    correction: bool | None = None

    def sentence(self, _: Names) -> str:
        said = f"{self.name} was recorded as the {role_words(self.role)} of school {self.urn}."
        if self.correction:
            said = f"{said} This corrects the name of the same person."
        if self.held:
            return (
                f"{said} Letters on this case still go to the previous contact until the new "
                "one is confirmed."
            )
        return said


@dataclass(frozen=True, kw_only=True)
class InspectionRecorded(Happened):
    """What a published report says of a school's category was entered."""

    inspection: int
    urn: int
    category: InspectionCategory
    published_on: date

    def sentence(self, _: Names) -> str:
        return f"It was recorded that {_report(self.urn, self.category, self.published_on)}."


@dataclass(frozen=True, kw_only=True)
class InspectionCorrected(Happened):
    """An outcome that was entered wrongly is replaced; without a category there was no report."""

    inspection: int
    corrects: int
    urn: int
    category: InspectionCategory | None
    published_on: date
    reason: str

    def sentence(self, _: Names) -> str:
        if self.category is None:
            return (
                f"The outcome of an inspection of school {self.urn} was corrected: there was no "
                "such report."
            )
        says = _report(self.urn, self.category, self.published_on)
        return f"The outcome of an inspection was corrected: {says}."


@dataclass(frozen=True, kw_only=True)
class Part4Confirmed(Happened):
    """Legal services said whether Part 4 applies to a pupil referral unit."""

    confirmation: int
    urn: int
    applies: bool
    confirmed_by: str
    confirmed_on: date

    def sentence(self, _: Names) -> str:
        applies = "applies, with modifications," if self.applies else "does not apply"
        return (
            f"It was recorded that {self.confirmed_by} confirmed on "
            f"{long_date(self.confirmed_on)} that Part 4 {applies} to school {self.urn}."
        )


@dataclass(frozen=True, kw_only=True)
class FoundationAnswered(Happened):
    """Somebody said whether a foundation school has a foundation."""

    answer: int
    urn: int
    none: bool
    reason: str

    def sentence(self, _: Names) -> str:
        has = "no foundation" if self.none else "a foundation"
        return f"It was recorded that school {self.urn} has {has}."


@dataclass(frozen=True, kw_only=True)
class EmailServiceAgreed(Happened):
    """Somebody at a school agreed to be served by e-mail."""

    topic = Topic.CONTACTS
    agreement: int
    urn: int
    role: str
    said_on: date

    def sentence(self, _: Names) -> str:
        whom, day = the_role(self.role), long_date(self.said_on)
        return (
            f"It was recorded that {whom} of school {self.urn} agreed on {day} to be served by "
            "e-mail."
        )


@dataclass(frozen=True, kw_only=True)
class EmailServiceWithdrawn(Happened):
    """Somebody at a school is not to be served by e-mail any more."""

    topic = Topic.CONTACTS
    agreement: int
    urn: int
    role: str
    said_on: date

    def sentence(self, _: Names) -> str:
        whom, day = the_role(self.role), long_date(self.said_on)
        return (
            f"It was recorded that {whom} of school {self.urn} withdrew on {day} the agreement to "
            "be served by e-mail."
        )


def _report(urn: int, category: InspectionCategory, published_on: date) -> str:
    """What a report says, as a clause."""
    day = long_date(published_on)
    return f"by the report published on {day} school {urn} {category.label}"
