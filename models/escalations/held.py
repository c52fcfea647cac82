"""Discussions that were held and responses that came, as doors show them."""

from collections.abc import Sequence
from datetime import date

from pydantic import AwareDatetime, Field
from sqlmodel import Session, col, select

from models.escalations import tables
from models.escalations.tables import Judgement
from models.matters.case import Case, find_case, see_row_in_case
from models.paging import PER_PAGE, Page, paged
from models.people.access import Reader
from models.people.shown import officer_names
from models.policy import Policy
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
    held_by: str | None  # by name
    why_one_meeting: str


class Response(Recorded):
    """What the school answered."""

    received_on: date
    summary: str
    from_whom: str | None = Field(alias="from")
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
    case = find_case(session, policy, reader, reference)
    mine = tables.Discussion.matter_id == case.matter.id
    return paged(
        session,
        select(tables.Discussion).where(mine).order_by(col(tables.Discussion.id)),
        tables.Discussion.id,
        lambda found: _discussions(case, found),
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
    case = find_case(session, policy, reader, reference)
    mine = tables.Response.escalation_id == case.escalation.id
    return paged(
        session,
        select(tables.Response).where(mine).order_by(col(tables.Response.id)),
        tables.Response.id,
        lambda found: _responses(case, found),
        page=page,
        per_page=per_page,
    )


def discussion(session: Session, policy: Policy, reader: Reader, discussion_id: int) -> Discussion:
    """One discussion; raises NotFound."""
    record, case = see_row_in_case(session, policy, reader, tables.Discussion, discussion_id)
    return _discussions(case, [record])[0]


def response(session: Session, policy: Policy, reader: Reader, response_id: int) -> Response:
    """One response; raises NotFound."""
    record, case = see_row_in_case(session, policy, reader, tables.Response, response_id)
    return _responses(case, [record])[0]


def _discussions(case: Case, found: Sequence[tables.Discussion]) -> list[Discussion]:
    recorded = _recorded(case, found)
    holders = officer_names(case.session, (record.held_by_id for record in found))
    return [
        Discussion(
            **dict(alike),
            held_on=record.held_on,
            with_whom=list(record.with_whom),
            notes=record.notes,
            agreed_actions=record.agreed_actions,
            held_by=holders[record.held_by_id][1] if record.held_by_id else None,
            why_one_meeting=record.why_one_meeting,
        )
        for alike, record in zip(recorded, found, strict=True)
    ]


def _responses(case: Case, found: Sequence[tables.Response]) -> list[Response]:
    recorded = _recorded(case, found)
    return [
        Response(
            **dict(alike),
            received_on=record.received_on,
            summary=record.summary,
            from_whom=record.from_whom,
            judgement=record.judgement,
        )
        for alike, record in zip(recorded, found, strict=True)
    ]


def _recorded(
    case: Case, found: Sequence[tables.Discussion] | Sequence[tables.Response]
) -> list[Recorded]:
    """What discussions and responses have alike."""
    people = officer_names(case.session, (record.recorded_by_id for record in found))
    described = []
    for record in found:
        rule = case.rule_of(record.step_key)
        email, name = people[record.recorded_by_id]
        described.append(
            Recorded(
                id=record.id,
                reference=case.matter.reference,
                step=record.step_key,
                step_number=rule.number,
                step_title=rule.title,
                recorded_by=email,
                recorded_by_name=name,
                recorded_at=record.recorded_at,
            )
        )
    return described
