"""What the record keeps of who looked and who was refused."""

from datetime import datetime

from sqlmodel import Session, select

from models.events import append
from models.matters.tables import Matter
from models.people import repeated_refusals
from models.people.credentials import officer_by_code
from models.people.events import SignInRefused
from models.people.officers import AT_THE_MACHINE
from models.people.tables import CredentialKind, Officer
from models.record.events import AccessRefused, CaseExported, RestrictedCaseRead
from models.refusals import NotAllowed, NotFound, NotIdentified, Refused
from models.rows import find_one

SOMEBODY = "somebody at a form in Prefect"


def record_reading(
    session: Session, *, now: datetime, officer: Officer, matter: Matter, what: str
) -> None:
    """An officer looked at a restricted case; `what` is the address that was asked for."""
    append(session, now, officer.email, RestrictedCaseRead(matter.id, address=what))


def record_refusal(
    session: Session, *, now: datetime, officer: Officer, what: str, why: str, case_id: int | None
) -> None:
    """An officer was refused something, by their role or because the case is not theirs to see.

    The same again within the hour is counted (`models.people.repeated_refusals`).
    """
    refused = AccessRefused(case_id, address=what, why=why)
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
    why = "nobody has this code"
    refused = SignInRefused(None, officer=None, way=CredentialKind.CODE.value, why=why)
    repeated_refusals.record(session, now, SOMEBODY, refused, about="")


def record_export(session: Session, *, now: datetime, reference: str, file: str) -> None:
    """Everything that is known of a case was written to a file, at the command line."""
    case = select(Matter.id).where(Matter.reference == reference)
    exported = CaseExported(find_one(session, case), reference=reference, file=file)
    append(session, now, AT_THE_MACHINE, exported)
