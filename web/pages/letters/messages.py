"""A letter whose delivery was refused or is unknown: an officer says what became of it."""

from fastapi import APIRouter
from fastapi.responses import Response

from models.letters import shown as letters_shown
from models.letters.deliveries import DeliverySettled, settle
from models.matters.at_hand import see_row
from models.outbox import Message, MessageKind
from models.people.access import Act
from models.refusals import InvalidInput, NotFound
from web.pages.asked import Asked
from web.pages.forms import Form, Posted
from web.pages.visits import Key, Visit, Visitor, may, says

SAYS_SETTLED = says("settled", "Your decision about the message has been recorded")


router = APIRouter()
DELIVERY = Asked(
    DeliverySettled,
    must=("reason",),
    decision=("Decision", "Choose what you decide"),
    reason=("Reason", "Enter a reason"),
)


@router.get("/messages/{id}", dependencies=[may(Act.SEE_CASE, of=Message)])
def message(visit: Visitor, number: Key) -> Response:
    """What is known of the delivery, and the decision if one is due."""
    return _message(visit, number, Form())


@router.post("/messages/{id}", dependencies=[may(Act.SETTLE_DELIVERY, of=Message)])
def settle_message(visit: Visitor, number: Key, form: Posted) -> Response:
    """Put on record that it arrived, or send it again."""
    try:
        given = form.filled(DELIVERY)
        with visit.acting() as acting:
            settled = settle(acting, number, given)
    except InvalidInput as invalid:
        return _message(visit, number, form.refused(invalid, DELIVERY))
    return visit.done(f"/letters/{settled.letter_id}", SAYS_SETTLED)


def _message(visit: Visit, number: int, form: Form) -> Response:
    with visit.read() as session:
        found = see_row(session, visit.reader, Message, number)
        if found.kind is not MessageKind.LETTER or found.letter_id is None:
            raise NotFound(Message.missing.format(number))
        letter = letters_shown.letter(session, visit.policy, visit.reader, found.letter_id)
    return visit.page(
        "letters/message.html",
        title=f"Delivery to {found.to_name}",
        form=form,
        message=found,
        letter=letter,
        may_settle=visit.may(Act.SETTLE_DELIVERY) and found.state in ("failed", "unknown"),
    )
