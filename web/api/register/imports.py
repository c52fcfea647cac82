"""Imports of the national register: what each would change or changed, and applying one.

Files are given on the page or at the command line: they are too large for a call.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from sqlmodel import Session

from models.database import read
from models.people.access import Act
from models.register import importing
from models.register import shown as reading
from models.register.tables import RegisterImport
from web.api import answers
from web.api.answering import Caller, OnlyOnce, may, shown
from web.api.bodies import FindingQuery, Paging
from web.door import AtDoor, key

router = APIRouter(tags=["National register"])
Key = Annotated[int, Depends(key)]


@router.get(
    "/register-imports",
    response_model=answers.ListOf[answers.RegisterImport],
    dependencies=[may(Act.IMPORT_REGISTER)],
)
def list_imports(door: AtDoor, _: Caller, query: Annotated[Paging, Query()]) -> Response:
    """All imports, the newest first."""
    with read(door.engine) as session:
        found = reading.register_imports(session, **query.model_dump())
        return shown(answers.ListOf[answers.RegisterImport], found)


@router.get(
    "/register-imports/{id}",
    response_model=answers.RegisterImportWhole,
    dependencies=[may(Act.IMPORT_REGISTER, of=RegisterImport)],
)
def show_import(door: AtDoor, _: Caller, id: Key) -> Response:
    """One import, with how many findings of each kind it has."""
    with read(door.engine) as session:
        return shown(answers.RegisterImportWhole, reading.register_import(session, id))


@router.get(
    "/register-imports/{id}/findings",
    response_model=answers.ListOf[answers.RegisterFinding],
    dependencies=[may(Act.IMPORT_REGISTER, of=RegisterImport)],
)
def list_findings(
    door: AtDoor, _: Caller, id: Key, query: Annotated[FindingQuery, Query()]
) -> Response:
    """What an import found, in the order of the file's rows."""
    with read(door.engine) as session:
        found = reading.findings(session, id, **query.model_dump())
        return shown(answers.ListOf[answers.RegisterFinding], found)


@router.post(
    "/register-imports/{id}/application",
    response_model=answers.RegisterImportWhole,
    dependencies=[may(Act.IMPORT_REGISTER, of=RegisterImport)],
)
def apply_import(door: AtDoor, officer: Caller, id: Key, once: OnlyOnce) -> Response:
    """Change our schools as was shown; 409 when that is no longer what would change."""

    def command(session: Session) -> Any:
        importing.apply(
            session,
            door.policy,
            door.settings,
            officer=officer,
            now=door.now,
            import_id=id,
        )
        return reading.register_import(session, id)

    answer = once(answers.RegisterImportWhole, command)
    importing.tidy(door.engine, door.settings, door.now)
    return answer
