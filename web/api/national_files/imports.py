"""Imports of the national files of inspections and results: what each changed and found.

Files are given on the page or at the command line: they are too large for a call.
"""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from models.database import read
from models.inputs import Word
from models.national_files import tables
from models.national_files.shown import (
    NationalFinding,
    NationalImport,
    findings,
    national_import,
    national_imports,
)
from models.paging import Page
from models.people.access import Act
from web.api.answering import Caller, answer, may
from web.api.paging import Paging
from web.door import AtDoor, at_once, key

router = APIRouter(tags=["National files"])
Key = Annotated[int, at_once(key)]


class NationalFindingQuery(Paging):
    """What an import of a national file found: of one kind, or of all."""

    kind: Word = ""


@router.get(
    "/national-imports",
    response_model=Page[NationalImport],
    dependencies=[may(Act.IMPORT_NATIONAL_FILES)],
)
def list_national_imports(door: AtDoor, _: Caller, query: Annotated[Paging, Query()]) -> Response:
    """All imports, the newest first."""
    with read(door.engine) as session:
        return answer(national_imports(session, **query.model_dump()))


@router.get(
    "/national-imports/{id}",
    response_model=NationalImport,
    dependencies=[may(Act.IMPORT_NATIONAL_FILES, of=tables.NationalImport)],
)
def show_national_import(door: AtDoor, _: Caller, id: Key) -> Response:
    """One import, with its counts."""
    with read(door.engine) as session:
        return answer(national_import(session, id))


@router.get(
    "/national-imports/{id}/findings",
    response_model=Page[NationalFinding],
    dependencies=[may(Act.IMPORT_NATIONAL_FILES, of=tables.NationalImport)],
)
def list_national_findings(
    door: AtDoor, _: Caller, id: Key, query: Annotated[NationalFindingQuery, Query()]
) -> Response:
    """New categories, and what was kept as an officer entered it."""
    with read(door.engine) as session:
        return answer(findings(session, id, **query.model_dump()))
