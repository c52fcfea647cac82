"""Pages and lists at 22,000 schools and 5,000 escalations, beside the same with ten of each."""

import statistics
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, insert, select
from sqlmodel import SQLModel

from models.database import write
from models.people.credentials import issue_token
from models.policy import Policy
from models.schools.tables import Contact, School
from tests.benchmarks.measuring import Measured, copied, opened, seconds
from tests.support.cases import Case
from tests.support.council import NOW, Council
from tests.support.visitors import Visitors

FEW = 10
SCHOOLS = 22_000
ESCALATIONS = 5_000
MOST_TIMES = 5
MOST_QUERIES = 100
FIRST_URN = 910_000
BETWEEN = 1_000  # keys of one copy; the case that is copied has fewer rows of any kind
ONE_WAITS_IN = 20  # of the copies, one has proposals that wait for a decision
TRIES = 9
# Columns that name a row of the same case, in every table that is copied.
KEYS = (
    "id",
    "sequence",
    "matter_id",
    "escalation_id",
    "proposal_id",
    "letter_id",
    "deadline_id",
    "message_id",
)
COPIED = (
    *("matter", "escalation", "step", "proposal", "decision", "discussion", "response", "deadline"),
    *("letter", "letter_version", "message", "reminder", "event"),
)
ADDRESSES = (
    "/escalations?view=all",
    "/escalations?view=all&overdue=yes&sort=school",
    "/escalations?view=all&page={last}",
    "/escalations?view=all&query=School+91",
    "/escalations/{reference}",
    "/escalations/{reference}/record",
    "/escalations/{reference}/letters",
    "/escalations/{reference}/propose",
    "/proposals",
    "/schools?query=School",
    "/schools/{urn}",
    "/escalations/new?query=School",
    "/api/v1/escalations",
    "/api/v1/escalations?overdue=true",
    "/api/v1/escalations/{reference}",
    "/api/v1/escalations/{reference}/events",
    "/api/v1/schools?query=School",
    "/api/v1/schools/{urn}",
    "/api/v1/proposals",
    "/api/v1/deadlines",
)


def measure(folder: Path, founded: Path, policy: Policy, council: Council) -> list[Measured]:
    """Every page and list: how many times as long as with ten, and how many queries."""
    small = copied(founded, "few.db")
    with opened(small) as engine:
        _fill(engine, policy, council, FEW, FEW)
    few = _times(small, council, FEW, folder)
    many = _times(large(founded, policy, council), council, ESCALATIONS, folder)
    lines = []
    for address, (short, _) in few.items():
        long, queries = many[address]
        found = (
            f"{long / short:.1f} ({short * 1000:.0f} and {long * 1000:.0f} ms; {queries} queries)"
        )
        good = long / short <= MOST_TIMES and queries <= MOST_QUERIES
        wanted = f"at most {MOST_TIMES}, and {MOST_QUERIES} queries"
        lines.append(Measured(f"`{address}`", found, wanted, good))
    return lines


def large(founded: Path, policy: Policy, council: Council) -> Path:
    """The database of a large authority, filled by whoever needs it first."""
    file = founded.with_name("many.db")
    if not file.exists():
        with opened(copied(founded, file.name)) as engine:
            _fill(engine, policy, council, SCHOOLS, ESCALATIONS)
    return file


def _times(
    file: Path, council: Council, escalations: int, home: Path
) -> dict[str, tuple[float, int]]:
    with opened(file) as engine:
        visitors = Visitors(engine, council, home)
        visitors.at(NOW + timedelta(days=1))
        with write(engine) as session:
            token = issue_token(session, now=NOW, officer=council.hos)
        client = visitors.hos.client
        client.headers["Authorization"] = f"Bearer {token}"
        client.follow_redirects = False
        names = {
            "reference": "ESC-2026-0001",
            "urn": str(council.maintained.urn),
            "last": str(max(1, escalations // 25)),
        }
        return {address: _time(engine, client, address.format(**names)) for address in ADDRESSES}


def _time(engine: Engine, client: Any, address: str) -> tuple[float, int]:
    queries = 0

    def count(*_: object) -> None:
        nonlocal queries
        queries += 1

    def ask() -> None:
        response = client.get(address)
        assert response.status_code == 200, f"{address}: {response.status_code}"

    event.listen(engine, "before_cursor_execute", count)
    ask()
    event.remove(engine, "before_cursor_execute", count)
    return statistics.median(seconds(ask) for _ in range(TRIES)), queries


def _fill(engine: Engine, policy: Policy, council: Council, schools: int, escalations: int) -> None:
    """One case that has climbed a little, and as many copies of it as there should be."""
    case = Case(engine, policy, council).started().climb_to("formal_headteacher")
    case.issue()
    case.propose("extend", to=case.due_on + timedelta(days=14))
    _add_schools(engine, schools)
    with engine.begin() as connection:
        for name in COPIED:
            table = SQLModel.metadata.tables[name]
            rows = [row._asdict() for row in connection.execute(select(table))]
            if "matter_id" in table.c:
                rows = [row for row in rows if row["matter_id"] is not None]
            copies = [_copy(name, row, number) for number in range(1, escalations) for row in rows]
            if copies:
                connection.execute(insert(table), copies)


def _add_schools(engine: Engine, count: int) -> None:
    schools = [
        {
            "urn": FIRST_URN + number,
            "name": f"School {number} of Fernshire",
            "type_code": 1,
            "type_name": "Community school",
            "phase": "Primary",
            "town": "Fernminster",
            "postcode": "FM1 1AA",
            "demonstration": True,
        }
        for number in range(count)
    ]
    contacts = [
        {
            "urn": school["urn"],
            "role": role,
            "name": f"The {role}",
            "email": f"{role}@school-{school['urn']}.example",
            "address": ["School Lane"],
            "source": "the register",
            "changed_at": NOW,
        }
        for school in schools
        for role in ("headteacher", "chair_of_governors")
    ]
    with engine.begin() as connection:
        connection.execute(insert(School.__table__), schools)
        connection.execute(insert(Contact.__table__), contacts)


def _copy(table: str, row: dict[str, Any], number: int) -> dict[str, Any]:
    shift = number * BETWEEN
    copy = {
        name: value + shift if name in KEYS and value is not None else value
        for name, value in row.items()
    }
    if table == "matter":
        copy |= {"urn": FIRST_URN + number, "reference": f"ESC-2026-{number + 1:04d}"}
    if table == "escalation":
        copy["number"] = number + 1
    if table == "message":
        copy["key"] += f":{number}"
    if table == "proposal" and row["state"] == "awaiting" and number % ONE_WAITS_IN:
        copy |= {"state": "returned", "gate_closed": True}
    return copy
