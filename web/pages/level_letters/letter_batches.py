"""Letters about risk levels in batches: how far each is, its sample, its approval, its letters."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.inputs import Reason
from models.level_letters import approving, deliveries, opening, tables
from models.level_letters import batches as level_letters_batches
from models.level_letters.letters_shown import letters_of_batch, level_letter
from models.level_letters.shown import (
    DeliveryProblem,
    LetterBatch,
    delivery_problems_of,
    letter_batch,
    letter_batches,
)
from models.level_letters.tables import BatchState, LevelLetterState
from models.paging import Page
from models.people.access import Act
from models.people.acting import Acting
from models.refusals import InvalidInput
from models.work import BulkState
from notifications.level_letters import bundle_file
from web.door import key
from web.level_letter_files import bundle_response
from web.pages.asked import Asked, Fields
from web.pages.forms import STAYS, Form, Posted
from web.pages.lists import List, PageNumber, address
from web.pages.visits import Key, Visit, Visitor, may, says
from web.tables import Column

SAYS_LETTERS_BEGUN = says("letters_begun", "The letters are being drafted")
SAYS_LETTERS_APPROVED = says(
    "letters_approved", "The letters have been approved and are being issued"
)
SAYS_LETTERS_WITHDRAWN = says("letters_withdrawn", "The letters have been withdrawn")
SAYS_LETTERS_GO_ON = says("letters_go_on", "The work has started again")
SAYS_SETTLED = says("settled", "Your decision about the message has been recorded")


router = APIRouter()
LIST = "/letter-batches"
PER_PAGE = 25
LOOKS_AGAIN = 5  # seconds: how often the page of a batch is loaded while work goes on
PROBLEMS_SHOWN = 20
NEW = Asked(opening.NewLetterBatch, about=("The letters", "Choose what the letters are about"))
APPROVAL = Fields(confirmed=("Confirmation", "Confirm that the letters are to be sent"))
WITHDRAWAL = Asked(Reason, reason=("Reason", "Enter a reason"))
DELIVERY = Asked(
    deliveries.DeliveryDecision,
    decision=("Decision", "Choose what you decide"),
    reason=("Reason", "Enter a reason"),
)


@router.get(LIST, dependencies=[may(Act.SEE_PROGRAMME)])
def batches(visit: Visitor, page: PageNumber) -> Response:
    """All batches, and what waits to be written about."""
    return _list(visit, page, Form())


@router.post(LIST, dependencies=[may(Act.PREPARE_LEVEL_LETTERS)])
def open_batch(visit: Visitor, form: Posted) -> Response:
    """Begin a batch."""
    try:
        given = form.taken(NEW)
        with visit.acting() as acting:
            opened = opening.open_batch(acting, given)
    except STAYS as refusal:
        return _list(visit, 1, form.refused(refusal, NEW))
    return visit.done(f"{LIST}/{opened.id}", SAYS_LETTERS_BEGUN)


def _list(visit: Visit, page: int, form: Form) -> Response:
    with visit.read() as session:
        found = find_batches(session, visit, {}, page, PER_PAGE)
        year = opening.annual_waiting(session)
        changes = len(opening.changes_waiting(session))
    return visit.page(
        "level_letters/batches.html",
        title="Letters on risk levels",
        navigation="risk",
        form=form,
        found=found,
        year=year,
        changes=changes,
        may_open=visit.may(Act.PREPARE_LEVEL_LETTERS),
        address=address(visit, {}),
    )


def find_batches(
    session: Session, _: Visit, __: Mapping[str, str], page: int, per_page: int
) -> Page[LetterBatch]:
    """One page of the batches."""
    return letter_batches(session, page=page, per_page=per_page)


# One batch ---------------------------------------------------------------------------------


@router.get("/letter-batches/{id}", dependencies=[may(Act.SEE_PROGRAMME, of=tables.LetterBatch)])
def batch(visit: Visitor, number: Key) -> Response:
    """How far a batch is, what is in it, what is to be done."""
    return _batch(visit, number, Form())


def _batch(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        found = letter_batch(session, number)
        problems = find_problems(session, visit, {}, 1, PROBLEMS_SHOWN)
        left_out = letters_of_batch(
            session, number, state=LevelLetterState.LEFT_OUT, per_page=PROBLEMS_SHOWN
        )
        batch = level_letters_batches.find_batch(session, number)
        unseen = approving.unseen(session, batch, visit.officer.id)
        held = approving.own_batch(visit.policy, batch, visit.officer) or approving.too_early(
            visit.policy, batch, visit.today
        )
    work = found.work
    at_work = work is not None and work.state is BulkState.OPEN
    bundled = found.bundle_sha256 is not None
    shown = visit.page(
        "level_letters/batch.html",
        title=found.title,
        navigation="risk",
        form=form,
        batch=found,
        problems=problems,
        left_out=left_out,
        unseen=unseen,
        at_work=at_work,
        has_failed=work is not None and work.state is BulkState.FAILED,
        bundle_is_there=bundled and bundle_file(visit.door.settings, number).is_file(),
        looks_again=LOOKS_AGAIN,
        held=held,
        may_approve=visit.may(Act.APPROVE_LEVEL_LETTERS),
        may_act=visit.may(Act.PREPARE_LEVEL_LETTERS),
        may_change_contacts=visit.may(Act.CHANGE_CONTACTS),
    )
    if at_work and not form.errors:
        visit.ask_again(shown, LOOKS_AGAIN)
    return shown


def find_problems(
    session: Session, visit: Visit, _: Mapping[str, str], page: int, per_page: int
) -> Page[DeliveryProblem]:
    """One page of the letters that may not have arrived, of the batch that an address names."""
    number = level_letters_batches.find_batch(session, key(visit.request.path_params["id"])).id
    return delivery_problems_of(session, number, page=page, per_page=per_page)


@router.get(
    "/letter-batches/{id}/bundle.pdf", dependencies=[may(Act.SEE_PROGRAMME, of=tables.LetterBatch)]
)
def bundle(visit: Visitor, number: Key) -> Response:
    """The letters that go by post, as one file for the printer."""
    return bundle_response(visit.door, number)


# What is done to it ------------------------------------------------------------------------


@router.get(
    "/letter-batches/{id}/approval",
    dependencies=[may(Act.APPROVE_LEVEL_LETTERS, of=tables.LetterBatch)],
)
def approval(visit: Visitor, number: Key) -> Response:
    """What approving means, to be confirmed."""
    return _approval(visit, number, Form())


@router.post(
    "/letter-batches/{id}/approval",
    dependencies=[may(Act.APPROVE_LEVEL_LETTERS, of=tables.LetterBatch)],
)
def approve(visit: Visitor, number: Key, form: Posted) -> Response:
    """Approve the batch: it is issued from now on."""
    try:
        if not form.yes("confirmed"):
            _, asks = APPROVAL.called["confirmed"]
            raise InvalidInput("confirmed", asks)
        with visit.acting() as acting:
            approving.approve(acting, number)
    except STAYS as refusal:
        return _approval(visit, number, form.refused(refusal, APPROVAL))
    return visit.done(f"{LIST}/{number}", SAYS_LETTERS_APPROVED)


def _approval(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        found = letter_batch(session, number)
        batch = level_letters_batches.find_batch(session, number)
        unseen = approving.unseen(session, batch, visit.officer.id)
        held = approving.own_batch(visit.policy, batch, visit.officer) or approving.too_early(
            visit.policy, batch, visit.today
        )
    return visit.page(
        "level_letters/approve.html",
        title="Approve the letters",
        navigation="risk",
        form=form,
        batch=found,
        unseen=unseen,
        held=held,
        prepared=found.state is BatchState.PREPARED,
        today=visit.today,
        signatory=visit.officer,
    )


@router.get(
    "/letter-batches/{id}/withdrawal",
    dependencies=[may(Act.PREPARE_LEVEL_LETTERS, of=tables.LetterBatch)],
)
def withdrawal(visit: Visitor, number: Key) -> Response:
    """What withdrawing means, and the form for its reason."""
    return _withdrawal(visit, number, Form())


@router.post(
    "/letter-batches/{id}/withdrawal",
    dependencies=[may(Act.PREPARE_LEVEL_LETTERS, of=tables.LetterBatch)],
)
def withdraw(visit: Visitor, number: Key, form: Posted) -> Response:
    """Withdraw the batch."""
    try:
        given = form.filled(WITHDRAWAL)
        with visit.acting() as acting:
            approving.withdraw(acting, number, given)
    except STAYS as refusal:
        return _withdrawal(visit, number, form.refused(refusal, WITHDRAWAL))
    return visit.done(f"{LIST}/{number}", SAYS_LETTERS_WITHDRAWN)


def _withdrawal(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        found = letter_batch(session, number)
    return visit.page(
        "level_letters/withdraw.html",
        title="Withdraw the letters",
        navigation="risk",
        form=form,
        batch=found,
    )


@router.post(
    "/letter-batches/{id}/again",
    dependencies=[may(Act.PREPARE_LEVEL_LETTERS, of=tables.LetterBatch)],
)
def prepare_again(visit: Visitor, number: Key, form: Posted) -> Response:
    """Draft anew what was left out."""
    return _once_more(visit, number, form, approving.prepare_again)


@router.post(
    "/letter-batches/{id}/work",
    dependencies=[may(Act.PREPARE_LEVEL_LETTERS, of=tables.LetterBatch)],
)
def go_on(visit: Visitor, number: Key, form: Posted) -> Response:
    """Let work that stopped go on, or make the print bundle again."""
    return _once_more(visit, number, form, approving.go_on)


def _once_more(
    visit: Visit, number: int, form: Form, command: Callable[[Acting, int], tables.LetterBatch]
) -> Response:
    try:
        with visit.acting() as acting:
            command(acting, number)
    except STAYS as refusal:
        answer = _batch(visit, number, form.refused(refusal, Fields()))
        answer.status_code = refusal.status
        return answer
    return visit.done(f"{LIST}/{number}", SAYS_LETTERS_GO_ON)


# Deliveries --------------------------------------------------------------------------------


@router.get(
    "/letter-batches/{id}/deliveries/{item}",
    dependencies=[may(Act.PREPARE_LEVEL_LETTERS, of=tables.LetterBatch)],
)
def delivery(visit: Visitor, number: Key, item: str) -> Response:
    """What is known of a delivery, and the decision if one is due."""
    return _delivery(visit, number, item, Form())


@router.post(
    "/letter-batches/{id}/deliveries/{item}",
    dependencies=[may(Act.PREPARE_LEVEL_LETTERS, of=tables.LetterBatch)],
)
def settle(visit: Visitor, number: Key, item: str, form: Posted) -> Response:
    """Put on record that it arrived, or send it again."""
    try:
        given = form.filled(DELIVERY)
        with visit.acting() as acting:
            deliveries.settle(acting, number, key(item), given)
    except STAYS as refusal:
        return _delivery(visit, number, item, form.refused(refusal, DELIVERY))
    return visit.done(f"{LIST}/{number}", SAYS_SETTLED)


def _delivery(visit: Visit, number: int, item: str, form: Form) -> Response:
    with visit.read() as session:
        message, letter = deliveries.find_delivery(session, number, key(item))
        found = level_letter(session, letter.id)
    return visit.page(
        "level_letters/delivery.html",
        title=f"Delivery to {message.to_name}",
        navigation="risk",
        form=form,
        message=message,
        letter=found,
        may_settle=message.state in deliveries.UNSETTLED,
    )


LISTS: tuple[List[Any], ...] = (
    List[LetterBatch](
        LIST,
        Act.SEE_PROGRAMME,
        "Batches of letters",
        find_batches,
        [
            Column("Batch", lambda batch: batch.number),
            Column("Title", lambda batch: batch.title),
            Column("State", lambda batch: batch.state),
            Column("Letters", lambda batch: batch.letters),
            Column("Issued", lambda batch: batch.issued),
            Column("Left out", lambda batch: batch.left_out),
            Column("Begun at", lambda batch: batch.created_at),
            Column("Dated", lambda batch: batch.dated),
            Column("Signed by", lambda batch: batch.signed_by),
            Column("Issued at", lambda batch: batch.issued_at),
            Column("Why withdrawn", lambda batch: batch.reason),
        ],
    ),
    List[DeliveryProblem](
        "/letter-batches/{id}/deliveries",
        Act.SEE_PROGRAMME,
        "Delivery problems of batch",
        find_problems,
        [
            Column("Name", lambda problem: problem.to_name),
            Column("E-mail address", lambda problem: problem.to),
            Column("URN", lambda problem: problem.letter.urn),
            Column("School", lambda problem: problem.letter.school),
            Column("State", lambda problem: problem.state),
            Column("Since", lambda problem: problem.at),
            Column("The mail server said", lambda problem: problem.detail),
        ],
        of=tables.LetterBatch,
    ),
)
