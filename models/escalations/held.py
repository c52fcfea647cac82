"""Discussions that were held and responses that came, as doors show them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import AwareDatetime, Field
from sqlmodel import Session, col, select

from models.escalations import tables
from models.escalations.tables import Judgement
from models.matters.case import find_escalation
from models.matters.sight import visible_to
from models.paging import PER_PAGE, Page, paged, rows
from models.people.access import Reader
from models.people.shown import officer_names
from models.policy import Policy
from models.policy.editions import rule_of
from models.refusals import NotFound
from models.shown import Shown


class Recorded(Shown):
    """What was put on record at a step."""

    id: int
    reference: str
    step: str
    step_number: str
    step_title: str
    recorded_by: str
    recorded_by_name: str
    recorded_at: AwareDatetime


class Discussion(Recorded):
    """A discussion or meeting."""

    held_on: date
    with_whom: list[str] = Field(alias="with")
    notes: str
    agreed_actions: str


class Response(Recorded):
    """What the school answered."""

    received_on: date
    summary: str
    judgement: Judgement | None


def discussions_of(
    session: Session,
    policy: Policy,
    reader: Reader,
    reference: str,
    *,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Discussion]:
    """The discussions and meetings of one escalation in the order recorded. Raises NotFound."""
    escalation = find_escalation(session, reader, reference)
    mine = tables.Discussion.escalation_id == escalation.id
    return paged(
        session,
        select(tables.Discussion).where(mine).order_by(col(tables.Discussion.id)),
        tables.Discussion.id,
        lambda found: _discussions(session, policy, escalation, found),
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
) -> Page[Response]:
    """The school's responses at one escalation in the order recorded. Raises NotFound."""
    escalation = find_escalation(session, reader, reference)
    mine = tables.Response.escalation_id == escalation.id
    return paged(
        session,
        select(tables.Response).where(mine).order_by(col(tables.Response.id)),
        tables.Response.id,
        lambda found: _responses(session, policy, escalation, found),
        page=page,
        per_page=per_page,
    )


def discussion(session: Session, policy: Policy, reader: Reader, discussion_id: int) -> Discussion:
    """One discussion; raises NotFound."""
    record, escalation = _one(session, reader, tables.Discussion, discussion_id)
    return _discussions(session, policy, escalation, [record])[0]


def response(session: Session, policy: Policy, reader: Reader, response_id: int) -> Response:
    """One response; raises NotFound."""
    record, escalation = _one(session, reader, tables.Response, response_id)
    return _responses(session, policy, escalation, [record])[0]


def _one(
    session: Session,
    reader: Reader,
    table: type[tables.Discussion] | type[tables.Response],
    key: int,
) -> tuple[Any, tables.Escalation]:
    """A row by its key, with its escalation."""
    statement: Any = (
        select(table, tables.Escalation)
        .join(tables.Escalation, col(tables.Escalation.id) == col(table.escalation_id))
        .where(col(table.id) == key, visible_to(reader))
    )
    found = rows(session, statement)
    if not found:
        raise NotFound(table.missing.format(key))
    record, escalation = found[0]
    return record, escalation


def _discussions(
    session: Session,
    policy: Policy,
    escalation: tables.Escalation,
    found: Sequence[tables.Discussion],
) -> list[Discussion]:
    recorded = _recorded(session, policy, escalation, found)
    return [
        Discussion(
            **dict(alike),
            held_on=record.held_on,
            with_whom=list(record.with_whom),
            notes=record.notes,
            agreed_actions=record.agreed_actions,
        )
        for alike, record in zip(recorded, found, strict=True)
    ]


def _responses(
    session: Session,
    policy: Policy,
    escalation: tables.Escalation,
    found: Sequence[tables.Response],
) -> list[Response]:
    recorded = _recorded(session, policy, escalation, found)
    return [
        Response(
            **dict(alike),
            received_on=record.received_on,
            summary=record.summary,
            judgement=record.judgement,
        )
        for alike, record in zip(recorded, found, strict=True)
    ]


def _recorded(
    session: Session,
    policy: Policy,
    escalation: tables.Escalation,
    found: Sequence[tables.Discussion] | Sequence[tables.Response],
) -> list[Recorded]:
    """What discussions and responses have alike."""
    people = officer_names(session, (record.recorded_by_id for record in found))
    described = []
    for record in found:
        rule = rule_of(session, policy, escalation, record.step_key)
        email, name = people[record.recorded_by_id]
        described.append(
            Recorded(
                id=record.id,
                reference=escalation.reference,
                step=record.step_key,
                step_number=rule.number,
                step_title=rule.title,
                recorded_by=email,
                recorded_by_name=name,
                recorded_at=record.recorded_at,
            )
        )
    return described
