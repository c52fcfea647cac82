"""The warning notice: section 60 of the Education and Inspections Act 2006."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.clocks import long_date
from models.schools.tables import School, SchoolKind

# Types of establishment by their code in the national register (Get Information About Schools).
_PUPIL_REFERRAL_UNIT = 14
_MAINTAINED = frozenset({1, 2, 3, 5, 7, 12, 15})  # as section 59(1) understands it
_VOLUNTARY = frozenset({2, 3})
_FOUNDATION_SCHOOL, _FOUNDATION_SPECIAL = 5, 12
_FOUNDATION = frozenset({5, 12})

# The register's words for the two churches that Part 4 names.
_CHURCHES = {
    "church of england": "Church of England",
    "anglican": "Church of England",
    "roman catholic": "Roman Catholic",
    "catholic": "Roman Catholic",
}

_REFUSED = "No warning notice may be given to {}, and no power under sections 63 to 66 may be used:"
_NOT_MAINTAINED = (
    "it is not a community, foundation, voluntary, special or maintained nursery school "
    "(section 59(1))."
)
NOT_FOR_ACADEMIES = (
    f"{_REFUSED.format('an academy')} Part 4 is for maintained schools only (section 59(1)). "
    "Two steps exist instead: the letter to the Secretary of State and the letter to Ofsted."
)


class Ground(StrEnum):
    """Why a warning notice may be given: section 60(2), at least one."""

    STANDARDS = "standards"
    BREAKDOWN = "breakdown"
    SAFETY = "safety"

    @property
    def label(self) -> str:
        """Short words for a form."""
        return _GROUND_LABELS[self]

    @property
    def statute(self) -> str:
        """The words of section 60(2)(a), (b) or (c), after "the authority are satisfied that"."""
        return _GROUND_STATUTE[self]


_GROUND_LABELS = {
    Ground.STANDARDS: "Low standards of performance",
    Ground.BREAKDOWN: "Serious breakdown in management or governance",
    Ground.SAFETY: "Safety of pupils or staff threatened",
}

_GROUND_STATUTE = {
    Ground.STANDARDS: (
        "the standards of performance of pupils at the school are unacceptably low, and are "
        "likely to remain so unless the authority exercise their powers under this Part"
    ),
    Ground.BREAKDOWN: (
        "there has been a serious breakdown in the way the school is managed or governed which "
        "is prejudicing, or likely to prejudice, such standards of performance"
    ),
    Ground.SAFETY: (
        "the safety of pupils or staff of the school is threatened (whether by a breakdown of "
        "discipline or otherwise)"
    ),
}


class Comparison(StrEnum):
    """What standards are low against: section 60(3), at least one for ground (a)."""

    ATTAINABLE = "attainable"
    PREVIOUS = "previous"
    COMPARABLE = "comparable"

    @property
    def label(self) -> str:
        """Words for a form."""
        return _COMPARISON_LABELS[self]

    @property
    def statute(self) -> str:
        """The words of section 60(3)(a), (b) or (c)."""
        return _COMPARISON_STATUTE[self]


_COMPARISON_STATUTE = {
    Comparison.ATTAINABLE: (
        "the standards that the pupils might in all the circumstances reasonably be expected to "
        "attain"
    ),
    Comparison.PREVIOUS: "the standards previously attained by them",
    Comparison.COMPARABLE: "the standards attained by pupils at comparable schools",
}

_COMPARISON_LABELS = {
    Comparison.ATTAINABLE: "What the pupils might reasonably be expected to attain",
    Comparison.PREVIOUS: "What the pupils attained before",
    Comparison.COMPARABLE: "What pupils attain at comparable schools",
}


@dataclass(frozen=True)
class Content:
    """What a warning notice says: section 60(2) to (4). Empty where nothing is written yet."""

    grounds: tuple[Ground, ...] = ()
    comparisons: tuple[Comparison, ...] = ()  # for ground (a)
    comparison: str = ""  # how the standards compare, for ground (a)
    why_powers: str = ""  # why they stay low unless powers are used, for ground (a)
    matters: str = ""
    action_required: str = ""
    compliance_ends_on: date | None = None
    action_minded: str = ""


def missing(content: Content, today: date) -> list[tuple[str, str]]:
    """What section 60(2) to (4) wants and is not there: (field of `Content`, message).

    The compliance period must end after today. The Act sets it no length, so nothing else is
    asked of it.
    """
    return [*_missing_grounds(content), *_missing_parts(content, today)]


def _missing_grounds(content: Content) -> Iterator[tuple[str, str]]:
    if not content.grounds:
        yield "grounds", "Choose at least one ground (section 60(2))."
    if Ground.STANDARDS not in content.grounds:
        return
    if not content.comparisons:
        yield "comparisons", "Choose what the standards are low against (section 60(3))."
    if not content.comparison.strip():
        yield "comparison", "Explain how the standards compare (section 60(3))."
    if not content.why_powers.strip():
        yield (
            "why_powers",
            "Explain why standards are likely to stay low unless powers are used "
            "(section 60(2)(a)).",
        )


def _missing_parts(content: Content, today: date) -> Iterator[tuple[str, str]]:
    if not content.matters.strip():
        yield "matters", "Enter the matters the conclusion is based on (section 60(4)(a))."
    if not content.action_required.strip():
        yield (
            "action_required",
            "Enter the action the governing body must take (section 60(4)(b)).",
        )
    if content.compliance_ends_on is None:
        yield (
            "compliance_ends_on",
            "Enter the date on which the compliance period ends (section 60(4)(c)).",
        )
    elif content.compliance_ends_on <= today:
        yield (
            "compliance_ends_on",
            f"The compliance period must end after {long_date(today)} (section 60(4)(c)).",
        )
    if not content.action_minded.strip():
        yield (
            "action_minded",
            "Enter the action the local authority is minded to take if the governing body does "
            "not comply (section 60(4)(d)).",
        )


@dataclass(frozen=True)
class Recipient:
    """Who receives or is consulted, by role or body, and why: a clause that names the section.

    One who is not `required` is offered, and nothing stops for want of an address or an answer.
    """

    role: str
    reason: str
    required: bool = True


def copies(school: School) -> tuple[Recipient, ...]:
    """Who is given a copy at the same time as the governing body: section 60(6) and (6A).

    At a foundation special school the copy to whoever appoints foundation governors is offered.
    """
    recipients = [
        Recipient(
            "headteacher", "every warning notice is copied to the headteacher (section 60(6))"
        ),
        Recipient(
            "ofsted", "every warning notice is copied to the Chief Inspector (section 60(6))"
        ),
        Recipient(
            "secretary_of_state",
            "a local authority's warning notice is copied to the Secretary of State "
            "(section 60(6A))",
        ),
    ]
    recipients.extend(dioceses(school, "section 60(6)"))
    if has_foundation_governors(school):
        recipients.append(foundation_appointer(school, "section 60(6)"))
    return tuple(recipients)


def must(recipients: Iterable[Recipient]) -> tuple[str, ...]:
    """The roles of those whom the law names without doubt."""
    return tuple(each.role for each in recipients if each.required)


def offered(recipients: Iterable[Recipient]) -> tuple[str, ...]:
    """The roles of the others, who have a copy where their address is known."""
    return tuple(each.role for each in recipients if not each.required)


def dioceses(school: School, section: str) -> tuple[Recipient, ...]:
    """The appropriate diocesan authority of a church school: one for each of its churches."""
    reason = f"the school is a {school.religious_character} school ({section})"
    return tuple(
        Recipient(role, reason)
        for role, _ in zip(("diocese", "second_diocese"), sorted(_churches(school)), strict=False)
    )


def of_two_churches(school: School) -> bool:
    """Whether it is both a Church of England and a Roman Catholic school, with two dioceses."""
    return len(_churches(school)) > 1


def foundation_appointer(school: School, section: str) -> Recipient:
    """Whoever appoints the foundation governors, under this section."""
    if school.type_code == _FOUNDATION_SPECIAL:
        return Recipient(
            "foundation_appointer",
            "a foundation special school is a category of its own, and legal services should say "
            f"whether whoever appoints its foundation governors is meant ({section}): offered",
            required=False,
        )
    category = "voluntary" if school.type_code in _VOLUNTARY else "foundation"
    return Recipient(
        "foundation_appointer",
        f"the school is a {category} school, and this is who appoints its foundation governors "
        f"({section})",
    )


def is_church_school(school: School) -> bool:
    """Whether it is a Church of England or Roman Catholic school, alone or with another church."""
    return bool(_churches(school))


def _churches(school: School) -> set[str]:
    """Which of the two churches that Part 4 names the school is of.

    The register writes joint schools with a slash: "Church of England/Methodist".
    """
    named = (school.religious_character or "").casefold().split("/")
    return {_CHURCHES[name.strip()] for name in named if name.strip() in _CHURCHES}


def has_foundation_governors(school: School) -> bool:
    """Whether it is a foundation, foundation special or voluntary school.

    Not a foundation school of which it is on record that it has no foundation.
    """
    if is_foundation_school(school) and school.no_foundation:
        return False
    return school.type_code in _VOLUNTARY | _FOUNDATION


def is_foundation_school(school: School) -> bool:
    """Whether it is a foundation school, which may be without a foundation."""
    return school.type_code == _FOUNDATION_SCHOOL


def is_pupil_referral_unit(school: School) -> bool:
    """Whether it is a pupil referral unit, to which Part 4 applies with modifications alone."""
    return school.type_code == _PUPIL_REFERRAL_UNIT


def applies_to(school: School) -> str | None:
    """Why Part 4 gives no warning notice and no power over this school; None when it does.

    Section 59(1): a community, foundation or voluntary school, a community or foundation
    special school, or a maintained nursery school; a pupil referral unit once legal services
    confirmed for it how Part 4 applies, as is on record.
    """
    if school.type_code in _MAINTAINED:
        return None
    if is_pupil_referral_unit(school) and school.part_4_note:
        return None
    if school.kind is SchoolKind.ACADEMY:
        return NOT_FOR_ACADEMIES
    if is_pupil_referral_unit(school):
        return (
            f"{_REFUSED.format('a pupil referral unit')} {_NOT_MAINTAINED} Part 4 applies to it "
            "only with modifications: ask legal services, and have it put on record at the school "
            "that they confirmed how it applies to this one."
        )
    return f"{_REFUSED.format('this school')} {_NOT_MAINTAINED}"
