"""What the record keeps of who looked and who was refused."""

from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, select

from models.commands.directory import AT_THE_MACHINE
from models.commands.identity import officer_by_code
from models.escalations import Escalation
from models.events import Event, EventKind, Happening, append
from models.officers import CredentialKind, Officer
from models.refusals import NotAllowed, NotFound, NotIdentified, Refused
from models.statements import recent

SOMEBODY = "somebody at a form in Prefect"
# Of codes that nobody has: whoever guesses on, in however many runs, does not fill the record.
WINDOW = timedelta(minutes=15)
MOST_IN_WINDOW = 5


def record_reading(
    session: Session, *, now: datetime, officer: Officer, case: Escalation, what: str
) -> None:
    """An officer looked at a restricted case; `what` is the address that was asked for."""
    append(
        session, now, officer.email, Happening(EventKind.RESTRICTED_CASE_READ, case.id, _at(what))
    )


def record_refusal(
    session: Session, *, now: datetime, officer: Officer, what: str, why: str, case_id: int | None
) -> None:
    """An officer was refused something, by their role or because the case is not theirs to see."""
    facts = {**_at(what), "why": why}
    append(session, now, officer.email, Happening(EventKind.ACCESS_REFUSED, case_id, facts))


def record_refused_code(
    session: Session,
    *,
    now: datetime,
    code: str,
    what: str,
    refusal: Refused,
    case_id: int | None = None,
) -> None:
    """A form in Prefect was refused: to somebody with this personal code, or to whoever it was.

    What was typed is not kept. `case_id` is of the case that the form is about. Only what somebody
    may not do is recorded, not what was entered wrongly.
    """
    try:
        officer = officer_by_code(session, code)
    except NotIdentified:
        _record_unknown_code(session, now)
        return
    if isinstance(refusal, NotAllowed | NotFound):
        # As at every door: who was refused by their role is on record, and not on the case.
        about = case_id if isinstance(refusal, NotFound) else None
        why = refusal.message
        record_refusal(session, now=now, officer=officer, what=what, why=why, case_id=about)


def _record_unknown_code(session: Session, now: datetime) -> None:
    lately = (
        select(func.count())
        .select_from(Event)
        .where(Event.kind == EventKind.SIGN_IN_REFUSED, Event.actor == SOMEBODY)
        .where(recent(Event.at, now, WINDOW))
    )
    if session.exec(lately).one() >= MOST_IN_WINDOW:
        return
    facts: dict[str, object] = {
        "officer": None,
        "way": CredentialKind.CODE.value,
        "why": "nobody has this code",
    }
    append(session, now, SOMEBODY, Happening(EventKind.SIGN_IN_REFUSED, None, facts))


def record_export(session: Session, *, now: datetime, reference: str, file: str) -> None:
    """Everything that is known of a case was written to a file, at the command line."""
    case = select(Escalation.id).where(Escalation.reference == reference)
    facts: dict[str, object] = {"reference": reference, "file": file}
    happening = Happening(EventKind.CASE_EXPORTED, session.exec(case).one(), facts)
    append(session, now, AT_THE_MACHINE, happening)


def _at(what: str) -> dict[str, object]:
    return {"address": what}
