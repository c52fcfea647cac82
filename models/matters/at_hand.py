"""What every command on a matter needs: finding it for who asks, and what stands around it."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TypeVar

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.matters.sight import visible
from models.matters.tables import Matter
from models.of_matter import OfMatter
from models.people.access import Act, Reader, Sight, reader, require, sight
from models.people.tables import Officer
from models.policy import Policy, StepRule
from models.refusals import NotFound
from models.rows import by_key, find_first, get_row, kept
from models.schools.tables import Contact, School
from models.text import is_text

Row = TypeVar("Row", bound=OfMatter)


@kept
def _by_reference(reference: str, me: int | None, *, sight: Sight) -> SelectOfScalar[Matter]:
    return select(Matter).where(col(Matter.reference) == reference, visible(sight, me))


@kept
def _by_id(key: int, me: int | None, *, sight: Sight) -> SelectOfScalar[Matter]:
    return select(Matter).where(col(Matter.id) == key, visible(sight, me))


@dataclass
class AtHand:
    """One matter with what stands around it, read once for one command."""

    session: Session
    todays_policy: Policy
    matter: Matter
    # By the day for which they were read: see `models.letters.addressing.contacts_at_hand`.
    contacts: dict[date, dict[str, Contact]] = field(init=False, default_factory=dict)

    @cached_property
    def policy(self) -> Policy:
        """The policy by which it goes."""
        return self.todays_policy

    @cached_property
    def school(self) -> School:
        """The school that it is about."""
        return get_row(self.session, School, self.matter.urn)

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
        return self.policy.guidance.words


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
    about = key_of_matter(session, found) if found is not None else None
    matter = find_visible(session, reader, about) if about is not None else None
    if found is None or matter is None:
        raise NotFound(table.missing.format(key))
    return found, matter


def key_of_matter(session: Session, row: OfMatter) -> int | None:
    """The key of a row's matter; None for a row of no matter, as some messages are."""
    while row.hangs_on is not None:
        row = get_row(session, row.hangs_on, row.hangs_by)
    return row.hangs_by


def find_visible(session: Session, reader: Reader, matter_id: int) -> Matter | None:
    """The matter with this key, if this reader can see it."""
    return find_first(session, _by_id(matter_id, reader.officer_id, sight=reader.sight))


def sees(session: Session, officer: Officer, matter_id: int, *, restricted: bool) -> bool:
    """Whether an officer sees a matter; of most the answer is known without asking the database."""
    if sight(officer) is Sight.EVERY_CASE or (
        sight(officer) is Sight.UNRESTRICTED and not restricted
    ):
        return True
    return find_visible(session, reader(officer), matter_id) is not None


def find_matter(session: Session, reader: Reader, reference: str) -> Matter:
    """The matter with this reference, if this reader can see it; raises NotFound."""
    asked = _by_reference(reference, reader.officer_id, sight=reader.sight)
    found = find_first(session, asked) if is_text(reference) else None
    if found is None:
        raise NotFound(Matter.missing)
    return found


def find_id(session: Session, reader: Reader, reference: str) -> int:
    """The key of the matter with this reference, if this reader can see it; raises NotFound."""
    return find_matter(session, reader, reference).id
