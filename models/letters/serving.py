"""That a letter was served: method, day, by whom and with what evidence; and that it was not."""

from datetime import date

from models.clocks import add_working_days, past_day
from models.events import append
from models.inputs import Day, Input, Text, Word
from models.letters.events import LetterServed, ServiceUndone
from models.letters.recipients import Recipient
from models.letters.service_asked import ask_again, service_proven
from models.letters.tables import Letter, LetterState
from models.matters.at_hand import AtHand
from models.matters.case import see_row_at_hand
from models.people.access import Act
from models.people.acting import Acting
from models.policy.whole import NATIONAL_BODIES
from models.policy.wording import the_role
from models.refusals import InvalidInput, NotPossible
from models.rows import add, change, get_row
from models.schools.email_service import agreed_since
from models.statutory.tables import Service, ServiceMethod
from models.text import check_prose


class ServiceOfLetter(Input):
    """That a letter was served on one of those it is for.

    `served_on` is the day on which it was handed over, left at the address, posted or sent;
    `arrived_on`, where that is proven, the day on which it came. Without it, the council's settings
    say from which day service by this method counts.
    """

    to: Word
    method: Word
    served_on: Day
    arrived_on: Day | None = None
    evidence: Text


def record_service(acting: Acting, letter_id: int, given: ServiceOfLetter) -> Service:
    """A letter was put into somebody's hands, apart from what became of its e-mail.

    By e-mail it is served only on whoever had agreed to that: a mail server's answer is no service.
    Raises NotFound, NotAllowed, InvalidInput, and NotPossible before it is issued.
    """
    session, officer = acting.session, acting.officer
    acting.require(Act.RECORD_SERVICE)
    letter, at_hand = see_row_at_hand(session, acting.policy, acting.reader, Letter, letter_id)
    dated = check_serving(letter)
    person = _served_on(letter, given.to)
    if given.method not in list(ServiceMethod):
        raise InvalidInput("method", f"Choose from: {', '.join(ServiceMethod)}.")
    method = ServiceMethod(given.method)
    past_day("served_on", given.served_on, acting.now)
    if given.served_on < dated:
        raise InvalidInput("served_on", "A letter cannot be served before its date.")
    if given.arrived_on is not None:
        past_day("arrived_on", given.arrived_on, acting.now)
        if given.arrived_on < given.served_on:
            raise InvalidInput("arrived_on", "It cannot arrive before it was sent.")
    check_prose("evidence", given.evidence)
    if method is ServiceMethod.EMAIL:
        _check_agreed(at_hand, person, given.served_on)
    counts_from = given.arrived_on or _counts_from(at_hand, method, given.served_on)
    service_id = add(
        session,
        Service,
        letter_id=letter.id,
        role=given.to,
        method=method,
        served_on=given.served_on,
        arrived_on=given.arrived_on,
        counts_from=counts_from,
        evidence=given.evidence,
        recorded_by_id=officer.id,
        recorded_at=acting.now,
    )
    if given.to == letter.to_role:
        service_proven(session, letter.id)
    served = LetterServed(
        letter.matter_id,
        letter=letter.id,
        to=given.to,
        method=method,
        served_on=given.served_on,
        counts_from=counts_from,
        service=service_id,
    )
    append(session, acting.now, officer.email, served)
    return get_row(session, Service, service_id)


def check_serving(letter: Letter) -> date:
    """The date of a letter that can be served; raises NotPossible before it is issued."""
    if letter.state is not LetterState.ISSUED or letter.dated is None:
        raise NotPossible("Only a letter that was issued can be served.")
    return letter.dated


def _served_on(letter: Letter, role: str) -> Recipient:
    people = {person.role: person for person in letter.goes_to or ()}
    if role not in people:
        raise InvalidInput("to", f"Choose from: {', '.join(people)}.")
    return people[role]


def _counts_from(at_hand: AtHand, method: ServiceMethod, served_on: date) -> date:
    return add_working_days(served_on, at_hand.policy.statutory.counts_after(method.value))


def takes_email(at_hand: AtHand, person: Recipient, day: date) -> bool:
    """Whether somebody had agreed by a day to be served by e-mail, at the address of the letter."""
    if person.role in NATIONAL_BODIES:
        return bool(at_hand.policy.bodies[person.role].takes_email)
    if at_hand.matter.urn is None:
        return False
    since = agreed_since(at_hand.session, at_hand.matter.urn, person.role, person.email, day)
    return since is not None


def _check_agreed(at_hand: AtHand, person: Recipient, day: date) -> None:
    if not takes_email(at_hand, person, day):
        raise InvalidInput(
            "method",
            f"It is not on record that {_whom(person)} had agreed by then to be served by e-mail "
            f"at {person.email}. Serve the letter by post or by hand, or record their agreement "
            "at the school first.",
        )


def _whom(person: Recipient) -> str:
    return person.name if person.title else the_role(person.role)


class ServiceNotMade(Input):
    """Why a record of service does not count: the letter came back, or the record was wrong."""

    reason: Text


def undo_service(acting: Acting, service_id: int, given: ServiceNotMade) -> Service:
    """A letter was not served as was recorded: the record stays, and counts no more.

    Where nothing else proves that the addressee was served, the officer is asked for it anew.
    Raises NotFound, NotAllowed, InvalidInput, and NotPossible where it was undone already.
    """
    session, officer = acting.session, acting.officer
    acting.require(Act.RECORD_SERVICE)
    service, at_hand = see_row_at_hand(session, acting.policy, acting.reader, Service, service_id)
    if service.undone_on is not None:
        raise NotPossible("This record of service was undone already.")
    check_prose("reason", given.reason)
    undone = {"undone_on": acting.today, "undone_because": given.reason}
    change(session, Service, {"id": service.id}, **undone)
    letter = get_row(session, Letter, service.letter_id)
    happened = ServiceUndone(
        letter.matter_id, letter=letter.id, service=service.id, to=service.role, reason=given.reason
    )
    asked = ask_again(at_hand, letter, acting.today, acting.now)
    append(session, acting.now, officer.email, happened, *asked)
    return get_row(session, Service, service.id)
