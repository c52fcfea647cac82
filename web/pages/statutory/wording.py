"""Notices and powers in the words of the pages, and the refusal where Part 4 does not apply."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from models.approvals.titles import section_title
from models.law.notices import Recipient
from models.law.powers import Section
from models.law.powers import copies as copies_of_power
from models.letters import recipients as letters
from models.letters.addressing import address_of, contacts_of
from models.matters.case import Case
from models.policy.wording import role_words
from models.refusals import NotPossible
from models.schools.tables import ContactRole
from models.statutory.legal import outside_part_4
from models.statutory.notices_shown import ProposedPowers, WarningNotice
from models.statutory.one_power import heard
from models.statutory.powers_shown import Consultation, Power, Representation
from models.statutory.tables import SecretaryOfStateKind
from web.pages.wording import upper_first

KINDS = {
    SecretaryOfStateKind.WARNING_NOTICE: (
        "The Secretary of State has given the governing body a warning notice"
    ),
    SecretaryOfStateKind.INTENDS_TO_ACT: (
        "The Secretary of State intends to act under sections 66A to 69"
    ),
    SecretaryOfStateKind.APPOINTED_GOVERNORS: (
        "The Secretary of State has appointed additional governors"
    ),
    SecretaryOfStateKind.TAKES_OVER_BOARD: (
        "The Secretary of State takes over the Interim Executive Board"
    ),
}
RESTS_ON = {
    SecretaryOfStateKind.WARNING_NOTICE: (
        "Section 60(4A) and (4B): an earlier warning notice of the local authority ceases to "
        "have effect, and it may give none until it is told that it may"
    ),
    SecretaryOfStateKind.INTENDS_TO_ACT: (
        "Section 70B(2): the local authority may not use sections 63, 64 and 66 until it is told "
        "that it may"
    ),
    SecretaryOfStateKind.APPOINTED_GOVERNORS: (
        "Section 67(6): the local authority may not suspend the delegated budget, and an existing "
        "suspension ends if the governing body asks for it"
    ),
    SecretaryOfStateKind.TAKES_OVER_BOARD: (
        "Section 70C: the Secretary of State is responsible for the board that the local authority "
        "constituted, and the local authority neither ends it nor constitutes another"
    ),
}


def check_within_part_4(case: Case) -> None:
    """Refuse a form of the statutory steps where they do not apply: raises NotPossible."""
    outside = outside_part_4(case)
    if outside:
        raise NotPossible(f"{case.matter.reference}: {outside}")


def who(role: str) -> str:
    """A role as a line of its own: "Chair of governors"."""
    return upper_first(role_words(role))


def days_offered(case: Case) -> int:
    """The working days that the policy offers for a compliance period."""
    steps = case.policy.ladder("maintained").steps
    return next(step.response_working_days for step in steps if step.kind == "notice")


@dataclass(frozen=True)
class Named:
    """Whom the law names, in words, and why."""

    role: str
    who: str
    reason: str


@dataclass(frozen=True)
class Addressed(Named):
    """Whom the law names, with the address that is known, or the page on which one is added."""

    address: letters.Recipient | None
    add: str | None


def addressed(case: Case, today: date, recipients: Iterable[Recipient]) -> list[Addressed]:
    """Whom the law names, each with the address, if one is known."""
    contacts = contacts_of(case.session, case.matter, today)
    return [
        Addressed(
            role=each.role,
            who=who(each.role),
            reason=each.reason,
            address=address_of(case.policy, contacts, each.role),
            add=f"/schools/{case.school.urn}/contacts/{each.role}"
            if each.role in list(ContactRole)
            else None,
        )
        for each in recipients
    ]


@dataclass(frozen=True)
class ProposedInWords:
    """A notice that powers are proposed, and what they are called."""

    shown: ProposedPowers
    titles: list[str]


@dataclass(frozen=True)
class NoticeInWords:
    """A warning notice, and what stands in it as a word, in words."""

    shown: WarningNotice
    grounds: list[str]
    comparisons: list[str]
    copies: list[Named]
    proposed_powers: list[ProposedInWords]


def notice_in_words(notice: WarningNotice) -> NoticeInWords:
    """A warning notice in words."""
    return NoticeInWords(
        shown=notice,
        grounds=[ground.label for ground in notice.grounds],
        comparisons=[comparison.label for comparison in notice.comparisons],
        copies=[Named(each.role, who(each.role), each.reason) for each in notice.copies],
        proposed_powers=[
            ProposedInWords(each, [upper_first(section_title(name)) for name in each.sections])
            for each in notice.proposed_powers
        ],
    )


@dataclass(frozen=True)
class Heard:
    """What somebody said of a power, and who that was."""

    shown: Consultation | Representation
    who: str


@dataclass(frozen=True)
class PowerInWords:
    """A power: what it is called, and everybody whom it concerns, in words."""

    shown: Power
    name: str
    copies: list[Named]
    consultees: list[Named]
    consultations: list[Heard]
    representations: list[Heard]

    @property
    def board(self) -> bool:
        """Whether it is an Interim Executive Board."""
        return self.shown.section is Section.INTERIM_EXECUTIVE_BOARD

    @property
    def suspension(self) -> bool:
        """Whether it suspends the right to a delegated budget."""
        return self.shown.section is Section.DELEGATED_BUDGET


def power_in_words(case: Case, power: Power) -> PowerInWords:
    """A power in words, with whoever has a copy of its notice."""
    copies = copies_of_power(power.section, case.school)
    return PowerInWords(
        shown=power,
        name=upper_first(section_title(power.section)),
        copies=[Named(each.role, who(each.role), each.reason) for each in copies],
        consultees=[
            Named(each.role, upper_first(heard(each.role)), each.reason)
            for each in power.consultees
        ],
        consultations=[
            Heard(each, upper_first(heard(each.with_whom))) for each in power.consultations
        ],
        representations=[
            Heard(each, upper_first(heard(each.from_whom))) for each in power.representations
        ],
    )
