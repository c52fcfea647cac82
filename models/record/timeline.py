"""What happened on a case, as doors show it: events, discussions, responses, the timeline."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from models.events import Event
from models.letters.tables import Letter
from models.letters.titles import letter_title
from models.matters.case import find_id
from models.paging import PER_PAGE, Found, Page, paged
from models.people.access import Reader
from models.people.tables import Officer
from models.policy import Policy
from models.policy.wording import inside
from models.record.sentences import Names, sentence


def events_of(
    session: Session,
    reader: Reader,
    reference: str,
    *,
    newest_first: bool = False,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Found]:
    """The events of one escalation as they stand in the chain. Raises NotFound. Four queries."""
    statement = _events(session, reader, reference, newest_first)
    return paged(
        session,
        statement,
        Event.sequence,
        lambda found: [event for event, _ in _with_actors(session, found)],
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
) -> Page[Found]:
    """The same events for people, newest first: what happened in a sentence, who, and when.

    `text` is what an officer wrote with it, or empty; `letter` and `proposal` are keys to link to.
    Raises NotFound. Five queries.
    """

    def told(found: Sequence[Event]) -> list[Found]:
        names = Names(policy, _letter_names(session, found))
        return [_told(names, *pair) for pair in _with_actors(session, found)]

    return paged(
        session,
        _events(session, reader, reference, newest_first=True),
        Event.sequence,
        told,
        page=page,
        per_page=per_page,
    )


def _letter_names(session: Session, found: Sequence[Event]) -> dict[int, str]:
    """Each letter by its number within the case, as it is printed on it, and its kind."""
    keys = {event.facts["letter"] for event in found if event.facts.get("letter")}
    named = select(Letter.id, Letter.number, Letter.template).where(col(Letter.id).in_(keys))
    return {
        key: f"Letter {number} ({inside(letter_title(template))})"
        for key, number, template in session.exec(named)
    }


def _events(session: Session, reader: Reader, reference: str, newest_first: bool) -> Any:
    order = col(Event.sequence).desc() if newest_first else col(Event.sequence).asc()
    mine = Event.escalation_id == find_id(session, reader, reference)
    return select(Event).where(mine).order_by(order)


def _with_actors(session: Session, found: Sequence[Event]) -> list[tuple[Found, Event]]:
    actors = {event.actor for event in found}
    named = select(Officer.email, Officer.name).where(col(Officer.email).in_(actors))
    names = dict(session.exec(named).all())
    return [
        (
            {
                "sequence": event.sequence,
                "at": event.at,
                "actor": event.actor,
                "actor_name": names.get(event.actor, event.actor),
                "kind": event.kind.value,
                "data": event.facts,
                "rows": event.rows,
                "hash": event.hash,
            },
            event,
        )
        for event in found
    ]


def _told(names: Names, described: Found, event: Event) -> Found:
    facts = described["data"]
    return {
        "sequence": described["sequence"],
        "at": described["at"],
        "kind": described["kind"],
        "sentence": sentence(names, event.kind, facts),
        "who": described["actor_name"],
        "actor": described["actor"],
        "text": facts.get("reason", ""),
        "letter": facts.get("letter"),
        "proposal": facts.get("proposal"),
    }
