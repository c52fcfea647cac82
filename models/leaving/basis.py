"""On which basis a letter goes to each of its recipients: the law, a standing decision, or its own.

The rule that nothing is approved to leave without one stands in `check_may_leave`.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.approvals.tables import Proposal
from models.leaving.by_law import by_law, people_by_law
from models.letters.recipients import Recipient
from models.letters.tables import Letter
from models.matters.at_hand import AtHand
from models.matters.case import Case
from models.policy import Policy
from models.policy.wording import the_role
from models.refusals import NotPossible
from models.rows import add, find, kept
from models.schools.tables import SchoolKind
from models.sharing.tables import (
    SharedKind,
    SharingDecision,
    SharingRecipient,
    SharingState,
    SharingUse,
)
from models.shown import Shown


class BasisKind(StrEnum):
    """On what it rests that somebody may have a letter."""

    LAW = "law"
    STANDING = "standing"
    DECISION = "decision"
    NONE = "none"


class Basis(Shown):
    """On which basis a letter goes to one of its recipients, and why.

    `who` is the recipient in words; `decision` the number of the sharing decision on which it
    rests; `review_on` when that, or the standing decision, is looked at again. Where `kind` is
    "none" it cannot be approved.
    """

    letter: int
    role: str
    who: str
    kind: BasisKind
    because: str
    decision: int | None = None
    urgent: bool = False
    review_on: date | None = None


@kept
def _of_role(matter: int, role: str) -> SelectOfScalar[SharingDecision]:
    return (
        select(SharingDecision)
        .join(SharingRecipient, col(SharingRecipient.decision_id) == col(SharingDecision.id))
        .where(col(SharingDecision.matter_id) == matter, col(SharingRecipient.role) == role)
        .order_by(col(SharingDecision.id).desc())
    )


@kept
def _of_recipient(matter: int, recipient: int) -> SelectOfScalar[SharingDecision]:
    return (
        select(SharingDecision)
        .join(SharingRecipient, col(SharingRecipient.decision_id) == col(SharingDecision.id))
        .where(col(SharingDecision.matter_id) == matter, col(SharingRecipient.id) == recipient)
    )


def bases_of(at_hand: AtHand, proposal: Proposal, letter: Letter) -> list[Basis]:
    """The basis for each of a letter's recipients, the addressee first."""
    asks = proposal.asks
    law = by_law(at_hand.session, at_hand.school, asks)
    named = {person.role: person for person in letter.named}
    roles = dict.fromkeys((letter.to_role, *letter.copy_roles, *named))
    return [
        _of_person(at_hand, letter, named[role], people_by_law(asks))
        if role in named
        else _of_contact(at_hand, letter, role, law)
        for role in roles
    ]


def _of_person(at_hand: AtHand, letter: Letter, person: Recipient, law: str | None) -> Basis:
    basis = _without(letter, person.role, person.name)
    if person.shared_with is not None:
        found = find(at_hand.session, _of_recipient(at_hand.matter.id, person.shared_with))
        return _on_decision(basis, found)
    if law is not None:
        return basis.model_copy(update={"kind": BasisKind.LAW, "because": law})
    return basis


def _of_contact(at_hand: AtHand, letter: Letter, role: str, law: Mapping[str, str]) -> Basis:
    basis = _without(letter, role, the_role(role))
    if role in law:
        return basis.model_copy(update={"kind": BasisKind.LAW, "because": law[role]})
    sharing, ladder = at_hand.policy.sharing, ladder_of(at_hand)
    standing = sharing.standing_for(role, ladder, letter.step_key, letter.template)
    if standing is None:
        return _on_decision(basis, find(at_hand.session, _of_role(at_hand.matter.id, role)))
    rests = {"because": standing.because, "review_on": standing.review_on}
    return basis.model_copy(update={"kind": BasisKind.STANDING, **rests})


def _without(letter: Letter, role: str, who: str) -> Basis:
    return Basis(letter=letter.id, role=role, who=who, kind=BasisKind.NONE, because="")


def _on_decision(basis: Basis, found: Sequence[SharingDecision]) -> Basis:
    letters = SharedKind.LETTERS.value
    holds = next((each for each in found if each.in_force and letters in each.kinds), None)
    if holds is None:
        return basis
    rests = {
        "kind": BasisKind.DECISION,
        "because": holds.purpose,
        "decision": holds.id,
        "urgent": holds.state is SharingState.URGENT,
        "review_on": holds.review_on,
    }
    return basis.model_copy(update=rests)


def ladder_of(at_hand: AtHand) -> str:
    """Whether it is about a maintained school or an academy, as standing decisions tell them."""
    if isinstance(at_hand, Case):
        return at_hand.escalation.ladder
    return at_hand.school.kind.value


def check_may_leave(at_hand: AtHand, proposal: Proposal, letters: list[Letter]) -> list[Basis]:
    """The bases of these drafts; raises NotPossible, naming whoever may not have one of them."""
    found = [basis for letter in letters for basis in bases_of(at_hand, proposal, letter)]
    without = [basis.who for basis in found if basis.kind is BasisKind.NONE]
    if without:
        raise NotPossible(refused(without))
    return found


def refused(who: list[str]) -> str:
    """Why something cannot leave for these."""
    names = " and ".join(dict.fromkeys(who))
    return (
        f"Nothing lets this go to {names}: neither the law nor a standing decision of the policy, "
        "and no sharing decision is in force. Have a sharing decision authorised first, or return "
        "the proposal."
    )


def note_uses(session: Session, bases: list[Basis]) -> None:
    """Write down which of these letters goes to whom on a sharing decision."""
    for each in bases:
        if each.decision is not None:
            use = {"letter_id": each.letter, "role": each.role, "decision_id": each.decision}
            add(session, SharingUse, **use)


def check_levels_may_leave(policy: Policy, roles: tuple[str, ...]) -> None:
    """Refuse letters about risk levels where no standing decision covers them.

    Raises NotPossible.
    """
    template = policy.programme.level_letters.template
    kinds = (SchoolKind.MAINTAINED.value, SchoolKind.ACADEMY.value)
    without = [
        the_role(role)
        for role in roles
        if any(policy.sharing.standing_for(role, kind, None, template) is None for kind in kinds)
    ]
    if without:
        names = " and ".join(without)
        raise NotPossible(
            f"No standing decision of the policy lets letters about risk levels go to {names}. "
            "Have one added to sharing.toml."
        )
