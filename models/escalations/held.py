"""Discussions that were held and responses that came, as doors show them."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from models.escalations.tables import Discussion, Escalation, Response
from models.matters.case import find_id
from models.matters.sight import visible_to
from models.paging import PER_PAGE, Found, Page, paged, rows
from models.people.access import Reader
from models.people.shown import officer_names
from models.policy import Policy
from models.policy.wording import find_rule
from models.refusals import NotFound


def discussions_of(
    session: Session,
    policy: Policy,
    reader: Reader,
    reference: str,
    *,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Found]:
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
) -> Page[Found]:
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
