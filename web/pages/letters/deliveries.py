"""Deliveries in trouble: what became of them, and who does what about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.outbox import MessageKind, MessageState
from models.paging import Page
from models.people.access import Act
from models.upkeep.deliveries_in_trouble import DeliveryInTrouble, delivery_problems
from web.pages.lists import List, PageNumber, address
from web.pages.visits import Visit, Visitor, may
from web.tables import Column

router = APIRouter()
PER_PAGE = 50


@dataclass(frozen=True)
class AdvisedDelivery:
    """A delivery in trouble, and who does what about it."""

    shown: DeliveryInTrouble
    advice: str


@router.get("/administration/deliveries", dependencies=[may(Act.SEE_SYSTEM)])
def deliveries(visit: Visitor, page: PageNumber) -> Response:
    """What was refused, may not have arrived or waits long."""
    with visit.read() as session:
        found = find(session, visit, {}, page, PER_PAGE)
    return visit.page(
        "letters/deliveries.html",
        title="Delivery problems",
        navigation="administration",
        found=found,
        address=address(visit, {}),
    )


def find(
    session: Session, visit: Visit, _: Mapping[str, str], page: int, per_page: int
) -> Page[AdvisedDelivery]:
    """One page of them, each with what to do about it."""
    found = delivery_problems(session, visit.reader, now=visit.now, page=page, per_page=per_page)
    return found.of([AdvisedDelivery(each, _advice(each)) for each in found.items])


LISTS: tuple[List[Any], ...] = (
    List[AdvisedDelivery](
        "/administration/deliveries",
        Act.SEE_SYSTEM,
        "Delivery problems",
        find,
        [
            Column("What", lambda each: each.shown.kind),
            Column("To", lambda each: each.shown.to),
            Column("School", lambda each: each.shown.school),
            Column("About a restricted case", lambda each: each.shown.restricted),
            Column("State", lambda each: each.shown.state),
            Column("Since", lambda each: each.shown.queued_at),
            Column("Attempts", lambda each: each.shown.attempts),
            Column("Code", lambda each: each.shown.code),
            Column("The mail server said", lambda each: each.shown.detail),
            Column("What to do", lambda each: each.advice),
        ],
    ),
)


def _advice(delivery: DeliveryInTrouble) -> str:
    """What to do, and who."""
    letter = delivery.kind is MessageKind.LETTER
    in_bulk = delivery.kind is MessageKind.LEVEL_LETTER
    invitation = delivery.kind is MessageKind.INVITATION
    match delivery.state:
        case MessageState.FAILED | MessageState.UNKNOWN if in_bulk:
            return "A Head of Service says what became of it, on the page of its batch."
        case MessageState.FAILED | MessageState.UNKNOWN if invitation:
            return (
                "An officer who works on the case asks, and sends the invitation again from the "
                "page of the appointment."
            )
        case MessageState.FAILED if letter:
            return (
                "The mail server refused it for good. The case officer corrects the address and "
                "sends it again, or records how else it arrived."
            )
        case MessageState.UNKNOWN if letter:
            return (
                "Nobody knows whether it arrived, so it is not sent again automatically. The case "
                "officer asks, and decides on the page of the case."
            )
        case MessageState.PENDING if delivery.attempts:
            return (
                "The service tries again automatically. If everything is waiting, the mail "
                "server cannot be reached or refuses us: check SCC_MAIL_URL."
            )
        case MessageState.PENDING:
            return (
                "Nothing is sending it: check that the clock is running, on “State of the system”."
            )
        case MessageState.CLAIMED:
            return "The program stopped while it was being sent. The next pass settles it."
        case _:
            return "The daily digest says it again. Check the officer’s e-mail address."
