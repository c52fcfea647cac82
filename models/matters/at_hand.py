"""What every command on a matter needs: finding it for who asks, and what stands around it."""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from models.matters.sight import visible, visible_to
from models.matters.tables import Matter
from models.of_matter import OfMatter
from models.people.access import Act, Reader, Sight, reader, require, sight
from models.people.tables import Officer
from models.policy import Policy, StepRule
from models.refusals import NotFound
from models.schools.tables import School
from models.statements import by_key, find
from models.text import is_text

# Statements of every transition, built once: building one costs more than SQLite takes to run it.
_BY_REFERENCE = {
    sight: select(Matter).where(col(Matter.reference) == bindparam("name"), visible(sight))
    for sight in Sight
}
_BY_ID = {
    sight: select(Matter).where(col(Matter.id) == bindparam("name"), visible(sight))
    for sight in Sight
}
_SCHOOL = select(School).where(col(School.urn) == bindparam("urn"))

Row = TypeVar("Row", bound=OfMatter)


@dataclass
class AtHand:
    """One matter with what stands around it, read once for one command."""

    session: Session
    todays_policy: Policy
    matter: Matter

    @cached_property
    def policy(self) -> Policy:
        """The policy by which it goes."""
        return self.todays_policy

    @cached_property
    def school(self) -> School:
        """The school that it is about."""
        [school] = find(self.session, _SCHOOL, urn=self.matter.urn)
        return school

    @property
    def stands_at(self) -> str | None:
        """The step of its ladder at which it stands, if it is on one."""
        return None

    def step_of(self, key: str | None) -> StepRule | None:  # noqa: ARG002
        """What the policy says of one of its steps, if it is on a ladder."""
        return None

    @property
    def guidance(self) -> str:
        """The statutory guidance by which it goes."""
        return self.policy.guidance


def find_row(session: Session, officer: Officer, act: Act, table: type[Row], key: int) -> Row:
    """A row of a matter, for an officer who is about to do something to it.

    Raises NotAllowed when their role may not; NotFound when there is none, and just so when its
    matter is not theirs to see.
    """
    require(officer, act)
    return see_row(session, reader(officer), table, key)


def see_row(session: Session, reader: Reader, table: type[Row], key: int) -> Row:
    """A row of a matter that this reader can see; raises NotFound for any other."""
    return see_row_and_matter(session, reader, table, key)[0]


def see_row_and_matter(
    session: Session, reader: Reader, table: type[Row], key: int
) -> tuple[Row, Matter]:
    """The same with its matter."""
    found = by_key(session, table, key)
    about = found.key_of_matter(session) if found is not None else None
    matter = find_visible(session, reader, about) if about is not None else None
    if found is None or matter is None:
        raise NotFound(table.missing.format(key))
    return found, matter


def find_visible(session: Session, reader: Reader, matter_id: int) -> Matter | None:
    """The matter with this key, if this reader can see it."""
    found = find(session, _BY_ID[reader.sight], name=matter_id, reader=reader.officer_id)
    return found[0] if found else None


def sees(session: Session, officer: Officer, matter_id: int, *, restricted: bool) -> bool:
    """Whether an officer sees a matter; of most the answer is known without asking the database."""
    if sight(officer) is Sight.EVERY_CASE or (
        sight(officer) is Sight.UNRESTRICTED and not restricted
    ):
        return True
    return find_visible(session, reader(officer), matter_id) is not None


def find_matter(session: Session, reader: Reader, reference: str) -> Matter:
    """The matter with this reference, if this reader can see it; raises NotFound."""
    found = []
    if is_text(reference):
        statement = _BY_REFERENCE[reader.sight]
        found = find(session, statement, name=reference, reader=reader.officer_id)
    if not found:
        raise NotFound(Matter.missing)
    return found[0]


def find_id(session: Session, reader: Reader, reference: str) -> int:
    """The key of the matter with this reference, if this reader can see it; raises NotFound."""
    known = reference.isascii() and reference.isprintable()
    statement = select(Matter.id).where(Matter.reference == reference, visible_to(reader))
    found = session.exec(statement).first() if known else None
    if found is None:
        raise NotFound(Matter.missing)
    return found
