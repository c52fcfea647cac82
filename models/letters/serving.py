"""That a letter was served: method, day, by whom and with what evidence."""

from datetime import date, datetime

from sqlmodel import Session

from models.clocks import past_day
from models.events import append
from models.letters.events import LetterServed
from models.letters.tables import Letter, LetterState
from models.matters.at_hand import find_row
from models.people.access import Act
from models.people.tables import Officer
from models.refusals import InvalidInput, NotPossible
from models.statements import add
from models.statutory.tables import Service, ServiceMethod
from models.text import check_prose


def record_service(
    session: Session,
    *,
    officer: Officer,
    now: datetime,
    letter_id: int,
    role: str,
    method: str,
    served_on: date,
    evidence: str,
) -> Service:
    """A letter was put into somebody's hands, apart from what became of its e-mail.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible before it is issued.
    """
    letter = find_row(session, officer, Act.RECORD_SERVICE, Letter, letter_id)
    if letter.state is not LetterState.ISSUED or letter.dated is None:
        raise NotPossible("Only a letter that was issued can be served.")
    roles = [person["role"] for person in letter.recipients or ()]
    if role not in roles:
        raise InvalidInput("role", f"Choose from: {', '.join(roles)}.")
    if method not in list(ServiceMethod):
        raise InvalidInput("method", f"Choose from: {', '.join(ServiceMethod)}.")
    past_day("served_on", served_on, now)
    if served_on < letter.dated:
        raise InvalidInput("served_on", "A letter cannot be served before its date.")
    check_prose("evidence", evidence)
    service_id = add(
        session,
        Service,
        letter_id=letter.id,
        role=role,
        method=ServiceMethod(method),
        served_on=served_on,
        evidence=evidence,
        recorded_by_id=officer.id,
        recorded_at=now,
    )
    served = LetterServed(
        letter.matter_id,
        letter=letter.id,
        to=role,
        method=ServiceMethod(method),
        served_on=served_on,
    )
    append(session, now, officer.email, served)
    return session.get_one(Service, service_id)
