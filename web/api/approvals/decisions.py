"""What waits and what is due: proposals, letters, deliveries and deadlines by themselves."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from models.approvals import shown as approvals_shown
from models.approvals.shown import proposal, proposals
from models.approvals.tables import Proposal, ProposalState
from models.database import read
from models.escalations.deciding import Decided, decide
from models.inputs import Day, Email
from models.letters import shown as letters_shown
from models.letters.deliveries import DeliverySettled, settle
from models.letters.tables import Letter
from models.letters.writing import DraftText, edit_letter
from models.matters.shown import Deadline, deadlines
from models.matters.tables import DeadlineState
from models.outbox import Message
from models.paging import Page
from models.people.access import Act, reader
from models.people.acting import Acting
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor, InOneGo, at_once, key
from web.letter_files import FORMATS, letter_file

router = APIRouter(tags=["Decisions"])
Key = Annotated[int, at_once(key)]
# A letter brings its own style; nothing in it may run or load.
LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"


class ProposalQuery(Paging):
    """Which proposals: what waits for the caller, or what they proposed or decided."""

    state: ProposalState = ProposalState.AWAITING


class DeadlineQuery(Paging):
    """Which deadlines; `due_before` leaves out that day, `running` those of paused escalations."""

    due_from: Day | None = None
    running: bool = False
    due_before: Day | None = None
    state: DeadlineState | None = None
    case_officer: Email | None = None


@router.get(
    "/proposals",
    response_model=Page[approvals_shown.Proposal],
    dependencies=[may(Act.SEE_OUTLINES)],
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
        return answer(proposal(session, door.policy, reader(officer), id, now=door.now))


@router.post(
    "/proposals/{id}/decision",
    response_model=approvals_shown.Proposal,
    dependencies=[may(Act.DECIDE, of=Proposal)],
)
def decide_proposal(once: OnlyOnce, id: Key, body: Decided) -> Response:
    """Approve a proposal as it was `seen`, or return it with a reason."""

    def command(acting: Acting) -> approvals_shown.Proposal:
        decide(acting, id, body)
        return proposal(acting.session, acting.policy, acting.reader, id, now=acting.now)

    return once.act(command)


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
def put_letter(in_one_go: InOneGo, id: Key, body: DraftText) -> Response:
    """A new version of a draft."""
    with in_one_go() as acting:
        edit_letter(acting, id, body)
        return answer(letters_shown.letter(acting.session, acting.policy, acting.reader, id))


@router.post(
    "/messages/{id}/decision",
    response_model=letters_shown.Message,
    dependencies=[may(Act.SETTLE_DELIVERY, of=Message)],
)
def settle_message(once: OnlyOnce, id: Key, body: DeliverySettled) -> Response:
    """Say what became of a refused or unknown delivery: `sent`, or `send_again`."""

    def command(acting: Acting) -> letters_shown.Message:
        settle(acting, id, body)
        return letters_shown.message(acting.session, acting.reader, id)

    return once.act(command)


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
