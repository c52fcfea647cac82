"""Escalations: starting them, what is recorded and proposed at their steps, and their record."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from models.approvals import shown as approvals_shown
from models.database import read
from models.escalations import held as escalations_held
from models.escalations.proposing import ChangeWanted, propose
from models.escalations.recording import (
    DiscussionHeld,
    ResponseJudgement,
    ResponseReceived,
    judge_response,
    record_discussion,
    record_response,
)
from models.escalations.shown import Escalation, escalation, escalations
from models.escalations.starting import EscalationToStart, start
from models.escalations.tables import Response as SchoolsResponse
from models.escalations.tables import Status
from models.inputs import Email, Word
from models.letters.shown import ListedLetter, Message, letters_of, messages_of
from models.matters.shown import Deadline, deadlines_of
from models.paging import Page
from models.people.access import Act, reader
from models.people.acting import Acting
from models.record import timeline
from models.risk.beside import EscalationBeside, escalation_beside
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor, at_once, key, reference

router = APIRouter(tags=["Escalations"])
Reference = Annotated[str, at_once(reference)]
Key = Annotated[int, at_once(key)]
Pages = Annotated[Paging, Query()]


class EscalationQuery(Paging):
    """Which escalations; `status` may be given several times."""

    status: list[Status] = Field(default=[], max_length=len(Status))
    ladder: Word | None = None
    step: Word | None = None
    urn: int | None = Field(None, ge=1, le=999_999)
    case_officer: Email | None = None
    overdue: bool | None = None
    age: Word | None = None
    query: Word = ""
    sort: Word = "reference"


@router.get(
    "/escalations",
    response_model=Page[Escalation],
    dependencies=[may(Act.SEE_OUTLINES)],
)
def list_escalations(
    door: AtDoor, officer: Caller, query: Annotated[EscalationQuery, Query()]
) -> Response:
    """The escalations to which everything that is given applies."""
    with read(door.engine) as session:
        found = escalations(
            session, door.policy, reader(officer), today=door.today, **query.model_dump()
        )
        return answer(found)


@router.post(
    "/escalations",
    status_code=201,
    response_model=Escalation,
    dependencies=[may(Act.START)],
)
def start_escalation(once: OnlyOnce, body: EscalationToStart) -> Response:
    """Start an escalation; it waits for a Head of Service unless one starts it."""

    def command(acting: Acting) -> Escalation:
        reference = start(acting, body).reference
        return escalation(
            acting.session, acting.policy, acting.reader, reference, today=acting.today
        )

    return once.act(command, 201)


@router.get(
    "/escalations/{reference}",
    response_model=EscalationBeside,
    dependencies=[may(Act.SEE_OUTLINES)],
)
def show_escalation(door: AtDoor, officer: Caller, reference: Reference) -> Response:
    """One escalation, with what you can do on it now, the next step, and what stands beside it."""
    with read(door.engine) as session:
        return answer(escalation_beside(session, door.policy, officer, reference, now=door.now))


@router.get(
    "/escalations/{reference}/contacts",
    response_model=Page[escalations_held.Discussion],
    dependencies=[may(Act.SEE_CASE)],
)
def list_discussions(door: AtDoor, officer: Caller, reference: Reference, query: Pages) -> Response:
    """The discussions and meetings held, in the order recorded."""
    with read(door.engine) as session:
        found = escalations_held.discussions_of(
            session, door.policy, reader(officer), reference, **query.model_dump()
        )
        return answer(found)


@router.post(
    "/escalations/{reference}/contacts",
    status_code=201,
    response_model=escalations_held.Discussion,
    dependencies=[may(Act.RECORD_DISCUSSION)],
)
def add_discussion(once: OnlyOnce, reference: Reference, body: DiscussionHeld) -> Response:
    """Record a discussion or meeting; at an approved informal step it carries the step out."""

    def command(acting: Acting) -> escalations_held.Discussion:
        held = record_discussion(acting, reference, body)
        return escalations_held.discussion(acting.session, acting.policy, acting.reader, held.id)

    return once.act(command, 201)


@router.get(
    "/escalations/{reference}/responses",
    response_model=Page[escalations_held.Response],
    dependencies=[may(Act.SEE_CASE)],
)
def list_responses(door: AtDoor, officer: Caller, reference: Reference, query: Pages) -> Response:
    """The school's responses, in the order recorded."""
    with read(door.engine) as session:
        found = escalations_held.responses_of(
            session, door.policy, reader(officer), reference, **query.model_dump()
        )
        return answer(found)


@router.post(
    "/escalations/{reference}/responses",
    status_code=201,
    response_model=escalations_held.Response,
    dependencies=[may(Act.RECORD_RESPONSE)],
)
def add_response(once: OnlyOnce, reference: Reference, body: ResponseReceived) -> Response:
    """Record what the school answered, judged at once or not yet."""

    def command(acting: Acting) -> escalations_held.Response:
        made = record_response(acting, reference, body)
        return escalations_held.response(acting.session, acting.policy, acting.reader, made.id)

    return once.act(command, 201)


@router.post(
    "/responses/{id}/judgement",
    response_model=escalations_held.Response,
    dependencies=[may(Act.JUDGE_RESPONSE, of=SchoolsResponse)],
)
def judge(once: OnlyOnce, id: Key, body: ResponseJudgement) -> Response:
    """Judge a response that was recorded without a judgement."""

    def command(acting: Acting) -> escalations_held.Response:
        judge_response(acting, id, body)
        return escalations_held.response(acting.session, acting.policy, acting.reader, id)

    return once.act(command)


@router.get(
    "/escalations/{reference}/proposals",
    response_model=Page[approvals_shown.Proposal],
    dependencies=[may(Act.SEE_CASE)],
)
def list_proposals_of(
    door: AtDoor, officer: Caller, reference: Reference, query: Pages
) -> Response:
    """Every proposal ever made for this escalation, oldest first."""
    with read(door.engine) as session:
        found = approvals_shown.proposals_of(
            session, door.policy, reader(officer), reference, **query.model_dump()
        )
        return answer(found)


@router.post(
    "/escalations/{reference}/proposals",
    status_code=201,
    response_model=approvals_shown.Proposal,
    dependencies=[may(Act.PROPOSE)],
)
def add_proposal(once: OnlyOnce, reference: Reference, body: ChangeWanted) -> Response:
    """Put a change forward for approval; a formal step carries its drafted letter."""

    def command(acting: Acting) -> approvals_shown.Proposal:
        proposal = propose(acting, reference, body)
        return approvals_shown.proposal(
            acting.session, acting.policy, acting.reader, proposal.id, now=acting.now
        )

    return once.act(command, 201)


@router.get(
    "/escalations/{reference}/deadlines",
    response_model=Page[Deadline],
    dependencies=[may(Act.SEE_OUTLINES)],
)
def list_deadlines_of(
    door: AtDoor, officer: Caller, reference: Reference, query: Pages
) -> Response:
    """The deadlines of this escalation with their reminders, in the order they were set."""
    with read(door.engine) as session:
        found = deadlines_of(
            session, door.policy, reader(officer), reference, today=door.today, **query.model_dump()
        )
        return answer(found)


@router.get(
    "/escalations/{reference}/letters",
    response_model=Page[ListedLetter],
    dependencies=[may(Act.SEE_CASE)],
)
def list_letters(door: AtDoor, officer: Caller, reference: Reference, query: Pages) -> Response:
    """The letters of this escalation with their deliveries, without their text."""
    with read(door.engine) as session:
        found = letters_of(session, door.policy, reader(officer), reference, **query.model_dump())
        return answer(found)


@router.get(
    "/escalations/{reference}/messages",
    response_model=Page[Message],
    dependencies=[may(Act.SEE_CASE)],
)
def list_messages(door: AtDoor, officer: Caller, reference: Reference, query: Pages) -> Response:
    """Everything queued to go out about this escalation, oldest first.

    Letters, and what officers are told: alerts, reminders, and digests in which it stands.
    """
    with read(door.engine) as session:
        found = messages_of(session, reader(officer), reference, **query.model_dump())
        return answer(found)


@router.get(
    "/escalations/{reference}/events",
    response_model=Page[timeline.Event],
    dependencies=[may(Act.SEE_CASE)],
)
def list_events(door: AtDoor, officer: Caller, reference: Reference, query: Pages) -> Response:
    """The record of this escalation as it stands in the chain, oldest first."""
    with read(door.engine) as session:
        found = timeline.events_of(session, reader(officer), reference, **query.model_dump())
        return answer(found)
