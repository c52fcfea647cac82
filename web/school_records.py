"""Who sees a school's own record, and who looks after it: the same at the pages and the API."""

from collections.abc import Sequence

from models.escalations import holding
from models.matters import held_contacts
from models.people.access import Act
from models.people.acting import Acting
from models.school_record.opening import enter_record, reference_of


def restrict(acting: Acting, urn: object, *, officers: Sequence[str], reason: str) -> None:
    """Restrict the record, which is opened where there is none: so before anything is on it.

    Raises as `enter_record` and `holding.restrict`.
    """
    enter_record(acting, Act.RESTRICT, urn)
    holding.restrict(
        acting.session,
        acting.policy,
        officer=acting.officer,
        now=acting.now,
        reference=reference_of(urn),
        officers=officers,
        reason=reason,
    )


def open_to_all(acting: Acting, urn: object, *, reason: str) -> None:
    """End its restriction; raises as `holding.open_to_all`."""
    holding.open_to_all(
        acting.session,
        acting.policy,
        officer=acting.officer,
        now=acting.now,
        reference=reference_of(urn),
        reason=reason,
    )


def change_officer(acting: Acting, urn: object, *, officer: str, reason: str) -> None:
    """Let another officer look after it; raises as `holding.change_case_officer`."""
    holding.change_case_officer(
        acting.session,
        acting.policy,
        officer=acting.officer,
        now=acting.now,
        reference=reference_of(urn),
        case_officer=officer,
        reason=reason,
    )


def settle_contact(acting: Acting, urn: object, role: str, *, decision: str, seen: str) -> None:
    """Choose whom its letters go to; raises as `held_contacts.settle_contact`."""
    held_contacts.settle_contact(
        acting.session,
        acting.policy,
        officer=acting.officer,
        now=acting.now,
        reference=reference_of(urn),
        role=role,
        decision=decision,
        seen=seen,
    )
