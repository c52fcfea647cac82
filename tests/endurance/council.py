"""The council of the endurance test: officers, and a school for each escalation at a time."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from models.database import connect, write
from models.people.acting import Acting
from models.people.credentials import issue_code, issue_token
from models.schools.contacts import NewContact, set_contact
from models.schools.tables import School
from tests.support.council import Council, found_council
from tests.support.databases import migrated_file, sqlite_url
from tests.support.policies import POLICY

FIRST_URN = 910_000
WHO_ACT = ("seo", "seo2", "hos", "hos2")


def found(home: Path, schools: int) -> tuple[Engine, Mapping[str, str], str]:
    """A new database with the fictional council and so many schools.

    A token for each who acts comes with it, and the code of the one who answers in Prefect.
    """
    home.mkdir(parents=True, exist_ok=True)
    file = home / "scc.db"
    if file.exists():
        raise SystemExit(f"{file} is there already: choose an empty folder.")
    engine = connect(sqlite_url(migrated_file(file)))
    now = datetime.now(UTC)
    council = found_council(engine, now)
    with write(engine) as session:
        for urn in range(FIRST_URN, FIRST_URN + schools):
            _school(session, council, urn, now)
        tokens = {
            name: issue_token(session, now=now, officer=council.officers[name]) for name in WHO_ACT
        }
        code = issue_code(session, now=now, officer=council.hos2)
    return engine, tokens, code


def _school(session: Session, council: Council, urn: int, now: datetime) -> None:
    session.add(
        School(
            urn=urn,
            name=f"Fernshire School {urn}",
            type_code=1,
            type_name="Community school",
            phase="Primary",
            demonstration=True,
        )
    )
    session.flush()
    for role in ("headteacher", "chair_of_governors"):
        set_contact(
            Acting(session, POLICY, council.admin, now),
            urn,
            role,
            NewContact(
                name=f"The {role.replace('_', ' ')} of {urn}",
                email=f"{role}@school-{urn}.example",
                address=["School Lane", "Fernminster", "FM1 1AA"],
            ),
        )
