"""What happened on a case, as doors show it: events, discussions, responses, the timeline."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from models.access import Reader, visible_to
from models.escalations import Discussion, Escalation, Response
from models.events import Event
from models.letters import Letter
from models.officers import Officer
from models.policy import Policy
from models.reading.paging import PER_PAGE, Found, Page, find_id, officer_names, paged, rows
from models.reading.sentences import Names, sentence
from models.reading.wording import find_rule, inside, letter_title
from models.refusals import NotFound


def events_of(
    session: Session,
    reader: Reader,
    reference: str,
    *,
    newest_first: bool = False,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page:
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
) -> Page:
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


def discussions_of(
    session: Session,
    policy: Policy,
    reader: Reader,
    reference: str,
    *,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page:
    """The discussions and meetings of one escalation in the order recorded. Raises NotFound."""
    mine = Discussion.escalation_id == find_id(session, reader, reference)
    return paged(
        session,
        select(Discussion).where(mine).order_by(col(Discussion.id)),
        Discussion.id,
        lambda found: _recorded(session, policy, reference, found),
        page=page,
        per_page=per_page,
    )


def responses_of(
    session: Session,
    policy: Policy,
    reader: Reader,
    reference: str,
    *,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page:
    """The school's responses at one escalation in the order recorded. Raises NotFound."""
    mine = Response.escalation_id == find_id(session, reader, reference)
    return paged(
        session,
        select(Response).where(mine).order_by(col(Response.id)),
        Response.id,
        lambda found: _recorded(session, policy, reference, found),
        page=page,
        per_page=per_page,
    )


def discussion(session: Session, policy: Policy, reader: Reader, discussion_id: int) -> Found:
    """One discussion; raises NotFound."""
    return _one(session, policy, reader, Discussion, discussion_id)


def response(session: Session, policy: Policy, reader: Reader, response_id: int) -> Found:
    """One response; raises NotFound."""
    return _one(session, policy, reader, Response, response_id)


def _one(
    session: Session,
    policy: Policy,
    reader: Reader,
    table: type[Discussion] | type[Response],
    key: int,
) -> Found:
    statement: Any = (
        select(table, Escalation.reference)
        .join(Escalation, col(Escalation.id) == col(table.escalation_id))
        .where(col(table.id) == key, visible_to(reader))
    )
    found = rows(session, statement)
    if not found:
        raise NotFound(table.missing.format(key))
    record, reference = found[0]
    return _recorded(session, policy, reference, [record])[0]


def _recorded(
    session: Session,
    policy: Policy,
    reference: str,
    found: Sequence[Discussion | Response],
) -> list[Found]:
    people = officer_names(session, (record.recorded_by_id for record in found))
    described = []
    for record in found:
        rule = find_rule(policy, record.step_key)
        email, name = people[record.recorded_by_id]
        described.append(
            {
                "id": record.id,
                "reference": reference,
                "step": record.step_key,
                "step_number": rule.number,
                "step_title": rule.title,
                **_content(record),
                "recorded_by": email,
                "recorded_by_name": name,
                "recorded_at": record.recorded_at,
            }
        )
    return described


def _content(record: Discussion | Response) -> Found:
    if isinstance(record, Discussion):
        return {
            "held_on": record.held_on,
            "with": list(record.with_whom),
            "notes": record.notes,
            "agreed_actions": record.agreed_actions,
        }
    return {
        "received_on": record.received_on,
        "summary": record.summary,
        "judgement": record.judgement.value if record.judgement else None,
    }
