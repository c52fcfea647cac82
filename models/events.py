"""The record: what happened, by whom and when, each event chained to the one before."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Index, Row, select
from sqlmodel import Field, Session, SQLModel

from models import noting
from models.database import AT_END, UtcDateTime
from models.noting import Rows
from models.statements import add_all, change, rows
from models.words import word

FIRST_HASH = "0" * 64
THE_CLOCK = "the clock"
ROWS = "rows"  # in an event's data: what it says of rows


class EventKind(StrEnum):
    """Everything that can happen, in the past tense."""

    ESCALATION_STARTED = "escalation_started"
    ESCALATION_OPENED = "escalation_opened"
    STEP_PROPOSED = "step_proposed"
    CHANGE_PROPOSED = "change_proposed"
    PROPOSAL_SIGNED_OFF = "proposal_signed_off"
    PROPOSAL_APPROVED = "proposal_approved"
    PROPOSAL_RETURNED = "proposal_returned"
    PROPOSAL_SUPERSEDED = "proposal_superseded"
    STEP_PASSED_OVER = "step_passed_over"
    DISCUSSION_RECORDED = "discussion_recorded"
    RESPONSE_RECORDED = "response_recorded"
    RESPONSE_JUDGED = "response_judged"
    LETTER_DRAFTED = "letter_drafted"
    LETTER_EDITED = "letter_edited"
    LETTER_ISSUED = "letter_issued"
    LETTER_WITHDRAWN = "letter_withdrawn"
    LETTER_NOT_ISSUED = "letter_not_issued"
    LETTER_SERVED = "letter_served"
    SUPPORT_RECORDED = "support_recorded"
    COMPLIANCE_JUDGED = "compliance_judged"
    WARNING_NOTICE_CEASED = "warning_notice_ceased"
    POWER_PREPARED = "power_prepared"
    CONSULTATION_RECORDED = "consultation_recorded"
    SECRETARY_OF_STATE_TOLD = "secretary_of_state_told"
    POWER_USED = "power_used"
    BUDGET_NOTICE_RECEIVED = "budget_notice_received"
    REPRESENTATION_RECORDED = "representation_recorded"
    BUDGET_REVIEWED = "budget_reviewed"
    POWER_ENDED = "power_ended"
    SECRETARY_OF_STATE_NOTICE_RECORDED = "secretary_of_state_notice_recorded"
    SECRETARY_OF_STATE_NOTICE_RELEASED = "secretary_of_state_notice_released"
    MESSAGE_SENT = "message_sent"
    MESSAGE_FAILED = "message_failed"
    MESSAGE_BECAME_UNKNOWN = "message_became_unknown"
    MESSAGE_HELD_UP = "message_held_up"
    MESSAGE_SETTLED = "message_settled"
    DEADLINE_SET = "deadline_set"
    DEADLINE_MISSED = "deadline_missed"
    DEADLINE_EXTENDED = "deadline_extended"
    REMINDER_QUEUED = "reminder_queued"
    ESCALATION_PAUSED = "escalation_paused"
    ESCALATION_RESUMED = "escalation_resumed"
    ESCALATION_RESOLVED = "escalation_resolved"
    ESCALATION_WITHDRAWN = "escalation_withdrawn"
    ESCALATION_CONVERTED = "escalation_converted"
    ESCALATION_ENDED = "escalation_ended"
    CONTACT_CHANGED = "contact_changed"
    CONTACT_CONFIRMED = "contact_confirmed"
    CONTACT_KEPT = "contact_kept"
    SCHOOL_ADDED = "school_added"
    REGISTER_IMPORTED = "register_imported"
    REGISTER_CHANGED_SCHOOL = "register_changed_school"
    ROUND_OPENED = "round_opened"
    ROUND_PUBLISHED = "round_published"
    ASSESSMENT_PROPOSED = "assessment_proposed"
    ASSESSMENT_AGREED = "assessment_agreed"
    ASSESSMENT_RETURNED = "assessment_returned"
    ASSESSMENT_WITHDRAWN = "assessment_withdrawn"
    LEVEL_CHANGED = "level_changed"
    SUPPORT_ASSIGNED = "support_assigned"
    SUPPORT_ENDED = "support_ended"
    VISIT_RECORDED = "visit_recorded"
    REPORT_RECORDED = "report_recorded"
    REVIEW_RECORDED = "review_recorded"
    DUTY_CANCELLED = "duty_cancelled"
    LEVEL_LETTERS_PREPARED = "level_letters_prepared"
    LEVEL_LETTERS_APPROVED = "level_letters_approved"
    LEVEL_LETTERS_KEPT = "level_letters_kept"
    LEVEL_LETTERS_ISSUED = "level_letters_issued"
    LEVEL_LETTERS_WITHDRAWN = "level_letters_withdrawn"
    LEVEL_LETTER_SETTLED = "level_letter_settled"
    CASE_OFFICER_CHANGED = "case_officer_changed"
    CASE_RESTRICTED = "case_restricted"
    CASE_OPENED_TO_ALL = "case_opened_to_all"
    RESTRICTED_CASE_READ = "restricted_case_read"
    CASE_EXPORTED = "case_exported"
    EVIDENCE_ADDED = "evidence_added"
    EVIDENCE_REFUSED = "evidence_refused"
    DELEGATION_MADE = "delegation_made"
    DELEGATION_ENDED = "delegation_ended"
    OFFICER_ADDED = "officer_added"
    OFFICER_CHANGED = "officer_changed"
    OFFICER_DISABLED = "officer_disabled"
    OFFICER_ENABLED = "officer_enabled"
    OFFICER_LINKED = "officer_linked"
    PASSWORD_SET = "password_set"  # noqa: S105 - not a password
    CREDENTIAL_ISSUED = "credential_issued"
    CREDENTIAL_REVOKED = "credential_revoked"
    OFFICER_SIGNED_IN = "officer_signed_in"
    OFFICER_SIGNED_OUT = "officer_signed_out"
    OFFICER_PROVEN = "officer_proven"
    SIGN_IN_REFUSED = "sign_in_refused"
    ACCESS_REFUSED = "access_refused"
    BACKUP_MADE = "backup_made"
    BACKUP_RESTORED = "backup_restored"
    REFUSALS_COUNTED = "refusals_counted"
    RECORD_WIDENED = "record_widened"
    EDITION_ADOPTED = "edition_adopted"


class Event(SQLModel, table=True):
    """Something that happened. Rows are only ever added.

    `data` is canonical JSON, kept as the text that was hashed: the facts, and below `ROWS` what
    it says of rows. Events of before the record spoke of rows have none.
    """

    __tablename__ = "event"
    __table_args__ = (Index("event_of_escalation", "escalation_id", "sequence"),)

    sequence: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    actor: str
    kind: EventKind = word(EventKind)
    escalation_id: int | None = Field(default=None, foreign_key="escalation.id")
    data: str
    previous: str
    hash: str

    @property
    def facts(self) -> dict[str, Any]:
        """What changed, as it was recorded."""
        facts: dict[str, Any] = json.loads(self.data)
        facts.pop(ROWS, None)
        return facts

    @property
    def rows(self) -> Rows | None:
        """What it says of the rows that were written with it; see `models.covered`."""
        spoken: Rows | None = json.loads(self.data).get(ROWS)
        return spoken


class ChainHead(SQLModel, table=True):
    """The last link of the chain, so that a removed tail is missed."""

    __tablename__ = "chain_head"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sequence: int
    hash: str


@dataclass(frozen=True)
class Happening:
    """An event that is about to be recorded."""

    kind: EventKind
    escalation_id: int | None
    data: dict[str, Any]


@dataclass(frozen=True)
class Break:
    """The first event at which the chain does not hold, and why."""

    sequence: int
    reason: str


_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def canonical(data: dict[str, Any]) -> str:
    """The one JSON text of these facts: sorted keys, no spaces, ASCII."""
    return _encoder.encode(data)


def link(previous: str, sequence: int, at: datetime, actor: str, happening: tuple[Any, ...]) -> str:
    """The SHA-256 of an event: over the hash before it and its own content."""
    kind, escalation_id, data = happening
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    content = json.dumps([previous, sequence, moment, actor, str(kind), escalation_id, data])
    return hashlib.sha256(content.encode()).hexdigest()


def append(session: Session, now: datetime, actor: str, *happenings: Happening) -> None:
    """Record what happened, in order, as part of the transaction in hand.

    The transaction must be one of `models.database.write`: its lock keeps the chain single.
    """
    if not happenings:
        return
    sequence, previous = _head(session)
    links = []
    for happening, spoken in zip(happenings, noting.spread(session, happenings), strict=True):
        sequence += 1
        made = _link(previous, sequence, now, actor, happening, spoken)
        links.append(made)
        previous = made["hash"]
    add_all(session, Event, links)
    if not change(session, ChainHead, {"id": 1}, sequence=sequence, hash=previous):
        add_all(session, ChainHead, [{"id": 1, "sequence": sequence, "hash": previous}])
    noting.notes_of(session).last = links[-1]
    session.info[AT_END] = (_say_what_is_left,)


def _link(
    previous: str, sequence: int, now: datetime, actor: str, happening: Happening, spoken: Rows
) -> dict[str, Any]:
    data = canonical({**happening.data, ROWS: spoken})
    content = (happening.kind.value, happening.escalation_id, data)
    return {
        "sequence": sequence,
        "at": now,
        "actor": actor,
        "kind": happening.kind,
        "escalation_id": happening.escalation_id,
        "data": data,
        "previous": previous,
        "hash": link(previous, sequence, now, actor, content),
    }


def _say_what_is_left(session: Session) -> None:
    """Rows that were written after the last event of a transaction are said by it all the same.

    Nobody has seen that event yet: it is this transaction's own.
    """
    spoken, last = noting.left(session), noting.notes_of(session).last
    if not spoken or last is None:
        return
    facts = json.loads(last["data"])
    whole = noting.merged(facts.pop(ROWS), spoken)
    happening = Happening(last["kind"], last["escalation_id"], facts)
    place = (last["previous"], last["sequence"], last["at"], last["actor"])
    said = _link(*place, happening, whole)
    change(session, Event, {"sequence": said["sequence"]}, data=said["data"], hash=said["hash"])
    change(session, ChainHead, {"id": 1}, hash=said["hash"])


def place_of_last(session: Session) -> int:
    """The place of the last event in the chain; 0 while nothing has happened."""
    return _head(session)[0]


def _head(session: Session) -> tuple[int, str]:
    """The last link of the chain: its place and its hash."""
    head = next(iter(rows(session, _HEAD)), None)
    return (head.sequence, head.hash) if head else (0, FIRST_HASH)


def verify(session: Session, each: Callable[[Row[Any]], object] = lambda _: None) -> Break | None:
    """Recompute the whole chain; the first broken event, or None when every link holds.

    Every event is also given to `each`, in order, also those after a broken one.
    """
    broken: Break | None = None
    expected, previous = 0, FIRST_HASH
    for row in _in_order(session):
        expected += 1
        if broken is None:
            broken = _check_link(row, expected, previous)
        previous = row.hash
        each(row)
    if broken is None and _head(session) != (expected, previous):
        broken = Break(expected + 1, "events after this point were removed or added")
    return broken


def _check_link(row: Row[Any], expected: int, previous: str) -> Break | None:
    if row.sequence != expected:
        return Break(expected, "this event is missing")
    if row.previous != previous:
        return Break(row.sequence, "it does not follow from the event before it")
    content = (row.kind, row.escalation_id, row.data)
    if row.hash != link(previous, row.sequence, row.at, row.actor, content):
        return Break(row.sequence, "its content was changed")
    return None


def _in_order(session: Session) -> Iterator[Any]:
    statement = select(_events).order_by(_events.c.sequence).execution_options(yield_per=200)
    yield from session.connection().execute(statement)


_events = Event.__table__  # type: ignore[attr-defined]
_heads = ChainHead.__table__  # type: ignore[attr-defined]
_HEAD = select(_heads.c.sequence, _heads.c.hash).where(_heads.c.id == 1)
