"""The rule before each address: what must be allowed, and on which case, before it is served.

Every route names an act of `models.people.access`, or says that it is for anybody. The commands ask
the same table again, so the rule holds at every door; here it also stands before what only shows.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlmodel import Session, SQLModel, select

from models.database import read, write
from models.escalations.tables import Escalation, Proposal, Response
from models.evidence.tables import EvidenceFile
from models.letters.tables import Letter
from models.matters.case import MISSING, NO_CASE, find_visible
from models.outbox import Message
from models.people.access import Act, reader, require
from models.people.tables import Officer
from models.record.audit import record_reading, record_refusal
from models.refusals import NotAllowed, NotFound, Refused
from models.statements import by_key
from models.statutory.tables import Power, SecretaryOfStateNotice, WarningNotice
from web.door import AtDoor, Door, key, open_door, reference

LONGEST_ADDRESS = 200  # of a refusal on record
# Whose number the `{id}` of an address is, by the part before it.
ROWS: dict[str, type[SQLModel]] = {
    "files": EvidenceFile,
    "letters": Letter,
    "messages": Message,
    "powers": Power,
    "proposals": Proposal,
    "responses": Response,
    "secretary-of-state-notices": SecretaryOfStateNotice,
    "warning-notices": WarningNotice,
}


def _anybody() -> None:
    """No rule but that of being there."""


anybody = Depends(_anybody)


def rule_of(who: Callable[..., Officer]) -> Callable[[Act], Any]:
    """What a door's routes name their rules with; `who` tells whose request it is."""

    def may(act: Act) -> Any:
        def ask(request: Request, door: AtDoor, officer: Annotated[Officer, Depends(who)]) -> None:
            _admit(request, door, officer, act)

        ask.act = act  # type: ignore[attr-defined]
        return Depends(ask)

    return may


def _admit(request: Request, door: Door, officer: Officer, act: Act) -> None:
    """Raises NotAllowed by the role; NotFound for what is not there or not theirs to see."""
    require(officer, act)
    with read(door.engine) as session:
        case_id, missing = _about(session, request)
        case = find_visible(session, reader(officer), case_id) if case_id else None
    if not missing:
        return
    if case is None:
        if case_id is not None:
            keep_refusal(request, NotFound(missing), case_id)
        raise NotFound(missing)
    if case.restricted:
        with write(door.engine) as session:
            record_reading(session, now=door.now, officer=officer, case=case, what=request.url.path)


def _about(session: Session, request: Request) -> tuple[int | None, str]:
    """The key of the case that an address is about, and what is said when there is none.

    Of an address that is about no case the second is empty.
    """
    path = request.path_params
    if "reference" in path:
        named = Escalation.reference == reference(path["reference"])
        return session.exec(select(Escalation.id).where(named)).first(), NO_CASE
    table = ROWS.get(request.scope["route"].path.split("/")[1])
    if "id" not in path or table is None:
        return None, ""
    number = key(path["id"])
    row: Any = by_key(session, table, number)
    return (row.escalation_id if row else None), MISSING[table].format(number)


def keep_refusal(request: Request, refusal: Refused, case_id: int | None = None) -> None:
    """Put on record that somebody who is known was refused, by their role or by their sight."""
    officer: Officer | None = getattr(request.state, "officer", None)
    if officer is None or not (case_id or isinstance(refusal, NotAllowed)):
        return
    door = open_door(request)
    what = f"{request.method} {request.url.path}"[:LONGEST_ADDRESS]
    with write(door.engine) as session:
        record_refusal(
            session, now=door.now, officer=officer, what=what, why=refusal.message, case_id=case_id
        )
