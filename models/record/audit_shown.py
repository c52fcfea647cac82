"""The record of access: who signed in, was refused, changed what somebody may do, or looked.

Its reader need not see the cases it is about: of one that they do not see nothing is told that
tells which it is, neither its reference nor an address or number of anything on it.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from pydantic import AwareDatetime
from sqlmodel import Session, col, or_, select

from models.clocks import LONDON
from models.events import Event, canonical
from models.happened import Names, Topic
from models.matters.sight import visible_to
from models.matters.tables import Matter
from models.paging import PER_PAGE, Page, chosen, paged
from models.people.access import Reader
from models.people.events import RefusalsCounted
from models.people.tables import Officer
from models.policy import Policy
from models.record.events import AccessRefused
from models.record.timeline import Kind
from models.record.vocabulary import Titles, happened_in, kinds_of
from models.rows import find
from models.schools.events import ContactChanged
from models.schools.tables import School
from models.shown import Shown
from models.text import check_line

_REFERENCE = re.compile("ESC-[0-9]{4}-[0-9]+")
_NUMBER = re.compile("[0-9]+")

_Cases = Mapping[int, tuple[str, str]]  # reference and school of those that can be seen, by key


class AuditEntry(Shown):
    """Something that happened: who did it, when, and what in a sentence.

    `reference` and `school` are None unless it was on a case that the reader sees.
    """

    sequence: int
    at: AwareDatetime
    kind: Kind
    who: str
    actor: str
    sentence: str
    reference: str | None
    school: str | None


def audit(
    session: Session,
    policy: Policy,
    reader: Reader,
    *,
    topic: str = "",
    officer: str = "",
    first_day: date | None = None,
    last_day: date | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[AuditEntry]:
    """What happened, newest first.

    `officer` is the e-mail address of who did it or to whom it was done; days are London's, both
    included. Raises InvalidInput.
    """
    kinds = kinds_of(chosen("topic", topic, Topic) if topic else None)
    statement = select(Event).where(col(Event.kind).in_(kinds))
    if check_line("officer", officer, required=False):
        named = canonical({"officer": officer})[1:-1]
        statement = statement.where(
            or_(col(Event.actor) == officer, col(Event.data).contains(named, autoescape=True))
        )
    if first_day is not None:
        statement = statement.where(col(Event.at) >= _beginning(first_day))
    if last_day is not None:
        statement = statement.where(col(Event.at) < _beginning(last_day + timedelta(days=1)))
    return paged(
        session,
        statement.order_by(col(Event.sequence).desc()),
        Event.sequence,
        lambda found: _told(session, policy, reader, found),
        page=page,
        per_page=per_page,
    )


def _beginning(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=LONDON)


def _told(
    session: Session, policy: Policy, reader: Reader, found: Sequence[Event]
) -> list[AuditEntry]:
    cases = _cases(session, reader, {event.matter_id for event in found})
    references = _references(session, reader, found)
    names = _names(session, found)
    words = Titles(policy)
    described = []
    for event in found:
        reference, school = cases.get(event.matter_id or 0, (None, None))
        described.append(
            AuditEntry(
                sequence=event.sequence,
                at=event.at,
                kind=event.kind,
                who=names.get(event.actor, event.actor),
                actor=event.actor,
                sentence=_sentence(words, event, cases, references),
                reference=reference,
                school=school,
            )
        )
    return described


def _cases(session: Session, reader: Reader, keys: Collection[int | None]) -> _Cases:
    seen = (
        select(Matter.id, Matter.reference, School.name)
        .join(School, col(School.urn) == col(Matter.urn))
        .where(col(Matter.id).in_(keys), visible_to(reader))
    )
    return {key: (reference, school) for key, reference, school in find(session, seen)}


def _references(session: Session, reader: Reader, found: Sequence[Event]) -> set[str]:
    """Of the references in addresses that were refused, those of cases that can be seen."""
    addresses = [address for event in found if (address := _refused_address(event))]
    named = {name for address in addresses for name in _REFERENCE.findall(address)}
    seen = select(Matter.reference).where(col(Matter.reference).in_(named), visible_to(reader))
    return set(find(session, seen))


def _names(session: Session, found: Sequence[Event]) -> dict[str, str]:
    actors = {event.actor for event in found}
    named = select(Officer.email, Officer.name).where(col(Officer.email).in_(actors))
    return dict(find(session, named))


def _refused_address(event: Event) -> str | None:
    """The address that was refused to somebody, once or many times."""
    happened = happened_in(event)
    if isinstance(happened, RefusalsCounted):
        address: str | None = happened.first.get("address")
        return address
    return happened.address if isinstance(happened, AccessRefused) else None


def _sentence(words: Names, event: Event, cases: _Cases, references: Collection[str]) -> str:
    happened = happened_in(event)
    if isinstance(happened, ContactChanged):
        # The school's, and told alike of every school: a line that hides itself would tell which
        # of them has a restricted case.
        happened = replace(happened, held=None)
    elif happened.matter_id is not None:
        if happened.matter_id not in cases:
            return happened.hidden
    elif address := _refused_address(event):
        masked = _without_numbers(address, references)
        if isinstance(happened, AccessRefused):
            happened = replace(happened, address=masked)
        elif isinstance(happened, RefusalsCounted):
            happened = replace(happened, first={**happened.first, "address": masked})
    return happened.sentence(words)


def _without_numbers(address: str, references: Collection[str]) -> str:
    """Refused by their role: nobody had looked yet which case it was, if it was one.

    A reference that the reader may see stays; what else has a number may be of any case.
    """
    named: Any = _REFERENCE.search(address)
    if named is None:
        return _NUMBER.sub("…", address)
    if named[0] in references:
        before, _, after = address.partition(named[0])
        return f"{before}{named[0]}{_NUMBER.sub('…', after)}"
    return f"{address[: named.start()]}…"
