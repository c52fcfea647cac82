"""That a letter was served: method, day, by whom and with what evidence."""

from models.clocks import past_day
from models.events import append
from models.inputs import Day, Input, Text, Word
from models.letters.events import LetterServed
from models.letters.tables import Letter, LetterState
from models.matters.at_hand import find_row
from models.people.access import Act
from models.people.acting import Acting
from models.refusals import InvalidInput, NotPossible
from models.rows import add, get_row
from models.statutory.tables import Service, ServiceMethod
from models.text import check_prose


class ServiceOfLetter(Input):
    """That a letter was served on one of those it is for."""

    to: Word
    method: Word
    served_on: Day
    evidence: Text


def record_service(acting: Acting, letter_id: int, given: ServiceOfLetter) -> Service:
    """A letter was put into somebody's hands, apart from what became of its e-mail.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible before it is issued.
    """
    session, officer = acting.session, acting.officer
    letter = find_row(session, officer, Act.RECORD_SERVICE, Letter, letter_id)
    if letter.state is not LetterState.ISSUED or letter.dated is None:
        raise NotPossible("Only a letter that was issued can be served.")
    roles = [person.role for person in letter.goes_to or ()]
    if given.to not in roles:
        raise InvalidInput("role", f"Choose from: {', '.join(roles)}.")
    if given.method not in list(ServiceMethod):
        raise InvalidInput("method", f"Choose from: {', '.join(ServiceMethod)}.")
    past_day("served_on", given.served_on, acting.now)
    if given.served_on < letter.dated:
        raise InvalidInput("served_on", "A letter cannot be served before its date.")
    check_prose("evidence", given.evidence)
    service_id = add(
        session,
        Service,
        letter_id=letter.id,
        role=given.to,
        method=ServiceMethod(given.method),
        served_on=given.served_on,
        evidence=given.evidence,
        recorded_by_id=officer.id,
        recorded_at=acting.now,
    )
    served = LetterServed(
        letter.matter_id,
        letter=letter.id,
        to=given.to,
        method=ServiceMethod(given.method),
        served_on=given.served_on,
    )
    append(session, acting.now, officer.email, served)
    return get_row(session, Service, service_id)
