"""What happened on a case, as doors show it: its events, and the same in sentences."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AwareDatetime, WithJsonSchema
from sqlmodel import Session, col, select

from models import events
from models.happened import Names
from models.letters.tables import Letter
from models.letters.titles import letter_title
from models.matters.at_hand import AtHand, find_id, find_matter
from models.matters.case import Case, at_hand
from models.paging import PER_PAGE, Page, paged
from models.people.access import Reader
from models.people.tables import Officer
from models.policy import Policy
from models.policy.editions import procedure_of
from models.policy.wording import inside
from models.record.vocabulary import KINDS, Titles
from models.rows import find
from models.shown import Shown

Kind = Annotated[str, WithJsonSchema({"type": "string", "enum": sorted(KINDS)})]


class Event(Shown):
    """Something that happened; `hash` covers it and the event before it in the chain.

    `rows` is what it says of the rows that were written with it: by a row's name its columns,
    texts as their SHA-256. It is null for events that an older version recorded.
    """

    sequence: int
    at: AwareDatetime
    actor: str
    actor_name: str
    kind: Kind
    data: dict[str, Any]
    rows: dict[str, dict[str, Any] | None] | None
    hash: str


class Told(Shown):
    """An event for people: what happened in a sentence, who did it, and when.

    `text` is what an officer wrote with it, or empty; `letter` and `proposal` are keys to link to.
    """

    sequence: int
    at: AwareDatetime
    kind: Kind
    sentence: str
    who: str
    actor: str
    text: str
    letter: int | None
    proposal: int | None


def events_of(
    session: Session,
    reader: Reader,
    reference: str,
    *,
    newest_first: bool = False,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Event]:
    """The events of one matter as they stand in the chain. Raises NotFound. Four queries."""
    statement = _events(find_id(session, reader, reference), newest_first)
    return paged(
        session,
        statement,
        events.Event.sequence,
        lambda found: _described(session, found),
        page=page,
        per_page=per_page,
    )


def timeline(
    session: Session,
    policy: Policy,
    reader: Reader,
    reference: str,
    *,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Told]:
    """The same events for people, newest first. Raises NotFound. Five queries."""
    about = at_hand(session, policy, find_matter(session, reader, reference))

    def told(found: Sequence[events.Event]) -> list[Told]:
        names = _names(about, _letter_names(session, found))
        return [_told(names, event) for event in _described(session, found)]

    return paged(
        session,
        _events(about.matter.id, newest_first=True),
        events.Event.sequence,
        told,
        page=page,
        per_page=per_page,
    )


def _names(about: AtHand, letters: Mapping[int, str]) -> Titles:
    """What the steps of its ladder, if it is on one, and its letters are called."""
    if not isinstance(about, Case):
        return Titles(about.policy, letters)
    procedure = procedure_of(about.session, about.todays_policy, about.escalation)
    return Titles(procedure, letters, about.escalation.ladder)


def _letter_names(session: Session, found: Sequence[events.Event]) -> dict[int, str]:
    """Each letter by its number within the case, as it is printed on it, and its kind."""
    keys = {event.facts["letter"] for event in found if event.facts.get("letter")}
    named = select(Letter.id, Letter.number, Letter.template).where(col(Letter.id).in_(keys))
    return {
        key: f"Letter {number} ({inside(letter_title(template))})"
        for key, number, template in find(session, named)
    }


def _events(matter_id: int, newest_first: bool) -> Any:
    order = col(events.Event.sequence).desc() if newest_first else col(events.Event.sequence).asc()
    mine = events.Event.matter_id == matter_id
    return select(events.Event).where(mine).order_by(order)


def _described(session: Session, found: Sequence[events.Event]) -> list[Event]:
    actors = {event.actor for event in found}
    named = select(Officer.email, Officer.name).where(col(Officer.email).in_(actors))
    names = dict(find(session, named))
    return [
        Event(
            sequence=event.sequence,
            at=event.at,
            actor=event.actor,
            actor_name=names.get(event.actor, event.actor),
            kind=event.kind,
            data=event.facts,
            rows=event.rows,
            hash=event.hash,
        )
        for event in found
    ]


def _told(names: Names, event: Event) -> Told:
    return Told(
        sequence=event.sequence,
        at=event.at,
        kind=event.kind,
        sentence=names.event(event.kind, event.data),
        who=event.actor_name,
        actor=event.actor,
        text=event.data.get("reason") or event.data.get("note", ""),
        letter=event.data.get("letter"),
        proposal=event.data.get("proposal"),
    )
