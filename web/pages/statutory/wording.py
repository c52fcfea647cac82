"""Notices and powers in the words of the pages, and the refusal where Part 4 does not apply."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from models.law.notices import NOT_FOR_ACADEMIES, Comparison, Ground, Recipient, applies_to
from models.law.powers import Section
from models.law.powers import copies as copies_of_power
from models.letters.addressing import address_of, contacts_of
from models.matters.case import Case
from models.policy.wording import role_words
from models.refusals import NotPossible
from models.schools.tables import ContactRole
from models.statutory.one_power import HEARD
from models.statutory.tables import SecretaryOfStateKind
from web.pages.visits import Visit
from web.pages.wording import section_title, upper_first

Found = dict[str, Any]

KINDS = {
    SecretaryOfStateKind.WARNING_NOTICE.value: (
        "The Secretary of State has given the governing body a warning notice"
    ),
    SecretaryOfStateKind.INTENDS_TO_ACT.value: (
        "The Secretary of State intends to act under sections 66A to 69"
    ),
}
RESTS_ON = {
    SecretaryOfStateKind.WARNING_NOTICE.value: (
        "Section 60(4A) and (4B): an earlier warning notice of the local authority ceases to "
        "have effect, and it may give none until it is told that it may"
    ),
    SecretaryOfStateKind.INTENDS_TO_ACT.value: (
        "Section 70B(2): the local authority may not use sections 63, 64 and 66 until it is told "
        "that it may"
    ),
}


def outside_part_4(case: Case) -> str | None:
    """Why the statutory steps are not for this escalation; None when they are."""
    outside = applies_to(case.school)
    if outside is None and case.escalation.ladder == "academy":
        return NOT_FOR_ACADEMIES
    return outside


def check_within_part_4(case: Case) -> None:
    """Refuse a form of the statutory steps where they do not apply: raises NotPossible."""
    outside = outside_part_4(case)
    if outside:
        raise NotPossible(f"{case.escalation.reference}: {outside}")


def who(role: str) -> str:
    """A role as a line of its own: "Chair of governors"."""
    return upper_first(role_words(role))


def days_offered(visit: Visit) -> int:
    """The working days that the policy offers for a compliance period."""
    steps = visit.policy.ladder("maintained").steps
    return next(step.response_working_days for step in steps if step.kind == "notice")


def heard(role: str) -> str:
    """Whoever is consulted or makes representations, as they stand in a sentence."""
    return HEARD.get(role) or f"the {role_words(role)}"


def addressed(case: Case, today: date, recipients: Iterable[Recipient]) -> list[Found]:
    """Whom the law names: in words, with the reason and the address, if one is known.

    Where none is known, `add` is the page on which it is added.
    """
    contacts = contacts_of(case.session, case.escalation, today)
    return [
        {
            "role": each.role,
            "who": who(each.role),
            "reason": each.reason,
            "address": address_of(case.policy, contacts, each.role),
            "add": f"/schools/{case.school.urn}/contacts/{each.role}"
            if each.role in list(ContactRole)
            else None,
        }
        for each in recipients
    ]


def shown_notice(notice: Mapping[str, Any]) -> Found:
    """A warning notice in words."""
    return {
        **notice,
        "grounds": [Ground(name).label for name in notice["grounds"]],
        "comparisons": [Comparison(name).label for name in notice["comparisons"]],
        "copies": _named(notice["copies"]),
        "proposed_powers": [
            {**each, "titles": [upper_first(section_title(name)) for name in each["sections"]]}
            for each in notice["proposed_powers"]
        ],
    }


def shown_power(case: Case, power: Mapping[str, Any]) -> Found:
    """A power in words, with whoever has a copy of its notice."""
    copies = copies_of_power(Section(power["section"]), case.school)
    return {
        **power,
        "copies": [{"who": who(each.role), "reason": each.reason} for each in copies],
        "name": upper_first(section_title(power["section"])),
        "board": power["section"] == Section.INTERIM_EXECUTIVE_BOARD,
        "suspension": power["section"] == Section.DELEGATED_BUDGET,
        "consultees": _heard(power["consultees"], "role"),
        "consultations": _heard(power["consultations"], "with"),
        "representations": _heard(power["representations"], "from"),
    }


def _heard(those: Iterable[Mapping[str, Any]], role: str) -> list[Found]:
    return [{**each, "who": upper_first(heard(each[role]))} for each in those]


def _named(recipients: Iterable[Mapping[str, Any]]) -> list[Found]:
    return [{**each, "who": who(each["role"])} for each in recipients]
