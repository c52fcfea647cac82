"""Imports of the national register: what each would change or changed, and applying one.

Files are given on the page or at the command line: they are too large for a call.
"""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from models.database import read
from models.inputs import Word
from models.paging import Page
from models.people.access import Act
from models.people.acting import Acting
from models.register import importing, tables
from models.register.shown import (
    RegisterFinding,
    RegisterImport,
    RegisterImportWhole,
    findings,
    register_import,
    register_imports,
)
from web.api.answering import Caller, OnlyOnce, answer, may
from web.api.paging import Paging
from web.door import AtDoor, at_once, key

router = APIRouter(tags=["National register"])
Key = Annotated[int, at_once(key)]


class FindingQuery(Paging):
    """What an import of the national register found: of one kind, or of all."""

    kind: Word = ""


@router.get(
    "/register-imports",
    response_model=Page[RegisterImport],
    dependencies=[may(Act.IMPORT_REGISTER)],
)
def list_imports(door: AtDoor, _: Caller, query: Annotated[Paging, Query()]) -> Response:
    """All imports, the newest first."""
    with read(door.engine) as session:
        found = register_imports(session, **query.model_dump())
        return answer(found)


@router.get(
    "/register-imports/{id}",
    response_model=RegisterImportWhole,
    dependencies=[may(Act.IMPORT_REGISTER, of=tables.RegisterImport)],
)
def show_import(door: AtDoor, _: Caller, id: Key) -> Response:
    """One import, with how many findings of each kind it has."""
    with read(door.engine) as session:
        return answer(register_import(session, id))


@router.get(
    "/register-imports/{id}/findings",
    response_model=Page[RegisterFinding],
    dependencies=[may(Act.IMPORT_REGISTER, of=tables.RegisterImport)],
)
def list_findings(
    door: AtDoor, _: Caller, id: Key, query: Annotated[FindingQuery, Query()]
) -> Response:
    """What an import found, in the order of the file's rows."""
    with read(door.engine) as session:
        found = findings(session, id, **query.model_dump())
        return answer(found)


@router.post(
    "/register-imports/{id}/application",
    response_model=RegisterImportWhole,
    dependencies=[may(Act.IMPORT_REGISTER, of=tables.RegisterImport)],
)
def apply_import(door: AtDoor, id: Key, once: OnlyOnce) -> Response:
    """Change our schools as was shown; 409 when that is no longer what would change."""

    def command(acting: Acting) -> RegisterImportWhole:
        importing.apply(acting, door.settings, id)
        return register_import(acting.session, id)

    applied = once.act(command)
    importing.tidy(door.engine, door.settings, door.now)
    return applied
