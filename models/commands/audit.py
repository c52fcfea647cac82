"""What the record keeps of who looked and who was refused."""

from datetime import datetime

from sqlmodel import Session, select

from models.commands.directory import AT_THE_MACHINE
from models.escalations import Escalation
from models.events import EventKind, Happening, append
from models.officers import Officer


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


def record_export(session: Session, *, now: datetime, reference: str, file: str) -> None:
    """Everything that is known of a case was written to a file, at the command line."""
    case = select(Escalation.id).where(Escalation.reference == reference)
    facts: dict[str, object] = {"reference": reference, "file": file}
    happening = Happening(EventKind.CASE_EXPORTED, session.exec(case).one(), facts)
    append(session, now, AT_THE_MACHINE, happening)


def _at(what: str) -> dict[str, object]:
    return {"address": what}
