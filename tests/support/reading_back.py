"""Asking for everything there is: every address of a door, with every row that it can name."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import product
from typing import Any

from fastapi.routing import APIRoute
from sqlmodel import Session, SQLModel, col, select

from models.actions.tables import AgreedAction
from models.appointments.tables import Appointment
from models.approvals.tables import Proposal
from models.commissioning.tables import Commission, Provider, Referral, SupportRequest
from models.consultants.tables import Consultant
from models.escalations.tables import Escalation, Response
from models.evidence.tables import EvidenceFile
from models.letters.tables import Letter, LetterVersion
from models.level_letters.tables import LetterBatch, LevelLetter
from models.matters.tables import Matter
from models.national_files.tables import NationalImport
from models.needs.tables import Need
from models.outbox import Message, MessageKind
from models.people.tables import Officer, Role
from models.presentations.tables import Presentation
from models.priorities.tables import ImprovementPriority
from models.programme.tables import (
    Duty,
    Requirement,
    Review,
    SchoolVisit,
    Supporter,
    WrittenReport,
)
from models.register.tables import RegisterImport
from models.risk.tables import Assessment, AssessmentRound, RiskEvidence
from models.schools.tables import ContactRole, School
from models.sharing.tables import SharingDecision
from models.statutory.tables import Power, SecretaryOfStateNotice, WarningNotice

# Whose rows an address names, by the part of it that stands before the name.
TABLES: dict[str, type[SQLModel]] = {
    "appointments": Appointment,
    "actions": AgreedAction,
    "assessments": Assessment,
    "commissions": Commission,
    "consultants": Consultant,
    "duties": Duty,
    "escalations": Escalation,
    "files": EvidenceFile,
    "letter-batches": LetterBatch,
    "letters": Letter,
    "level-letters": LevelLetter,
    "messages": Message,
    "needs": Need,
    "powers": Power,
    "presentations": Presentation,
    "priorities": ImprovementPriority,
    "proposals": Proposal,
    "imports": RegisterImport,
    "national-files": NationalImport,
    "national-imports": NationalImport,
    "providers": Provider,
    "referrals": Referral,
    "register-imports": RegisterImport,
    "reports": WrittenReport,
    "requirements": Requirement,
    "responses": Response,
    "reviews": Review,
    "rounds": AssessmentRound,
    "schools": School,
    "secretary-of-state-notices": SecretaryOfStateNotice,
    "sharing": SharingDecision,
    "support-requests": SupportRequest,
    "supporters": Supporter,
    "visits": SchoolVisit,
    "warning-notices": WarningNotice,
}
# What tells one kind of a table's rows from another, as far as it is shown differently.
KINDS: dict[type[SQLModel], tuple[str, ...]] = {
    Appointment: ("kind", "state"),
    Need: ("source", "state"),
    ImprovementPriority: ("state",),
    AgreedAction: ("state",),
    Assessment: ("state", "occasion"),
    Duty: ("kind", "state"),
    Escalation: ("ladder", "status", "step_key"),
    Letter: ("template", "state"),
    LetterBatch: ("state",),
    LevelLetter: ("level", "state"),
    Message: ("kind", "state"),
    NationalImport: ("file",),
    Power: ("section", "state"),
    Presentation: ("kind", "state"),
    Proposal: ("action", "state"),
    Referral: ("state",),
    Review: ("kind",),
    SharingDecision: ("state",),
    School: ("type_code",),
    SecretaryOfStateNotice: ("kind",),
    SupportRequest: ("state",),
    WarningNotice: ("ceased_because", "complied"),
}
FORMATS = ("pdf", "docx", "html", "txt")


@dataclass(frozen=True)
class Row:
    """A row as an address names it, with the case that it belongs to, if to any."""

    name: str
    kind: tuple[Any, ...]
    case: int | None
    restricted: bool
    more: Mapping[str, tuple[str, ...]]  # what else can stand in its addresses
    row: Any

    @property
    def state(self) -> str:
        """How far it has come."""
        return str(getattr(self.row, "state", ""))


Rows = Mapping[type[SQLModel], list[Row]]


def rows_of(session: Session, table: type[SQLModel]) -> list[Row]:
    """Every row that an address can name."""
    statement: Any = select(table)
    if table is Message:  # only of letters is there a page for each
        statement = statement.where(col(Message.kind) == MessageKind.LETTER)
    return [
        Row(
            _name(session, row),
            _kind(row),
            _case(row),
            _restricted(session, row),
            _more(session, row),
            row,
        )
        for row in session.exec(statement).all()
    ]


def _name(session: Session, row: Any) -> str:
    if isinstance(row, Escalation):
        return session.get_one(Matter, row.id).reference
    names: dict[type[SQLModel], str] = {School: "urn", AssessmentRound: "school_year"}
    return str(getattr(row, names.get(type(row), "id")))


def _kind(row: Any) -> tuple[Any, ...]:
    told = tuple(str(getattr(row, name)) for name in KINDS.get(type(row), ()))
    return (*told, bool(row.people)) if isinstance(row, Letter) else told


def _case(row: Any) -> int | None:
    if isinstance(row, Matter | Escalation):
        return row.id
    return getattr(row, "matter_id", None) or getattr(row, "escalation_id", None)


def _restricted(session: Session, row: Any) -> bool:
    case = _case(row)
    return case is not None and session.get_one(Matter, case).restricted


def _more(session: Session, row: Any) -> dict[str, tuple[str, ...]]:
    if isinstance(row, Letter):
        versions = select(LetterVersion.version).where(LetterVersion.letter_id == row.id)
        return {"version": tuple(map(str, session.exec(versions)))}
    if isinstance(row, Assessment):
        items = select(RiskEvidence.id).where(RiskEvidence.assessment_id == row.id)
        return {"item": tuple(map(str, session.exec(items)))[:1]}
    if isinstance(row, School):
        return {"role": tuple(ContactRole)}
    return {}


@dataclass(frozen=True)
class Question:
    """An address to be asked for, with the row that it names."""

    route: APIRoute
    address: str
    row: Row | None

    @property
    def is_list(self) -> bool:
        """Whether the answer comes in pages."""
        model = self.route.response_model
        return model is not None and model.__name__.startswith(("ListOf", "Page"))


class Depth(Enum):
    """Which of a table's rows are asked for."""

    EVERY_ROW = "every row"
    EVERY_LIST = "the first row of each kind, and every list"
    EVERY_KIND = "the first row of each kind"
    ONE = "the first row"


def questions(routes: list[APIRoute], rows: Rows, depth: Depth) -> Iterator[Question]:
    """Every address, filled in with rows; of a restricted case and of others, each by itself."""
    restricted = {row.case for found in rows.values() for row in found if row.restricted}
    for route in routes:
        parts = re.findall(r"{(\w+)}", route.path)
        if not parts:
            yield Question(route, route.path, None)
            continue
        for row in _chosen(route, rows[_table(route.path)], restricted, depth):
            for address in _filled(route.path, parts, row):
                yield Question(route, address, row)


def _table(path: str) -> type[SQLModel]:
    """Whose rows the first name in an address is one of."""
    if "{urn}" in path:
        return School
    before = re.match(r"/(?:administration/)?([\w-]+)/{", path)
    assert before is not None, path
    return TABLES[before[1]]


def _chosen(
    route: APIRoute, rows: list[Row], restricted: set[int | None], depth: Depth
) -> Iterable[Row]:
    is_file, is_list = "." in route.path, Question(route, "", None).is_list
    if (depth is Depth.EVERY_ROW and not is_file) or (depth is Depth.EVERY_LIST and is_list):
        return rows
    alike = depth is Depth.ONE or (depth is Depth.EVERY_KIND and is_list)

    def kind(row: Row) -> Any:
        told = row.state if is_file else row.kind
        return row.case in restricted, None if alike else told

    return {kind(row): row for row in reversed(rows)}.values()


def _filled(path: str, parts: list[str], row: Row) -> Iterator[str]:
    address = path.replace(f"{{{parts[0]}}}", row.name)
    others = [{"format": FORMATS, "kind": FORMATS, **row.more}[part] for part in parts[1:]]
    for values in product(*others):
        filled = address
        for part, value in zip(parts[1:], values, strict=True):
            filled = filled.replace(f"{{{part}}}", value)
        yield filled


def hidden(
    officer: Officer, row: Row, cases: Mapping[int, Matter], named: set[tuple[int, int]]
) -> bool:
    """Whether the case of a row is not for this officer's eyes: said here once more, by hand."""
    case = cases[row.case] if row.case else None
    if case is None or not case.restricted:
        return False
    theirs = case.officer_id == officer.id or (case.id, officer.id) in named
    return not theirs and officer.role is not Role.DIRECTOR
