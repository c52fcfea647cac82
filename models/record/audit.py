"""What the record keeps of who looked and who was refused."""

from datetime import datetime

from sqlmodel import Session, select

from models.escalations.tables import Escalation
from models.events import EventKind, Happening, append
from models.people import repeated_refusals
from models.people.identity import officer_by_code
from models.people.officers import AT_THE_MACHINE
from models.people.tables import CredentialKind, Officer
from models.refusals import NotAllowed, NotFound, NotIdentified, Refused

SOMEBODY = "somebody at a form in Prefect"


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
    """An officer was refused something, by their role or because the case is not theirs to see.

    The same again within the hour is counted (`models.people.repeated_refusals`).
    """
    refused = Happening(EventKind.ACCESS_REFUSED, case_id, {**_at(what), "why": why})
    repeated_refusals.record(session, now, officer.email, refused, about=f"{what}\n{why}")


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
    facts: dict[str, object] = {
        "officer": None,
        "way": CredentialKind.CODE.value,
        "why": "nobody has this code",
    }
    refused = Happening(EventKind.SIGN_IN_REFUSED, None, facts)
    repeated_refusals.record(session, now, SOMEBODY, refused, about="")


def record_export(session: Session, *, now: datetime, reference: str, file: str) -> None:
    """Everything that is known of a case was written to a file, at the command line."""
    case = select(Escalation.id).where(Escalation.reference == reference)
    facts: dict[str, object] = {"reference": reference, "file": file}
    happening = Happening(EventKind.CASE_EXPORTED, session.exec(case).one(), facts)
    append(session, now, AT_THE_MACHINE, happening)


def _at(what: str) -> dict[str, object]:
    return {"address": what}
