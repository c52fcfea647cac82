"""A fictional council: officers of every role, schools of every kind, contacts at each.

Its time is `NOW`, a Monday morning; nothing here reads a clock.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, Table

from models.database import read, write
from models.people import officers as people_officers
from models.people.acting import Acting
from models.people.tables import Officer
from models.schools import contacts
from models.schools.tables import School
from tests.support import databases
from tests.support.policies import POLICY

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)

OFFICERS = {
    "hos": ("Harriet Osborne", "head_of_service"),
    "hos2": ("Henry Okafor", "head_of_service"),
    "seo": ("Sam Ellison", "officer"),
    "seo2": ("Sofia Eze", "officer"),
    "sm": ("Simon Marsh", "service_manager"),
    "aed": ("Amira Edwards", "assistant_director"),
    "dcs": ("Dina Castle-Smith", "director"),
    "legal": ("Leo Galloway", "legal"),
    "viewer": ("Vera Wexford", "viewer"),
    "admin": ("Adam Dunmore", "administrator"),
    "cht": ("Carys Howell", "consultant"),
}
SCHOOLS = {
    "maintained": (900001, "Ashfield Primary School", 1, "Community school", {}),
    "academy": (
        900002,
        "Brookside Academy",
        34,
        "Academy converter",
        {"phase": "Secondary", "trust": "Fernshire Learning Trust"},
    ),
    "church": (
        900003,
        "St Brannoc's Church of England Primary School",
        2,
        "Voluntary aided school",
        {"religious_character": "Church of England", "diocese": "Diocese of Fernminster"},
    ),
    "independent": (900004, "Castle Hill School", 11, "Other independent school", {}),
}


@dataclass(frozen=True)
class Council:
    """The officers and schools of `OFFICERS` and `SCHOOLS`, by name."""

    hos: Officer
    hos2: Officer
    seo: Officer
    seo2: Officer
    sm: Officer
    aed: Officer
    dcs: Officer
    legal: Officer
    viewer: Officer
    admin: Officer
    cht: Officer
    maintained: School
    academy: School
    church: School
    independent: School

    @property
    def officers(self) -> dict[str, Officer]:
        """Every officer, by the names above."""
        return {name: getattr(self, name) for name in OFFICERS}


# What the commands make of it at `NOW`: each process gives them once, and copies the rows then.
_founded: dict[Table, list[dict[str, Any]]] = {}


def found_council(engine: Engine, now: datetime = NOW) -> Council:
    """Put the council into an empty database."""
    if now == NOW and _founded:
        databases.fill(engine, _founded)
    else:
        _add_everybody(engine, now)
    if now == NOW and not _founded:
        _founded.update(databases.of_commands(databases.rows(engine)))
    with read(engine) as session:
        officers = {
            name: people_officers.find_officer(session, f"{name}@fernshire.example")
            for name in OFFICERS
        }
        schools = {name: session.get_one(School, urn) for name, (urn, *_) in SCHOOLS.items()}
    return Council(**officers, **schools)


def _add_everybody(engine: Engine, now: datetime) -> None:
    with write(engine) as session:
        officers = {
            name: people_officers.add_officer(
                session, now=now, email=f"{name}@fernshire.example", name=called, role=role
            )
            for name, (called, role) in OFFICERS.items()
        }
        for urn, name, code, kind, more in SCHOOLS.values():
            values = {
                "phase": "Primary",
                "town": "Fernminster",
                "postcode": "FM1 1AA",
                "demonstration": True,
                **more,
            }
            contacts.add_school(
                session,
                now=now,
                actor=people_officers.AT_THE_MACHINE,
                urn=urn,
                name=name,
                type_code=code,
                type_name=kind,
                **values,
            )
            roles = ["headteacher", "chair_of_governors", *(["trust"] if "trust" in more else [])]
            for role in roles:
                contacts.set_contact(
                    Acting(session, POLICY, officers["admin"], now),
                    urn,
                    role,
                    contacts.NewContact(
                        name=f"{role.replace('_', ' ').capitalize()} of {name}",
                        email=f"{role.replace('_', '.')}@school-{urn}.example",
                        address=["School Lane", "Fernminster", "FM1 1AA"],
                    ),
                )
