"""Sharing decisions as doors show them, with what went out on each."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import AwareDatetime
from sqlmodel import Session, col, select

from models.letters.deliveries import role_of
from models.letters.tables import Letter, LetterState
from models.letters.titles import letter_title
from models.matters.at_hand import find_id
from models.matters.sight import visible_to
from models.matters.tables import Matter
from models.outbox import Message, MessageKind, MessageState
from models.paging import PER_PAGE, Page, paged
from models.people.access import Reader
from models.people.shown import officer_names
from models.refusals import NotFound
from models.rows import find, select_columns
from models.schools.tables import School
from models.sharing import tables
from models.sharing.tables import (
    Consent,
    HandedOver,
    Override,
    RecipientKind,
    SharedKind,
    SharingRecipient,
    SharingState,
    SharingUse,
)
from models.shown import Shown


class SharedWith(Shown):
    """One with whom it is shared; a contact's name and address are those of the school's record."""

    id: int
    kind: RecipientKind
    role: str | None
    who: str
    email: str
    address: list[str]


class SharedLetter(Shown):
    """A letter that goes to somebody on the decision; `delivery` is null until it is on its way."""

    letter: int
    title: str
    role: str
    state: LetterState
    delivery: MessageState | None


class HandedOverTo(Shown):
    """Something other than a letter that was given to somebody on the decision."""

    id: int
    to: str
    kind: SharedKind
    what: str
    how: str
    handed_over_on: date
    recorded_by: str


class SharingDecision(Shown):
    """A decision to share information, with the answers to the six questions.

    `in_force` says whether something may leave on it now: once it is authorised, or from the start
    where it is urgent. `letters` rest on it, `handed_over` lists what else was given.
    """

    id: int
    reference: str
    urn: int
    school: str
    state: SharingState
    in_force: bool
    kinds: list[SharedKind]
    information: str
    recipients: list[SharedWith]
    purpose: str
    wellbeing: str
    confidential: bool
    confidential_because: str
    consent: Consent
    consent_said: str
    override: Override | None
    override_because: str
    only_that: str
    securely: str
    accurate_on: date
    told: str
    told_on: date | None
    not_told_because: str
    advice: str
    review_on: date
    review_overdue: bool
    urgent_because: str
    proposal: int | None
    proposed_by: str
    proposed_by_name: str
    proposed_at: AwareDatetime
    authorised_by: str | None
    authorised_on: date | None
    reviewed_on: date | None
    reviewed: str
    withdrawn_by: str | None
    withdrawn_on: date | None
    withdrawn_because: str
    letters: list[SharedLetter]
    handed_over: list[HandedOverTo]

    @property
    def with_whom(self) -> str:
        """With whom it is shared, in words."""
        return " and ".join(each.who for each in self.recipients)

    @property
    def gone(self) -> bool:
        """Whether something has left on it, or may have: nobody can call that back."""
        left = (MessageState.SENT, MessageState.UNKNOWN, MessageState.SETTLED, MessageState.CLAIMED)
        return bool(self.handed_over) or any(each.delivery in left for each in self.letters)


def decisions_of(
    session: Session,
    reader: Reader,
    reference: str,
    *,
    today: date,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[SharingDecision]:
    """The sharing decisions of one matter, the newest first. Raises NotFound."""
    mine = col(tables.SharingDecision.matter_id) == find_id(session, reader, reference)
    return paged(
        session,
        _statement().where(mine),
        tables.SharingDecision.id,
        lambda found: _describe(session, found, today),
        page=page,
        per_page=per_page,
    )


def sharing_decision(
    session: Session, reader: Reader, decision_id: int, *, today: date
) -> SharingDecision:
    """One sharing decision; raises NotFound."""
    key = col(tables.SharingDecision.id) == decision_id
    found = find(session, _statement().where(key, visible_to(reader)))
    if not found:
        raise NotFound(tables.SharingDecision.missing.format(decision_id))
    return _describe(session, found, today)[0]


def _statement() -> Any:
    return (
        select_columns(tables.SharingDecision, Matter, School)
        .join(Matter, col(Matter.id) == col(tables.SharingDecision.matter_id))
        .join(School, col(School.urn) == col(Matter.urn))
        .order_by(col(tables.SharingDecision.id).desc())
    )


def _describe(
    session: Session, found: Sequence[tuple[Any, ...]], today: date
) -> list[SharingDecision]:
    keys = [row.id for row, *_ in found]
    recipients = _recipients(session, keys)
    letters, handed_over = _letters(session, keys), _handed_over(session, keys)
    acted = ("proposed_by_id", "authorised_by_id", "withdrawn_by_id")
    people = officer_names(session, [getattr(row, who) for row, *_ in found for who in acted])
    same = [
        name
        for name in SharingDecision.model_fields
        if name in tables.SharingDecision.model_fields and name not in ("id", "kinds")
    ]
    return [
        SharingDecision(
            **{name: getattr(row, name) for name in same},
            id=row.id,
            reference=matter.reference,
            urn=school.urn,
            school=school.name,
            in_force=row.in_force,
            kinds=[SharedKind(kind) for kind in row.kinds],
            recipients=recipients[row.id],
            review_overdue=row.in_force and row.review_on < today,
            proposal=row.proposal_id,
            proposed_by=people[row.proposed_by_id][0],
            proposed_by_name=people[row.proposed_by_id][1],
            authorised_by=people[row.authorised_by_id][1] if row.authorised_by_id else None,
            withdrawn_by=people[row.withdrawn_by_id][1] if row.withdrawn_by_id else None,
            letters=letters[row.id],
            handed_over=handed_over[row.id],
        )
        for row, matter, school in found
    ]


def _recipients(session: Session, keys: list[int]) -> dict[int, list[SharedWith]]:
    theirs = col(SharingRecipient.decision_id).in_(keys)
    found: dict[int, list[SharedWith]] = {key: [] for key in keys}
    for each in find(
        session, select(SharingRecipient).where(theirs).order_by(col(SharingRecipient.id))
    ):
        shown = SharedWith(
            id=each.id,
            kind=each.kind,
            role=each.role,
            who=each.words,
            email=each.email,
            address=list(each.address),
        )
        found[each.decision_id].append(shown)
    return found


def _letters(session: Session, keys: list[int]) -> dict[int, list[SharedLetter]]:
    uses = (
        select(SharingUse, Letter)
        .join(Letter, col(Letter.id) == col(SharingUse.letter_id))
        .where(col(SharingUse.decision_id).in_(keys))
        .order_by(col(SharingUse.id))
    )
    resting = find(session, uses)
    sent = select(Message).where(
        Message.kind == MessageKind.LETTER,
        col(Message.letter_id).in_([letter.id for _, letter in resting]),
    )
    ways = {
        (message.letter_id, role_of(message)): message.state
        for message in find(session, sent.order_by(col(Message.id)))
    }
    found: dict[int, list[SharedLetter]] = {key: [] for key in keys}
    for use, letter in resting:
        found[use.decision_id].append(
            SharedLetter(
                letter=letter.id,
                title=letter_title(letter.template),
                role=use.role,
                state=letter.state,
                delivery=ways.get((letter.id, use.role)),
            )
        )
    return found


def _handed_over(session: Session, keys: list[int]) -> dict[int, list[HandedOverTo]]:
    given = (
        select(HandedOver, SharingRecipient)
        .join(SharingRecipient, col(SharingRecipient.id) == col(HandedOver.recipient_id))
        .where(col(HandedOver.decision_id).in_(keys))
        .order_by(col(HandedOver.id))
    )
    rows = find(session, given)
    people = officer_names(session, [each.recorded_by_id for each, _ in rows])
    found: dict[int, list[HandedOverTo]] = {key: [] for key in keys}
    for each, recipient in rows:
        found[each.decision_id].append(
            HandedOverTo(
                id=each.id,
                to=recipient.words,
                kind=each.kind,
                what=each.what,
                how=each.how,
                handed_over_on=each.handed_over_on,
                recorded_by=people[each.recorded_by_id][1],
            )
        )
    return found
