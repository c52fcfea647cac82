"""The record of access: who signed in, was refused, changed what somebody may do, or looked.

Its reader need not see the cases it is about: of one that they do not see nothing is told that
tells which it is, neither its reference nor an address or number of anything on it.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime
from sqlmodel import Session, col, or_, select

from models.clocks import LONDON
from models.escalations.tables import Escalation
from models.events import Event, EventKind, canonical
from models.matters.sight import visible_to
from models.paging import PER_PAGE, Page, chosen, paged
from models.people.access import Reader
from models.people.tables import Officer
from models.policy import Policy
from models.record.sentences import Names, sentence
from models.schools.tables import School
from models.shown import Shown
from models.text import check_line


class Topic(StrEnum):
    """What the record of access can be narrowed down to."""

    SIGN_INS = "sign_ins"
    REFUSALS = "refusals"
    OFFICERS = "officers"
    CREDENTIALS = "credentials"
    COVER = "cover"
    RESTRICTED = "restricted"
    FILES = "files"
    CONTACTS = "contacts"
    BACKUPS = "backups"

    @property
    def label(self) -> str:
        """The topic in words."""
        return _LABELS[self]


_LABELS = {
    Topic.SIGN_INS: "Signing in and out",
    Topic.REFUSALS: "Refusals",
    Topic.OFFICERS: "Officers and their roles",
    Topic.CREDENTIALS: "Passwords, tokens, codes and links",
    Topic.COVER: "Cover for absence",
    Topic.RESTRICTED: "Restricted cases",
    Topic.FILES: "Exports and refused files",
    Topic.CONTACTS: "Contacts of schools",
    Topic.BACKUPS: "Backups",
}
_KINDS = {
    Topic.SIGN_INS: (
        EventKind.OFFICER_SIGNED_IN,
        EventKind.OFFICER_SIGNED_OUT,
        EventKind.OFFICER_PROVEN,
    ),
    Topic.REFUSALS: (
        EventKind.SIGN_IN_REFUSED,
        EventKind.ACCESS_REFUSED,
        EventKind.REFUSALS_COUNTED,
    ),
    Topic.OFFICERS: (
        EventKind.OFFICER_ADDED,
        EventKind.OFFICER_CHANGED,
        EventKind.OFFICER_DISABLED,
        EventKind.OFFICER_ENABLED,
        EventKind.OFFICER_LINKED,
    ),
    Topic.CREDENTIALS: (
        EventKind.PASSWORD_SET,
        EventKind.CREDENTIAL_ISSUED,
        EventKind.CREDENTIAL_REVOKED,
    ),
    Topic.COVER: (EventKind.DELEGATION_MADE, EventKind.DELEGATION_ENDED),
    Topic.RESTRICTED: (
        EventKind.CASE_RESTRICTED,
        EventKind.CASE_OPENED_TO_ALL,
        EventKind.RESTRICTED_CASE_READ,
    ),
    Topic.FILES: (EventKind.CASE_EXPORTED, EventKind.EVIDENCE_REFUSED),
    Topic.CONTACTS: (EventKind.CONTACT_CHANGED,),
    Topic.BACKUPS: (EventKind.BACKUP_MADE, EventKind.BACKUP_RESTORED),
}
_EVERY = tuple(kind for kinds in _KINDS.values() for kind in kinds)
# What is told of a case that the reader does not see.
_HIDDEN = {
    EventKind.ACCESS_REFUSED: "Something on a restricted case was refused.",
    EventKind.REFUSALS_COUNTED: "Something on a restricted case was refused again.",
    EventKind.CASE_RESTRICTED: "A case was restricted to named officers.",
    EventKind.CASE_OPENED_TO_ALL: "The restriction of a case ended.",
    EventKind.RESTRICTED_CASE_READ: "A restricted case was read.",
    EventKind.CASE_EXPORTED: "A restricted case was exported.",
    EventKind.EVIDENCE_REFUSED: "A file was refused on a restricted case: the malware scanner "
    "found something in it.",
}
_REFERENCE = re.compile("ESC-[0-9]{4}-[0-9]+")
_NUMBER = re.compile("[0-9]+")

_Cases = Mapping[int, tuple[str, str]]  # reference and school of those that can be seen, by key


class AuditEntry(Shown):
    """Something that happened: who did it, when, and what in a sentence.

    `reference` and `school` are None unless it was on a case that the reader sees.
    """

    sequence: int
    at: AwareDatetime
    kind: EventKind
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
    kinds = _KINDS[chosen("topic", topic, Topic)] if topic else _EVERY
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
    cases = _cases(session, reader, {event.escalation_id for event in found})
    references = _references(session, reader, found)
    names = _names(session, found)
    words = Names(policy)
    described = []
    for event in found:
        reference, school = cases.get(event.escalation_id or 0, (None, None))
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
        select(Escalation.id, Escalation.reference, School.name)
        .join(School, col(School.urn) == col(Escalation.urn))
        .where(col(Escalation.id).in_(keys), visible_to(reader))
    )
    return {key: (reference, school) for key, reference, school in session.exec(seen)}


def _references(session: Session, reader: Reader, found: Sequence[Event]) -> set[str]:
    """Of the references in addresses that were refused, those of cases that can be seen."""
    addresses = [address for event in found if (address := _refused_address(event))]
    named = {name for address in addresses for name in _REFERENCE.findall(address)}
    seen = select(Escalation.reference).where(
        col(Escalation.reference).in_(named), visible_to(reader)
    )
    return set(session.exec(seen))


def _names(session: Session, found: Sequence[Event]) -> dict[str, str]:
    actors = {event.actor for event in found}
    named = select(Officer.email, Officer.name).where(col(Officer.email).in_(actors))
    return dict(session.exec(named).all())


def _refused_address(event: Event) -> str | None:
    """The address that was refused to somebody, once or many times."""
    facts = event.facts
    if event.kind is EventKind.REFUSALS_COUNTED:
        facts = facts["first"]
    elif event.kind is not EventKind.ACCESS_REFUSED:
        return None
    address: str | None = facts.get("address")
    return address


def _sentence(words: Names, event: Event, cases: _Cases, references: Collection[str]) -> str:
    facts = event.facts
    if event.kind is EventKind.CONTACT_CHANGED:
        # The school's, and told alike of every school: a line that hides itself would tell which
        # of them has a restricted case.
        facts.pop("held", None)
    elif event.escalation_id is not None:
        if event.escalation_id not in cases:
            return _HIDDEN.get(event.kind, "Something happened on a restricted case.")
    elif address := _refused_address(event):
        masked = {"address": _without_numbers(address, references)}
        counted = event.kind is EventKind.REFUSALS_COUNTED
        facts = {**facts, "first": {**facts["first"], **masked}} if counted else {**facts, **masked}
    return sentence(words, event.kind, facts)


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
