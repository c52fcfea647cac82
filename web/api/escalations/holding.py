"""Whose a case is, and cover for absence."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from models.database import read
from models.escalations import holding
from models.escalations.guidance import GuidanceChoice
from models.escalations.guidance import choose_guidance as take_guidance
from models.escalations.shown import Escalation, escalation
from models.inputs import Reason
from models.letters.shown import HeldContact, held_contacts
from models.matters.held_contacts import ContactChosen, settle_contact
from models.paging import Page
from models.people import cover
from models.people import shown as people_shown
from models.people.access import Act, reader
from models.people.acting import Acting
from models.people.shown import delegation, delegations
from models.people.tables import Delegation
from web.api.answering import Caller, Once, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor, at_once, key, reference

router = APIRouter(tags=["Whose case it is"])
Reference = Annotated[str, at_once(reference)]
Pages = Annotated[Paging, Query()]


def _carried_out(once: Once, reference: str, command: Callable[[Acting], object]) -> Response:
    """Carry out a command on an escalation, and show the escalation as it is then."""

    def run(acting: Acting) -> Escalation:
        command(acting)
        return escalation(
            acting.session, acting.policy, acting.reader, reference, today=acting.today
        )

    return once.act(run)


@router.post(
    "/escalations/{reference}/guidance",
    response_model=Escalation,
    dependencies=[may(Act.CHOOSE_GUIDANCE)],
)
def choose_guidance(once: OnlyOnce, reference: Reference, body: GuidanceChoice) -> Response:
    """Say by which guidance a case goes, after the policy came to name another."""
    return _carried_out(once, reference, lambda acting: take_guidance(acting, reference, body))


@router.post(
    "/escalations/{reference}/case-officer",
    response_model=Escalation,
    dependencies=[may(Act.CHANGE_CASE_OFFICER)],
)
def change_case_officer(
    once: OnlyOnce, reference: Reference, body: holding.NewCaseOfficer
) -> Response:
    """Give a case to another case officer."""
    return _carried_out(
        once, reference, lambda acting: holding.change_case_officer(acting, reference, body)
    )


@router.post(
    "/escalations/{reference}/restriction",
    response_model=Escalation,
    dependencies=[may(Act.RESTRICT)],
)
def restrict(once: OnlyOnce, reference: Reference, body: holding.Restriction) -> Response:
    """Restrict a case to these officers, its case officer, the caller and the Director.

    Its runs in Prefect go within two minutes, and with them its events on a server that `scc up`
    started; another server keeps its events as long as it is set to. E-mails that were sent, what
    was exported or downloaded, log files and backups stay as they are.
    """
    return _carried_out(once, reference, lambda acting: holding.restrict(acting, reference, body))


@router.post(
    "/escalations/{reference}/restriction/end",
    response_model=Escalation,
    dependencies=[may(Act.RESTRICT)],
)
def open_to_all(once: OnlyOnce, reference: Reference, body: Reason) -> Response:
    """End the restriction of a case."""
    return _carried_out(
        once, reference, lambda acting: holding.open_to_all(acting, reference, body)
    )


@router.get(
    "/escalations/{reference}/held-contacts",
    response_model=Page[HeldContact],
    dependencies=[may(Act.SEE_CASE)],
)
def list_held_contacts(
    door: AtDoor, officer: Caller, reference: Reference, query: Pages
) -> Response:
    """The contacts that somebody changed who does not see the case, until they are confirmed."""
    with read(door.engine) as session:
        found = held_contacts(session, reader(officer), reference, **query.model_dump())
        return answer(found)


@router.post(
    "/escalations/{reference}/held-contacts/{role}",
    response_model=Escalation,
    dependencies=[may(Act.CONFIRM_CONTACT)],
)
def settle_held_contact(
    once: OnlyOnce, reference: Reference, role: str, body: ContactChosen
) -> Response:
    """Let the case's letters use the school's contact, or stay with the one before."""
    return _carried_out(
        once, reference, lambda acting: settle_contact(acting, reference, role, body)
    )


@router.get(
    "/delegations",
    response_model=Page[people_shown.Delegation],
    dependencies=[may(Act.DELEGATE)],
)
def list_delegations(door: AtDoor, officer: Caller, query: Pages) -> Response:
    """The cover that the caller gave and was given, newest first."""
    with read(door.engine) as session:
        found = delegations(session, reader(officer), today=door.today, **query.model_dump())
        return answer(found)


@router.post(
    "/delegations",
    status_code=201,
    response_model=people_shown.Delegation,
    dependencies=[may(Act.DELEGATE)],
)
def add_delegation(once: OnlyOnce, body: cover.Cover) -> Response:
    """Let a colleague decide for the caller from one day to another."""

    def command(acting: Acting) -> people_shown.Delegation:
        made = cover.delegate(acting, body)
        return delegation(acting.session, made.id, today=acting.today)

    return once.act(command, 201)


@router.post(
    "/delegations/{number}/end",
    response_model=people_shown.Delegation,
    dependencies=[may(Act.DELEGATE, of=Delegation)],
)
def end_delegation(once: OnlyOnce, number: str) -> Response:
    """End cover before its last day."""

    def command(acting: Acting) -> people_shown.Delegation:
        ended = cover.end_delegation(acting, key(number))
        return delegation(acting.session, ended.id, today=acting.today)

    return once.act(command)
