"""Whose a case is: its case officer, and to whom it is restricted."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from pydantic import Field
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.appointments.following import leave_out
from models.approvals.deciders import deciders
from models.approvals.tables import Proposal, ProposalState
from models.escalations.events import CaseOfficerChanged, CaseOpenedToAll, CaseRestricted
from models.escalations.starting import find_case_officer
from models.events import append
from models.inputs import Email, Input, Reason, Text
from models.matters.at_hand import AtHand
from models.matters.case import enter_at_hand
from models.matters.tables import Matter, NamedOfficer
from models.matters.told import AnotherCaseOfficer
from models.people.access import ON_THE_CASE, Act
from models.people.acting import Acting
from models.people.officers import find_officer
from models.people.tables import Officer, Role
from models.refusals import InvalidInput, NotFound, NotPossible
from models.rows import add_all, change, change_where, find, get_row, kept, remove
from models.school_record.opening import enter_record
from models.telling import tell
from models.text import check_printable, check_prose


@kept
def _awaiting(matter: int) -> SelectOfScalar[Proposal]:
    return (
        select(Proposal)
        .where(col(Proposal.matter_id) == matter)
        .where(Proposal.state == ProposalState.AWAITING)
    )


class NewCaseOfficer(Input):
    """The new case officer, by e-mail address, and why."""

    case_officer: Email
    reason: Text


def change_case_officer(acting: Acting, reference: str, given: NewCaseOfficer) -> Matter:
    """Give a case to another case officer; both are told.

    Raises NotAllowed, NotFound, InvalidInput.
    """
    session, officer, now = acting.session, acting.officer, acting.now
    about = enter_at_hand(session, acting.policy, officer, Act.CHANGE_CASE_OFFICER, reference)
    check_printable("reason", check_prose("reason", given.reason))
    new = find_case_officer(session, given.case_officer)
    if new is None:
        raise InvalidInput(
            "case_officer", "No officer who can hold a case has this e-mail address."
        )
    old = get_row(session, Officer, about.matter.officer_id)
    if new.id == old.id:
        raise InvalidInput("case_officer", f"{new.name} already looks after it.")
    change(session, Matter, {"id": about.matter.id}, officer_id=new.id)
    changed = CaseOfficerChanged(
        about.matter.id,
        from_=old.email,
        to=new.email,
        reason=given.reason,
        of_school=about.matter.of_school,
    )
    left = leave_out(session, _again(session, about), now)
    append(session, now, officer.email, changed, *left)
    _tell_of_change(about, [new, *([old] if old.active else [])], new, now)
    return _again(session, about)


def _tell_of_change(about: AtHand, whom: Sequence[Officer], new: Officer, now: datetime) -> None:
    key = f"case-officer:{about.matter.id}:{now.isoformat()}"
    told = AnotherCaseOfficer(name=new.name)
    tell(about.session, now, whom, key=key, about=about.matter.id, told=told)


class Restriction(Input):
    """The officers, by e-mail address, who see a restricted case, and why it is one."""

    officers: Annotated[list[Email], Field(max_length=50)]
    reason: Text


def restrict(acting: Acting, reference: str, given: Restriction) -> Matter:
    """Let only these officers see a case, or change who they are.

    Its case officer, whoever restricts it, and the Director see it as well. Raises NotAllowed,
    NotFound, InvalidInput, and NotPossible when nobody left could decide what waits.
    """
    session, officer = acting.session, acting.officer
    about = enter_at_hand(session, acting.policy, officer, Act.RESTRICT, reference)
    check_printable("reason", check_prose("reason", given.reason))
    named = {officer.id: officer} | {each.id: each for each in _named(session, given.officers)}
    remove(session, NamedOfficer, col(NamedOfficer.matter_id) == about.matter.id)
    add_all(
        session,
        NamedOfficer,
        [{"matter_id": about.matter.id, "officer_id": each} for each in named],
    )
    change(session, Matter, {"id": about.matter.id}, restricted=True)
    # Nothing waits in Prefect for a restricted case: its run is another's, and is ended there.
    change_where(session, Proposal, col(Proposal.matter_id) == about.matter.id, gate_run_id=None)
    matter = _again(session, about)
    _check_decidable(session, matter, acting.today)
    officers = tuple(sorted(each.email for each in named.values()))
    restricted = CaseRestricted(
        matter.id, officers=officers, reason=given.reason, of_school=matter.of_school
    )
    left = leave_out(session, matter, acting.now)
    append(session, acting.now, officer.email, restricted, *left)
    return matter


def restrict_record(acting: Acting, urn: object, given: Restriction) -> Matter:
    """Restrict a school's own record; it is opened where there is none, before anything is on it.

    Raises as `restrict` and `enter_record`.
    """
    record = enter_record(acting, Act.RESTRICT, urn)
    return restrict(acting, record.matter.reference, given)


def _named(session: Session, emails: Sequence[str]) -> list[Officer]:
    found = []
    for email in emails:
        try:
            officer = find_officer(session, email)
        except NotFound as missing:
            raise InvalidInput("officers", missing.message) from None
        if not officer.active or officer.role not in ON_THE_CASE:
            raise InvalidInput(
                "officers", f"{officer.name} ({officer.role.label}) cannot work on a case."
            )
        found.append(officer)
    return found


def _check_decidable(session: Session, matter: Matter, today: date) -> None:
    for waiting in find(session, _awaiting(matter.id)):
        role = waiting.approvers[waiting.stage]
        if not deciders(session, matter, role, waiting.proposed_by_id, today):
            raise NotPossible(
                f"A proposal here waits for {Role(role).label}, and nobody named could "
                "decide it. Name somebody who can, or have it decided first."
            )


def open_to_all(acting: Acting, reference: str, given: Reason) -> Matter:
    """End the restriction of a case. Raises NotAllowed, NotFound, InvalidInput, NotPossible."""
    session, officer = acting.session, acting.officer
    about = enter_at_hand(session, acting.policy, officer, Act.RESTRICT, reference)
    check_opening(about)
    check_printable("reason", check_prose("reason", given.reason))
    change(session, Matter, {"id": about.matter.id}, restricted=False)
    remove(session, NamedOfficer, col(NamedOfficer.matter_id) == about.matter.id)
    of_school = about.matter.of_school
    opened = CaseOpenedToAll(about.matter.id, reason=given.reason, of_school=of_school)
    append(session, acting.now, officer.email, opened)
    return _again(session, about)


def check_opening(about: AtHand) -> None:
    """Refuse to end a restriction that there is none of; raises NotPossible."""
    if not about.matter.restricted:
        what = "record" if about.matter.of_school else "case"
        raise NotPossible(f"This {what} is not restricted.")


def _again(session: Session, about: AtHand) -> Matter:
    """The matter as it is now."""
    return get_row(session, Matter, about.matter.id)
