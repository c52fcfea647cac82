"""Letters about risk levels in batches: begun, looked at, approved or withdrawn."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from models.database import read
from models.inputs import Reason, Word
from models.level_letters import approving, opening, tables
from models.level_letters.letters_shown import (
    Channel,
    LevelLetter,
    WholeLevelLetter,
    letters_of_batch,
    level_letter,
)
from models.level_letters.shown import LetterBatch, WholeLetterBatch, letter_batch, letter_batches
from models.level_letters.tables import LevelLetterState
from models.paging import Page
from models.people.access import Act
from models.people.access import may as may_do
from models.people.acting import Acting
from models.schools.tables import RiskLevel
from web.api.answering import Caller, Once, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor, InOneGo, at_once, key
from web.level_letter_files import PDF, bundle_response, level_letter_pdf

router = APIRouter(tags=["Letters on risk levels"])
Key = Annotated[int, at_once(key)]
_FILE: dict[int | str, dict[str, Any]] = {200: {"description": "The file", "content": {PDF: {}}}}


class LevelLetterQuery(Paging):
    """Which letters of a batch, by words of the school's name, and by what they are like."""

    query: Word = ""
    level: RiskLevel | None = None
    role: Word | None = None
    channel: Channel | None = None
    state: LevelLetterState | None = None


@router.get(
    "/letter-batches",
    response_model=Page[LetterBatch],
    dependencies=[may(Act.SEE_PROGRAMME)],
)
def list_batches(door: AtDoor, _: Caller, query: Annotated[Paging, Query()]) -> Response:
    """All batches, the newest first."""
    with read(door.engine) as session:
        found = letter_batches(session, **query.model_dump())
        return answer(found)


@router.get(
    "/letter-batches/{id}",
    response_model=WholeLetterBatch,
    dependencies=[may(Act.SEE_PROGRAMME, of=tables.LetterBatch)],
)
def show_batch(door: AtDoor, _: Caller, id: Key) -> Response:
    """One batch: how far it is, its sample, its deliveries."""
    with read(door.engine) as session:
        return answer(letter_batch(session, id))


@router.get(
    "/letter-batches/{id}/letters",
    response_model=Page[LevelLetter],
    dependencies=[may(Act.SEE_PROGRAMME, of=tables.LetterBatch)],
)
def list_letters(
    door: AtDoor, _: Caller, id: Key, query: Annotated[LevelLetterQuery, Query()]
) -> Response:
    """The letters of a batch in posting order."""
    with read(door.engine) as session:
        found = letters_of_batch(session, id, **query.model_dump())
        return answer(found)


@router.get(
    "/letter-batches/{id}/bundle.pdf",
    response_class=Response,
    responses=_FILE,
    dependencies=[may(Act.SEE_PROGRAMME, of=tables.LetterBatch)],
)
def show_bundle(door: AtDoor, _: Caller, id: Key) -> Response:
    """The letters that go by post, as one file for the printer."""
    return bundle_response(door, id)


@router.post(
    "/letter-batches",
    status_code=201,
    response_model=WholeLetterBatch,
    dependencies=[may(Act.PREPARE_LEVEL_LETTERS)],
)
def open_batch(once: OnlyOnce, body: opening.NewLetterBatch) -> Response:
    """Begin a batch about the last published assessment, or about changes in the year."""

    def command(acting: Acting) -> WholeLetterBatch:
        return letter_batch(acting.session, opening.open_batch(acting, body).id)

    return once.act(command, 201)


@router.post(
    "/letter-batches/{id}/approval",
    response_model=WholeLetterBatch,
    dependencies=[may(Act.APPROVE_LEVEL_LETTERS, of=tables.LetterBatch)],
)
def approve(once: OnlyOnce, id: Key) -> Response:
    """Approve a batch that somebody else began, once its whole sample was opened by the caller."""
    return _carried_out(once, id, approving.approve)


@router.post(
    "/letter-batches/{id}/withdrawal",
    response_model=WholeLetterBatch,
    dependencies=[may(Act.PREPARE_LEVEL_LETTERS, of=tables.LetterBatch)],
)
def withdraw(once: OnlyOnce, id: Key, body: Reason) -> Response:
    """Withdraw a batch that is not approved yet."""
    return _carried_out(once, id, approving.withdraw, body)


def _carried_out(
    once: Once, number: int, command: Callable[..., tables.LetterBatch], *given: Reason
) -> Response:
    """Carry out a command on a batch, and show the batch as it is then."""

    def run(acting: Acting) -> WholeLetterBatch:
        command(acting, number, *given)
        return letter_batch(acting.session, number)

    return once.act(run)


@router.get(
    "/level-letters/{id}.pdf",
    response_class=Response,
    responses=_FILE,
    dependencies=[may(Act.SEE_PROGRAMME, of=tables.LevelLetter)],
)
def show_letter_file(door: AtDoor, _: Caller, id: Key) -> Response:
    """A letter as PDF: an issued one byte for byte as it went out."""
    return level_letter_pdf(door, id)


@router.get(
    "/level-letters/{id}",
    response_model=WholeLevelLetter,
    dependencies=[may(Act.SEE_PROGRAMME, of=tables.LevelLetter)],
)
def show_letter(door: AtDoor, officer: Caller, in_one_go: InOneGo, id: Key) -> Response:
    """One letter with its text. A caller who may approve its batch has now looked at it."""
    with read(door.engine) as session:
        found = level_letter(session, id)
        approves = may_do(officer, Act.APPROVE_LEVEL_LETTERS)
        unseen = approves and approving.is_unseen(session, id, officer.id)
    if unseen:
        with in_one_go() as acting:
            approving.look_at(acting, id)
    return answer(found)
