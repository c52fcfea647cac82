"""What waits and what is due: proposals, letters, deliveries and deadlines by themselves."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from sqlmodel import Session

from models.approvals import shown as approvals_shown
from models.approvals.shown import proposal, proposals
from models.database import read
from models.escalations.deciding import decide
from models.escalations.tables import Proposal
from models.letters import shown as letters_shown
from models.letters.deliveries import settle
from models.letters.tables import Letter
from models.letters.writing import edit_letter
from models.matters.shown import Deadline, deadlines
from models.outbox import Message
from models.paging import Page
from models.people.access import Act, reader
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.bodies import (
    DeadlineQuery,
    DecisionBody,
    LetterBody,
    ProposalDecisionBody,
    ProposalQuery,
)
from web.door import AtDoor, Writing, key
from web.letter_files import FORMATS, letter_file

router = APIRouter(tags=["Decisions"])
Key = Annotated[int, Depends(key)]
# A letter brings its own style; nothing in it may run or load.
LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"


@router.get(
    "/proposals",
    response_model=Page[approvals_shown.Proposal],
    dependencies=[may(Act.USE_OWN_ACCOUNT)],
)
def list_proposals(
    door: AtDoor, officer: Caller, query: Annotated[ProposalQuery, Query()]
) -> Response:
    """What the caller can decide now; in another state, what they proposed or decided."""
    with read(door.engine) as session:
        found = proposals(
            session, door.policy, officer=officer, today=door.today, **query.model_dump()
        )
        return answer(found)


@router.get(
    "/proposals/{id}",
    response_model=approvals_shown.Proposal,
    dependencies=[may(Act.SEE_CASE, of=Proposal)],
)
def show_proposal(door: AtDoor, officer: Caller, id: Key) -> Response:
    """One proposal with the decisions on it so far."""
    with read(door.engine) as session:
        return answer(proposal(session, door.policy, reader(officer), id, today=door.today))


@router.post(
    "/proposals/{id}/decision",
    response_model=approvals_shown.Proposal,
    dependencies=[may(Act.DECIDE, of=Proposal)],
)
def decide_proposal(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: ProposalDecisionBody
) -> Response:
    """Approve a proposal as it was `seen`, or return it with a reason."""

    def command(session: Session) -> approvals_shown.Proposal:
        decide(
            session,
            door.policy,
            officer=officer,
            now=door.now,
            proposal_id=id,
            **body.model_dump(),
        )
        return proposal(session, door.policy, reader(officer), id, today=door.today)

    return once.carry_out(command)


@router.get(
    "/letters/{id}.{format}",
    response_class=Response,
    responses={
        200: {
            "description": "The letter as a file",
            "content": {kind: {} for kind, _ in FORMATS.values()},
        }
    },
    dependencies=[may(Act.SEE_CASE, of=Letter)],
)
def show_letter_file(door: AtDoor, officer: Caller, id: Key, format: str) -> Response:
    """A letter as `pdf`, `docx`, `html` or `txt`: an issued one byte for byte as it went out."""
    file = letter_file(door, reader(officer), id, format)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    headers["Content-Security-Policy"] = LETTER_POLICY
    return Response(file.content, media_type=file.media_type, headers=headers)


@router.get(
    "/letters/{id}",
    response_model=letters_shown.Letter,
    dependencies=[may(Act.SEE_CASE, of=Letter)],
)
def show_letter(door: AtDoor, officer: Caller, id: Key) -> Response:
    """One letter with its text."""
    with read(door.engine) as session:
        return answer(letters_shown.letter(session, door.policy, reader(officer), id))


@router.put(
    "/letters/{id}",
    response_model=letters_shown.Letter,
    dependencies=[may(Act.WRITE_LETTER, of=Letter)],
)
def put_letter(
    door: AtDoor, officer: Caller, acting: Writing, id: Key, body: LetterBody
) -> Response:
    """A new version of a draft."""
    with acting() as session:
        edit_letter(session, officer=officer, now=door.now, letter_id=id, body=body.body)
        return answer(letters_shown.letter(session, door.policy, reader(officer), id))


@router.post(
    "/messages/{id}/decision",
    response_model=letters_shown.Message,
    dependencies=[may(Act.SETTLE_DELIVERY, of=Message)],
)
def settle_message(
    door: AtDoor, officer: Caller, once: OnlyOnce, id: Key, body: DecisionBody
) -> Response:
    """Say what became of a refused or unknown delivery: `sent`, or `send_again`."""

    def command(session: Session) -> letters_shown.Message:
        settle(
            session,
            door.policy,
            officer=officer,
            now=door.now,
            message_id=id,
            **body.model_dump(),
        )
        return letters_shown.message(session, reader(officer), id)

    return once.carry_out(command)


@router.get(
    "/deadlines",
    response_model=Page[Deadline],
    dependencies=[may(Act.SEE_OUTLINES)],
)
def list_deadlines(
    door: AtDoor, officer: Caller, query: Annotated[DeadlineQuery, Query()]
) -> Response:
    """The deadlines of all escalations, earliest first."""
    with read(door.engine) as session:
        found = deadlines(
            session, door.policy, reader(officer), today=door.today, **query.model_dump()
        )
        return answer(found)
